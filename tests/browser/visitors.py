"""People in front of the browser: who they are, and what happened while they looked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

from app.platform.i18n import BY_CODE
from tests.places import BEARER, NOBODY, RECEIVED, facts
from tests.seeded import Seeded

PATIENCE = 20_000
# What is wanted may stand in a fold; whoever wants it opens it.
UNFOLD = """(field) => {
    for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
}"""


@dataclass(frozen=True)
class Portal:
    """A running portal: its address and the folder behind it."""

    address: str
    seeded: Seeded

    @cached_property
    def facts(self) -> dict[str, str]:
        """What fills the addresses of its pages."""
        return facts(self.seeded)


@dataclass
class Visitor:
    """One window, one language, and everything the browser complained about."""

    page: Page
    portal: Portal
    language: str = "en"
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda problem: self.complaints.append(f"error in a script: {problem}"))
        self.page.on("request", self._watch)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text}")

    def _watch(self, request: Request) -> None:
        if not request.url.startswith(self.portal.address):
            self.complaints.append(f"a request to {request.url}")

    async def open(self, path: str, status: int = 200) -> Response:
        """Go to a path of the portal in the visitor's language."""
        response = await self.page.goto(f"{self.portal.address}/{self.language}{path}")
        assert response is not None
        assert response.status == status, f"{path} answered {response.status}, not {status}"
        await self.look()
        return response

    async def press(self, selector: str) -> None:
        """Press what leads to another page, and wait for it."""
        pressed = self.page.locator(selector).first
        await pressed.evaluate(UNFOLD)
        async with self.page.expect_navigation():
            await pressed.click()
        await self.look()

    async def look(self) -> None:
        """Complain about a page that runs the wrong way or out of its window."""
        language, direction = await self.page.evaluate(
            "[document.documentElement.lang, document.documentElement.dir]"
        )
        expected = BY_CODE[self.language]
        if (language, direction) != (expected.tag, expected.dir):
            self.complaints.append(f"{self.page.url} is in {language}, {direction}")
        if await self.overflow() > 0:
            self.complaints.append(f"{self.page.url} is wider than its window")

    async def fill(self, values: Mapping[str, str]) -> None:
        """Write into fields by name."""
        for name, value in values.items():
            field = self.page.locator(f'main [name="{name}"]').first
            await field.evaluate(UNFOLD)
            await field.fill(value)

    async def choose(self, name: str, value: str) -> None:
        """Choose one of several by its label, as a finger does."""
        field_id = await self.page.locator(f'main input[name="{name}"][value="{value}"]').get_attribute("id")
        await self.page.locator(f'main label[for="{field_id}"]').click()

    async def text(self, selector: str = "main") -> str:
        """The words of a part of the page."""
        return await self.page.locator(selector).first.inner_text()

    async def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        found: int = await self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return found


class Visitors:
    """Everybody who is needed; who was there before keeps her window."""

    def __init__(self, browser: Browser, portal: Portal) -> None:
        self.browser = browser
        self.portal = portal
        self.known: dict[str, dict[str, Visitor]] = {}
        self.contexts: list[BrowserContext] = []

    async def new(self, language: str = "en", **options: Any) -> Visitor:
        """Somebody nobody has seen before; `java_script_enabled=False` and the like are options."""
        context = await self.browser.new_context(locale=language, **options)
        self.contexts.append(context)
        return Visitor(await context.new_page(), self.portal, language)

    async def person(self, key: str, language: str = "en", **options: Any) -> Visitor:
        """A person of the demonstration, signed in by one press."""
        visitor = await self.new(language, **options)
        await visitor.open("/demo")
        await visitor.press(f'form:has(input[name="key"][value="{key}"]) button')
        return visitor

    async def bearer(self, code: str, language: str = "en", **options: Any) -> Visitor:
        """Whoever holds a receipt code."""
        visitor = await self.new(language, **options)
        await visitor.open("/start")
        await visitor.fill({"code": code})
        await visitor.press("main form button")
        return visitor

    async def called(self, name: str, language: str = "en") -> Visitor:
        """A visitor by role, `nobody` or one of the two confidential ones; each language has its tab."""
        if name not in self.known:
            self.known[name] = {"en": await self._arrive(name)}
        tabs = self.known[name]
        if language not in tabs:
            tabs[language] = Visitor(await tabs["en"].page.context.new_page(), self.portal, language)
        return tabs[language]

    async def _arrive(self, name: str) -> Visitor:
        seeded = self.portal.seeded
        if name == NOBODY:
            return await self.new()
        if name in {BEARER, RECEIVED}:
            return await self.bearer(seeded.links["receipt"] if name == BEARER else seeded.receipt_code())
        role, _at, state = name.partition("@")
        return await self.person(seeded.key_of(role, state or "QE"))

    async def close(self) -> None:
        """Everybody goes home."""
        for context in self.contexts:
            await context.close()
