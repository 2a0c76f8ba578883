"""The edge: language in the path, limits, the same headers on every answer."""

import httpx2
import pytest
from fastapi import FastAPI

from app.contributions.models import Mode
from app.platform import i18n
from app.platform.pages import static
from tests.browsing import post
from tests.factories import Make

pytestmark = pytest.mark.one_database
LIMIT = 2_000_000


@pytest.mark.parametrize(("wish", "language"), [("ar", "ar"), ("fr-CH, en;q=0.5", "fr"), ("de", "en")])
async def test_the_front_door_leads_to_the_readers_language(
    client: httpx2.AsyncClient, wish: str, language: str
) -> None:
    answer = await client.get("/", headers={"accept-language": wish})
    assert answer.status_code == httpx2.codes.TEMPORARY_REDIRECT
    assert answer.headers["location"] == f"/{language}/"
    assert "Accept-Language" in answer.headers["vary"]


async def test_an_address_without_language_keeps_its_path_and_query(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/safety?from=a%20b")
    assert answer.headers["location"] == "/en/safety?from=a%20b"


@pytest.mark.parametrize("language", i18n.LANGUAGES, ids=lambda language: language.code)
async def test_a_page_is_in_the_language_of_its_path(
    client: httpx2.AsyncClient, language: i18n.Language
) -> None:
    page = await client.get(f"/{language.code}/safety", headers={"accept-language": "es"})
    assert page.status_code == httpx2.codes.OK
    assert page.headers["content-language"] == language.tag
    assert f'<html lang="{language.tag}" dir="{language.dir}">' in page.text
    for other in i18n.LANGUAGES:
        assert f'href="/{other.code}/safety"' in page.text


async def test_a_language_the_portal_does_not_speak_is_no_page(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/de/", follow_redirects=True)
    assert answer.status_code == httpx2.codes.NOT_FOUND
    assert "<h1" in answer.text


@pytest.mark.parametrize(
    "path", ["/en/nothing/here", "/ar/nothing", "/en/c/%00", "/en//", "/fr/c/%F0%9F%8F%B3"]
)
async def test_an_unknown_address_answers_404_with_a_page(client: httpx2.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == httpx2.codes.NOT_FOUND
    assert 'id="main"' in answer.text


async def test_a_body_over_the_limit_gets_a_clear_page(client: httpx2.AsyncClient) -> None:
    answer = await post(client, "/en/start", {"code": "x" * LIMIT})
    assert answer.status_code == httpx2.codes.CONTENT_TOO_LARGE
    assert "Too large" in answer.text


async def test_a_body_that_hides_its_length_is_stopped_all_the_same(client: httpx2.AsyncClient) -> None:
    async def chunks():  # type: ignore[no-untyped-def]  # noqa: ANN202
        for _number in range(30):
            yield b"x" * 100_000

    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = await client.post("/en/start", content=chunks(), headers=headers)
    assert answer.status_code == httpx2.codes.CONTENT_TOO_LARGE
    assert "Too large" in answer.text


async def test_every_answer_carries_the_security_headers(client: httpx2.AsyncClient, app: FastAPI) -> None:
    async def broken() -> None:
        raise RuntimeError("the words of an answer")

    app.add_api_route("/broken", broken)
    answers = {
        "page": await client.get("/en/safety"),
        "redirect": await client.get("/"),
        "missing": await client.get("/en/none"),
        "file": await client.get(static("polyphony.css")),
        "missing file": await client.get("/static/none.css"),
        "health": await client.get("/health"),
        "interface": await client.get("/api/v1/contributions/none"),
        "refused form": await client.post("/en/start", data={"code": "x"}),
        "wrong method": await client.post("/en/safety"),
        "failure": await client.get("/en/broken"),
        "too large": await post(client, "/en/start", {"code": "x" * LIMIT}),
    }
    for what, answer in answers.items():
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy, what
        assert "unsafe" not in policy, what
        assert answer.headers["x-content-type-options"] == "nosniff", what
        assert answer.headers["referrer-policy"] == "no-referrer", what
        assert len(answer.headers.get_list("content-security-policy")) == 1, what
        assert answer.headers["x-request-id"], what
    assert answers["failure"].status_code == httpx2.codes.INTERNAL_SERVER_ERROR
    assert "the words of an answer" not in answers["failure"].text
    assert answers["failure"].headers["x-request-id"] in answers["failure"].text


async def test_pages_are_kept_by_nobody_and_files_by_everybody(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/en/safety")).headers["cache-control"] == "no-store"
    kept = (await client.get(static("polyphony.css"))).headers["cache-control"]
    assert "immutable" in kept
    assert "no-store" not in kept


async def test_the_interface_answers_failures_as_problem_documents(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/api/v1/nothing")
    assert answer.status_code == httpx2.codes.NOT_FOUND
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["status"] == httpx2.codes.NOT_FOUND


async def test_a_session_cookie_opens_no_door_of_the_interface(
    client: httpx2.AsyncClient, make: Make
) -> None:
    """A page of another site could send the cookie; it cannot send the token."""
    contribution = await make.contribution(mode=Mode.CONFIDENTIAL)
    address = f"/api/v1/contributions/{contribution.id}"
    await make.signed_in(client, contribution)
    assert (await client.get(address)).status_code == httpx2.codes.UNAUTHORIZED
    token = await make.token(contribution)
    assert (await client.get(address, headers=token)).status_code == httpx2.codes.OK


async def test_health_is_answered_in_no_language(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/health")
    assert (answer.status_code, answer.text) == (httpx2.codes.OK, "ok")
