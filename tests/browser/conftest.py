"""A real browser against a real server with the demonstration in it."""

import shutil
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.browser.visitors import Portal, Visitors
from tests.seeded import Seeded, seed_once, served

CHROMIUM = "chromium"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the system's browser; without one these tests are left out."""
    path = shutil.which(CHROMIUM)
    if path is None:
        pytest.skip(f"{CHROMIUM} is not installed here: the browser tests are left out")
    return path


@pytest.fixture(scope="session")
def seeded(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Seeded:
    """The demonstration as its seed leaves it; not to be changed."""
    return seed_once(tmp_path_factory)


@pytest.fixture(scope="module")
def portal(seeded: Seeded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A server with a copy of the demonstration, for the tests of one file."""
    own = seeded.copy(tmp_path_factory.mktemp("portal") / "seeded")
    with served(own) as address:
        yield Portal(address, own)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """One browser for the whole run."""
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        yield opened
        await opened.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def visitors(browser: Browser, portal: Portal) -> AsyncIterator[Visitors]:
    """People in front of the browser; each keeps a window of her own."""
    made = Visitors(browser, portal)
    yield made
    await made.close()
