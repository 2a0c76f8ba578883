"""Conditions in a browser: with scripts the page says at once what an answer changes, without them the next one."""

import pytest

from tests.browser.visitors import Portal, Visitors

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

DECIDES, WAITS = "X-9", "X-10"
PHONE = {"width": 320, "height": 640}


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_a_choice_tells_at_once_which_question_it_adds(
    visitors: Visitors, portal: Portal, language: str
) -> None:
    visitor = await visitors.bearer(portal.seeded.links["receipt"], language, viewport=PHONE)
    home = f"/contributions/{portal.facts['writing']}"
    await visitor.open(f"{home}/questions/{DECIDES}")
    region = visitor.page.locator("#changes")
    assert await region.inner_text() == ""
    await visitor.choose("value", "training")
    link = region.locator(f'a[href$="/questions/{WAITS}"]')
    await link.wait_for()
    assert await region.get_attribute("role") == "status"
    assert await visitor.overflow() <= 0
    await visitor.choose("value", "training")
    await link.wait_for(state="detached")
    # Nothing was saved by asking.
    visitor.page.on("dialog", lambda dialog: dialog.accept())
    await visitor.open(home)
    assert await visitor.page.locator(f'a[href$="/questions/{WAITS}"]').count() == 0
    assert visitor.complaints == []


async def test_without_scripts_the_page_after_saving_tells_it(visitors: Visitors, portal: Portal) -> None:
    receipt = portal.seeded.links["receipt"]
    visitor = await visitors.bearer(receipt, "en", viewport=PHONE, java_script_enabled=False)
    home = f"/contributions/{portal.facts['writing']}"
    await visitor.open(f"{home}/questions/{DECIDES}")
    await visitor.choose("value", "training")
    await visitor.press('main button[value="list"]')
    notice = visitor.page.locator(".notice", has_text="1 more question matters now")
    await notice.locator(f'a[href$="/questions/{WAITS}"]').click()
    await visitor.fill({"narrative": "Two courses a year"})
    await visitor.press('main button[value="list"]')
    await visitor.open(f"{home}/questions/{DECIDES}")
    await visitor.choose("value", "training")
    await visitor.press('main button[value="list"]')
    assert "does not matter any more" in await visitor.text()
    await visitor.open(f"{home}/check")
    assert WAITS in await visitor.text("section[aria-labelledby=kept]")
    assert visitor.complaints == []
