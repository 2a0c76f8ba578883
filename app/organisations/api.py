"""Organisations, people and tokens as JSON."""

from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.accounts import deps
from app.accounts import queries as account_queries
from app.accounts import service as accounts
from app.accounts.models import ApiToken
from app.accounts.schemas import ResetInput, TokenInput, TokenOut, TokenRequest
from app.organisations import queries, service
from app.organisations.deps import AnyActor, CurrentActor
from app.organisations.models import Role
from app.organisations.schemas import (
    AcceptLinkInput,
    InvitationOut,
    InviteInput,
    LinkInput,
    MemberOut,
    MeOut,
    PeopleOut,
    ResetLinkInput,
    RoleOut,
    SignUpInput,
)
from app.platform import clock, problems
from app.platform.db import Session
from app.platform.errors import SignInRequired, TooMany
from app.platform.routing import OneOutcome, keep_although_refused
from app.platform.security import Actor

router = APIRouter(route_class=OneOutcome, tags=["organisations"])


def _shown(token: ApiToken, secret: str | None = None) -> TokenOut:
    return TokenOut(id=token.token_hash, name=token.name, expires_at=token.expires_at, secret=secret)


@router.post("/sign-in", status_code=201, response_model=TokenOut)
async def sign_in(
    request: Request, data: TokenRequest, session: Session, actor: AnyActor
) -> TokenOut | Response:
    """A bearer token for an address and its password."""
    account_id, checked = await deps.check_credentials(request, data.email, data.password)
    done = await accounts.check_sign_in(session, data.email, account_id, checked)
    if done.account_id is None:
        # Answered, not raised: the failed try must be kept.
        keep_although_refused(request)
        return problems.answer(request, (TooMany if done.is_locked else SignInRequired)(done.refusal))
    owner = Actor(account_id=done.account_id)
    token, secret = await accounts.create_token(session, owner, TokenInput(name=data.name))
    token.expires_at = clock.now() + timedelta(days=data.days)
    return _shown(token, secret)


@router.post("/password-resets", status_code=202)
async def ask_reset(data: ResetInput, session: Session, actor: AnyActor) -> dict[str, str]:
    """Send a link to choose a new password, if the address has an account."""
    await accounts.ask_reset(session, actor, data.email, data.next)
    return {"status": "sent if the address has an account"}


@router.post("/sign-ups", status_code=202)
async def sign_up(request: Request, data: SignUpInput, session: Session, actor: AnyActor) -> dict[str, str]:
    """Sign an organisation up; a link goes to its address."""
    await service.sign_up(session, actor, data, request.state.language)
    return {"status": "a message was sent to the address"}


@router.post("/sign-ups/confirm", status_code=201)
async def confirm_sign_up(data: LinkInput, session: Session, actor: AnyActor) -> dict[str, UUID]:
    """Confirm the address by the secret of the link."""
    return {"account_id": await service.confirm_sign_up(session, actor, data.token)}


@router.post("/password-resets/confirm")
async def reset_password(data: ResetLinkInput, session: Session, actor: AnyActor) -> dict[str, UUID]:
    """Choose a new password by the secret of the link."""
    return {"account_id": await service.reset_password(session, actor, data.token, data.password)}


@router.post("/invitations/accept")
async def accept_invitation(data: AcceptLinkInput, session: Session, actor: AnyActor) -> dict[str, bool]:
    """Take the role an invitation offers."""
    new = await service.accept_invitation(session, actor, data.token, data.name, data.password)
    return {"account_is_new": new is not None}


@router.get("/me")
async def me(session: Session, actor: CurrentActor) -> MeOut:
    """Who the token stands for."""
    page = await queries.own_page(session, actor)
    roles = [
        RoleOut(role=role, organisation_id=place.organisation.id, organisation=place.organisation.name)
        for place in page.places
        for role in place.roles
    ]
    return MeOut(account_id=page.account.id, name=page.account.name, roles=roles)


@router.get("/organisations/{organisation_id}/people")
async def people(organisation_id: UUID, session: Session, actor: CurrentActor) -> PeopleOut:
    """Members and waiting invitations."""
    page = await queries.people_page(session, actor, organisation_id)
    return PeopleOut(
        organisation_id=page.organisation.id,
        organisation=page.organisation.name,
        members=[
            MemberOut(account_id=each.account_id, name=each.name, email=each.email, roles=list(each.roles))
            for each in page.members
        ],
        invitations=[
            InvitationOut(id=each.id, email=each.email, role=each.role) for each in page.invitations
        ],
    )


@router.post("/organisations/{organisation_id}/invitations", status_code=201)
async def invite(
    organisation_id: UUID, data: InviteInput, session: Session, actor: CurrentActor
) -> InvitationOut:
    """Invite somebody to a role."""
    link = await service.invite_member(session, actor, organisation_id, data.email, data.role, data.language)
    return InvitationOut(id=link.id, email=link.email, role=data.role)


@router.delete("/organisations/{organisation_id}/invitations/{invitation_id}", status_code=204)
async def withdraw_invitation(
    organisation_id: UUID, invitation_id: UUID, session: Session, actor: CurrentActor
) -> None:
    """Take an invitation back."""
    await service.withdraw_invitation(session, actor, organisation_id, invitation_id)


@router.delete("/organisations/{organisation_id}/people/{account_id}/{role}", status_code=204)
async def remove_member(
    organisation_id: UUID, account_id: UUID, role: Role, session: Session, actor: CurrentActor
) -> None:
    """Take a role from somebody."""
    await service.remove_member(session, actor, organisation_id, account_id, role)


@router.delete("/sessions", status_code=204)
async def sign_out_everywhere(session: Session, actor: CurrentActor) -> None:
    """End every session and token of one's own, the one that asks too."""
    await accounts.sign_out_everywhere(session, actor)


@router.get("/tokens")
async def tokens(session: Session, actor: CurrentActor) -> list[TokenOut]:
    """One's own tokens, without their secrets."""
    found = await account_queries.list_tokens(session, actor)
    return [_shown(each) for each in found]


@router.post("/tokens", status_code=201)
async def create_token(data: TokenInput, session: Session, actor: CurrentActor) -> TokenOut:
    """Make another token; its secret is in this answer and nowhere else."""
    token, secret = await accounts.create_token(session, actor, data)
    return _shown(token, secret)


@router.delete("/tokens/{token_hash}", status_code=204)
async def revoke_token(token_hash: str, session: Session, actor: CurrentActor) -> None:
    """End a token at once."""
    await accounts.revoke_token(session, actor, token_hash)
