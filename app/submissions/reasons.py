"""What became of each answer, for those who wrote it: disposition, reason, passage."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.contributions import queries as contributions
from app.contributions.models import Answer, AnswerVersion
from app.contributions.queries import Frame
from app.platform.security import Actor
from app.questionnaires import queries as questionnaires
from app.questionnaires.compiled import CompiledQuestion
from app.submissions import queries
from app.submissions.models import NationalAnswer, NationalAnswerState, Passage, Source, SubmissionState
from app.submissions.numbers import IN_PLACE
from app.submissions.queries import ShownDisposition
from app.translations import queries as translations
from app.translations.models import Text, Translation


@dataclass(frozen=True, slots=True)
class UsedIn:
    """A passage of the national answer with each of the contributor's sentences that it rests on."""

    code: str
    text: str
    quotes: list[str]


@dataclass(frozen=True, slots=True)
class Reason:
    """One submitted answer and what became of it; `disposition` is empty until it is released.

    `earlier` are the decisions its author could read before; `is_reopened` says that the one shown is
    being looked at again.
    """

    question: CompiledQuestion
    words: str
    language: str
    disposition: ShownDisposition | None
    translation: Translation | None
    passages: Sequence[UsedIn]
    earlier: Sequence[ShownDisposition] = ()
    is_reopened: bool = False


@dataclass(frozen=True, slots=True)
class ReasonsPage:
    """Every submitted answer of a contribution with its reason."""

    frame: Frame
    reasons: Sequence[Reason]
    submission_language: str

    @property
    def given(self) -> int:
        """How many answers have their reason."""
        return sum(reason.disposition is not None for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class Released:
    """Which questions have their reasons open to contributors, and which State questions are cleared."""

    cleared: set[UUID]
    handed_over: bool
    mapped: Mapping[UUID, Sequence[UUID]]

    def __contains__(self, question_id: UUID) -> bool:
        return self.handed_over or any(other in self.cleared for other in self.mapped.get(question_id, ()))


async def _released(session: AsyncSession, frame: Frame, mapped: Mapping[UUID, Sequence[UUID]]) -> Released:
    submission = await queries.find_submission(session, frame.consultation.id)
    nationals = await queries.national_answers(session, frame.consultation.id)
    return Released(
        cleared={q for q, (n, _count) in nationals.items() if n.state is NationalAnswerState.CLEARED},
        handed_over=submission is not None and submission.state is SubmissionState.HANDED_OVER,
        mapped=mapped,
    )


async def reasons_page(
    session: AsyncSession, actor: Actor, contribution_id: UUID, language: str
) -> ReasonsPage:
    """What became of each answer, for those behind the contribution; raises NotFound.

    A disposition is released once a State question its answer informs is cleared, or, where the State
    is not asked, once the submission is handed over. What was released once stays readable.
    """
    frame = await contributions.get_frame(session, actor, contribution_id)
    pair = await questionnaires.get_pair(
        session, frame.consultation.civil_society_version_id, frame.consultation.state_version_id
    )
    asked, state = pair.asked, pair.state
    rows = (
        await session.exec(
            select(Answer.id, Answer.question_id, AnswerVersion.id, Text.body, Text.language)  # type: ignore[call-overload]
            .join(AnswerVersion, AnswerVersion.id == Answer.current_version_id)
            .join(Text, Text.id == AnswerVersion.text_id)
            .where(Answer.contribution_id == contribution_id)
        )
    ).all()
    dispositions = await queries.dispositions_of(session, {row[0]: row[2] for row in rows})
    released = await _released(session, frame, pair.to_state)
    cleared = released.cleared
    passages = await _passages(session, [row[0] for row in rows], state.codes, cleared)
    translated = await _translated(session, dispositions.values())
    reasons = []
    for answer_id, question_id, _version, words, words_language in rows:
        shown, earlier = _readable(dispositions.get(answer_id), question_id in released)
        text_id = shown.disposition.reason_text_id if shown else None
        translation = translated.get(text_id, {}).get(language) if text_id else None
        question = asked[language].by_id[question_id]
        used = passages.get(answer_id, ())
        is_reopened = shown is not None and question_id not in released
        reasons.append(
            Reason(question, words, words_language, shown, translation, used, earlier, is_reopened)
        )
    reasons.sort(key=lambda reason: reason.question.number)
    return ReasonsPage(frame, reasons, frame.consultation.submission_language)


async def _translated(
    session: AsyncSession, newest: Iterable[ShownDisposition]
) -> Mapping[UUID, Mapping[str, Translation]]:
    """The translations of every reason, those of earlier decisions too."""
    chain = [each.disposition for last in newest for each in (*last.earlier, last)]
    return await translations.latest_for(session, [d.reason_text_id for d in chain if d.reason_text_id])


def _readable(
    newest: ShownDisposition | None, is_released: bool
) -> tuple[ShownDisposition | None, Sequence[ShownDisposition]]:
    """The decision a contributor may read, and those she could read before it."""
    if newest is None:
        return None, ()
    chain = [
        each
        for each in (*newest.earlier, newest)
        if each.disposition.was_released or (each is newest and is_released)
    ]
    return (chain[-1], chain[:-1]) if chain else (None, ())


async def _passages(
    session: AsyncSession, answers: Sequence[UUID], codes: Mapping[UUID, str], cleared: set[UUID]
) -> dict[UUID, list[UsedIn]]:
    """The cleared passages that rest on these answers."""
    if not answers or not cleared:
        return {}
    rows = await session.exec(
        select(Source.answer_id, Source.quote, Passage.id, Passage.text, NationalAnswer.question_id)  # type: ignore[call-overload]
        .join(Passage, Passage.id == Source.passage_id)  # type: ignore[arg-type]
        .join(NationalAnswer, NationalAnswer.id == Passage.national_answer_id)  # type: ignore[arg-type]
        .where(Source.answer_id.in_(answers), NationalAnswer.question_id.in_(cleared), IN_PLACE)  # type: ignore[attr-defined]
        .order_by(Passage.position, Source.starts)  # type: ignore[arg-type]
    )
    found: dict[UUID, dict[UUID, UsedIn]] = {}
    for answer_id, quote, passage_id, text, question_id in rows:
        used = found.setdefault(answer_id, {}).setdefault(passage_id, UsedIn(codes[question_id], text, []))
        used.quotes.append(quote)
    return {answer_id: list(used.values()) for answer_id, used in found.items()}
