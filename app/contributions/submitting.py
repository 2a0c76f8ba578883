"""Handing in: an immutable version of every answer that belongs to the contribution."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import exists, update
from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit import service as audit
from app.consultations.models import Consultation
from app.contributions import kinds, queries, relevance_changes
from app.contributions.events import ContributionSubmitted
from app.contributions.models import (
    MOVES,
    Answer,
    AnswerVersion,
    Contribution,
    ContributionState,
    ContributionVersion,
    Mode,
    SubmittedAnswer,
)
from app.platform import clock
from app.platform.db import add_rows
from app.platform.errors import Invalid
from app.platform.events import publish
from app.platform.i18n import _
from app.platform.security import Actor
from app.platform.states import move
from app.questionnaires import queries as questionnaires
from app.translations.models import Text

CONTENT = ("law", "practice", "value", "evidence", "recommendation", "publication", "language")
_newer: Any = aliased(AnswerVersion)
NEWER = select(_newer.id).where(
    _newer.answer_id == AnswerVersion.answer_id, _newer.number > AnswerVersion.number
)
REQUIRED = _("This question must be answered before you submit.")


async def hand_in(
    session: AsyncSession,
    actor: Actor,
    contribution: Contribution,
    consultation: Consultation,
    *,
    is_own: bool = True,
) -> ContributionVersion:
    """A new version of a contribution from its answers as they stand.

    Answers to questions that do not matter any more stay where they are and are not handed in. Conditions
    bind those who answer: what somebody entered on their behalf answers single questions, and all of it counts.
    """
    everything = await queries.answers_of(session, contribution.id)
    version = await questionnaires.get_compiled(session, consultation.civil_society_version_id)
    away: frozenset[UUID] = frozenset()
    if is_own:
        given = {key: kinds.given_by(answer) for key, answer in everything.items()}
        away = version.rules.irrelevant(given, clock.today())
        _check_complete([version.codes[key] for key in relevance_changes.missing(version, everything, away)])
    answers = [a for key, a in everything.items() if not a.is_empty and key not in away]
    if not answers:
        raise Invalid(detail=_("There is nothing to submit yet: answer at least one question."))
    made = await _move_on(session, contribution)
    kept = await _keep_versions(session, contribution.id, made, answers)
    is_read_at_once = contribution.mode is Mode.NAMED or not is_own  # else it waits for `pass_on`
    await _let_go(session, everything.values(), made, kept if is_read_at_once else None)
    audit.record(
        session,
        actor,
        "contribution.submitted",
        contribution,
        scope_id=consultation.country_review_id,
        number=made.number,
    )
    await publish(session, ContributionSubmitted(contribution.id, consultation.id))
    return made


def _check_complete(codes: Sequence[str]) -> None:
    if codes:
        detail = _("Some questions must be answered before you submit: %(codes)s", codes=", ".join(codes))
        raise Invalid(dict.fromkeys(codes, REQUIRED), detail)


async def _move_on(session: AsyncSession, contribution: Contribution) -> ContributionVersion:
    move(contribution, MOVES, ContributionState.SUBMITTED)
    contribution.submitted_versions += 1
    contribution.submitted_on = clock.today()
    session.add(contribution)
    version = ContributionVersion(
        contribution_id=contribution.id,
        number=contribution.submitted_versions,
        submitted_on=clock.today(),
    )
    session.add(version)
    await session.flush()
    return version


async def _keep_versions(
    session: AsyncSession,
    contribution_id: UUID,
    version: ContributionVersion,
    answers: Sequence[Answer],
) -> dict[UUID, UUID]:
    """A new answer version where something changed; the version before where nothing did.

    An answer that was left out for a while and comes back unchanged keeps the version it had. Returns
    the versions by answer.
    """
    rows = await session.exec(
        select(AnswerVersion, Text.body)
        .join(Answer, Answer.id == AnswerVersion.answer_id)  # type: ignore[arg-type]
        .join(Text, Text.id == AnswerVersion.text_id)  # type: ignore[arg-type]
        .where(Answer.contribution_id == contribution_id, ~NEWER.exists())
    )
    before = {kept.answer_id: (kept, body) for kept, body in rows}
    held: dict[UUID, UUID] = {}
    new: list[tuple[Text, AnswerVersion]] = []
    for answer in answers:
        kept, body = before.get(answer.id, (None, ""))
        if kept is None or not _same(answer, kept, body):
            new.append(_new_version(answer, kept))
            kept = new[-1][1]
        held[answer.id] = kept.id
    await add_rows(session, [text for text, _version in new])
    await add_rows(session, [made for _text, made in new])
    await add_rows(
        session,
        [SubmittedAnswer(contribution_version_id=version.id, answer_version_id=one) for one in held.values()],
    )
    return held


async def _let_go(
    session: AsyncSession,
    answers: Collection[Answer],
    made: ContributionVersion,
    kept: Mapping[UUID, UUID] | None,
) -> None:
    """Forget who wrote the drafts, and let the desk read the versions that were kept, in one statement for all.

    Who wrote a draft concerned the colleagues while they wrote; what is handed in is the organisation's.
    """
    values: dict[str, Any] = {"saved_by_id": None, "saved_at": None}
    if kept is not None:
        values["current_version_id"] = (
            select(AnswerVersion.id)
            .join(SubmittedAnswer, col(SubmittedAnswer.answer_version_id) == AnswerVersion.id)
            .where(AnswerVersion.answer_id == Answer.id, SubmittedAnswer.contribution_version_id == made.id)
            .correlate(Answer)
            .scalar_subquery()
        )
    await session.exec(
        update(Answer)
        .where(col(Answer.contribution_id) == made.contribution_id)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    for answer in answers:  # what this session holds of them says the same
        for name in ("saved_by_id", "saved_at"):
            set_committed_value(answer, name, None)
        if kept is not None:
            set_committed_value(answer, "current_version_id", kept.get(answer.id))


def _same(answer: Answer, kept: AnswerVersion, body: str) -> bool:
    return body == answer.narrative and all(getattr(answer, n) == getattr(kept, n) for n in CONTENT)


def _new_version(answer: Answer, before: AnswerVersion | None) -> tuple[Text, AnswerVersion]:
    text = Text(language=answer.language, body=answer.narrative)
    kept = AnswerVersion(
        answer_id=answer.id,
        number=before.number + 1 if before else 1,
        text_id=text.id,
        submitted_on=clock.today(),
        **{name: getattr(answer, name) for name in CONTENT},
    )
    return text, kept


async def pass_on(session: AsyncSession, consultation_id: UUID | None = None, *, today: bool = False) -> None:
    """Let the desk read what was handed in confidentially: of the days that are over, or of a consultation.

    If its numbers grew at once, whoever watches them would learn the minute in which somebody wrote.
    """
    due = _newest_confidential()
    if consultation_id is None and not today:
        due = due.where(ContributionVersion.submitted_on < clock.today())
    elif consultation_id is not None:
        due = due.where(Contribution.consultation_id == consultation_id)
    handed_in = (
        select(AnswerVersion.id)
        .join(SubmittedAnswer, SubmittedAnswer.answer_version_id == AnswerVersion.id)  # type: ignore[arg-type]
        .where(
            AnswerVersion.answer_id == Answer.id,
            col(SubmittedAnswer.contribution_version_id).in_(due),
        )
        .correlate(Answer)
        .scalar_subquery()
    )
    theirs = select(ContributionVersion.contribution_id).where(col(ContributionVersion.id).in_(due))
    await session.exec(
        update(Answer)
        .where(
            col(Answer.contribution_id).in_(theirs),
            col(Answer.current_version_id).is_distinct_from(handed_in),
        )
        .values(current_version_id=handed_in)
        .execution_options(synchronize_session=False)
    )


def _newest_confidential() -> Any:
    """The last submission of each confidential contribution, by its id."""
    newer: Any = aliased(ContributionVersion)
    return (
        select(ContributionVersion.id)
        .join(Contribution, Contribution.id == ContributionVersion.contribution_id)  # type: ignore[arg-type]
        .where(
            Contribution.mode == Mode.CONFIDENTIAL,
            ~exists().where(
                newer.contribution_id == ContributionVersion.contribution_id,
                newer.number > ContributionVersion.number,
            ),
        )
    )
