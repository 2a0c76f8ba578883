"""Signing an organisation up, and choosing a new password, over HTTP and by mail."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from email import message_from_bytes, policy
from html import unescape
from typing import Any

import httpx2
import pytest
from sqlmodel import select

from app.accounts.models import Account, OneTimeToken
from app.organisations.models import Membership, Organisation, OrganisationKind, Role
from app.platform import clock
from app.platform.cookies import SESSION_COOKIE
from app.platform.db import Database
from app.platform.queue import Job
from app.platform.settings import Settings
from tests.browsing import post
from tests.factories import Make

RunJobs = Callable[[], Awaitable[int]]
TYPED = {
    "organisation": "شبكة الأنهار الصافية",
    "email": "Amal@Example.org",
    "password": "four unlikely garden words",
}


def mails(settings: Settings) -> list[tuple[str, str, str]]:
    """To, subject and text of every mail, the oldest first."""
    found = []
    for path in sorted(settings.mail_folder.glob("*.eml")):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        found.append((str(message["To"]), str(message["Subject"]), str(message.get_content())))
    return found


def link_in(text: str) -> str:
    """The path of the one link with a secret."""
    found = re.findall(r"http://testserver(/\w+/(?:confirm|reset|invitation)/[\w-]{43})\b", text)
    assert len(found) == 1, text
    return str(found[0])


async def sign_up(client: httpx2.AsyncClient, language: str = "en", **changes: Any) -> httpx2.Response:
    path = f"/{language}/sign-up"
    return await post(client, path, {**TYPED, **changes}, page=path)


async def one_of_each(db: Database) -> tuple[Account, Organisation, set[Role]]:
    async with db.read() as session:
        account = (await session.exec(select(Account))).one()
        organisation = (await session.exec(select(Organisation))).one()
        roles = set((await session.exec(select(Membership.role))).all())
    return account, organisation, {Role(role) for role in roles}


@pytest.mark.one_database
async def test_who_signs_up_from_a_consultation_keeps_the_way_back_while_she_waits_for_the_mail(
    client: httpx2.AsyncClient,
) -> None:
    answer = await sign_up(client, next="/en/c/estaria-firearms/start")
    page = (await client.get(answer.headers["location"])).text
    for way in ("sign-in", "sign-up"):
        assert f'href="/en/{way}?next=%2Fen%2Fc%2Festaria-firearms%2Fstart"' in page


async def test_three_fields_and_a_confirmed_address_make_an_account(
    client: httpx2.AsyncClient, db: Database, settings: Settings, run_jobs: RunJobs
) -> None:
    answer = await sign_up(client, "ar")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/ar/look-at-mail"
    assert (await client.get("/ar/look-at-mail")).status_code == 200
    async with db.read() as session:
        assert (await session.exec(select(Account))).all() == []
        assert (await session.exec(select(Organisation))).all() == []
    assert await run_jobs() == 1
    [(to, _subject, text)] = mails(settings)
    assert to == "amal@example.org"
    assert "الأنهار" not in text, "a mail to a stranger carries no words of whoever asked"
    path = link_in(text)
    assert path.startswith("/ar/confirm/")

    # Programs that follow every link of a mail do not use it up.
    for _visit in range(2):
        assert (await client.get(path)).status_code == 200
        assert (await client.head(path)).status_code in {200, 405}
    done = await post(client, path, page=path)
    assert done.status_code == 303
    assert done.headers["location"] == "/ar/mine"
    account, organisation, roles = await one_of_each(db)
    assert (account.email, account.name, account.language) == ("amal@example.org", "amal", "ar")
    assert account.email_confirmed
    assert (organisation.name, organisation.kind) == (TYPED["organisation"], OrganisationKind.NGO)
    assert roles == {Role.DRAFTER, Role.SIGNATORY}
    assert (await client.get("/ar/my-account")).status_code == 200
    assert (await post(client, path)).status_code == 404


async def test_the_secret_of_a_link_is_nowhere_in_the_database(
    client: httpx2.AsyncClient, db: Database, settings: Settings, run_jobs: RunJobs
) -> None:
    await sign_up(client)
    async with db.read() as session:
        [job] = (await session.exec(select(Job))).all()
        [link] = (await session.exec(select(OneTimeToken))).all()
    assert set(job.args) == {"template", "link_id"}
    assert link.token_hash is None
    await run_jobs()
    secret = link_in(mails(settings)[0][2]).rsplit("/", 1)[1]
    async with db.read() as session:
        [link] = (await session.exec(select(OneTimeToken))).all()
    assert secret not in str(link.model_dump())


async def test_a_known_address_gets_the_same_page_and_a_mail_that_says_so(
    client: httpx2.AsyncClient, make: Make, db: Database, settings: Settings, run_jobs: RunJobs
) -> None:
    await make.account(Role.DRAFTER, email="amal@example.org", language="fr")
    known = await sign_up(client)
    unknown = await sign_up(client, email="dima@example.org")
    assert (known.status_code, known.headers["location"]) == (
        unknown.status_code,
        unknown.headers["location"],
    )
    await run_jobs()
    by_address = {to: text for to, _subject, text in mails(settings)}
    assert "/fr/sign-in" in by_address["amal@example.org"]
    assert "/confirm/" not in by_address["amal@example.org"]
    async with db.read() as session:
        assert len((await session.exec(select(Account))).all()) == 1


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"organisation": ""}, "organisation"),
        ({"organisation": "   "}, "organisation"),
        ({"email": "amal"}, "email"),
        ({"email": "amal@example.org\r\nBcc: x@example.org"}, "email"),
        ({"password": ""}, "password"),
        ({"password": "too short"}, "password"),
        ({"organisation": "Clear Rivers Network", "password": "Clear Rivers Network"}, "password"),
        ({"kind": "government_office"}, "kind"),
    ],
)
async def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    client: httpx2.AsyncClient, db: Database, changes: dict[str, str], field: str
) -> None:
    answer = await sign_up(client, **{"name": "Amal Haddad", **changes})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert f'href="#{field}"' in answer.text
    assert 'value="Amal Haddad"' in answer.text
    assert str(changes.get("password") or TYPED["password"]) not in answer.text.replace(
        f'value="{changes.get("organisation")}"', ""
    )
    async with db.read() as session:
        assert (await session.exec(select(OneTimeToken))).all() == []


@pytest.mark.parametrize("name", ["\u200b", "\u200b \u2060\ufeff", "\u3164", "\u202e\u202c"])
async def test_a_name_that_nobody_can_see_is_none(
    client: httpx2.AsyncClient, db: Database, name: str
) -> None:
    answer = await sign_up(client, organisation=name)
    assert answer.status_code == 422
    assert 'id="organisation-error"' in answer.text
    program = await client.post("/api/v1/sign-ups", json={**TYPED, "organisation": name})
    assert program.json()["errors"].keys() == {"organisation"}


@pytest.mark.parametrize(
    "name",
    [
        "Prosecutor’s Office – Estaria",
        "PROSECUTOR'S  office - estaria",
        "Prosecutor\u02bcs Off\u00adice ‑ Estaria",
    ],
)
async def test_nobody_signs_up_under_the_name_of_an_office(
    client: httpx2.AsyncClient, make: Make, db: Database, name: str
) -> None:
    await make.organisation("Prosecutor's Office - Estaria", OrganisationKind.GOVERNMENT_OFFICE)
    answer = await sign_up(client, organisation=name)
    assert answer.status_code == 422
    assert "This is the name of an office" in answer.text
    async with db.read() as session:
        assert (await session.exec(select(OneTimeToken))).all() == []


async def test_an_office_that_came_meanwhile_keeps_its_name(
    client: httpx2.AsyncClient, make: Make, settings: Settings, run_jobs: RunJobs, db: Database
) -> None:
    await sign_up(client, organisation="Ministry of the Interior")
    await run_jobs()
    await make.organisation("Ministry of the Interior", OrganisationKind.GOVERNMENT_OFFICE)
    late = await post(client, link_in(mails(settings)[0][2]))
    assert late.status_code == 409
    assert "This is the name of an office" in late.text
    async with db.read() as session:
        assert (await session.exec(select(Account))).all() == []


async def test_who_signs_up_under_a_known_name_is_remembered_as_its_namesake(
    client: httpx2.AsyncClient, make: Make, settings: Settings, run_jobs: RunJobs, db: Database
) -> None:
    known = await make.organisation("Orsa Valley Legal Aid")
    assert (await sign_up(client, organisation="ＯＲＳＡ Valley\u200b Legal Aid")).status_code == 303
    await run_jobs()
    assert (await post(client, link_in(mails(settings)[0][2]))).status_code == 303
    async with db.read() as session:
        query = select(Organisation).where(Organisation.id != known.id)
        made = (await session.exec(query)).one()
    assert (made.name, made.namesake_of_id) == ("ＯＲＳＡ Valley Legal Aid", known.id)


async def test_two_links_for_one_address_make_one_account(
    client: httpx2.AsyncClient, settings: Settings, run_jobs: RunJobs, db: Database
) -> None:
    await sign_up(client)
    await sign_up(client, organisation="Another name")
    await run_jobs()
    first, second = (link_in(text) for _to, _subject, text in mails(settings))
    assert (await post(client, first)).status_code == 303
    late = await post(client, second)
    assert late.status_code == 409
    assert "has an account already" in late.text
    await one_of_each(db)


async def test_nobody_can_flood_an_address(
    client: httpx2.AsyncClient, settings: Settings, run_jobs: RunJobs
) -> None:
    for _number in range(5):
        assert (await sign_up(client)).status_code == 303
    await run_jobs()
    assert len(mails(settings)) == 3


async def test_a_link_that_ended_says_what_to_do(
    client: httpx2.AsyncClient, settings: Settings, run_jobs: RunJobs, db: Database
) -> None:
    await sign_up(client)
    await run_jobs()
    async with db.write() as session:
        [link] = (await session.exec(select(OneTimeToken))).all()
        assert timedelta(hours=47) < link.expires_at - clock.now() <= timedelta(hours=48)
        link.expires_at = clock.now() - timedelta(seconds=1)
        session.add(link)
    path = link_in(mails(settings)[0][2])
    for answer in (await client.get(path), await post(client, path), await client.get("/en/confirm/unknown")):
        assert answer.status_code == 404
        assert "Ask for a new one" in answer.text


async def test_a_link_serves_its_own_purpose_only(
    client: httpx2.AsyncClient, make: Make, settings: Settings, run_jobs: RunJobs
) -> None:
    await make.account(Role.DRAFTER, email="amal@example.org")
    await post(client, "/en/reset", {"email": "amal@example.org"}, page="/en/reset")
    await run_jobs()
    secret = link_in(mails(settings)[0][2]).rsplit("/", 1)[1]
    assert (await client.get(f"/en/confirm/{secret}")).status_code == 404
    assert (await client.get(f"/en/invitation/{secret}")).status_code == 404
    assert (await client.get(f"/en/reset/{secret}")).status_code == 200


@pytest.mark.one_database
async def test_after_a_new_password_the_page_opens_that_she_was_on_her_way_to(
    client: httpx2.AsyncClient, make: Make, settings: Settings, run_jobs: RunJobs
) -> None:
    await make.account(Role.DRAFTER, email="amal@example.org")
    wanted = "/en/contributions/7/questions/X-5?typed=1"
    ways = (await client.get("/en/sign-in", params={"next": wanted})).text
    page = unescape(next(iter(re.findall(r'href="(/en/reset\?[^"]+)"', ways))))
    shown = await client.get(page)
    assert f'name="next" value="{wanted}"' in shown.text
    await post(client, "/en/reset", {"email": "amal@example.org", "next": wanted}, page=page)
    await run_jobs()
    link = link_in(mails(settings)[0][2])
    done = await post(client, link, {"password": "some other garden words"}, page=link)
    assert done.headers["location"] == wanted


async def test_a_forgotten_password_is_replaced_by_mail_and_every_session_ends(
    client: httpx2.AsyncClient, make: Make, settings: Settings, run_jobs: RunJobs
) -> None:
    place = await make.organisation("Clear Rivers Network")
    account = await make.account(Role.SIGNATORY, at=place, email="amal@example.org")
    headers = await make.token(account)
    await make.signed_in(client, account)
    before = client.cookies[SESSION_COOKIE]
    client.cookies.clear()
    asked = await post(client, "/en/reset", {"email": " AMAL@example.org "}, page="/en/reset")
    nobody = await post(client, "/en/reset", {"email": "dima@example.org"}, page="/en/reset")
    assert asked.status_code == nobody.status_code == 303
    assert asked.headers["location"] == nobody.headers["location"] == "/en/look-at-mail"
    await run_jobs()
    [(to, _subject, text)] = mails(settings)
    assert to == "amal@example.org"
    path = link_in(text)
    poor = await post(client, path, {"password": "ClearRiversNetwork 7"}, page=path)
    assert poor.status_code == 422
    assert 'id="password-error"' in poor.text
    done = await post(client, path, {"password": "some other garden words"}, page=path)
    assert done.status_code == 303
    assert (await client.get("/en/my-account")).status_code == 200
    assert (await client.get("/api/v1/me", headers=headers)).status_code == 401
    client.cookies.clear()
    client.cookies.set(SESSION_COOKIE, before, domain="testserver.local", path="/")
    assert (await client.get("/en/my-account")).status_code == 303
    assert (await client.get(path)).status_code == 404


async def test_the_whole_way_in_works_for_programs(
    client: httpx2.AsyncClient, settings: Settings, run_jobs: RunJobs
) -> None:
    refused = await client.post("/api/v1/sign-ups", json={**TYPED, "password": "short"})
    assert refused.status_code == 422
    assert "password" in refused.json()["errors"]
    assert (await client.post("/api/v1/sign-ups", json=TYPED)).status_code == 202
    await run_jobs()
    secret = link_in(mails(settings)[0][2]).rsplit("/", 1)[1]
    assert (await client.post("/api/v1/sign-ups/confirm", json={"token": secret})).status_code == 201
    assert (await client.post("/api/v1/sign-ups/confirm", json={"token": secret})).status_code == 404
    asked = await client.post("/api/v1/password-resets", json={"email": TYPED["email"]})
    assert asked.status_code == 202
    await run_jobs()
    secret = link_in(mails(settings)[-1][2]).rsplit("/", 1)[1]
    new = {"token": secret, "password": "some other garden words"}
    assert (await client.post("/api/v1/password-resets/confirm", json=new)).status_code == 200
    given = {"email": TYPED["email"], "password": new["password"]}
    assert (await client.post("/api/v1/sign-in", json=given)).status_code == 201


async def test_the_right_password_before_confirming_is_told_so_and_the_mail_can_be_sent_again(
    client: httpx2.AsyncClient, db: Database, settings: Settings, run_jobs: RunJobs
) -> None:
    await sign_up(client)
    await run_jobs()
    credentials = {"email": "amal@example.org", "password": TYPED["password"]}
    waiting = await post(client, "/en/sign-in", credentials, page="/en/sign-in")
    assert waiting.status_code == 422
    assert "not confirmed yet" in waiting.text
    wrong = await post(client, "/en/sign-in", {**credentials, "password": "some other garden words"})
    assert "not right" in wrong.text
    assert "not confirmed" not in wrong.text
    for email in ("amal@example.org", "nobody@example.org"):
        again = await post(client, "/en/sign-up/again", {"email": email}, page="/en/look-at-mail")
        assert again.headers["location"] == "/en/look-at-mail"
    assert await run_jobs() == 1
    first, second = (link_in(text) for _to, _subject, text in mails(settings))
    assert first != second
    assert (await post(client, first, page=first)).status_code == 303
    assert (await post(client, second, page=second)).status_code == 409
    # Three mails an hour, however often the button is pressed.
    await post(client, "/en/sign-up/again", {"email": "amal@example.org"})
    assert await run_jobs() == 0


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", {"email": "E-mail address: Fill this in.", "password": "Password: Fill this in."}),
        ("fr", {"email": "Adresse électronique\u00a0: ", "password": "Mot de passe\u00a0: "}),
        ("zh", {"email": "电子邮件地址：", "password": "密码："}),
    ],
)
async def test_the_summary_of_what_is_wrong_names_each_field_by_its_label(
    client: httpx2.AsyncClient, language: str, told: dict[str, str]
) -> None:
    empty = dict.fromkeys(TYPED, "")
    refused = await post(client, f"/{language}/sign-up", empty)
    assert refused.status_code == 422
    summary = refused.text.partition('class="error-summary"')[2].partition("</ul>")[0]
    lines = dict(re.findall(r'<a href="#(\w+)">([^<]*)</a>', summary))
    for name, beginning in told.items():
        assert lines[name].startswith(beginning), lines
    assert "<!--label" not in refused.text
