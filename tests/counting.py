"""Counting what the portal asks of its database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from app.platform.db import Database


@contextmanager
def asked(db: Database) -> Iterator[list[str]]:
    """The statements of both engines from here on, without the BEGIN that SQLite is told by hand."""
    found: list[str] = []

    def one(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not statement.startswith("BEGIN"):
            found.append(statement)

    engines = (db.engine.sync_engine, db.reading.sync_engine)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", one)
    yield found
    for engine in engines:
        event.remove(engine, "before_cursor_execute", one)
