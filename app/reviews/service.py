"""Writing States and country reviews."""

from datetime import date
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit import service as audit
from app.organisations import queries as organisation_queries
from app.organisations import service as organisations
from app.organisations.models import Membership, Organisation, OrganisationKind, Role
from app.platform import clock, events
from app.platform.errors import Conflict, Invalid
from app.platform.i18n import _
from app.platform.security import Actor, require
from app.reference import queries as reference
from app.reviews import policy, queries
from app.reviews.events import FocalPointChanged
from app.reviews.models import CountryReview, State
from app.reviews.schemas import ReviewInput, StateInput

NOT_LISTED = _("Choose one of the answers on this page.")
NOT_STAFF = _("Choose somebody who works in the government office of this review.")


async def create_state(session: AsyncSession, actor: Actor, data: StateInput) -> State:
    """Put a State on the portal together with its government office."""
    require(policy.can_create_state(actor))
    if await queries.find_state(session, data.code) is not None:
        raise Invalid({"code": _("This State is on the portal already.")})
    office = Organisation(
        name=data.office_name,
        kind=OrganisationKind.GOVERNMENT_OFFICE,
        language=data.office_language,
        based_in=data.code,
    )
    session.add(office)
    await session.flush()
    await organisations.mark_namesakes(session, actor, office)
    state = State(
        code=data.code,
        names={str(code): name for code, name in data.names.items()},
        zone=data.zone,
        office_id=office.id,
    )
    session.add(state)
    audit.record(session, actor, "state.created", office, state=data.code)
    await session.flush()
    return state


async def create_review(session: AsyncSession, actor: Actor, data: ReviewInput) -> CountryReview:
    """Begin a country review; the focal point of the office becomes its focal point."""
    state = await queries.find_state(session, data.state_code)
    if state is None:
        raise Invalid({"state_code": _("This State is not on the portal.")})
    require(policy.can_create_review(actor, state.office_id))
    await _check_codes(session, data)
    await _check_no_twin(session, data)
    focal_point_id = data.focal_point_id
    if focal_point_id is None:
        focal_point_id = await _obvious_focal_point(session, actor, state.office_id)
    if focal_point_id is not None and not await _is_staff(session, focal_point_id, state.office_id):
        raise Invalid({"focal_point_id": NOT_STAFF})
    review = CountryReview(
        state_code=state.code,
        office_id=state.office_id,
        instruments=list(data.instruments),
        cluster=data.cluster,
        phase=data.phase,
        started_on=data.started_on,
        working_languages=list(data.working_languages),
    )
    session.add(review)
    await session.flush()
    audit.record(session, actor, "review.created", review, scope_id=review.id, cluster=data.cluster)
    if focal_point_id is not None:
        await _give_role(session, actor, review, focal_point_id)
    return review


async def _obvious_focal_point(session: AsyncSession, actor: Actor, office_id: UUID) -> UUID | None:
    """Who begins the review, if she is a focal point of the office; else its only one."""
    if actor.holds(Role.FOCAL_POINT, office_id):
        return actor.account_id
    members = await queries.list_members(session, office_id)
    holders = [member.account_id for member in members if Role.FOCAL_POINT in member.roles]
    return holders[0] if len(holders) == 1 else None


async def set_focal_point(
    session: AsyncSession, actor: Actor, review_id: UUID, account_id: UUID
) -> CountryReview:
    """Appoint the first focal point of a review; raises Conflict where there is one."""
    review = await queries.get_review(session, actor, review_id, lock=True)
    require(policy.can_hand_over(actor, review))
    if review.focal_point_id is not None:
        raise Conflict(_("This review has a focal point already. Hand the role over instead."))
    await _check_new_focal_point(session, review, account_id)
    await _give_role(session, actor, review, account_id)
    return review


async def appoint_newcomer(session: AsyncSession, actor: Actor, office_id: UUID, account_id: UUID) -> None:
    """Whoever becomes the focal point of an office is that of its reviews that have none."""
    require(policy.can_appoint_newcomer(actor))
    query = select(CountryReview).where(
        CountryReview.office_id == office_id, col(CountryReview.focal_point_id).is_(None)
    )
    for review in (await session.exec(query.with_for_update())).all():
        await _give_role(session, actor, review, account_id)


async def hand_over_focal_point(
    session: AsyncSession, actor: Actor, review_id: UUID, account_id: UUID
) -> CountryReview:
    """Move the role to another person of the office: the old one loses it at once, nothing is lost."""
    review = await queries.get_review(session, actor, review_id, lock=True)
    require(policy.can_hand_over(actor, review))
    await _check_new_focal_point(session, review, account_id)
    await _give_role(session, actor, review, account_id)
    return review


async def record_questionnaire_answered(
    session: AsyncSession, actor: Actor, review_id: UUID, answered_on: date
) -> CountryReview:
    """Note the day on which the State's answer was received: the feedback is due six months later."""
    review = await queries.get_review(session, actor, review_id, lock=True)
    require(policy.can_record_answer(actor, review))
    if answered_on < review.started_on:
        raise Invalid({"answered_on": _("The review had not started on that day.")})
    if answered_on > clock.today():
        raise Invalid({"answered_on": _("This day is still to come.")})
    review.questionnaire_answered_on = answered_on
    session.add(review)
    audit.record(
        session, actor, "review.questionnaire_answered", review, scope_id=review.id, answered_on=answered_on
    )
    return review


async def _check_codes(session: AsyncSession, data: ReviewInput) -> None:
    """Instruments and clusters are those of the published reference data."""
    names = await reference.current(session)
    if not set(data.instruments) <= set(names.instruments):
        raise Invalid({"instruments": NOT_LISTED})
    if data.cluster not in names.clusters:
        raise Invalid({"cluster": NOT_LISTED})


async def _check_no_twin(session: AsyncSession, data: ReviewInput) -> None:
    twins = await queries.find_unanswered(session, data.state_code, data.cluster, data.phase)
    if any(set(twin.instruments) & set(data.instruments) for twin in twins):
        raise Invalid({"instruments": _("A review of this instrument, cluster and phase is open already.")})


async def _check_new_focal_point(session: AsyncSession, review: CountryReview, account_id: UUID) -> None:
    if account_id == review.focal_point_id:
        raise Invalid({"account_id": _("This person is the focal point already.")})
    if not await _is_staff(session, account_id, review.office_id):
        raise Invalid({"account_id": NOT_STAFF})


async def _is_staff(session: AsyncSession, account_id: UUID, office_id: UUID) -> bool:
    """Whether somebody of the office may lead it: nobody who works for the secretariat as well."""
    people = await queries.list_members(session, office_id)
    is_member = any(member.account_id == account_id for member in people)
    return is_member and not await organisation_queries.is_of_secretariat(session, account_id)


async def _give_role(session: AsyncSession, actor: Actor, review: CountryReview, account_id: UUID) -> None:
    former = review.focal_point_id
    review.focal_point_id = account_id
    session.add(review)
    await session.flush()
    if former is not None:
        await _take_role(session, review, former)
    await _hold_role(session, review, account_id)
    action = "review.focal_point_set" if former is None else "review.focal_point_handed_over"
    audit.record(session, actor, action, review, scope_id=review.id, to=account_id, former=former or "")
    await session.flush()
    await events.publish(session, FocalPointChanged(review.id, account_id, former))


async def _hold_role(session: AsyncSession, review: CountryReview, account_id: UUID) -> None:
    held = select(Membership.id).where(
        Membership.account_id == account_id,
        Membership.organisation_id == review.office_id,
        Membership.role == Role.FOCAL_POINT,
    )
    if (await session.exec(held)).first() is None:
        session.add(
            Membership(account_id=account_id, organisation_id=review.office_id, role=Role.FOCAL_POINT)
        )


async def _take_role(session: AsyncSession, review: CountryReview, former: UUID) -> None:
    """Remove the membership, unless another review of the same office still rests on it."""
    other = select(CountryReview.id).where(
        CountryReview.office_id == review.office_id, CountryReview.focal_point_id == former
    )
    if (await session.exec(other)).first() is None:
        await session.exec(
            delete(Membership).where(
                col(Membership.account_id) == former,
                col(Membership.organisation_id) == review.office_id,
                col(Membership.role) == Role.FOCAL_POINT,
            )
        )
