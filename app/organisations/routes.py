"""Pages of organisations and their people: signing up, invitations, roles, one's own account."""

from collections.abc import Awaitable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from app.accounts import deps, provider
from app.accounts import queries as account_queries
from app.accounts import service as accounts
from app.accounts.models import Purpose
from app.accounts.queries import LinkPage, TokensPage
from app.accounts.schemas import NewPasswordInput, OwnPage, TokenForm, TokenInput, TokenReference
from app.organisations import queries, service
from app.organisations.deps import AnyActor, CurrentActor
from app.organisations.models import CONTRIBUTORS, KIND_NAMES, OPEN_KINDS, STAFF
from app.organisations.queries import PeoplePage, SignUpPage
from app.organisations.schemas import AcceptInput, InviteInput, MemberReference, SignUpInput, WaitingInput
from app.platform import pages
from app.platform.cookies import SESSION_COOKIE
from app.platform.db import Database, Session
from app.platform.errors import NotFound
from app.platform.forms import FormOf, JustAButton, Nothing, form
from app.platform.i18n import Message, _
from app.platform.pages import Link, render, see_other
from app.platform.posting import Again, shown, submit
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

    async def act(data: SignUpInput) -> Response:
        await service.sign_up(session, actor, data, request.state.language)
        return see_other(request, pages.url("accounts.look_at_mail", query={"next": data.next}))

    async def again(status: int) -> Response:
        page = SignUpPage(KINDS, str(form.values.get("next", "")))
        return render(request, "accounts/sign_up.html", page, form, status)

    return await submit(session, form, act, again)


@router.post("/sign-up/again", name="accounts.send_again")
async def send_again(request: Request, form: WaitingForm, session: Session, actor: AnyActor) -> Response:
    """Send the link of a sign-up once more; the answer is the same for every address."""

    async def act(data: WaitingInput) -> Response:
        await service.send_again(session, actor, data.email)
        said = _("If this address waits to be confirmed, the message is on its way again.")
        return see_other(request, pages.url("accounts.look_at_mail"), said)

    async def page() -> deps.LinkPage:
        return deps.LinkPage()

    return await submit(session, form, act, shown(request, form, "accounts/look_at_mail.html", page))


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

    async def act(data: NewPasswordInput) -> Response:
        link = await account_queries.get_link(session, token, Purpose.RESET_PASSWORD)
        wanted = link.payload.get("next")  # a used link forgets it
        account_id = await service.reset_password(session, actor, token, data.password)
        said = _("Password changed. You were signed out on other devices.")
        to = wanted or pages.url("organisations.start")
        return await _signed_in(request, session, account_id, to, said)

    def page() -> Awaitable[LinkPage]:
        return account_queries.link_page(session, token, Purpose.RESET_PASSWORD)

    return await submit(session, form, act, shown(request, form, "accounts/reset_set.html", page))


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
    return see_other(request, pages.url("work.page" if actor.places(*STAFF) else "consultations.home"))


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

    async def act(data: InviteInput) -> Response:
        await service.invite_member(session, actor, organisation_id, data.email, data.role, data.language)
        to = pages.url("organisations.people", organisation_id=organisation_id)
        return see_other(request, to, _("The invitation is on its way. It can be accepted for 14 days."))

    return await submit(session, form, act, _people(request, session, actor, organisation_id, form))


def _people(
    request: Request, session: Session, actor: Actor, organisation_id: UUID, form: FormOf[Any]
) -> Again:
    def page() -> Awaitable[PeoplePage]:
        return queries.people_page(session, actor, organisation_id)

    return shown(request, form, "organisations/people.html", page)


@router.post("/my-organisation/{organisation_id}/people/remove", name="organisations.remove")
async def remove(
    request: Request, organisation_id: UUID, form: MemberForm, session: Session, actor: CurrentActor
) -> Response:
    """Take a role from somebody."""

    async def act(data: MemberReference) -> Response:
        await service.remove_member(session, actor, organisation_id, data.account_id, data.role)
        if data.account_id == actor.account_id:
            return see_other(request, pages.url("organisations.own"), _("You gave this role back."))
        to = pages.url("organisations.people", organisation_id=organisation_id)
        return see_other(request, to, _("The role is taken back. It ended at once."))

    return await submit(session, form, act, _people(request, session, actor, organisation_id, form))


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

    async def act(_data: Nothing) -> Response:
        await service.withdraw_invitation(session, actor, organisation_id, invitation_id)
        to = pages.url("organisations.people", organisation_id=organisation_id)
        return see_other(request, to, _("The invitation is withdrawn. Its link no longer works."))

    return await submit(session, form, act, _people(request, session, actor, organisation_id, form))


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

    async def act(data: AcceptInput) -> Response:
        account_id = await service.accept_invitation(session, actor, token, data.name, data.password)
        said = _("You accepted the invitation.")
        to = pages.url("organisations.start")
        if account_id is None:
            return see_other(request, to, said)
        return await _signed_in(request, session, account_id, to, said)

    again = shown(request, form, "organisations/accept.html", lambda: queries.invitation_page(session, token))
    return await submit(session, form, act, again)


@router.get("/my-account/tokens", name="accounts.tokens")
async def tokens(request: Request, session: Session, actor: CurrentActor) -> Response:
    """One's tokens for the JSON interface, and a new one until somebody has kept it."""
    page = await account_queries.tokens_page(session, actor, _fresh_token(request, actor))
    return render(request, "accounts/tokens.html", page)


def _fresh_token(request: Request, actor: Actor) -> str | None:
    """The secret of a new token that this person has not said she kept."""
    fresh = pages.kept_by_browser(request, TOKEN_COOKIE)
    return str(fresh["secret"]) if fresh and fresh["account"] == str(actor.account_id) else None


@router.post("/my-account/tokens", name="accounts.create_token")
async def create_token(
    request: Request, form: NewTokenForm, session: Session, actor: CurrentActor
) -> Response:
    """Make a token; the next page shows its secret until somebody has kept it."""

    async def act(data: TokenForm) -> Response:
        wanted = TokenInput.model_validate({"name": data.name, "days": int(data.days)})
        _token, secret = await accounts.create_token(session, actor, wanted)
        response = see_other(request, pages.url("accounts.tokens"))
        kept = {"account": str(actor.account_id), "secret": secret}
        pages.keep_for_browser(request, response, TOKEN_COOKIE, kept, TOKEN_KEPT)
        return response

    def page() -> Awaitable[TokensPage]:
        return account_queries.tokens_page(session, actor, _fresh_token(request, actor))

    return await submit(session, form, act, shown(request, form, "accounts/tokens.html", page))


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
