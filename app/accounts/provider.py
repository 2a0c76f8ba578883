"""Signing in through an OpenID Connect provider: the code flow with PKCE, and nothing kept of it.

Every call here reaches over the network and happens before a unit of work is opened. The state, the
nonce and the verifier travel in a signed cookie that ends after ten minutes.
"""

import logging
import ssl
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]
from authlib.integrations.httpx_client import AsyncOAuth2Client  # type: ignore[import-untyped]
from itsdangerous import BadData, URLSafeTimedSerializer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from app.platform import ids
from app.platform.errors import AppError
from app.platform.i18n import _
from app.platform.settings import Settings

COOKIE = "provider"
LIFE = 600
TIMEOUT = httpx2.Timeout(10.0)
CALLBACK = "/sign-in/provider/callback"
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})
log = logging.getLogger("portal.provider")


class NotSignedIn(AppError):
    """The provider did not vouch for anybody; the reason is logged, the person reads what to do."""

    status = 422
    code = "not-signed-in"
    default = _(
        "Signing in through your office did not work. Try once more, or use your e-mail and password."
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """What the browser keeps while it is away: what comes back must fit it."""

    state: str
    nonce: str
    verifier: str
    next: str = ""


def _seal(settings: Settings) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(settings.secret.get_secret_value(), salt="provider")


def seal(settings: Settings, kept: Kept) -> str:
    """The content of the cookie."""
    return str(_seal(settings).dumps(asdict(kept)))


def unseal(settings: Settings, cookie: str) -> Kept:
    """What was kept, if it is ours and not too old; raises NotSignedIn."""
    try:
        return Kept(**_seal(settings).loads(cookie, max_age=LIFE))
    except (BadData, TypeError) as problem:
        raise NotSignedIn from problem


@lru_cache
def _trusted() -> ssl.SSLContext:
    """The authorities this machine trusts; reading them takes longer than the rest of the visit."""
    return ssl.create_default_context()


def _client(settings: Settings) -> AsyncOAuth2Client:
    return AsyncOAuth2Client(
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret.get_secret_value() or None,
        redirect_uri=settings.public_url.rstrip("/") + CALLBACK,
        scope="openid email",
        code_challenge_method="S256",
        timeout=TIMEOUT,
        verify=_trusted(),
    )


async def _described(settings: Settings, client: AsyncOAuth2Client) -> dict[str, Any]:
    """The provider's own description of itself, which has to be about the issuer we were told of."""
    issuer = settings.oidc_issuer
    address = urlsplit(issuer)
    if address.scheme != "https" and address.hostname not in LOCAL:
        raise NotSignedIn
    found = await _json(client, issuer.rstrip("/") + "/.well-known/openid-configuration")
    if found.get("issuer") != issuer:
        raise NotSignedIn
    return found


async def _json(client: AsyncOAuth2Client, address: str) -> dict[str, Any]:
    reply = await client.request("GET", address, withhold_token=True)
    reply.raise_for_status()
    content = reply.json()
    return content if isinstance(content, dict) else {}


async def begin(settings: Settings, wanted: str) -> tuple[str, Kept]:
    """Where to send the browser, and what it keeps; raises NotSignedIn."""
    kept = Kept(ids.new_token(), ids.new_token(), ids.new_token() + ids.new_token(), wanted)
    try:
        async with _client(settings) as client:
            described = await _described(settings, client)
            target, _state = client.create_authorization_url(
                described["authorization_endpoint"],
                state=kept.state,
                nonce=kept.nonce,
                code_verifier=kept.verifier,
            )
    except (httpx2.HTTPError, AuthlibBaseError, ValueError, KeyError) as problem:
        raise _noted(problem) from problem
    return str(target), kept


async def finish(settings: Settings, kept: Kept, query: dict[str, str]) -> str:
    """The confirmed address the provider vouches for; raises NotSignedIn."""
    if not ids.same(query.get("state", ""), kept.state) or "code" not in query:
        raise NotSignedIn
    if query.get("iss", settings.oidc_issuer) != settings.oidc_issuer:
        raise NotSignedIn
    try:
        async with _client(settings) as client:
            described = await _described(settings, client)
            granted = await client.fetch_token(
                described["token_endpoint"], code=query["code"], code_verifier=kept.verifier
            )
            keys = KeySet.import_key_set(await _json(client, described["jwks_uri"]))  # type: ignore[arg-type]
            claims = jwt.decode(granted["id_token"], keys, algorithms=ALGORITHMS).claims
            _check(settings, kept, claims)
    except (httpx2.HTTPError, AuthlibBaseError, JoseError, ValueError, KeyError, TypeError) as problem:
        raise _noted(problem) from problem
    return str(claims["email"]).strip().lower()


def _check(settings: Settings, kept: Kept, claims: dict[str, Any]) -> None:
    """OpenID Connect Core 3.1.3.7, and an address the provider itself confirmed."""
    jwt.JWTClaimsRegistry(
        leeway=60,
        iss={"essential": True, "value": settings.oidc_issuer},
        aud={"essential": True, "value": settings.oidc_client_id},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": kept.nonce},
        email={"essential": True},
        email_verified={"essential": True, "value": True},
    ).validate(claims)
    party = claims.get("azp", settings.oidc_client_id)
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and "azp" not in claims
    if party != settings.oidc_client_id or several:
        raise NotSignedIn


def _noted(problem: Exception) -> NotSignedIn:
    """Log the kind of failure, which helps the operator, and nothing of the person."""
    log.warning("provider.refused", extra={"problem": type(problem).__name__})
    return NotSignedIn()
