"""My work, and how often it comes by e-mail."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.organisations.deps import CurrentActor
from app.platform.db import Session
from app.platform.forms import FormOf, form
from app.platform.i18n import _
from app.platform.pages import Link, render, see_other, url
from app.platform.posting import shown, submit
from app.platform.routing import OneOutcome
from app.platform.security import Actor
from app.work import desk, policy, service
from app.work.schemas import DigestInput

router = APIRouter(route_class=OneOutcome)


def service_nav(actor: Actor) -> list[Link]:
    """The way to one's work, for those who work here."""
    return [Link(_("My work"), url("work.page"))] if policy.can_open(actor) else []


@router.get("/desk", name="work.page")
async def page(request: Request, session: Session, actor: CurrentActor) -> Response:
    """What waits, by date."""
    return render(request, "work/page.html", await desk.work_page(session, actor))


@router.post("/desk/digest", name="work.choose_digest")
async def choose_digest(
    request: Request,
    form: Annotated[FormOf[DigestInput], Depends(form(DigestInput))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Keep how often somebody wants to be told by e-mail."""

    async def act(data: DigestInput) -> Response:
        await service.choose_digest(session, actor, data)
        return see_other(request, url("work.page") + "#digest", _("Saved."))

    again = shown(request, form, "work/page.html", lambda: desk.work_page(session, actor))
    return await submit(session, form, act, again)
