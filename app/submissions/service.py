"""Writing submissions: merging, editing, deciding, sending for approval, approving, reopening."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, update
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit import service as audit
from app.consultations.models import Consultation
from app.platform import clock, events, ids
from app.platform.db import check_version, insert_into
from app.platform.errors import Conflict, Forbidden, Invalid, NotFound
from app.platform.i18n import _
from app.platform.security import Actor, require
from app.platform.states import move
from app.questionnaires import queries as questionnaires
from app.submissions import decisions, merging, policy, queries
from app.submissions.events import DecisionsChanged
from app.submissions.excerpts import add_sources, cut_excerpts
from app.submissions.models import (
    MOVES,
    SUBMISSION_MOVES,
    NationalAnswer,
    NationalAnswerState,
    Paragraph,
    ParagraphVersion,
    Source,
    Submission,
    SubmissionState,
)
from app.submissions.numbers import IN_PLACE
from app.submissions.queries import ApprovalReadiness, NationalAnswerContext
from app.submissions.schemas import MergeInput, NationalAnswerInput, ParagraphInput

MAX_PARAGRAPHS = 200
FIRST_VERSION = 1


async def _submission_of(session: AsyncSession, consultation: Consultation) -> Submission:
    """The submission of a consultation, begun if nobody has; two people may do so at once."""
    await session.exec(
        insert_into(session, Submission)
        .values(
            id=ids.new_id(),
            consultation_id=consultation.id,
            office_id=consultation.office_id,
            language=consultation.submission_language,
            state=SubmissionState.DRAFTING,
            state_since=clock.now(),
            version=1,
        )
        .on_conflict_do_nothing(index_elements=["consultation_id"])
    )
    submission = await queries.find_submission(session, consultation.id)
    if submission is None:
        raise NotFound
    return submission


async def _start(session: AsyncSession, frame: NationalAnswerContext) -> NationalAnswer:
    """The national answer to a question, begun if nobody has; two people may do so at once."""
    submission = frame.submission or await _submission_of(session, frame.consultation)
    await session.exec(
        insert_into(session, NationalAnswer)
        .values(
            id=ids.new_id(),
            submission_id=submission.id,
            question_id=frame.question_id,
            citations=[],
            assistance="",
            state=NationalAnswerState.DRAFTING,
            state_since=clock.now(),
            approved_text=[],
            reopened_reason="",
            version=FIRST_VERSION,
        )
        .on_conflict_do_nothing(index_elements=["submission_id", "question_id"])
    )
    query = select(NationalAnswer).where(
        NationalAnswer.submission_id == submission.id, NationalAnswer.question_id == frame.question_id
    )
    return (await session.exec(query.with_for_update())).one()


async def _locked(session: AsyncSession, actor: Actor, slug: str, code: str) -> NationalAnswerContext:
    """A question with its national answer locked: whoever waited sees what the one before did to it."""
    frame = await queries.get_frame(session, actor, slug, code, lock=True)
    if frame.national.version:
        await session.refresh(frame.national, with_for_update=True)
    return frame


async def _drafting(
    session: AsyncSession, actor: Actor, slug: str, code: str
) -> tuple[NationalAnswerContext, NationalAnswer]:
    """The question, allowed to be drafted on, and its national answer."""
    frame = await _locked(session, actor, slug, code)
    require(policy.can_draft(actor, frame.consultation, frame.national))
    if frame.national.version:
        return frame, frame.national
    return frame, await _start(session, frame)


async def merge_excerpts(
    session: AsyncSession, actor: Actor, slug: str, code: str, data: MergeInput
) -> Paragraph:
    """Make the selected words sources of a new paragraph, or of one that stands.

    A new paragraph begins with the words that are in the submission's language and whose author lets
    them be published; other words stand beside it as sources, to be said in the State's own.
    """
    frame = await _locked(session, actor, slug, code)
    require(policy.can_draft(actor, frame.consultation, frame.national))
    excerpts = await cut_excerpts(session, frame, await mapped_questions(session, frame), data)
    national = frame.national
    if not national.version:
        national = await _start(session, frame)
    if data.paragraph_id is None:
        own = [
            quote
            for answer, _span, quote in excerpts
            if answer.language == frame.language and answer.publication.value != "no"
        ]
        text = merging.prefilled(own, frame.language)
        paragraph = await _add(session, actor, national, text)
    else:
        paragraph = await _paragraph(session, national, data.paragraph_id)
    await add_sources(session, paragraph, excerpts, is_new=data.paragraph_id is None)
    audit.record(
        session,
        actor,
        "submission.excerpt_merged",
        paragraph,
        scope_id=frame.review.id,
        question=code,
        sources=len(excerpts),
    )
    return paragraph


async def mapped_questions(session: AsyncSession, frame: NationalAnswerContext) -> Sequence[UUID]:
    """The civil-society questions that inform the frame's State question."""
    pair = await questionnaires.get_pair(
        session, frame.consultation.civil_society_version_id, frame.consultation.state_version_id
    )
    return pair.to_civil_society.get(frame.question_id, ())


async def _add(session: AsyncSession, actor: Actor, national: NationalAnswer, text: str) -> Paragraph:
    last = await session.exec(
        select(func.max(Paragraph.position), func.count().filter(IN_PLACE)).where(
            Paragraph.national_answer_id == national.id
        )
    )
    highest, count = last.one()
    if count >= MAX_PARAGRAPHS:
        raise Invalid(detail=_("This answer has as many paragraphs as it can hold."))
    paragraph = Paragraph(
        national_answer_id=national.id,
        position=(highest or 0) + 1,
        text=text,
        edited_by_id=actor.account_id,
        edited_by_name=actor.name,
    )
    session.add(paragraph)
    await session.flush()
    _keep(session, paragraph)
    return paragraph


def _keep(session: AsyncSession, paragraph: Paragraph) -> None:
    """Keep the paragraph as it stands, so that a later conflict can show what both started from."""
    session.add(
        ParagraphVersion(
            paragraph_id=paragraph.id,
            number=paragraph.version,
            text=paragraph.text,
            edited_by_name=paragraph.edited_by_name,
        )
    )


async def _paragraph(session: AsyncSession, national: NationalAnswer, paragraph_id: UUID) -> Paragraph:
    paragraph = await session.get(Paragraph, paragraph_id)
    if paragraph is None or paragraph.national_answer_id != national.id:
        raise NotFound
    if paragraph.removed_at is not None:
        raise Conflict(_("This paragraph was taken out meanwhile. Put it back first."))
    return paragraph


async def add_paragraph(
    session: AsyncSession, actor: Actor, slug: str, code: str, data: ParagraphInput
) -> Paragraph:
    """A paragraph of the State's own words."""
    frame, national = await _drafting(session, actor, slug, code)
    paragraph = await _add(session, actor, national, data.text)
    audit.record(
        session, actor, "submission.paragraph_added", paragraph, scope_id=frame.review.id, question=code
    )
    return paragraph


async def edit_paragraph(
    session: AsyncSession, actor: Actor, slug: str, code: str, paragraph_id: UUID, data: ParagraphInput
) -> Paragraph:
    """Change the text of a paragraph; raises StaleEdit if somebody changed it since."""
    frame, national = await _drafting(session, actor, slug, code)
    paragraph = await _paragraph(session, national, paragraph_id)
    check_version(paragraph, data.version)
    paragraph.text = data.text
    paragraph.edited_by_id = actor.account_id
    paragraph.edited_by_name = actor.name
    paragraph.edited_at = clock.now()
    session.add(paragraph)
    await session.flush()
    _keep(session, paragraph)
    audit.record(
        session, actor, "submission.paragraph_edited", paragraph, scope_id=frame.review.id, question=code
    )
    return paragraph


async def move_paragraph(
    session: AsyncSession, actor: Actor, slug: str, code: str, paragraph_id: UUID, step: int
) -> None:
    """Move a paragraph one place up (-1) or down (+1)."""
    frame, national = await _drafting(session, actor, slug, code)
    await _paragraph(session, national, paragraph_id)
    ordered = [shown.paragraph for shown in await queries.paragraphs_of(session, frame.national)]
    place = next(i for i, paragraph in enumerate(ordered) if paragraph.id == paragraph_id)
    other = place + step
    if 0 <= other < len(ordered):
        ordered[place], ordered[other] = ordered[other], ordered[place]
    # Written past the version: a text somebody is editing meanwhile has not changed.
    for position, paragraph in enumerate(ordered, 1):
        if paragraph.position != position:
            moved = update(Paragraph).where(Paragraph.id == paragraph.id)  # type: ignore[arg-type]
            await session.exec(moved.values(position=position))


async def delete_paragraph(
    session: AsyncSession, actor: Actor, slug: str, code: str, paragraph_id: UUID
) -> None:
    """Take a paragraph out; its text, history and sources are kept, so that it can be put back."""
    frame, national = await _drafting(session, actor, slug, code)
    paragraph = await _paragraph(session, national, paragraph_id)
    paragraph.removed_at, paragraph.removed_by_name = clock.now(), actor.name
    session.add(paragraph)
    await session.flush()
    audit.record(
        session, actor, "submission.paragraph_deleted", paragraph, scope_id=frame.review.id, question=code
    )


async def restore_paragraph(
    session: AsyncSession, actor: Actor, slug: str, code: str, paragraph_id: UUID
) -> Paragraph:
    """Put a paragraph back that was taken out; answers it used are used again."""
    frame, national = await _drafting(session, actor, slug, code)
    paragraph = await session.get(Paragraph, paragraph_id)
    if paragraph is None or paragraph.national_answer_id != national.id:
        raise NotFound
    if paragraph.removed_at is None:
        return paragraph
    paragraph.removed_at, paragraph.removed_by_name = None, ""
    session.add(paragraph)
    await session.flush()
    audit.record(
        session, actor, "submission.paragraph_restored", paragraph, scope_id=frame.review.id, question=code
    )
    return paragraph


async def remove_source(session: AsyncSession, actor: Actor, slug: str, code: str, source_id: UUID) -> None:
    """Take words away from a paragraph; the paragraph stays."""
    frame, national = await _drafting(session, actor, slug, code)
    source = await session.get(Source, source_id)
    if source is None:
        raise NotFound
    paragraph = await _paragraph(session, national, source.paragraph_id)
    await session.delete(source)
    audit.record(
        session, actor, "submission.source_removed", paragraph, scope_id=frame.review.id, question=code
    )


async def set_answer(
    session: AsyncSession, actor: Actor, slug: str, code: str, data: NationalAnswerInput
) -> NationalAnswer:
    """Set the position, the legal citations and the help that is needed."""
    frame = await _locked(session, actor, slug, code)
    require(policy.can_draft(actor, frame.consultation, frame.national))
    national, started_from = frame.national, data.version
    if not national.version:
        national = await _start(session, frame)
        started_from = started_from or FIRST_VERSION
    check_version(national, started_from)
    national.position = data.position
    national.citations = [c.model_dump() for c in data.citations if c.title or c.url]
    national.assistance = data.assistance
    session.add(national)
    audit.record(session, actor, "submission.answer_set", national, scope_id=frame.review.id, question=code)
    return national


async def _standing(session: AsyncSession, frame: NationalAnswerContext) -> ApprovalReadiness:
    return await queries.standing_of(session, frame, await mapped_questions(session, frame))


async def send_answer(session: AsyncSession, actor: Actor, slug: str, code: str) -> NationalAnswer:
    """An expert says the answer is ready; not while a decision or a reason is missing."""
    frame = await _locked(session, actor, slug, code)
    standing = await _standing(session, frame)
    require(policy.can_send(actor, frame.consultation, frame.national, standing.obstacles))
    national = frame.national
    move(national, MOVES, NationalAnswerState.FOR_APPROVAL)
    national.sent_by_id = actor.account_id
    session.add(national)
    audit.record(session, actor, "submission.sent", national, scope_id=frame.review.id, question=code)
    return national


async def take_back_answer(session: AsyncSession, actor: Actor, slug: str, code: str) -> NationalAnswer:
    """An answer sent for approval goes back to drafting."""
    frame = await _locked(session, actor, slug, code)
    require(policy.can_take_back(actor, frame.consultation, frame.national))
    move(frame.national, MOVES, NationalAnswerState.DRAFTING)
    frame.national.sent_by_id = None
    session.add(frame.national)
    audit.record(
        session, actor, "submission.taken_back", frame.national, scope_id=frame.review.id, question=code
    )
    return frame.national


async def approve_answer(session: AsyncSession, actor: Actor, slug: str, code: str) -> NationalAnswer:
    """The focal point freezes the answer; a second person, and nothing may be missing."""
    frame = await _locked(session, actor, slug, code)
    # Whoever decides on an answer meanwhile holds the submission, and is seen by the count below.
    held = select(Submission.id).where(Submission.consultation_id == frame.consultation.id)
    await session.exec(held.with_for_update())
    standing = await _standing(session, frame)
    require(
        policy.can_approve(
            actor, frame.consultation, frame.review, frame.national, standing.editors, standing.obstacles
        )
    )
    national = frame.national
    move(national, MOVES, NationalAnswerState.APPROVED)
    national.approved_by_id = actor.account_id
    national.approved_at = clock.now()
    national.approved_text = [shown.paragraph.text for shown in standing.paragraphs]
    session.add(national)
    audit.record(session, actor, "submission.approved", national, scope_id=frame.review.id, question=code)
    await _release(session, frame)
    return national


async def _release(session: AsyncSession, frame: NationalAnswerContext) -> None:
    """Contributors can read the decisions now; those who read another one before are told."""
    mapped = await mapped_questions(session, frame)
    changed = await decisions.changed_since_read(session, frame.consultation.id, mapped)
    await decisions.mark_released(session, frame.consultation.id, mapped)
    if changed:
        await events.publish(session, DecisionsChanged(changed))


async def reopen_answer(
    session: AsyncSession, actor: Actor, slug: str, code: str, reason: str
) -> NationalAnswer:
    """A approved answer is drafted again; the submission with it, if it was approved or made final."""
    frame = await _locked(session, actor, slug, code)
    require(policy.can_reopen(actor, frame.consultation, frame.review, frame.national))
    if frame.submission is None:
        raise Forbidden
    national = frame.national
    is_all = frame.submission.state is SubmissionState.FINAL
    read = None if is_all else await mapped_questions(session, frame)
    await decisions.mark_released(session, frame.consultation.id, read)
    move(national, MOVES, NationalAnswerState.DRAFTING)
    national.reopened_reason = reason
    national.sent_by_id = national.approved_by_id = None
    session.add(national)
    if frame.submission.state is not SubmissionState.DRAFTING:
        move(frame.submission, SUBMISSION_MOVES, SubmissionState.DRAFTING)
        session.add(frame.submission)
    audit.record(
        session,
        actor,
        "submission.reopened",
        national,
        scope_id=frame.review.id,
        question=code,
        reason=reason,
    )
    return national
