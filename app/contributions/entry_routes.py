"""Pages on which somebody comes with a code, keeps one, gives up a name, or leaves.

A receipt code is shown on a page that can be loaded again, in every language, until somebody says that
she has kept it; nothing changes before that. Until then it waits in the browser, sealed.
"""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.accounts import service as accounts
from app.accounts.schemas import OwnPage
from app.consultations import queries as consultations
from app.contributions import entry, policy, queries, service
from app.contributions.models import Contribution, Mode
from app.contributions.schemas import CodeForm, StartForm
from app.organisations.deps import AnyActor, CurrentActor
from app.platform import clock, ids
from app.platform.cookies import BEARER_COOKIE
from app.platform.csrf import check_csrf, check_site
from app.platform.db import Session
from app.platform.errors import SignInRequired
from app.platform.forms import FormOf, JustAButton, Nothing, form, read_form
from app.platform.i18n import _
from app.platform.pages import (
    keep_for_browser,
    kept_by_browser,
    own_address,
    render,
    see_other,
    set_cookie,
    url,
)
from app.platform.posting import submit
from app.platform.routing import OneOutcome, may_repeat
from app.platform.security import require

router = APIRouter(route_class=OneOutcome)
RECEIPT_COOKIE = "receipt"
RECEIPT_KEPT = 24 * 60 * 60  # seconds that a browser keeps a code nobody has confirmed
CLEAR = {"clear-site-data": '"cache", "cookies", "storage"'}
NOT_BEGUN = _(
    "This browser no longer knows the code that the page showed. If you had not yet gone on to the questions, "
    "that code opens nothing: begin again with your invitation code."
)
NO_RECEIPT = _("The code that this page showed is gone from this browser. Here is another one: keep it.")


@dataclass(frozen=True, slots=True)
class EnterPage:
    """Where a code is typed; `next` is the page she wanted to open."""

    next: str = ""


@dataclass(frozen=True, slots=True)
class KeepPage:
    """A receipt code to be kept before anything happens; `kind` says what will: enter, renew or confidential."""

    code: str
    kind: str
    to: str
    back: str


def _secret(request: Request) -> str:
    return str(request.app.state.settings.secret.get_secret_value())


def _waiting(request: Request, kind: str, about: str) -> str | None:
    """The receipt code that waits in this browser for the same act."""
    kept = kept_by_browser(request, RECEIPT_COOKIE)
    return str(kept["receipt"]) if kept and (kept["kind"], kept["about"]) == (kind, about) else None


def _let_wait(request: Request, response: Response, kind: str, about: str, receipt: str) -> Response:
    kept = {"kind": kind, "about": about, "receipt": receipt}
    keep_for_browser(request, response, RECEIPT_COOKIE, kept, RECEIPT_KEPT)
    return response


def _open(request: Request, session: Session, contribution_id: UUID, to: str = "") -> Response:
    """Give the browser a session of its own for this contribution; an account's session is not touched."""
    token = accounts.open_bearer_session(session, contribution_id)
    home = url("contributions.tasks", contribution_id=contribution_id)
    is_within = to.startswith(own_address(home) or home)
    response = see_other(request, f"/{request.state.language}{to}" if is_within else home)
    set_cookie(request, response, BEARER_COOKIE, token, max_age=None)
    response.delete_cookie(RECEIPT_COOKIE)
    return response


@router.get("/start", name="contributions.start")
async def start(
    request: Request, actor: AnyActor, wanted: Annotated[OwnPage, Query(alias="next")] = ""
) -> Response:
    """Enter a code."""
    return render(request, "contributions/start.html", EnterPage(wanted))


@router.post("/start", name="contributions.enter")
async def enter(
    request: Request,
    form: Annotated[FormOf[CodeForm], Depends(form(CodeForm))],
    session: Session,
    actor: AnyActor,
) -> Response:
    """Open what the code stands for, or show the receipt code that an invitation comes with."""

    async def act(data: CodeForm) -> Response:
        contribution = await entry.look_up(session, data.code)
        return _go_on(request, session, data.code, contribution, own_address(data.next) or "")

    async def again(status: int) -> Response:
        return render(request, "contributions/start.html", EnterPage(), form, status)

    return await submit(session, form, act, again)


@router.get("/c/{slug}/start", name="contributions.begin")
async def begin(request: Request, slug: str, session: Session, actor: AnyActor) -> Response:
    """Choose how to take part; nothing is chosen beforehand."""
    consultation = await consultations.get_consultation(session, actor, slug)
    page = await queries.start_page(session, actor, consultation)
    return render(request, "contributions/begin.html", page)


@router.post("/c/{slug}/start", name="contributions.choose")
async def choose(
    request: Request,
    slug: str,
    form: Annotated[FormOf[StartForm], Depends(form(StartForm))],
    session: Session,
    actor: AnyActor,
) -> Response:
    """Begin a named contribution, or enter with a code."""

    async def act(data: StartForm) -> Response:
        consultation = await consultations.get_consultation(session, actor, slug)
        if data.mode is Mode.CONFIDENTIAL:
            found = await entry.look_up(session, data.code, consultation.id)
            return _go_on(request, session, data.code, found)
        if actor.account_id is None:
            require(policy.can_enter(consultation, clock.arrival()))
            # Nobody without an account has an organisation yet: the way there leads back here.
            back = {"next": url("contributions.begin", slug=slug)}
            return see_other(request, url("accounts.sign_up", query=back))
        named = await service.start_contribution(session, actor, consultation, data.chosen_organisation)
        return see_other(request, url("contributions.tasks", contribution_id=named.id))

    async def again(status: int) -> Response:
        consultation = await consultations.get_consultation(session, actor, slug)
        page = await queries.start_page(session, actor, consultation)
        return render(request, "contributions/begin.html", page, form, status)

    return await submit(session, form, act, again)


def _go_on(
    request: Request, session: Session, code: str, contribution: Contribution | None, to: str = ""
) -> Response:
    may_repeat(request)  # looking a code up spends nothing, and a session more does no harm
    if contribution is not None:
        return _open(request, session, contribution.id, to)
    invitation = ids.plain_code(code)
    receipt = _waiting(request, "enter", invitation) or ids.new_code()
    return _let_wait(request, see_other(request, url("contributions.keep")), "enter", invitation, receipt)


@router.get("/start/keep", name="contributions.keep")
async def keep(request: Request, actor: AnyActor) -> Response:
    """The receipt code of the contribution that is about to begin, as often as it is looked at."""
    kept = kept_by_browser(request, RECEIPT_COOKIE)
    if kept is None or kept["kind"] != "enter":
        return see_other(request, url("contributions.start"))
    page = KeepPage(kept["receipt"], "enter", url("contributions.keep"), url("contributions.start"))
    return render(request, "contributions/keep.html", page)


@router.post("/start/keep", name="contributions.keep")
async def begin_confidential(request: Request, session: Session, actor: AnyActor) -> Response:
    """Begin the contribution whose receipt code is kept now; the same again opens the one that was begun.

    A browser that forgot the code is told so, whatever else it forgot: no session ended, none had begun.
    """
    may_repeat(request)
    check_site(request)
    sent = await read_form(request)
    kept = kept_by_browser(request, RECEIPT_COOKIE)
    if kept is None or kept["kind"] != "enter":
        return see_other(request, url("contributions.start"), NOT_BEGUN)
    check_csrf(request, sent.proof)
    form = FormOf(data=Nothing())

    async def act(_data: Nothing) -> Response:
        begun = await entry.enter(
            session, _secret(request), kept["about"], kept["receipt"], request.state.language
        )
        return _open(request, session, begun.id)

    async def again(status: int) -> Response:
        response = render(request, "contributions/start.html", EnterPage(), form, status)
        response.delete_cookie(RECEIPT_COOKIE)
        return response

    return await submit(session, form, act, again)


@router.get("/contributions/{contribution_id}/confidential", name="contributions.become_confidential")
async def giving_up_the_name(
    request: Request, contribution_id: UUID, session: Session, actor: CurrentActor
) -> Response:
    """What giving up the name means, and the receipt code that will be the only way back.

    Where the name was given up already, in another tab or in a reply that got lost, it leads on there.
    """
    receipt = _waiting(request, "confidential", str(contribution_id))
    moved = await entry.find_by_receipt(session, receipt) if receipt else None
    if moved is not None and moved.id == actor.bearer_of:
        return see_other(request, url("contributions.tasks", contribution_id=moved.id))
    if moved is None:
        await queries.get_frame_with_name(session, actor, contribution_id)
    receipt = receipt or ids.new_code()
    here = url("contributions.become_confidential", contribution_id=contribution_id)
    back = url("contributions.tasks", contribution_id=contribution_id)
    response = render(request, "contributions/keep.html", KeepPage(receipt, "confidential", here, back))
    return _let_wait(request, response, "confidential", str(contribution_id), receipt)


@router.post("/contributions/{contribution_id}/confidential", name="contributions.become_confidential")
async def give_up_the_name(
    request: Request, contribution_id: UUID, form: JustAButton, session: Session, actor: AnyActor
) -> Response:
    """Give up the name; the draft goes on without it, and this browser with the draft.

    The same again opens what the first request made: by then the named draft is gone.
    """
    may_repeat(request)
    receipt = _waiting(request, "confidential", str(contribution_id))
    if receipt is None:
        await queries.get_frame_with_name(session, actor, contribution_id)
        here = url("contributions.become_confidential", contribution_id=contribution_id)
        return see_other(request, here, NO_RECEIPT)
    moved = await entry.find_by_receipt(session, receipt)
    if moved is None:
        if not actor.is_known:
            raise SignInRequired
        moved = await service.become_confidential(session, actor, contribution_id, receipt)
    response = _open(request, session, moved.id)
    # The code stays for a reply that got lost; the session of the account ends by its own time.
    return _let_wait(request, response, "confidential", str(contribution_id), receipt)


@router.get("/leave", name="contributions.leaving")
async def leaving(request: Request, actor: CurrentActor) -> Response:
    """Ask, before somebody goes, whether the receipt code is kept."""
    return render(request, "contributions/leave.html", None)


@router.get("/leave/code", name="contributions.new_code")
async def new_code(request: Request, actor: CurrentActor) -> Response:
    """A new receipt code, as often as it is looked at; the one before works until this one is kept."""
    require(policy.can_hold_receipt(actor))
    about = str(actor.bearer_of)
    receipt = _waiting(request, "renew", about) or ids.new_code()
    page = KeepPage(receipt, "renew", url("contributions.new_code"), url("contributions.leaving"))
    response = render(request, "contributions/keep.html", page)
    return _let_wait(request, response, "renew", about, receipt)


@router.post("/leave/code", name="contributions.new_code")
async def keep_new_code(
    request: Request, form: JustAButton, session: Session, actor: CurrentActor
) -> Response:
    """Put the new code in the place of the one before; the same again finds it done."""
    may_repeat(request)
    require(policy.can_hold_receipt(actor))
    receipt = _waiting(request, "renew", str(actor.bearer_of))
    if receipt is None:
        return see_other(request, url("contributions.new_code"), NO_RECEIPT)
    await entry.renew_receipt(session, actor, receipt, request.cookies.get(BEARER_COOKIE, ""))
    said = _("Your new receipt code works now. The one before opens nothing any more.")
    return see_other(request, url("contributions.leaving"), said)


@router.post("/leave", name="contributions.leave")
async def leave(request: Request, session: Session, actor: AnyActor) -> Response:
    """End every session of this contribution and clear the browser.

    Who leaves in a hurry must not land on a page that says why not: an old proof, or a session that
    ended before, leads away as well. Only what another site's page sent is refused.
    """
    check_site(request)
    sent = await read_form(request)
    if sent.is_ours or request.headers.get("sec-fetch-site") == "same-origin":
        await accounts.close_sessions_of(session, actor)
    response = see_other(request, url("site.away"))
    for name in (BEARER_COOKIE, RECEIPT_COOKIE):
        response.delete_cookie(name)
    response.headers.update(CLEAR)
    return response
