"""The migrations build the tables the models describe, and can be taken back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine, inspect, text

from app import wiring
from tests import databases

pytestmark = pytest.mark.long

SCRIPTS = ScriptDirectory.from_config(Config(databases.ROOT / "alembic.ini"))


@pytest.fixture
def connection(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Connection]:
    """A connection to an empty database."""
    if backend == "sqlite":
        address = databases.sqlite_url(tmp_path / "empty.sqlite3")
    else:
        address = request.getfixturevalue("postgres").create("empty")
    engine = create_engine(address, poolclass=NullPool)
    with engine.connect() as made:
        yield made


def schema(connection: Connection) -> dict[str, object]:
    """Everything about the tables that two equal schemas have in common, whatever the order."""
    seen = inspect(connection)
    return {
        table: {
            "columns": sorted(
                (c["name"], str(c["type"]), c["nullable"], c["default"]) for c in seen.get_columns(table)
            ),
            "key": seen.get_pk_constraint(table)["constrained_columns"],
            "foreign": sorted(str(sorted(k.items(), key=str)) for k in seen.get_foreign_keys(table)),
            "unique": sorted(str(sorted(k.items(), key=str)) for k in seen.get_unique_constraints(table)),
            "checks": sorted(str(c["sqltext"]) for c in seen.get_check_constraints(table)),
            "indexes": sorted((str(i["name"]), str(i["column_names"])) for i in seen.get_indexes(table)),
        }
        for table in seen.get_table_names()
    }


def test_there_is_one_newest_revision() -> None:
    assert len(SCRIPTS.get_heads()) == 1


def test_a_file_is_named_after_its_revision_and_what_it_does() -> None:
    for script in SCRIPTS.walk_revisions():
        assert Path(script.path).stem.startswith(f"{script.revision}_")


def test_data_steps_do_not_import_the_portal() -> None:
    """The code a migration would import has moved on by the time somebody runs it."""
    for script in SCRIPTS.walk_revisions():
        source = Path(script.path).read_text("utf-8")
        assert "from app" not in source
        assert "import app" not in source


def test_the_migrations_build_what_the_models_say(connection: Connection) -> None:
    databases.migrated(connection)
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    assert compare_metadata(context, wiring.metadata) == []


def test_down_and_up_again_gives_the_same_tables(connection: Connection) -> None:
    databases.migrated(connection)
    before = schema(connection)
    connection.commit()
    databases.migrated(connection, "base")
    assert set(schema(connection)) <= {"alembic_version"}
    connection.commit()
    databases.migrated(connection)
    assert schema(connection) == before


def test_migrating_twice_changes_nothing(connection: Connection) -> None:
    databases.migrated(connection)
    before = schema(connection)
    connection.commit()
    databases.migrated(connection)
    assert schema(connection) == before
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    assert list(found) == list(SCRIPTS.get_heads())
