"""Handing a submission over: one number, one document, one record of it."""

from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit import service as audit
from app.consultations.models import Consultation
from app.contributions.events import WordsTakenBack
from app.exports import facts, policy, queries
from app.exports.document import Document, checksum, mapped, says_the_same, strings_in
from app.exports.models import Export
from app.platform import clock
from app.platform.errors import Conflict
from app.platform.events import publish
from app.platform.i18n import _
from app.platform.security import Actor, require
from app.platform.states import move
from app.reading import policy as reading
from app.submissions import erasing
from app.submissions.events import FinalFileMade
from app.submissions.models import SUBMISSION_MOVES, Submission, SubmissionState


async def hand_over(session: AsyncSession, actor: Actor, slug: str) -> tuple[Export, bool]:
    """Hand the submission over; returns its export, and whether it is a new one.

    Where the text is the same as in the last export, that one stands and no other is made.
    """
    known = await queries.get_facts(session, actor, slug, lock=True)
    found = facts.obstacles(known)
    require(policy.can_hand_over(actor, known.review, [each.message for each in found]))
    submission = known.submission
    if submission is None:
        raise Conflict(_("There is no submission yet."))
    last = await queries.find_last(session, submission)
    made_at = clock.now().replace(microsecond=0)
    document = facts.compose(known, last.number + 1 if last else 1, made_at)
    standing = last if last and says_the_same(last.content, document) else None
    if standing and submission.state is SubmissionState.FINAL:
        return standing, False
    _move(submission)
    session.add(submission)
    export = standing or _export(session, actor, submission, document, made_at)
    await session.flush()
    audit.record(
        session,
        actor,
        "submission.final",
        submission,
        scope_id=known.review.id,
        number=export.number,
        checksum=export.checksum,
    )
    await publish(session, FinalFileMade(submission.id, submission.consultation_id))
    return export, standing is None


def _move(submission: Submission) -> None:
    """From wherever it stands to made final, step by step."""
    if submission.state is SubmissionState.FINAL:
        move(submission, SUBMISSION_MOVES, SubmissionState.DRAFTING)
    if submission.state is SubmissionState.DRAFTING:
        move(submission, SUBMISSION_MOVES, SubmissionState.APPROVED)
    move(submission, SUBMISSION_MOVES, SubmissionState.FINAL)


def _export(
    session: AsyncSession, actor: Actor, submission: Submission, document: Document, made_at: datetime
) -> Export:
    export = Export(
        submission_id=submission.id,
        number=document["number"],
        made_at=made_at,
        made_by_id=actor.account_id,
        made_by_name=actor.name,
        checksum=checksum(document),
        content=document,
    )
    session.add(export)
    return export


async def take_out_withdrawn(session: AsyncSession, actor: Actor, event: WordsTakenBack) -> None:
    """Take a withdrawn contribution's words out of the exports that are kept, and note the day.

    The checksum stays that of what was made final: whoever holds that file can still verify it.
    """
    require(policy.can_take_out(actor))
    wording = await erasing.withdrawn_wording(session, event.contribution_id)
    own = select(Export).join(Submission, col(Submission.id) == Export.submission_id)
    kept = (await session.exec(own.where(Submission.consultation_id == event.consultation_id))).all()
    repeating = [export for export in kept if any(map(wording.is_in, strings_in(export.content)))]
    if repeating:
        await erasing.spare_what_others_say(session, event, wording)
    for export in repeating:
        without = mapped(export.content, wording.redacted)
        if without != export.content:
            export.content, export.redacted_on = without, clock.today()
            session.add(export)
    await session.flush()


async def draft(session: AsyncSession, actor: Actor, slug: str) -> Document:
    """The submission as it stands, to be read before it is approved; nothing is kept of it."""
    known = await queries.get_facts(session, actor, slug)
    return facts.compose(known, 0, clock.now(), is_draft=True)


async def take_answers(session: AsyncSession, actor: Actor, slug: str, form: str) -> Consultation:
    """Record that somebody takes all answers away as a table; returns the consultation they belong to."""
    consultation = await queries.get_consultation(session, actor, slug)
    require(reading.can_read(actor, consultation))
    audit.record(
        session,
        actor,
        "answers.taken",
        consultation,
        scope_id=consultation.country_review_id,
        format=form,
    )
    return consultation
