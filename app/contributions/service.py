"""Writing contributions: starting, answering, submitting, revising, withdrawing."""

import secrets
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit import service as audit
from app.consultations.models import Consultation
from app.contributions import clashing, kinds, policy, queries, relevance_changes, submitting
from app.contributions.events import ContributionWithdrawn, WordsTakenBack
from app.contributions.models import (
    MOVES,
    Answer,
    AnswerVersion,
    Contribution,
    ContributionState,
    ContributionVersion,
    Mode,
    Publication,
    narrowest,
)
from app.contributions.queries import Frame
from app.contributions.relevance_changes import RelevanceChange
from app.contributions.schemas import AnswerInput
from app.organisations.models import CONTRIBUTORS, Organisation
from app.platform import clock, i18n, ids
from app.platform.db import versioned_upsert
from app.platform.errors import Forbidden, Invalid, StaleEdit
from app.platform.events import publish
from app.platform.i18n import _
from app.platform.security import Actor, require
from app.platform.states import move
from app.questionnaires import queries as questionnaires
from app.questionnaires.relevance import Given
from app.translations.models import Text, Translation

LABELS = (99, 999, 9_999, 999_999)
LABEL_ATTEMPTS = 20
DRAWN = 8  # labels of each length
ANSWERS: Any = Answer.__table__  # type: ignore[attr-defined]
KEYS = ("contribution_id", "question_id")
# What tells who saved an answer and when: never of a confidential one.
BY_NAME = ("saved_by_id", "saved_at")
NAMES = (
    "consultation_id",
    "law",
    "practice",
    "value",
    "narrative",
    "language",
    "evidence",
    "recommendation",
    "publication",
    "skipped",
    *BY_NAME,
)
SAVED_MEANWHILE = _("Another version of this answer was saved while you were writing.")


async def start_contribution(
    session: AsyncSession, actor: Actor, consultation: Consultation, organisation_id: UUID
) -> Contribution:
    """Begin a named contribution of an organisation, or return the one it has begun."""
    require(policy.can_start(actor, consultation, clock.arrival()))
    if not actor.holds_any(CONTRIBUTORS, organisation_id):
        raise Forbidden(policy.NOT_YOURS)
    # Two members who start at once wait for each other, and the second finds what the first began.
    place = await session.get_one(Organisation, organisation_id, with_for_update={"key_share": True})
    if not (named := policy.can_name(place, consultation)):
        raise Forbidden(named.reason)
    standing = await session.exec(
        select(Contribution).where(
            Contribution.consultation_id == consultation.id,
            Contribution.organisation_id == organisation_id,
            Contribution.state != ContributionState.WITHDRAWN,
        )
    )
    found = standing.first()
    if found is not None:
        return found
    return await new_contribution(session, consultation, Mode.NAMED, organisation_id)


async def new_contribution(
    session: AsyncSession,
    consultation: Consultation,
    mode: Mode,
    organisation_id: UUID | None = None,
    **more: Any,
) -> Contribution:
    """Add an empty contribution under a random label nobody else has; callers have checked the policy.

    Two who begin in the same moment may draw the same label: whoever comes second draws again.
    """
    for attempt in range(1, LABEL_ATTEMPTS + 1):
        contribution = Contribution(
            consultation_id=consultation.id,
            office_id=consultation.office_id,
            organisation_id=organisation_id,
            mode=mode,
            label=await _free_label(session, consultation.id),
            **more,
        )
        try:
            async with session.begin_nested():
                session.add(contribution)
        except IntegrityError:
            if attempt == LABEL_ATTEMPTS:
                raise
        else:
            break
    return contribution


async def _free_label(session: AsyncSession, consultation_id: UUID) -> str:
    """Draw a label nobody has, in one statement however many there are.

    Labels are short while contributions are few: of each length some are drawn, and the shortest length of
    which no more than half are taken gives the label.
    """
    drawn = [[f"K{2 + secrets.randbelow(limit - 1)}" for _draw in range(DRAWN)] for limit in LABELS]
    taken = await queries.taken_of(session, consultation_id, [label for some in drawn for label in some])
    for some in drawn:
        free = [label for label in some if label not in taken]
        if 2 * len(free) >= DRAWN:
            return free[0]
    return await _free_label(session, consultation_id)


class Saved(NamedTuple):
    """What saving an answer came to: its new version, what it changed, and the question to go on with."""

    version: int
    change: RelevanceChange
    next: str | None


async def save_answer(
    session: AsyncSession, actor: Actor, contribution_id: UUID, code: str, data: AnswerInput
) -> Saved:
    """Save the answer being written. Raises StaleEdit with the stored one, and Invalid where it does not fit.

    What is stored already is saved, whoever stored it and when: pressing twice is no conflict.
    """
    frame, question_id, stored = await queries.get_with_answer(
        session, actor, contribution_id, code, lock=True
    )
    require(policy.can_answer(actor, frame.contribution, frame.consultation, clock.arrival()))
    _check_publication(frame, data.publication)
    version = await questionnaires.get_compiled(session, frame.consultation.civil_society_version_id)
    language = i18n.current.get()
    question = version[language].by_id[question_id]
    value = kinds.checked(question, data.law, data.practice, data.narrative, data.typed_value, language)
    values = _values(data, value)
    is_stored = _says_the_same(stored, values, data.version)
    if not is_stored and (stored.version if stored else 0) != data.version:
        raise StaleEdit(stored, SAVED_MEANWHILE)
    before = await relevance_changes.given_to(
        session, contribution_id, relevance_changes.needed_to_save(version, question)
    )
    after = {**before, question_id: Given(data.law, data.practice, data.narrative, value)}
    relevance_changes.check_constraint(version, question, after)
    change, away = relevance_changes.change_by(version, before, after)
    following = relevance_changes.next_after(version, question_id, away)
    if stored is not None and is_stored:
        return Saved(stored.version, change, following)
    return Saved(
        await _write(session, actor, frame, code, question_id, data.version, values), change, following
    )


async def _write(
    session: AsyncSession,
    actor: Actor,
    frame: Frame,
    code: str,
    question_id: UUID,
    expected: int,
    values: dict[str, Any],
) -> int:
    """Store an answer over the version it began from; returns the new one."""
    is_named = not frame.is_confidential
    written = await session.exec(
        versioned_upsert(session.get_bind().dialect.name, ANSWERS, KEYS, NAMES),
        params={
            "id": ids.random_id(),
            "contribution_id": frame.contribution.id,
            "question_id": question_id,
            "consultation_id": frame.consultation.id,
            "expected": expected,
            # Colleagues see who wrote. Of a confidential answer nobody may ever learn that.
            "saved_by_id": actor.account_id if is_named else None,
            "saved_at": clock.now() if is_named else None,
            **values,
        },
    )
    number = written.scalar_one_or_none()
    if number is not None:
        return int(number)
    stored = (await queries.get_with_answer(session, actor, frame.contribution.id, code))[2]
    if stored is not None and _says_the_same(stored, values, expected):
        return stored.version
    raise StaleEdit(stored, SAVED_MEANWHILE)


def _says_the_same(stored: Answer | None, values: dict[str, Any], version: int) -> bool:
    """Whether an answer is stored as it is; that it was skipped is said again only from its newest version."""
    if stored is None or clashing.content_of(stored.model_dump()) != clashing.content_of(values):
        return False
    return stored.skipped == values["skipped"] or stored.version != version


def _values(data: AnswerInput, value: str) -> dict[str, Any]:
    recommendation = data.recommendation.model_dump()
    return {
        "law": data.law,
        "practice": data.practice,
        "value": value,
        "narrative": data.narrative,
        "language": data.language,
        "evidence": [source.model_dump() for source in data.evidence],
        "recommendation": recommendation if any(recommendation.values()) else {},
        "publication": data.publication,
        "skipped": data.skipped,
    }


def _check_publication(frame: Frame, publication: Publication) -> None:
    if publication is Publication.NAMED and frame.is_confidential:
        raise Invalid({"publication": _("A confidential answer can only be published without a name.")})


async def submit_contribution(
    session: AsyncSession, actor: Actor, contribution_id: UUID
) -> ContributionVersion:
    """Hand in every answer as it stands: an immutable version, acknowledged after the commit."""
    frame = await queries.get_frame(session, actor, contribution_id, lock=True)
    contribution = frame.contribution
    require(policy.can_submit(actor, contribution, frame.consultation, clock.arrival()))
    return await submitting.hand_in(session, actor, contribution, frame.consultation)


async def submit_for(
    session: AsyncSession, actor: Actor, contribution: Contribution, consultation: Consultation
) -> ContributionVersion:
    """Hand in what a facilitator entered on behalf of an organisation; again, after an addition."""
    require(policy.can_submit_for(actor, contribution, consultation, clock.arrival()))
    if contribution.state is ContributionState.SUBMITTED:
        move(contribution, MOVES, ContributionState.DRAFTING)
    return await submitting.hand_in(session, actor, contribution, consultation, is_own=False)


async def revise_contribution(session: AsyncSession, actor: Actor, contribution_id: UUID) -> Contribution:
    """Take a submitted contribution up again; what was handed in stands until the next submission."""
    frame = await queries.get_frame(session, actor, contribution_id, lock=True)
    require(policy.can_revise(actor, frame.contribution, frame.consultation, clock.arrival()))
    move(frame.contribution, MOVES, ContributionState.DRAFTING)
    session.add(frame.contribution)
    return frame.contribution


async def pass_on_confidential(
    session: AsyncSession, actor: Actor, consultation_id: UUID | None = None, *, today: bool = False
) -> None:
    """Let the desk read confidential answers: of the days that are over, or all of one that closes."""
    require(policy.can_pass_on(actor))
    await submitting.pass_on(session, consultation_id, today=today)


async def resume_contribution(session: AsyncSession, actor: Actor, contribution_id: UUID) -> None:
    """Take a contribution up again where it was handed in; one that is being written stays so."""
    frame = await queries.get_frame(session, actor, contribution_id, lock=True)
    is_written = frame.contribution.state is ContributionState.DRAFTING
    may = policy.can_answer if is_written else policy.can_revise
    require(may(actor, frame.contribution, frame.consultation, clock.arrival()))
    if not is_written:
        move(frame.contribution, MOVES, ContributionState.DRAFTING)
        session.add(frame.contribution)


async def withdraw_contribution(session: AsyncSession, actor: Actor, contribution_id: UUID) -> None:
    """Take everything back; what was never handed in is deleted without a trace."""
    frame = await queries.get_frame(session, actor, contribution_id, lock=True)
    contribution = frame.contribution
    require(policy.can_withdraw(actor, contribution))
    if not contribution.submitted_versions:
        await _erase(session, contribution_id)
        return
    move(contribution, MOVES, ContributionState.WITHDRAWN)
    session.add(contribution)
    scope = frame.consultation.country_review_id
    audit.record(session, actor, "contribution.withdrawn", contribution, scope_id=scope)
    await session.flush()
    await publish(session, ContributionWithdrawn(contribution_id, frame.consultation.id))
    await _erase_words(session, contribution_id, frame.consultation.id)


async def erase_withdrawn(session: AsyncSession, actor: Actor) -> int:
    """Erase what was withdrawn before words were erased at once; returns of how many contributions."""
    require(policy.can_erase_withdrawn(actor))
    says_something = (
        (col(Text.body) != "")
        | (col(AnswerVersion.value) != "")
        | col(AnswerVersion.law).is_not(None)
        | col(AnswerVersion.practice).is_not(None)
    )
    query = (
        select(Contribution.id, Contribution.consultation_id)
        .join(Answer, col(Answer.contribution_id) == Contribution.id)
        .join(AnswerVersion, col(AnswerVersion.answer_id) == Answer.id)
        .join(Text, col(Text.id) == AnswerVersion.text_id)
        .where(Contribution.state == ContributionState.WITHDRAWN, says_something)
        .distinct()
    )
    found = (await session.exec(query)).all()
    for contribution_id, consultation_id in found:
        await _erase_words(session, contribution_id, consultation_id)
    return len(found)


async def _erase_words(session: AsyncSession, contribution_id: UUID, consultation_id: UUID) -> None:
    """Leave the rows of a withdrawn contribution without a word; that it was handed in stays known."""
    # Whoever has to find the words elsewhere is told while they are still there.
    await publish(session, WordsTakenBack(contribution_id, consultation_id))
    own = select(Answer.id).where(Answer.contribution_id == contribution_id)
    texts = select(AnswerVersion.text_id).where(col(AnswerVersion.answer_id).in_(own))
    await session.exec(delete(Translation).where(col(Translation.text_id).in_(texts)))
    await session.exec(update(Text).where(col(Text.id).in_(texts)).values(body=""))
    nothing: dict[str, Any] = {
        "law": None,
        "practice": None,
        "value": "",
        "evidence": [],
        "recommendation": {},
    }
    await session.exec(update(AnswerVersion).where(col(AnswerVersion.answer_id).in_(own)).values(nothing))
    drafts = update(Answer).where(col(Answer.contribution_id) == contribution_id)
    await session.exec(drafts.values(narrative="", **nothing))


async def _erase(session: AsyncSession, contribution_id: UUID) -> None:
    await session.exec(delete(Answer).where(Answer.contribution_id == contribution_id))  # type: ignore[arg-type]
    await session.exec(delete(Contribution).where(Contribution.id == contribution_id))  # type: ignore[arg-type]


async def become_confidential(
    session: AsyncSession, actor: Actor, contribution_id: UUID, receipt: str
) -> Contribution:
    """Move the draft to a contribution that nobody stands behind, under a receipt code that was kept.

    The answers go into new rows and the named ones are deleted, so that no row remembers the name.
    """
    frame = await queries.get_frame(session, actor, contribution_id, lock=True)
    require(policy.can_become_confidential(actor, frame.contribution, frame.consultation, clock.arrival()))
    answers = await queries.answers_of(session, contribution_id)
    fresh = await new_contribution(
        session,
        frame.consultation,
        Mode.CONFIDENTIAL,
        receipt_hash=ids.fingerprint(ids.plain_code(receipt)),
        language=frame.contribution.language,
    )
    for answer in answers.values():
        copied = answer.model_dump(exclude={"id", "contribution_id", "version", "publication", *BY_NAME})
        publication = narrowest(answer.publication, Publication.UNNAMED)
        session.add(Answer(**copied, contribution_id=fresh.id, publication=publication))
    await _erase(session, contribution_id)
    await session.flush()
    return fresh
