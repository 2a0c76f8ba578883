"""Jobs exist if and only if their transaction does, run at least once, and give up in sight."""

import asyncio
from datetime import timedelta
from typing import Any

import aiosmtplib
import pytest
from sqlmodel import select

from app.platform import clock, queue
from app.platform.db import Database
from app.platform.logging import JsonLines
from app.platform.queue import Job

pytestmark = pytest.mark.databases_differ


async def jobs_in(db: Database) -> list[Job]:
    async with db.read() as session:
        return list((await session.exec(select(Job))).all())


async def make_due(db: Database) -> None:
    async with db.write() as session:
        for job in (await session.exec(select(Job))).all():
            job.run_after = clock.now() - timedelta(seconds=1)
            session.add(job)


async def test_a_job_of_a_rolled_back_transaction_does_not_exist(db: Database) -> None:
    async def refused() -> None:
        async with db.write() as session:
            await queue.enqueue(session, "send", to="nobody")
            await session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await refused()
    assert await jobs_in(db) == []


async def test_a_job_runs_once_with_its_arguments_and_is_gone(db: Database) -> None:
    seen: list[Any] = []

    async def send(_db: Database, context: Any, **args: Any) -> None:
        seen.append((context, args))

    async with db.write() as session:
        await queue.enqueue(session, "send", to="somebody")
    assert await queue.run_one(db, {"send": send}, "settings")
    assert not await queue.run_one(db, {"send": send}, "settings")
    assert seen == [("settings", {"to": "somebody"})]
    assert await jobs_in(db) == []


async def test_a_job_that_fails_is_tried_again_later_and_then_kept_for_the_operator(db: Database) -> None:
    tries = 0

    async def fail(_db: Database, _context: Any) -> None:
        nonlocal tries
        tries += 1
        raise RuntimeError("words nobody should find in the table")

    async with db.write() as session:
        await queue.enqueue(session, "fail")
    pauses = []
    for _number in range(queue.ATTEMPTS):
        assert await queue.run_one(db, {"fail": fail}, None)
        assert not await queue.run_one(db, {"fail": fail}, None), "it waits before the next try"
        pauses.append(round(((await jobs_in(db))[0].run_after - clock.now()) / timedelta(minutes=1)))
        await make_due(db)
    assert not await queue.run_one(db, {"fail": fail}, None)
    assert tries == queue.ATTEMPTS
    assert pauses == sorted(pauses)
    assert pauses[0] == 1
    assert sum(pauses[:-1]) > 24 * 60, "a mail server may be down for a day"
    (kept,) = await jobs_in(db)
    assert (kept.failed, kept.attempts, kept.error) == (True, queue.ATTEMPTS, "RuntimeError")


async def test_two_workers_never_take_the_same_job(db: Database) -> None:
    async with db.write() as session:
        for number in range(6):
            await queue.enqueue(session, "send", number=number)
    taken = await asyncio.gather(*(queue.take_one(db) for _worker in range(6)))
    ids = [job.id for job in taken if job is not None]
    assert len(ids) == len(set(ids)) >= 1


async def test_a_job_whose_worker_died_is_taken_again(db: Database) -> None:
    async with db.write() as session:
        await queue.enqueue(session, "send")
    first = await queue.take_one(db)
    assert await queue.take_one(db) is None, "it is leased"
    await make_due(db)
    again = await queue.take_one(db)
    assert first is not None
    assert again is not None
    assert (again.id, again.attempts) == (first.id, 2)


async def test_the_worker_stops_when_told(db: Database) -> None:
    stop = asyncio.Event()
    worker = asyncio.create_task(queue.work(db, {}, None, stop))
    await asyncio.sleep(0.05)
    stop.set()
    await asyncio.wait_for(worker, timeout=2)


async def test_what_was_given_up_can_be_listed_and_tried_again(db: Database) -> None:
    broken = True

    async def send(_db: Database, _context: Any, number: int) -> None:
        if broken and number:
            raise ConnectionRefusedError("a server that is down: somebody@example.org")

    async with db.write() as session:
        for number in range(3):
            await queue.enqueue(session, "send", number=number)
        await queue.enqueue(session, "other")
    while await queue.run_one(db, {"send": send, "other": send}, None):
        pass
    async with db.read() as session:
        troubled = await queue.list_troubled(session, "send", 10)
    assert [job.error for job in troubled] == ["ConnectionRefusedError"] * 2
    async with db.write() as session:
        assert await queue.try_again(session, "send", troubled[0].id) == 1
        assert await queue.try_again(session, "send") == 2
    broken = False
    assert await queue.run_one(db, {"send": send}, None)
    assert await queue.run_one(db, {"send": send}, None)
    assert [job.name for job in await jobs_in(db)] == ["other"]


async def test_no_address_reaches_the_log_when_a_mail_fails(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    async def send(_db: Database, _context: Any, **_args: Any) -> None:
        raise aiosmtplib.SMTPRecipientsRefused(
            [aiosmtplib.SMTPRecipientRefused(550, "no such user amal@example.org", "amal@example.org")]
        )

    async with db.write() as session:
        await queue.enqueue(session, "send", to="amal@example.org")
    caplog.handler.setFormatter(JsonLines())
    assert await queue.run_one(db, {"send": send}, None)
    assert "SMTPRecipientsRefused" in caplog.text
    assert "amal" not in caplog.text
    assert "amal" not in (await jobs_in(db))[0].error
