"""The demonstration: one click to be somebody, and never where anything is real."""

import json

import httpx2
import pytest

from app.accounts.models import Account
from app.main import create_app
from app.organisations.models import Role
from app.platform import email
from app.platform.settings import Settings
from tests.browsing import post
from tests.factories import Make

pytestmark = pytest.mark.one_database


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"demonstration": True})


@pytest.fixture
async def person(make: Make, settings: Settings) -> Account:
    account = await make.account(Role.SIGNATORY, name="أمل حداد")
    content = {
        "people": [
            {
                "key": "amal",
                "name": account.name,
                "email": account.email,
                "role": "signatory",
                "state": "Estaria",
                "organisation": "Clear Rivers Network",
                "token": "a-token",
                "account_id": str(account.id),
            },
            {
                "key": "sec",
                "name": "Sam",
                "role": "secretariat",
                "state": None,
                "account_id": str(account.id),
            },
        ],
        "confidential": [
            {"label": "K7", "receipt_code": "ABCD EFGH", "consultation": "Firearms", "state": "submitted"}
        ],
        "invitation_codes": [{"consultation": "Firearms", "code": "JKMN PQRS"}],
    }
    (settings.mail_folder.parent / "demo.json").write_text(json.dumps(content), encoding="utf-8")
    return account


async def test_one_click_makes_the_visitor_a_person(client: httpx2.AsyncClient, person: Account) -> None:
    page = (await client.get("/en/demo")).text
    for shown in ("Estaria", "أمل حداد", "Signatory", "K7", "ABCD EFGH", "JKMN PQRS", "Portal"):
        assert shown in page
    done = await post(client, "/en/demo/sign-in", {"key": "amal"}, page="/en/demo")
    assert done.status_code == 303
    assert (await client.get("/en/my-account")).status_code == 200


async def test_somebody_unknown_cannot_be_chosen(client: httpx2.AsyncClient, person: Account) -> None:
    assert (await post(client, "/en/demo/sign-in", {"key": "nobody"})).status_code == 404
    assert (await client.post("/en/demo/sign-in", data={"key": "amal"})).status_code == 403


async def test_programs_read_who_they_can_be(client: httpx2.AsyncClient, person: Account) -> None:
    answer = await client.get("/demo.json")
    assert answer.json()["people"][0]["token"] == "a-token"


async def test_before_the_seed_the_page_says_what_to_do(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/en/demo")
    assert answer.status_code == 404
    assert "Run the seed" in answer.text


async def test_the_mails_are_shown_the_newest_first(client: httpx2.AsyncClient, settings: Settings) -> None:
    assert "No mail yet" in (await client.get("/en/demo/mail")).text
    await email.send(settings, "amal@example.org", "First", "Good day,\n\n<script>alert(1)</script>\n")
    await email.send(settings, "dima@example.org", "Второе", "Open http://testserver/en/confirm/x now\n")
    page = (await client.get("/en/demo/mail")).text
    assert page.index("Второе") < page.index("First")
    assert '<a href="http://testserver/en/confirm/x">' in page
    assert "<script>alert" not in page


async def test_without_the_setting_there_is_no_demonstration(settings: Settings) -> None:
    portal = create_app(settings.model_copy(update={"demonstration": False}))
    transport = httpx2.ASGITransport(app=portal)
    async with httpx2.AsyncClient(transport=transport, base_url="http://testserver") as visitor:
        for path in ("/en/demo", "/en/demo/mail", "/demo.json"):
            assert (await visitor.get(path)).status_code == 404
    await portal.state.db.close()


def test_the_settings_refuse_a_demonstration_others_can_reach() -> None:
    with pytest.raises(ValueError, match="PORTAL_DEMONSTRATION"):
        Settings(public_url="https://portal.example", demonstration=True, secret="s" * 40)  # type: ignore[arg-type]
