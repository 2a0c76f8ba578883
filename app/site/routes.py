"""Pages that are the same for everybody."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.organisations.deps import AnyActor
from app.platform import clock
from app.platform.pages import render
from app.site import queries

router = APIRouter()


@router.get("/safety", name="site.safety")
async def safety(request: Request, actor: AnyActor) -> Response:
    """What the portal protects, and what it cannot."""
    return render(request, "site/safety.html", None)


@router.get("/help", name="site.help")
async def help_page(request: Request, actor: AnyActor) -> Response:
    """How to take part."""
    return render(request, "site/help.html", None)


@router.get("/accessibility", name="site.accessibility")
async def accessibility(request: Request, actor: AnyActor) -> Response:
    """What works without sight, mouse or script."""
    return render(request, "site/accessibility.html", None)


@router.get("/privacy", name="site.privacy")
async def privacy(request: Request, actor: AnyActor) -> Response:
    """What is kept, for how long, and why."""
    return render(request, "site/privacy.html", None)


@router.get("/about", name="site.about")
async def about(request: Request, actor: AnyActor) -> Response:
    """Who runs the portal and what it is made of."""
    return render(request, "site/about.html", None)


@router.get("/away", name="site.away")
async def away(request: Request, actor: AnyActor) -> Response:
    """Where the quick exit lands: a page that says nothing of this portal."""
    return render(request, "site/away.html", queries.away_page(clock.today(), request.state.language))
