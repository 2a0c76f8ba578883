"""Reading contributions: the pages of those who write them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, exists, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consultations.models import Consultation
from app.contributions import policy
from app.contributions.models import (
    Answer,
    AnswerVersion,
    Contribution,
    ContributionState,
    Mode,
)
from app.organisations.models import CONTRIBUTORS, Organisation
from app.platform import clock
from app.platform.errors import NotFound
from app.platform.security import Actor, Permission, require
from app.questionnaires.models import Question


def visible(actor: Actor) -> ColumnElement[bool]:
    """Contributions somebody is behind; everybody else does not learn that they exist."""
    if actor.bearer_of is not None:
        return Contribution.id == actor.bearer_of  # type: ignore[return-value]
    places = actor.places(*CONTRIBUTORS)
    return (Contribution.mode == Mode.NAMED) & Contribution.organisation_id.in_(places)  # type: ignore[no-any-return, return-value, union-attr]


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page of a contribution shows: what it is, to which consultation, under which name."""

    contribution: Contribution
    consultation: Consultation
    organisation: str | None

    @property
    def is_confidential(self) -> bool:
        """Whether nobody may learn who writes."""
        return self.contribution.mode is Mode.CONFIDENTIAL

    @property
    def is_open(self) -> bool:
        """Whether the consultation still takes answers."""
        return self.consultation.takes_answers(clock.arrival())

    @property
    def shown_as(self) -> str:
        """The name or the label the government sees."""
        return self.organisation or self.contribution.label


FRAME = (
    select(Contribution, Consultation, Organisation.name)
    .join(Consultation, Consultation.id == Contribution.consultation_id)  # type: ignore[arg-type]
    .outerjoin(Organisation, Organisation.id == Contribution.organisation_id)  # type: ignore[arg-type]
)
WITH_ANSWER = (
    select(Contribution, Consultation, Organisation.name, Question.id, Answer)  # type: ignore[call-overload]
    .join(Consultation, Consultation.id == Contribution.consultation_id)  # type: ignore[arg-type]
    .join(
        Question,
        (Question.version_id == Consultation.civil_society_version_id)  # type: ignore[arg-type]
        & (Question.code == bindparam("code")),
    )
    .outerjoin(Organisation, Organisation.id == Contribution.organisation_id)  # type: ignore[arg-type]
    .outerjoin(
        Answer,
        (Answer.contribution_id == Contribution.id) & (Answer.question_id == Question.id),  # type: ignore[arg-type]
    )
    .where(Contribution.id == bindparam("contribution_id"))
    # Read again after a clash, it must show what the other one saved, not what this session remembers.
    .execution_options(populate_existing=True)
)
LOCKED_WITH_ANSWER = WITH_ANSWER.with_for_update(read=True, of=Contribution)


async def get_frame(
    session: AsyncSession, actor: Actor, contribution_id: UUID, *, lock: bool = False
) -> Frame:
    """A contribution for those behind it, locked for a change if asked; raises NotFound."""
    query = FRAME.where(Contribution.id == contribution_id, visible(actor))
    if lock:
        # Whoever waited for the lock sees the state that the one before left behind.
        query = query.with_for_update(of=Contribution).execution_options(populate_existing=True)
    row = (await session.exec(query)).first()
    if row is None:
        raise NotFound
    return Frame(*row)


async def get_with_answer(
    session: AsyncSession, actor: Actor, contribution_id: UUID, code: str, *, lock: bool = False
) -> tuple[Frame, UUID, Answer | None]:
    """A contribution with its answer to one question, in one statement; raises NotFound.

    Who is asking is judged on what comes back: the statement stays the same for everybody, so that
    it is compiled once.
    """
    statement = LOCKED_WITH_ANSWER if lock else WITH_ANSWER
    found = await session.exec(statement, params={"contribution_id": contribution_id, "code": code})
    row = found.first()
    if row is None or not policy.is_behind(actor, row[0]):
        raise NotFound
    return Frame(row[0], row[1], row[2]), row[3], row[4]


async def answers_of(session: AsyncSession, contribution_id: UUID) -> dict[UUID, Answer]:
    """The answers being written, by question."""
    rows = await session.exec(select(Answer).where(Answer.contribution_id == contribution_id))
    return {answer.question_id: answer for answer in rows}


@dataclass(frozen=True, slots=True)
class Mine:
    """The contributions somebody is behind."""

    frames: Sequence[Frame]
    at: datetime

    def is_open(self, frame: Frame) -> bool:
        """Whether answers are still taken."""
        return frame.consultation.takes_answers(self.at)


async def mine_page(session: AsyncSession, actor: Actor) -> Mine:
    """Everything somebody is behind, the newest consultation first."""
    query = FRAME.where(visible(actor)).order_by(Consultation.closes_at.desc(), Contribution.label)  # type: ignore[attr-defined]
    return Mine([Frame(*row) for row in (await session.exec(query)).all()], clock.arrival())


@dataclass(frozen=True, slots=True)
class StartPage:
    """How to take part in a consultation: under a name or with a code."""

    consultation: Consultation
    organisations: Sequence[Organisation]
    begun: Mapping[UUID, UUID]
    may_start: Permission
    may_enter: Permission


async def start_page(session: AsyncSession, actor: Actor, consultation: Consultation) -> StartPage:
    """The choice of mode, with what the person's organisations have begun already."""
    places = actor.places(*CONTRIBUTORS)
    organisations = (
        await session.exec(
            select(Organisation).where(Organisation.id.in_(places)).order_by(Organisation.name)  # type: ignore[attr-defined]
        )
    ).all()
    begun = await session.exec(
        select(Contribution.organisation_id, Contribution.id).where(
            Contribution.consultation_id == consultation.id,
            Contribution.organisation_id.in_(places),  # type: ignore[union-attr]
            Contribution.state != ContributionState.WITHDRAWN,
        )
    )
    return StartPage(
        consultation,
        organisations,
        {place: contribution for place, contribution in begun if place is not None},
        policy.can_start(actor, consultation, clock.arrival()),
        policy.can_enter(consultation, clock.arrival()),
    )


async def get_frame_with_name(session: AsyncSession, actor: Actor, contribution_id: UUID) -> Frame:
    """A contribution whose name this person may give up; raises NotFound, or Forbidden with the reason."""
    frame = await get_frame(session, actor, contribution_id)
    require(policy.can_become_confidential(actor, frame.contribution, frame.consultation, clock.arrival()))
    return frame


async def taken_of(session: AsyncSession, consultation_id: UUID, labels: Collection[str]) -> set[str]:
    """Which of these labels are in use in a consultation."""
    query = select(Contribution.label).where(
        Contribution.consultation_id == consultation_id, col(Contribution.label).in_(labels)
    )
    return set((await session.exec(query)).all())


async def labels_in(session: AsyncSession, consultation_id: UUID) -> set[str]:
    """The labels in use in a consultation."""
    query = select(Contribution.label).where(Contribution.consultation_id == consultation_id)
    return set((await session.exec(query)).all())


# What a facilitator took in without a name: nobody behind it asked to be kept confidential.
UNATTRIBUTED = (
    (col(Contribution.mode) == Mode.CONFIDENTIAL)
    & col(Contribution.entered_by_id).is_not(None)
    & col(Contribution.receipt_hash).is_(None)
)


@dataclass(frozen=True, slots=True)
class Voices:
    """Who speaks in a consultation: organisations, confidential contributors, statements without a name."""

    organisations: int
    confidential: int
    statements: int

    @property
    def contributions(self) -> int:
        """What somebody handed in herself; a statement is no contribution of its own."""
        return self.organisations + self.confidential


async def count_voices(session: AsyncSession, consultation_id: UUID) -> Voices:
    """How many of each kind were handed in and not withdrawn, in one statement."""
    query = select(
        func.count().filter(Contribution.mode == Mode.NAMED),  # type: ignore[arg-type, call-overload]
        func.count().filter((col(Contribution.mode) == Mode.CONFIDENTIAL) & ~UNATTRIBUTED),
        func.count().filter(UNATTRIBUTED),
    ).where(
        Contribution.consultation_id == consultation_id,
        COUNTED,
    )
    return Voices(*(await session.exec(query)).one())


# What counts among those who took part: confidential ones from the day on which the desk may read them.
COUNTED = (
    (col(Contribution.submitted_versions) > 0)
    & (Contribution.state != ContributionState.WITHDRAWN)
    & (
        (col(Contribution.mode) == Mode.NAMED)
        | exists().where(
            Answer.contribution_id == Contribution.id,  # type: ignore[arg-type]
            col(Answer.current_version_id).is_not(None),
        )
    )
)
# What the packages above read: submitted versions of contributions that stand.
STANDING = (
    (Answer.current_version_id == AnswerVersion.id)
    & (Contribution.id == Answer.contribution_id)
    & (Contribution.state != ContributionState.WITHDRAWN)
)


def as_json(answer: Answer, code: str) -> dict[str, Any]:
    """An answer as the JSON interface shows it."""
    kept = ("law", "practice", "value", "narrative", "language", "evidence", "recommendation", "publication")
    shown = {name: getattr(answer, name) for name in kept}
    return {"question": code, **shown, "skipped": answer.skipped, "version": answer.version}
