"""Work that waits or failed, from the command line: listed without anybody's address, tried again, dropped."""

from datetime import timedelta

import pytest
from sqlmodel import select

from app.audit.models import AuditEntry
from app.operation import command
from app.platform import clock, ids, queue
from app.platform.db import Database
from app.platform.queue import Job


async def jobs(db: Database) -> dict[str, Job]:
    async with db.read() as session:
        return {job.name: job for job in (await session.exec(select(Job))).all()}


@pytest.fixture
async def failed(db: Database) -> Job:
    given_up = Job(
        name="send_email",
        args={"to": "amal@example.org"},
        attempts=queue.ATTEMPTS,
        failed=True,
        error="TimeoutError",
    )
    async with db.write() as session:
        session.add(given_up)
        session.add(Job(name="later", run_after=clock.now() + timedelta(hours=1)))
    return given_up


async def test_what_was_given_up_is_listed_without_an_address_and_tried_again(
    db: Database, failed: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await command.list_jobs(db) == 1
    told = capsys.readouterr().out
    assert f"{failed.id}\tsend_email\tgiven up\t16 tries\tTimeoutError" in told
    assert "amal" not in told
    assert await command.retry_jobs(db, str(failed.id)) == 0
    again = (await jobs(db))["send_email"]
    assert (again.failed, again.attempts) == (False, 0)
    assert await command.list_jobs(db) == 0


async def test_a_job_is_dropped_for_good_and_the_record_says_so(db: Database, failed: Job) -> None:
    assert await command.drop_job(db, str(failed.id)) == 0
    assert set(await jobs(db)) == {"later"}
    async with db.read() as session:
        (entry,) = (await session.exec(select(AuditEntry).where(AuditEntry.action == "job.dropped"))).all()
    assert entry.details == {"name": "send_email"}


async def test_what_is_not_there_is_not_dropped_nor_tried_again(
    db: Database, failed: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    for wanted in (str(ids.random_id()), "not an identifier", None):
        assert await command.drop_job(db, wanted) == 2
    assert await command.retry_jobs(db, str(ids.random_id())) == 2
    assert "There is no such job" in capsys.readouterr().err
    assert set(await jobs(db)) == {"later", "send_email"}
    assert await command.retry_jobs(db, None) == 0


@pytest.mark.one_database
async def test_a_job_nobody_works_off_is_seen(db: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert await command.list_jobs(db) == 0
    async with db.write() as session:
        session.add(Job(name="waits", run_after=clock.now() - timedelta(minutes=11)))
    assert await command.list_jobs(db) == 1
    assert "Is a worker running?" in capsys.readouterr().out


@pytest.mark.one_database
async def test_a_state_is_put_on_the_portal_once_with_its_names(
    db: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    async def create(code: str, zone: str = "UTC", **names: str) -> int:
        return await command.create_state(db, code, "Office of the Attorney-General", zone, "en", names)

    assert await create("KE", "Africa/Nairobi", fr="République du Kenya") == 0
    told = capsys.readouterr().out
    assert all(name in told for name in ("كينيا", "肯尼亚", "Kenya", "République du Kenya", "Кения"))
    assert await create("KE") == 2
    assert await create("KENYA") == 2
    assert await create("UG", "Nairobi") == 2
    assert await create("QQ") == 2  # no name is known of it, and none is given
    assert await create("QQ", en="Estaria") == 0
