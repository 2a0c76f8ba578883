"""Reading a database as somebody does who carries its files away."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from app.platform.db import Database
from app.wiring import metadata

Row = Mapping[str, Any]
# Points of reference that many contributions share; they say nothing about one of them.
SHARED = {"consultation_id", "office_id", "question_id", "scope_id"}
KEYS = ("id", "text_id", "answer_version_id", "contribution_version_id")


async def every_row(db: Database) -> list[tuple[str, Row]]:
    """Every row of every table in the order in which the file has them, with the name of its table."""
    async with db.engine.connect() as connection:
        return [
            (table.name, dict(row))
            for table in metadata.sorted_tables
            for row in (await connection.execute(select(table))).mappings()
        ]


def touching(rows: Sequence[tuple[str, Row]], marks: Iterable[str]) -> list[tuple[str, Row]]:
    """The rows that hold one of these marks, or the id of a row that does."""
    known = set(marks)
    left = [(name, row, {k: str(v) for k, v in row.items() if k not in SHARED}) for name, row in rows]
    found: list[tuple[str, Row]] = []
    grown = True
    while grown:
        here = [each for each in left if any(mark in value for value in each[2].values() for mark in known)]
        left = [each for each in left if each not in here]
        found += [(name, row) for name, row, _own in here]
        known |= {own[key] for _name, _row, own in here for key in KEYS if key in own}
        grown = bool(here)
    return found


def instants(rows: Iterable[tuple[str, Row]]) -> list[str]:
    """The columns that tell more than a day."""
    return sorted(
        {
            f"{name}.{column}"
            for name, row in rows
            for column, value in row.items()
            if isinstance(value, datetime) and value.time() != time(0)
        }
    )


def ordered_alike(first: Sequence[UUID], second: Sequence[UUID]) -> float:
    """How far two orders agree, in standard deviations of what chance would do (Kendall)."""
    place = {key: number for number, key in enumerate(second)}
    both = [place[key] for key in first if key in place]
    pairs = [(a, b) for number, a in enumerate(both) for b in both[number + 1 :]]
    number = len(both)
    chance = math.sqrt(number * (number - 1) * (2 * number + 5) / 18)
    return sum(1 if a < b else -1 for a, b in pairs) / chance if pairs else 0.0


@dataclass
class Files:
    """All bytes a database keeps: its tables and its log of changes."""

    tables: bytes
    changes: bytes


def of_sqlite(db: Database) -> Files:
    """The file, and the log beside it."""
    path = Path(str(make_url(db.url).database))
    log = path.with_name(path.name + "-wal")
    return Files(path.read_bytes(), log.read_bytes() if log.exists() else b"")


async def of_postgres(db: Database, folder: Path) -> Files:
    """The files of this database and the server's log of changes, after all was written to them."""
    async with db.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(text("CHECKPOINT"))
        number = (
            await connection.execute(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
        ).scalar_one()
    tables = b"".join(path.read_bytes() for path in _files(folder / "base" / str(number)))
    return Files(tables, b"".join(path.read_bytes() for path in _files(folder / "pg_wal")))


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file())


async def dead_rows(db: Database) -> dict[str, tuple[set[str], set[str]]] | None:
    """Of each PostgreSQL table: the transactions of its rows, and those that deleted some; None without pageinspect."""
    found: dict[str, tuple[set[str], set[str]]] = {}
    try:
        async with db.engine.begin() as connection:
            await connection.execute(text("CREATE EXTENSION IF NOT EXISTS pageinspect"))
            for table in metadata.sorted_tables:
                items = await connection.execute(
                    text(
                        "SELECT t_xmin::text, t_xmax::text, t_ctid::text = format('(%s,%s)', page, lp) "
                        "FROM generate_series(0, pg_relation_size(:name) / 8192 - 1) page, "
                        "heap_page_items(get_raw_page(CAST(:name AS text), page::int)) WHERE t_xmin IS NOT NULL"
                    ),
                    {"name": f'"{table.name}"'},
                )
                rows = items.all()
                found[table.name] = ({r[0] for r in rows}, {r[1] for r in rows if r[1] != "0" and r[2]})
    except DBAPIError:
        return None
    return found
