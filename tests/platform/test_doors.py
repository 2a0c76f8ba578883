"""The doors of the portal: TLS, HEAD, slow and broken lines, and what an answer says when it cannot."""

import asyncio
import logging
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import SecretStr, ValidationError
from sqlalchemy.exc import OperationalError

from app import __main__ as command
from app.main import create_app
from app.platform import middleware, problems
from app.platform.cookies import FORM_COOKIE
from app.platform.db import Database
from app.platform.settings import DEFAULT_SECRET, Settings
from tests.browsing import proof_in

pytestmark = pytest.mark.one_database
LONG = "a secret that nobody knows but us"


@pytest.fixture
async def secure(settings: Settings, db: Database) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser at a portal that is reached through TLS."""
    portal = create_app(settings.model_copy(update={"public_url": "https://portal.example"}))
    portal.state.db = db
    transport = httpx2.ASGITransport(app=portal)
    async with httpx2.AsyncClient(transport=transport, base_url="https://portal.example") as made:
        yield made


async def test_through_tls_cookies_belong_to_this_host_alone(secure: httpx2.AsyncClient) -> None:
    page = await secure.get("/en/start")
    assert page.headers["strict-transport-security"] == "max-age=31536000"
    [cookie] = page.headers.get_list("set-cookie")
    assert cookie.startswith(f"__Host-{FORM_COOKIE}=")
    assert "Path=/" in cookie
    assert "Secure" in cookie
    assert "Domain" not in cookie
    sent = await secure.post("/en/start", data={"csrf": proof_in(page.text), "code": "nothing"})
    assert sent.status_code == 422, "the cookie came back under its own name"


async def test_a_cookie_without_the_prefix_is_not_read_where_there_is_tls(secure: httpx2.AsyncClient) -> None:
    page = await secure.get("/en/start")
    secret = secure.cookies[f"__Host-{FORM_COOKIE}"]
    secure.cookies.clear()
    planted = {"cookie": f"{FORM_COOKIE}={secret}"}
    sent = await secure.post("/en/start", data={"csrf": proof_in(page.text), "code": "x"}, headers=planted)
    assert sent.status_code == 403


async def test_a_cookie_is_deleted_under_the_name_it_has(secure: httpx2.AsyncClient) -> None:
    page = await secure.get("/en/sign-in")
    sent = await secure.post("/en/sign-out", data={"csrf": proof_in(page.text)})
    deleted = [each for each in sent.headers.get_list("set-cookie") if "Max-Age=0" in each]
    assert deleted
    assert all(each.startswith("__Host-") and "Secure" in each for each in deleted)


async def test_without_tls_nothing_speaks_of_it(client: httpx2.AsyncClient) -> None:
    page = await client.get("/en/start")
    assert "strict-transport-security" not in page.headers
    assert page.headers["set-cookie"].startswith(f"{FORM_COOKIE}=")


@pytest.mark.parametrize("path", ["/en/", "/ar/safety", "/", "/en/none", "/static/polyphony.css", "/health"])
async def test_head_is_answered_as_get_without_the_page(client: httpx2.AsyncClient, path: str) -> None:
    whole, head = await client.get(path), await client.head(path)
    assert head.status_code == whole.status_code
    assert head.content == b""
    varying = {"x-request-id", "set-cookie", "content-length"}  # the number of the request is on the page
    assert {n: v for n, v in head.headers.items() if n not in varying} == {
        n: v for n, v in whole.headers.items() if n not in varying
    }


async def test_the_server_still_knows_that_it_was_asked_for_the_head(app: FastAPI) -> None:
    """Else it waits for a body that never comes, and breaks the line."""
    scope = {**scope_of("/en/safety"), "method": "HEAD"}
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    assert scope["method"] == "HEAD"
    assert b"".join(message.get("body", b"") for message in sent) == b""


async def test_a_stroke_too_many_keeps_the_language_and_the_host(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/ar/sign-in/?next=%2Far%2Fmine")
    assert answer.status_code == 307
    assert answer.headers["location"] == "/ar/sign-in?next=%2Far%2Fmine"
    assert (await client.post("/ar/sign-in/")).status_code == 404


def scope_of(path: str) -> dict[str, Any]:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"testserver"), (b"content-type", b"application/x-www-form-urlencoded")],
        "client": ("127.0.0.1", 1),
        "server": ("testserver", 80),
        "scheme": "http",
        "root_path": "",
    }


async def answer_to(app: FastAPI, *parts: dict[str, Any]) -> list[dict[str, Any]]:
    """What the portal sends for a body that comes in these parts, and then no more."""
    coming, sent = list(parts), []

    async def receive() -> Any:
        if coming:
            return coming.pop(0)
        return await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope_of("/en/start"), receive, send)
    return sent


BEGUN = {"type": "http.request", "body": b"code=", "more_body": True}


async def test_a_line_that_breaks_is_no_failure_of_ours(
    app: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert await answer_to(app, BEGUN, {"type": "http.disconnect"}) == []
    told = [record for record in caplog.records if record.name.startswith("portal")]
    assert [(record.levelname, record.exc_info) for record in told] == [("INFO", None)]


async def test_a_body_that_takes_its_time_is_given_up(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a request that began before the deadline could end when it likes."""
    assert middleware.BODY_SECONDS <= 60
    monkeypatch.setattr(middleware, "BODY_SECONDS", 0.05)
    start, *_rest = await asyncio.wait_for(answer_to(app, BEGUN), timeout=5)
    assert start["status"] == 408
    headers = dict(start["headers"])
    assert headers[b"connection"] == b"close"
    assert b"content-security-policy" in headers


class Stopped(Exception):
    """What a driver raises: it knows a state, or a number, or nothing."""

    def __init__(self, sqlstate: str | None = None, sqlite_errorcode: int | None = None) -> None:
        if sqlite_errorcode is not None:
            self.sqlite_errorcode = sqlite_errorcode
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("cause", "status", "words"),
    [
        (Stopped(sqlite_errorcode=sqlite3.SQLITE_BUSY), 503, "Too many people"),
        (Stopped(sqlite_errorcode=sqlite3.SQLITE_BUSY | 2 << 8), 503, "Too many people"),
        (Stopped(sqlite_errorcode=sqlite3.SQLITE_FULL), 503, "storage is full"),
        (Stopped(sqlite_errorcode=sqlite3.SQLITE_ERROR), 500, "on our side"),
        (Stopped("53100"), 503, "storage is full"),
        (Stopped("53300"), 503, "Too many people"),
        (Stopped("57P01"), 503, "cannot reach its database"),
        (Stopped("42P01"), 500, "on our side"),
        (Stopped(), 503, "cannot reach its database"),
    ],
)
async def test_an_answer_says_what_is_known_of_why_it_cannot(
    client: httpx2.AsyncClient, app: FastAPI, cause: Stopped, status: int, words: str
) -> None:
    async def broken() -> None:
        raise OperationalError("SELECT 1", {}, cause)

    app.add_api_route("/broken", broken)
    app.add_api_route("/api/v1/broken", broken)
    page = await client.get("/en/broken")
    document = await client.get("/api/v1/broken")
    assert page.status_code == document.status_code == status
    assert words in page.text
    assert words in document.json()["detail"]
    assert ("retry-after" in page.headers) is (status == 503)
    assert page.headers.get("retry-after") == document.headers.get("retry-after")


def test_every_way_of_being_unavailable_has_a_code_of_its_own() -> None:
    kinds = {*problems.SQLITE.values(), *problems.POSTGRESQL.values()}
    assert len({kind.code for kind in kinds}) == len(kinds)


async def test_health_and_readiness_ask_the_database(client: httpx2.AsyncClient) -> None:
    for path in ("/health", "/ready", "/ready"):
        answer = await client.get(path, headers={"host": "10.0.0.7:8000"})
        assert (answer.status_code, answer.text) == (200, "ok")


async def test_a_database_that_takes_no_writes_is_seen_by_readiness_only(
    client: httpx2.AsyncClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "writing", db.engine.execution_options(begin="PRAGMA query_only=ON; BEGIN"))
    assert (await client.get("/health")).status_code == 200
    full = await client.get("/ready")
    assert (full.status_code, full.text) == (503, "the database takes no writes")
    assert full.headers["retry-after"]


async def test_health_is_false_when_there_is_no_database(
    app: FastAPI, client: httpx2.AsyncClient, tmp_path: Path
) -> None:
    app.state.db = Database(f"sqlite+aiosqlite:///{tmp_path}/no/such/folder.sqlite3")
    for path in ("/health", "/ready"):
        answer = await client.get(path)
        assert answer.status_code == 503
        assert "database" in answer.text
        assert answer.headers["content-type"].startswith("text/plain")
    await app.state.db.close()
    for thread in threading.enumerate():
        if "_connection_worker" in thread.name and thread is not threading.current_thread():
            # A connection that failed still tells this loop so: it must be there to hear it.
            await asyncio.to_thread(thread.join, 2)


async def test_health_is_false_when_the_server_of_the_database_is_down(
    app: FastAPI, client: httpx2.AsyncClient
) -> None:
    app.state.db = Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    for path in ("/health", "/ready"):
        assert (await client.get(path)).status_code == 503
    page = await client.get("/en/")
    assert page.status_code == 503
    assert "cannot reach its database" in page.text


@pytest.mark.parametrize("secret", ["", "x", " " * 40, "x" * 19])
def test_an_empty_or_short_secret_is_refused(secret: str) -> None:
    with pytest.raises(ValidationError, match="PORTAL_SECRET is too short"):
        Settings(secret=SecretStr(secret))


@pytest.mark.parametrize("address", ["https://portal.example", "https://127.0.0.1", "http://portal.example"])
def test_the_known_secret_is_refused_wherever_others_come(address: str) -> None:
    with pytest.raises(ValidationError, match="PORTAL_SECRET must be set"):
        Settings(public_url=address, secret=SecretStr(DEFAULT_SECRET))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "portal.example", ""])  # noqa: S104
@pytest.mark.parametrize(
    "given", [{"demonstration": True, "secret": SecretStr(LONG)}, {"secret": SecretStr(DEFAULT_SECRET)}]
)
def test_what_opens_the_portal_to_anybody_is_not_served_to_others(host: str, given: dict[str, Any]) -> None:
    settings = Settings(**given)
    with pytest.raises(ValueError, match="can be reached from other machines"):
        settings.refuse_strangers(host)
    for own in ("127.0.0.1", "::1", "localhost", "127.3.2.1"):
        settings.refuse_strangers(own)
    Settings(secret=SecretStr(LONG)).refuse_strangers(host)


def test_serving_to_others_takes_an_explicit_word(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    served: list[str] = []
    monkeypatch.setattr(command, "serve", lambda _settings, host, *_rest, **_more: served.append(host))
    monkeypatch.setenv("PORTAL_SECRET", DEFAULT_SECRET)
    assert command.main(["serve", "--host", "0.0.0.0"]) == 2  # noqa: S104
    assert "--behind-my-own-door" in capsys.readouterr().err
    assert command.main(["serve", "--host", "0.0.0.0", "--behind-my-own-door"]) == 0  # noqa: S104
    assert command.main(["serve"]) == 0
    assert served == ["0.0.0.0", "127.0.0.1"]  # noqa: S104


@pytest.mark.one_database
async def test_whoever_finds_a_weakness_learns_where_to_report_it(
    app: FastAPI, client: httpx2.AsyncClient
) -> None:
    assert (await client.get("/.well-known/security.txt")).status_code == 404
    assert "Report a weakness" not in (await client.get("/en/about")).text
    contact = "mailto:security@portal.example"
    app.state.settings = app.state.settings.model_copy(update={"security_contact": contact})
    told = (await client.get("/.well-known/security.txt")).text.splitlines()
    assert told[0] == f"Contact: {contact}"
    assert told[1].startswith("Expires: 20")
    assert f'href="{contact}"' in (await client.get("/en/about")).text
    with pytest.raises(ValueError, match="mailto"):
        Settings(security_contact="security@portal.example")
