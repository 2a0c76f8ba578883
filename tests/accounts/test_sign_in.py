"""Signing in and out, over HTTP."""

import re
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlmodel import select

from app.accounts import browsers, passwords, service
from app.accounts.models import Account, RateLimitWindow, SignedInSession
from app.organisations.models import Role
from app.platform import clock, ids
from app.platform.cookies import SESSION_COOKIE
from app.platform.db import Database
from tests.browsing import post
from tests.factories import Make

PASSWORD = "four unlikely garden words"
HASH = passwords.HASHER.hash(PASSWORD)


async def sign_in(
    client: httpx2.AsyncClient, email: str, password: str = PASSWORD, **more: Any
) -> httpx2.Response:
    return await post(
        client, "/en/sign-in", {"email": email, "password": password, **more}, page="/en/sign-in"
    )


async def open_sessions(db: Database) -> list[str]:
    async with db.read() as session:
        return list((await session.exec(select(SignedInSession.token_hash))).all())


async def test_the_end_of_a_session_tells_no_more_than_an_hour(
    client: httpx2.AsyncClient, db: Database, account: Account
) -> None:
    await sign_in(client, account.email)
    async with db.read() as session:
        (row,) = (await session.exec(select(SignedInSession))).all()
    assert (row.expires_at.minute, row.expires_at.second, row.expires_at.microsecond) == (0, 0, 0)
    assert timedelta(hours=12) <= row.expires_at - clock.now() <= timedelta(hours=13)


@pytest.fixture
async def account(make: Make) -> Account:
    return await make.account(Role.SIGNATORY, email="amal@example.org", password_hash=HASH)


async def test_the_right_password_signs_in(client: httpx2.AsyncClient, account: Account) -> None:
    answer = await sign_in(client, " Amal@Example.org ")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/en/my-work"
    [cookie] = [each for each in answer.headers.get_list("set-cookie") if each.startswith(SESSION_COOKIE)]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Max-Age" not in cookie
    start = await client.get("/en/my-work")
    assert start.headers["location"] == "/en/mine"
    assert "amal@example.org" in (await client.get("/en/my-account")).text


async def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    client: httpx2.AsyncClient, account: Account
) -> None:
    wrong = await sign_in(client, account.email, "not the password at all")
    unknown = await sign_in(client, "dima@example.org", "not the password at all")
    assert wrong.status_code == unknown.status_code == 422
    assert len(wrong.text) == len(unknown.text)
    assert "not right" in wrong.text
    assert SESSION_COOKIE not in client.cookies
    assert 'value="amal@example.org"' in wrong.text
    assert "not the password" not in wrong.text


async def test_ten_failures_lock_the_address_known_or_not(
    client: httpx2.AsyncClient, account: Account, db: Database
) -> None:
    for email in (account.email, "dima@example.org"):
        for _number in range(10):
            assert (await sign_in(client, email, "wrong wrong wrong")).status_code == 422
        locked = await sign_in(client, email)
        assert locked.status_code == 429
        assert "five minutes" in locked.text.lower()
    async with db.write() as session:
        for tries in (
            await session.exec(select(RateLimitWindow).where(RateLimitWindow.key != service.STRANGERS))
        ).all():
            assert tries.ends_at < clock.now() + timedelta(minutes=5)
            tries.ends_at = clock.now() - timedelta(seconds=1)
            session.add(tries)
    assert (await sign_in(client, account.email)).status_code == 303


async def test_signing_in_changes_the_session_and_ends_the_old_one(
    client: httpx2.AsyncClient, account: Account, make: Make, db: Database
) -> None:
    await make.signed_in(client, account)
    before = client.cookies[SESSION_COOKIE]
    await sign_in(client, account.email)
    after = client.cookies[SESSION_COOKIE]
    assert after != before
    assert await open_sessions(db) == [ids.fingerprint(after)]


async def test_a_session_chosen_by_somebody_else_is_not_taken_over(
    client: httpx2.AsyncClient, account: Account
) -> None:
    client.cookies.set(SESSION_COOKIE, "chosen-by-the-attacker", domain="testserver.local", path="/")
    await sign_in(client, account.email)
    assert client.cookies[SESSION_COOKIE] != "chosen-by-the-attacker"


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/fr/mine?page=2", "/en/mine?page=2"),
        ("//evil.example/", "/en/my-work"),
        ("/\\evil.example", "/en/my-work"),
        ("/\t/evil.example", "/en/my-work"),
        ("https://evil.example/", "/en/my-work"),
        ("javascript:alert(1)", "/en/my-work"),
    ],
)
async def test_after_signing_in_one_stays_on_this_portal(
    client: httpx2.AsyncClient, account: Account, wanted: str, reached: str
) -> None:
    page = await client.get("/en/sign-in", params={"next": wanted})
    assert "evil" not in re.search(r'name="next" value="([^"]*)"', page.text).group(1)  # type: ignore[union-attr]
    answer = await sign_in(client, account.email, next=wanted)
    assert answer.headers["location"] == reached


async def test_a_page_for_members_leads_through_signing_in(
    client: httpx2.AsyncClient, account: Account
) -> None:
    sent = await client.get("/fr/my-account")
    assert sent.headers["location"] == "/fr/sign-in?next=%2Ffr%2Fmy-account"
    page = await client.get(sent.headers["location"])
    assert 'name="next" value="/fr/my-account"' in page.text


@pytest.mark.one_database
@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"email_confirmed": False}, {"password_hash": None}]
)
async def test_an_account_that_is_closed_unconfirmed_or_without_a_password_stays_shut(
    client: httpx2.AsyncClient, make: Make, change: dict[str, Any]
) -> None:
    details = {"email": "amal@example.org", "password_hash": HASH, **change}
    await make.account(Role.DRAFTER, **details)
    assert (await sign_in(client, "amal@example.org")).status_code == 422
    assert SESSION_COOKIE not in client.cookies


async def test_a_weaker_hash_is_replaced_when_its_password_is_right(
    client: httpx2.AsyncClient, make: Make, db: Database
) -> None:
    old = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    account = await make.account(Role.DRAFTER, email="amal@example.org", password_hash=old)
    assert (await sign_in(client, account.email)).status_code == 303
    async with db.read() as session:
        kept = (await session.get_one(Account, account.id)).password_hash
    assert kept is not None
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_signing_out_ends_the_session_and_clears_the_browser(
    client: httpx2.AsyncClient, account: Account, make: Make, db: Database
) -> None:
    await sign_in(client, account.email)
    client.cookies.set("changed", "a:b", domain="testserver.local", path="/")
    client.cookies.set("Odd,name", "x", domain="testserver.local", path="/")
    answer = await post(client, "/en/sign-out")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/en/"
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert await open_sessions(db) == []
    assert {*client.cookies} - {"Odd,name"} == {browsers.COOKIE}


async def test_signing_out_everywhere_ends_every_session_and_token_and_nobody_elses(
    client: httpx2.AsyncClient, account: Account, make: Make, db: Database
) -> None:
    other = await make.account(Role.SIGNATORY)
    await make.signed_in(client, other)
    kept, token, others = client.cookies[SESSION_COOKIE], await make.token(account), await make.token(other)
    await make.signed_in(client, account)
    await make.signed_in(client, account)
    answer = await post(client, "/en/my-account/sign-out-everywhere", page="/en/my-account")
    assert answer.headers["location"] == "/en/sign-in"
    assert SESSION_COOKIE not in client.cookies
    again = await post(client, "/en/my-account/sign-out-everywhere")
    assert again.headers["location"] == "/en/sign-in"
    assert await open_sessions(db) == [ids.fingerprint(kept)]
    assert (await client.get("/api/v1/me", headers=token)).status_code == 401
    assert (await client.get("/api/v1/me", headers=others)).status_code == 200
    assert (await client.delete("/api/v1/sessions", headers=others)).status_code == 204
    assert await open_sessions(db) == []


@pytest.mark.one_database
async def test_signing_out_takes_a_form_of_ours(
    client: httpx2.AsyncClient, account: Account, make: Make
) -> None:
    await make.signed_in(client, account)
    assert (await client.get("/en/sign-out")).status_code == 405
    assert (await client.post("/en/sign-out", data={"csrf": "forged"})).status_code == 403
    assert (await client.get("/en/my-account")).status_code == 200


async def test_a_program_gets_a_token_for_address_and_password(
    client: httpx2.AsyncClient, account: Account
) -> None:
    refused = await client.post(
        "/api/v1/sign-in", json={"email": account.email, "password": "wrong wrong wrong"}
    )
    assert refused.status_code == 401
    assert refused.headers["content-type"] == "application/problem+json"
    given = await client.post("/api/v1/sign-in", json={"email": account.email, "password": PASSWORD})
    assert given.status_code == 201
    headers = {"authorization": f"Bearer {given.json()['secret']}"}
    me = await client.get("/api/v1/me", headers=headers)
    assert me.json()["account_id"] == str(account.id)
    assert [role["role"] for role in me.json()["roles"]] == ["signatory"]
    cookie_only = await client.get("/api/v1/me")
    assert cookie_only.status_code == 401


async def test_a_program_is_locked_out_as_a_browser_is(client: httpx2.AsyncClient, account: Account) -> None:
    wrong = {"email": account.email, "password": "wrong wrong wrong"}
    for _number in range(10):
        assert (await client.post("/api/v1/sign-in", json=wrong)).status_code == 401
    assert (await client.post("/api/v1/sign-in", json=wrong)).status_code == 429


@pytest.mark.one_database
@pytest.mark.parametrize(
    "typed",
    [
        "short",
        "password12345",
        "Qwertyuiop123!",
        "123456789012",
        "aaaaaaaaaaaaaaaa",
        "x" * 201,
        "Clear Rivers Network 2",
        "amal.haddad.amal",
        "Passw0rd1234",
        "123456789abc",
        "Summer2026!!",
        "Estaria2026!",
        "Firearms2026",
        "P@ssw0rd2026",
        "Password2026!x",
        "Contraseña2026!",
        "motdepasse!!2026",
        "пароль123456",
        "كلمة2026!!!!",
        "密码密码密码密码123",
        "zaq12wsxCDE#",
        "ClearRivers2026",
    ],
)
def test_poor_passwords_are_refused(typed: str) -> None:
    assert passwords.problem_with(typed, "Clear Rivers Network", "amal.haddad.amal@example.org") is not None


@pytest.mark.parametrize(
    "typed",
    [
        PASSWORD,
        "كلمات أربع لا صلة بينها",
        "河流清澈山色青青今日甚好呀",
        "hedge lantern quiet river " + "x9" * 80,
        "xK9#mQ2$vL7p",
        "4@8({[<369&#!1/|0$5+7%2" * 3,
    ],
)
@pytest.mark.one_database
def test_long_passwords_of_any_script_are_taken(typed: str) -> None:
    assert passwords.problem_with(typed, "Clear Rivers Network", "amal@example.org") is None


async def test_a_password_is_the_same_however_its_letters_are_composed() -> None:
    kept = await passwords.hashed("caf\u00e9 au lait du matin")
    assert (await passwords.check(kept, "cafe\u0301 au lait du matin")).matches
