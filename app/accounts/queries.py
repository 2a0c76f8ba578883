"""Reading accounts, links and tokens."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts import policy
from app.accounts.models import Account, ApiToken, OneTimeToken, Purpose, RateLimitWindow
from app.platform import clock, ids
from app.platform.errors import NotFound
from app.platform.i18n import _
from app.platform.security import Actor, Permission

ENDED = _("This link has been used or has ended. Ask for a new one, or sign in.")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Whose password is to be checked against what."""

    account_id: UUID | None
    password_hash: str | None


async def find_account(session: AsyncSession, email: str) -> Account | None:
    """The account with this address."""
    return (await session.exec(select(Account).where(Account.email == email))).first()


async def get_account(session: AsyncSession, account_id: UUID | None) -> Account:
    """An account by its id; raises NotFound."""
    found = await session.get(Account, account_id) if account_id else None
    if found is None:
        raise NotFound
    return found


async def find_credentials(session: AsyncSession, email: str) -> Credentials | None:
    """What is needed to check a password: an account's, else that of a sign-up that waits, else nothing."""
    query = select(Account.id, Account.password_hash).where(Account.email == email, Account.is_active)
    row = (await session.exec(query)).first()
    if row is not None:
        return Credentials(*row)
    waiting = await find_waiting(session, email)
    return Credentials(None, waiting.payload.get("password_hash")) if waiting else None


async def find_waiting(session: AsyncSession, email: str) -> OneTimeToken | None:
    """The newest sign-up of this address that waits to be confirmed."""
    query = (
        select(OneTimeToken)
        .where(
            OneTimeToken.email == email,
            OneTimeToken.purpose == Purpose.CONFIRM_EMAIL,
            OneTimeToken.expires_at > clock.now(),
            OneTimeToken.used == False,  # noqa: E712
        )
        .order_by(col(OneTimeToken.expires_at).desc())
    )
    return (await session.exec(query)).first()


async def count_tries(session: AsyncSession, key: str) -> int:
    """How often this was tried in the time that counts."""
    query = select(RateLimitWindow.number).where(
        RateLimitWindow.key == key, RateLimitWindow.ends_at > clock.now()
    )
    return (await session.exec(query)).first() or 0


async def get_link(
    session: AsyncSession, token: str, purpose: Purpose, *, lock: bool = False
) -> OneTimeToken:
    """The link whose secret this is, if it can still be used; raises NotFound with what to do."""
    query = select(OneTimeToken).where(
        OneTimeToken.token_hash == ids.fingerprint(token),
        OneTimeToken.purpose == purpose,
        OneTimeToken.expires_at > clock.now(),
        OneTimeToken.used == False,  # noqa: E712
    )
    found = (await session.exec(query.with_for_update() if lock else query)).first()
    if found is None:
        raise NotFound(ENDED)
    return found


@dataclass(frozen=True, slots=True)
class LinkPage:
    """A page opened by a link from an e-mail."""

    token: str
    email: str


async def link_page(session: AsyncSession, token: str, purpose: Purpose) -> LinkPage:
    """The page of a link that can still be used; raises NotFound."""
    link = await get_link(session, token, purpose)
    return LinkPage(token, link.email)


@dataclass(frozen=True, slots=True)
class TokensPage:
    """Somebody's tokens for the JSON interface, and the new one, shown once."""

    tokens: Sequence[ApiToken]
    may_have: Permission
    fresh: str | None = None


async def list_tokens(session: AsyncSession, actor: Actor) -> Sequence[ApiToken]:
    """The tokens of a person that still hold."""
    query = (
        select(ApiToken)
        .where(ApiToken.account_id == actor.account_id, ApiToken.expires_at > clock.now())
        .order_by(ApiToken.expires_at)  # type: ignore[arg-type]
    )
    return (await session.exec(query)).all() if actor.account_id else []


async def tokens_page(session: AsyncSession, actor: Actor, fresh: str | None = None) -> TokensPage:
    """The page of somebody's tokens."""
    return TokensPage(await list_tokens(session, actor), policy.can_have_tokens(actor), fresh)
