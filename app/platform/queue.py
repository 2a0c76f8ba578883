"""Jobs: rows written in the caller's transaction, worked off at least once, in any process.

One mechanism serves both databases (docs/decisions/0003). A job that fails is tried again with growing
pauses for more than a day, so that a mail server may be down over night, and then stays, marked, for the
operator.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import func, update
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.platform import clock, ids
from app.platform.db import JSON_TYPE, Database

# One minute, two, four … and from then on every four hours: 32 hours in all.
LONGEST_PAUSE = timedelta(hours=4)
ATTEMPTS = 16
LEASE = timedelta(minutes=5)
OVERDUE = timedelta(minutes=10)
log = logging.getLogger("portal.queue")
JobFunction = Callable[..., Awaitable[None]]


class Job(SQLModel, table=True):
    """Something to do after the commit."""

    id: UUID = Field(default_factory=ids.random_id, primary_key=True)
    name: str = Field(max_length=80)
    args: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_TYPE)
    run_after: datetime = Field(default_factory=clock.now, index=True)
    attempts: int = 0
    failed: bool = False
    error: str = ""


def pause_after(attempts: int) -> timedelta:
    """How long a job rests after its so-manieth failure."""
    return min(timedelta(minutes=2 ** (attempts - 1)), LONGEST_PAUSE)


def _reason(problem: Exception) -> str:
    """The kind of a failure, and the number a server gave it; its words may hold an address."""
    code = getattr(problem, "code", None)
    return type(problem).__name__ + (f" {code}" if isinstance(code, int) else "")


async def enqueue(session: AsyncSession, name: str, **args: Any) -> None:
    """Ask for a job; it exists if and only if the caller's transaction commits."""
    session.add(Job(name=name, args=args))


async def take_one(db: Database) -> Job | None:
    """Lease the next due job: nobody else takes it for five minutes."""
    async with db.write() as session:
        now = clock.now()
        query = select(Job).where(Job.run_after <= now, Job.failed == False).order_by(Job.run_after).limit(1)  # type: ignore[arg-type] # noqa: E712
        if not db.is_sqlite:
            query = query.with_for_update(skip_locked=True)
        job = (await session.exec(query)).first()
        if job is not None:
            job.run_after = now + LEASE
            job.attempts += 1
            session.add(job)
        return job


async def list_troubled(session: AsyncSession, name: str, limit: int) -> Sequence[Job]:
    """The jobs of a name that failed at least once: given up first, then in the order of their next try."""
    query = (
        select(Job)
        .where(Job.name == name, Job.error != "")
        .order_by(col(Job.failed).desc(), col(Job.run_after), col(Job.id))
        .limit(limit)
    )
    return (await session.exec(query)).all()


async def count_overdue(session: AsyncSession, name: str) -> int:
    """How many jobs of a name have waited far too long for their first try: nobody works them off."""
    query = select(func.count()).where(
        Job.name == name, Job.error == "", col(Job.run_after) <= clock.now() - OVERDUE
    )
    return (await session.exec(query)).one()


def is_overdue(job: Job) -> bool:
    """Whether a job has waited far too long for its first try: nobody works it off."""
    return not job.error and not job.failed and job.run_after <= clock.now() - OVERDUE


async def list_jobs(session: AsyncSession, limit: int) -> Sequence[Job]:
    """Every job that stands: given up first, then in the order of their next try."""
    query = select(Job).order_by(col(Job.failed).desc(), col(Job.run_after), col(Job.id)).limit(limit)
    return (await session.exec(query)).all()


async def drop(session: AsyncSession, job_id: UUID) -> Job | None:
    """Delete a job for good, whatever its state; returns it, or nothing where there is none."""
    job = await session.get(Job, job_id, with_for_update=True)
    if job is not None:
        await session.delete(job)
    return job


async def try_again(session: AsyncSession, name: str | None, job_id: UUID | None = None) -> int:
    """Have a troubled job, or all of a name, tried at once and as often as a new one; says how many.

    Without a name, jobs of every name.
    """
    change = update(Job).where(col(Job.error) != "")
    if name is not None:
        change = change.where(col(Job.name) == name)
    if job_id is not None:
        change = change.where(col(Job.id) == job_id)
    done = await session.exec(change.values(failed=False, attempts=0, run_after=clock.now()))
    return int(done.rowcount)


async def run_one(db: Database, jobs: Mapping[str, JobFunction], context: Any) -> bool:
    """Do one due job, if there is one; says whether there was."""
    job = await take_one(db)
    if job is None:
        return False
    try:
        await jobs[job.name](db, context, **job.args)
    except Exception as problem:  # noqa: BLE001  (whatever it was: the job stays and is tried again)
        reason = _reason(problem)
        log.error("queue.job_failed", extra={"job": job.name, "attempt": job.attempts, "error": reason})  # noqa: TRY400  (a trace may hold an address)
        async with db.write() as session:
            await session.exec(
                update(Job)
                .where(Job.id == job.id)  # type: ignore[arg-type]
                .values(
                    failed=job.attempts >= ATTEMPTS,
                    error=reason,
                    run_after=clock.now() + pause_after(job.attempts),
                )
            )
    else:
        async with db.write() as session:
            done = await session.get(Job, job.id)
            if done is not None:
                await session.delete(done)
    return True


async def work(
    db: Database,
    jobs: Mapping[str, JobFunction],
    context: Any,
    stop: asyncio.Event,
    schedule: Mapping[str, timedelta] = MappingProxyType({}),
) -> None:
    """Work off jobs until told to stop; those of the schedule at once and then again and again.

    Several processes may do a scheduled job at about the same time: it has to bear that.
    """
    due = dict.fromkeys(schedule, clock.now())
    while not stop.is_set():
        busy = False
        try:
            for name, again in schedule.items():
                if due[name] <= clock.now():
                    due[name] = clock.now() + again
                    await jobs[name](db, context)
            busy = await run_one(db, jobs, context)
        except Exception:
            log.exception("queue.unreachable")
        if not busy:
            try:
                await asyncio.wait_for(stop.wait(), timeout=1)
            except TimeoutError:
                continue
