"""The frame around every page: one way back, the same languages everywhere, and a foot that fits who reads it."""

import re
from urllib.parse import unquote

import pytest

from app.platform.i18n import BY_CODE, CODES
from tests.pages.readers import Readers
from tests.pages.shape import Shape
from tests.pages.test_pages import shown
from tests.places import (
    BEARER,
    CONCLUDING,
    EXPERT,
    FACILITATOR,
    FOCAL_POINT,
    PLACES,
    RECEIVED,
    SECRETARIAT,
    TRANSLATOR,
    Place,
)

pytestmark = [pytest.mark.long, pytest.mark.asyncio(loop_scope="session")]

WORKS_HERE = {EXPERT, FOCAL_POINT, TRANSLATOR, FACILITATOR, SECRETARIAT, CONCLUDING}
LANGUAGE = re.compile(r'<li><(a|button)\b[^>]*?lang="([\w-]+)"[^>]*>([^<]+)</\1></li>')
HEADER = re.compile(r'<header class="shell">.*?</header>', re.DOTALL)
FOOT = re.compile(r'<footer class="colophon">.*?</footer>', re.DOTALL)
BODY_CLASS = re.compile(r'<body(?: class="([^"]*)")?>')


def part(page: str, pattern: re.Pattern[str]) -> str:
    """One part of a page, which has to be there."""
    found = pattern.search(page)
    assert found, f"the page has no {pattern.pattern}"
    return found.group(0)


def classes(page: str) -> set[str]:
    """What the body says of its page."""
    found = BODY_CLASS.search(page)
    assert found
    return set((found.group(1) or "").split())


FRAMED = [place for place in PLACES if place.route != "site.away"]  # which looks like no page of this portal


@pytest.mark.parametrize("place", FRAMED, ids=str)
async def test_a_page_stands_in_the_one_frame(readers: Readers, place: Place) -> None:
    page = (await shown(readers, place, "ru")).text
    header, foot, kind = part(page, HEADER), part(page, FOOT), classes(page)
    works_here = place.visitor in WORKS_HERE

    native = [(BY_CODE[code].tag, BY_CODE[code].native) for code in CODES]
    languages = LANGUAGE.findall(header)
    assert [(tag, name.strip()) for _kind, tag, name in languages] == native * (1 if "is-home" in kind else 2)
    others = {element for element, tag, _name in languages if tag != "ru"}
    assert len(others) == 1, "the row and the fold both carry typed words along, or neither"

    assert ("/static/staff.css" in page) == ("is-desk" in kind)
    assert works_here or "is-desk" not in kind
    assert ('href="/ru/safety"' in foot) != works_here, "a ministry is told no word of reprisals"

    assert len(re.findall(r'<div class="trail[ "]', page)) <= 1
    assert page.count('id="leave"') == (place.visitor in {BEARER, RECEIVED})
    assert '<p class="strip">' in header
    assert "/ru/demo" in Shape(header).links


async def test_words_on_the_way_go_along_with_every_way_in(readers: Readers) -> None:
    client = readers.new()
    page = (await client.get("/en/sign-in?next=/en/mine%3Ftyped%3Dabc")).text
    ways = [link for link in Shape(page).links if link.split("?")[0] in {"/en/start", "/en/sign-in"}]
    assert len(ways) > 3
    assert {unquote(link.partition("?")[2]) for link in ways} == {"next=/en/mine?typed=abc"}
    await client.aclose()
