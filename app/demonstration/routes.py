"""Pages of the demonstration: only where the settings say that nothing is real."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.accounts import queries as account_queries
from app.accounts import service as accounts
from app.demonstration import queries
from app.demonstration.schemas import PersonInput
from app.organisations.deps import AnyActor
from app.platform import pages
from app.platform.cookies import SESSION_COOKIE
from app.platform.db import Session
from app.platform.forms import FormOf, form
from app.platform.i18n import _
from app.platform.pages import render, see_other
from app.platform.routing import OneOutcome

router = APIRouter(route_class=OneOutcome)
PersonForm = Annotated[FormOf[PersonInput], Depends(form(PersonInput))]


@router.get("/demo", name="demo.index")
async def index(request: Request, session: Session, actor: AnyActor) -> Response:
    """Whom one can be, and what to try."""
    page = await queries.demo_page(session, request.app.state.settings)
    return render(request, "demonstration/index.html", page)


@router.post("/demo/sign-in", name="demo.sign_in")
async def sign_in(request: Request, form: PersonForm, session: Session, actor: AnyActor) -> Response:
    """Become one of the persons without a password."""
    person = queries.get_person(request.app.state.settings, form.valid.key)
    account = await account_queries.get_account(session, UUID(person.account_id))
    token = await accounts.start_session(session, account.id, request.cookies.get(SESSION_COOKIE))
    said = _("You are %(name)s now.", name=person.name)
    response = see_other(request, pages.url("organisations.start"), said)
    return pages.sign_in_browser(request, response, token)


@router.get("/demo/mail", name="demo.mail")
async def mail(request: Request, actor: AnyActor) -> Response:
    """The mails the portal wrote, the newest first."""
    return render(request, "demonstration/mail.html", queries.mail_page(request.app.state.settings))


@router.get("/demo.json", name="demo.json")
async def as_json(request: Request, actor: AnyActor) -> dict[str, Any]:
    """The demonstration for programs: persons with their tokens, and the codes."""
    return queries.get_content(request.app.state.settings)
