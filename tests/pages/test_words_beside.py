"""Pages with several forms: what stands in one is there again when another was sent."""

import re

import httpx2
import pytest

from app.organisations.models import Role
from tests.factories import Make
from tests.pages.forms import Forms

pytestmark = [pytest.mark.long, pytest.mark.one_database]


def on_the_page(page: str) -> dict[str, list[str]]:
    """Everything that the one form of the page would send."""
    form = next(form for form in Forms(page).forms if form.id == "page-form")
    fields: dict[str, list[str]] = {}
    for each in form.controls:
        if each.is_on:
            fields.setdefault(each.name, []).append(each.value)
    return fields


async def test_an_invitation_being_written_stays_when_another_is_withdrawn(
    client: httpx2.AsyncClient, make: Make
) -> None:
    league = await make.organisation()
    await make.signed_in(client, await make.account(Role.SIGNATORY, at=league))
    people = f"/en/my-organisation/{league.id}/people"
    fields = on_the_page((await client.get(people)).text)
    fields |= {"invitation.email": ["one@example.org"], "invitation.role": [Role.DRAFTER.value]}
    sent = await client.post(f"{people}?part=invitation", data=fields)
    assert sent.headers["location"] == people
    page = (await client.get(people)).text
    [withdraw] = re.findall(r'formaction="(/en/my-organisation/[^"]+/withdraw\?part=\w+)"', page)
    withdrawn = await client.post(withdraw, data=on_the_page(page) | {"invitation.email": "two@example.org"})
    assert withdrawn.status_code == 303
    after = (await client.get(withdrawn.headers["location"])).text
    assert on_the_page(after)["invitation.email"] == ["two@example.org"]


async def test_a_review_being_written_stays_when_a_state_is_added(
    client: httpx2.AsyncClient, make: Make
) -> None:
    await make.office("VA")
    await make.signed_in(client, await make.account(Role.SECRETARIAT))
    fields = on_the_page((await client.get("/en/reviews")).text)
    state = {f"state.names-{code}": "Land" for code in ("ar", "zh", "en", "fr", "ru", "es")}
    typed = {"state.code": "QX", "state.office_name": "Office of Land", "review.phase": "3"}
    added = await client.post("/en/states?part=state", data=fields | state | typed)
    assert added.status_code == 303, added.text
    after = on_the_page((await client.get(added.headers["location"])).text)
    assert (after["review.phase"], after["state.code"]) == (["3"], [""])
