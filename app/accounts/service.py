"""Writing accounts, sessions, links and tokens."""

import logging
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import case, delete
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts import events, passwords, policy, queries
from app.accounts.models import (
    Account,
    ApiToken,
    BearerSession,
    OneTimeToken,
    Purpose,
    RateLimitWindow,
    SignedInSession,
)
from app.accounts.schemas import TokenInput
from app.audit.models import AuditEntry
from app.platform import clock, ids
from app.platform.db import insert_into
from app.platform.errors import NotFound
from app.platform.events import publish
from app.platform.i18n import Message, _
from app.platform.security import Actor, require

ACCOUNT_SESSION = timedelta(hours=12)
BEARER_SESSION = timedelta(days=1)  # to the end of tomorrow: no trace of when the session began
LINK_LIFE = {
    Purpose.CONFIRM_EMAIL: timedelta(hours=48),
    Purpose.INVITATION: timedelta(days=14),
    Purpose.RESET_PASSWORD: timedelta(hours=2),
}
MAIL_LATEST = timedelta(days=2)  # how long a link waits at most for its mail to be sent
SIGN_IN_TRIES, SIGN_IN_WINDOW, LOCK = 10, timedelta(minutes=15), timedelta(minutes=5)
# Wrong tries of all strangers together: whoever sprays over many addresses ends here.
STRANGERS_TRIES = 300
MAILS_AN_HOUR = 3
WRONG = _("The e-mail address or the password is not right. Type both again, or ask for a new password.")
LOCKED = _("Too many tries for this address. Wait five minutes, or choose a new password by e-mail.")
WAITING = _("This address is not confirmed yet. Follow the link in the message we sent you.")
CROWDED = _(
    "Too many wrong tries are coming in from everywhere. Wait five minutes, or choose a new password by e-mail."
)
UNCONFIRMED = _("This address is not confirmed yet. Choose “I forgot my password” to get a link.")


NO_ACCOUNT = UUID(int=0)
log = logging.getLogger("portal.accounts")


async def record_act(session: AsyncSession, action: str, account_id: UUID | None) -> None:
    """Record what happened at the doors of an account: who, and in which hour, and nothing of a device.

    The hour only: an exact time beside the rows that follow would tell when those were written.
    """
    account = await session.get(Account, account_id) if account_id else None
    session.add(
        AuditEntry(
            at=clock.now().replace(minute=0, second=0, microsecond=0),
            actor_id=account.id if account else None,
            actor_name=account.name if account else "-",
            action=action,
            thing="Account",
            thing_id=account.id if account else NO_ACCOUNT,
        )
    )
    log.info(action)


def _bearer_end() -> datetime:
    """The end of tomorrow: long enough to write, and no trace of when the session began."""
    return datetime.combine(clock.today() + timedelta(days=2), time(0), clock.now().tzinfo)


def _rounded(instant: datetime) -> datetime:
    """The next full hour: an end to the microsecond would tell when the row beside it was written."""
    return instant.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def open_session(session: AsyncSession, account_id: UUID) -> str:
    """Begin a session of an account; returns the secret for the cookie."""
    token = ids.new_token()
    session.add(
        SignedInSession(
            token_hash=ids.fingerprint(token),
            account_id=account_id,
            expires_at=_rounded(clock.now() + ACCOUNT_SESSION),
        )
    )
    return token


def open_bearer_session(session: AsyncSession, bearer_of: UUID) -> str:
    """Begin a session that opens one thing and belongs to nobody; returns the secret for the cookie."""
    token = ids.new_token()
    session.add(
        BearerSession(
            token_hash=ids.fingerprint(token),
            bearer_of=bearer_of,
            expires_on=clock.today() + BEARER_SESSION,
        )
    )
    return token


def open_bearer_token(session: AsyncSession, bearer_of: UUID) -> str:
    """Let the holder of a code use the JSON interface; returns the bearer token."""
    token = ids.new_token()
    session.add(ApiToken(token_hash=ids.fingerprint(token), bearer_of=bearer_of, expires_at=_bearer_end()))
    return token


async def close_session(session: AsyncSession, token: str) -> None:
    """End a session at once."""
    await session.exec(delete(SignedInSession).where(SignedInSession.token_hash == ids.fingerprint(token)))  # type: ignore[arg-type]


async def close_sessions_of(session: AsyncSession, actor: Actor) -> None:
    """End every session of a person or of the bearer of a code; the bearer's tokens end with them."""
    if actor.bearer_of is not None:
        await session.exec(delete(BearerSession).where(BearerSession.bearer_of == actor.bearer_of))  # type: ignore[arg-type]
        await session.exec(delete(ApiToken).where(ApiToken.bearer_of == actor.bearer_of))  # type: ignore[arg-type]
    elif actor.account_id is not None:
        await session.exec(delete(SignedInSession).where(SignedInSession.account_id == actor.account_id))  # type: ignore[arg-type]


async def close_other_sessions(session: AsyncSession, actor: Actor, kept: str) -> None:
    """End every session and token of the bearer of a code but the session whose secret is given."""
    of_bearer = BearerSession.bearer_of == actor.bearer_of
    others = BearerSession.token_hash != ids.fingerprint(kept)
    await session.exec(delete(BearerSession).where(of_bearer, others))  # type: ignore[arg-type]
    await session.exec(delete(ApiToken).where(ApiToken.bearer_of == actor.bearer_of))  # type: ignore[arg-type]


def _tries_key(what: str, email: str, browser: str = "") -> str:
    """What the tries for an address are counted under, where told apart by a browser that is known."""
    return ids.fingerprint("\x1f".join((what, email, browser) if browser else (what, email)))


STRANGERS = _tries_key("sign-in", "")


async def _count_try(
    session: AsyncSession, key: str, window: timedelta, full: int, pause: timedelta | None = None
) -> int:
    """Count one more try and say how many there were; the one that makes it full may start a pause."""
    now = clock.now()
    await session.exec(delete(RateLimitWindow).where(RateLimitWindow.ends_at <= now))  # type: ignore[arg-type]
    added = insert_into(session, RateLimitWindow).values(key=key, number=1, ends_at=now + window)
    number = RateLimitWindow.number + 1
    counted = added.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "number": number,
            "ends_at": case((number == full, now + (pause or window)), else_=RateLimitWindow.ends_at),  # type: ignore[arg-type]
        },
    ).returning(RateLimitWindow.number)  # type: ignore[arg-type]
    return int((await session.exec(counted)).scalar_one())


@dataclass(frozen=True, slots=True)
class SignIn:
    """What came of a try to sign in: the account, or a sentence why not."""

    account_id: UUID | None = None
    refusal: Message | None = None
    is_locked: bool = False
    is_waiting: bool = False


async def check_sign_in(
    session: AsyncSession,
    email: str,
    account_id: UUID | None,
    checked: passwords.Checked,
    browser: str | None = None,
) -> SignIn:
    """Judge a try whose password was checked already; never raises, for a failed try must be kept.

    A `browser` in which the owner signed in before has a count of its own: what strangers try from
    elsewhere, for this address or for all, does not lock it (decision 13).
    """
    key = _tries_key("sign-in", email, browser or "")
    if await queries.count_tries(session, key) >= SIGN_IN_TRIES:
        return SignIn(refusal=LOCKED, is_locked=True)
    if browser is None and await queries.count_tries(session, STRANGERS) >= STRANGERS_TRIES:
        return SignIn(refusal=CROWDED, is_locked=True)
    if account_id is None and checked.matches:
        return SignIn(refusal=WAITING, is_waiting=True)
    if account_id is None or not checked.matches:
        await _count_failure(session, key, account_id, is_known=browser is not None)
        return SignIn(refusal=WRONG)
    account = await queries.get_account(session, account_id)
    if not account.email_confirmed:
        return SignIn(refusal=UNCONFIRMED)
    await session.exec(delete(RateLimitWindow).where(RateLimitWindow.key == key))  # type: ignore[arg-type]
    if checked.fresh_hash:
        account.password_hash = checked.fresh_hash
        session.add(account)
    return SignIn(account_id=account.id)


async def _count_failure(session: AsyncSession, key: str, account_id: UUID | None, *, is_known: bool) -> None:
    """Count a wrong try where it belongs, and record it: with as many statements for any address."""
    number = await _count_try(session, key, SIGN_IN_WINDOW, SIGN_IN_TRIES, LOCK)
    if not is_known:
        await _count_try(session, STRANGERS, SIGN_IN_WINDOW, STRANGERS_TRIES, LOCK)
    await record_act(session, "account.sign_in_failed", account_id)
    if number == SIGN_IN_TRIES:
        await record_act(session, "account.locked", account_id)


async def start_session(session: AsyncSession, account_id: UUID, old: str | None = None) -> str:
    """Begin a session and end the one the browser had before; returns the new secret."""
    if old:
        await close_session(session, old)
    await record_act(session, "account.signed_in", account_id)
    now = clock.now()
    await session.exec(delete(SignedInSession).where(SignedInSession.expires_at <= now))  # type: ignore[arg-type]
    return open_session(session, account_id)


async def register_account(
    session: AsyncSession,
    actor: Actor,
    email: str,
    name: str,
    language: str,
    password_hash: str | None = None,
) -> Account:
    """Make an account whose address is known to be right: from a used link, or by the portal itself."""
    require(policy.can_register(actor))
    account = Account(
        email=email, name=name, language=language, password_hash=password_hash, email_confirmed=True
    )
    session.add(account)
    await session.flush()
    return account


async def may_send(session: AsyncSession, what: str, email: str, most: int = MAILS_AN_HOUR) -> bool:
    """Whether one more mail may go to an address, or from somebody, in this hour: so that nobody floods others."""
    return await _count_try(session, _tries_key(what, email), timedelta(hours=1), most) <= most


async def add_link(
    session: AsyncSession,
    purpose: Purpose,
    email: str,
    language: str,
    *,
    account_id: UUID | None = None,
    organisation_id: UUID | None = None,
    payload: dict[str, str] | None = None,
) -> OneTimeToken:
    """Keep a link that a mail will carry; ended ones are forgotten on the way."""
    now = clock.now()
    await session.exec(delete(OneTimeToken).where(OneTimeToken.expires_at <= now))  # type: ignore[arg-type]
    link = OneTimeToken(
        purpose=purpose,
        email=email,
        language=language,
        account_id=account_id,
        organisation_id=organisation_id,
        payload=payload or {},
        expires_at=now + LINK_LIFE[purpose] + MAIL_LATEST,
    )
    session.add(link)
    await session.flush()
    return link


async def arm_link(session: AsyncSession, link_id: UUID) -> tuple[OneTimeToken, str] | None:
    """Give a link its secret, which only the mail will hold; None if the link was taken back.

    Its time begins now: a mail that had to wait for its server carries a link that works.
    """
    link = await session.get(OneTimeToken, link_id)
    if link is None or link.used or link.expires_at <= clock.now():
        return None
    token = ids.new_token()
    link.token_hash = ids.fingerprint(token)
    link.expires_at = clock.now() + LINK_LIFE[link.purpose]
    session.add(link)
    return link, token


@dataclass(frozen=True, slots=True)
class UsedLink:
    """What a link stood for, after its one use."""

    email: str
    language: str
    account_id: UUID | None
    organisation_id: UUID | None
    payload: dict[str, str]


async def use_link(session: AsyncSession, token: str, purpose: Purpose) -> UsedLink:
    """Use a link up; raises NotFound if that was done before or its time is over."""
    link = await queries.get_link(session, token, purpose, lock=True)
    used = UsedLink(link.email, link.language, link.account_id, link.organisation_id, dict(link.payload))
    link.used, link.payload = True, {}
    session.add(link)
    await session.flush()
    return used


async def ask_reset(session: AsyncSession, actor: Actor, email: str, wanted: str = "") -> None:
    """Send a link for a new password, if the address has an account; says nothing either way.

    `wanted` is the page of this portal that opens once the new password is chosen.
    """
    require(policy.can_ask_for_link(actor))
    may = await may_send(session, "reset", email)
    account = await queries.find_account(session, email)
    if not may or account is None or not account.is_active:
        return
    link = await add_link(
        session,
        Purpose.RESET_PASSWORD,
        email,
        account.language,
        account_id=account.id,
        payload={"next": wanted},
    )
    await publish(session, events.PasswordResetAsked(link.id))


async def set_password(session: AsyncSession, actor: Actor, token: str, password_hash: str) -> UUID:
    """Replace a forgotten password by a link; every session and token of the account ends."""
    require(policy.can_ask_for_link(actor))
    link = await use_link(session, token, Purpose.RESET_PASSWORD)
    account = await queries.get_account(session, link.account_id)
    if not account.is_active:
        raise NotFound(queries.ENDED)
    account.password_hash = password_hash
    account.email_confirmed = True
    session.add(account)
    await record_act(session, "account.password_reset", account.id)
    await close_sessions_of(session, Actor(account_id=account.id))
    await session.exec(delete(ApiToken).where(ApiToken.account_id == account.id))  # type: ignore[arg-type]
    await session.exec(
        delete(RateLimitWindow).where(RateLimitWindow.key == _tries_key("sign-in", account.email))  # type: ignore[arg-type]
    )
    return account.id


async def sign_out_everywhere(session: AsyncSession, actor: Actor) -> None:
    """End every session and every token of one's own: for a device that is lost, or a token that got out."""
    require(policy.can_sign_out_everywhere(actor))
    await close_sessions_of(session, actor)
    await session.exec(delete(ApiToken).where(ApiToken.account_id == actor.account_id))  # type: ignore[arg-type]
    await record_act(session, "account.signed_out_everywhere", actor.account_id)


async def create_token(session: AsyncSession, actor: Actor, data: TokenInput) -> tuple[ApiToken, str]:
    """Make a secret for a program; returns it with its row, and nobody can see it again."""
    require(policy.can_have_tokens(actor))
    secret = ids.new_token()
    token = ApiToken(
        token_hash=ids.fingerprint(secret),
        account_id=actor.account_id,
        name=data.name,
        expires_at=_rounded(clock.now() + timedelta(days=data.days)),
    )
    session.add(token)
    await record_act(session, "account.token_made", actor.account_id)
    await session.flush()
    return token, secret


async def revoke_token(session: AsyncSession, actor: Actor, token_hash: str) -> None:
    """End one of one's own tokens at once; raises NotFound for anybody else's."""
    require(policy.can_have_tokens(actor))
    token = await session.get(ApiToken, token_hash)
    if token is None or token.account_id != actor.account_id:
        raise NotFound
    await record_act(session, "account.token_revoked", actor.account_id)
    await session.delete(token)
