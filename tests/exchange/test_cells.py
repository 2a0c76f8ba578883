"""What a spreadsheet program or a keyboard puts into cells: told, set right, or left where nobody reads it."""

import datetime as dt
import io
from typing import Any

import pytest
import xlsxwriter

from app.xlsform.reader import read_form
from app.xlsform.refusals import FormRead
from tests.exchange.forms import form, workbook

HEADER = ["type", "name", "label"]
PLAIN = [HEADER, ["text", "a", "What did you see?"]]


def told(read: FormRead) -> list[tuple[str, int, str, str]]:
    """The notices that not every plain form gets."""
    usual = ("names no edition", "in which language it is")
    return [
        (each.sheet, each.row, each.column, str(each.problem))
        for each in read.notices
        if not any(part in str(each.problem) for part in usual)
    ]


def with_formula(sheet: str, row: int, column: int, formula: str, value: Any, **settings: str) -> bytes:
    """A plain form with one formula in it, and the value that the spreadsheet program kept."""
    target = io.BytesIO()
    sheets: dict[str, list[list[Any]]] = {"survey": PLAIN, "settings": [[*settings], [*settings.values()]]}
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        for name, rows in sheets.items():
            made = book.add_worksheet(name)
            for line, cells in enumerate(rows):
                for place, cell in enumerate(cells):
                    made.write(line, place, cell)
            if name == sheet:
                made.write_formula(row, column, formula, None, value)
    return target.getvalue()


def test_a_formula_that_nobody_reads_is_no_reason_to_refuse() -> None:
    settings = {"form_title": "Ports", "form_id": "ports", "version": ""}
    read = read_form(with_formula("settings", 1, 2, '=TEXT(NOW(),"yyyy")', "2026", **settings), "x.xlsx")
    assert read.definition is not None
    assert told(read) == []


def test_a_formula_under_no_header_is_no_reason_to_refuse() -> None:
    read = read_form(with_formula("survey", 4, 9, "=1+1", "2", form_id="ports"), "x.xlsx")
    assert read.definition is not None
    assert told(read) == [("survey", 5, "J", "Cells under no header are left out.")]


def test_the_value_that_a_formula_had_is_taken_with_a_notice() -> None:
    read = read_form(with_formula("survey", 1, 2, '=A1&"?"', "What?", form_id="ports"), "x.xlsx")
    assert read.definition is not None
    assert read.definition.questions[0].texts["prompt"] == {"en": "What?"}
    assert told(read) == [
        ("survey", 2, "label", "The cell holds a formula. The value it had was taken: What?")
    ]


@pytest.mark.parametrize("value", ["", 0, "#N/A", "#REF!"])
def test_a_formula_without_a_value_is_refused_where_it_is_read(value: Any) -> None:
    read = read_form(with_formula("survey", 1, 2, "=A1", value, form_id="ports"), "x.xlsx")
    assert [(each.row, each.column) for each in read.refusals] == [(2, "label")]


def test_a_text_without_a_language_beside_its_own_language_is_refused() -> None:
    rows = [
        ["type", "name", "label", "label::English (en)"],
        ["text", "a", "Ce que vous avez vu", "What you saw"],
    ]
    read = read_form(form(rows, form_id="ports"), "x.xlsx")
    assert [(each.sheet, each.row, each.column) for each in read.refusals] == [("survey", 1, "label")]
    assert "English" in str(read.refusals[0].problem)


def test_two_columns_of_the_default_language_are_refused_in_choices_too() -> None:
    survey = [["type", "name", "label::French (fr)"], ["select_one yn", "a", "Pourquoi ?"]]
    choices = [["list_name", "name", "label", "label::French (fr)"], ["yn", "yes", "Yes", "Oui"]]
    settings = [["form_id", "default_language"], ["ports", "French (fr)"]]
    read = read_form(workbook({"survey": survey, "choices": choices, "settings": settings}), "x.xlsx")
    assert [(each.sheet, each.row, each.column) for each in read.refusals] == [("choices", 1, "label")]


def test_a_text_without_a_language_stays_where_its_language_is_given_by_nobody_else() -> None:
    rows = [
        ["type", "name", "label", "label::French (fr)"],
        ["text", "a", "What you saw", "Ce que vous avez vu"],
    ]
    read = read_form(form(rows, form_id="ports"), "x.xlsx")
    assert read.definition is not None
    assert read.definition.questions[0].texts["prompt"] == {"en": "What you saw", "fr": "Ce que vous avez vu"}


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("label::العربية (ar)\u200f", "ar"),
        ("label::中文（zh）", "zh"),
        ("label::English (eng)", "en"),
        ("label::English [en]", "en"),
        ("label::Français (fre)", "fr"),
        ("label::\u200eEspañol\u00a0(es)", "es"),
    ],
)
def test_a_language_is_known_however_its_header_is_typed(header: str, code: str) -> None:
    read = read_form(form([["type", "name", header], ["text", "a", "Text"]], form_id="ports"), "x.xlsx")
    assert read.definition is not None, read.refusals
    assert read.definition.questions[0].texts["prompt"] == {code: "Text"}


def test_signs_that_nobody_sees_are_no_part_of_types_names_and_headers() -> None:
    rows = [
        ["\ufefftype", "name\u200b", "label"],
        ["select_one\u00a0yn", "\u200ea", "Why?"],
        ["text\u200b", "b", "How?"],
    ]
    read = read_form(form(rows, [["yn\u200f", "yes\u200b", "Yes"]], form_id="ports"), "x.xlsx")
    assert read.definition is not None, read.refusals
    assert [question.code for question in read.definition.questions] == ["a", "b"]
    assert [choice.value for choice in read.definition.choice_lists["yn"]] == ["yes"]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("${a} = ‘yes’", "${a} = 'yes'"),
        ("${a} = “yes”", '${a} = "yes"'),
        ("selected(${a}，‘yes’)", "selected(${a},'yes')"),
        ("${a}\u00a0= 'yes'", "${a} = 'yes'"),
        ("${a} = 'don’t know'", "${a} = 'don’t know'"),
    ],
)
def test_a_condition_is_read_as_other_programs_read_it(written: str, read_as: str) -> None:
    rows = [[*HEADER, "relevant"], ["text", "a", "Why?", ""], ["text", "b", "How?", written]]
    read = read_form(form(rows, form_id="ports"), "x.xlsx")
    assert read.definition is not None, read.refusals
    assert read.definition.questions[1].relevant == read_as


def test_a_straightened_condition_is_told_and_one_of_plain_spaces_is_not() -> None:
    rows = [[*HEADER, "relevant"], ["text", "a", "Why?", ""], ["text", "b", "How?", "${a} = ‘yes’"]]
    assert [each[:3] for each in told(read_form(form(rows, form_id="x"), "x"))] == [("survey", 3, "relevant")]
    rows[2][3] = "${a}\u00a0= 'yes'"
    assert told(read_form(form(rows, form_id="x"), "x")) == []


def test_a_choice_that_excel_made_a_date_is_told() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        survey, choices = book.add_worksheet("survey"), book.add_worksheet("choices")
        day = book.add_format({"num_format": "d-mmm"})
        for line, row in enumerate([HEADER, ["select_one ages", "a", "How old?"]]):
            survey.write_row(line, 0, row)
        choices.write_row(0, 0, ["list_name", "name", "label"])
        choices.write_row(1, 0, ["ages", "young"])
        choices.write_datetime(1, 2, dt.datetime(2026, 1, 5), day)  # noqa: DTZ001
    read = read_form(target.getvalue(), "x.xlsx")
    assert ("choices", 2, "label") in [each[:3] for each in told(read)]
    assert "read as 2026-01-05" in told(read)[0][3]


def test_columns_and_sheets_that_have_no_place_are_told() -> None:
    survey = [HEADER, ["select_one yn", "a", "Why?"]]
    choices = [
        ["list_name", "name", "label", "hint", "hint::French (fr)"],
        ["yn", "yes", "Yes", "Sure", "Oui"],
    ]
    read = read_form(workbook({"survey": survey, "choices": choices, "Remarks": [["For us only"]]}), "x.xlsx")
    assert [each[:3] for each in told(read)] == [
        ("remarks", 0, ""),
        ("choices", 1, "hint::French (fr)"),
        ("choices", 1, "hint"),
    ]


def test_rows_that_are_left_out_are_told() -> None:
    survey = [HEADER, ["select_one yn", "a", "Why?"]]
    choices: list[list[Any]] = [["list_name", "name", "label"], ["yn", "yes", "Yes"], [None, "no", "No"]]
    settings = [["form_id"], ["ports"], ["harbours"]]
    read = read_form(workbook({"survey": survey, "choices": choices, "settings": settings}), "x.xlsx")
    assert [each[:2] for each in told(read)] == [("settings", 3), ("choices", 3)]
