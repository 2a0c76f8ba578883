"""How long the pages of a contributor are on a phone, in screens of 740 pixels, in six languages."""

import pytest

from app.platform.i18n import CODES
from tests.browser.test_axe import COMMON_PHONE
from tests.browser.visitors import Portal, Visitors
from tests.places import RECEIVED

pytestmark = pytest.mark.browser
SCREEN = COMMON_PHONE["height"]
# A question nobody has answered, folded; the list of 34 with one section open; the check with six answers.
SCREENS = {"/questions/FP-08-2": 3, "": 3.5, "/check": 6}
HEIGHT = "document.documentElement.scrollHeight"


@pytest.mark.asyncio(loop_scope="session")
async def test_a_question_the_list_and_the_check_fit_few_screens(visitors: Visitors, portal: Portal) -> None:
    visitor = await visitors.called(RECEIVED)
    await visitor.page.set_viewport_size(COMMON_PHONE)
    home = "/contributions/" + visitor.page.url.rpartition("/")[2]
    await visitor.open(home)
    revise = 'form[action$="/revise"] button'
    if await visitor.page.locator(revise).count():
        await visitor.press(revise)
    tall = []
    for language in CODES:
        for path, screens in SCREENS.items():
            await visitor.page.goto(f"{portal.address}/{language}{home}{path}")
            height = await visitor.page.evaluate(HEIGHT)
            if height > screens * SCREEN:
                tall.append(f"{language} {path or 'the list'}: {height} px, {height / SCREEN:.2f} screens")
    assert tall == []
