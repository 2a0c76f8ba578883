"""Writing contributions: starting, answering, submitting, revising, withdrawing."""

import secrets
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit import service as audit
from app.consultations.models import Consultation
from app.contributions import policy, queries
from app.contributions.events import ContributionSubmitted, ContributionWithdrawn
from app.contributions.models import (
    MOVES,
    Answer,
    AnswerVersion,
    Contribution,
    ContributionState,
    ContributionVersion,
    Mode,
    Publication,
    SubmittedAnswer,
)
from app.contributions.queries import Frame
from app.contributions.schemas import AnswerInput
from app.organisations.models import CONTRIBUTORS, Organisation
from app.platform import clock, ids
from app.platform.db import versioned_upsert
from app.platform.errors import Forbidden, Invalid, StaleEdit
from app.platform.events import publish
from app.platform.i18n import _
from app.platform.security import Actor, require
from app.platform.states import move
from app.translations.models import Text

LABELS = (99, 999, 9_999, 999_999)
ANSWERS: Any = Answer.__table__  # type: ignore[attr-defined]
KEYS = ("contribution_id", "question_id")
NAMES = (
    "consultation_id",
    "law",
    "practice",
    "narrative",
    "language",
    "evidence",
    "recommendation",
    "publication",
    "skipped",
)
CONTENT = ("law", "practice", "evidence", "recommendation", "publication", "language")


async def start_contribution(
    session: AsyncSession, actor: Actor, consultation: Consultation, organisation_id: UUID
) -> Contribution:
    """Begin a named contribution of an organisation, or return the one it has begun."""
    require(policy.can_start(actor, consultation, clock.arrival()))
    if not actor.holds_any(CONTRIBUTORS, organisation_id):
        raise Forbidden(policy.NOT_YOURS)
    # Two members who start at once wait for each other, and the second finds what the first began.
    await session.get(Organisation, organisation_id, with_for_update={"key_share": True})
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
    """Add an empty contribution under a random label nobody else has; callers have checked the policy."""
    taken = await queries.labels_in(session, consultation.id)
    # Labels are short while contributions are few, and drawn from many more than are taken.
    highest = next(limit for limit in LABELS if limit > 2 * len(taken))
    free = [f"K{n}" for n in range(2, highest + 1) if f"K{n}" not in taken]
    contribution = Contribution(
        consultation_id=consultation.id,
        office_id=consultation.office_id,
        organisation_id=organisation_id,
        mode=mode,
        label=secrets.choice(free),
        **more,
    )
    session.add(contribution)
    await session.flush()
    return contribution


async def save_answer(
    session: AsyncSession, actor: Actor, contribution_id: UUID, code: str, data: AnswerInput
) -> int:
    """Save the answer being written; returns its new version. Raises StaleEdit with the stored one."""
    frame, question_id, stored = await queries.get_with_answer(
        session, actor, contribution_id, code, lock=True
    )
    require(policy.can_answer(actor, frame.contribution, frame.consultation, clock.arrival()))
    _check_publication(frame, data.publication)
    if (stored.version if stored else 0) != data.version:
        raise StaleEdit(stored)
    written = await session.exec(
        versioned_upsert(session.get_bind().dialect.name, ANSWERS, KEYS, NAMES),
        params={
            "id": ids.random_id(),
            "contribution_id": contribution_id,
            "question_id": question_id,
            "consultation_id": frame.consultation.id,
            "expected": data.version,
            **_values(data),
        },
    )
    version = written.scalar_one_or_none()
    if version is None:
        raise StaleEdit((await queries.get_with_answer(session, actor, contribution_id, code))[2])
    return int(version)


def _values(data: AnswerInput) -> dict[str, Any]:
    recommendation = data.recommendation.model_dump()
    is_empty = not (recommendation["action"] or recommendation["addressee"])
    return {
        "law": data.law,
        "practice": data.practice,
        "narrative": data.narrative,
        "language": data.language,
        "evidence": [source.model_dump() for source in data.evidence],
        "recommendation": {} if is_empty else recommendation,
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
    return await _hand_in(session, actor, contribution, frame.consultation)


async def submit_for(
    session: AsyncSession, actor: Actor, contribution: Contribution, consultation: Consultation
) -> ContributionVersion:
    """Hand in what a facilitator entered on behalf of an organisation; again, after an addition."""
    require(policy.can_submit_for(actor, contribution, consultation, clock.arrival()))
    if contribution.state is ContributionState.SUBMITTED:
        move(contribution, MOVES, ContributionState.DRAFTING)
    return await _hand_in(session, actor, contribution, consultation)


async def _hand_in(
    session: AsyncSession, actor: Actor, contribution: Contribution, consultation: Consultation
) -> ContributionVersion:
    """A new version of a contribution from its answers as they stand."""
    contribution_id = contribution.id
    answers = [a for a in (await queries.answers_of(session, contribution_id)).values() if not a.is_empty]
    if not answers:
        raise Invalid(detail=_("There is nothing to submit yet: answer at least one question."))
    move(contribution, MOVES, ContributionState.SUBMITTED)
    contribution.submitted_versions += 1
    contribution.submitted_on = clock.today()
    session.add(contribution)
    version = ContributionVersion(
        contribution_id=contribution_id,
        number=contribution.submitted_versions,
        submitted_on=clock.today(),
    )
    session.add(version)
    await session.flush()
    await _keep_versions(session, contribution_id, version, answers)
    audit.record(
        session,
        actor,
        "contribution.submitted",
        contribution,
        scope_id=consultation.country_review_id,
        number=version.number,
    )
    await publish(session, ContributionSubmitted(contribution_id, consultation.id))
    return version


async def _keep_versions(
    session: AsyncSession, contribution_id: UUID, version: ContributionVersion, answers: list[Answer]
) -> None:
    """A new answer version where something changed; the version before where nothing did."""
    rows = await session.exec(
        select(AnswerVersion, Text.body)
        .join(Answer, Answer.current_version_id == AnswerVersion.id)  # type: ignore[arg-type]
        .join(Text, Text.id == AnswerVersion.text_id)  # type: ignore[arg-type]
        .where(Answer.contribution_id == contribution_id)
    )
    before = {kept.answer_id: (kept, body) for kept, body in rows}
    everything = await queries.answers_of(session, contribution_id)
    given = {answer.id for answer in answers}
    for answer in everything.values():
        if answer.id not in given:
            answer.current_version_id = None
            session.add(answer)
    for answer in answers:
        kept, body = before.get(answer.id, (None, ""))
        if kept is None or not _same(answer, kept, body):
            kept = await _new_version(session, answer, kept)
            answer.current_version_id = kept.id
            session.add(answer)
        session.add(SubmittedAnswer(contribution_version_id=version.id, answer_version_id=kept.id))
    await session.flush()


def _same(answer: Answer, kept: AnswerVersion, body: str) -> bool:
    return body == answer.narrative and all(getattr(answer, n) == getattr(kept, n) for n in CONTENT)


async def _new_version(session: AsyncSession, answer: Answer, before: AnswerVersion | None) -> AnswerVersion:
    highest = (
        await session.exec(
            select(AnswerVersion.number)
            .where(AnswerVersion.answer_id == answer.id)
            .order_by(AnswerVersion.number.desc())  # type: ignore[attr-defined]
        )
        if before is None and answer.version > 1
        else None
    )
    last = before.number if before else ((highest.first() or 0) if highest else 0)
    text = Text(language=answer.language, body=answer.narrative)
    session.add(text)
    kept = AnswerVersion(
        answer_id=answer.id,
        number=last + 1,
        text_id=text.id,
        submitted_on=clock.today(),
        **{name: getattr(answer, name) for name in CONTENT},
    )
    session.add(kept)
    return kept


async def revise_contribution(session: AsyncSession, actor: Actor, contribution_id: UUID) -> Contribution:
    """Take a submitted contribution up again; what was handed in stands until the next submission."""
    frame = await queries.get_frame(session, actor, contribution_id, lock=True)
    require(policy.can_revise(actor, frame.contribution, frame.consultation, clock.arrival()))
    move(frame.contribution, MOVES, ContributionState.DRAFTING)
    session.add(frame.contribution)
    return frame.contribution


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


async def _erase(session: AsyncSession, contribution_id: UUID) -> None:
    await session.exec(delete(Answer).where(Answer.contribution_id == contribution_id))  # type: ignore[arg-type]
    await session.exec(delete(Contribution).where(Contribution.id == contribution_id))  # type: ignore[arg-type]


async def become_confidential(
    session: AsyncSession, actor: Actor, contribution_id: UUID
) -> tuple[Contribution, str]:
    """Move the draft to a contribution that nobody stands behind; returns it and its receipt code.

    The answers go into new rows and the named ones are deleted, so that no row remembers the name.
    """
    frame = await queries.get_frame(session, actor, contribution_id, lock=True)
    require(policy.can_become_confidential(actor, frame.contribution, frame.consultation, clock.arrival()))
    answers = await queries.answers_of(session, contribution_id)
    code = ids.new_code()
    fresh = await new_contribution(
        session,
        frame.consultation,
        Mode.CONFIDENTIAL,
        receipt_hash=ids.fingerprint(code),
        language=frame.contribution.language,
    )
    for answer in answers.values():
        copied = answer.model_dump(exclude={"id", "contribution_id", "version", "publication"})
        publication = min(answer.publication, Publication.UNNAMED, key=list(Publication).index)
        session.add(Answer(**copied, contribution_id=fresh.id, publication=publication))
    await _erase(session, contribution_id)
    await session.flush()
    return fresh, code
