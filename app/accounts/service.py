"""Writing sessions and tokens."""

from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.models import ApiToken, SignedInSession
from app.platform import clock, ids
from app.platform.security import Actor

ACCOUNT_SESSION = timedelta(hours=12)


def _bearer_end() -> datetime:
    """The end of tomorrow: long enough to write, and no trace of when the session began."""
    return datetime.combine(clock.today() + timedelta(days=2), time(0), clock.now().tzinfo)


def open_session(session: AsyncSession, account_id: UUID) -> str:
    """Begin a session of an account; returns the secret for the cookie."""
    token = ids.new_token()
    session.add(
        SignedInSession(
            token_hash=ids.fingerprint(token),
            account_id=account_id,
            expires_at=clock.now() + ACCOUNT_SESSION,
        )
    )
    return token


def open_bearer_session(session: AsyncSession, bearer_of: UUID) -> str:
    """Begin a session that opens one thing and belongs to nobody; returns the secret for the cookie."""
    token = ids.new_token()
    session.add(
        SignedInSession(token_hash=ids.fingerprint(token), bearer_of=bearer_of, expires_at=_bearer_end())
    )
    return token


def open_bearer_token(session: AsyncSession, bearer_of: UUID) -> str:
    """The same for the JSON interface; returns the bearer token."""
    token = ids.new_token()
    session.add(ApiToken(token_hash=ids.fingerprint(token), bearer_of=bearer_of, expires_at=_bearer_end()))
    return token


async def close_session(session: AsyncSession, token: str) -> None:
    """End a session at once."""
    await session.exec(delete(SignedInSession).where(SignedInSession.token_hash == ids.fingerprint(token)))  # type: ignore[arg-type]


async def close_sessions_of(session: AsyncSession, actor: Actor) -> None:
    """End every session of a person or of the bearer of a code."""
    if actor.bearer_of is not None:
        await session.exec(delete(SignedInSession).where(SignedInSession.bearer_of == actor.bearer_of))  # type: ignore[arg-type]
    elif actor.account_id is not None:
        await session.exec(delete(SignedInSession).where(SignedInSession.account_id == actor.account_id))  # type: ignore[arg-type]
