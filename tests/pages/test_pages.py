"""Every page in six languages, as a parser and a slow line see it."""

from functools import lru_cache

import brotli
import httpx2
import pytest

from app.platform.forms import RESERVED, digest_of
from app.platform.i18n import BY_CODE, CODES
from app.platform.pages import STATIC
from tests.pages.forms import FormOnPage, Forms, Press
from tests.pages.readers import Readers
from tests.pages.shape import Shape
from tests.places import CONTRIBUTOR_PLACES, PLACES, Place, facts

pytestmark = pytest.mark.long

in_one_loop = pytest.mark.asyncio(loop_scope="session")

HTML, STYLE, STAFF_STYLE, SCRIPTS, FIRST_VIEW = 14_000, 13_000, 6_000, 10_000, 40_000
POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "script-src": "'self'",
    "img-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


async def shown(readers: Readers, place: Place, language: str) -> httpx2.Response:
    """A page, which has to be there."""
    client = await readers.called(place.visitor)
    path = place.path(facts(readers.seeded))
    response = await client.get(f"/{language}{path}")
    assert response.status_code == httpx2.codes.OK, f"{path} answered {response.status_code}"
    return response


def compressed(content: bytes) -> int:
    """How many bytes a server in front of the portal would send."""
    return len(brotli.compress(content, quality=5))


@lru_cache
def furniture() -> tuple[int, int]:
    """The bytes of the style sheet and of all scripts, each file for itself."""
    scripts = sum(compressed(path.read_bytes()) for path in STATIC.glob("*.js"))
    return compressed((STATIC / "polyphony.css").read_bytes()), scripts


@in_one_loop
@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize("place", PLACES, ids=str)
async def test_a_page_is_whole(readers: Readers, place: Place, language: str) -> None:
    response = await shown(readers, place, language)
    shape = Shape(response.text)
    expected = BY_CODE[language]
    assert (shape.root.get("lang"), shape.root.get("dir")) == (expected.tag, expected.dir)
    assert response.headers["content-language"] == expected.tag
    assert shape.problems() == []


def untouched(form: FormOnPage) -> dict[str, str]:
    """Each part of a form whose fields are not what the page says it filled in, with what is sent."""
    every = form.sent(Press(""), fill=False)
    parts = {name.removesuffix("was") for name in every if name == "was" or name.endswith(".was")}
    wrong = {}
    for part in parts:
        own = [
            (name.removeprefix(part), value)
            for name, values in every.items()
            if name.startswith(part) and (part or name.partition(".")[0] + "." not in parts)
            for value in values
        ]
        sent = [pair for pair in own if pair[0] not in RESERVED]
        if digest_of(sent) != every[f"{part}was"][-1].partition(";")[0]:
            wrong[part or form.action] = str(sent)
    return wrong


@in_one_loop
@pytest.mark.parametrize("place", PLACES, ids=str)
async def test_a_form_that_nobody_touched_says_so(readers: Readers, place: Place) -> None:
    # Else it is carried from page to page, and every page warns that something is not saved.
    page = (await shown(readers, place, "en")).text
    assert [wrong for form in Forms(page).forms if (wrong := untouched(form))] == []


@in_one_loop
@pytest.mark.parametrize("place", PLACES, ids=str)
async def test_a_page_allows_nothing_from_elsewhere(readers: Readers, place: Place) -> None:
    headers = (await shown(readers, place, "en")).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert "unsafe" not in headers["content-security-policy"]
    assert policy.items() >= POLICY.items()
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"


def test_staff_pages_add_little_style() -> None:
    assert compressed((STATIC / "staff.css").read_bytes()) <= STAFF_STYLE


@in_one_loop
@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize("place", CONTRIBUTOR_PLACES, ids=str)
async def test_a_contributor_waits_little_on_a_slow_line(
    readers: Readers, place: Place, language: str
) -> None:
    page = compressed((await shown(readers, place, language)).content)
    style, scripts = furniture()
    assert page <= HTML
    assert page + style + scripts <= FIRST_VIEW


def test_what_every_page_brings_along_is_small() -> None:
    style, scripts = furniture()
    assert style <= STYLE
    assert scripts <= SCRIPTS
