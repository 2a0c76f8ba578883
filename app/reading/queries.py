"""Reading submitted answers: plain rows in one statement, never an unsubmitted word."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consultations.models import Consultation
from app.contributions.models import Answer, AnswerVersion, Contribution, Law, Mode, Practice, Publication
from app.contributions.queries import STANDING, narrowest
from app.organisations.models import Organisation
from app.translations.models import Text


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """A submitted answer as the government may read it: `name` is an organisation or a label."""

    answer_id: UUID
    answer_version_id: UUID
    version_number: int
    question_id: UUID
    contribution_id: UUID
    name: str
    is_confidential: bool
    language: str
    text_id: UUID
    body: str
    law: Law | None
    practice: Practice | None
    evidence: Sequence[Mapping[str, Any]]
    recommendation: Mapping[str, Any]
    publication: Publication
    submitted_on: date


COLUMNS = (
    Answer.id,
    AnswerVersion.id,
    AnswerVersion.number,
    Answer.question_id,
    Contribution.id,
    Organisation.name,
    Contribution.label,
    Contribution.mode,
    AnswerVersion.language,
    AnswerVersion.text_id,
    Text.body,
    AnswerVersion.law,
    AnswerVersion.practice,
    AnswerVersion.evidence,
    AnswerVersion.recommendation,
    AnswerVersion.publication,
    Answer.publication,
    AnswerVersion.submitted_on,
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


def as_read(row: Sequence[Any]) -> ReadAnswer:
    """One row of SUBMITTED; a confidential contribution is its label, whatever else the row holds."""
    is_confidential = row[7] is Mode.CONFIDENTIAL
    return ReadAnswer(
        answer_id=row[0],
        answer_version_id=row[1],
        version_number=row[2],
        question_id=row[3],
        contribution_id=row[4],
        name=row[6] if is_confidential or not row[5] else row[5],
        is_confidential=is_confidential,
        language=row[8],
        text_id=row[9],
        body=row[10],
        law=row[11],
        practice=row[12],
        evidence=row[13],
        recommendation=row[14],
        publication=narrowest(row[15], row[16]),
        submitted_on=row[17],
    )


async def answers_to(
    session: AsyncSession, consultation: Consultation, question_ids: Collection[UUID]
) -> list[ReadAnswer]:
    """Every standing answer to these questions, in one statement, ordered by label."""
    if not question_ids:
        return []
    query = SUBMITTED.where(
        Answer.consultation_id == consultation.id, Answer.question_id.in_(question_ids)  # type: ignore[attr-defined]
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
    """The same from groups that are counted already."""
    law, practice = dict.fromkeys(Law, 0), dict.fromkeys(Practice, 0)
    total = 0
    for in_law, in_practice, number in groups:
        total += number
        if in_law is not None:
            law[in_law] += number
        if in_practice is not None:
            practice[in_practice] += number
    return StanceCounts(total, law, practice)
