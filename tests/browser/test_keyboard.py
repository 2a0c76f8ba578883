"""With the keys alone: skip, see where one is, find errors, leave at once, change the language and keep the words."""

import pytest
from playwright.async_api import expect

from tests.browser.visitors import Visitor, Visitors
from tests.places import BEARER

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TABS = 60
# How the element with the focus looks, and whether something lies on top of it.
SEEN = """() => {
    const here = document.activeElement;
    if (!here || here === document.body) return null;
    const look = (element) => {
        const style = getComputedStyle(element);
        return [style.outlineStyle, style.outlineWidth, style.boxShadow, style.backgroundColor, style.color].join();
    };
    const shown = [here, ...document.querySelectorAll(`label[for="${here.id}"]`)].map(look).join();
    const box = here.getBoundingClientRect();
    const x = Math.min(Math.max(box.x + box.width / 2, 1), innerWidth - 1);
    const y = Math.min(Math.max(box.y + Math.min(box.height / 2, 10), 1), innerHeight - 1);
    const top = document.elementFromPoint(x, y);
    here.blur();
    const plain = [here, ...document.querySelectorAll(`label[for="${here.id}"]`)].map(look).join();
    here.focus({preventScroll: true});
    return {
        name: here.outerHTML.slice(0, 120),
        changed: shown !== plain,
        covered: !(top && (here.contains(top) || top.contains(here) || top.closest("label"))),
    };
}"""


async def _own_question(visitor: Visitor, number: int = 0) -> str:
    """Open one of the bearer's questions; returns its path without a language."""
    await visitor.open("/start")
    await visitor.page.locator('header a[href*="/contributions/"]').first.click()
    href = await visitor.page.locator('main a[href*="/questions/"]').nth(number).get_attribute("href")
    assert href
    path = href.removeprefix(f"/{visitor.language}")
    await visitor.open(path)
    return path


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_the_first_key_leads_to_the_content(visitors: Visitors, language: str) -> None:
    visitor = await visitors.called("expert", language)
    await visitor.open("/desk")
    await visitor.page.keyboard.press("Tab")
    skip = visitor.page.locator(".skip-link")
    await expect(skip).to_be_focused()
    await expect(skip).to_be_in_viewport()
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.page.locator("#main")).to_be_focused()


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_one_always_sees_where_one_is_and_gets_out_again(visitors: Visitors, language: str) -> None:
    visitor = await visitors.called(BEARER, language)
    await _own_question(visitor)
    names = []
    for _each in range(TABS):
        await visitor.page.keyboard.press("Tab")
        seen = await visitor.page.evaluate(SEEN)
        if seen is None:
            break
        assert seen["changed"], f"focus cannot be seen on {seen['name']}"
        assert not seen["covered"], f"something lies on {seen['name']}"
        names.append(seen["name"])
    assert any("textarea" in name for name in names)
    assert any('value="skip"' in name for name in names), "the last button is never reached"


async def test_an_error_in_the_summary_leads_to_its_field(visitors: Visitors) -> None:
    visitor = await visitors.called(BEARER)
    await _own_question(visitor, 1)
    await visitor.fill({"narrative": "Kept.", "evidence-0-url": "no address"})
    await visitor.press('main button[value="next"]')
    assert (await visitor.page.title()).startswith("Error")
    assert await visitor.page.locator('[name="narrative"]').input_value() == "Kept."
    link = visitor.page.locator('.error-summary a[href="#evidence-0-url"]')
    await link.focus()
    await visitor.page.keyboard.press("Enter")
    field = visitor.page.locator("#evidence-0-url")
    await expect(field).to_be_focused()
    await expect(field).to_have_attribute("aria-invalid", "true")
    described = await field.get_attribute("aria-describedby")
    assert described
    assert "evidence-0-url-error" in described


@pytest.mark.parametrize("key", ["Shift", "Escape"])
async def test_a_key_pressed_three_times_leaves_at_once(visitors: Visitors, key: str) -> None:
    visitor = await visitors.bearer(visitors.portal.seeded.receipt_code())
    own = visitor.page.url
    label = await visitor.page.evaluate("document.querySelector('.who-sees').innerText.match(/K\\d+/)[0]")
    await visitor.page.keyboard.press(key)
    await visitor.page.keyboard.press(key)
    assert visitor.page.url == own, "twice is a slip of the finger"
    async with visitor.page.expect_navigation():
        await visitor.page.keyboard.press(key)
    assert "/contributions/" not in visitor.page.url
    await visitor.page.go_back()
    assert label not in await visitor.text("body"), "the way back still shows the answers"
    await visitor.page.goto(own)
    assert label not in await visitor.text("body"), "the session goes on"


async def test_another_language_keeps_what_was_typed(visitors: Visitors) -> None:
    visitor = await visitors.called(BEARER)
    path = await _own_question(visitor, 2)
    await visitor.fill({"narrative": "Not saved yet.", "evidence-0-title": "A report"})
    await visitor.choose("law", "in_part")
    async with visitor.page.expect_navigation():
        await visitor.page.locator('.language-bar [lang="ar"]').click()
    assert visitor.page.url.partition("?")[0].endswith(f"/ar{path}")
    page = visitor.page
    await expect(page.locator('[name="narrative"]')).to_have_value("Not saved yet.")
    await expect(page.locator('[name="evidence-0-title"]')).to_have_value("A report")
    await expect(page.locator('[name="law"][value="in_part"]')).to_be_checked()
    async with page.expect_navigation():
        await page.locator('main button[value="list"]').click()


async def test_what_is_typed_is_counted(visitors: Visitors) -> None:
    visitor = await visitors.called(BEARER)
    await _own_question(visitor, 3)
    await visitor.fill({"narrative": "x" * 10_001})
    await expect(visitor.page.locator("#narrative-count .counter-over")).to_have_count(1)
    await visitor.fill({"narrative": "four"})
    await expect(visitor.page.locator("#narrative-count")).to_contain_text("9,996")
    await visitor.press('main button[value="list"]')


async def test_enter_presses_the_button_of_its_own_form_and_never_a_language(visitors: Visitors) -> None:
    visitor = await visitors.called("expert")
    await visitor.open("/desk/estaria-firearms/submission/S-FP-03-2")
    page = visitor.page
    await visitor.fill({"new.text": "Not added yet."})
    box = page.locator('[name="merge.words"]').first
    await box.focus()
    await page.keyboard.press("Enter")
    await expect(box).not_to_be_checked()
    law = page.locator('[name="answer.citations-0-title"]')
    await law.evaluate("field => field.closest('details').setAttribute('open', '')")
    await law.fill("Firearms Act, section 12")
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    assert "/en/desk/" in page.url
    await expect(page.locator('[name="answer.citations-0-title"]')).to_have_value("Firearms Act, section 12")
    await expect(page.locator('[name="new.text"]')).to_have_value("Not added yet.")
    assert "Saved." in await visitor.text("main .saved")
