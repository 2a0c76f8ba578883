"""Answers and consultations keep what they hold when the new columns come and go."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Connection, NullPool, create_engine, text

from tests import databases

pytestmark = pytest.mark.thorough

ANSWER, VERSION = UUID(int=1), UUID(int=2)


@pytest.fixture
def connection(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Connection]:
    if backend == "sqlite":
        address = databases.sqlite_url(tmp_path / "old.sqlite3")
    else:
        address = request.getfixturevalue("postgres").create("old")
    engine = create_engine(address, poolclass=NullPool)
    with engine.connect() as made:
        if backend != "sqlite":
            # What an answer belongs to says nothing about its words.
            made.execute(text("SET session_replication_role = replica"))
        yield made


def test_answers_and_their_versions_keep_what_they_say(connection: Connection, backend: str) -> None:
    databases.migrated(connection, "0002")
    key = {
        name: each.hex if backend == "sqlite" else str(each) for name, each in (("a", ANSWER), ("v", VERSION))
    }
    connection.execute(
        text(
            "INSERT INTO answer (id, contribution_id, consultation_id, question_id, value, narrative, language,"
            " evidence, recommendation, publication, skipped, version) VALUES (:a, :v, :v, :v, '', 'Kept.', 'en',"
            " '[]', '{}', 'no', false, 3)"
        ),
        key,
    )
    connection.execute(
        text(
            "INSERT INTO answer_version (id, answer_id, number, value, text_id, language, evidence,"
            " recommendation, publication, submitted_on) VALUES (:v, :a, 1, '', :v, 'en', '[]', '{}', 'no',"
            " '2026-11-21')"
        ),
        key,
    )
    connection.commit()
    databases.migrated(connection)
    row = connection.execute(text("SELECT narrative, version, saved_by_id, saved_at FROM answer")).one()
    assert tuple(row) == ("Kept.", 3, None, None)
    assert connection.execute(text("SELECT count(*) FROM answer_version")).scalar() == 1
    connection.commit()
    databases.migrated(connection, "base")
