from collections.abc import Iterator
from typing import Any

import pytest

from app.questionnaires import readability
from tests.content import levels, shelf

GRADE = 10
WORDS = 25
ITEMS = list(shelf.items())


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("firearm", 2),
        ("organized", 3),
        ("licences", 3),
        ("trafficked", 2),
        ("officials", 3),
        ("society", 4),
        ("authorities", 4),
        ("money-laundering", 5),
        ("jurisdiction", 4),
        ("violence", 3),
        ("rifles", 2),
        ("judges", 2),
        ("weapon’s", 2),
        ("2025", 4),
    ],
)
def test_syllables_are_counted_as_they_are_spoken(word: str, count: int) -> None:
    assert readability.syllables(word) == count


def test_the_grade_is_the_formula_of_flesch_and_kincaid() -> None:
    # Six words of one syllable in one sentence: 0.39 x 6 + 11.8 x 1 - 15.59.
    assert readability.grade(["The dog sat on the mat."]) == pytest.approx(-1.45)
    assert readability.grade([]) == 0


def test_hard_prose_is_found_hard() -> None:
    legal = (
        "Notwithstanding jurisdictional considerations, administrative authorities facilitate confiscation."
    )
    assert readability.grade([legal]) > GRADE


@pytest.mark.parametrize("item", ITEMS, ids=[item.code for item in ITEMS])
def test_every_question_reads_at_grade_ten_or_below(item: shelf.Item) -> None:
    assert levels.whole(item) <= GRADE
    assert levels.asked(item) <= GRADE


def every_english_text() -> Iterator[tuple[str, str]]:
    for module in shelf.MODULES:
        yield from _leaves(module, shelf.texts(module))
    yield from _leaves("pairs", shelf.read("pairs.en.toml"))
    yield from _leaves("glossary", shelf.read("glossary.en.toml"))


def _leaves(place: str, tree: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, str):
            yield f"{place}.{key}", value
        else:
            yield from _leaves(f"{place}.{key}", value)


def test_no_english_sentence_is_longer_than_25_words() -> None:
    assert {
        place: text for place, text in every_english_text() if readability.longest_sentence(text) > WORDS
    } == {}


def test_introductions_and_glossary_read_at_grade_ten_too() -> None:
    for pair, editions in shelf.read("pairs.en.toml").items():
        for edition, texts in editions.items():
            assert readability.grade([texts["introduction"]]) <= GRADE, (pair, edition)
    meanings = [term["meaning"] for term in shelf.read("glossary.en.toml").values()]
    assert readability.grade(meanings) <= GRADE
