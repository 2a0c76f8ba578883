"""Reading States and country reviews."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import exists
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.models import Account
from app.organisations import policy as organisations
from app.organisations.models import Membership, Organisation, Role
from app.platform import clock
from app.platform.errors import NotFound
from app.platform.security import Actor, Permission
from app.reference import queries as reference
from app.reference.compiled import Reference
from app.reference.names import Named
from app.reviews import policy
from app.reviews.deadlines import Deadline, Step, review_clock
from app.reviews.models import CountryReview, State


@dataclass(frozen=True, slots=True)
class ReviewFrame:
    """A country review with its State, its focal point's name and its clock."""

    review: CountryReview
    state: State
    focal_point: str | None
    clock: Sequence[Deadline]
    names: Reference

    @property
    def instruments(self) -> list[Named]:
        """The names of the instruments under review."""
        return [self.names.instrument_name(code) for code in self.review.instruments]


EXPERTS = exists().where(
    (Membership.organisation_id == CountryReview.office_id) & (Membership.role == Role.EXPERT)  # type: ignore[arg-type]
)
FRAME = (
    select(CountryReview, State, Account.name, EXPERTS, reference.PUBLISHED.scalar_subquery())  # type: ignore[call-overload]
    .join(State, State.code == CountryReview.state_code)  # type: ignore[arg-type]
    .outerjoin(Account, Account.id == CountryReview.focal_point_id)  # type: ignore[arg-type]
)


async def _frames(session: AsyncSession, query: Any) -> list[ReviewFrame]:
    """The frames of a query that begins as FRAME does: one statement, names of instruments included."""
    found = []
    for review, state, focal_point, has_experts, names_id in (await session.exec(query)).all():
        known = {Step.FOCAL_POINT: review.focal_point_id is not None, Step.EXPERTS: has_experts}
        done = frozenset(step for step, is_done in known.items() if is_done)
        steps = review_clock(review.started_on, clock.today(), review.questionnaire_answered_on, done)
        # Published names are kept in memory: after the first time this loop asks no database.
        names = await reference.get_names(session, names_id)
        found.append(ReviewFrame(review, state, focal_point, steps, names))
    return found


async def _one_frame(session: AsyncSession, query: Any) -> ReviewFrame:
    found = await _frames(session, query)
    if not found:
        raise NotFound
    return found[0]


async def get_review(
    session: AsyncSession, actor: Actor, review_id: UUID, *, lock: bool = False
) -> CountryReview:
    """A review for its office's staff and the secretariat, locked for a change if asked; raises NotFound."""
    query = select(CountryReview).where(CountryReview.id == review_id, policy.visible(actor))
    if lock:
        query = query.with_for_update()
    found = (await session.exec(query)).first()
    if found is None:
        raise NotFound
    return found


async def get_frame(session: AsyncSession, actor: Actor, review_id: UUID) -> ReviewFrame:
    """A review with its State and clock, for its office's staff and the secretariat; raises NotFound."""
    return await _one_frame(session, FRAME.where(CountryReview.id == review_id, policy.visible(actor)))


async def get_public_frame(session: AsyncSession, review_id: UUID) -> ReviewFrame:
    """A review with its State and clock for anybody: the clock is public (raises NotFound)."""
    return await _one_frame(session, FRAME.where(CountryReview.id == review_id))


async def list_reviews(session: AsyncSession, actor: Actor) -> list[ReviewFrame]:
    """The reviews somebody works on, the newest start first."""
    newest_first = col(CountryReview.started_on).desc(), col(CountryReview.id)
    query = FRAME.where(policy.visible(actor)).order_by(*newest_first)
    return await _frames(session, query)


async def find_state(session: AsyncSession, code: str) -> State | None:
    """A State by its code, if it is on the portal."""
    return await session.get(State, code)


async def list_states(session: AsyncSession, actor: Actor) -> list[State]:
    """The States in which somebody may begin a review: all, or those of the own offices."""
    query = select(State).order_by(State.code)
    if not policy.can_create_state(actor):
        query = query.where(col(State.office_id).in_(actor.places(Role.FOCAL_POINT)))
    return list((await session.exec(query)).all())


async def find_unanswered(
    session: AsyncSession, state_code: str, cluster: str, phase: int
) -> list[CountryReview]:
    """Reviews of this State, cluster and phase whose self-assessment is not answered yet."""
    query = select(CountryReview).where(
        CountryReview.state_code == state_code,
        CountryReview.cluster == cluster,
        CountryReview.phase == phase,
        col(CountryReview.questionnaire_answered_on).is_(None),
    )
    return list((await session.exec(query)).all())


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a State's office with the roles held there."""

    account_id: UUID
    name: str
    roles: Sequence[Role]


async def list_members(session: AsyncSession, office_id: UUID) -> list[Member]:
    """The people of an office with their roles, by name."""
    query = (
        select(Account.id, Account.name, Membership.role)
        .join(Membership, Membership.account_id == Account.id)  # type: ignore[arg-type]
        .where(Membership.organisation_id == office_id, Account.is_active)
        .order_by(Account.name, Account.id, Membership.role)  # type: ignore[arg-type]
    )
    people: dict[UUID, tuple[str, list[Role]]] = {}
    for account_id, name, role in await session.exec(query):
        people.setdefault(account_id, (name, []))[1].append(Role(role))
    return [Member(account_id, name, roles) for account_id, (name, roles) in people.items()]


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """One country review: its clock, its people, and what the reader may change."""

    frame: ReviewFrame
    office: Organisation
    members: Sequence[Member]
    may_hand_over: Permission
    may_record_answer: Permission
    may_see_people: bool


async def review_page(session: AsyncSession, actor: Actor, review_id: UUID) -> ReviewPage:
    """The page of a review for its office's staff and the secretariat; raises NotFound."""
    frame = await get_frame(session, actor, review_id)
    office = await session.get(Organisation, frame.review.office_id)
    if office is None:
        raise NotFound
    members = await list_members(session, office.id)
    held = {role for member in members for role in member.roles}
    is_own = actor.holds_any(policy.DESK_ROLES, office.id)
    return ReviewPage(
        frame=frame,
        office=office,
        members=members,
        may_see_people=is_own or bool(organisations.can_manage(actor, office, held)),
        may_hand_over=policy.can_hand_over(actor, frame.review),
        may_record_answer=policy.can_record_answer(actor, frame.review),
    )


@dataclass(frozen=True, slots=True)
class ReviewList:
    """The reviews somebody works on, and whether a new one may be begun."""

    frames: Sequence[ReviewFrame]
    states: Sequence[State]
    names: Reference
    may_create_state: Permission

    @property
    def may_create_review(self) -> bool:
        """Whether there is a State one may begin a review of."""
        return bool(self.states)


async def review_list(session: AsyncSession, actor: Actor) -> ReviewList:
    """The page of all reviews somebody works on."""
    return ReviewList(
        await list_reviews(session, actor),
        await list_states(session, actor),
        await reference.current(session),
        policy.can_create_state(actor),
    )
