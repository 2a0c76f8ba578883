"""The numbers of a consultation: the desk's overview and its list of questions."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consultations.models import Consultation
from app.contributions.models import Answer, AnswerVersion, Contribution
from app.contributions.queries import STANDING, Voices, count_voices
from app.platform.i18n import CODES, Message, _, n_
from app.platform.security import Actor
from app.questionnaires import queries as questionnaires
from app.questionnaires.compiled import CompiledQuestion, CompiledSection
from app.questionnaires.models import Kind
from app.questionnaires.positions import Practice
from app.reading import policy
from app.reading.models import ReadMark
from app.reading.queries import read_by

SHADES = 5


@dataclass(frozen=True, slots=True)
class HeatCell:
    """How many answers to a question take one position; `step` is its shade, 0 for none."""

    practice: Practice
    number: int
    step: int


@dataclass(frozen=True, slots=True)
class HeatRow:
    """A question with what was said about practice."""

    question: CompiledQuestion
    cells: Sequence[HeatCell]
    without_position: int
    answers: int
    unread: int


@dataclass(frozen=True, slots=True)
class Overview:
    """What the contributions to a consultation say, in numbers."""

    consultation: Consultation
    voices: Voices
    answers: int
    unread: int
    rows: Sequence[HeatRow]
    languages: Sequence[tuple[str, int]]
    may_translate: bool

    @property
    def contributions(self) -> int:
        """How many contributions stand."""
        return self.voices.contributions

    @property
    def rows_add_up_to(self) -> int:
        """How many could have answered a question: contributions, and statements without a name."""
        return self.voices.contributions + self.voices.statements

    @property
    def unanswered(self) -> Sequence[CompiledQuestion]:
        """The questions nobody has answered."""
        return [row.question for row in self.rows if not row.answers]

    @property
    def says(self) -> Message:
        """What the table of shades shows, in a sentence."""
        worst = [row for row in self.rows if _is_most(row, Practice.DOES_NOT_WORK)]
        if not self.answers:
            return _("No answer has been submitted yet.")
        if not worst:
            return _("On no question is “It does not work” the most frequent answer.")
        peak = max(worst, key=lambda row: _number(row, Practice.DOES_NOT_WORK))
        return n_(
            "“It does not work” is the most frequent answer to %(num)s question: %(code)s "
            "(%(count)s of %(total)s).",
            "“It does not work” is the most frequent answer to %(num)s questions, most of all to %(code)s "
            "(%(count)s of %(total)s).",
            len(worst),
            code=peak.question.code,
            count=_number(peak, Practice.DOES_NOT_WORK),
            total=peak.answers,
        )

    @property
    def languages_say(self) -> Message:
        """How many answers are not in the language of the State's text."""
        own = dict(self.languages).get(self.consultation.submission_language, 0)
        return _(
            "%(other)s of %(total)s answers are not in the language of the national submission.",
            other=self.answers - own,
            total=self.answers,
        )


def _number(row: HeatRow, practice: Practice) -> int:
    return next(cell.number for cell in row.cells if cell.practice is practice)


def _is_most(row: HeatRow, practice: Practice) -> bool:
    own = _number(row, practice)
    return own > 0 and all(cell.number < own for cell in row.cells if cell.practice is not practice)


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A question in the list, with its answers and how many of them the reader has not seen."""

    question: CompiledQuestion
    answers: int
    unread: int


@dataclass(frozen=True, slots=True)
class QuestionList:
    """The civil-society questions by section."""

    consultation: Consultation
    sections: Sequence[tuple[CompiledSection, Sequence[QuestionLine]]]
    may_translate: bool
    unread_only: bool = False

    @property
    def unread(self) -> int:
        """How many answers the reader did not mark as read."""
        return sum(line.unread for _section, lines in self.sections for line in lines)

    @property
    def shown(self) -> list[tuple[CompiledSection, list[QuestionLine]]]:
        """The questions that were asked for, by section."""
        wanted = [
            (section, [line for line in lines if line.unread or not self.unread_only])
            for section, lines in self.sections
        ]
        return [(section, lines) for section, lines in wanted if lines]


def _standing(actor: Actor, consultation: Consultation, *groups: Any) -> Any:
    """Counts of the standing answers, and of those the reader marked as read, by these columns."""
    return (
        select(  # type: ignore[call-overload]
            *groups, func.count().label("answers"), func.count(col(ReadMark.account_id)).label("read")
        )
        .select_from(Answer)
        .join(AnswerVersion, AnswerVersion.id == Answer.current_version_id)
        .join(Contribution, Contribution.id == Answer.contribution_id)
        .outerjoin(ReadMark, read_by(actor))
        .where(STANDING, Answer.consultation_id == consultation.id)
        .group_by(*groups)
    )


async def overview(
    session: AsyncSession, actor: Actor, consultation: Consultation, language: str
) -> Overview:
    """The numbers of a consultation, in two statements."""
    spoke = await count_voices(session, consultation.id)
    groups = (
        await session.exec(
            _standing(actor, consultation, Answer.question_id, AnswerVersion.practice, AnswerVersion.language)
        )
    ).all()
    version = await questionnaires.get_compiled(session, consultation.civil_society_version_id)
    spoken = dict.fromkeys(CODES, 0)
    for group in groups:
        spoken[group.language] += group.answers
    total = sum(group.answers for group in groups)
    return Overview(
        consultation=consultation,
        voices=spoke,
        answers=total,
        unread=total - sum(group.read for group in groups),
        rows=_heat(version[language].questions, groups, spoke.contributions + spoke.statements),
        languages=[(code, number) for code, number in spoken.items() if number],
        may_translate=bool(policy.can_translate(actor, consultation)),
    )


def _heat(questions: Sequence[CompiledQuestion], groups: Sequence[Any], contributions: int) -> list[HeatRow]:
    """One row a question; the darkest shade is the largest number of the whole table."""
    numbers: dict[tuple[UUID, Practice | None], int] = {}
    answers: dict[UUID, int] = {}
    read: dict[UUID, int] = {}
    for group in groups:
        key, place = group.question_id, (group.question_id, group.practice)
        numbers[place] = numbers.get(place, 0) + group.answers
        answers[key] = answers.get(key, 0) + group.answers
        read[key] = read.get(key, 0) + group.read
    most = max((number for (_id, practice), number in numbers.items() if practice), default=0)
    rows = []
    for question in questions:
        if question.kind is Kind.NOTE:
            continue
        cells = [
            HeatCell(practice, number, math.ceil(SHADES * number / most) if number else 0)
            for practice in Practice
            for number in (numbers.get((question.id, practice), 0),)
        ]
        given = answers.get(question.id, 0)
        without = contributions - sum(cell.number for cell in cells)
        rows.append(HeatRow(question, cells, max(without, 0), given, given - read.get(question.id, 0)))
    return rows


async def question_list(
    session: AsyncSession, actor: Actor, consultation: Consultation, language: str, *, unread: bool = False
) -> QuestionList:
    """The questions with their numbers of answers, in one statement."""
    groups = (await session.exec(_standing(actor, consultation, Answer.question_id))).all()
    found: Mapping[UUID, tuple[int, int]] = {
        row.question_id: (row.answers, row.answers - row.read) for row in groups
    }
    version = await questionnaires.get_compiled(session, consultation.civil_society_version_id)
    return QuestionList(
        consultation,
        [
            (
                section,
                [
                    QuestionLine(q, *found.get(q.id, (0, 0)))
                    for q in section.questions
                    if q.kind is not Kind.NOTE
                ],
            )
            for section in version[language].sections
        ],
        may_translate=bool(policy.can_translate(actor, consultation)),
        unread_only=unread,
    )
