"""One's own account and its tokens."""

import re

import httpx2
import pytest

from app.contributions.models import ContributionState, Mode
from app.organisations.models import Role
from tests.browsing import post
from tests.factories import Make

TOKENS = "/en/my-account/tokens"


async def test_a_token_is_shown_until_it_is_kept_works_and_can_be_ended(
    client: httpx2.AsyncClient, make: Make
) -> None:
    account = await make.account(Role.DRAFTER)
    await make.signed_in(client, account)
    made = await post(client, TOKENS, {"name": "Our reading room", "days": "30"}, page=TOKENS)
    assert made.headers["location"] == TOKENS
    for _look in range(2):
        shown = await client.get(TOKENS)
        secret = re.search(r'<p class="receipt-code" dir="ltr"><code>([\w-]{43})</code>', shown.text)
        assert secret
    await post(client, f"{TOKENS}/kept", page=TOKENS)
    headers = {"authorization": f"Bearer {secret.group(1)}"}
    assert (await client.get("/api/v1/me", headers=headers)).status_code == 200
    page = (await client.get(TOKENS)).text
    assert "Our reading room" in page
    assert secret.group(1) not in page
    [shown] = (await client.get("/api/v1/tokens", headers=headers)).json()
    assert shown["secret"] is None
    ended = await post(client, f"{TOKENS}/revoke", {"token": shown["id"]}, page=TOKENS)
    assert ended.status_code == 303
    assert (await client.get("/api/v1/me", headers=headers)).status_code == 401


@pytest.mark.one_database
async def test_a_token_needs_a_name(client: httpx2.AsyncClient, make: Make) -> None:
    await make.signed_in(client, await make.account(Role.DRAFTER))
    answer = await post(client, TOKENS, {"name": "", "days": "365"}, page=TOKENS)
    assert answer.status_code == 422
    assert 'id="name-error"' in answer.text
    assert '<option value="365" selected>' in answer.text


async def test_nobody_ends_the_token_of_another(client: httpx2.AsyncClient, make: Make) -> None:
    mine, other = await make.account(Role.DRAFTER), await make.account(Role.DRAFTER)
    headers = await make.token(other)
    [token] = (await client.get("/api/v1/tokens", headers=headers)).json()
    own = await make.token(mine)
    assert (await client.delete(f"/api/v1/tokens/{token['id']}", headers=own)).status_code == 404
    made = await client.post("/api/v1/tokens", headers=own, json={"name": "Second", "days": 30})
    assert made.status_code == 201
    assert made.json()["secret"]
    assert (await client.delete(f"/api/v1/tokens/{made.json()['id']}", headers=own)).status_code == 204
    assert (await client.get("/api/v1/me", headers=headers)).status_code == 200


async def test_the_bearer_of_a_code_has_no_account(client: httpx2.AsyncClient, make: Make) -> None:
    contribution = await make.contribution(mode=Mode.CONFIDENTIAL, state=ContributionState.DRAFTING)
    await make.signed_in(client, contribution)
    assert (await client.get("/en/my-account")).status_code == 404
    answer = await post(client, TOKENS, {"name": "A way in", "days": "30"})
    assert answer.status_code == 403


@pytest.mark.one_database
async def test_staff_begin_at_the_desk(client: httpx2.AsyncClient, make: Make) -> None:
    await make.signed_in(client, await make.account(Role.EXPERT, at=await make.office()))
    reached = (await client.get("/en/my-work")).headers["location"]
    assert (await client.get(reached)).status_code == 200
    assert reached == "/en/desk"
    await make.signed_in(client, await make.account())
    assert (await client.get("/en/my-work")).headers["location"] == "/en/"


@pytest.mark.one_database
@pytest.mark.parametrize("language", ["ar", "zh", "en", "fr", "ru", "es"])
@pytest.mark.parametrize(
    "path", ["sign-in", "sign-up", "reset", "look-at-mail", "my-account", "my-account/tokens"]
)
async def test_every_page_opens_in_every_language(
    client: httpx2.AsyncClient, make: Make, language: str, path: str
) -> None:
    if path.startswith("my"):
        await make.signed_in(client, await make.account(Role.SIGNATORY))
    page = await client.get(f"/{language}/{path}")
    assert page.status_code == 200
    assert page.text.count("<h1") == 1
