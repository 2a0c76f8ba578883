"""The page of those who run the portal."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.operation import queries, service
from app.operation.schemas import RetryInput
from app.organisations.deps import CurrentActor
from app.organisations.models import Role
from app.platform.db import Session
from app.platform.forms import FormOf, form
from app.platform.i18n import _
from app.platform.pages import Link, render, see_other, url
from app.platform.routing import OneOutcome
from app.platform.security import Actor

router = APIRouter(route_class=OneOutcome)
RetryForm = Annotated[FormOf[RetryInput], Depends(form(RetryInput))]


def service_nav(actor: Actor) -> list[Link]:
    """The way there for the secretariat; its auditors find it on their account."""
    return [Link(_("Running the portal"), url("operation.page"))] if actor.has_role(Role.SECRETARIAT) else []


@router.get("/operation", name="operation.page")
async def page(request: Request, session: Session, actor: CurrentActor, before: str = "") -> Response:
    """E-mail that did not go out, and the record."""
    found = await queries.operation_page(session, actor, before)
    return render(request, "operation/page.html", found)


@router.post("/operation/mail", name="operation.retry")
async def retry(request: Request, form: RetryForm, session: Session, actor: CurrentActor) -> Response:
    """Send one again, or all of them."""
    await service.retry_mails(session, actor, form.valid.mail)
    return see_other(
        request, url("operation.page"), _("It is tried again now. Load this page again in a minute.")
    )
