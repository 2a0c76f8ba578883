import pytest

from app.platform.i18n import CODES
from app.questionnaires.checks import Finding, check, structure_problems
from app.questionnaires.definition import Definition, Readiness, Section, units_of
from app.questionnaires.models import Kind
from tests.questionnaires.definitions import choices, civil_society, question, reword, state, words


def found(definition: Definition, place: str) -> list[Finding]:
    return [finding for finding in check(definition) if finding.place == place]


def test_a_complete_questionnaire_has_nothing_to_mend() -> None:
    assert check(civil_society()) == []
    assert check(state()) == []


@pytest.mark.parametrize("code", ["1-a", "Q 1", "", "Q:1", "x" * 33, "é"])
def test_a_code_that_no_form_can_carry_is_named(code: str) -> None:
    assert any(f.place == f"q:{code}" and f.field == "code" for f in check(civil_society(question(code))))


def test_names_that_meet_are_found_also_among_the_parts_of_a_question() -> None:
    assert found(civil_society(question("Q-1"), question("q-1")), "q:Q-1")
    assert found(civil_society(question("Q"), question("Q-law", kind=Kind.DATE)), "q:Q-law")
    assert found(civil_society(question("A")), "q:A")  # the section is called so


def test_sections_stand_in_sections_that_exist_and_never_in_a_circle() -> None:
    circle = [
        Section(code="A", parent="B", **words(title="a")),
        Section(code="B", parent="A", **words(title="b")),
    ]
    assert found(civil_society(sections=circle), "s:A")
    assert found(civil_society(sections=[Section(code="A", parent="Z", **words(title="a"))]), "s:A")
    assert found(civil_society(question("Q-1", section="Z")), "q:Q-1")


def test_a_choice_needs_values_that_differ_and_a_way_not_to_know() -> None:
    asked = question("Q-1", kind=Kind.SINGLE_CHOICE, choices="places")
    assert found(civil_society(asked), "q:Q-1")[0].blocks
    doubled = civil_society(asked, choice_lists={"places": choices("port", "port", "two words")})
    assert [f.blocks for f in found(doubled, "q:Q-1")] == [True, True, False]
    good = civil_society(asked, choice_lists={"places": choices("port", "dont_know")})
    assert found(good, "q:Q-1") == []


@pytest.mark.parametrize(
    "relevant",
    [
        "${Q-9-law} = 'no'",
        "pulldata('x', 'y', 'z', 'w') = 1",
        "${Q-1-law} =",
        ". = 'no'",
        "(" * 200 + "1" + ")" * 200,
        "'" + "x" * 50_000 + "'",
    ],
)
def test_a_condition_outside_the_language_is_refused_at_its_place(relevant: str) -> None:
    broken = civil_society(question("Q-1"), question("Q-2", relevant=relevant))
    assert [(f.place, f.field, f.blocks) for f in structure_problems(broken)] == [("q:Q-2", "relevant", True)]


def test_questions_that_wait_for_each_other_are_found_also_through_their_section() -> None:
    circle = civil_society(
        question("Q-1", relevant="${Q-2-law} = 'no'"), question("Q-2", relevant="${Q-1-law} = 'no'")
    )
    assert any("Q-1" in str(f.message) for f in structure_problems(circle))
    alone = civil_society(question("Q-1", relevant="${Q-1-law} = 'no'"))
    assert [(f.place, f.field) for f in structure_problems(alone)] == [("q:Q-1", "relevant")]
    inside = civil_society(
        question("Q-1"), sections=[Section(code="A", relevant="${Q-1-law} = 'no'", **words(title="a"))]
    )
    assert structure_problems(inside)


def test_a_missing_translation_names_its_language() -> None:
    definition = civil_society()
    definition.questions[0].texts["prompt"]["ru"] = ""
    assert [(f.place, f.language, f.blocks) for f in check(definition)] == [("q:Q-1:prompt", "ru", True)]


def test_a_changed_source_makes_every_translation_outdated_and_removes_none() -> None:
    definition = reword(civil_society(), "q:Q-1:prompt", "Something else?")
    unit = next(unit for unit in units_of(definition) if unit.key == "q:Q-1:prompt")
    assert {unit.readiness(code) for code in CODES if code != "en"} == {Readiness.OUTDATED}
    assert all(unit.text(code) for code in CODES)
    assert {f.language for f in check(definition)} == set(CODES) - {"en"}


def test_an_empty_translation_is_a_state_and_no_deletion() -> None:
    definition = civil_society()
    del definition.questions[0].texts["prompt"]["fr"]
    unit = next(unit for unit in units_of(definition) if unit.key == "q:Q-1:prompt")
    assert unit.readiness("fr") is Readiness.MISSING
    assert unit.text("ar")
