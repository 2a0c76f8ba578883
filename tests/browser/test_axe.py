"""Every page in six languages: accessible, no wider than a phone, silent, and from nowhere else."""

import asyncio
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from app.platform.i18n import CODES
from tests.browser.visitors import Portal, Visitor, Visitors
from tests.places import NOT_PAGES, PLACES, Place, paths

pytestmark = pytest.mark.browser

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 320, "height": 700}
# The colours of a page do not change with its language, and looking at them takes the longest.
SEEN_IN_COLOUR = ("ar", "en")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice")
RUN = """async ([tags, colours]) => {
    const found = await axe.run(document, {
        runOnly: {type: "tag", values: tags}, rules: {"color-contrast": {enabled: colours}},
        resultTypes: ["violations"], elementRef: false,
    });
    return found.violations.map((rule) => [rule.id, rule.nodes.map((node) => node.html.slice(0, 160))]);
}"""


@lru_cache
def axe_core() -> str:
    """The checker's own script; the browser is told to run it, so the page's policy does not matter."""
    package = find_spec("axe_playwright_python")
    assert package
    assert package.origin
    return (Path(package.origin).parent / "axe.min.js").read_text(encoding="utf-8")


def test_every_page_of_the_portal_is_in_the_table() -> None:
    tabled = {place.route for place in PLACES}
    assert set(paths()) == tabled | set(NOT_PAGES)
    assert not tabled & set(NOT_PAGES)


async def problems_of(visitor: Visitor, path: str) -> list[Any]:
    """Everything that is wrong with a page; one load serves all the questions."""
    visitor.complaints.clear()
    page = visitor.page
    await page.set_viewport_size(DESK)
    await visitor.open(path)
    await page.evaluate(axe_core())
    violations: list[Any] = await page.evaluate(RUN, [RULES, visitor.language in SEEN_IN_COLOUR])
    await page.set_viewport_size(PHONE)
    await visitor.look()
    return violations + visitor.complaints


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("place", PLACES, ids=str)
async def test_a_page_is_accessible_fits_a_phone_and_is_silent_in_six_languages(
    visitors: Visitors, portal: Portal, place: Place
) -> None:
    path = place.path(portal.facts)
    tabs = [await visitors.called(place.visitor, language) for language in CODES]
    found = await asyncio.gather(*(problems_of(tab, path) for tab in tabs))
    assert {tab.language: problems for tab, problems in zip(tabs, found, strict=True) if problems} == {}
