from collections import Counter
from typing import Any

import pytest

from app.platform.db import Database
from app.questionnaires import queries as questionnaires
from app.questionnaires.compiled import CompiledVersion
from app.statements import formats
from app.statements.matching import How, match
from app.statements.rows import Row, check_row
from tests.factories import Make
from tests.statements.tables import DIALOGUE, GOOD, INSTRUMENTS

pytestmark = pytest.mark.one_database


@pytest.fixture
async def version(db: Database, make: Make) -> CompiledVersion:
    civil_society, _state = await make.pair()
    async with db.read() as session:
        return await questionnaires.get_compiled(session, civil_society.id)


def found(version: CompiledVersion, **cells: str) -> tuple[str | None, How]:
    row, _problems = check_row(2, {**GOOD, **cells}, INSTRUMENTS)
    matched = match(row, version)
    return version.codes[matched.question_id] if matched.question_id else None, matched.how


async def test_article_and_topic_find_the_question(version: CompiledVersion) -> None:
    assert found(version, article="3", topic="Parts and components") == ("FP-03-c", How.TOPIC)
    assert found(version, article="5", topic="trafficking of arms") == ("FP-05-1b", How.WORD)
    assert found(version, article="x", topic="youth") == ("X-4", How.TOPIC)


async def test_a_topic_under_another_article_is_left_to_a_person(version: CompiledVersion) -> None:
    assert found(version, article="17", topic="data") == (None, How.NO_ARTICLE)
    assert found(version, article="18", topic="cooperation") == (None, How.NO_ARTICLE)


async def test_without_a_topic_no_question_is_guessed(version: CompiledVersion) -> None:
    assert found(version, article="5", topic="poetry") == (None, How.NO_TOPIC)
    assert found(version, article="5", topic="the and of") == (None, How.NO_TOPIC)
    assert found(version, article="21", topic="poetry") == (None, How.NO_ARTICLE)
    assert found(version, instrument="TIP", article="3", topic="definitions") == (None, How.NO_ARTICLE)


async def test_the_only_question_of_an_article_needs_no_topic(version: CompiledVersion) -> None:
    only: Any = version["en"].by_code["FP-08-2"]
    alone = {**version.languages, "en": _with(version, (only,))}
    narrowed = CompiledVersion(**{**_fields(version), "languages": alone})
    assert found(narrowed, article="8", topic="poetry") == ("FP-08-2", How.ONLY)


def _with(version: CompiledVersion, questions: tuple[Any, ...]) -> Any:
    english = version["en"]
    return type(english)(
        english.title, english.introduction, english.sections, questions, english.by_code, english.by_id
    )


def _fields(version: CompiledVersion) -> dict[str, Any]:
    return {name: getattr(version, name) for name in version.__slots__}


async def test_the_statements_of_the_dialogues_find_the_questions_of_their_articles(
    version: CompiledVersion,
) -> None:
    rows: list[Row] = formats.parse(DIALOGUE.read_bytes(), INSTRUMENTS).rows
    assert len(rows) == 39
    hows = Counter(match(row, version).how for row in rows)
    assert hows == {How.TOPIC: 35, How.NO_TOPIC: 4}
