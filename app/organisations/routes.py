"""Pages of organisations and their people: signing up, invitations, roles, one's own account."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from app.accounts import deps, provider
from app.accounts import queries as account_queries
from app.accounts import service as accounts
from app.accounts.models import Purpose
from app.accounts.schemas import NewPasswordInput, OwnPage, TokenForm, TokenInput, TokenReference
from app.organisations import queries, service
from app.organisations.deps import AnyActor, CurrentActor
from app.organisations.models import CONTRIBUTORS, KIND_NAMES, OPEN_KINDS, STAFF
from app.organisations.queries import SignUpPage
from app.organisations.schemas import AcceptInput, InviteInput, MemberReference, SignUpInput, WaitingInput
from app.platform import pages
from app.platform.db import Database, Session
from app.platform.errors import Invalid, NotFound
from app.platform.forms import SESSION_COOKIE, FormOf, JustAButton, form
from app.platform.i18n import Message, _
from app.platform.pages import Link, render, see_other
from app.platform.routing import OneOutcome
from app.platform.security import Actor

TOKEN_COOKIE = "token"  # noqa: S105  (the name of a cookie)
TOKEN_KEPT = 10 * 60  # seconds in which a new token can be looked at again
router = APIRouter(route_class=OneOutcome)
SignUpForm = Annotated[FormOf[SignUpInput], Depends(form(SignUpInput))]
PasswordForm = Annotated[FormOf[NewPasswordInput], Depends(form(NewPasswordInput))]
WaitingForm = Annotated[FormOf[WaitingInput], Depends(form(WaitingInput))]
InviteForm = Annotated[FormOf[InviteInput], Depends(form(InviteInput))]
AcceptForm = Annotated[FormOf[AcceptInput], Depends(form(AcceptInput))]
MemberForm = Annotated[FormOf[MemberReference], Depends(form(MemberReference))]
NewTokenForm = Annotated[FormOf[TokenForm], Depends(form(TokenForm))]
TokenReferenceForm = Annotated[FormOf[TokenReference], Depends(form(TokenReference))]
NO_STAFF = _("No account of staff has this address. Ask your focal point or the secretariat to invite you.")
KINDS: tuple[tuple[str, Message], ...] = tuple((kind.value, KIND_NAMES[kind]) for kind in OPEN_KINDS)


def service_nav(actor: Actor) -> list[Link]:
    """The way to one's own account."""
    return [Link(_("My account"), pages.url("organisations.own"))] if actor.account_id else []


async def _signed_in(
    request: Request, session: Session, account_id: UUID, to: str, said: Message
) -> Response:
    """Go on with a new session; the one the browser had before ends."""
    token = await accounts.start_session(session, account_id, request.cookies.get(SESSION_COOKIE))
    account = await account_queries.get_account(session, account_id)
    response = see_other(request, to, said)
    pages.sign_in_browser(request, response, token)
    deps.remember_browser(request, response, account.email)
    return response


@router.get("/sign-up", name="accounts.sign_up")
async def sign_up(
    request: Request, actor: AnyActor, wanted: Annotated[OwnPage, Query(alias="next")] = ""
) -> Response:
    """Three fields to take part under one's name."""
    return render(request, "accounts/sign_up.html", SignUpPage(KINDS, wanted))


@router.post("/sign-up", name="accounts.sign_up")
async def begin_sign_up(request: Request, form: SignUpForm, session: Session, actor: AnyActor) -> Response:
    """Send the link that confirms the address; the answer is the same for known addresses."""
    try:
        await service.sign_up(session, actor, form.valid, request.state.language)
    except Invalid as problem:
        form.errors = problem.errors
        page = SignUpPage(KINDS, str(form.values.get("next", "")))
        return render(request, "accounts/sign_up.html", page, form)
    return see_other(request, pages.url("accounts.look_at_mail", query={"next": form.valid.next}))


@router.post("/sign-up/again", name="accounts.send_again")
async def send_again(request: Request, form: WaitingForm, session: Session, actor: AnyActor) -> Response:
    """Send the link of a sign-up once more; the answer is the same for every address."""
    if form.data is None:
        return render(request, "accounts/look_at_mail.html", deps.LinkPage(), form)
    await service.send_again(session, actor, form.data.email)
    said = _("If this address waits to be confirmed, the message is on its way again.")
    return see_other(request, pages.url("accounts.look_at_mail"), said)


@router.get("/confirm/{token}", name="accounts.confirm")
async def confirm(request: Request, token: str, session: Session, actor: AnyActor) -> Response:
    """A button: programs that follow every link of a mail must not use it up."""
    page = await account_queries.link_page(session, token, Purpose.CONFIRM_EMAIL)
    return render(request, "accounts/confirm.html", page)


@router.post("/confirm/{token}", name="accounts.confirm")
async def confirm_sign_up(
    request: Request, token: str, form: JustAButton, session: Session, actor: AnyActor
) -> Response:
    """Make the account and the organisation, and go on signed in."""
    wanted = (await account_queries.get_link(session, token, Purpose.CONFIRM_EMAIL)).payload.get("next")
    account_id = await service.confirm_sign_up(session, actor, token)
    said = _("Your address is confirmed and you are signed in.")
    return await _signed_in(request, session, account_id, wanted or pages.url("contributions.mine"), said)


@router.get("/reset/{token}", name="accounts.reset_set")
async def reset_set(request: Request, token: str, session: Session, actor: AnyActor) -> Response:
    """Where a new password is chosen."""
    page = await account_queries.link_page(session, token, Purpose.RESET_PASSWORD)
    return render(request, "accounts/reset_set.html", page)


@router.post("/reset/{token}", name="accounts.reset_set")
async def set_password(
    request: Request, token: str, form: PasswordForm, session: Session, actor: AnyActor
) -> Response:
    """Take the new password; every other session ends."""
    wanted = (await account_queries.get_link(session, token, Purpose.RESET_PASSWORD)).payload.get("next")
    try:
        account_id = await service.reset_password(session, actor, token, form.valid.password)
    except Invalid as problem:
        form.errors = problem.errors
        page = await account_queries.link_page(session, token, Purpose.RESET_PASSWORD)
        return render(request, "accounts/reset_set.html", page, form)
    said = _("Your new password holds. Everywhere else you are signed out.")
    return await _signed_in(request, session, account_id, wanted or pages.url("organisations.start"), said)


@router.get("/sign-in/provider", name="accounts.provider")
async def begin_provider(request: Request, wanted: Annotated[OwnPage, Query(alias="next")] = "") -> Response:
    """Leave for the identity provider of the staff."""
    settings = request.app.state.settings
    if not settings.has_oidc:
        raise NotFound
    try:
        target, kept = await provider.begin(settings, wanted)
    except provider.NotSignedIn as problem:
        return _not_signed_in(request, problem)
    response = RedirectResponse(target, 303)
    pages.set_cookie(request, response, provider.COOKIE, provider.seal(settings, kept), provider.LIFE)
    return response


def _not_signed_in(request: Request, problem: provider.NotSignedIn) -> Response:
    """The ways in once more, with what to do."""
    failed: FormOf[SignUpInput] = FormOf(errors={"": problem.detail})
    return render(request, "accounts/sign_in.html", deps.sign_in_page(request, ""), failed)


@router.get(provider.CALLBACK, name="accounts.provider_back")
async def end_provider(request: Request) -> Response:
    """Come back from the identity provider; this GET writes, after everything was fetched and checked."""
    settings = request.app.state.settings
    if not settings.has_oidc:
        raise NotFound
    try:
        kept = provider.unseal(settings, request.cookies.get(provider.COOKIE, ""))
        email = await provider.finish(settings, kept, dict(request.query_params))
    except provider.NotSignedIn as problem:
        return _not_signed_in(request, problem)
    db: Database = request.app.state.db
    async with db.write() as session:
        account = await queries.find_staff_account(session, email)
        if account is None:
            return _not_signed_in(request, provider.NotSignedIn(NO_STAFF))
        old = request.cookies.get(SESSION_COOKIE)
        token = await accounts.start_session(session, account.id, old)
    response = see_other(request, kept.next or pages.url("organisations.start"))
    pages.sign_in_browser(request, response, token)
    response.delete_cookie(provider.COOKIE)
    deps.remember_browser(request, response, email)
    return response


@router.get("/my-work", name="organisations.start")
async def start(request: Request, actor: CurrentActor) -> Response:
    """Where somebody's work begins: contributors at their answers, staff at the desk."""
    if actor.places(*CONTRIBUTORS):
        return see_other(request, pages.url("contributions.mine"))
    return see_other(
        request, pages.url("consultations.desk" if actor.places(*STAFF) else "consultations.home")
    )


@router.get("/my-account", name="organisations.own")
async def own(request: Request, session: Session, actor: CurrentActor) -> Response:
    """Who one is here and where one belongs."""
    return render(request, "organisations/own.html", await queries.own_page(session, actor))


@router.post("/my-account/sign-out-everywhere", name="accounts.sign_out_everywhere")
async def sign_out_everywhere(
    request: Request, form: JustAButton, session: Session, actor: AnyActor
) -> Response:
    """End every session and token of one's own, this one too; asked again, it is done already."""
    if actor.account_id is not None:
        await accounts.sign_out_everywhere(session, actor)
    said = _("You are signed out everywhere, and your tokens no longer open anything.")
    response = see_other(request, pages.url("accounts.sign_in"), said)
    response.delete_cookie(SESSION_COOKIE)
    return response


@router.get("/my-organisation/{organisation_id}/people", name="organisations.people")
async def people(request: Request, organisation_id: UUID, session: Session, actor: CurrentActor) -> Response:
    """Members, waiting invitations, and the form to invite."""
    page = await queries.people_page(session, actor, organisation_id)
    return render(request, "organisations/people.html", page)


@router.post("/my-organisation/{organisation_id}/people", name="organisations.invite")
async def invite(
    request: Request, organisation_id: UUID, form: InviteForm, session: Session, actor: CurrentActor
) -> Response:
    """Send an invitation."""
    if form.data is None:
        page = await queries.people_page(session, actor, organisation_id)
        return render(request, "organisations/people.html", page, form)
    data = form.data
    await service.invite_member(session, actor, organisation_id, data.email, data.role, data.language)
    to = pages.url("organisations.people", organisation_id=organisation_id)
    return see_other(request, to, _("The invitation is on its way. It can be accepted for 14 days."))


@router.post("/my-organisation/{organisation_id}/people/remove", name="organisations.remove")
async def remove(
    request: Request, organisation_id: UUID, form: MemberForm, session: Session, actor: CurrentActor
) -> Response:
    """Take a role from somebody."""
    data = form.valid
    await service.remove_member(session, actor, organisation_id, data.account_id, data.role)
    if data.account_id == actor.account_id:
        return see_other(request, pages.url("organisations.own"), _("You gave this role back."))
    to = pages.url("organisations.people", organisation_id=organisation_id)
    return see_other(request, to, _("The role is taken back. It ended at once."))


@router.post(
    "/my-organisation/{organisation_id}/invitations/{invitation_id}/withdraw", name="organisations.withdraw"
)
async def withdraw(
    request: Request,
    organisation_id: UUID,
    invitation_id: UUID,
    form: JustAButton,
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Take an invitation back."""
    await service.withdraw_invitation(session, actor, organisation_id, invitation_id)
    to = pages.url("organisations.people", organisation_id=organisation_id)
    return see_other(request, to, _("The invitation is withdrawn. Its link no longer works."))


@router.get("/invitation/{token}", name="organisations.accept")
async def invitation(request: Request, token: str, session: Session, actor: AnyActor) -> Response:
    """What is offered, and what somebody new has to add."""
    page = await queries.invitation_page(session, token)
    return render(request, "organisations/accept.html", page)


@router.post("/invitation/{token}", name="organisations.accept")
async def accept(
    request: Request, token: str, form: AcceptForm, session: Session, actor: AnyActor
) -> Response:
    """Take the role; who is new goes on signed in."""
    try:
        data = form.valid
        account_id = await service.accept_invitation(session, actor, token, data.name, data.password)
    except Invalid as problem:
        form.errors = problem.errors
        page = await queries.invitation_page(session, token)
        return render(request, "organisations/accept.html", page, form)
    said = _("You accepted the invitation.")
    to = pages.url("organisations.start")
    if account_id is None:
        return see_other(request, to, said)
    return await _signed_in(request, session, account_id, to, said)


@router.get("/my-account/tokens", name="accounts.tokens")
async def tokens(request: Request, session: Session, actor: CurrentActor) -> Response:
    """One's tokens for the JSON interface, and a new one until somebody has kept it."""
    fresh = pages.kept_by_browser(request, TOKEN_COOKIE)
    mine = fresh["secret"] if fresh and fresh["account"] == str(actor.account_id) else None
    page = await account_queries.tokens_page(session, actor, mine)
    return render(request, "accounts/tokens.html", page)


@router.post("/my-account/tokens", name="accounts.create_token")
async def create_token(
    request: Request, form: NewTokenForm, session: Session, actor: CurrentActor
) -> Response:
    """Make a token; the next page shows its secret until somebody has kept it."""
    if form.data is None:
        page = await account_queries.tokens_page(session, actor)
        return render(request, "accounts/tokens.html", page, form)
    data = TokenInput.model_validate({"name": form.data.name, "days": int(form.data.days)})
    _token, secret = await accounts.create_token(session, actor, data)
    response = see_other(request, pages.url("accounts.tokens"))
    kept = {"account": str(actor.account_id), "secret": secret}
    pages.keep_for_browser(request, response, TOKEN_COOKIE, kept, TOKEN_KEPT)
    return response


@router.post("/my-account/tokens/kept", name="accounts.token_kept")
async def token_kept(request: Request, form: JustAButton, session: Session, actor: CurrentActor) -> Response:
    """Show the new token no more."""
    response = see_other(request, pages.url("accounts.tokens"))
    response.delete_cookie(TOKEN_COOKIE)
    return response


@router.post("/my-account/tokens/revoke", name="accounts.revoke_token")
async def revoke_token(
    request: Request, form: TokenReferenceForm, session: Session, actor: CurrentActor
) -> Response:
    """End a token at once."""
    await accounts.revoke_token(session, actor, form.valid.token)
    return see_other(request, pages.url("accounts.tokens"), _("The token no longer opens anything."))
