"""Counting statements."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event

from app.platform.db import Database


@pytest.fixture
def statements(db: Database) -> Iterator[Callable[[], list[str]]]:
    """Begins a list of the statements that follow."""
    lists: list[list[str]] = []

    def one(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not statement.startswith("BEGIN"):
            for each in lists:
                each.append(statement)

    def begin() -> list[str]:
        lists.append([])
        return lists[-1]

    event.listen(db.engine.sync_engine, "before_cursor_execute", one)
    yield begin
    event.remove(db.engine.sync_engine, "before_cursor_execute", one)
