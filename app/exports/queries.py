"""Reading for exports: the submission as it stands, and what was made final before."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consultations import queries as consultations
from app.consultations.models import Consultation
from app.contributions.models import Answer, AnswerVersion, Contribution, ContributionState
from app.exports import facts, policy
from app.exports.document import Document, QuestionChange, difference
from app.exports.facts import Facts, Obstacle
from app.exports.models import Export
from app.platform.errors import NotFound
from app.platform.security import Actor, Permission, require
from app.questionnaires import queries as questionnaires
from app.reviews.models import CountryReview, State
from app.submissions import queries as submissions
from app.submissions.models import NationalAnswer, Paragraph, Source, Submission
from app.submissions.numbers import IN_PLACE
from app.submissions.queries import ShownSource

LARGEST_NUMBER = 2_000_000_000


async def get_consultation(session: AsyncSession, actor: Actor, slug: str) -> Consultation:
    """A consultation for its readers; raises NotFound outside the office, Forbidden inside it."""
    consultation = await consultations.get_desk_consultation(session, actor, slug)
    require(policy.can_see(actor, consultation.office_id))
    return consultation


async def get_facts(session: AsyncSession, actor: Actor, slug: str, *, lock: bool = False) -> Facts:
    """The submission as it stands, in as many statements whatever its size."""
    consultation = await get_consultation(session, actor, slug)
    query = select(Submission).where(Submission.consultation_id == consultation.id)
    submission = (await session.exec(query.with_for_update() if lock else query)).first()
    reviewed = await session.exec(
        select(CountryReview, State)
        .join(State, State.code == CountryReview.state_code)  # type: ignore[arg-type]
        .where(CountryReview.id == consultation.country_review_id)
    )
    review, state = reviewed.one()
    pair = await questionnaires.get_pair(
        session, consultation.civil_society_version_id, consultation.state_version_id
    )
    nationals = await _nationals(session, submission)
    answers = await submissions.answer_counts(session, consultation.id)
    return Facts(
        consultation=consultation,
        review=review,
        state=state,
        submission=submission,
        state_edition=pair.state,
        civil_society=pair.civil_society,
        to_state=pair.to_state,
        nationals={each.question_id: each for each in nationals},
        paragraphs=await _paragraphs(session, submission),
        sources=await _sources(session, nationals),
        withdrawn=await _withdrawn(session, submission),
        open_answers={question_id: missing for question_id, (_total, missing) in answers.items()},
    )


async def _nationals(session: AsyncSession, submission: Submission | None) -> Sequence[NationalAnswer]:
    if submission is None:
        return []
    query = select(NationalAnswer).where(NationalAnswer.submission_id == submission.id)
    return (await session.exec(query)).all()


async def _paragraphs(session: AsyncSession, submission: Submission | None) -> dict[UUID, list[Paragraph]]:
    found: dict[UUID, list[Paragraph]] = {}
    if submission is not None:
        query = (
            select(Paragraph)
            .join(NationalAnswer, NationalAnswer.id == Paragraph.national_answer_id)  # type: ignore[arg-type]
            .where(NationalAnswer.submission_id == submission.id, IN_PLACE)
            .order_by(Paragraph.position, Paragraph.id)  # type: ignore[arg-type]
        )
        for paragraph in await session.exec(query):
            found.setdefault(paragraph.national_answer_id, []).append(paragraph)
    return found


async def _sources(
    session: AsyncSession, nationals: Sequence[NationalAnswer]
) -> dict[UUID, list[ShownSource]]:
    found: dict[UUID, list[ShownSource]] = {}
    if nationals:
        belongs = Paragraph.national_answer_id.in_([each.id for each in nationals])  # type: ignore[attr-defined]
        for source in await submissions.sources_where(session, belongs):
            found.setdefault(source.paragraph_id, []).append(source)
    return found


async def _withdrawn(
    session: AsyncSession, submission: Submission | None
) -> dict[UUID, list[tuple[str, str]]]:
    """Words whose contribution was withdrawn, with their language, by the paragraph that rests on them."""
    found: dict[UUID, list[tuple[str, str]]] = {}
    if submission is not None:
        query = (
            select(Source.paragraph_id, Source.quote, AnswerVersion.language)
            .join(Paragraph, Paragraph.id == Source.paragraph_id)  # type: ignore[arg-type]
            .join(NationalAnswer, NationalAnswer.id == Paragraph.national_answer_id)  # type: ignore[arg-type]
            .join(AnswerVersion, AnswerVersion.id == Source.answer_version_id)  # type: ignore[arg-type]
            .join(Answer, Answer.id == Source.answer_id)  # type: ignore[arg-type]
            .join(Contribution, Contribution.id == Answer.contribution_id)  # type: ignore[arg-type]
            .where(
                NationalAnswer.submission_id == submission.id,
                Contribution.state == ContributionState.WITHDRAWN,
            )
        )
        for paragraph_id, quote, language in await session.exec(query):
            found.setdefault(paragraph_id, []).append((quote, language))
    return found


async def list_exports(session: AsyncSession, submission: Submission | None) -> Sequence[Export]:
    """What was made final, the newest first."""
    if submission is None:
        return []
    query = select(Export).where(Export.submission_id == submission.id)
    return (await session.exec(query.order_by(Export.number.desc()))).all()  # type: ignore[attr-defined]


async def find_last(session: AsyncSession, submission: Submission) -> Export | None:
    """The newest export of a submission."""
    query = select(Export).where(Export.submission_id == submission.id)
    return (await session.exec(query.order_by(Export.number.desc()).limit(1))).first()  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class ExportView:
    """One export with the one before it, and what changed between them."""

    consultation: Consultation
    export: Export
    previous: Export | None
    changes: Sequence[QuestionChange] = field(default=())

    @property
    def document(self) -> Document:
        """What was made final."""
        return self.export.content


async def get_export(session: AsyncSession, actor: Actor, slug: str, number: int) -> ExportView:
    """An export of a consultation by its number; raises NotFound."""
    consultation = await get_consultation(session, actor, slug)
    if number > LARGEST_NUMBER:
        raise NotFound
    query = (
        select(Export)
        .join(Submission, Submission.id == Export.submission_id)  # type: ignore[arg-type]
        .where(
            Submission.consultation_id == consultation.id,
            Export.number.in_((number - 1, number)),  # type: ignore[attr-defined]
        )
    )
    by_number = {each.number: each for each in await session.exec(query)}
    if number not in by_number:
        raise NotFound
    export, previous = by_number[number], by_number.get(number - 1)
    changes = difference(previous.content, export.content) if previous else []
    return ExportView(consultation, export, previous, changes)


async def list_of(session: AsyncSession, actor: Actor, slug: str) -> Sequence[Export]:
    """What was made final in a consultation, the newest first."""
    consultation = await get_consultation(session, actor, slug)
    return await list_exports(session, await submissions.find_submission(session, consultation.id))


@dataclass(frozen=True, slots=True)
class ExportPage:
    """What stands in the way, what may be done, and what was made final."""

    facts: Facts
    obstacles: Sequence[Obstacle]
    unreferenced: Sequence[str]
    exports: Sequence[Export]
    may_hand_over: Permission

    @property
    def consultation(self) -> Consultation:
        """The consultation whose submission it is."""
        return self.facts.consultation


async def export_page(session: AsyncSession, actor: Actor, slug: str) -> ExportPage:
    """The page of the exports of a consultation."""
    known = await get_facts(session, actor, slug)
    found = facts.obstacles(known)
    return ExportPage(
        facts=known,
        obstacles=found,
        unreferenced=facts.unreferenced(known),
        exports=await list_exports(session, known.submission),
        may_hand_over=policy.can_hand_over(actor, known.review, [each.message for each in found]),
    )
