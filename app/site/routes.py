"""Pages that are the same for everybody."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.consultations import queries as consultations
from app.organisations.deps import AnyActor
from app.platform import clock
from app.platform.db import Session
from app.platform.forms import JustAButton, Sent, digest_of, read_form
from app.platform.i18n import _
from app.platform.pages import own_address, render, see_other
from app.platform.routing import BROUGHT, OneOutcome, carry, may_repeat
from app.site import queries

KEPT = _("What you typed stands on this page. It is not saved yet: press the button below it.")
router = APIRouter(route_class=OneOutcome)


@router.get("/safety", name="site.safety")
async def safety(request: Request, actor: AnyActor) -> Response:
    """What the portal protects, and what it cannot."""
    return render(request, "site/safety.html", None)


@router.get("/help", name="site.help")
async def help_page(request: Request, session: Session, actor: AnyActor) -> Response:
    """How to take part, and whom to ask in each open consultation."""
    return render(request, "site/help.html", await consultations.contacts(session))


@router.get("/help/staff", name="site.help_staff")
async def help_for_staff(request: Request, actor: AnyActor) -> Response:
    """The work of those who read, write, approve, translate and enter statements, in its order."""
    return render(request, "site/help_staff.html", None)


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
    return render(request, "site/about.html", queries.about_page(request.app.state.settings.security_contact))


@router.get("/programs", name="site.programs")
async def programs(request: Request, actor: AnyActor) -> Response:
    """The JSON interface, described without a request to anybody else."""
    page = queries.programs_page(request.app.openapi(), request.app.state.settings.public_url)
    return render(request, "site/programs.html", page)


@router.get("/away", name="site.away")
async def away(request: Request, actor: AnyActor) -> Response:
    """Where the quick exit lands: a page that says nothing of this portal."""
    return render(request, "site/away.html", queries.away_page(clock.today(), request.state.language))


@router.post("/typed", name="site.typed")
async def typed(request: Request, form: JustAButton, session: Session, actor: AnyActor) -> Response:
    """Load the page of a form again, in the language of this address, with what was typed on it."""
    may_repeat(request)
    sent = await read_form(request)
    carry(request, _typed_fields(request, sent))
    said = KEPT if "kept" in request.query_params else None
    return see_other(request, f"/{request.state.language}{own_address(sent.at) or '/'}", said)


def _typed_fields(request: Request, sent: Sent) -> dict[str, list[str]]:
    """What differs from how the page was filled in; after a refusal, what the refused form had brought."""
    brought = {n.removeprefix(BROUGHT): v for n, v in sent.others.items() if n.startswith(BROUGHT)}
    if brought:
        return brought
    if "part" in request.query_params:  # everything but this part
        return sent.others
    own = [(name, value) for name, values in sent.fields.items() for value in values]
    return {**(sent.fields if digest_of(own) != sent.was else {}), **sent.others}
