"""Staff sign in through an OpenID Connect provider: a small real one on loopback."""

import asyncio
import base64
import hashlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.accounts import provider
from app.organisations.models import Role
from app.platform import clock
from app.platform.cookies import SESSION_COOKIE
from app.platform.settings import Settings
from tests.factories import Make

BEGIN = "/en/sign-in/provider"
BACK = "/en/sign-in/provider/callback"


@dataclass
class Provider:
    """What the provider says; a test changes a part of it."""

    issuer: str = ""
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "one"}))
    signing: ECKey | None = None
    claims: dict[str, Any] = field(default_factory=dict)
    described_as: str | None = None
    nonce: str = ""
    challenge: str = ""
    redirect_uri: str = ""
    exchanged: int = 0

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.describe),
                Route("/keys", self.keys),
                Route("/token", self.token, methods=["POST"]),
            ]
        )

    async def describe(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.described_as or self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
            }
        )

    async def keys(self, _request: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def token(self, request: Request) -> Response:
        sent = await request.form()
        verifier = str(sent["code_verifier"]).encode()
        proof = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=").decode()
        if proof != self.challenge or sent["code"] != "the-code" or sent["redirect_uri"] != self.redirect_uri:
            return JSONResponse({"error": "invalid_grant"}, 400)
        self.exchanged += 1
        now = int(clock.now().timestamp())
        claims = {
            "iss": self.issuer,
            "aud": "portal",
            "sub": "42",
            "iat": now,
            "exp": now + 300,
            "nonce": self.nonce,
            "email": "Expert@Office.example",
            "email_verified": True,
            **self.claims,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        token = jwt.encode(
            {"alg": "ES256", "kid": "one"}, kept, self.signing or self.key, algorithms=["ES256"]
        )
        return JSONResponse({"access_token": "a", "token_type": "Bearer", "id_token": token})


@pytest.fixture
async def idp() -> AsyncIterator[Provider]:
    made = Provider()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        made.issuer = f"http://127.0.0.1:{listening.getsockname()[1]}"
        server = uvicorn.Server(
            uvicorn.Config(
                made.app(), log_config=None, lifespan="off", ws="none", timeout_graceful_shutdown=1
            )
        )
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:  # noqa: ASYNC110  (the server says so in no other way)
            await asyncio.sleep(0.01)
        yield made
        server.should_exit = True
        await serving


@pytest.fixture
def settings(settings: Settings, idp: Provider) -> Settings:
    return settings.model_copy(
        update={
            "oidc_issuer": idp.issuer,
            "oidc_client_id": "portal",
            "oidc_client_secret": SecretStr("secret"),
            "oidc_name": "the office",
        }
    )


async def leave(client: httpx2.AsyncClient, idp: Provider, wanted: str = "") -> str:
    """Go to the provider; returns the state."""
    sent = await client.get(BEGIN, params={"next": wanted})
    assert sent.status_code == 303
    target = urlsplit(sent.headers["location"])
    asked = {name: values[0] for name, values in parse_qs(target.query).items()}
    assert f"{target.scheme}://{target.netloc}" == idp.issuer
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"] == "openid email"
    assert asked["redirect_uri"] == "http://testserver/sign-in/provider/callback"
    idp.nonce, idp.challenge, idp.redirect_uri = (
        asked["nonce"],
        asked["code_challenge"],
        asked["redirect_uri"],
    )
    return asked["state"]


async def come_back(client: httpx2.AsyncClient, idp: Provider, **changes: str) -> httpx2.Response:
    state = await leave(client, idp)
    return await client.get(BACK, params={"code": "the-code", "state": state, **changes})


async def staff(make: Make, **more: Any) -> None:
    office = await make.office()
    await make.account(Role.EXPERT, at=office, **{"email": "expert@office.example", **more})


async def test_a_member_of_the_staff_comes_in(client: httpx2.AsyncClient, make: Make, idp: Provider) -> None:
    await staff(make)
    assert "Continue with the office" in (await client.get("/en/sign-in?next=/en/my-account")).text
    state = await leave(client, idp, "/en/my-account")
    # The provider knows one address of ours; the language is found on the way.
    bare = await client.get("/sign-in/provider/callback", params={"code": "the-code", "state": state})
    assert bare.status_code == 307
    done = await client.get(bare.headers["location"])
    assert done.status_code == 303
    assert done.headers["location"] == "/en/my-account"
    assert (await client.get("/en/my-account")).status_code == 200
    assert provider.COOKIE not in client.cookies


async def refused(answer: httpx2.Response, client: httpx2.AsyncClient) -> None:
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'name="email"' in answer.text
    assert SESSION_COOKIE not in client.cookies


@pytest.mark.one_database
@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example"},
        {"aud": "another-portal"},
        {"aud": ["portal", "another-portal"]},
        {"azp": "another-portal"},
        {"nonce": "of-another-visit"},
        {"nonce": None},
        {"exp": 1},
        {"email": None},
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "true"},
    ],
)
async def test_a_token_that_does_not_fit_opens_nothing(
    client: httpx2.AsyncClient, make: Make, idp: Provider, claims: dict[str, Any]
) -> None:
    await staff(make)
    idp.claims = claims
    await refused(await come_back(client, idp), client)
    assert idp.exchanged == 1


@pytest.mark.one_database
async def test_a_token_signed_by_another_key_opens_nothing(
    client: httpx2.AsyncClient, make: Make, idp: Provider
) -> None:
    await staff(make)
    idp.signing = ECKey.generate_key("P-256", {"kid": "one"})
    await refused(await come_back(client, idp), client)


@pytest.mark.one_database
@pytest.mark.parametrize(
    "changes", [{"state": "forged"}, {"code": "stolen"}, {"iss": "https://other.example"}]
)
async def test_what_comes_back_must_fit_what_was_kept(
    client: httpx2.AsyncClient, make: Make, idp: Provider, changes: dict[str, str]
) -> None:
    await staff(make)
    await refused(await come_back(client, idp, **changes), client)
    assert idp.exchanged == 0


@pytest.mark.one_database
async def test_an_answer_in_another_browser_opens_nothing(
    client: httpx2.AsyncClient, make: Make, idp: Provider
) -> None:
    await staff(make)
    state = await leave(client, idp)
    client.cookies.clear()
    await refused(await client.get(BACK, params={"code": "the-code", "state": state}), client)
    client.cookies.set(provider.COOKIE, "forged", domain="testserver.local", path="/")
    await refused(await client.get(BACK, params={"code": "the-code", "state": state}), client)


@pytest.mark.one_database
@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"email_confirmed": False}, {"email": "b@office.example"}]
)
async def test_only_active_confirmed_accounts_come_in(
    client: httpx2.AsyncClient, make: Make, idp: Provider, change: dict[str, Any]
) -> None:
    await staff(make, **change)
    answer = await come_back(client, idp)
    await refused(answer, client)
    assert "No account of staff" in answer.text


async def test_members_of_organisations_do_not_come_in_this_way(
    client: httpx2.AsyncClient, make: Make, idp: Provider
) -> None:
    await make.account(Role.SIGNATORY, Role.DRAFTER, email="expert@office.example")
    await refused(await come_back(client, idp), client)


@pytest.mark.one_database
async def test_a_provider_that_is_not_who_it_should_be_is_not_visited(
    client: httpx2.AsyncClient, idp: Provider
) -> None:
    idp.described_as = "https://other.example"
    await refused(await client.get(BEGIN), client)


@pytest.mark.one_database
async def test_a_provider_over_an_open_line_is_refused(settings: Settings) -> None:
    with pytest.raises(provider.NotSignedIn):
        await provider.begin(settings.model_copy(update={"oidc_issuer": "http://idp.example"}), "")
