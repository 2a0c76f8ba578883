"""The public outcome, and the focal point's page that publishes it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from app.organisations.deps import AnyActor, CurrentActor
from app.platform.db import Session
from app.platform.forms import JustAButton
from app.platform.i18n import _
from app.platform.pages import render, see_other, url
from app.platform.routing import OneOutcome
from app.publication import queries, service

router = APIRouter(route_class=OneOutcome)
Code = Annotated[str | None, Query(max_length=32)]


@router.get("/c/{slug}/outcome", name="publication.outcome")
async def outcome(request: Request, slug: str, session: Session, actor: AnyActor, q: Code = None) -> Response:
    """What was said and what was done with it."""
    page = await queries.outcome_page(session, actor, slug, request.state.language, q or None)
    return render(request, "publication/outcome.html", page)


@router.get("/desk/{slug}/outcome", name="publication.publish")
async def preview(
    request: Request, slug: str, session: Session, actor: CurrentActor, q: Code = None
) -> Response:
    """Exactly what the public will see, then the button."""
    page = await queries.preview_page(session, actor, slug, request.state.language, q or None)
    return render(request, "publication/publish.html", page)


@router.post("/desk/{slug}/outcome", name="publication.publish_now")
async def publish(
    request: Request, slug: str, form: JustAButton, session: Session, actor: CurrentActor
) -> Response:
    """Publish it."""
    await service.publish_outcome(session, actor, slug)
    return see_other(request, url("publication.outcome", slug=slug), _("The outcome is public."))
