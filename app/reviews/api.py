"""Country reviews as JSON: the same services as the pages."""

from uuid import UUID

from fastapi import APIRouter

from app.organisations.deps import CurrentActor
from app.platform.db import Session
from app.platform.routing import OneOutcome
from app.reviews import queries, service
from app.reviews.deadlines import Deadline
from app.reviews.models import State
from app.reviews.queries import ReviewFrame
from app.reviews.schemas import (
    AnswerReceived,
    DeadlineOut,
    HandOver,
    ReviewInput,
    ReviewOut,
    StateInput,
    StateOut,
)

router = APIRouter(route_class=OneOutcome, tags=["reviews"])


@router.post("/states", status_code=201)
async def create_state(data: StateInput, session: Session, actor: CurrentActor) -> StateOut:
    """Put a State on the portal, with its government office."""
    return _state(await service.create_state(session, actor, data))


@router.get("/reviews")
async def all_reviews(session: Session, actor: CurrentActor) -> list[ReviewOut]:
    """The country reviews somebody works on."""
    return [_review(frame) for frame in await queries.list_reviews(session, actor)]


@router.post("/reviews", status_code=201)
async def create(data: ReviewInput, session: Session, actor: CurrentActor) -> ReviewOut:
    """Begin a country review."""
    made = await service.create_review(session, actor, data)
    return _review(await queries.get_public_frame(session, made.id))


@router.get("/reviews/{review_id}")
async def show(review_id: UUID, session: Session, actor: CurrentActor) -> ReviewOut:
    """One country review with its clock."""
    return _review(await queries.get_frame(session, actor, review_id))


@router.post("/reviews/{review_id}/focal-point", status_code=204)
async def hand_over(review_id: UUID, data: HandOver, session: Session, actor: CurrentActor) -> None:
    """Appoint the focal point, or hand the role over; the old one loses it at once."""
    await service.hand_over_focal_point(session, actor, review_id, data.account_id)


@router.put("/reviews/{review_id}/answer")
async def record_answer(
    review_id: UUID, data: AnswerReceived, session: Session, actor: CurrentActor
) -> ReviewOut:
    """Record when the State's answer was received."""
    await service.record_questionnaire_answered(session, actor, review_id, data.answered_on)
    return _review(await queries.get_frame(session, actor, review_id))


def _state(state: State) -> StateOut:
    return StateOut(code=state.code, names=state.names, zone=state.zone, office_id=state.office_id)


def _deadline(deadline: Deadline) -> DeadlineOut:
    return DeadlineOut(
        step=deadline.step,
        name=str(deadline.name),
        due_on=deadline.due_on,
        rule=str(deadline.rule),
        source=str(deadline.source),
        standing=deadline.standing,
        in_words=str(deadline.in_words),
        done_on=deadline.done_on,
    )


def _review(frame: ReviewFrame) -> ReviewOut:
    review = frame.review
    return ReviewOut(
        id=review.id,
        state=review.state_code,
        instruments=review.instruments,
        cluster=review.cluster,
        phase=review.phase,
        started_on=review.started_on,
        working_languages=review.working_languages,
        questionnaire_answered_on=review.questionnaire_answered_on,
        focal_point=frame.focal_point,
        clock=[_deadline(deadline) for deadline in frame.clock],
    )
