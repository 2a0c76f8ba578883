"""Lists of keys that are longer than a statement takes are asked for in parts, and answered as a whole."""

import pytest

from app.platform import ids
from app.platform.batches import LARGEST, batches
from app.platform.db import Database
from app.submissions import queries as submissions
from app.translations import queries as translations
from app.translations.models import Origin, Text, Translation

pytestmark = pytest.mark.databases_differ

# One more than PostgreSQL takes in a statement.
MANY = 65_536


def test_every_key_is_in_one_part() -> None:
    keys = list(range(2 * LARGEST + 1))
    assert [key for part in batches(keys) for key in part] == keys
    assert [len(part) for part in batches(keys)] == [LARGEST, LARGEST, 1]
    assert list(batches([])) == []


async def test_more_answers_than_a_statement_takes_are_looked_up(db: Database, statements: list[str]) -> None:
    text = Text(language="en", body="The last of many.")
    async with db.write() as session:
        session.add(text)
        session.add(Translation(text_id=text.id, language="fr", body="Le dernier.", origin=Origin.HUMAN))
    keys = [*(ids.random_id() for _ in range(MANY - 1)), text.id]
    parts = len(list(batches(keys)))
    statements.clear()
    async with db.read() as session:
        found = await translations.latest_for(session, keys)
        assert {key: list(made) for key, made in found.items()} == {text.id: ["fr"]}
        assert await translations.bodies_of(session, keys) == {text.id: [("Le dernier.", "fr")]}
        assert await submissions.decisions_of(session, dict.fromkeys(keys, text.id)) == {}
        assert await translations.latest_for(session, []) == {}
    assert len(statements) == 3 * parts
