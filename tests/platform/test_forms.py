"""Forms: what was typed is kept, what is forged is refused."""

from collections.abc import AsyncIterator
from typing import Annotated

import httpx2
import pytest
from fastapi import Depends, FastAPI, Request
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError
from starlette.responses import JSONResponse, Response

from app.platform import forms, problems
from app.platform.cookies import SESSION_COOKIE
from app.platform.forms import FormOf, Input, OneLine, form
from app.platform.settings import Settings
from tests.browsing import post, proof_in

pytestmark = pytest.mark.one_database


class Source(Input):
    title: OneLine = ""
    official: bool = False


class Sample(Input):
    text: str = Field(max_length=50)
    number: int | None = Field(default=None, ge=1, le=3)
    topics: list[str] = Field(default_factory=list)
    sources: list[Source] = Field(default_factory=list, max_length=3)


SampleForm = Annotated[FormOf[Sample], Depends(form(Sample))]


async def echo(request: Request, form: SampleForm) -> Response:
    return JSONResponse(
        {
            "values": form.values,
            "data": form.data.model_dump() if form.data else None,
            "errors": {name: str(error) for name, error in form.errors.items()},
        }
    )


@pytest.fixture
async def sender(settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of an application that is one form."""
    app = FastAPI()
    app.state.settings = settings
    problems.install(app)
    app.add_api_route("/api/echo", echo, methods=["POST"])
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as made:
        yield made


async def test_dashes_nest_and_numbers_make_lists(sender: httpx2.AsyncClient) -> None:
    typed = {
        "text": "one\r\ntwo",
        "topics": ["a", "b"],
        "sources-0-title": "Law 12",
        "sources-0-official": "yes",
        "sources-1-title": "",
        "sources-10-title": "Report",
    }
    got = (await post(sender, "/api/echo", typed)).json()
    assert got["data"] == {
        "text": "one\ntwo",
        "number": None,
        "topics": ["a", "b"],
        "sources": [{"title": "Law 12", "official": True}, {"title": "Report", "official": False}],
    }
    assert got["values"]["sources-1-title"] == ""


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({}, "text"),
        ({"text": "x" * 51}, "text"),
        ({"text": "x", "number": "7"}, "number"),
        ({"text": "x", "number": "many"}, "number"),
        ({"text": "x", "sources-0-title": "two\nlines"}, "sources-0-title"),
        ({"text": "x", **{f"sources-{n}-title": "t" for n in range(4)}}, "sources"),
    ],
)
async def test_a_wrong_field_gets_a_sentence_and_keeps_its_text(
    sender: httpx2.AsyncClient, typed: dict[str, str], field: str
) -> None:
    got = (await post(sender, "/api/echo", typed)).json()
    assert got["data"] is None
    assert got["values"] == typed
    assert got["errors"][field].endswith(".")
    assert "%(" not in got["errors"][field]


class Cleaned(Input):
    """A text that is cleaned before it is measured."""

    title: Annotated[OneLine, Field(min_length=1, max_length=20)]


@pytest.mark.parametrize(
    ("typed", "told"), [("x" * 21, "This is too long: at most 20"), ("", "Fill this in.")]
)
def test_a_line_that_is_too_long_is_told_so_and_not_that_there_are_too_many(typed: str, told: str) -> None:
    with pytest.raises(ValidationError) as found:
        Cleaned.model_validate({"title": typed})
    assert str(forms.sentences(found.value)["title"]).startswith(told)


async def test_a_character_no_database_keeps_is_refused_with_a_reason(sender: httpx2.AsyncClient) -> None:
    got = (await post(sender, "/api/echo", {"text": "a\x00b"})).json()
    assert got["data"] is None
    assert list(got["errors"].values()) == [str(forms.UNSTORABLE)]


@pytest.mark.parametrize("text", ["مرحبا بالعالم", "协商会议", "e\u0301 🏳️‍🌈", "\u202e\u2067x\u2069", "𐍈"])
async def test_every_other_character_arrives_unchanged(sender: httpx2.AsyncClient, text: str) -> None:
    assert (await post(sender, "/api/echo", {"text": text})).json()["data"]["text"] == text


async def test_clashing_names_do_no_harm(sender: httpx2.AsyncClient) -> None:
    typed = {
        "text": "x",
        "text-a": "y",
        "text-a-b": "z",
        "sources": "no list",
        "sources-0": "neither",
        "-": "-",
    }
    assert (await post(sender, "/api/echo", typed)).status_code == httpx2.codes.OK


@given(st.dictionaries(st.text("ab01-", max_size=6), st.text(max_size=3), max_size=6))
def test_nesting_never_fails(values: dict[str, str]) -> None:
    forms._nested(dict(values))


async def test_too_many_fields_are_refused(sender: httpx2.AsyncClient) -> None:
    typed = {f"field{n}": "x" for n in range(forms.MAX_FIELDS + 1)}
    answer = await post(sender, "/api/echo", {"text": "x", **typed})
    assert answer.status_code == httpx2.codes.BAD_REQUEST


async def test_a_form_without_proof_is_refused(sender: httpx2.AsyncClient) -> None:
    assert (await sender.post("/api/echo", data={"text": "x"})).status_code == httpx2.codes.FORBIDDEN


async def test_a_form_sent_by_another_site_is_refused(sender: httpx2.AsyncClient) -> None:
    for site, status in (("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)):
        answer = await post(sender, "/api/echo", {"text": "x"}, headers={"sec-fetch-site": site})
        assert answer.status_code == status, site


async def test_another_site_replaces_no_cookie_of_ours(client: httpx2.AsyncClient) -> None:
    """A browser sends no cookie of ours with another site's form, but would take one: kept words hang on it."""
    for path in ("/en/start", "/en/typed", "/en/sign-out", "/en/nowhere"):
        sent = await client.post(path, data={"code": "x"}, headers={"sec-fetch-site": "cross-site"})
        assert sent.status_code in {403, 404, 405}
        assert "set-cookie" not in sent.headers
    followed = await client.get("/en/start", headers={"sec-fetch-site": "cross-site"})
    assert "form=" in followed.headers["set-cookie"], "a link from elsewhere is a first visit"


async def test_the_proof_of_another_session_is_refused(sender: httpx2.AsyncClient) -> None:
    await post(sender, "/api/echo", {"text": "x"})
    sent = await post(sender, "/api/echo", {"text": "x"})
    proof = sent.request.content.decode().partition("csrf=")[2].partition("&")[0]
    assert (await sender.post("/api/echo", data={"csrf": proof, "text": "x"})).status_code == httpx2.codes.OK
    sender.cookies.clear()
    sender.cookies.set(SESSION_COOKIE, "somebody else", domain="testserver.local")
    refused = await sender.post("/api/echo", data={"csrf": proof, "text": "x"})
    assert refused.status_code == httpx2.codes.FORBIDDEN


async def test_a_page_gives_its_forms_a_proof_that_works(client: httpx2.AsyncClient) -> None:
    page = await client.get("/en/start")
    proof = proof_in(page.text)
    wrong_code = await client.post("/en/start", data={"csrf": proof, "code": "not a code"})
    assert wrong_code.status_code == httpx2.codes.UNPROCESSABLE_CONTENT
    assert proof_in((await client.get("/en/start")).text) != proof
    forged = await client.post("/en/start", data={"csrf": proof[:-8] + "00000000", "code": "x"})
    assert forged.status_code == httpx2.codes.FORBIDDEN
