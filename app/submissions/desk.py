"""The pages of the desk: the overview, the writing page of a question, a question nobody asks the State."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consultations import queries as consultations
from app.consultations.models import Consultation
from app.platform.errors import NotFound
from app.platform.security import Actor, Permission, require
from app.questionnaires import queries as questionnaires
from app.questionnaires.compiled import CompiledPair, CompiledQuestion
from app.questionnaires.models import Kind
from app.reading import queries as reading
from app.reading.queries import ReadAnswer, StanceCounts
from app.submissions import merging, numbers, policy, queries
from app.submissions.decisions import approved_questions, held_by
from app.submissions.merging import Span
from app.submissions.models import NationalAnswerState, ParagraphVersion, Submission
from app.submissions.queries import (
    ApprovalReadiness,
    NationalAnswerContext,
    QuestionLine,
    ShownDecision,
    ShownParagraph,
    ShownSource,
    UnaskedLine,
)
from app.submissions.schemas import Show
from app.translations import queries as translations
from app.translations.models import Translation


@dataclass(frozen=True, slots=True)
class DeskSentence:
    """A sentence of an answer as a check box; `used_in` is the number of the paragraph it is in."""

    value: str
    text: str
    used_in: int | None


@dataclass(frozen=True, slots=True)
class DeskAnswer:
    """An answer on the desk: its sentences, its translations, its decision, where it is used."""

    read: ReadAnswer
    sentences: Sequence[DeskSentence]
    translations: Mapping[str, Translation]
    decision: ShownDecision | None
    paragraphs: Sequence[int]
    may_decide: Permission

    @property
    def is_open(self) -> bool:
        """Whether this version of the answer still needs a decision."""
        return self.decision is None or not self.decision.is_current


@dataclass(frozen=True, slots=True)
class Desk:
    """The writing page of one State question."""

    frame: NationalAnswerContext
    question: CompiledQuestion
    asked: Sequence[CompiledQuestion]
    answers: Sequence[DeskAnswer]
    stance: StanceCounts
    standing: ApprovalReadiness
    removed: Sequence[ShownParagraph]
    editing: UUID | None
    changes: Sequence[tuple[str, str]]
    may_draft: Permission
    may_send: Permission
    may_take_back: Permission
    may_approve: Permission
    may_reopen: Permission

    @property
    def slug(self) -> str:
        """The consultation's slug, for the navigation."""
        return self.frame.consultation.slug

    @property
    def paragraphs(self) -> Sequence[ShownParagraph]:
        """The paragraphs in order."""
        return self.standing.paragraphs

    @property
    def decided(self) -> int:
        """How many answers have their decision."""
        return sum(not answer.is_open for answer in self.answers)


@dataclass(frozen=True, slots=True)
class Unasked:
    """The answers to a civil-society question that no State question uses."""

    slug: str
    question: CompiledQuestion
    answers: Sequence[DeskAnswer]
    stance: StanceCounts


@dataclass(frozen=True, slots=True)
class Overview:
    """The whole submission: every question and how far it is."""

    consultation: Consultation
    submission: Submission | None
    lines: Sequence[QuestionLine]
    unasked: Sequence[UnaskedLine]
    show: Show = Show.ALL

    @property
    def slug(self) -> str:
        """The consultation's slug, for the navigation."""
        return self.consultation.slug

    @property
    def shown(self) -> list[QuestionLine]:
        """The questions to the State that were asked for."""
        return [line for line in self.lines if SHOWS[self.show](line)]

    @property
    def shown_unasked(self) -> list[UnaskedLine]:
        """The other questions that were asked for."""
        return [line for line in self.unasked if SHOWS[self.show](line)]

    def number(self, show: Show) -> int:
        """How many lines one of the views has."""
        lines: list[QuestionLine | UnaskedLine] = [*self.lines, *self.unasked]
        return sum(SHOWS[show](line) for line in lines)


async def desk_page(
    session: AsyncSession, actor: Actor, slug: str, code: str, language: str, editing: UUID | None = None
) -> Desk:
    """The writing page of a State question, for experts, readers and the focal point of its office."""
    frame = await queries.get_frame(session, actor, slug, code)
    consultation, national = frame.consultation, frame.national
    pair = await questionnaires.get_pair(
        session, consultation.civil_society_version_id, consultation.state_version_id
    )
    state, asked = pair.state, pair.civil_society
    mapped = pair.to_civil_society.get(frame.question_id, ())
    read = await reading.answers_to(session, consultation, mapped)
    decisions = await queries.decisions_of(session, {a.answer_id: a.answer_version_id for a in read})
    missing = sum(a.answer_id not in decisions or not decisions[a.answer_id].is_current for a in read)
    standing = await queries.standing_of(session, frame, mapped, missing)
    translated = await translations.latest_for(session, [a.text_id for a in read])
    found = standing.obstacles
    may_decide = await _may_decide(session, actor, consultation, pair)
    text = [shown.paragraph.text for shown in standing.paragraphs]
    return Desk(
        frame=frame,
        question=state[language].by_id[frame.question_id],
        asked=[asked[language].by_id[question] for question in mapped],
        answers=[
            _answer(a, standing.paragraphs, translated, decisions, may_decide(a.question_id)) for a in read
        ],
        stance=reading.stance_counts(read),
        standing=standing,
        removed=await queries.paragraphs_of(session, national, removed=True),
        editing=editing,
        changes=merging.difference("\n".join(national.approved_text), "\n".join(text))
        if national.approved_text and national.approved_text != text
        else [],
        may_draft=policy.can_draft(actor, consultation, national),
        may_send=policy.can_send(actor, consultation, national, found),
        may_take_back=policy.can_take_back(actor, consultation, national),
        may_approve=policy.can_approve(actor, consultation, frame.review, national, standing.editors, found),
        may_reopen=policy.can_reopen(actor, consultation, frame.review, national),
    )


async def _may_decide(
    session: AsyncSession, actor: Actor, consultation: Consultation, pair: CompiledPair
) -> Callable[[UUID], Permission]:
    """By civil-society question, whether somebody may decide on its answers now."""
    submission, approved = await approved_questions(session, consultation.id)

    def may(question_id: UUID) -> Permission:
        return policy.can_decide(actor, consultation, submission, held_by(pair, question_id, approved))

    return may


def _answer(
    read: ReadAnswer,
    paragraphs: Sequence[ShownParagraph],
    translated: Mapping[UUID, Mapping[str, Translation]],
    decisions: Mapping[UUID, ShownDecision],
    may_decide: Permission,
) -> DeskAnswer:
    used = [(p.number, s) for p in paragraphs for s in p.sources if s.answer_id == read.answer_id]
    sentences = []
    for span in merging.sentences(read.body, read.language):
        words = merging.trimmed(read.body, span)
        if words.start < words.end:
            value = f"{read.answer_version_id}:{words.start}:{words.end}"
            text = read.body[words.start : words.end]
            sentences.append(DeskSentence(value, text, _used_in(used, read, words)))
    return DeskAnswer(
        read,
        sentences,
        translated.get(read.text_id, {}),
        decisions.get(read.answer_id),
        sorted({number for number, _source in used}),
        may_decide,
    )


def _used_in(used: Sequence[tuple[int, ShownSource]], read: ReadAnswer, words: Span) -> int | None:
    """The first paragraph whose sources hold some of these words of this version."""
    for number, source in used:
        if source.answer_version_id == read.answer_version_id and merging.overlaps(source.span, words):
            return number
    return None


async def unasked_page(session: AsyncSession, actor: Actor, slug: str, code: str, language: str) -> Unasked:
    """The answers to a question the State is not asked: each still gets its decision and reason."""
    consultation = await consultations.get_desk_consultation(session, actor, slug)
    require(policy.can_read(actor, consultation.office_id))
    pair = await questionnaires.get_pair(
        session, consultation.civil_society_version_id, consultation.state_version_id
    )
    version = pair.civil_society
    if code not in version.ids:
        raise NotFound
    may_decide = await _may_decide(session, actor, consultation, pair)
    read = await reading.answers_to(session, consultation, [version.ids[code]])
    decisions = await queries.decisions_of(session, {a.answer_id: a.answer_version_id for a in read})
    translated = await translations.latest_for(session, [a.text_id for a in read])
    return Unasked(
        slug=slug,
        question=version[language].by_code[code],
        answers=[_answer(a, (), translated, decisions, may_decide(a.question_id)) for a in read],
        stance=reading.stance_counts(read),
    )


# What of the overview can be shown alone.
SHOWS: Mapping[Show, Callable[[QuestionLine | UnaskedLine], bool]] = {
    Show.ALL: lambda _line: True,
    Show.UNDECIDED: lambda line: line.open_decisions > 0,
    Show.UNWRITTEN: lambda line: isinstance(line, QuestionLine) and line.national is None,
    Show.REVISED: lambda line: isinstance(line, QuestionLine) and line.revised > 0,
    Show.WAITING: lambda line: _stands(line, NationalAnswerState.FOR_APPROVAL),
    Show.APPROVED: lambda line: _stands(line, NationalAnswerState.APPROVED),
}


def _stands(line: QuestionLine | UnaskedLine, state: NationalAnswerState) -> bool:
    return isinstance(line, QuestionLine) and line.national is not None and line.national.state is state


async def overview_page(
    session: AsyncSession, actor: Actor, slug: str, language: str, show: Show = Show.ALL
) -> Overview:
    """Every State question with its paragraphs, answers and missing decisions; or some of them."""
    consultation = await consultations.get_desk_consultation(session, actor, slug)
    require(policy.can_read(actor, consultation.office_id))
    pair = await questionnaires.get_pair(
        session, consultation.civil_society_version_id, consultation.state_version_id
    )
    state, asked = pair.state, pair.civil_society
    submission = await queries.find_submission(session, consultation.id)
    nationals = await queries.national_answers(session, consultation.id)
    counts = await queries.answer_counts(session, consultation.id)
    revised = await numbers.revised_paragraphs(session, consultation.id)
    lines = []
    for question in state[language].questions:
        national, paragraphs = nationals.get(question.id, (None, 0))
        own = [counts.get(other, (0, 0)) for other in pair.to_civil_society.get(question.id, ())]
        total, missing = sum(n for n, _m in own), sum(m for _n, m in own)
        topic = question.topic
        lines.append(
            QuestionLine(
                question.code,
                topic.text,
                topic.language,
                national,
                paragraphs,
                total,
                missing,
                revised.get(question.id, 0),
            )
        )
    unasked = [
        UnaskedLine(q.code, q.topic.text, q.topic.language, *counts.get(q.id, (0, 0)))
        for q in asked[language].questions
        if not pair.to_state.get(q.id) and q.kind is not Kind.NOTE
    ]
    return Overview(consultation, submission, lines, unasked, show)


@dataclass(frozen=True, slots=True)
class History:
    """How a paragraph came to read as it does."""

    frame: NationalAnswerContext
    question: CompiledQuestion
    number: int
    versions: Sequence[tuple[ParagraphVersion, Sequence[tuple[str, str]]]]
    removed_at: datetime | None

    @property
    def slug(self) -> str:
        """The consultation's slug, for the navigation."""
        return self.frame.consultation.slug


async def history_page(
    session: AsyncSession, actor: Actor, slug: str, code: str, language: str, paragraph_id: UUID
) -> History:
    """Every version of a paragraph, the newest first, each with what changed."""
    frame = await queries.get_frame(session, actor, slug, code)
    state = await questionnaires.get_compiled(session, frame.consultation.state_version_id)
    paragraphs = [
        *await queries.paragraphs_of(session, frame.national),
        *await queries.paragraphs_of(session, frame.national, removed=True),
    ]
    shown = next((p for p in paragraphs if p.paragraph.id == paragraph_id), None)
    if shown is None:
        raise NotFound
    rows = await session.exec(
        select(ParagraphVersion)
        .where(ParagraphVersion.paragraph_id == paragraph_id)
        .order_by(ParagraphVersion.number)  # type: ignore[arg-type]
    )
    versions = rows.all()
    before = ["", *(version.text for version in versions)]
    compared = [
        (version, merging.difference(old, version.text))
        for old, version in zip(before, versions, strict=False)
    ]
    question = state[language].by_id[frame.question_id]
    return History(frame, question, shown.number, compared[::-1], shown.paragraph.removed_at)
