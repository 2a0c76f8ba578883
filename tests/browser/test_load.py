"""The pages under the weight they are for: forty-eight contributions to sixty questions."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browser.test_axe import DESK, problems_here
from tests.browser.visitors import Portal, Visitors
from tests.places import EXPERT, FACILITATOR, FOCAL_POINT, NOBODY, TRANSLATOR
from tests.seeded import LOADED, load_once, served

pytestmark = [pytest.mark.thorough, pytest.mark.browser]
HEAVY = [
    (FOCAL_POINT, "/desk"),
    (EXPERT, f"/desk/{LOADED}"),
    (EXPERT, f"/desk/{LOADED}/questions"),
    (EXPERT, f"/desk/{LOADED}/questions/FP-08-1b"),
    (EXPERT, f"/desk/{LOADED}/submission"),
    (EXPERT, f"/desk/{LOADED}/submission/S-FP-08-2"),
    (TRANSLATOR, f"/desk/{LOADED}/texts"),
    (FACILITATOR, f"/desk/{LOADED}/statements/kept"),
    (NOBODY, f"/c/{LOADED}/questions"),
]
FIRST_ANSWER = "(() => Math.round(document.querySelector('main article').getBoundingClientRect().top))()"


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A server with a copy of the loaded demonstration."""
    own = load_once(tmp_path_factory).copy(tmp_path_factory.mktemp("loaded") / "seeded")
    with served(own) as address:
        yield Portal(address, own)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def visitors(browser: Browser, portal: Portal) -> AsyncIterator[Visitors]:
    """People in front of the browser."""
    made = Visitors(browser, portal)
    yield made
    await made.close()


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize(("who", "path"), HEAVY, ids=[path for _who, path in HEAVY])
async def test_a_heavy_page_is_accessible_and_fits_a_phone(visitors: Visitors, who: str, path: str) -> None:
    tabs = [await visitors.called(who, language) for language in ("en", "ar")]
    for tab in tabs:
        tab.complaints.clear()
        await tab.page.set_viewport_size(DESK)
        await tab.open(path)
    found = await asyncio.gather(*(problems_here(tab) for tab in tabs))
    assert found == [[], []]


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.parametrize("path", ["questions/FP-08-1b", "submission/S-FP-08-2"])
async def test_the_first_answer_is_on_the_first_screen(visitors: Visitors, path: str) -> None:
    visitor = await visitors.called(EXPERT, "en")
    await visitor.page.set_viewport_size(DESK)
    await visitor.open(f"/desk/{LOADED}/{path}")
    assert await visitor.page.evaluate(FIRST_ANSWER) < DESK["height"] - 150
