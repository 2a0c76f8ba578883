"""What became of each answer, for those who wrote it: decision, reason, paragraph."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.contributions import queries as contributions
from app.contributions.models import Answer, AnswerVersion
from app.contributions.overview import numbers_of
from app.contributions.queries import Frame
from app.platform.security import Actor
from app.questionnaires import queries as questionnaires
from app.questionnaires.compiled import CompiledQuestion
from app.submissions import merging, queries
from app.submissions.merging import Marked, Span
from app.submissions.models import NationalAnswer, NationalAnswerState, Paragraph, Source, SubmissionState
from app.submissions.numbers import IN_PLACE
from app.submissions.queries import ShownDecision
from app.translations import queries as translations
from app.translations.models import Text, Translation


@dataclass(frozen=True, slots=True)
class UsedIn:
    """A paragraph of the national answer that rests on the contributor's words.

    `code` names its question to the State and `number` its place there. `quotes` are the words it rests on that
    do not stand in the answer any more, because she changed it since.
    """

    code: str
    number: int
    text: str
    quotes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Used:
    """What rests on one answer: paragraphs, and the places in the words that stand."""

    paragraphs: dict[UUID, UsedIn] = field(default_factory=dict)
    places: list[tuple[Span, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reason:
    """One submitted answer and what became of it; `decision` is empty until it is released.

    `number` is what its author calls the question by. `words` are its lines, cut where a paragraph uses them.
    `earlier` are the decisions its author could read before; `is_reopened` says that the one shown is
    being looked at again.
    """

    question: CompiledQuestion
    number: int | None
    words: Sequence[Sequence[Marked]]
    language: str
    decision: ShownDecision | None
    translation: Translation | None
    paragraphs: Sequence[UsedIn]
    earlier: Sequence[ShownDecision] = ()
    is_reopened: bool = False


@dataclass(frozen=True, slots=True)
class ReasonsPage:
    """Every submitted answer of a contribution with its reason."""

    frame: Frame
    reasons: Sequence[Reason]
    submission_language: str

    @property
    def decided(self) -> list[Reason]:
        """The answers that have their reason."""
        return [reason for reason in self.reasons if reason.decision]

    @property
    def undecided(self) -> list[Reason]:
        """The answers that wait for it."""
        return [reason for reason in self.reasons if not reason.decision]


@dataclass(frozen=True, slots=True)
class Released:
    """Which questions have their reasons open to contributors, and which State questions are approved."""

    approved: set[UUID]
    is_final: bool
    mapped: Mapping[UUID, Sequence[UUID]]

    def __contains__(self, question_id: UUID) -> bool:
        return self.is_final or any(other in self.approved for other in self.mapped.get(question_id, ()))


async def _released(session: AsyncSession, frame: Frame, mapped: Mapping[UUID, Sequence[UUID]]) -> Released:
    submission = await queries.find_submission(session, frame.consultation.id)
    nationals = await queries.national_answers(session, frame.consultation.id)
    return Released(
        approved={q for q, (n, _count) in nationals.items() if n.state is NationalAnswerState.APPROVED},
        is_final=submission is not None and submission.state is SubmissionState.FINAL,
        mapped=mapped,
    )


async def reasons_page(
    session: AsyncSession, actor: Actor, contribution_id: UUID, language: str
) -> ReasonsPage:
    """What became of each answer, for those behind the contribution; raises NotFound.

    A decision is released once a State question its answer informs is approved, or, where the State
    is not asked, once the submission is made final. What was released once stays readable.
    """
    frame = await contributions.get_frame(session, actor, contribution_id)
    pair = await questionnaires.get_pair(
        session, frame.consultation.civil_society_version_id, frame.consultation.state_version_id
    )
    standing = await _standing(session, contribution_id)
    versions = {each.answer_id: each.version_id for each in standing}
    decisions = await queries.decisions_of(session, versions)
    released = await _released(session, frame, pair.to_state)
    resting = await _resting(session, versions, pair.state.codes, released.approved)
    numbers = numbers_of(pair.civil_society, await contributions.answers_of(session, contribution_id))
    translated = await _translated(session, decisions.values())
    reasons = []
    for answer in standing:
        question = pair.civil_society[language].by_id[answer.question_id]
        shown, earlier = _readable(decisions.get(answer.answer_id), question.id in released)
        text_id = shown.decision.reason_text_id if shown else None
        used = resting.get(answer.answer_id, _Used())
        reasons.append(
            Reason(
                question=question,
                number=numbers.get(question.id),
                words=merging.marked(answer.words, used.places),
                language=answer.language,
                decision=shown,
                translation=translated.get(text_id, {}).get(language) if text_id else None,
                paragraphs=list(used.paragraphs.values()),
                earlier=earlier,
                is_reopened=shown is not None and question.id not in released,
            )
        )
    reasons.sort(key=lambda reason: reason.question.number)
    return ReasonsPage(frame, reasons, frame.consultation.submission_language)


class _Answered(NamedTuple):
    answer_id: UUID
    question_id: UUID
    version_id: UUID
    words: str
    language: str


async def _standing(session: AsyncSession, contribution_id: UUID) -> list[_Answered]:
    query = (
        select(Answer.id, Answer.question_id, AnswerVersion.id, Text.body, Text.language)  # type: ignore[call-overload]
        .join(AnswerVersion, AnswerVersion.id == Answer.current_version_id)
        .join(Text, Text.id == AnswerVersion.text_id)
        .where(Answer.contribution_id == contribution_id)
    )
    return [_Answered(*row) for row in await session.exec(query)]


async def _translated(
    session: AsyncSession, newest: Iterable[ShownDecision]
) -> Mapping[UUID, Mapping[str, Translation]]:
    """The translations of every reason, those of earlier decisions too."""
    chain = [each.decision for last in newest for each in (*last.earlier, last)]
    return await translations.latest_for(session, [d.reason_text_id for d in chain if d.reason_text_id])


def _readable(
    newest: ShownDecision | None, is_released: bool
) -> tuple[ShownDecision | None, Sequence[ShownDecision]]:
    """The decision a contributor may read, and those she could read before it."""
    if newest is None:
        return None, ()
    chain = [
        each
        for each in (*newest.earlier, newest)
        if each.decision.was_released or (each is newest and is_released)
    ]
    return (chain[-1], chain[:-1]) if chain else (None, ())


def _resting_on(answers: Collection[UUID], approved: Collection[UUID]) -> Any:
    """Sources in these answers with their paragraphs and the numbers of those; approved answers only."""
    numbered = (
        select(
            col(Paragraph.id).label("id"),
            col(Paragraph.text).label("text"),
            NationalAnswer.question_id,
            func.row_number()
            .over(
                partition_by=col(Paragraph.national_answer_id),
                order_by=(col(Paragraph.position), col(Paragraph.id)),
            )
            .label("number"),
        )
        .join(NationalAnswer, col(NationalAnswer.id) == Paragraph.national_answer_id)
        .where(col(NationalAnswer.question_id).in_(approved), IN_PLACE)
        .subquery()
    )
    found = numbered.c
    return (
        select(Source, found.id, found.text, found.question_id, found.number)  # type: ignore[call-overload]
        .join(numbered, found.id == Source.paragraph_id)
        .where(col(Source.answer_id).in_(answers))
        .order_by(found.question_id, found.number, Source.starts)
    )


async def _resting(
    session: AsyncSession,
    versions: Mapping[UUID, UUID],
    codes: Mapping[UUID, str],
    approved: Collection[UUID],
) -> dict[UUID, _Used]:
    """The approved paragraphs that rest on these answers, and where in the versions that stand."""
    if not versions or not approved:
        return {}
    resting: dict[UUID, _Used] = {}
    for source, paragraph_id, text, question_id, number in await session.exec(
        _resting_on(versions, approved)
    ):
        used = resting.setdefault(source.answer_id, _Used())
        paragraph = used.paragraphs.setdefault(paragraph_id, UsedIn(codes[question_id], number, text))
        if source.answer_version_id == versions[source.answer_id]:
            used.places.append((Span(source.starts, source.ends), number))
        else:
            paragraph.quotes.append(source.quote)
    return resting
