"""Tables written anew keep their rows and their rules; instants of contributors' acts go."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, NullPool, create_engine, inspect, text

from tests import databases
from tests.migrations.test_migrations import SCRIPTS, schema

pytestmark = pytest.mark.thorough

CONSULTATION, FIRST, SECOND = (UUID(int=n) for n in (1, 2, 3))
PUBLISHED = datetime(2026, 11, 20, 9, 30, 15, 123, tzinfo=UTC)
WITHDRAWN = datetime(2026, 11, 22, 22, 19, 4, 262502, tzinfo=UTC)
ADDED = {"daily_work", "waiting_act"}
BEFORE = str(SCRIPTS.get_revision("0004").down_revision)


@pytest.fixture
def connection(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Connection]:
    if backend == "sqlite":
        address = databases.sqlite_url(tmp_path / "old.sqlite3")
    else:
        address = request.getfixturevalue("postgres").create("old")
    engine = create_engine(address, poolclass=NullPool)
    with engine.connect() as made:
        yield made


def add(connection: Connection, table: str, **values: object) -> None:
    """A row of which nothing else has to stand."""
    if connection.dialect.name == "sqlite":
        values = {k: v.hex if isinstance(v, UUID) else v for k, v in values.items()}
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), values)  # noqa: S608


def test_what_stood_stands_and_tells_no_instant(connection: Connection) -> None:
    databases.migrated(connection, BEFORE)
    before = schema(connection)
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET session_replication_role = replica"))
    for number, key, at in ((1, FIRST, PUBLISHED), (2, SECOND, WITHDRAWN)):
        add(
            connection,
            "outcome",
            id=key,
            consultation_id=CONSULTATION,
            number=number,
            published_at=at,
            content="{}",
        )
    acts = {"outcome.published": FIRST, "outcome.rebuilt": SECOND, "contribution.withdrawn": SECOND}
    for number, (action, thing) in enumerate(acts.items()):
        add(
            connection,
            "audit_entry",
            id=UUID(int=9 - number),
            at=PUBLISHED if action == "outcome.published" else WITHDRAWN,
            actor_name="",
            action=action,
            thing="X",
            thing_id=thing,
            details="{}",
        )
    connection.commit()
    databases.migrated(connection, "0004")
    after = schema(connection)
    assert {name: told for name, told in after.items() if name not in ADDED} == before
    outcomes = connection.execute(text("SELECT number, id, published_at FROM outcome ORDER BY number")).all()
    assert [row[0] for row in outcomes] == [1, 2]
    assert str(outcomes[0][2])[:26] == str(outcomes[1][2])[:26]
    assert str(outcomes[1][1]).replace("-", "") != SECOND.hex
    entries = connection.execute(text("SELECT action, at, thing_id FROM audit_entry")).all()
    told = {action: (str(at), str(thing).replace("-", "")) for action, at, thing in entries}
    assert "09:30:15" in told["outcome.published"][0]
    for action in ("outcome.rebuilt", "contribution.withdrawn"):
        assert "2026-11-22 00:00:00" in told[action][0]
    assert told["outcome.rebuilt"][1] == str(outcomes[1][1]).replace("-", "")
    connection.commit()
    config = Config(databases.ROOT / "alembic.ini")
    config.attributes["connection"] = connection
    command.downgrade(config, BEFORE)
    assert schema(connection) == before
    assert connection.execute(text("SELECT count(*) FROM audit_entry")).scalar_one() == len(acts)


@pytest.mark.one_database
def test_the_marked_tables_of_sqlite_have_no_row_numbers(connection: Connection) -> None:
    databases.migrated(connection)
    made = connection.execute(
        text("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%WITHOUT ROWID%'")
    ).scalars()
    assert set(made) >= {"audit_entry", "answer", "contribution", "text", "waiting_act"}
    assert "ck_answer_law" in {c["name"] for c in inspect(connection).get_check_constraints("answer")}
