"""What the files of a database tell besides its rows: their order, and what was deleted.

A table marked `UNORDERED` keeps no order of writing. SQLite stores its rows under their key alone,
which is random. PostgreSQL is made to forget every night (docs/decisions/0011).
"""

import logging
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table, text
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel

from app.platform import daily
from app.platform.db import Database
from app.platform.queue import JobFunction

log = logging.getLogger("portal.traces")
# Last of a table's arguments. It reads as an option of SQLite, and marks the table for PostgreSQL too.
UNORDERED: dict[str, Any] = {"sqlite_with_rowid": False}
PATIENCE_MS = 2_000


def unordered_tables() -> list[Table]:
    """The tables whose order of writing nobody shall read."""
    tables = SQLModel.metadata.sorted_tables
    return [table for table in tables if table.dialect_options["sqlite"]["with_rowid"] is False]


async def fold_log(db: Database, _context: Any = None) -> None:
    """Write SQLite's log of changes into its file and empty it; where somebody reads, the next time.

    The log keeps each transaction whole and in order, with what was deleted since.
    """
    if not db.is_sqlite:
        return
    async with db.engine.connect() as connection:
        # Past the engine's own BEGIN: within a transaction nothing can be folded.
        driver: Any = (await connection.get_raw_connection()).driver_connection
        (patience,) = await (await driver.execute("PRAGMA busy_timeout")).fetchone()
        await driver.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
        try:
            await (await driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")).fetchone()
        finally:
            await driver.execute(f"PRAGMA busy_timeout={patience}")


async def forget_order(db: Database, _context: Any = None) -> None:
    """Once a day, give the rows of PostgreSQL's tables one age and the order of their keys.

    Afterwards `xmin` is the same for every row, and the file holds nothing that was deleted. A table
    that somebody uses just now is left for the next hour.
    """
    if db.is_sqlite:
        return
    for table in unordered_tables():
        try:
            await _forget_order_of(db, table)
        except OperationalError:
            log.warning("traces.table_in_use", extra={"table": table.name})


async def _forget_order_of(db: Database, table: Table) -> None:
    """Two steps, for rows that a transaction deletes are copied along as long as it runs."""
    key = next(iter(table.primary_key.columns)).name
    async with db.write() as session:
        if not await daily.is_first_today(session, f"order of {table.name}"):
            return
        await session.exec(text(f'LOCK TABLE "{table.name}" IN ACCESS EXCLUSIVE MODE NOWAIT'))  # type: ignore[call-overload]
        await session.exec(text(f'UPDATE "{table.name}" SET "{key}" = "{key}"'))  # type: ignore[call-overload] # noqa: S608
    alone = db.engine.execution_options(isolation_level="AUTOCOMMIT")
    async with alone.connect() as connection:
        await connection.execute(text(f"SET lock_timeout = {PATIENCE_MS}"))
        try:
            await connection.execute(text(f'CLUSTER "{table.name}" USING "{table.primary_key.name}"'))
            await connection.execute(text(f'ANALYZE "{table.name}"'))
        finally:
            await connection.execute(text("RESET lock_timeout"))


JOBS: Mapping[str, JobFunction] = {"traces.fold_log": fold_log, "traces.forget_order": forget_order}
