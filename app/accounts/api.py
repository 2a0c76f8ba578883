"""Accounts as JSON: a token for address and password, a link for a new password."""

from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.accounts import deps, service
from app.accounts.models import ApiToken
from app.accounts.schemas import ResetInput, TokenInput, TokenOut, TokenRequest
from app.platform import clock, problems
from app.platform.db import Session
from app.platform.errors import SignInRequired, TooMany
from app.platform.security import NOBODY, Actor

router = APIRouter(tags=["accounts"])


@router.post("/sign-in", status_code=201, response_model=TokenOut)
async def sign_in(request: Request, data: TokenRequest, session: Session) -> TokenOut | Response:
    """A bearer token for an address and its password."""
    account_id, checked = await deps.check_credentials(request, data.email, data.password)
    done = await service.check_sign_in(session, data.email, account_id, checked)
    if done.account_id is None:
        # Answered, not raised: the failed try must be kept.
        return problems.answer(request, (TooMany if done.is_locked else SignInRequired)(done.refusal))
    actor = Actor(account_id=done.account_id)
    token, secret = await service.create_token(session, actor, TokenInput(name=data.name, days=90))
    token.expires_at = clock.now() + timedelta(days=data.days)
    return shown(token, secret)


def shown(token: ApiToken, secret: str | None = None) -> TokenOut:
    """A token as its owner sees it."""
    return TokenOut(id=token.token_hash, name=token.name, expires_at=token.expires_at, secret=secret)


@router.post("/password-resets", status_code=202)
async def ask_reset(data: ResetInput, session: Session) -> dict[str, str]:
    """Send a link to choose a new password, if the address has an account."""
    await service.ask_reset(session, NOBODY, data.email)
    return {"status": "sent if the address has an account"}
