"""Carrying answers over in a browser: the page fits a phone, both ways of reading, and needs no scripts."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from app.accounts import service as accounts
from app.contributions.models import ContributionState
from app.organisations.models import Role
from app.platform.cookies import SESSION_COOKIE
from app.platform.db import Database
from app.questionnaires.models import Kind
from tests.browser.test_axe import problems_of
from tests.browser.visitors import Portal, Visitors
from tests.contributions.forms import asks, definition
from tests.factories import Make, in_all

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def draft(portal: Portal) -> AsyncIterator[tuple[str, str]]:
    """A draft on the second version of a questionnaire: its path, and the session of somebody behind it."""
    db = Database(f"sqlite+aiosqlite:///{portal.seeded.database}")
    make = Make(db)
    league = await make.organisation()
    review = await make.review()
    kinds = (("C-same", Kind.POSITION), ("C-words", Kind.POSITION), ("C-gone", Kind.LONG_TEXT))
    first = await make.questionnaire(definition(*(asks(code, kind) for code, kind in kinds)))
    said = {"law": "no", "practice": "works", "narrative": "Words from before."}
    await make.contribution(
        await make.consultation(review, civil_society_version_id=first.id),
        organisation=league,
        answers={"C-same": said, "C-words": said, "C-gone": "Words from before."},
    )
    changed = asks("C-words", texts={"prompt": in_all("What is asked since then?")})
    second = await make.questionnaire(definition(asks("C-same"), changed))
    made = await make.contribution(
        await make.consultation(review, civil_society_version_id=second.id),
        organisation=league,
        answers={},
        state=ContributionState.DRAFTING,
    )
    drafter = await make.account(Role.DRAFTER, at=league)
    async with db.write() as session:
        secret = accounts.open_session(session, drafter.id)
    yield f"/contributions/{made.id}", secret
    await db.close()


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_earlier_answers_are_looked_at_and_taken_over(
    visitors: Visitors, portal: Portal, draft: tuple[str, str], language: str
) -> None:
    home, secret = draft
    visitor = await visitors.new(language, java_script_enabled=True)
    await visitor.page.context.add_cookies([{"name": SESSION_COOKIE, "value": secret, "url": portal.address}])
    assert await problems_of(visitor, f"{home}/carry-over") == []
    await visitor.open(home)
    await visitor.press('main a[href$="/carry-over"]')
    if language == "en":
        await visitor.press('main button[formaction*="/carry-over?"]')
        assert await visitor.page.locator('li:has(a[href$="/C-same"]) .mark-done').count() == 1
        return
    await visitor.press('main button[formaction*="/C-words?"]')
    assert await visitor.page.locator('[name="narrative"]').input_value() == "Words from before."
    assert await visitor.page.locator('[name="law"][value="no"]').is_checked()
