"""Ten confidential contributors, and whoever carries the files away the next morning learns nothing."""

import io
import logging
from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from app.platform import logging as portal_logging
from app.platform.db import Database
from app.platform.settings import Settings
from tests import databases
from tests.factories import Make
from tests.leaks import looking

pytestmark = pytest.mark.thorough

TEN = 10
# What an evening's copy of the files still tells; the safety page and docs/decisions/0011 say so.
OF_THE_DAY = {
    "log of changes: contributions in the order of writing",
    "log of changes: words of a deleted draft",
    "tables: words of a deleted draft",
    "dead rows: deleted by the transaction of a contribution",
    "rows: written by the transaction of a contribution (xmin)",
    "rows: an order of transactions (xmin)",
    "rows: their place tells who came first",
}
# What PostgreSQL keeps in its log of changes until that is recycled, and what a withdrawal leaves.
KEPT = {
    "log of changes: contributions in the order of writing",
    "log of changes: words of a deleted draft",
}
WITHDRAWN = "tables: words of a withdrawn answer"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = portal_logging.handler_for(stream)
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


async def test_the_files_join_nobody_to_anything(
    app: FastAPI, db: Database, make: Make, settings: Settings, log: io.StringIO
) -> None:
    _consultation, told = await looking.contribute(app, make, TEN)
    folder = None if db.is_sqlite else databases.FOLDER / "postgres"
    report = await looking.look(db, settings, told, log.getvalue, folder)
    allowed = {
        "evening": OF_THE_DAY | {WITHDRAWN},
        "morning": {WITHDRAWN} if db.is_sqlite else KEPT | {WITHDRAWN},
        "always": set(),
    }
    for when, question, found in report.lines:
        assert not found or question in allowed[when], f"{when}: {question}: {found}"
