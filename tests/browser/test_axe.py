"""Every page in six languages: accessible, no wider than a phone, silent, and from nowhere else."""

import asyncio
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.browser.visitors import Portal, Visitor, Visitors
from tests.places import EXPERT, FOCAL_POINT, NOT_PAGES, PLACES, Place, paths
from tests.scopes import languages_of
from tests.seeded import OPEN

pytestmark = pytest.mark.browser

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 320, "height": 700}
COMMON_PHONE = {"width": 360, "height": 740}
# Where the heading begins on a phone, in pixels: what stands above it is one row, one strip and one way back.
HEADING_AT = 170
# The markup of a page does not change with its language, as tests/pages/test_pages.py sees in six, nor do its
# colours: the checker reads a page in English, and once more without the colours from right to left.
READ = ("en", "ar")
SEEN_IN_COLOUR = ("en",)
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice")
RUN = """async ([tags, colours]) => {
    const found = await axe.run(document, {
        runOnly: {type: "tag", values: tags}, rules: {"color-contrast": {enabled: colours}},
        resultTypes: ["violations"], elementRef: false,
    });
    return found.violations.map((rule) => [rule.id, rule.nodes.map((node) => node.html.slice(0, 160))]);
}"""


# Where the heading begins; codes that run over two lines; words of Chinese headings that do.
FIRST_SCREEN = """() => {
    const lines = (range) => new Set([...range.getClientRects()].map((box) => Math.round(box.bottom))).size;
    const codes = [...document.querySelectorAll("main :is(.code, .quiet-code, .page-code b:not([lang]))")]
        .filter((code) => code.textContent.includes("-") && lines(code) > 1).map((code) => code.textContent);
    const words = [];
    const segmenter = new Intl.Segmenter("zh", {granularity: "word"});
    for (const heading of document.querySelectorAll(":is(h1, h2, h3):is(:lang(zh), :has(:lang(zh)))")) {
        const walker = document.createTreeWalker(heading, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
            for (const {segment, index, isWordLike} of segmenter.segment(walker.currentNode.data)) {
                const range = document.createRange();
                range.setStart(walker.currentNode, index);
                range.setEnd(walker.currentNode, index + segment.length);
                if (isWordLike && /\\p{Script=Han}/u.test(segment) && lines(range) > 1) words.push(segment);
            }
        }
    }
    const warned = document.querySelector(".error-summary, .clash");
    const heading = document.querySelector("h1");
    return {top: heading && !warned ? Math.round(heading.getBoundingClientRect().top) : 0, codes, words};
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


async def problems_here(visitor: Visitor) -> list[Any]:
    """Everything that is wrong with the page that is open."""
    page = visitor.page
    violations: list[Any] = []
    if visitor.language in READ:
        await page.evaluate(axe_core())
        violations = await page.evaluate(RUN, [RULES, visitor.language in SEEN_IN_COLOUR])
    await page.set_viewport_size(COMMON_PHONE)
    shown = await page.evaluate(FIRST_SCREEN)
    await page.set_viewport_size(PHONE)
    await visitor.look()
    late = [f"the heading begins at {shown['top']} px"] if shown["top"] > HEADING_AT else []
    broken = [f"broken over two lines: {each}" for each in shown["codes"] + shown["words"]]
    return violations + late + broken + visitor.complaints


async def problems_of(visitor: Visitor, path: str) -> list[Any]:
    """The same for a page to be opened; one load serves all the questions."""
    visitor.complaints.clear()
    await visitor.page.set_viewport_size(DESK)
    await visitor.open(path)
    return await problems_here(visitor)


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("place", PLACES, ids=str)
async def test_a_page_is_accessible_fits_a_phone_and_is_silent_in_its_languages(
    visitors: Visitors, portal: Portal, place: Place, request: pytest.FixtureRequest
) -> None:
    path = place.path(portal.facts)
    languages = languages_of(request.config)
    tabs = [await visitors.called(place.visitor, language) for language in languages]
    found = await asyncio.gather(*(problems_of(tab, path) for tab in tabs))
    assert {tab.language: problems for tab, problems in zip(tabs, found, strict=True) if problems} == {}


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(("language", "number"), [("en", 0), ("ar", 1)])
async def test_pages_after_a_form_are_accessible_too(
    visitors: Visitors, portal: Portal, language: str, number: int
) -> None:
    visitor = await visitors.new(language, viewport=DESK)
    found = []
    await visitor.open("/no-such-page", status=404)
    found.append(await problems_here(visitor))
    await visitor.open("/start")
    await visitor.fill({"code": "no code"})
    await visitor.press("main form button")
    found.append(await problems_here(visitor))
    await visitor.fill({"code": portal.seeded.invitation_codes()[number]})
    await visitor.press("main form button")
    assert await visitor.page.locator(".receipt-code").count() == 1
    found.append(await problems_here(visitor))
    await visitor.press('main form[action$="/start/keep"] button')
    await visitor.press('main a[href*="/questions/"]')
    await visitor.fill({"evidence-0-url": "no address"})
    await visitor.press('main button[value="next"]')
    assert await visitor.page.locator(".error-summary").count() == 1
    found.append(await problems_here(visitor))
    # The browser itself reports every answer that is an error; what it loaded is still listened to.
    silent = [[each for each in problems if "status of 4" not in str(each)] for problems in found]
    assert silent == [[], [], [], []]


@pytest.mark.asyncio(loop_scope="session")
async def test_two_who_write_one_paragraph_see_both_texts(visitors: Visitors, portal: Portal) -> None:
    desk = "/desk/{slug}/submission/{drafted}?edit={paragraph}".format(slug=OPEN, **portal.facts)
    first = await visitors.person(portal.seeded.key_of(EXPERT))
    second = await visitors.person(portal.seeded.key_of(FOCAL_POINT))
    for visitor, words in ((first, "The first wrote this."), (second, "The second wrote that.")):
        await visitor.open(desk)
        await visitor.page.locator('.paragraph textarea[name$=".text"]').fill(words)
    for visitor in (first, second):
        await visitor.press('.paragraph div:has(> textarea[name$=".text"]) ~ .actions button')
    shown = await second.text()
    assert "The first wrote this." in shown
    assert "The second wrote that." in await second.page.content()
    assert [each for each in await problems_here(second) if "status of 4" not in str(each)] == []
