"""Reading submitted answers: plain rows in one statement, never an unsubmitted word."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consultations.models import Consultation
from app.contributions.models import Answer, AnswerVersion, Contribution, Mode, Publication, narrowest
from app.contributions.queries import STANDING, UNATTRIBUTED
from app.organisations.models import Organisation
from app.platform.errors import NotFound
from app.platform.security import Actor
from app.questionnaires.positions import Law, Practice
from app.reading.models import ReadMark
from app.translations.models import Text


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """A submitted answer as the government may read it: `name` is an organisation or a label.

    A statement that a facilitator took in without a name is not confidential: nobody asked for that.
    """

    answer_id: UUID
    answer_version_id: UUID
    version_number: int
    question_id: UUID
    contribution_id: UUID
    name: str
    is_confidential: bool
    is_unattributed: bool
    language: str
    text_id: UUID
    body: str
    law: Law | None
    practice: Practice | None
    value: str
    evidence: Sequence[Mapping[str, Any]]
    recommendation: Mapping[str, Any]
    publication: Publication
    submitted_on: date
    is_unverified: bool = False


# Each by its name in a row of SUBMITTED.
COLUMNS: tuple[Any, ...] = (
    col(Answer.id).label("answer_id"),
    col(AnswerVersion.id).label("answer_version_id"),
    col(AnswerVersion.number).label("version_number"),
    col(Answer.question_id).label("question_id"),
    col(Contribution.id).label("contribution_id"),
    col(Organisation.name).label("organisation"),
    col(Contribution.label).label("label"),
    col(Contribution.mode).label("mode"),
    col(AnswerVersion.language).label("language"),
    col(AnswerVersion.text_id).label("text_id"),
    col(Text.body).label("body"),
    col(AnswerVersion.law).label("law"),
    col(AnswerVersion.practice).label("practice"),
    col(AnswerVersion.evidence).label("evidence"),
    col(AnswerVersion.recommendation).label("recommendation"),
    col(AnswerVersion.publication).label("publication"),
    col(Answer.publication).label("newest_publication"),
    col(AnswerVersion.submitted_on).label("submitted_on"),
    col(AnswerVersion.value).label("value"),
    col(Organisation.namesake_of_id).label("namesake_of_id"),
    UNATTRIBUTED.label("is_unattributed"),
)
# Ordered by label: labels are random, so that nobody learns from the order who came first.
SUBMITTED = (
    select(*COLUMNS)  # type: ignore[call-overload]
    .select_from(Answer)
    .join(AnswerVersion, AnswerVersion.id == Answer.current_version_id)
    .join(Contribution, Contribution.id == Answer.contribution_id)
    .join(Text, Text.id == AnswerVersion.text_id)
    .outerjoin(Organisation, Organisation.id == Contribution.organisation_id)
    .where(STANDING)
    .order_by(Contribution.label, Answer.question_id)
)


def as_read(row: Any) -> ReadAnswer:
    """One row of SUBMITTED; a confidential contribution is its label, whatever else the row holds."""
    has_no_name = row.mode is Mode.CONFIDENTIAL
    return ReadAnswer(
        answer_id=row.answer_id,
        answer_version_id=row.answer_version_id,
        version_number=row.version_number,
        question_id=row.question_id,
        contribution_id=row.contribution_id,
        name=row.label if has_no_name or not row.organisation else row.organisation,
        is_confidential=has_no_name and not row.is_unattributed,
        is_unattributed=bool(row.is_unattributed),
        language=row.language,
        text_id=row.text_id,
        body=row.body,
        law=row.law,
        practice=row.practice,
        value=row.value,
        evidence=row.evidence,
        recommendation=row.recommendation,
        publication=narrowest(row.publication, row.newest_publication),
        submitted_on=row.submitted_on,
        is_unverified=row.namesake_of_id is not None and not has_no_name,
    )


async def answers_to(
    session: AsyncSession, consultation: Consultation, question_ids: Collection[UUID]
) -> list[ReadAnswer]:
    """Every standing answer to these questions, in one statement, ordered by label."""
    if not question_ids:
        return []
    query = SUBMITTED.where(
        Answer.consultation_id == consultation.id,
        Answer.question_id.in_(question_ids),  # type: ignore[attr-defined]
    )
    return [as_read(row) for row in (await session.exec(query)).all()]


@dataclass(frozen=True, slots=True)
class StanceCounts:
    """How many answers take which position, in law and in practice; every value has its count."""

    total: int = 0
    law: Mapping[Law, int] = field(default_factory=dict)
    practice: Mapping[Practice, int] = field(default_factory=dict)


def stance_counts(answers: Iterable[ReadAnswer]) -> StanceCounts:
    """Count the positions of these answers; an answer without one counts in the total only."""
    return counted((answer.law, answer.practice, 1) for answer in answers)


def counted(groups: Iterable[tuple[Law | None, Practice | None, int]]) -> StanceCounts:
    """Add up groups of answers: position in law, position in practice, how many; None counts in the total only."""
    law, practice = dict.fromkeys(Law, 0), dict.fromkeys(Practice, 0)
    total = 0
    for in_law, in_practice, number in groups:
        total += number
        if in_law is not None:
            law[in_law] += number
        if in_practice is not None:
            practice[in_practice] += number
    return StanceCounts(total, law, practice)


def read_by(actor: Actor) -> ColumnElement[bool]:
    """The mark that this reader read the version; joined, it is empty where she did not."""
    own = (col(ReadMark.answer_version_id) == AnswerVersion.id) & (
        col(ReadMark.account_id) == actor.account_id
    )
    return own & col(ReadMark.is_read).is_(True)


async def standing_versions(
    session: AsyncSession, consultation: Consultation, version_ids: Collection[UUID]
) -> list[UUID]:
    """Those of these versions that are answers of the consultation as they stand."""
    query = (
        select(AnswerVersion.id)
        .select_from(Answer)
        .join(AnswerVersion, AnswerVersion.id == Answer.current_version_id)  # type: ignore[arg-type]
        .join(Contribution, Contribution.id == Answer.contribution_id)  # type: ignore[arg-type]
        .where(
            STANDING, Answer.consultation_id == consultation.id, col(AnswerVersion.id).in_(list(version_ids))
        )
    )
    return list((await session.exec(query)).all())


async def get_contributor(
    session: AsyncSession, consultation: Consultation, contribution_id: UUID
) -> Organisation:
    """The organisation that speaks in a named contribution that stands; raises NotFound."""
    query = (
        select(Organisation)
        .join(Contribution, Contribution.organisation_id == Organisation.id)  # type: ignore[arg-type]
        .where(
            Contribution.id == contribution_id,
            Contribution.consultation_id == consultation.id,
            Contribution.mode == Mode.NAMED,
            STANDING,
        )
    )
    found = (await session.exec(query)).first()
    if found is None:
        raise NotFound
    return found
