"""Reading consultations: the pages of their staff."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import func
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit import queries as audit
from app.audit.queries import LogEntry
from app.consultations import obstacles, policy, queries, timing
from app.consultations.events import STATEMENTS, Obstacle
from app.consultations.models import Consultation, ConsultationState, InvitationCode, Override, Step
from app.consultations.timing import Phase
from app.organisations.models import Role
from app.platform import clock
from app.platform.errors import NotFound
from app.platform.i18n import Message
from app.platform.security import Actor, Permission, require
from app.questionnaires import queries as questionnaires
from app.reference import queries as reference
from app.reference.compiled import Reference
from app.reviews import policy as review_policy
from app.reviews import queries as reviews
from app.reviews.deadlines import advised_closing
from app.reviews.models import State
from app.reviews.queries import Member, ReviewFrame

LAST_MINUTE = time(23, 59)
OPEN_DAYS = 42
# A translator or a neutral facilitator is not offered the role: it would end what they are there for.
LEADERS = frozenset({Role.FOCAL_POINT, Role.EXPERT, Role.GOVERNMENT_READER})


@dataclass(frozen=True, slots=True)
class DeskFrame:
    """What every page of the desk of a consultation shows: which one, of which review."""

    consultation: Consultation
    frame: ReviewFrame

    @property
    def slug(self) -> str:
        """The address of the consultation."""
        return self.consultation.slug

    @property
    def phase(self) -> Phase:
        """How the consultation stands now."""
        return timing.phase_of(self.consultation, clock.arrival())

    @property
    def phase_name(self) -> Message:
        """The phase in the words a reader sees."""
        return timing.PHASE_NAMES[self.phase]


async def get_desk_frame(session: AsyncSession, actor: Actor, slug: str) -> DeskFrame:
    """A consultation with its review, for its own staff; raises NotFound."""
    consultation = await queries.get_desk_consultation(session, actor, slug)
    return DeskFrame(consultation, await reviews.get_frame(session, actor, consultation.country_review_id))


@dataclass(frozen=True, slots=True)
class NewPage:
    """The form that prepares a consultation."""

    pairs: Sequence[tuple[UUID, Mapping[str, str], int]]
    reviews: Sequence[ReviewFrame]
    states: Sequence[State]
    names: Reference
    opens_at: datetime
    closes_at: datetime


async def new_page(session: AsyncSession, actor: Actor) -> NewPage:
    """Open reviews one is the focal point of, published questionnaires, and dates to begin with."""
    require(policy.can_prepare(actor))
    frames = [
        frame
        for frame in await reviews.list_reviews(session, actor)
        if frame.review.questionnaire_answered_on is None and policy.can_lead(actor, frame.review)
    ]
    states = [
        state
        for state in await reviews.list_states(session, actor)
        if actor.is_system or actor.holds(Role.FOCAL_POINT, state.office_id)
    ]
    start = frames[0].review.started_on if frames else clock.today()
    closing = max(advised_closing(start), clock.today() + timedelta(days=OPEN_DAYS))
    pairs = await questionnaires.list_pairs(session)
    return NewPage(
        pairs=[(version.id, version.texts.get("title", {}), version.number) for version, _state in pairs],
        reviews=frames,
        states=states,
        names=await reference.current(session),
        opens_at=datetime.combine(clock.today() + timedelta(days=1), time(0), UTC),
        closes_at=datetime.combine(closing, LAST_MINUTE, UTC),
    )


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """Texts, languages, dates and the steps of a consultation."""

    desk: DeskFrame
    questionnaire: Mapping[str, str]
    may_edit: Permission
    may_lead: Permission
    may_issue_codes: Permission
    advised_on: date
    answer_due_on: date | None

    @property
    def closes_late(self) -> bool:
        """Whether the closing leaves the State less than four weeks for its answer (US-01)."""
        return self.desk.consultation.closes_at.date() > self.advised_on

    @property
    def may_conclude(self) -> bool:
        """Whether the last step can be taken now."""
        return self.desk.consultation.state is ConsultationState.CLOSED


async def settings_page(session: AsyncSession, actor: Actor, slug: str) -> SettingsPage:
    """The set-up of a consultation, for its own staff; raises NotFound."""
    desk = await get_desk_frame(session, actor, slug)
    version = await questionnaires.get_compiled(session, desk.consultation.civil_society_version_id)
    review = desk.frame.review
    return SettingsPage(
        desk=desk,
        questionnaire={code: str(words.title) for code, words in version.languages.items()},
        may_edit=policy.can_edit(actor, desk.consultation, review),
        may_lead=policy.can_lead(actor, review),
        may_issue_codes=policy.can_issue_codes(actor, desk.consultation, review),
        advised_on=advised_closing(review.started_on),
        answer_due_on=next(step.due_on for step in desk.frame.clock if step.step == "questionnaire"),
    )


@dataclass(frozen=True, slots=True)
class StepPage:
    """What stands against a step that cannot be taken back, and who may take it all the same."""

    desk: DeskFrame
    step: Step
    obstacles: Sequence[Obstacle]
    override: Override | None
    may_lead: Permission
    may_ask: Permission
    may_confirm: Permission | None

    @property
    def is_clear(self) -> bool:
        """Whether nothing stands against the step, or two people overrode all of it."""
        return obstacles.covers(self.override, self.obstacles) if self.obstacles else True

    @property
    def is_done(self) -> bool:
        """Whether the step lies behind: a consultation is concluded once."""
        return self.step is Step.CONCLUDE and self.desk.phase is Phase.CONCLUDED


async def step_page(session: AsyncSession, actor: Actor, slug: str, step: Step) -> StepPage:
    """A step and what stands against it, for those who may ask for it or take it."""
    desk = await get_desk_frame(session, actor, slug)
    review = desk.frame.review
    may_lead = policy.can_lead(actor, review)
    may_ask = policy.can_ask_override(actor, desk.consultation, step)
    require(may_lead or may_ask)
    override = await obstacles.find_override(session, desk.consultation.id, step)
    return StepPage(
        desk=desk,
        step=step,
        obstacles=await obstacles.against(session, desk.consultation, step),
        override=override,
        may_lead=may_lead,
        may_ask=may_ask,
        may_confirm=policy.can_confirm_override(actor, desk.consultation, review, override)
        if override
        else None,
    )


@dataclass(frozen=True, slots=True)
class ClosingPage:
    """Closing now: what was promised, and what can only be done while the consultation is open."""

    desk: DeskFrame
    is_early: bool
    waiting: Sequence[Obstacle]


async def closing_page(session: AsyncSession, actor: Actor, slug: str) -> ClosingPage:
    """The last look before a consultation closes, for its focal point."""
    desk = await get_desk_frame(session, actor, slug)
    require(policy.can_lead(actor, desk.frame.review))
    found = await obstacles.against(session, desk.consultation, Step.CONCLUDE)
    return ClosingPage(
        desk=desk,
        is_early=desk.phase in {Phase.COMING, Phase.OPEN},
        waiting=[each for each in found if each.key == STATEMENTS],
    )


@dataclass(frozen=True, slots=True)
class CodesPage:
    """How many invitation codes were made; the codes themselves only right after that.

    How many are used is nowhere shown: whoever handed them out would read in it who came, and when.
    """

    desk: DeskFrame
    made: int
    may_issue: Permission
    codes: Sequence[str] = ()


async def codes_page(session: AsyncSession, actor: Actor, slug: str, codes: Sequence[str] = ()) -> CodesPage:
    """The page of invitation codes, for those who may make them."""
    desk = await get_desk_frame(session, actor, slug)
    may_issue = policy.can_issue_codes(actor, desk.consultation, desk.frame.review)
    if desk.phase is not Phase.CONCLUDED:
        require(may_issue)
    query = select(func.count()).where(InvitationCode.consultation_id == desk.consultation.id)
    return CodesPage(desk, (await session.exec(query)).one(), may_issue, codes)


@dataclass(frozen=True, slots=True)
class LogPage:
    """The record of a country review, one page of it."""

    desk: DeskFrame
    entries: Sequence[LogEntry]
    before: str | None
    is_first: bool


async def log_page(session: AsyncSession, actor: Actor, slug: str, before: str = "") -> LogPage:
    """Who did what in this review, newest first, for those who may read the log."""
    desk = await get_desk_frame(session, actor, slug)
    require(policy.can_read_log(actor, desk.consultation))
    found = await audit.list_entries(
        session, desk.frame.review.id, before, office_id=desk.consultation.office_id
    )
    return LogPage(desk, found.entries, found.before, not before)


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """The people of the office with their roles, and to whom the role of focal point may go."""

    desk: DeskFrame
    members: Sequence[Member]
    may_hand_over: Permission

    @property
    def successors(self) -> list[Member]:
        """Whoever works on the answers of the office, but for the focal point of today."""
        now = self.desk.frame.review.focal_point_id
        return [m for m in self.members if m.account_id != now and LEADERS.intersection(m.roles)]


async def people_page(session: AsyncSession, actor: Actor, slug: str) -> PeoplePage:
    """The people who work on a consultation, for themselves; raises NotFound."""
    desk = await get_desk_frame(session, actor, slug)
    return PeoplePage(
        desk,
        await reviews.list_members(session, desk.consultation.office_id),
        review_policy.can_hand_over(actor, desk.frame.review),
    )


@dataclass(frozen=True, slots=True)
class HandOverPage:
    """What goes to the new focal point with the role: everything that is open."""

    desk: DeskFrame
    successor: Member
    obstacles: Sequence[Obstacle]


async def hand_over_page(session: AsyncSession, actor: Actor, slug: str, account_id: UUID) -> HandOverPage:
    """The last look before the role of the focal point goes; raises NotFound for who cannot have it."""
    page = await people_page(session, actor, slug)
    require(page.may_hand_over)
    successor = next((m for m in page.successors if m.account_id == account_id), None)
    if successor is None:
        raise NotFound
    found = await obstacles.against(session, page.desk.consultation, Step.CONCLUDE)
    # What is open stays with the new focal point: nothing has to be closed for that.
    return HandOverPage(page.desk, successor, [each for each in found if each.key != obstacles.OPEN])
