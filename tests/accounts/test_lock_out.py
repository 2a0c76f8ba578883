"""Who tries passwords is stopped; whose account it is goes on in a browser that is known (decision 13)."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from sqlmodel import select

from app.accounts import browsers, passwords, service
from app.accounts.models import Account, RateLimitWindow
from app.organisations.models import Role
from app.platform import clock
from app.platform.db import Database
from app.platform.settings import Settings
from tests.browsing import post
from tests.factories import Make

pytestmark = pytest.mark.databases_differ

PASSWORD = "four unlikely garden words"
HASH = passwords.HASHER.hash(PASSWORD)
WRONG = "wrong wrong wrong"


@pytest.fixture
async def account(make: Make) -> Account:
    return await make.account(Role.SIGNATORY, email="amal@example.org", password_hash=HASH)


@pytest.fixture
def stranger(app: FastAPI) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://testserver")


async def sign_in(client: httpx2.AsyncClient, email: str, password: str = PASSWORD) -> httpx2.Response:
    return await post(client, "/en/sign-in", {"email": email, "password": password})


async def set_strangers_tries(db: Database, number: int) -> None:
    async with db.write() as session:
        session.add(
            RateLimitWindow(key=service.STRANGERS, number=number, ends_at=clock.now() + timedelta(minutes=5))
        )


async def test_a_stranger_cannot_lock_the_owner_out_of_her_own_browser(
    client: httpx2.AsyncClient, stranger: httpx2.AsyncClient, account: Account
) -> None:
    assert (await sign_in(client, account.email)).status_code == 303
    assert (await post(client, "/en/sign-out")).status_code == 303
    for _number in range(10):
        assert (await sign_in(stranger, account.email, WRONG)).status_code == 422
    locked = await sign_in(stranger, account.email)
    assert locked.status_code == 429
    assert locked.headers["retry-after"] == "300"
    assert (await sign_in(client, account.email)).status_code == 303


async def test_a_browser_that_is_known_is_locked_by_its_own_wrong_tries(
    client: httpx2.AsyncClient, stranger: httpx2.AsyncClient, account: Account
) -> None:
    await sign_in(client, account.email)
    for _number in range(10):
        assert (await sign_in(client, account.email, WRONG)).status_code == 422
    assert (await sign_in(client, account.email)).status_code == 429
    assert (await sign_in(stranger, account.email)).status_code == 303, "another browser has its own count"


@pytest.mark.one_database
async def test_being_known_for_one_address_is_nothing_for_another(
    client: httpx2.AsyncClient, stranger: httpx2.AsyncClient, account: Account, make: Make
) -> None:
    other = await make.account(Role.SIGNATORY, email="dima@example.org", password_hash=HASH)
    await sign_in(client, account.email)
    for _number in range(10):
        await sign_in(stranger, other.email, WRONG)
    assert (await sign_in(client, other.email)).status_code == 429


async def test_spraying_over_addresses_ends_for_strangers_and_not_for_owners(
    client: httpx2.AsyncClient, stranger: httpx2.AsyncClient, account: Account, db: Database
) -> None:
    await sign_in(client, account.email)
    await set_strangers_tries(db, service.STRANGERS_TRIES - 2)
    for number in range(2):
        assert (await sign_in(stranger, f"person{number}@example.org", WRONG)).status_code == 422
    answer = await sign_in(stranger, "person2@example.org", WRONG)
    assert answer.status_code == 429
    assert "from everywhere" in answer.text
    assert (await sign_in(client, account.email)).status_code == 303
    sent = await stranger.post("/api/v1/sign-in", json={"email": account.email, "password": WRONG})
    assert sent.status_code == 429
    assert sent.headers["retry-after"] == "300"


@pytest.mark.one_database
async def test_wrong_tries_of_a_known_browser_take_nothing_from_the_strangers_budget(
    client: httpx2.AsyncClient, account: Account, db: Database
) -> None:
    await sign_in(client, account.email)
    await sign_in(client, account.email, WRONG)
    async with db.read() as session:
        assert await session.get(RateLimitWindow, service.STRANGERS) is None


async def test_no_address_of_a_device_or_person_is_kept_with_the_tries(
    stranger: httpx2.AsyncClient, account: Account, db: Database
) -> None:
    await sign_in(stranger, account.email, WRONG)
    async with db.read() as session:
        kept = (await session.exec(select(RateLimitWindow))).all()
    assert len(kept) == 2
    assert all(len(tries.key) == 64 and "@" not in tries.key for tries in kept)


@pytest.mark.one_database
def test_a_browser_is_known_to_those_who_used_it_last(settings: Settings) -> None:
    cookie = ""
    for name in "abcd":
        cookie = browsers.seal(settings, f"{name}@example.org", cookie)
    known = {name for name in "abcd" if browsers.find(settings, f"{name}@example.org", cookie)}
    assert known == {"b", "c", "d"}
    assert "example" not in cookie
    again = browsers.seal(settings, "b@example.org", cookie)
    assert again.count("~") == cookie.count("~")


@pytest.mark.one_database
@pytest.mark.parametrize("cookie", ["", "x", "a.b.c", "~~~", "ñ.ñ.ñ", "a.99999999.c", "." * 5_000])
def test_a_forged_seal_makes_no_browser_known(settings: Settings, cookie: str) -> None:
    assert browsers.find(settings, "amal@example.org", cookie) is None


@pytest.mark.one_database
def test_a_seal_ends(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    cookie = browsers.seal(settings, "amal@example.org")
    later = clock.today() + browsers.LIFE + timedelta(days=1)
    monkeypatch.setattr(clock, "today", lambda: later)
    assert browsers.find(settings, "amal@example.org", cookie) is None


@pytest.mark.one_database
def test_a_seal_of_another_portal_makes_no_browser_known(settings: Settings) -> None:
    cookie = browsers.seal(settings, "amal@example.org")
    elsewhere: Any = settings.model_copy(
        update={"secret": type(settings.secret)("another long secret of its own")}
    )
    assert browsers.find(elsewhere, "amal@example.org", cookie) is None
