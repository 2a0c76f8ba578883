"""What was decided, written, taken in and published stands afterwards under the words of the glossary."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, NullPool, create_engine, text

from tests import databases

pytestmark = pytest.mark.thorough

NOW = "2026-11-26 00:00:00"
PUBLISHED = {
    "questions": [
        {
            "code": "S-1",
            "passages": [{"text": "The disposition stands.", "sources": []}],
            "answers": [{"words": "taken_up", "disposition": "taken_up_in_part"}],
            "dispositions": {"taken_up_in_part": 1, "open": 0},
        }
    ]
}


@pytest.fixture
def connection(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Connection]:
    if backend == "sqlite":
        address = databases.sqlite_url(tmp_path / "old.sqlite3")
    else:
        address = request.getfixturevalue("postgres").create("old_words")
    engine = create_engine(address, poolclass=NullPool)
    with engine.connect() as made:
        if backend == "postgres":
            # The rows that these point to do not matter here.
            made.execute(text("SET session_replication_role = replica"))
            made.commit()
        yield made


def insert(connection: Connection, table: str, **row: Any) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    values = ", ".join(f":{name}" for name in row)
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), row)  # noqa: S608


def written(connection: Connection, backend: str) -> None:
    """A submission with one answer, one paragraph of it, a source, a decision, a statement, an outcome."""
    key = {n: UUID(int=n).hex if backend == "sqlite" else str(UUID(int=n)) for n in range(1, 12)}
    insert(
        connection, "account", id=key[6], email="expert@example.org", name="Expert", language="en",
        email_confirmed=True, is_active=True, created_at=NOW,
    )  # fmt: skip
    insert(
        connection, "submission", id=key[1], consultation_id=key[2], office_id=key[3], language="en",
        state="handed_over", state_since=NOW, version=1,
    )  # fmt: skip
    insert(
        connection, "national_answer", id=key[4], submission_id=key[1], question_id=key[5], citations="[]",
        assistance="", state="proposed", state_since=NOW, proposed_by_id=key[6], cleared_text='["As it was"]',
        reopened_reason="", version=3,
    )  # fmt: skip
    insert(
        connection, "passage", id=key[7], national_answer_id=key[4], position=0, text="Its words.",
        edited_by_name="", edited_at=NOW, version=2, removed_by_name="",
    )  # fmt: skip
    insert(
        connection, "passage_version", passage_id=key[7], number=1, text="Older.", edited_by_name="", edited_at=NOW
    )  # fmt: skip
    insert(
        connection, "source", id=key[8], passage_id=key[7], answer_id=key[9], answer_version_id=key[9], starts=0,
        ends=3, quote="Its",
    )  # fmt: skip
    insert(
        connection, "disposition", id=key[10], answer_id=key[9], answer_version_id=key[9], number=1,
        kind="taken_up_in_part", passage_id=key[7], decided_by_name="", decided_at=NOW, was_released=True,
    )  # fmt: skip
    insert(
        connection, "intake_row", id=key[11], consultation_id=key[2], fingerprint="f", row='{"said": "this"}',
        taken_in_at=NOW, dismissed_reason="", dismissed_by_name="",
    )  # fmt: skip
    insert(
        connection, "outcome", id=key[1], consultation_id=key[2], number=1, published_at=NOW,
        content=json.dumps(PUBLISHED),
    )  # fmt: skip
    connection.commit()


def test_every_row_keeps_what_it_says(connection: Connection, backend: str) -> None:
    def one(select: str) -> tuple[Any, ...]:
        return tuple(connection.execute(text(f"SELECT {select}")).one())

    databases.migrated(connection, "0011")
    connection.commit()
    written(connection, backend)
    databases.migrated(connection, "0012")
    assert one("state FROM submission") == ("final",)
    assert one("state FROM national_answer WHERE sent_by_id IS NOT NULL AND approved_at IS NULL") == (
        "for_approval",
    )
    assert "As it was" in str(one("approved_text FROM national_answer"))
    joined = (
        "p.text, v.text, s.quote, d.kind FROM paragraph p JOIN paragraph_version v ON v.paragraph_id = p.id"
    )
    joined += " JOIN source s ON s.paragraph_id = p.id JOIN decision d ON d.paragraph_id = p.id"
    assert one(joined) == ("Its words.", "Older.", "Its", "used_in_part")
    assert "this" in str(one("row FROM statement"))
    (content,) = one("content FROM outcome")
    (asked,) = (json.loads(content) if isinstance(content, str) else content)["questions"]
    assert asked["paragraphs"] == [{"text": "The disposition stands.", "sources": []}]
    assert asked["answers"] == [{"words": "taken_up", "decision": "used_in_part"}]
    assert asked["decisions"] == {"used_in_part": 1, "open": 0}
    connection.commit()
    config = Config(databases.ROOT / "alembic.ini")
    config.attributes["connection"] = connection
    command.downgrade(config, "0011")
    assert one("kind, was_released FROM disposition") == ("taken_up_in_part", True)
    assert one("state FROM national_answer WHERE proposed_by_id IS NOT NULL") == ("proposed",)
    (content,) = one("content FROM outcome")
    assert (json.loads(content) if isinstance(content, str) else content) == PUBLISHED
