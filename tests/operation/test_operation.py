"""Running the portal: the first person, e-mail that did not go out, sign-ins on record."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import aiosmtplib
import httpx2
import pytest
from sqlmodel import select

from app.accounts import passwords
from app.accounts.models import Account
from app.audit.models import AuditEntry
from app.notifications import service as notifications
from app.operation import command
from app.organisations.models import Organisation, OrganisationKind, Role
from app.platform import clock, email, queue
from app.platform.db import Database
from app.platform.queue import Job
from app.platform.settings import Settings
from tests.browsing import post
from tests.factories import Make

RunJobs = Callable[[], Awaitable[int]]
PASSWORD = "four unlikely garden words"
HASH = passwords.HASHER.hash(PASSWORD)


@pytest.fixture
async def secretariat(make: Make) -> Account:
    place = await make.organisation("The secretariat", OrganisationKind.SECRETARIAT)
    return await make.account(Role.SECRETARIAT, at=place)


async def acts(db: Database) -> list[AuditEntry]:
    async with db.read() as session:
        query = select(AuditEntry).where(AuditEntry.action.startswith("account."))  # type: ignore[attr-defined]
        return list((await session.exec(query)).all())


async def give_up(db: Database) -> None:
    async with db.write() as session:
        for job in (await session.exec(select(Job))).all():
            job.failed, job.attempts, job.error = True, queue.ATTEMPTS, "SMTPConnectError"
            session.add(job)


async def test_an_installation_gets_its_first_person_from_the_command_line(
    client: httpx2.AsyncClient, db: Database, settings: Settings, run_jobs: RunJobs
) -> None:
    assert await command.invite(db, "Amal@Example.org", Role.SECRETARIAT, "fr", "The office in Vienna") == 0
    assert await command.invite(db, "dima@example.org", Role.AUDITOR, "en", "") == 0
    async with db.read() as session:
        (place,) = (await session.exec(select(Organisation))).all()
    assert (place.name, place.kind) == ("The office in Vienna", OrganisationKind.SECRETARIAT)
    await run_jobs()
    found = [
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in sorted(settings.mail_folder.glob("*.eml"))
    ]
    link = next(
        word
        for mail in found
        if mail["To"] == "amal@example.org"
        for word in mail.get_content().split()
        if "/invitation/" in word
    )
    path = link.removeprefix(settings.public_url)
    done = await post(client, path, {"name": "Amal", "password": PASSWORD}, page=path)
    assert done.status_code == 303
    assert (await client.get("/en/operation")).status_code == 200
    assert "An invitation was accepted." in (await client.get("/en/operation")).text


@pytest.mark.one_database
async def test_an_address_that_is_none_is_not_invited(
    db: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await command.invite(db, "amal", Role.SECRETARIAT, "en", "") == 2
    assert "e-mail address" in capsys.readouterr().err


async def test_mail_that_did_not_go_out_is_seen_and_sent_again(
    client: httpx2.AsyncClient,
    make: Make,
    db: Database,
    settings: Settings,
    secretariat: Account,
    run_jobs: RunJobs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    account = await make.account(email="amal@example.org")
    async with db.write() as session:
        await notifications.notify_account(session, account.id, "accounts/address_known")
        await notifications.notify(session, "dima@example.org", "en", "accounts/address_known")
    real = email.send

    async def down(*_args: Any) -> None:
        raise aiosmtplib.SMTPConnectError("the server at mail.example refuses amal@example.org")

    monkeypatch.setattr(email, "send", down)
    assert await run_jobs() == 2
    await make.signed_in(client, secretariat)
    page = await client.get("/en/operation")
    for shown in ("amal@example.org", "dima@example.org", "SMTPConnectError", "A sign-up for an address"):
        assert shown in page.text
    assert "mail.example" not in page.text
    assert "Given up" not in page.text
    await give_up(db)
    assert (await client.get("/en/operation")).text.count("Given up") == 2
    monkeypatch.setattr(email, "send", real)
    assert await run_jobs() == 0
    sent = await post(client, "/en/operation/mail", {}, page="/en/operation")
    assert sent.status_code == 303
    assert await run_jobs() == 2
    assert len(list(settings.mail_folder.glob("*.eml"))) == 2
    assert "No e-mail failed" in (await client.get("/en/operation")).text


async def test_mail_that_nobody_sends_is_seen_too(
    client: httpx2.AsyncClient,
    make: Make,
    db: Database,
    secretariat: Account,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with db.write() as session:
        await notifications.notify(session, "amal@example.org", "en", "accounts/address_known")
    await make.signed_in(client, secretariat)
    assert "Is a worker running" not in (await client.get("/en/operation")).text
    async with db.write() as session:
        job = (await session.exec(select(Job))).one()
        job.run_after = clock.now() - timedelta(minutes=11)
        session.add(job)
    page = (await client.get("/en/operation")).text
    assert "1 e-mail has waited" in page
    assert "No e-mail failed" not in page
    assert await command.list_mails(db) == 1
    assert "Is a worker running" in capsys.readouterr().out


async def test_one_mail_alone_can_be_sent_again(
    client: httpx2.AsyncClient, make: Make, db: Database, secretariat: Account, run_jobs: RunJobs
) -> None:
    async with db.write() as session:
        for name in ("amal", "dima"):
            await notifications.notify(session, f"{name}@example.org", "en", "accounts/address_known")
    await give_up(db)
    async with db.read() as session:
        first = (await session.exec(select(Job.id))).all()[0]
    await make.signed_in(client, secretariat)
    assert (await post(client, "/en/operation/mail", {"mail": str(first)})).status_code == 303
    assert await run_jobs() == 1
    assert (await post(client, "/en/operation/mail", {"mail": str(first)})).status_code == 404
    assert (await post(client, "/en/operation/mail", {"mail": "x"})).status_code == 422


async def test_the_command_lists_and_retries_without_an_address(
    db: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await command.list_mails(db) == 0
    async with db.write() as session:
        await notifications.notify(session, "amal@example.org", "en", "accounts/address_known")
    await give_up(db)
    capsys.readouterr()
    assert await command.list_mails(db) == 1
    told = capsys.readouterr().out
    assert "accounts/address_known" in told
    assert "given up" in told
    assert "amal" not in told
    assert await command.retry(db, told.split("\t")[0]) == 0
    assert await command.retry(db, None) == 0
    assert await command.retry(db, "x") == 2
    async with db.read() as session:
        job = (await session.exec(select(Job))).one()
    assert (job.failed, job.attempts) == (False, 0)


async def test_only_the_secretariat_and_its_auditors_see_how_the_portal_runs(
    client: httpx2.AsyncClient, make: Make, secretariat: Account
) -> None:
    office = await make.office()
    place = await make.organisation("Another part", OrganisationKind.SECRETARIAT)
    expected = [
        (await make.account(Role.AUDITOR, at=office), 403, 403),
        (await make.account(Role.FOCAL_POINT, at=office), 403, 403),
        (await make.account(Role.SIGNATORY), 403, 403),
        (await make.account(Role.AUDITOR, at=place), 200, 403),
        (secretariat, 200, 303),
    ]
    for who, seen, done in expected:
        await make.signed_in(client, who)
        assert (await client.get("/en/operation")).status_code == seen
        assert (await post(client, "/en/operation/mail")).status_code == done
        assert ("/en/operation" in (await client.get("/en/my-account")).text) is (seen == 200)
        token = await make.token(who)
        assert (await client.get("/api/v1/operation", headers=token)).status_code == seen
        answer = await client.post("/api/v1/operation/mail", headers=token, json={})
        assert answer.status_code == (200 if done == 303 else done)


async def test_what_happens_at_the_doors_is_recorded_without_a_device_and_by_the_hour(
    client: httpx2.AsyncClient, make: Make, db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    account = await make.account(Role.SIGNATORY, email="amal@example.org", password_hash=HASH)
    headers = {"user-agent": "Planted/1.0", "x-forwarded-for": "203.0.113.9"}
    for _number in range(10):
        wrong = {"email": account.email, "password": "wrong wrong wrong"}
        await post(client, "/en/sign-in", wrong, headers=headers)
    await post(client, "/en/sign-in", {"email": "nobody@example.org", "password": "wrong"}, headers=headers)
    token = await make.token(account)
    await client.post("/api/v1/tokens", json={"name": "mine", "days": 30}, headers=token)
    mine = (await client.get("/api/v1/tokens", headers=token)).json()
    await client.delete(f"/api/v1/tokens/{mine[-1]['id']}", headers=token)
    found = await acts(db)
    number = {action: sum(each.action == action for each in found) for action in {e.action for e in found}}
    assert number == {
        "account.sign_in_failed": 11,
        "account.locked": 1,
        "account.token_made": 1,
        "account.token_revoked": 1,
    }
    written = json.dumps([each.model_dump(mode="json") for each in found]) + caplog.text
    for planted in ("Planted", "203.0.113.9", "amal@", "nobody@", "wrong wrong"):
        assert planted not in written
    assert {(e.at.minute, e.at.second, e.at.microsecond) for e in found} == {(0, 0, 0)}
    assert all(clock.now() - e.at < timedelta(hours=1, minutes=1) for e in found)
    assert {e.thing_id for e in found if e.action == "account.locked"} == {account.id}


async def test_a_confidential_contributor_leaves_nothing_at_the_doors(
    client: httpx2.AsyncClient, make: Make, db: Database
) -> None:
    consultation = await make.consultation()
    code = await make.invitation(consultation)
    await client.post("/api/v1/entries", json={"code": code})
    await post(client, "/en/start", {"code": await make.invitation(consultation)}, page="/en/start")
    assert await acts(db) == []
