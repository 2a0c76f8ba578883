"""Writing submissions: merging, editing, disposing, proposing, clearing, reopening."""

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
from app.submissions import dispositions, merging, policy, queries
from app.submissions.events import DecisionsChanged
from app.submissions.excerpts import add_sources, cut_excerpts
from app.submissions.models import (
    MOVES,
    SUBMISSION_MOVES,
    NationalAnswer,
    NationalAnswerState,
    Passage,
    PassageVersion,
    Source,
    Submission,
    SubmissionState,
)
from app.submissions.numbers import IN_PLACE
from app.submissions.queries import Frame, Standing
from app.submissions.schemas import MergeInput, NationalAnswerInput, PassageInput

MAX_PASSAGES = 200
FIRST_VERSION = 1


async def _start(session: AsyncSession, consultation: Consultation, question_id: UUID) -> NationalAnswer:
    """The national answer to a question, begun if nobody has; two people may do so at once."""
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
    await session.exec(
        insert_into(session, NationalAnswer)
        .values(
            id=ids.new_id(),
            submission_id=submission.id,
            question_id=question_id,
            citations=[],
            assistance="",
            state=NationalAnswerState.DRAFTING,
            state_since=clock.now(),
            cleared_text=[],
            reopened_reason="",
            version=FIRST_VERSION,
        )
        .on_conflict_do_nothing(index_elements=["submission_id", "question_id"])
    )
    query = select(NationalAnswer).where(
        NationalAnswer.submission_id == submission.id, NationalAnswer.question_id == question_id
    )
    return (await session.exec(query.with_for_update())).one()


async def _locked(session: AsyncSession, actor: Actor, slug: str, code: str) -> Frame:
    """A question with its national answer locked: whoever waited sees what the one before did to it."""
    frame = await queries.get_frame(session, actor, slug, code, lock=True)
    if frame.national.version:
        await session.refresh(frame.national, with_for_update=True)
    return frame


async def _drafting(
    session: AsyncSession, actor: Actor, slug: str, code: str
) -> tuple[Frame, NationalAnswer]:
    """The question, allowed to be drafted on, and its national answer."""
    frame = await _locked(session, actor, slug, code)
    require(policy.can_draft(actor, frame.consultation, frame.national))
    if frame.national.version:
        return frame, frame.national
    return frame, await _start(session, frame.consultation, frame.question_id)


async def merge_excerpts(
    session: AsyncSession, actor: Actor, slug: str, code: str, data: MergeInput
) -> Passage:
    """Make the selected words sources of a new passage, or of one that stands.

    A new passage begins with the words that are in the submission's language and whose author lets
    them be published; other words stand beside it as sources, to be said in the State's own.
    """
    frame = await _locked(session, actor, slug, code)
    require(policy.can_draft(actor, frame.consultation, frame.national))
    excerpts = await cut_excerpts(session, frame, await mapped_questions(session, frame), data)
    national = frame.national
    if not national.version:
        national = await _start(session, frame.consultation, frame.question_id)
    if data.passage_id is None:
        own = [
            quote
            for answer, _span, quote in excerpts
            if answer.language == frame.language and answer.publication.value != "no"
        ]
        text = merging.prefilled(own, frame.language)
        passage = await _add(session, actor, national, text)
    else:
        passage = await _passage(session, national, data.passage_id)
    await add_sources(session, passage, excerpts)
    audit.record(
        session,
        actor,
        "submission.excerpt_merged",
        passage,
        scope_id=frame.review.id,
        question=code,
        sources=len(excerpts),
    )
    return passage


async def mapped_questions(session: AsyncSession, frame: Frame) -> Sequence[UUID]:
    """The civil-society questions that inform the frame's State question."""
    pair = await questionnaires.get_pair(
        session, frame.consultation.civil_society_version_id, frame.consultation.state_version_id
    )
    return pair.to_asked.get(frame.question_id, ())


async def _add(session: AsyncSession, actor: Actor, national: NationalAnswer, text: str) -> Passage:
    last = await session.exec(
        select(func.max(Passage.position), func.count().filter(IN_PLACE)).where(
            Passage.national_answer_id == national.id
        )
    )
    highest, count = last.one()
    if count >= MAX_PASSAGES:
        raise Invalid(detail=_("This answer has as many paragraphs as it can hold."))
    passage = Passage(
        national_answer_id=national.id,
        position=(highest or 0) + 1,
        text=text,
        edited_by_id=actor.account_id,
        edited_by_name=actor.name,
    )
    session.add(passage)
    await session.flush()
    _keep(session, passage)
    return passage


def _keep(session: AsyncSession, passage: Passage) -> None:
    """Keep the passage as it stands, so that a later conflict can show what both started from."""
    session.add(
        PassageVersion(
            passage_id=passage.id,
            number=passage.version,
            text=passage.text,
            edited_by_name=passage.edited_by_name,
        )
    )


async def _passage(session: AsyncSession, national: NationalAnswer, passage_id: UUID) -> Passage:
    passage = await session.get(Passage, passage_id)
    if passage is None or passage.national_answer_id != national.id:
        raise NotFound
    if passage.removed_at is not None:
        raise Conflict(_("This paragraph was taken out meanwhile. Put it back first."))
    return passage


async def add_passage(
    session: AsyncSession, actor: Actor, slug: str, code: str, data: PassageInput
) -> Passage:
    """A passage of the State's own words."""
    frame = await _locked(session, actor, slug, code)
    require(policy.can_draft(actor, frame.consultation, frame.national))
    national = frame.national
    if not national.version:
        national = await _start(session, frame.consultation, frame.question_id)
    passage = await _add(session, actor, national, data.text)
    audit.record(session, actor, "submission.passage_added", passage, scope_id=frame.review.id, question=code)
    return passage


async def edit_passage(
    session: AsyncSession, actor: Actor, slug: str, code: str, passage_id: UUID, data: PassageInput
) -> Passage:
    """Change the text of a passage; raises StaleEdit if somebody changed it since."""
    frame, national = await _drafting(session, actor, slug, code)
    passage = await _passage(session, national, passage_id)
    check_version(passage, data.version)
    passage.text = data.text
    passage.edited_by_id = actor.account_id
    passage.edited_by_name = actor.name
    passage.edited_at = clock.now()
    session.add(passage)
    await session.flush()
    _keep(session, passage)
    audit.record(
        session, actor, "submission.passage_edited", passage, scope_id=frame.review.id, question=code
    )
    return passage


async def move_passage(
    session: AsyncSession, actor: Actor, slug: str, code: str, passage_id: UUID, step: int
) -> None:
    """Move a passage one place up (-1) or down (+1)."""
    frame, national = await _drafting(session, actor, slug, code)
    await _passage(session, national, passage_id)
    ordered = [shown.passage for shown in await queries.passages_of(session, frame.national)]
    place = next(i for i, passage in enumerate(ordered) if passage.id == passage_id)
    other = place + step
    if 0 <= other < len(ordered):
        ordered[place], ordered[other] = ordered[other], ordered[place]
    # Written past the version: a text somebody is editing meanwhile has not changed.
    for position, passage in enumerate(ordered, 1):
        if passage.position != position:
            moved = update(Passage).where(Passage.id == passage.id)  # type: ignore[arg-type]
            await session.exec(moved.values(position=position))


async def delete_passage(session: AsyncSession, actor: Actor, slug: str, code: str, passage_id: UUID) -> None:
    """Take a passage out; its text, history and sources are kept, so that it can be put back."""
    frame, national = await _drafting(session, actor, slug, code)
    passage = await _passage(session, national, passage_id)
    passage.removed_at, passage.removed_by_name = clock.now(), actor.name
    session.add(passage)
    await session.flush()
    audit.record(
        session, actor, "submission.passage_deleted", passage, scope_id=frame.review.id, question=code
    )


async def restore_passage(
    session: AsyncSession, actor: Actor, slug: str, code: str, passage_id: UUID
) -> Passage:
    """Put a passage back that was taken out; answers it took up are taken up again."""
    frame, national = await _drafting(session, actor, slug, code)
    passage = await session.get(Passage, passage_id)
    if passage is None or passage.national_answer_id != national.id:
        raise NotFound
    if passage.removed_at is None:
        return passage
    passage.removed_at, passage.removed_by_name = None, ""
    session.add(passage)
    await session.flush()
    audit.record(
        session, actor, "submission.passage_restored", passage, scope_id=frame.review.id, question=code
    )
    return passage


async def remove_source(session: AsyncSession, actor: Actor, slug: str, code: str, source_id: UUID) -> None:
    """Take words away from a passage; the passage stays."""
    frame, national = await _drafting(session, actor, slug, code)
    source = await session.get(Source, source_id)
    if source is None:
        raise NotFound
    passage = await _passage(session, national, source.passage_id)
    await session.delete(source)
    audit.record(
        session, actor, "submission.source_removed", passage, scope_id=frame.review.id, question=code
    )


async def set_answer(
    session: AsyncSession, actor: Actor, slug: str, code: str, data: NationalAnswerInput
) -> NationalAnswer:
    """Set the position, the legal citations and the help that is needed."""
    frame = await _locked(session, actor, slug, code)
    require(policy.can_draft(actor, frame.consultation, frame.national))
    national, started_from = frame.national, data.version
    if not national.version:
        national = await _start(session, frame.consultation, frame.question_id)
        started_from = started_from or FIRST_VERSION
    check_version(national, started_from)
    national.position = data.position
    national.citations = [c.model_dump() for c in data.citations if c.title or c.url]
    national.assistance = data.assistance
    session.add(national)
    audit.record(session, actor, "submission.answer_set", national, scope_id=frame.review.id, question=code)
    return national


async def _standing(session: AsyncSession, frame: Frame) -> Standing:
    return await queries.standing_of(session, frame, await mapped_questions(session, frame))


async def propose_answer(session: AsyncSession, actor: Actor, slug: str, code: str) -> NationalAnswer:
    """An expert says the answer is ready; not while a disposition or a reason is missing."""
    frame = await _locked(session, actor, slug, code)
    standing = await _standing(session, frame)
    require(policy.can_propose(actor, frame.consultation, frame.national, standing.obstacles))
    national = frame.national
    move(national, MOVES, NationalAnswerState.PROPOSED)
    national.proposed_by_id = actor.account_id
    session.add(national)
    audit.record(session, actor, "submission.proposed", national, scope_id=frame.review.id, question=code)
    return national


async def take_back_answer(session: AsyncSession, actor: Actor, slug: str, code: str) -> NationalAnswer:
    """A proposed answer goes back to drafting."""
    frame = await _locked(session, actor, slug, code)
    require(policy.can_take_back(actor, frame.consultation, frame.national))
    move(frame.national, MOVES, NationalAnswerState.DRAFTING)
    frame.national.proposed_by_id = None
    session.add(frame.national)
    audit.record(
        session, actor, "submission.taken_back", frame.national, scope_id=frame.review.id, question=code
    )
    return frame.national


async def clear_answer(session: AsyncSession, actor: Actor, slug: str, code: str) -> NationalAnswer:
    """The focal point freezes the answer; a second person, and nothing may be missing."""
    frame = await _locked(session, actor, slug, code)
    # Whoever decides on an answer meanwhile holds the submission, and is seen by the count below.
    held = select(Submission.id).where(Submission.consultation_id == frame.consultation.id)
    await session.exec(held.with_for_update())
    standing = await _standing(session, frame)
    require(
        policy.can_clear(
            actor, frame.consultation, frame.review, frame.national, standing.editors, standing.obstacles
        )
    )
    national = frame.national
    move(national, MOVES, NationalAnswerState.CLEARED)
    national.cleared_by_id = actor.account_id
    national.cleared_at = clock.now()
    national.cleared_text = [shown.passage.text for shown in standing.passages]
    session.add(national)
    audit.record(session, actor, "submission.cleared", national, scope_id=frame.review.id, question=code)
    await _release(session, frame)
    return national


async def _release(session: AsyncSession, frame: Frame) -> None:
    """Contributors can read the decisions now; those who read another one before are told."""
    mapped = await mapped_questions(session, frame)
    changed = await dispositions.changed_since_read(session, frame.consultation.id, mapped)
    await dispositions.mark_released(session, frame.consultation.id, mapped)
    if changed:
        await events.publish(session, DecisionsChanged(changed))


async def reopen_answer(
    session: AsyncSession, actor: Actor, slug: str, code: str, reason: str
) -> NationalAnswer:
    """A cleared answer is drafted again; the submission with it, if it was cleared or handed over."""
    frame = await _locked(session, actor, slug, code)
    require(policy.can_reopen(actor, frame.consultation, frame.review, frame.national))
    if frame.submission is None:
        raise Forbidden
    national = frame.national
    is_all = frame.submission.state is SubmissionState.HANDED_OVER
    read = None if is_all else await mapped_questions(session, frame)
    await dispositions.mark_released(session, frame.consultation.id, read)
    move(national, MOVES, NationalAnswerState.DRAFTING)
    national.reopened_reason = reason
    national.proposed_by_id = national.cleared_by_id = None
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
