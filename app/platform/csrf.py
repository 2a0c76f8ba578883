"""The proof that a form is ours: made for one browser's session, different on each page."""

from fastapi import Request

from app.platform import ids
from app.platform.cookies import BEARER_COOKIE, FORM_COOKIE, SESSION_COOKIE
from app.platform.errors import Forbidden
from app.platform.i18n import _


def form_secret(request: Request) -> str:
    """What ties a form to its browser: the session, or before there is one, a cookie of its own."""
    cookies = request.cookies
    return cookies.get(BEARER_COOKIE) or cookies.get(SESSION_COOKIE) or cookies.get(FORM_COOKIE) or ""


def csrf_token(request: Request, secret: str) -> str:
    """A token for the forms of one page, different each time so that compression reveals nothing."""
    nonce = ids.random_id().hex
    key = request.app.state.settings.secret.get_secret_value()
    return f"{nonce}.{ids.signed(key, 'csrf', secret, nonce)}"


FORGED = _(
    "This form is too old or came from another site. Go back, load the page again, and send it once more."
)


class Forged(Forbidden):
    """The proof of a form does not fit this browser's session: too old, or sent by another site."""

    default = FORGED


def is_foreign(request: Request) -> bool:
    """Whether the browser says that another site's page sent this (Fetch Metadata, Sec-Fetch-Site)."""
    return request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}


def check_site(request: Request) -> None:
    """Refuse a form that another site's page sent; raises Forged."""
    if is_foreign(request):
        raise Forged


def is_ours(request: Request, token: str) -> bool:
    """Whether a proof was made for the session of this browser."""
    secret = form_secret(request)
    nonce, _dot, mark = token.partition(".")
    key = request.app.state.settings.secret.get_secret_value()
    return bool(secret) and ids.same(mark, ids.signed(key, "csrf", secret, nonce))


def check_csrf(request: Request, token: str) -> None:
    """Accept a form only from our own page in the same browser; raises Forged."""
    if not is_ours(request, token):
        raise Forged
