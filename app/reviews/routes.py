"""Pages of country reviews, for the staff of an office and the secretariat."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.organisations.deps import CurrentActor
from app.organisations.models import Role
from app.platform.db import Session
from app.platform.forms import FormOf, form
from app.platform.i18n import _
from app.platform.pages import render, see_other, url
from app.platform.posting import shown, submit
from app.platform.routing import OneOutcome
from app.platform.security import require
from app.reviews import policy, queries, service
from app.reviews.schemas import AnswerReceived, HandOver, ReviewInput, StateInput

router = APIRouter(route_class=OneOutcome)
STAYING = policy.DESK_ROLES - {Role.FOCAL_POINT}


@router.get("/reviews", name="reviews.list")
async def all_reviews(request: Request, session: Session, actor: CurrentActor) -> Response:
    """The country reviews somebody works on."""
    require(policy.can_enter(actor))
    return render(request, "reviews/list.html", await queries.review_list(session, actor))


@router.post("/reviews", name="reviews.create")
async def create(
    request: Request,
    form: Annotated[FormOf[ReviewInput], Depends(form(ReviewInput))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Begin a country review."""
    require(policy.can_enter(actor))

    async def act(data: ReviewInput) -> Response:
        made = await service.create_review(session, actor, data)
        return see_other(request, url("reviews.page", review_id=made.id), said=_("The review has begun."))

    again = shown(request, form, "reviews/list.html", lambda: queries.review_list(session, actor))
    return await submit(session, form, act, again)


@router.post("/states", name="reviews.create_state")
async def create_state(
    request: Request,
    form: Annotated[FormOf[StateInput], Depends(form(StateInput))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Put a State on the portal, with its government office."""
    require(policy.can_create_state(actor))

    async def act(data: StateInput) -> Response:
        await service.create_state(session, actor, data)
        return see_other(request, url("reviews.list"), said=_("The State is added."))

    again = shown(request, form, "reviews/list.html", lambda: queries.review_list(session, actor))
    return await submit(session, form, act, again)


@router.get("/reviews/{review_id}", name="reviews.page")
async def page(request: Request, review_id: UUID, session: Session, actor: CurrentActor) -> Response:
    """One country review: its clock and its people."""
    return render(request, "reviews/page.html", await queries.review_page(session, actor, review_id))


@router.post("/reviews/{review_id}/focal-point", name="reviews.hand_over")
async def hand_over(
    request: Request,
    review_id: UUID,
    form: Annotated[FormOf[HandOver], Depends(form(HandOver))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Appoint the focal point, or hand the role over."""

    async def act(data: HandOver) -> Response:
        page = await queries.review_page(session, actor, review_id)
        await service.hand_over_focal_point(session, actor, review_id, data.account_id)
        # Whoever gave the role away with all her others may not see the review any more.
        stays = actor.has_role(Role.SECRETARIAT) or actor.holds_any(STAYING, page.office.id)
        to = url("reviews.page", review_id=review_id) if stays else url("consultations.home")
        return see_other(request, to, said=_("The focal point is changed."))

    again = shown(request, form, "reviews/page.html", lambda: queries.review_page(session, actor, review_id))
    return await submit(session, form, act, again)


@router.post("/reviews/{review_id}/answer", name="reviews.record_answer")
async def record_answer(
    request: Request,
    review_id: UUID,
    form: Annotated[FormOf[AnswerReceived], Depends(form(AnswerReceived))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Record when the State's answer was received."""

    async def act(data: AnswerReceived) -> Response:
        await service.record_questionnaire_answered(session, actor, review_id, data.answered_on)
        return see_other(request, url("reviews.page", review_id=review_id), said=_("Saved."))

    again = shown(request, form, "reviews/page.html", lambda: queries.review_page(session, actor, review_id))
    return await submit(session, form, act, again)
