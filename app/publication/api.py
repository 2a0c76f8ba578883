"""The outcome as JSON, for whoever wants to check or reuse it."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel

from app.organisations.deps import AnyActor, CurrentActor
from app.platform.db import Session
from app.platform.errors import NotFound
from app.platform.i18n import _
from app.platform.routing import OneOutcome
from app.publication import queries, service, snapshot
from app.submissions.former import KINDS

router = APIRouter(route_class=OneOutcome, tags=["publication"])


class OutcomeOut(BaseModel):
    """A published outcome; a count of one to four is "<5", a count kept back to protect another is null."""

    consultation: str
    number: int
    published_at: datetime
    content: dict[str, Any]


def with_former_names(content: Any) -> Any:
    """The content with its names of earlier releases beside those of today, until the next release."""
    if isinstance(content, list):
        return [with_former_names(part) for part in content]
    if not isinstance(content, dict):
        return content
    shown = {name: with_former_names(part) for name, part in content.items()}
    if "paragraphs" in shown:
        shown["passages"] = shown["paragraphs"]
    if "decision" in shown:
        shown["disposition"] = KINDS.get(shown["decision"])
    if "decisions" in shown:
        shown["dispositions"] = {KINDS.get(kind, kind): number for kind, number in shown["decisions"].items()}
    return shown


@router.get("/consultations/{slug}/outcome")
async def outcome(request: Request, slug: str, session: Session, actor: AnyActor) -> OutcomeOut:
    """The outcome that stands."""
    page = await queries.outcome_page(session, actor, slug, request.state.language)
    if page.content is None or page.published_at is None:
        raise NotFound(_("There is no outcome yet."))
    return OutcomeOut(
        consultation=slug,
        number=page.number,
        published_at=page.published_at,
        content=with_former_names(snapshot.public(page.content)),
    )


@router.post("/desk/{slug}/outcome", status_code=201)
async def publish(request: Request, slug: str, session: Session, actor: CurrentActor) -> OutcomeOut:
    """Publish what contributors agreed to; the focal point, once the submission is made final."""
    await service.publish_outcome(session, actor, slug)
    return await outcome(request, slug, session, actor)
