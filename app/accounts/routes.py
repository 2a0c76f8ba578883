"""Pages to come in and to go out."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.accounts import browsers, deps, service
from app.accounts.schemas import OwnPage, ResetInput, SignInInput
from app.platform import pages
from app.platform.cookies import SESSION_COOKIE
from app.platform.db import Session
from app.platform.errors import TooMany
from app.platform.forms import FormOf, JustAButton, form
from app.platform.i18n import Message
from app.platform.pages import render, see_other
from app.platform.posting import shown, submit
from app.platform.routing import OneOutcome, keep_although_refused
from app.platform.security import NOBODY

router = APIRouter(route_class=OneOutcome)
SignInForm = Annotated[FormOf[SignInInput], Depends(form(SignInInput))]
ResetForm = Annotated[FormOf[ResetInput], Depends(form(ResetInput))]
OURS = re.compile(r"[a-z_-]{1,40}")  # whatever else came in the place of a name cannot be deleted by it
CLEARED = '"cache", "storage"'


@router.get("/sign-in", name="accounts.sign_in")
async def sign_in(request: Request, wanted: Annotated[OwnPage, Query(alias="next")] = "") -> Response:
    """The ways in."""
    return render(request, "accounts/sign_in.html", deps.sign_in_page(request, wanted))


@router.post("/sign-in", name="accounts.sign_in")
async def open_session(request: Request, form: SignInForm, session: Session) -> Response:
    """Sign in with address and password; the browser gets a new session, its old one ends."""
    if form.data is None:
        return render(request, "accounts/sign_in.html", deps.sign_in_page(request, ""), form)
    data = form.data
    account_id, checked = await deps.check_credentials(request, data.email, data.password)
    browser = deps.known_browser(request, data.email)
    done = await service.check_sign_in(session, data.email, account_id, checked, browser)
    if done.account_id is None:
        keep_although_refused(request)
        form.errors = {"email": done.refusal or Message("")}
        status = 429 if done.is_locked else 422
        page = deps.sign_in_page(request, data.next, data.email if done.is_waiting else "")
        again = TooMany().headers if done.is_locked else None
        return render(request, "accounts/sign_in.html", page, form, status, again)
    token = await service.start_session(session, done.account_id, request.cookies.get(SESSION_COOKIE))
    # The language may have been changed on the way: the page of this one leads on in it.
    wanted = pages.own_address(data.next)
    to = f"/{request.state.language}{wanted}" if wanted else pages.url("organisations.start")
    response = see_other(request, to)
    pages.sign_in_browser(request, response, token)
    deps.remember_browser(request, response, data.email)
    return response


@router.post("/sign-out", name="accounts.sign_out")
async def close_session(request: Request, form: JustAButton, session: Session) -> Response:
    """End the session, and have the browser forget everything of this portal but that it is known to it.

    Forgetting that too would let strangers lock out everybody who signs out (decision 13).
    """
    token = request.cookies.get(SESSION_COOKIE)
    if token:
        await service.close_session(session, token)
    response = see_other(request, pages.url("consultations.home"))
    for name in request.cookies:
        if name != browsers.COOKIE and OURS.fullmatch(name):
            response.delete_cookie(name)
    response.headers["clear-site-data"] = CLEARED
    return response


@router.get("/reset", name="accounts.reset")
async def reset(request: Request, wanted: Annotated[OwnPage, Query(alias="next")] = "") -> Response:
    """Where somebody asks for a link to choose a new password."""
    return render(request, "accounts/reset.html", deps.LinkPage(wanted))


@router.post("/reset", name="accounts.reset")
async def ask_reset(request: Request, form: ResetForm, session: Session) -> Response:
    """Send the link; the answer is the same whether or not the address is known."""

    async def act(data: ResetInput) -> Response:
        await service.ask_reset(session, NOBODY, data.email, data.next)
        return see_other(request, pages.url("accounts.look_at_mail", query={"next": data.next}))

    return await submit(session, form, act, shown(request, form, "accounts/reset.html", _any_link))


async def _any_link() -> deps.LinkPage:
    return deps.LinkPage()


@router.get("/look-at-mail", name="accounts.look_at_mail")
async def look_at_mail(request: Request, wanted: Annotated[OwnPage, Query(alias="next")] = "") -> Response:
    """What to do after a link was asked for."""
    return render(request, "accounts/look_at_mail.html", deps.LinkPage(wanted))
