"""Random walks of a contributor in a real browser, with scripts and without: no word she typed is lost.

`PORTAL_TESTS_BROWSER_WALKS=500 pytest tests/browser/test_walks.py` walks as often as it is told, each way.
"""

import os
import random
import re

import pytest
from playwright.async_api import expect

from app.platform.cookies import BEARER_COOKIE
from app.platform.i18n import CODES
from tests.browser.visitors import PATIENCE, Visitor, Visitors

pytestmark = [pytest.mark.thorough, pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WALKS = int(os.environ.get("PORTAL_TESTS_BROWSER_WALKS", "3"))
STEPS = 12
WORDS = ("枪支", "سلاح", "ору́жие", "marquée", "rifle")
FIELD = 'textarea[name="narrative"]'
QUESTION = re.compile("/questions/")
SAVE = 'main button[name="then"][value="list"]'


class Walk:
    """One question of one contributor; every word typed in this walk has to stand in its field."""

    def __init__(self, visitor: Visitor, code: str, question: str, seed: int) -> None:
        self.visitor, self.code, self.question = visitor, code, question
        self.dice = random.Random(seed)  # noqa: S311  (a walk is to be repeated, not to be unguessable)
        self.typed: list[str] = []
        self.told: list[str] = [f"seed {seed}"]

    async def begin(self) -> None:
        """Open the question with an empty field."""
        await self.open()
        await self.visitor.page.locator(FIELD).fill("")
        await self.type()

    async def open(self) -> None:
        """The question in the language of the moment."""
        await self.visitor.page.goto(
            f"{self.visitor.portal.address}/{self.dice.choice(CODES)}{self.question}"
        )

    async def type(self) -> None:
        """Another word behind the others."""
        word = f"{self.dice.choice(WORDS)}{len(self.typed)}z"
        field = self.visitor.page.locator(FIELD)
        await field.fill(f"{await field.input_value()} {word}".strip())
        self.typed.append(word)

    async def switch(self) -> None:
        """Another language, with everything unsaved."""
        await self._go(".language-bar a:not([aria-current]), .language-bar button", self.dice.randrange(5))

    async def save(self) -> None:
        """Save and come back."""
        await self._go(SAVE)
        await self.open()

    async def save_twice(self) -> None:
        """A slip of the finger on the button."""
        page = self.visitor.page
        await page.locator(SAVE).dblclick(no_wait_after=True)
        # The second press takes the place of the first, which a wait for one navigation reports as an error.
        await expect(page).not_to_have_url(QUESTION, timeout=PATIENCE)
        await page.wait_for_load_state()
        await self.open()

    async def save_and_go_back(self) -> None:
        """Back to the form that was sent, a reload there, and the question anew."""
        await self._go(SAVE)
        await self.visitor.page.go_back()
        await self.visitor.page.reload()
        await self.open()

    async def end(self) -> None:
        """The session is over when she saves; the receipt code brings her words home."""
        page = self.visitor.page
        await page.context.clear_cookies(name=BEARER_COOKIE)
        await self._go(SAVE)
        kept = await page.locator('[name="kept.narrative"]').input_value()
        assert all(word in kept for word in self.typed), self.told
        if self.dice.random() < 0.5:
            await page.locator('[name="code"]').fill("wrong")
            await self._go('form button[formaction$="/start"]')
        await page.locator('[name="code"]').fill(self.code)
        await self._go('main form button[formaction$="/start"], main form[action$="/start"] button')

    async def _go(self, selector: str, which: int = 0) -> None:
        async with self.visitor.page.expect_navigation():
            await self.visitor.page.locator(selector).nth(which).click()

    async def step(self) -> None:
        """Something she might do, and a look whether everything still stands."""
        saves = (self.save, self.save_twice, self.save_and_go_back, self.end)
        act = self.dice.choice((self.type, self.type, self.switch, self.switch, *saves))
        self.told.append(act.__name__)
        await act()
        standing = await self.visitor.page.locator(FIELD).input_value()
        lost = [word for word in self.typed if word not in standing]
        assert not lost, " ".join([*lost, *self.told, self.visitor.page.url])


@pytest.mark.parametrize("scripts", [True, False])
async def test_no_word_is_lost_on_random_walks(visitors: Visitors, scripts: bool) -> None:
    code = visitors.portal.seeded.links["receipt"]
    for seed in range(WALKS):
        visitor = await visitors.bearer(code, java_script_enabled=scripts)
        visitor.page.on("dialog", lambda dialog: dialog.accept())
        href = await visitor.page.locator('main a[href*="/questions/"]').nth(2).get_attribute("href")
        assert href
        walk = Walk(visitor, code, href.removeprefix("/en"), seed)
        await walk.begin()
        for _step in range(STEPS):
            await walk.step()
        await visitor.page.context.close()
