"""What was read before marks said so counts as read, and going down takes away what did not stand."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, NullPool, create_engine, text

from tests import databases

pytestmark = pytest.mark.thorough

READER, VERSION = UUID(int=1), UUID(int=2)


@pytest.fixture
def connection(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Connection]:
    if backend == "sqlite":
        address = databases.sqlite_url(tmp_path / "old.sqlite3")
    else:
        address = request.getfixturevalue("postgres").create("old_marks")
    engine = create_engine(address, poolclass=NullPool)
    with engine.connect() as made:
        if backend == "postgres":
            # The rows a mark points to do not matter here.
            made.execute(text("SET session_replication_role = replica"))
            made.commit()
        yield made


def test_marks_that_stood_count_as_read(connection: Connection, backend: str) -> None:
    databases.migrated(connection, "0002")
    keys = {
        "reader": READER.hex if backend == "sqlite" else str(READER),
        "version": VERSION.hex if backend == "sqlite" else str(VERSION),
    }
    connection.execute(
        text("INSERT INTO read_mark (account_id, answer_version_id) VALUES (:reader, :version)"), keys
    )
    connection.commit()
    databases.migrated(connection)
    assert [bool(read) for read in connection.execute(text("SELECT is_read FROM read_mark")).scalars()] == [
        True
    ]
    connection.execute(text("UPDATE read_mark SET is_read = :no"), {"no": False})
    connection.commit()
    config = Config(databases.ROOT / "alembic.ini")
    config.attributes["connection"] = connection
    command.downgrade(config, "0002")
    assert connection.execute(text("SELECT account_id FROM read_mark")).all() == []
