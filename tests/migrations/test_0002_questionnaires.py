"""What stood before questions had kinds stands afterwards, in the new shape."""

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Connection, NullPool, create_engine, text

from tests import databases

pytestmark = pytest.mark.thorough

VERSION, QUESTION = UUID(int=1), UUID(int=2)


@pytest.fixture
def connection(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Connection]:
    if backend == "sqlite":
        address = databases.sqlite_url(tmp_path / "old.sqlite3")
    else:
        address = request.getfixturevalue("postgres").create("old")
    engine = create_engine(address, poolclass=NullPool)
    with engine.connect() as made:
        yield made


def key(value: UUID, backend: str) -> str:
    return value.hex if backend == "sqlite" else str(value)


def test_sections_questions_and_answers_keep_what_they_say(connection: Connection, backend: str) -> None:
    databases.migrated(connection, "0001")
    sections = json.dumps([{"code": "FP-03", "article": "3", "title": {"en": "Terms", "fr": "Termes"}}])
    connection.execute(
        text(
            "INSERT INTO questionnaire_version (id, slug, edition, number, state, state_since, texts, sections,"
            " checksum) VALUES (:id, 'old', 'state', 1, 'published', '2026-11-21 00:00:00', '{}', :sections, 'x')"
        ),
        {"id": key(VERSION, backend), "sections": sections},
    )
    connection.execute(
        text(
            "INSERT INTO question (id, version_id, code, section, position, instrument, article, paragraph,"
            " obligation, topics, texts) VALUES (:id, :version, 'S-1', 'FP-03', 0, 'FP', '3', '', 'mandatory',"
            " '[]', '{}')"
        ),
        {"id": key(QUESTION, backend), "version": key(VERSION, backend)},
    )
    connection.commit()
    databases.migrated(connection)
    (stored,) = connection.execute(text("SELECT sections FROM questionnaire_version")).scalars()
    (section,) = json.loads(stored) if isinstance(stored, str) else stored
    assert (section["code"], section["article"], section["parent"]) == ("FP-03", "3", "")
    assert section["texts"] == {"title": {"en": "Terms", "fr": "Termes"}}
    row = connection.execute(text("SELECT kind, obligation, relevant, meaning FROM question")).one()
    assert tuple(row) == ("position", "mandatory", "", "")
    connection.commit()
    databases.migrated(connection, "base")
