"""Whether the portal can work: its database answers, and it takes a write. For the operator's monitoring."""

import asyncio
import logging
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Field, SQLModel

from app.platform import clock
from app.platform.db import Database, insert_into

SECONDS = 4.0  # a database that is silent for longer counts as not there
FRESH = timedelta(seconds=5)  # whoever asks without end writes no oftener than that
log = logging.getLogger("portal.readiness")


class Heartbeat(SQLModel, table=True):
    """When the database last took a write that was made to see whether it does."""

    name: str = Field(max_length=20, primary_key=True)
    at: datetime


async def answers(db: Database) -> bool:
    """Whether the database answers a question, asked over the line now and not of the pool."""
    try:
        async with asyncio.timeout(SECONDS), db.read() as session:
            await session.exec(text("SELECT 1"))  # type: ignore[call-overload]
    except (DBAPIError, PoolTimeout, TimeoutError, OSError) as problem:
        log.warning("readiness.no_answer", extra={"problem": type(problem).__name__})
        return False
    return True


async def takes_writes(db: Database) -> bool:
    """Whether the database keeps what it is given: not when its disk is full."""
    try:
        async with asyncio.timeout(SECONDS), db.write() as session:
            now = clock.now()
            beat = insert_into(session, Heartbeat).values(name="ready", at=now)
            changed = beat.on_conflict_do_update(
                index_elements=["name"],
                set_={"at": now},
                where=Heartbeat.at <= now - FRESH,  # type: ignore[arg-type]
            )
            await session.exec(changed)
    except (DBAPIError, PoolTimeout, TimeoutError, OSError) as problem:
        log.warning("readiness.no_write", extra={"problem": type(problem).__name__})
        return False
    return True
