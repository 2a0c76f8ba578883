"""Counting what waits: a statement a kind for all consultations together, none for each."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consultations import queries as consultations
from app.consultations.models import Consultation
from app.contributions.models import Answer, AnswerVersion, Contribution
from app.contributions.queries import STANDING
from app.organisations.models import READERS, Role
from app.platform.errors import NotFound
from app.platform.security import Actor
from app.reading.models import ReadMark
from app.reading.queries import read_by
from app.statements.models import Statement
from app.statements.queries import WAITING
from app.submissions.models import (
    Decision,
    NationalAnswer,
    NationalAnswerState,
    Paragraph,
    Source,
    Submission,
    SubmissionState,
)
from app.submissions.numbers import IN_PLACE, IS_OPEN, IS_REVISED, newest_of
from app.translations.models import Text, Translation


@dataclass(frozen=True, slots=True)
class Counts:
    """What stands and what waits in one consultation, for one reader.

    `answers` are those that stand; of them `read` by this reader, `undecided` without a decision that holds.
    `begun`, `waiting` and `approved` are national answers; `revised` are paragraphs built on words that were
    changed since; `statements` found no question; `untranslated` are texts without the language of the
    submission.
    """

    answers: int = 0
    read: int = 0
    undecided: int = 0
    begun: int = 0
    waiting: int = 0
    approved: int = 0
    revised: int = 0
    statements: int = 0
    untranslated: int = 0
    is_final: bool = False

    @property
    def unread(self) -> int:
        """How many answers this reader did not mark as read."""
        return self.answers - self.read

    @property
    def decided(self) -> int:
        """How many answers have a decision that holds."""
        return self.answers - self.undecided


@dataclass(slots=True)
class _Found:
    by_id: dict[UUID, Counts] = field(default_factory=dict)

    def put(self, consultation_id: UUID, **numbers: Any) -> None:
        self.by_id[consultation_id] = replace(self.by_id.get(consultation_id, Counts()), **numbers)


async def counts(
    session: AsyncSession, actor: Actor, consultation_ids: Collection[UUID]
) -> dict[UUID, Counts]:
    """What waits in each of these consultations, in five statements however many there are."""
    found = _Found()
    if not consultation_ids:
        return found.by_id
    for place, answers, read, undecided in await session.exec(_answers(actor, consultation_ids)):
        found.put(place, answers=answers, read=read, undecided=undecided)
    for place, state, begun, waiting, approved in await session.exec(_nationals(consultation_ids)):
        is_final = state is SubmissionState.FINAL
        found.put(place, begun=begun, waiting=waiting, approved=approved, is_final=is_final)
    for place, revised in await session.exec(_revised(consultation_ids)):
        found.put(place, revised=revised)
    for place, statements in await session.exec(_statements(consultation_ids)):
        found.put(place, statements=statements)
    for place, untranslated in await session.exec(_untranslated(consultation_ids)):
        found.put(place, untranslated=untranslated)
    return found.by_id


def _answers(actor: Actor, within: Collection[UUID]) -> Any:
    newest = newest_of(col(Answer.consultation_id).in_(within))
    holds = (Decision.answer_id == newest.c.answer_id) & (Decision.number == newest.c.number)
    return (
        select(Answer.consultation_id, func.count(), func.count(col(ReadMark.account_id)), _where(IS_OPEN))
        .select_from(Answer)
        .join(AnswerVersion, col(AnswerVersion.id) == Answer.current_version_id)
        .join(Contribution, col(Contribution.id) == Answer.contribution_id)
        .outerjoin(newest, newest.c.answer_id == Answer.id)
        .outerjoin(Decision, holds)  # type: ignore[arg-type]
        .outerjoin(Paragraph, (col(Paragraph.id) == Decision.paragraph_id) & IN_PLACE)
        .outerjoin(ReadMark, read_by(actor))
        .where(STANDING, col(Answer.consultation_id).in_(within))
        .group_by(col(Answer.consultation_id))
    )


def _where(condition: Any) -> Any:
    return func.count().filter(condition)


def _nationals(within: Collection[UUID]) -> Any:
    state = col(NationalAnswer.state)
    return (
        select(  # type: ignore[call-overload]
            Submission.consultation_id,
            Submission.state,
            func.count(col(NationalAnswer.id)),
            _where(state == NationalAnswerState.FOR_APPROVAL),
            _where(state == NationalAnswerState.APPROVED),
        )
        .outerjoin(NationalAnswer, col(NationalAnswer.submission_id) == Submission.id)
        .where(col(Submission.consultation_id).in_(within))
        .group_by(col(Submission.consultation_id), col(Submission.state))
    )


def _revised(within: Collection[UUID]) -> Any:
    return (
        select(Submission.consultation_id, func.count(func.distinct(Paragraph.id)))
        .join(NationalAnswer, col(NationalAnswer.submission_id) == Submission.id)
        .join(Paragraph, (col(Paragraph.national_answer_id) == NationalAnswer.id) & IN_PLACE)
        .join(Source, col(Source.paragraph_id) == Paragraph.id)
        .join(Answer, col(Answer.id) == Source.answer_id)
        .where(
            col(Submission.consultation_id).in_(within),
            IS_REVISED,
            NationalAnswer.state != NationalAnswerState.APPROVED,
        )
        .group_by(col(Submission.consultation_id))
    )


def _statements(within: Collection[UUID]) -> Any:
    return (
        select(Statement.consultation_id, func.count())
        .where(col(Statement.consultation_id).in_(within), *WAITING)
        .group_by(col(Statement.consultation_id))
    )


def _untranslated(within: Collection[UUID]) -> Any:
    wanted = col(Consultation.submission_language)
    made = select(Translation.id).where(Translation.text_id == Text.id, Translation.language == wanted)
    return (
        select(Answer.consultation_id, func.count())
        .select_from(Answer)
        .join(AnswerVersion, col(AnswerVersion.id) == Answer.current_version_id)
        .join(Contribution, col(Contribution.id) == Answer.contribution_id)
        .join(Consultation, col(Consultation.id) == Answer.consultation_id)
        .join(Text, col(Text.id) == AnswerVersion.text_id)
        .where(
            STANDING,
            col(Answer.consultation_id).in_(within),
            Text.body != "",
            Text.language != wanted,
            ~made.exists(),
        )
        .group_by(col(Answer.consultation_id))
    )


@dataclass(frozen=True, slots=True)
class Steps:
    """The three steps of the work on one consultation, each with what waits there for this reader."""

    consultation: Consultation
    read: int
    write: int
    approve: int


async def find_steps(session: AsyncSession, actor: Actor, slug: str) -> Steps | None:
    """The steps of a consultation for those who read it; None for everybody else."""
    if not actor.places(*READERS):
        return None
    try:
        consultation = await consultations.get_consultation(session, actor, slug)
    except NotFound:
        return None
    if not actor.holds_any(READERS, consultation.office_id):
        return None
    within, own = [consultation.id], Counts()
    for _place, answers, read, undecided in await session.exec(_answers(actor, within)):
        own = replace(own, answers=answers, read=read, undecided=undecided)
    for _place, _state, _begun, waiting, _approved in await session.exec(_nationals(within)):
        own = replace(own, waiting=waiting)
    return Steps(consultation, own.unread, own.undecided, own.waiting)


LEADS = frozenset({Role.FOCAL_POINT})
WRITES = frozenset({Role.EXPERT, Role.FOCAL_POINT})
TRANSLATES = frozenset({Role.TRANSLATOR})
FACILITATES = frozenset({Role.FACILITATOR})
