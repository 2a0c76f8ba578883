"""Odd requests: whatever comes, the answer is a clear one with the usual headers, never a failure of ours."""

import logging
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from fastapi import FastAPI

from app.platform.cookies import FORM_COOKIE, SESSION_COOKIE
from tests.browsing import post

pytestmark = pytest.mark.one_database
FORM = "application/x-www-form-urlencoded"
DEEP = "-".join("a" * 50_000)
MANY_DEEP = {"-".join([f"n{number}", *("b" * 1_500)]): "x" for number in range(598)}
ODD_TEXTS = (
    "ñ",
    "x.ñ",
    "\U0001f3f3",
    "%00",
    "%ff.%fe",
    ".",
    "..",
    "x" * 20_000,
    "\u202e",
    "x.\u202e",
    "{}",
    "%(a)9999999s",
)
ODD_PLACES = (
    "//[",
    "//\u2100",
    "/\t/[",
    "//evil.example/x",
    "/\\evil.example",
    "/\t/evil.example",
    "https://evil.example",
    "/en\r\nx: y",
    "\u202e",
    "?typed=x",
)
TOKENS = ("x", "ñ", "%00", "%ff", "a" * 5_000, "../../etc", "{token}", "%E2%80%AE", "'", "<b>")
COOKIES = (
    "session=ñ",
    "session=\xff\xfe",
    "session=",
    "session=" + "x" * 8_000,
    "form=ñ; session=ñ",
    'form="; session="',
    ";;;=;=x;",
    "changed=%00:::ñ",
    "provider=ñ.x.y",
    "known=ñ",
    "known=a.b.c.d~~~.",
    "\x80\x81",
)
HEADERS = (
    {"accept-language": "\xff;q=x,*;q=,;;"},
    {"accept-language": "en;q=" + "9" * 400},
    {"accept-language": "ar," * 20_000},
    {"content-type": ""},
    {"content-type": "multipart/form-data"},
    {"content-type": "multipart/form-data; boundary="},
    {"content-type": "multipart/form-data; boundary=\xff"},
    {"content-type": f"{FORM}; charset=utf-7"},
    {"content-type": f"{FORM}; charset=nonsense"},
    {"content-type": "text/plain"},
    {"content-type": "application/json"},
    {"content-encoding": "gzip", "content-type": FORM},
    {"sec-fetch-site": "\xff"},
    {"authorization": "\xff \xfe"},
    {"referer": "\xff"},
    {"x-odd": "y" * 60_000},
    {"if-none-match": "\xff"},
    {"range": "bytes=9-1,-"},
    {"origin": "null"},
)
HOSTS = (
    "evil.example",
    "testserver.evil.example",
    "testserver@evil.example",
    "evil.example/testserver",
    "",
    "[",
    "[::1",
    "testserver:99999999",
    "\xff",
    "a b",
    "evil.example#testserver",
    "testserver.",
)


def checked(answer: httpx2.Response, most: int = 499) -> httpx2.Response:
    """The answer, if it is a redirect or a refusal with every header an answer carries."""
    assert 200 <= answer.status_code <= most, answer.status_code
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-request-id"]
    place = answer.headers.get("location", "/")
    assert place.startswith("/"), place
    assert not place.startswith(("//", "/\\")), place
    return answer


def raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]


@pytest.mark.parametrize("text", ODD_TEXTS, ids=range(len(ODD_TEXTS)))
@pytest.mark.parametrize("path", ["/en/sign-in", "/ar/start", "/fr/reset", "/en/sign-out"])
async def test_an_odd_proof_of_a_form_is_a_refusal(client: httpx2.AsyncClient, path: str, text: str) -> None:
    await client.get("/en/sign-in")
    for body in (f"csrf={quote(text)}", f"csrf={text}&csrf={quote(text)}", f"{quote(text)}=x"):
        answer = await client.post(path, content=body.encode(), headers={"content-type": FORM})
        assert checked(answer).status_code == httpx2.codes.FORBIDDEN
    in_parts = await client.post(path, data={"csrf": text}, files={"code": (None, b"\xff")})
    assert checked(in_parts).status_code in {400, 403}


@pytest.mark.parametrize(
    "fields",
    [{DEEP: "x"}, MANY_DEEP, {"-" * 3_000: "x"}, {"-".join(str(n) for n in range(40)): "x"}],
    ids=["deep", "many and deep", "dashes", "numbers"],
)
async def test_a_field_that_lies_too_deep_is_refused_in_words(
    client: httpx2.AsyncClient, fields: dict[str, str]
) -> None:
    answer = checked(await post(client, "/en/start", {**fields, "code": "x"}))
    assert answer.status_code == httpx2.codes.UNPROCESSABLE_CONTENT
    assert "no page of the portal has" in answer.text


@pytest.mark.parametrize(
    "fields", [{"code-0": "x"}, {"code": "x", "code-a": "y"}, {"-": "x"}, {"": "x"}, {"code-0-0": ""}]
)
async def test_a_field_where_another_belongs_is_no_failure(
    client: httpx2.AsyncClient, fields: dict[str, str]
) -> None:
    for path in ("/en/start", "/en/sign-in", "/en/sign-up"):
        assert checked(await post(client, path, fields)).status_code == httpx2.codes.UNPROCESSABLE_CONTENT


@pytest.mark.parametrize("at", ODD_PLACES)
async def test_an_odd_address_of_the_page_leads_nowhere_else(client: httpx2.AsyncClient, at: str) -> None:
    for path in ("/fr/typed", "/en/sign-up", "/en/sign-out", "/en/start"):
        answer = checked(await post(client, path, {"at": at, "words": "some words", "was": "0"}))
        assert "evil.example" not in answer.headers.get("location", "")
        assert 'href="//' not in answer.text


async def test_a_page_of_failure_that_fails_as_well_still_answers(
    app: FastAPI, client: httpx2.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: object, **_more: object) -> None:
        raise ValueError

    monkeypatch.setattr("app.platform.pages.chrome_of", broken)
    answer = await client.get("/en/safety")
    assert checked(answer, most=500).status_code == httpx2.codes.INTERNAL_SERVER_ERROR
    assert answer.text == "Something went wrong on our side."


@pytest.mark.parametrize("cookie", COOKIES, ids=range(len(COOKIES)))
async def test_a_broken_cookie_is_no_cookie(client: httpx2.AsyncClient, cookie: str) -> None:
    headers = raw({"cookie": cookie, "content-type": FORM})
    for path in ("/en/", "/en/sign-in", "/en/my-account", "/en/nothing", "/en/sign-in/provider/callback"):
        checked(await client.get(path, headers=headers))
    assert checked(await client.post("/en/sign-in", content=b"csrf=x.y", headers=headers)).status_code == 403


@pytest.mark.parametrize("headers", HEADERS, ids=lambda headers: next(iter(headers)))
async def test_an_odd_header_is_no_failure(client: httpx2.AsyncClient, headers: dict[str, str]) -> None:
    for path in ("/", "/en/sign-in", "/static/polyphony.css", "/api/v1/me", "/health"):
        checked(await client.get(path, headers=raw(headers)))
    for path in ("/en/sign-in", "/api/v1/sign-in", "/api/v1/entries"):
        assert (
            checked(await client.post(path, content=b"\xff=\xfe&--x", headers=raw(headers))).status_code
            >= 400
        )


@pytest.mark.parametrize("host", HOSTS)
async def test_a_request_for_another_host_is_refused_and_led_nowhere(
    client: httpx2.AsyncClient, host: str
) -> None:
    headers = raw({"host": host})
    for path in ("/", "/sign-in", "/en/sign-in", "/en/sign-in/", "/en//evil.example/", "/api/v1/me"):
        answer = checked(await client.get(path, headers=headers))
        assert answer.status_code in ({400} if host != "testserver:99999999" else {200, 307, 400, 401, 404})
    assert (await client.get("/health", headers=headers)).status_code == 200


@pytest.mark.parametrize("token", TOKENS, ids=range(len(TOKENS)))
async def test_an_odd_token_or_address_opens_nothing(client: httpx2.AsyncClient, token: str) -> None:
    paths = (
        "/en/reset/{}",
        "/en/confirm/{}",
        "/en/invitation/{}",
        "/en/c/{}",
        "/en/contributions/{}",
        "/{}",
        "/en/{}/",
    )
    for path in paths:
        answer = checked(await client.get(path.format(token), follow_redirects=False))
        assert answer.status_code in {303, 307, 404}
    bearer = raw({"authorization": f"Bearer {token}"})
    assert checked(await client.get("/api/v1/me", headers=bearer)).status_code == 401


@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"[" * 100_000, b'{"email":"\\ud800"}', b'{"a":' * 9_000, b"null", b"1e999999"]
)
async def test_an_odd_document_is_refused_as_a_problem(client: httpx2.AsyncClient, body: bytes) -> None:
    for path in ("/api/v1/sign-in", "/api/v1/entries", "/api/v1/password-resets"):
        answer = checked(await client.post(path, content=body, headers={"content-type": "application/json"}))
        assert answer.status_code in {400, 422}
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW", "get"])
async def test_an_odd_method_is_told_which_are_taken(client: httpx2.AsyncClient, method: str) -> None:
    for path, allowed in (
        ("/en/sign-in", "GET, HEAD, POST"),
        ("/en/safety", "GET, HEAD"),
        ("/en/sign-out", "POST"),
    ):
        answer = checked(await client.send(_request(client, method, path)))
        assert answer.status_code == httpx2.codes.METHOD_NOT_ALLOWED
        assert answer.headers["allow"] == allowed


def _request(client: httpx2.AsyncClient, method: str, path: str) -> httpx2.Request:
    made: Any = client.build_request("GET", path)
    made.method = method
    return made  # type: ignore[no-any-return]


async def test_none_of_it_is_written_down_as_a_failure(
    client: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        await client.post("/en/sign-in", content=b"csrf=x.\xc3\xb1", headers={"content-type": FORM})
        await client.get("/en/", headers=raw({"cookie": f"{SESSION_COOKIE}=\xff; {FORM_COOKIE}=\xff"}))
    assert [record for record in caplog.records if record.name.startswith("portal")] == []
