import pytest

from app.authoring.changes import What, compare
from app.authoring.wording import clauses_of, difference
from app.questionnaires.definition import Choice, Definition, QuestionDefinition, Section, Term
from app.questionnaires.models import Edition, Kind

NODES = {"A-law": ("A", "law"), "B": ("B", "")}


def definition(*codes: str, section: str = "S") -> Definition:
    return Definition(
        slug="x",
        edition=Edition.STATE,
        texts={"title": {"en": "Title"}},
        sections=[Section(code="S"), Section(code="T")],
        choice_lists={"yes_no": [Choice(value="yes", texts={"label": {"en": "Yes"}})]},
        glossary=[Term(key="broker", texts={"term": {"en": "broker"}})],
        questions=[
            QuestionDefinition(code=code, section=section, texts={"prompt": {"en": f"Ask {code}?"}})
            for code in codes
        ],
    )


def test_nothing_differs_from_itself() -> None:
    assert compare(definition("A", "B"), definition("A", "B"), "en") == []


def test_questions_are_added_removed_and_moved() -> None:
    found = {c.key: list(c.what) for c in compare(definition("A", "B", "C"), definition("C", "A", "D"), "en")}
    assert found == {"q:C": [What.MOVED], "q:D": [What.ADDED], "q:B": [What.REMOVED]}


def test_one_question_that_moved_is_the_only_one_called_so() -> None:
    codes = [f"Q{number}" for number in range(20)]
    moved = [*codes[1:], codes[0]]
    assert [c.key for c in compare(definition(*codes), definition(*moved), "en")] == ["q:Q0"]


def test_a_changed_question_shows_its_fields_and_its_words() -> None:
    new = definition("A")
    new.questions[0].kind = Kind.DATE
    new.questions[0].texts["prompt"]["en"] = "Ask when?"
    new.questions[0].section = "T"
    (change,) = compare(definition("A"), new, "en")
    assert change.what == [What.MOVED, What.CHANGED]
    assert [name for name, _old, _new in change.fields] == ["section", "kind"]
    assert change.texts == [
        ("prompt", [("same", "Ask "), ("removed", "A"), ("added", "when"), ("same", "?")])
    ]


def test_texts_of_another_language_are_compared_only_when_asked_for() -> None:
    new = definition("A")
    new.questions[0].texts["prompt"]["fr"] = "Quoi ?"
    assert compare(definition("A"), new, "en") == []
    assert [change.key for change in compare(definition("A"), new, "fr")] == ["q:A"]


@pytest.mark.parametrize(
    ("old", "new", "language"),
    [("", "", "en"), ("", "a", "en"), ("一二三", "一四三", "zh"), ("قانون قديم", "قانون جديد", "ar")],
)
def test_a_difference_loses_no_character(old: str, new: str, language: str) -> None:
    parts = difference(old, new, language)
    assert "".join(text for kind, text in parts if kind != "added") == old
    assert "".join(text for kind, text in parts if kind != "removed") == new


def test_conditions_are_said_in_words_as_far_as_words_go() -> None:
    both = clauses_of("${A-law} = 'no' and selected(${B}, 'x')", NODES)
    assert both is not None
    assert [(c.code, c.part, c.is_value, c.value, c.joined_by) for c in both] == [
        ("A", "law", True, "no", ""),
        ("B", "", True, "x", "and"),
    ]
    assert clauses_of("${B} != 3", NODES) is not None
    assert clauses_of("${B} + 1 > 3", NODES) is None
    assert clauses_of("${B} = 1 and ${B} = 2 or ${B} = 3", NODES) is None
