"""Jobs exist if and only if their transaction does, run at least once, and give up in sight."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from app.platform import clock, queue
from app.platform.db import Database
from app.platform.queue import Job


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
        pauses.append((await jobs_in(db))[0].run_after - clock.now())
        await make_due(db)
    assert not await queue.run_one(db, {"fail": fail}, None)
    assert tries == queue.ATTEMPTS
    assert pauses == sorted(pauses)
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
