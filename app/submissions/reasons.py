"""What became of each answer, for those who wrote it: decision, reason, paragraph."""

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
from app.submissions.models import NationalAnswer, NationalAnswerState, Paragraph, Source, SubmissionState
from app.submissions.numbers import IN_PLACE
from app.submissions.queries import ShownDecision
from app.translations import queries as translations
from app.translations.models import Text, Translation


@dataclass(frozen=True, slots=True)
class UsedIn:
    """A paragraph of the national answer with each of the contributor's sentences that it rests on."""

    code: str
    text: str
    quotes: list[str]


@dataclass(frozen=True, slots=True)
class Reason:
    """One submitted answer and what became of it; `decision` is empty until it is released.

    `earlier` are the decisions its author could read before; `is_reopened` says that the one shown is
    being looked at again.
    """

    question: CompiledQuestion
    words: str
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
    def given(self) -> int:
        """How many answers have their reason."""
        return sum(reason.decision is not None for reason in self.reasons)


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
    asked, state = pair.asked, pair.state
    rows = (
        await session.exec(
            select(Answer.id, Answer.question_id, AnswerVersion.id, Text.body, Text.language)  # type: ignore[call-overload]
            .join(AnswerVersion, AnswerVersion.id == Answer.current_version_id)
            .join(Text, Text.id == AnswerVersion.text_id)
            .where(Answer.contribution_id == contribution_id)
        )
    ).all()
    decisions = await queries.decisions_of(session, {row[0]: row[2] for row in rows})
    released = await _released(session, frame, pair.to_state)
    approved = released.approved
    paragraphs = await _paragraphs(session, [row[0] for row in rows], state.codes, approved)
    translated = await _translated(session, decisions.values())
    reasons = []
    for answer_id, question_id, _version, words, words_language in rows:
        shown, earlier = _readable(decisions.get(answer_id), question_id in released)
        text_id = shown.decision.reason_text_id if shown else None
        translation = translated.get(text_id, {}).get(language) if text_id else None
        question = asked[language].by_id[question_id]
        used = paragraphs.get(answer_id, ())
        is_reopened = shown is not None and question_id not in released
        reasons.append(
            Reason(question, words, words_language, shown, translation, used, earlier, is_reopened)
        )
    reasons.sort(key=lambda reason: reason.question.number)
    return ReasonsPage(frame, reasons, frame.consultation.submission_language)


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


async def _paragraphs(
    session: AsyncSession, answers: Sequence[UUID], codes: Mapping[UUID, str], approved: set[UUID]
) -> dict[UUID, list[UsedIn]]:
    """The approved paragraphs that rest on these answers."""
    if not answers or not approved:
        return {}
    rows = await session.exec(
        select(Source.answer_id, Source.quote, Paragraph.id, Paragraph.text, NationalAnswer.question_id)  # type: ignore[call-overload]
        .join(Paragraph, Paragraph.id == Source.paragraph_id)  # type: ignore[arg-type]
        .join(NationalAnswer, NationalAnswer.id == Paragraph.national_answer_id)  # type: ignore[arg-type]
        .where(Source.answer_id.in_(answers), NationalAnswer.question_id.in_(approved), IN_PLACE)  # type: ignore[attr-defined]
        .order_by(Paragraph.position, Source.starts)  # type: ignore[arg-type]
    )
    found: dict[UUID, dict[UUID, UsedIn]] = {}
    for answer_id, quote, paragraph_id, text, question_id in rows:
        used = found.setdefault(answer_id, {}).setdefault(paragraph_id, UsedIn(codes[question_id], text, []))
        used.quotes.append(quote)
    return {answer_id: list(used.values()) for answer_id, used in found.items()}
