"""Reading submissions: the writing page, the overview, what became of each answer."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consultations.models import Consultation
from app.contributions.models import (
    Answer,
    AnswerVersion,
    Contribution,
    ContributionState,
    Mode,
    Publication,
    narrowest,
)
from app.organisations.models import Organisation
from app.platform.batches import batches
from app.platform.errors import NotFound
from app.platform.i18n import Message, _, n_
from app.platform.security import Actor
from app.questionnaires.models import Question
from app.reviews.models import CountryReview
from app.submissions import numbers, policy, recognizing
from app.submissions.merging import Span
from app.submissions.models import (
    Decision,
    NationalAnswer,
    Paragraph,
    Source,
    Submission,
)
from app.submissions.numbers import IN_PLACE
from app.translations.models import Text
from app.translations.queries import bodies_of


@dataclass(frozen=True, slots=True)
class NationalAnswerContext:
    """One State question of a consultation: who is reviewed, the submission, the answer as it stands."""

    consultation: Consultation
    review: CountryReview
    question_id: UUID
    submission: Submission | None
    national: NationalAnswer

    @property
    def language(self) -> str:
        """The language of the submission."""
        return self.consultation.submission_language


@dataclass(frozen=True, slots=True)
class ShownSource:
    """An excerpt as staff may see it: without words where its author withdrew them.

    `is_repeated` says that the paragraph holds its wording, as written or as translated, although its author
    allows no publication, or none any more; `elsewhere` are these translations, each with its language.
    """

    id: UUID
    paragraph_id: UUID
    answer_id: UUID
    answer_version_id: UUID
    span: Span
    quote: str | None
    language: str
    version: int
    voice: str
    is_confidential: bool
    publication: Publication
    organisation: str | None
    is_repeated: bool
    elsewhere: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class ShownParagraph:
    """A paragraph with its sources and what stands against sending it for approval."""

    number: int
    paragraph: Paragraph
    sources: Sequence[ShownSource]
    obstacles: Sequence[Message]

    @property
    def voices(self) -> int:
        """How many contributions speak in it."""
        return len({source.voice for source in self.sources})


@dataclass(frozen=True, slots=True)
class ShownDecision:
    """What became of an answer, and why; it holds if it speaks of the answer as it stands and has a reason.

    `earlier` are the decisions it took the place of, the oldest first.
    """

    decision: Decision
    reason: str
    reason_language: str
    is_of_this_version: bool
    paragraph_stands: bool = True
    earlier: Sequence["ShownDecision"] = ()

    @property
    def has_reason(self) -> bool:
        """Whether it says why: in words, or by the paragraph that took the answer up, while that stands."""
        by_paragraph = self.decision.paragraph_id is not None and self.paragraph_stands
        return self.decision.reason_text_id is not None or by_paragraph

    @property
    def is_current(self) -> bool:
        """Whether nothing more has to be done."""
        return self.is_of_this_version and self.has_reason


@dataclass(frozen=True, slots=True)
class ApprovalReadiness:
    """Everything about a national answer that decides whether it may go on."""

    paragraphs: Sequence[ShownParagraph]
    open_decisions: int
    obstacles: Sequence[Message] = field(default=())

    @property
    def editors(self) -> set[UUID]:
        """Who wrote the paragraphs as they stand."""
        return {p.paragraph.edited_by_id for p in self.paragraphs if p.paragraph.edited_by_id is not None}


async def get_frame(
    session: AsyncSession, actor: Actor, slug: str, code: str, *, lock: bool = False
) -> NationalAnswerContext:
    """A State question of a consultation of the actor's own office; raises NotFound."""
    query = (
        select(Consultation, CountryReview, Question.id, Submission, NationalAnswer)  # type: ignore[call-overload]
        .join(CountryReview, CountryReview.id == Consultation.country_review_id)  # type: ignore[arg-type]
        .join(Question, (Question.version_id == Consultation.state_version_id) & (Question.code == code))  # type: ignore[arg-type]
        .outerjoin(Submission, Submission.consultation_id == Consultation.id)  # type: ignore[arg-type]
        .outerjoin(
            NationalAnswer,
            (NationalAnswer.submission_id == Submission.id) & (NationalAnswer.question_id == Question.id),  # type: ignore[arg-type]
        )
        .where(Consultation.slug == slug)
    )
    if lock:
        query = query.with_for_update(of=Consultation, read=True)
    row = (await session.exec(query)).first()
    if row is None or not policy.can_read(actor, row[0].office_id):
        raise NotFound
    consultation, review, question_id, submission, national = row
    blank = NationalAnswer(submission_id=consultation.id, question_id=question_id, version=0)
    return NationalAnswerContext(consultation, review, question_id, submission, national or blank)


async def paragraphs_of(
    session: AsyncSession, national: NationalAnswer, *, removed: bool = False
) -> list[ShownParagraph]:
    """The paragraphs of an answer in order, or those taken out, each with its sources; three statements at most."""
    if not national.version:
        return []
    found = await session.exec(
        select(Paragraph)
        .where(Paragraph.national_answer_id == national.id, ~IN_PLACE if removed else IN_PLACE)
        .order_by(Paragraph.position, Paragraph.id)  # type: ignore[arg-type]
    )
    paragraphs = found.all()
    if removed and not paragraphs:
        return []
    sources = await sources_where(session, Paragraph.national_answer_id == national.id)  # type: ignore[arg-type]
    return [
        _shown(number, paragraph, [s for s in sources if s.paragraph_id == paragraph.id])
        for number, paragraph in enumerate(paragraphs, 1)
    ]


async def sources_where(session: AsyncSession, condition: ColumnElement[bool]) -> list[ShownSource]:
    """Sources with whose they are; what was withdrawn has no words.

    One statement, and one for the translations of those that may not be published.
    """
    found = await session.exec(
        select(  # type: ignore[call-overload]
            Source,
            AnswerVersion,
            Answer.publication,
            Answer.current_version_id.is_(None),  # type: ignore[union-attr]
            Contribution,
            Organisation.name,
            Paragraph.text,
        )
        .join(Paragraph, Paragraph.id == Source.paragraph_id)
        .join(AnswerVersion, AnswerVersion.id == Source.answer_version_id)
        .join(Answer, Answer.id == Source.answer_id)
        .join(Contribution, Contribution.id == Answer.contribution_id)
        .outerjoin(Organisation, Organisation.id == Contribution.organisation_id)
        .where(condition)
        .order_by(Contribution.label, Source.starts)
    )
    rows: Sequence[Any] = found.all()
    hidden = {row[1].text_id for row in rows if _allowed(*row[1:5]) is Publication.NO}
    translated = await bodies_of(session, hidden)
    return [_source(translated.get(row[1].text_id, ()), *row) for row in rows]


def _allowed(
    version: AnswerVersion, draft: Publication, taken_out: bool, contribution: Contribution
) -> Publication:
    if taken_out or contribution.state is ContributionState.WITHDRAWN:
        return Publication.NO
    return narrowest(version.publication, draft)


def _source(
    elsewhere: Sequence[tuple[str, str]],
    source: Source,
    version: AnswerVersion,
    draft: Publication,
    taken_out: bool,
    contribution: Contribution,
    name: str | None,
    text: str,
) -> ShownSource:
    # One answer can be taken out of what was handed in, as the whole can.
    withdrawn = taken_out or contribution.state is ContributionState.WITHDRAWN
    # What a facilitator took in without a name has none, and is not confidential.
    nameless = contribution.mode is Mode.CONFIDENTIAL
    confidential = nameless and not contribution.is_unattributed
    publication = _allowed(version, draft, taken_out, contribution)
    said = [(source.quote, version.language), *elsewhere] if publication is Publication.NO else []
    return ShownSource(
        id=source.id,
        paragraph_id=source.paragraph_id,
        answer_id=source.answer_id,
        answer_version_id=source.answer_version_id,
        span=Span(source.starts, source.ends),
        quote=None if withdrawn else source.quote,
        language=version.language,
        version=version.number,
        voice=contribution.label if nameless or withdrawn or not name else name,
        is_confidential=confidential,
        publication=publication,
        organisation=None if nameless or withdrawn else name,
        is_repeated=any(recognizing.repeated(text, words, language) for words, language in said),
        elsewhere=elsewhere,
    )


def _shown(number: int, paragraph: Paragraph, sources: list[ShownSource]) -> ShownParagraph:
    return ShownParagraph(number, paragraph, sources, list(_obstacles_in(number, paragraph.text, sources)))


def _obstacles_in(number: int, text: str, sources: list[ShownSource]) -> list[Message]:
    found: list[Message] = []
    if not text.strip():
        found.append(_("Paragraph %(number)s has no text yet.", number=number))
    if recognizing.REDACTED in text:
        found.append(
            _("Words in paragraph %(number)s were withdrawn. Say it in your own words.", number=number)
        )
    for source in sources:
        if source.is_repeated:
            found.append(
                _(
                    "Paragraph %(number)s repeats words of %(voice)s, who does not allow their publication. Say it in your own words.",
                    number=number,
                    voice=source.voice,
                )
            )
        name = None if source.publication is Publication.NAMED else source.organisation
        if name and recognizing.says(text, name):
            found.append(
                _(
                    "Paragraph %(number)s names %(voice)s, who does not allow it. Take the name out.",
                    number=number,
                    voice=source.voice,
                )
            )
    return found


async def standing_of(
    session: AsyncSession,
    frame: NationalAnswerContext,
    civil_society_ids: Collection[UUID],
    decided: int | None = None,
) -> ApprovalReadiness:
    """What stands in the way of sending for approval or approving; `decided` spares a count already made."""
    paragraphs = await paragraphs_of(session, frame.national)
    missing = decided if decided is not None else await count_open(session, frame, civil_society_ids)
    return ApprovalReadiness(paragraphs, missing, obstacles(frame.national, paragraphs, missing))


async def count_open(
    session: AsyncSession, frame: NationalAnswerContext, civil_society_ids: Collection[UUID]
) -> int:
    """How many submitted answers to these questions have no decision."""
    if not civil_society_ids:
        return 0
    query = numbers.counted(frame.consultation.id).where(col(Answer.question_id).in_(civil_society_ids))
    return sum(missing for _question, _total, missing in await session.exec(query))


def obstacles(national: NationalAnswer, paragraphs: Sequence[ShownParagraph], missing: int) -> list[Message]:
    """What must be done before an answer is sent for approval or approved, in the order of work."""
    found: list[Message] = []
    if missing:
        found.append(
            n_(
                "%(num)s answer has no decision or no reason yet.",
                "%(num)s answers have no decision or no reason yet.",
                missing,
            )
        )
    if national.position is None:
        found.append(_("The national answer has no position yet: yes, in part, or no."))
    if not paragraphs:
        found.append(_("The national answer has no paragraph yet."))
    for paragraph in paragraphs:
        found.extend(paragraph.obstacles)
    return found


async def decisions_of(session: AsyncSession, answers: Mapping[UUID, UUID]) -> dict[UUID, ShownDecision]:
    """The newest decision by answer; `answers` maps each answer to its submitted version."""
    query = (
        select(Decision, Text.body, Text.language, Paragraph.removed_at)
        .outerjoin(Text, Text.id == Decision.reason_text_id)  # type: ignore[arg-type]
        .outerjoin(Paragraph, Paragraph.id == Decision.paragraph_id)  # type: ignore[arg-type]
        .order_by(Decision.number)  # type: ignore[arg-type]
    )
    found: dict[UUID, list[ShownDecision]] = {}
    for ids in batches(answers):
        rows = await session.exec(query.where(col(Decision.answer_id).in_(ids)))
        for decision, body, language, removed_at in rows:
            is_current = decision.answer_version_id == answers[decision.answer_id]
            found.setdefault(decision.answer_id, []).append(
                ShownDecision(decision, body or "", language or "en", is_current, removed_at is None)
            )
    return {answer_id: replace(chain[-1], earlier=tuple(chain[:-1])) for answer_id, chain in found.items()}


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """One State question on the overview."""

    code: str
    topic: str
    topic_language: str
    national: NationalAnswer | None
    paragraphs: int
    answers: int
    open_decisions: int
    revised: int = 0


@dataclass(frozen=True, slots=True)
class UnaskedLine:
    """A civil-society question the State is not asked about."""

    code: str
    topic: str
    topic_language: str
    answers: int
    open_decisions: int


async def national_answers(
    session: AsyncSession, consultation_id: UUID
) -> dict[UUID, tuple[NationalAnswer, int]]:
    """The national answers of a consultation by question, with the number of their paragraphs."""
    rows = await session.exec(
        select(NationalAnswer, func.count(Paragraph.id))  # type: ignore[arg-type]
        .join(Submission, Submission.id == NationalAnswer.submission_id)  # type: ignore[arg-type]
        .outerjoin(Paragraph, (col(Paragraph.national_answer_id) == NationalAnswer.id) & IN_PLACE)  # type: ignore[arg-type]
        .where(Submission.consultation_id == consultation_id)
        .group_by(NationalAnswer)  # type: ignore[arg-type]
    )
    return {national.question_id: (national, count) for national, count in rows}


async def answer_counts(session: AsyncSession, consultation_id: UUID) -> dict[UUID, tuple[int, int]]:
    """By civil-society question: how many submitted answers, and how many without a decision."""
    rows = await session.exec(numbers.counted(consultation_id))
    return {question: (total, missing) for question, total, missing in rows}


async def find_submission(session: AsyncSession, consultation_id: UUID) -> Submission | None:
    """The submission of a consultation, if drafting has begun."""
    query = select(Submission).where(Submission.consultation_id == consultation_id)
    return (await session.exec(query)).first()
