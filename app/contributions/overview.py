"""All questions of a contribution at once: the task list, the check before submitting, the receipt."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.contributions import carrying, kinds, policy, queries, relevance_changes
from app.contributions.carrying import Earlier
from app.contributions.models import Answer, ContributionVersion, SubmittedAnswer
from app.contributions.queries import Frame
from app.contributions.relevance_changes import ShownRelevanceChange
from app.platform import clock
from app.platform.i18n import SOURCE
from app.platform.security import Actor, Permission
from app.questionnaires import queries as questionnaires
from app.questionnaires.compiled import CompiledQuestion, CompiledSection, CompiledVersion, Words
from app.questionnaires.models import Kind

HIGHEST, LOWEST = 2, 6
SHORT = 12  # questions that are seen together


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a section with its number, at a level of the page."""

    level: int
    number: str
    title: Words


@dataclass(frozen=True, slots=True)
class Part:
    """A section as a page shows it: the headings that come before it, its own, and its questions."""

    code: str
    around: Sequence[Heading]
    heading: Heading
    questions: Sequence[CompiledQuestion]


@dataclass(frozen=True, slots=True)
class TaskList:
    """All questions that matter, by section, with how far each answer is.

    `kept` are questions that were answered and do not matter now; `missing` those that must be
    answered before anything is handed in; `numbers` are what a question is called by ("question 7").
    """

    frame: Frame
    sections: Sequence[Part]
    answers: Mapping[UUID, Answer]
    codes: Mapping[UUID, str]
    numbers: Mapping[UUID, int]
    kept: Sequence[CompiledQuestion]
    missing: Sequence[CompiledQuestion]
    changes: ShownRelevanceChange
    earlier: Earlier | None
    may_answer: Permission
    may_submit: Permission
    may_revise: Permission
    may_withdraw: Permission
    may_become_confidential: Permission
    done: int
    total: int

    @property
    def next(self) -> CompiledQuestion | None:
        """Where to go on: the first question nobody touched, else the first that is begun; None if all are."""
        asked = [question for part in self.sections for question in part.questions]
        for wanted in ("untouched", "begun"):
            for question in asked:
                if self.status(question) == wanted:
                    return question
        return None

    @property
    def saved_at(self) -> datetime | None:
        """When anything was saved last; None where no time is kept."""
        return max((a.saved_at for a in self.answers.values() if a.saved_at is not None), default=None)

    def tally(self, part: Part) -> tuple[int, int]:
        """How many questions of a part are answered, and how many it has."""
        counted = [question for question in part.questions if question.kind is not Kind.NOTE]
        return sum(self.status(question) == "done" for question in counted), len(counted)

    def is_unfolded(self, part: Part) -> bool:
        """Whether a part shows its questions at once: a short list does, else where somebody is at work."""
        ahead = self.next.id if self.next else None
        return self.total <= SHORT or any(
            question.id == ahead or self.status(question) == "begun" for question in part.questions
        )

    def status(self, question: CompiledQuestion) -> str:
        """How far the answer to a question is: note, done, begun, skipped or untouched."""
        answer = self.answers.get(question.id)
        if question.kind is Kind.NOTE:
            return "note"
        if answer is None:
            return "untouched"
        if answer.is_empty:
            return "skipped" if answer.skipped else "untouched"
        return "done" if kinds.is_done(answer, question.kind) else "begun"

    def said(self, question: CompiledQuestion, language: str) -> str:
        """The value that was answered, in words."""
        return kinds.shown(question, self.answers[question.id].value, language)


def _away(version: CompiledVersion, answers: Mapping[UUID, Answer]) -> frozenset[UUID]:
    given = {key: kinds.given_by(answer) for key, answer in answers.items()}
    return version.rules.irrelevant(given, clock.today())


def _numbered(counted: Iterable[CompiledQuestion]) -> dict[UUID, int]:
    return {question.id: number for number, question in enumerate(counted, 1)}


def numbers_of(version: CompiledVersion, answers: Mapping[UUID, Answer]) -> dict[UUID, int]:
    """What each question is called by for whoever gave these answers: 7 is "question 7"."""
    return _numbered(relevance_changes.asked(version[SOURCE], _away(version, answers)))


async def task_list(
    session: AsyncSession,
    actor: Actor,
    contribution_id: UUID,
    language: str,
    changed: Collection[str] = (),
) -> TaskList:
    """All questions with how far each answer is; raises NotFound."""
    frame = await queries.get_frame(session, actor, contribution_id)
    version = await questionnaires.get_compiled(session, frame.consultation.civil_society_version_id)
    answers = await queries.answers_of(session, contribution_id)
    away = _away(version, answers)
    compiled, at = version[language], clock.arrival()
    counted = list(relevance_changes.asked(compiled, away))
    contribution, consultation = frame.contribution, frame.consultation
    may_answer = policy.can_answer(actor, contribution, consultation, at)
    return TaskList(
        frame=frame,
        sections=parts_of(compiled.sections, away),
        answers=answers,
        codes=version.codes,
        numbers=_numbered(counted),
        kept=[
            q for q in compiled.questions if q.id in away and q.id in answers and not answers[q.id].is_empty
        ],
        missing=[compiled.by_id[key] for key in relevance_changes.missing(version, answers, away)],
        changes=relevance_changes.changes_in(compiled, changed, away),
        earlier=await carrying.find_earlier(session, actor, frame, version) if may_answer else None,
        may_answer=may_answer,
        may_submit=policy.can_submit(actor, contribution, consultation, at),
        may_revise=policy.can_revise(actor, contribution, consultation, at),
        may_withdraw=policy.can_withdraw(actor, contribution),
        may_become_confidential=policy.can_become_confidential(actor, contribution, consultation, at),
        done=sum(q.id in answers and kinds.is_done(answers[q.id], q.kind) for q in counted),
        total=len(counted),
    )


def parts_of(sections: Sequence[CompiledSection], away: frozenset[UUID]) -> list[Part]:
    """The sections with the questions that matter; a heading around several stands before the first."""
    shown: set[str] = set()
    parts: list[Part] = []
    for section in sections:
        questions = [question for question in section.questions if question.id not in away]
        if not questions:
            continue
        numbers = section.number.split(".")
        line = [
            Heading(min(HIGHEST + depth, LOWEST), ".".join(numbers[: depth + 1]), title)
            for depth, title in enumerate((*section.trail, section.title))
        ]
        around = [heading for heading in line[:-1] if heading.number not in shown]
        shown |= {heading.number for heading in line}
        parts.append(Part(section.code, around, line[-1], questions))
    return parts


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    """What was received."""

    frame: Frame
    answered: int
    total: int
    has_version: bool


async def receipt_page(session: AsyncSession, actor: Actor, contribution_id: UUID) -> ReceiptPage:
    """What was handed in last; raises NotFound."""
    frame = await queries.get_frame(session, actor, contribution_id)
    version = await questionnaires.get_compiled(session, frame.consultation.civil_society_version_id)
    given = await relevance_changes.given_to(session, contribution_id, version.rules.read)
    away = version.rules.irrelevant(given, clock.today())
    answered = await session.exec(
        select(func.count())
        .select_from(SubmittedAnswer)
        .join(ContributionVersion, ContributionVersion.id == SubmittedAnswer.contribution_version_id)  # type: ignore[arg-type]
        .where(
            ContributionVersion.contribution_id == contribution_id,
            ContributionVersion.number == frame.contribution.submitted_versions,
        )
    )
    return ReceiptPage(
        frame, answered.one(), _size(version, away), has_version=frame.contribution.submitted_versions > 0
    )


def _size(version: CompiledVersion, away: frozenset[UUID]) -> int:
    return sum(1 for _question in relevance_changes.asked(version["en"], away))
