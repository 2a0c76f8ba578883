"""The page for programs says what there is, and its examples work."""

import re
from html import unescape

import httpx2
import pytest

from app.contributions.models import ContributionState
from app.organisations.models import Role
from tests.factories import Make

pytestmark = pytest.mark.one_database


async def test_the_page_lists_each_operation_of_the_interface(client: httpx2.AsyncClient) -> None:
    described = (await client.get("/openapi.json")).json()["paths"]
    page = unescape((await client.get("/en/programs")).text).replace("<wbr>", "")
    for path, methods in described.items():
        for method, told in methods.items():
            assert (f"{method.upper()} {path}<" in page) is not told.get("deprecated", False), path


async def test_the_example_saves_an_answer(client: httpx2.AsyncClient, make: Make) -> None:
    page = unescape((await client.get("/en/programs")).text)
    body = re.search(r"answers/FP-08-1b.*?-d '(\{.*?\})'", page, re.DOTALL)
    assert body
    league = await make.organisation()
    writer = await make.account(Role.DRAFTER, at=league)
    draft = await make.contribution(organisation=league, answers={}, state=ContributionState.DRAFTING)
    saved = await client.put(
        f"/api/v1/contributions/{draft.id}/answers/FP-08-1b",
        content=body[1],
        headers={**await make.token(writer), "content-type": "application/json"},
    )
    assert saved.status_code == 200, saved.text
