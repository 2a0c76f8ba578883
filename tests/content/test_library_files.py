import re
from collections import Counter
from typing import Any

import pytest

from tests.content import shelf

POSITION = {"topic", "task", "prompt", "law", "practice", "account", "why", "example"}
OTHER = {"topic", "task", "prompt", "account", "why", "example"}
STATE = {"topic", "prompt", "help"}
FULL = ("firearms", "untoc", "cross-cutting")
NODE = re.compile(r"\$\{([^}]+)\}")
PARTS = re.compile(r"-(law|practice|narrative)$")


def codes(*modules: str, edition: str = "civil_society") -> list[str]:
    return [item.code for item in shelf.items(*modules, edition=edition)]


@pytest.mark.parametrize(
    ("module", "edition", "least", "most"),
    [
        ("firearms", "civil_society", 20, 25),
        ("untoc", "civil_society", 20, 25),
        ("cross-cutting", "civil_society", 8, 10),
        ("short", "civil_society", 10, 10),
        ("firearms", "state", 19, 22),
        ("untoc", "state", 15, 18),
        ("cross-cutting", "state", 3, 4),
        ("short", "state", 0, 0),
    ],
)
def test_each_module_has_its_size(module: str, edition: str, least: int, most: int) -> None:
    assert least <= len(codes(module, edition=edition)) <= most


def test_every_code_is_unique_among_questions_and_sections() -> None:
    counted = Counter(item.code for item in shelf.items())
    counted.update(part["code"] for module in shelf.MODULES for part in shelf.structure(module)["sections"])
    assert [code for code, times in counted.items() if times > 1] == []


def test_every_article_is_asked_about_in_both_editions() -> None:
    for edition in shelf.EDITIONS:
        of_firearms = {item.entry["article"] for item in shelf.items("firearms", edition=edition)}
        of_convention = {item.entry["article"] for item in shelf.items("untoc", edition=edition)}
        assert of_firearms == {str(number) for number in range(3, 16)}
        assert of_convention == {"2", "5", "6", "8", "9", "10", "15", "23"}


def test_every_question_has_its_texts_and_no_others() -> None:
    for item in shelf.items():
        wanted = STATE if item.edition == "state" else POSITION if item.is_position else OTHER
        if "constraint" in item.entry:
            wanted = wanted | {"constraint_message"}
        assert set(item.texts) == wanted, item.code
        assert all(text.strip() == text and text for text in item.texts.values()), item.code


def test_every_question_of_civil_society_has_an_example_and_search_words() -> None:
    for item in shelf.items(edition="civil_society"):
        assert item.texts["example"]
        assert item.entry["topics"], item.code
        assert all(topic == topic.lower() for topic in item.entry["topics"]), item.code


def test_mappings_and_covers_lead_to_questions() -> None:
    asked_of_states = set(codes(*FULL, edition="state"))
    full_form = codes(*FULL)
    for item in shelf.items(edition="civil_society"):
        assert set(item.entry.get("maps_to", [])) <= asked_of_states, item.code
        assert set(item.entry.get("covers", [])) <= set(full_form), item.code
    mapped = {code for item in shelf.items(*FULL) for code in item.entry.get("maps_to", [])}
    assert asked_of_states - mapped == set()


def test_the_short_form_covers_every_question_of_the_full_form_once() -> None:
    covers = [item.entry["covers"] for item in shelf.items("short")]
    assert all(3 <= len(covered) <= 8 for covered in covers)
    assert sorted(code for covered in covers for code in covered) == sorted(codes(*FULL))


def test_a_question_that_the_state_is_not_asked_says_so() -> None:
    for item in shelf.items(*FULL, edition="civil_society"):
        says_so = "The State is not asked" in item.texts["why"]
        assert says_so == (not item.entry["maps_to"]), item.code


def test_sections_terms_and_choices_are_known() -> None:
    terms = shelf.read("glossary.en.toml")
    for module in shelf.MODULES:
        structure, texts = shelf.structure(module), shelf.texts(module)
        sections = {section["code"]: section for section in structure["sections"]}
        parents = {section.get("parent", "") for section in sections.values()} - {""}
        assert set(texts["sections"]) == set(sections)
        assert parents <= set(sections)
        lists = {entry["name"]: entry["values"] for entry in structure.get("choices", [])}
        labels = {name: list(values) for name, values in texts.get("choices", {}).items()}
        assert labels == lists
        for item in shelf.items(module):
            assert item.entry["section"] in set(sections) - parents, item.code
            assert item.entry["article"] == sections[item.entry["section"]]["article"], item.code
            assert 1 <= len(item.entry["terms"]) <= 4, item.code
            assert set(item.entry["terms"]) <= set(terms), item.code
            assert ("choices" in item.entry) == item.entry.get("kind", "").endswith("_choice"), item.code
            assert {item.entry[key] for key in ("choices",) if key in item.entry} <= set(lists), item.code


def test_conditions_name_questions_that_come_before_them() -> None:
    conditional = 0
    for module in shelf.MODULES:
        before: set[str] = set()
        for item in shelf.items(module, edition="civil_society"):
            condition = item.entry.get("relevant", "")
            conditional += bool(condition)
            assert {PARTS.sub("", node) for node in NODE.findall(condition)} <= before, item.code
            before.add(item.code)
    assert 3 <= conditional <= 5


def test_pairs_are_made_of_modules_and_have_titles() -> None:
    titles = shelf.read("pairs.en.toml")
    pairs = shelf.read("pairs.toml")["pairs"]
    assert [pair["slug"] for pair in pairs] == ["firearms", "untoc", "full", "short"]
    for pair in pairs:
        assert set(pair["modules"]) <= set(shelf.MODULES)
        wanted = set(shelf.EDITIONS) if pair["state"] == pair["slug"] else {"civil_society"}
        assert set(titles[pair["slug"]]) == wanted


def test_the_glossary_says_how_sure_each_term_is() -> None:
    marks = shelf.read("glossary.toml")
    assert list(marks) == list(shelf.read("glossary.en.toml"))
    for key, by_language in marks.items():
        assert set(by_language) == set(shelf.LANGUAGES) - {"en"}, key
        assert set(by_language.values()) <= {"V", "K"}, key


@pytest.mark.parametrize("language", shelf.LANGUAGES)
def test_a_translation_has_no_key_that_english_lacks(language: str) -> None:
    for name in ("pairs", "glossary", *(f"modules/{module}/texts" for module in shelf.MODULES)):
        english, translated = shelf.read(f"{name}.en.toml"), shelf.read(f"{name}.{language}.toml")
        assert _keys(translated) - _keys(english) == set(), name


def _keys(tree: dict[str, Any], place: str = "") -> set[str]:
    found: set[str] = set()
    for key, value in tree.items():
        found |= {f"{place}.{key}"} if isinstance(value, str) else _keys(value, f"{place}.{key}")
    return found
