"""A questionnaire leaves as a workbook and comes back as it was; other programs take the workbook too."""

import io

import pytest
import python_calamine
from hypothesis import HealthCheck, given, settings
from openpyxl import load_workbook
from pyxform.xls2xform import convert

from app.platform.errors import Conflict
from app.questionnaires.definition import Definition, Mark, Progress, Readiness, fingerprint, readiness
from app.questionnaires.models import Edition
from app.questionnaires.shipped import read_pair, shipped_slugs
from app.xlsform.reader import read_form
from app.xlsform.writer import write_form
from tests.exchange.forms import big_definition, definitions

pytestmark = pytest.mark.long

SHIPPED = [
    definition
    for slug in shipped_slugs()
    for pair in [read_pair(slug)]
    for definition in (pair.civil_society, pair.state)
    if definition is not None
]
ANY = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def taken(data: bytes) -> Definition:
    read = read_form(data, "form.xlsx")
    assert [(r.sheet, r.row, r.column, str(r.problem)) for r in read.refusals] == []
    assert [(r.sheet, r.row, r.column, str(r.problem)) for r in read.notices] == []
    assert read.definition is not None
    return read.definition


@ANY
@given(definitions())
def test_what_leaves_comes_back_the_same(definition: Definition) -> None:
    data = write_form(definition)
    once = taken(data)
    assert once == definition
    assert once.checksum == definition.checksum
    assert cells(write_form(once)) == cells(data)
    # Other programs convert it, and have nothing to remark.
    assert convert(data, validate=False).warnings == []


def cells(data: bytes) -> dict[str, list[list[object]]]:
    """What the sheets hold; the bytes of two workbooks differ by their order of texts."""
    book = python_calamine.load_workbook(io.BytesIO(data))
    return {name: sorted(book.get_sheet_by_name(name).to_python(), key=str) for name in book.sheet_names}


@pytest.mark.parametrize("definition", SHIPPED, ids=lambda d: f"{d.slug}-{d.edition.value}")
def test_what_ships_leaves_and_comes_back_the_same(definition: Definition) -> None:
    data = write_form(definition)
    assert convert(data, validate=False).warnings == []
    assert taken(data) == definition


def test_no_cell_is_a_formula_and_every_language_has_its_columns() -> None:
    definition = big_definition(3)
    definition.questions[0].texts["prompt"]["fr"] = "=HYPERLINK(1)"
    sheet = load_workbook(io.BytesIO(write_form(definition)))["survey"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}
    header = [cell.value for cell in sheet[1]]
    assert "label::العربية (ar)" in header
    assert "label::中文 (zh)" in header
    assert "label::Français (fr)" in header


def changed(data: bytes, sheet: str, old: str, new: str | None) -> bytes:
    """The workbook after somebody wrote over a text in a spreadsheet program."""
    book = load_workbook(io.BytesIO(data))
    cells = [cell for row in book[sheet].iter_rows() for cell in row if cell.value == old]
    assert len(cells) == 1
    cells[0].value = new
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def one_question() -> Definition:
    definition = big_definition(1)
    question = definition.questions[0]
    question.texts = {"prompt": {"en": "Why?", "fr": "Pourquoi ?", "es": "¿Por qué?"}}
    source = Mark(state=Progress.REVIEWED, source=question.states["prompt"]["fr"].source)
    question.states = {"prompt": {"fr": source, "es": source}}
    return definition


def mark_as_made_from_now(definition: Definition) -> Definition:
    question = definition.questions[0]
    mark = Mark(state=Progress.REVIEWED, source=fingerprint("Why?"))
    question.states = {"prompt": {"fr": mark, "es": mark}}
    return definition


def states(definition: Definition) -> dict[str, Readiness]:
    question = definition.questions[0]
    marks = question.states["prompt"]
    return {code: readiness(question.texts["prompt"], marks, code) for code in ("en", "fr", "es", "ru")}


def test_a_source_text_changed_in_the_workbook_outdates_its_translations() -> None:
    data = write_form(mark_as_made_from_now(one_question()))
    read = taken(changed(data, "survey", "Why?", "Why not?"))
    outdated = Readiness.OUTDATED
    assert states(read) == {"en": Readiness.SOURCE, "fr": outdated, "es": outdated, "ru": Readiness.MISSING}


def test_a_translation_changed_in_the_workbook_is_a_new_draft_and_the_others_keep_their_state() -> None:
    data = write_form(mark_as_made_from_now(one_question()))
    read = taken(changed(data, "survey", "Pourquoi ?", "Pour quelle raison ?"))
    assert states(read)["fr"] is Readiness.DRAFT
    assert states(read)["es"] is Readiness.REVIEWED


def test_a_translation_that_was_cleared_is_missing_and_not_forgotten() -> None:
    data = write_form(mark_as_made_from_now(one_question()))
    read = taken(changed(data, "survey", "Pourquoi ?", None))
    assert states(read)["fr"] is Readiness.MISSING
    assert read.questions[0].texts["prompt"]["fr"] == ""


def test_a_stand_in_for_a_missing_text_is_not_taken_for_the_text() -> None:
    definition = one_question()
    definition.questions[0].texts, definition.questions[0].states = {}, {}
    data = write_form(definition)
    assert "Q0" in str(convert(data, validate=False).xform)
    assert taken(data).questions[0].texts == {}


def test_a_text_that_no_cell_can_hold_is_not_cut() -> None:
    definition = one_question()
    definition.questions[0].texts["prompt"]["en"] = "x" * 33_000
    with pytest.raises(Conflict):
        write_form(definition)


def test_the_state_edition_has_no_practice() -> None:
    pair = read_pair("firearms")
    assert pair.state is not None
    assert pair.state.edition is Edition.STATE
    sheet = load_workbook(io.BytesIO(write_form(pair.state)))["survey"]
    names = [row[1].value for row in sheet.iter_rows()]
    assert not [name for name in names if name and name.endswith("-practice")]
