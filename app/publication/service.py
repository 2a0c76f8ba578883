"""Publishing the outcome, and taking withdrawn words out of it."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit import service as audit
from app.consultations import obstacles
from app.consultations import queries as consultations
from app.consultations.models import Consultation, Step
from app.platform.security import Actor, require
from app.publication import gathering, policy, queries, snapshot
from app.publication.hiding import Voice
from app.publication.models import Outcome
from app.publication.snapshot import Content
from app.reviews import queries as reviews
from app.submissions import queries as submissions


async def publish_outcome(session: AsyncSession, actor: Actor, slug: str) -> Outcome:
    """Freeze what the public may see as the next version of the outcome.

    Refused while anything stands against it, unless two people overrode that (raises Unfinished).
    """
    consultation = await consultations.get_desk_consultation(session, actor, slug, lock=True)
    review = await reviews.get_review(session, actor, consultation.country_review_id)
    submission = await submissions.find_submission(session, consultation.id)
    require(policy.can_publish(actor, review, submission))
    await obstacles.check_step(session, consultation, Step.PUBLISH)
    content = await gathering.content_of(session, consultation)
    return await _add(session, actor, consultation, content, "outcome.published")


async def take_out_withdrawn(
    session: AsyncSession, actor: Actor, consultation_id: UUID, contribution_id: UUID
) -> Outcome | None:
    """A new version of the outcome without a withdrawn contribution's words, if it held some.

    It is made from what was published, never from the submission: that may be in work again.
    """
    require(policy.can_take_out(actor))
    # The lock keeps a publication that is being made from bringing the words back.
    consultation = await session.get(Consultation, consultation_id, with_for_update=True)
    newest = await queries.find_newest(session, consultation_id)
    if consultation is None or newest is None:
        return None
    voices = await gathering.voices_of(session, contribution_id)
    content = snapshot.without(newest.content, voices)
    is_changed = content != newest.content
    await _take_out_of_all(session, consultation_id, voices)
    return await _add(session, actor, consultation, content, "outcome.rebuilt") if is_changed else None


async def _take_out_of_all(session: AsyncSession, consultation_id: UUID, voices: Sequence[Voice]) -> None:
    """Versions nobody reads any more must not keep the words either."""
    for outcome in await session.exec(select(Outcome).where(Outcome.consultation_id == consultation_id)):
        outcome.content = snapshot.without(outcome.content, voices)
        session.add(outcome)
        queries.forget(outcome.id)


async def _add(
    session: AsyncSession, actor: Actor, consultation: Consultation, content: Content, action: str
) -> Outcome:
    newest = await queries.find_newest(session, consultation.id)
    number = newest.number + 1 if newest else 1
    outcome = Outcome(consultation_id=consultation.id, number=number, content=content)
    if newest is not None and action == "outcome.rebuilt":
        # The public would read in it when somebody withdrew.
        outcome.published_at = newest.published_at
    session.add(outcome)
    await session.flush()
    audit.record(
        session, actor, action, outcome, scope_id=consultation.country_review_id, number=outcome.number
    )
    return outcome
