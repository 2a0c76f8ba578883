"""What pages of accounts need of the request: the ways in, and a password checked outside the unit of work."""

from dataclasses import dataclass
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from app.accounts import browsers, passwords, queries
from app.platform import pages
from app.platform.db import Database
from app.platform.settings import Settings


async def check_credentials(
    request: Request, email: str, password: str
) -> tuple[UUID | None, passwords.Checked]:
    """Whose password this would be, and whether it fits.

    A session of its own reads and is given back first: the costly part must not hold the lock of a
    writing request. An address nobody has costs the same.
    """
    db: Database = request.app.state.db
    async with db.read() as session:
        known = await queries.find_credentials(session, email)
    checked = await passwords.check(known.password_hash if known else None, password)
    return (known.account_id if known else None), checked


def known_browser(request: Request, email: str) -> str | None:
    """The number of this browser, if the address signed in with it before."""
    return browsers.find(request.app.state.settings, email, request.cookies.get(browsers.COOKIE, ""))


def remember_browser(request: Request, response: Response, email: str) -> None:
    """Know this browser from now on as one of the address that signed in."""
    kept = browsers.seal(request.app.state.settings, email, request.cookies.get(browsers.COOKIE, ""))
    pages.set_cookie(request, response, browsers.COOKIE, kept, int(browsers.LIFE.total_seconds()))


@dataclass(frozen=True, slots=True)
class SignInPage:
    """The ways in; `provider` is the name of the one staff may use, if there is one.

    `waiting` is the address of a sign-up that is not confirmed yet, after the right password.
    """

    next: str
    provider: str | None
    waiting: str = ""


@dataclass(frozen=True, slots=True)
class LinkPage:
    """Where a link is asked for, and what to do then; `next` is the page she wanted to open."""

    next: str = ""


def sign_in_page(request: Request, wanted: str, waiting: str = "") -> SignInPage:
    """The ways in of this portal; `wanted` is the page somebody wanted to open."""
    settings: Settings = request.app.state.settings
    provider = (settings.oidc_name or settings.oidc_issuer) if settings.has_oidc else None
    return SignInPage(wanted, provider, waiting)
