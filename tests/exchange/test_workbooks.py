"""Forms that other people wrote: what the portal can ask is taken, everything else is named by its cell."""

import io

import pytest
from openpyxl import load_workbook

from app.questionnaires.checks import check
from app.questionnaires.definition import Progress
from app.questionnaires.models import Edition, Kind
from app.xlsform.reader import read_form
from app.xlsform.refusals import FormRead
from tests.exchange import real_forms
from tests.exchange.forms import big_form, form, workbook

HEADER = ["type", "name", "label"]


def refusals(read: FormRead) -> list[tuple[str, int, str]]:
    assert read.definition is None
    assert all(str(each.problem) and str(each.remedy) for each in read.refusals)
    return [(each.sheet, each.row, each.column) for each in read.refusals]


def test_a_plain_form_becomes_a_draft() -> None:
    survey = [
        [
            "type",
            "name",
            "label::English (en)",
            "label::Français (fr)",
            "hint::English (en)",
            "relevance",
            "required",
        ],
        ["start", "start", None, None, None, None, None],
        ["text", "name", "Your name", "Votre nom", "As on paper", None, "yes"],
        ["begin group", "arms", "Arms", "Armes", None, "${name} != ''", None],
        ["select_one yn", "has", "Is there a law?", "Y a-t-il une loi ?", None, None, True],
        ["select_multiple yn", "several", "Which?", None, None, None, "no"],
        ["begin_group", "inner", "Inside", None, None, None, None],
        ["integer", "how_many", "How many?", None, None, None, None],
        ["end_group", None, None, None, None, None, None],
        ["end group", None, None, None, None, None, None],
        ["date", "when", "When?", None, None, None, None],
        ["note", None, "Thank you", None, None, None, None],
    ]
    choices = [["yn", "yes", "Yes"], ["yn", "no", "No"], ["yn", 3, "Three"]]
    read = read_form(
        form(survey, choices, form_title="Arms here", form_id="Arms 2026", default_language="English (en)"),
        "x.xlsx",
    )
    assert read.refusals == ()
    made = read.definition
    assert made is not None
    assert (made.slug, made.edition, made.source_language) == ("arms-2026", Edition.CIVIL_SOCIETY, "en")
    assert made.texts == {"title": {"en": "Arms here"}}
    assert [(s.code, s.parent, s.relevant) for s in made.sections] == [
        ("questions", "", ""), ("arms", "", "${name} != ''"), ("inner", "arms", ""), ("questions-2", "", "")
    ]  # fmt: skip
    assert [(q.code, q.section, q.kind, q.required) for q in made.questions] == [
        ("name", "questions", Kind.SHORT_TEXT, "true()"),
        ("has", "arms", Kind.SINGLE_CHOICE, "true()"),
        ("several", "arms", Kind.MULTIPLE_CHOICE, ""),
        ("how_many", "inner", Kind.NUMBER, ""),
        ("when", "questions-2", Kind.DATE, ""),
        ("note-12", "questions-2", Kind.NOTE, ""),
    ]
    assert made.questions[0].texts == {
        "prompt": {"en": "Your name", "fr": "Votre nom"},
        "why": {"en": "As on paper"},
    }
    assert made.questions[0].states["prompt"]["fr"].state is Progress.DRAFT
    assert [choice.value for choice in made.choice_lists["yn"]] == ["yes", "no", "3"]
    assert any(finding.blocks for finding in check(made))  # it says no topic and no task yet


def test_a_label_without_a_language_is_in_the_language_the_form_falls_back_to() -> None:
    survey = [["type", "name", "label", "label::English"], ["text", "a", "Pourquoi ?", "Why?"]]
    made = read_form(form(survey, default_language="French (fr)"), "x.xlsx").definition
    assert made is not None
    assert made.source_language == "fr"
    assert made.questions[0].texts["prompt"] == {"fr": "Pourquoi ?", "en": "Why?"}


@pytest.mark.parametrize(
    "header",
    ["label::French", "label:français", "label::Français (fr)", "label::fr", "caption::French (fr-CA)"],
)
def test_a_language_is_known_by_its_code_or_by_its_name(header: str) -> None:
    made = read_form(form([["type", "name", header], ["text", "a", "Pourquoi ?"]]), "x.xlsx").definition
    assert made is not None
    assert made.questions[0].texts == {"prompt": {"fr": "Pourquoi ?"}}
    assert made.source_language == "fr"


@pytest.mark.parametrize("kind", [
    "calculate", "hidden", "range", "rank yn", "geopoint", "geotrace", "geoshape", "barcode", "image", "audio",
    "video", "file", "acknowledge", "audit", "time", "dateTime", "osm", "background-audio", "csv-external",
    "xml-external", "select_one_from_file a.csv", "select_multiple_from_file a.xml", "select_one_external yn",
    "select_one yn or_other", "select_one ${a}", "start-geopoint", "background-geopoint", "wibble",
])  # fmt: skip
def test_a_type_that_cannot_be_asked_is_refused_at_its_cell(kind: str) -> None:
    survey = [HEADER, ["text", "a", "A"], [kind, "b", "B"]]
    assert refusals(read_form(form(survey, [["yn", "yes", "Yes"]]), "x.xlsx")) == [("survey", 3, "type")]


@pytest.mark.parametrize("column", [
    "choice_filter", "image", "media::image::English (en)", "audio", "video", "calculation", "trigger", "save_to",
])  # fmt: skip
def test_a_column_that_changes_what_is_asked_is_refused_at_its_cell(column: str) -> None:
    read = read_form(form([[*HEADER, column], ["text", "a", "A", None], ["text", "b", "B", "x"]]), "x.xlsx")
    assert refusals(read) == [("survey", 3, column)]


def test_repeats_are_refused_and_what_is_inside_is_still_looked_at() -> None:
    survey = [
        HEADER,
        ["begin repeat", "r", "R"],
        ["image", "i", "I"],
        ["end repeat", None, None],
        ["text", "a", "A"],
    ]
    assert refusals(read_form(form(survey), "x.xlsx")) == [("survey", 2, "type"), ("survey", 3, "type")]


@pytest.mark.parametrize(("column", "expression"), [
    ("relevant", "pulldata('a', 'b', 'c', ${a})"), ("constraint", "count(/data/x) > 1"), ("relevant", "${nobody} = 1"),
    ("required", "${a} ="), ("relevant", "now() > 1"),
])  # fmt: skip
def test_an_expression_outside_the_language_is_refused_at_its_cell(column: str, expression: str) -> None:
    survey = [[*HEADER, column], ["text", "a", "A", None], ["text", "b", "B", expression]]
    assert refusals(read_form(form(survey), "x.xlsx")) == [("survey", 3, column)]


def test_sheets_from_elsewhere_are_refused_if_there_is_something_on_them() -> None:
    sheets = {
        "survey": [HEADER, ["text", "a", "A"]],
        "entities": [["list_name"]],
        "osm": [["list_name"], ["x"]],
    }
    assert refusals(read_form(workbook(sheets), "x.xlsx")) == [("osm", 0, "")]


def test_choices_are_refused_row_by_row() -> None:
    choices = [["yn", "yes", "Yes"], ["yn", "no no", "No"], ["yn", "yes", "Again"]]
    read = read_form(form([HEADER, ["select_one yn", "a", "A"]], choices), "x.xlsx")
    assert refusals(read) == [("choices", 3, "name"), ("choices", 4, "name")]


def test_a_text_that_shows_an_answer_is_refused() -> None:
    survey = [HEADER, ["text", "a", "A"], ["note", "b", "Hello ${a}"]]
    assert refusals(read_form(form(survey), "x.xlsx")) == [("survey", 3, "label")]


def test_what_is_left_out_is_told_once_a_column() -> None:
    survey = [
        [*HEADER, "default", "parameters"],
        ["text", "a", "A", "x", "rows=3"],
        ["text", "b", "B", "y", None],
    ]
    read = read_form(form(survey, form_id="a", style="pages"), "x.xlsx")
    assert read.definition is not None
    told = [(each.row, each.column) for each in read.notices if each.sheet == "survey"]
    assert told == [(1, "label"), (1, "default"), (1, "parameters")]


def test_columns_of_ours_are_checked_for_what_they_may_hold() -> None:
    header = [*HEADER, "polyphony::obligation", "polyphony::longest", "polyphony::article"]
    read = read_form(form([header, ["text", "a", "A", "always", "many", "x" * 17]]), "x.xlsx")
    assert sorted(refusals(read)) == sorted(("survey", 2, name) for name in header[3:])


def test_the_settings_are_checked_for_what_they_may_hold() -> None:
    settings = {
        "polyphony::slug": "Not A Slug",
        "polyphony::edition": "everybody",
        "default_language": "Swahili (sw)",
    }
    read = read_form(form([HEADER, ["text", "a", "A"]], **settings), "x.xlsx")
    assert sorted(refusals(read)) == sorted(("settings", 2, name) for name in settings)


def test_a_long_form_in_six_languages_is_read() -> None:
    read = read_form(big_form(60), "big.xlsx")
    assert read.definition is not None
    assert len(read.definition.questions) == 60


def test_a_sheet_saved_by_another_program_is_read_the_same() -> None:
    book = load_workbook(io.BytesIO(big_form(20)))
    target = io.BytesIO()
    book.save(target)
    assert read_form(target.getvalue(), "x.xlsx").definition == read_form(big_form(20), "x.xlsx").definition


@pytest.mark.one_database
def test_real_forms_are_taken_or_refused_with_a_reason() -> None:
    paths = real_forms.real_forms()
    if not paths:
        pytest.skip(f"there are no forms in {real_forms.folder()}: name a folder in PORTAL_TESTS_FORMS")
    for path in paths:
        for name, data in real_forms.contents(path):
            read = read_form(data, path.name)
            assert read.definition is not None or read.refusals, name
            assert real_forms.unexplained(read) == [], name
