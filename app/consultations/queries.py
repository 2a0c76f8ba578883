"""Reading consultations: the public pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.models import Account
from app.consultations import obstacles, policy, story, timing
from app.consultations.events import Figures, FiguresAsked
from app.consultations.models import PUBLIC_STATES, Consultation, ConsultationState, Override
from app.consultations.timing import PHASE_NAMES, Phase
from app.organisations.models import Organisation
from app.platform import clock
from app.platform.errors import NotFound
from app.platform.events import publish
from app.platform.i18n import Message
from app.platform.security import Actor
from app.questionnaires import queries as questionnaires
from app.questionnaires.compiled import CompiledLanguage, CompiledPair, CompiledQuestion, CompiledVersion
from app.reference.names import Named
from app.reviews import queries as reviews
from app.reviews.models import CountryReview, State
from app.reviews.queries import ReviewFrame

MOST_LISTED = 200


async def get_consultation(
    session: AsyncSession, actor: Actor, slug: str, *, lock: bool = False
) -> Consultation:
    """A consultation somebody may know of, by its slug, locked for a change if asked; raises NotFound."""
    query = select(Consultation).where(Consultation.slug == slug, policy.visible(actor))
    if lock:
        query = query.with_for_update()
    found = (await session.exec(query)).first()
    if found is None:
        raise NotFound
    return found


async def get_desk_consultation(
    session: AsyncSession, actor: Actor, slug: str, *, lock: bool = False
) -> Consultation:
    """A consultation for its own staff; to everybody else it does not exist here (raises NotFound)."""
    found = await get_consultation(session, actor, slug, lock=lock)
    if not policy.can_enter_desk(actor, found):
        raise NotFound
    return found


async def is_taken(session: AsyncSession, slug: str) -> bool:
    """Whether another consultation has this slug, in whatever State."""
    return (await session.exec(select(Consultation.id).where(Consultation.slug == slug))).first() is not None


@dataclass(frozen=True, slots=True)
class Listed:
    """A consultation in a list, with what a reader needs to choose one."""

    consultation: Consultation
    state: State
    instrument_codes: Sequence[str]
    instruments: Sequence[Named]
    cluster: str
    phase: Phase
    note: Message
    questions: int
    minutes: int

    @property
    def phase_name(self) -> Message:
        """The phase in words."""
        return PHASE_NAMES[self.phase]

    @property
    def shown_at(self) -> datetime:
        """The instant the list shows: the opening of what is coming, else the closing."""
        coming = self.phase in {Phase.COMING, Phase.DRAFT}
        return self.consultation.opens_at if coming else self.consultation.closes_at


@dataclass(frozen=True, slots=True)
class Home:
    """The public consultations: open, coming, closed."""

    open: Sequence[Listed]
    coming: Sequence[Listed]
    closed: Sequence[Listed]
    figures: Mapping[UUID, Figures]
    said: Sequence[tuple[str, str]] = story.SAID
    decided: Sequence[tuple[str, str, str]] = story.DECIDED


LISTED = (
    select(Consultation, State, CountryReview.instruments, CountryReview.cluster)
    .join(CountryReview, CountryReview.id == Consultation.country_review_id)  # type: ignore[arg-type]
    .join(State, State.code == CountryReview.state_code)  # type: ignore[arg-type]
    .order_by(col(Consultation.closes_at).desc(), Consultation.slug)
)
PUBLIC = LISTED.where(col(Consultation.state).in_(PUBLIC_STATES)).limit(MOST_LISTED)


async def list_public(session: AsyncSession, at: datetime) -> list[Listed]:
    """Every consultation that is or was open, the latest closing first."""
    return await _listed(session, PUBLIC, at)


async def list_of_reviews(session: AsyncSession, review_ids: Sequence[UUID], at: datetime) -> list[Listed]:
    """The consultations of these reviews, those in preparation too, the latest closing first."""
    if not review_ids:
        return []
    return await _listed(session, LISTED.where(col(Consultation.country_review_id).in_(review_ids)), at)


async def _listed(session: AsyncSession, query: Any, at: datetime) -> list[Listed]:
    rows = (await session.exec(query)).all()
    # Published versions are kept in memory: after the first time this loop asks no database.
    versions = {
        version_id: await questionnaires.get_compiled(session, version_id)
        for version_id in {row[0].civil_society_version_id for row in rows}
    }
    return [_item(row, versions[row[0].civil_society_version_id], at) for row in rows]


def _item(row: Any, version: CompiledVersion, at: datetime) -> Listed:
    consultation, state, codes, cluster = row
    questions = version.asked_first(at.date())
    return Listed(
        consultation,
        state,
        codes,
        [version.reference.instrument_name(code) for code in codes],
        cluster,
        timing.phase_of(consultation, at),
        timing.deadline_note(consultation, at),
        questions,
        timing.minutes_needed(questions),
    )


async def home_page(session: AsyncSession) -> Home:
    """The three lists: what closes first, what opens first, what closed last."""
    listed = await list_public(session, clock.arrival())
    asked = FiguresAsked([item.consultation.id for item in listed if item.phase is Phase.CONCLUDED])
    if asked.consultation_ids:
        await publish(session, asked)
    return Home(
        open=[item for item in reversed(listed) if item.phase is Phase.OPEN],
        coming=sorted(
            (item for item in listed if item.phase is Phase.COMING), key=lambda item: item.shown_at
        ),
        closed=[item for item in listed if item.phase in {Phase.CLOSED, Phase.CONCLUDED}],
        figures=asked.found,
    )


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ask in a consultation: its office, its focal point, and an address if one was given."""

    consultation: Consultation
    office: str
    focal_point: str | None


async def contacts(session: AsyncSession) -> list[Contact]:
    """Whom to ask in each consultation that is public and not concluded, what closes first before others."""
    query = (
        select(Consultation, Organisation.name, Account.name)
        .join(CountryReview, CountryReview.id == Consultation.country_review_id)  # type: ignore[arg-type]
        .join(Organisation, Organisation.id == CountryReview.office_id)  # type: ignore[arg-type]
        .outerjoin(Account, Account.id == CountryReview.focal_point_id)  # type: ignore[arg-type]
        .where(col(Consultation.state).in_((ConsultationState.OPEN, ConsultationState.CLOSED)))
        .order_by(col(Consultation.closes_at), Consultation.slug)
        .limit(MOST_LISTED)
    )
    return [Contact(*row) for row in (await session.exec(query)).all()]


@dataclass(frozen=True, slots=True)
class ConsultationPage:
    """Everything the public page of a consultation says."""

    consultation: Consultation
    frame: ReviewFrame
    office: str
    phase: Phase
    days_left: Message | None
    opens_there: datetime
    closes_there: datetime
    questions: int
    minutes: int
    may_start: bool
    has_outcome: bool
    is_staff: bool
    all_decided: bool = False
    overrides: Sequence[Override] = ()

    @property
    def phase_name(self) -> Message:
        """The phase in words."""
        return PHASE_NAMES[self.phase]

    @property
    def clocks_differ(self) -> bool:
        """Whether the State's clocks show something else than UTC."""
        return self.closes_there.utcoffset() != self.consultation.closes_at.utcoffset()


async def consultation_page(session: AsyncSession, actor: Actor, slug: str) -> ConsultationPage:
    """The public page; staff see it while it is prepared, too (raises NotFound)."""
    consultation = await get_consultation(session, actor, slug)
    frame = await reviews.get_public_frame(session, consultation.country_review_id)
    version = await questionnaires.get_compiled(session, consultation.civil_society_version_id)
    at = clock.arrival()
    zone = ZoneInfo(frame.state.zone)
    is_concluded = consultation.state in {ConsultationState.CONCLUDED, ConsultationState.ARCHIVED}
    is_closed = is_concluded or consultation.state is ConsultationState.CLOSED
    questions = version.asked_first(at.date())
    office = await session.get_one(Organisation, consultation.office_id)
    return ConsultationPage(
        consultation=consultation,
        frame=frame,
        office=office.name,
        phase=timing.phase_of(consultation, at),
        days_left=timing.days_left(consultation, at),
        opens_there=consultation.opens_at.astimezone(zone),
        closes_there=consultation.closes_at.astimezone(zone),
        questions=questions,
        minutes=timing.minutes_needed(questions),
        may_start=consultation.takes_answers(at),
        has_outcome=is_closed and await obstacles.has_outcome(session, consultation.id),
        is_staff=bool(policy.can_enter_desk(actor, consultation)),
        all_decided=is_concluded and not await obstacles.count_undecided(session, consultation.id),
        overrides=await obstacles.confirmed_overrides(session, consultation.id) if is_closed else (),
    )


@dataclass(frozen=True, slots=True)
class QuestionsPage:
    """All questions of the civil-society edition, to be read and printed."""

    consultation: Consultation
    pair: CompiledPair
    language: str
    may_start: bool

    @property
    def edition(self) -> CompiledLanguage:
        """The civil-society edition in the reader's language."""
        return self.pair.civil_society[self.language]

    def informs(self, question: CompiledQuestion) -> list[CompiledQuestion]:
        """The State questions that answers to this question feed."""
        asked = self.pair.state[self.language].by_id
        return [asked[key] for key in self.pair.to_state.get(question.id, ())]


async def questions_page(session: AsyncSession, actor: Actor, slug: str, language: str) -> QuestionsPage:
    """All questions of a consultation in one language; raises NotFound."""
    consultation = await get_consultation(session, actor, slug)
    pair = await questionnaires.get_pair(
        session, consultation.civil_society_version_id, consultation.state_version_id
    )
    return QuestionsPage(consultation, pair, language, consultation.takes_answers(clock.arrival()))


def as_json(consultation: Consultation, phase: Phase) -> dict[str, Any]:
    """A consultation as the JSON interface shows it, without its review."""
    kept = {
        "slug",
        "state",
        "titles",
        "summaries",
        "rules",
        "languages",
        "submission_language",
        "contact",
        "takes_persons",
        "opens_at",
        "closes_at",
        "promised_closes_at",
        "closed_early_reason",
        "version",
    }
    return consultation.model_dump(include=kept) | {"phase": phase.value}
