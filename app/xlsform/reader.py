"""An XLSForm workbook as a questionnaire, or every reason why not, each with its cell and what to do.

The steps go from the outside in, and each sees only what the ones before let through: the ZIP file
(container), the cells (workbook), the columns (headers), the rows (survey_in), the questionnaire as a
whole (questionnaires.checks), and at last pyxform's own verdict, because other programs use pyxform.
"""

import re
from collections.abc import Iterator
from pathlib import PurePath

from app.platform.i18n import SOURCE, Message, _
from app.questionnaires.checks import VALUE, Finding, structure_problems
from app.questionnaires.definition import Choice, Definition, Term
from app.questionnaires.models import LONGEST_SLUG, Edition
from app.xlsform import cells as cells_in
from app.xlsform import columns
from app.xlsform import pyxform_check as verdict
from app.xlsform import question_types as types_in
from app.xlsform.columns import CHOICES, GLOSSARY, OURS, SETTINGS, SURVEY, TRANSLATIONS
from app.xlsform.headers import TAKEN, Columns, read_headers
from app.xlsform.limits import LONGEST, MOST_QUESTIONS, NO_SLUG, is_slug
from app.xlsform.refusals import FormRead, Refused, Report
from app.xlsform.survey import INSERTED, INSERTED_REMEDY, Survey, SurveyReader
from app.xlsform.translation_states import apply_marks, mark_all
from app.xlsform.workbook import read_sheets

WANTED = frozenset({*TAKEN, *types_in.REFUSED_SHEETS})
MEND_CONDITION = _("Write the condition with the functions and operators that this portal knows.")
MEND_NAME = _("Give it another name.")
MEND = {
    "relevant": MEND_CONDITION,
    "constraint": MEND_CONDITION,
    "required": MEND_CONDITION,
    "code": MEND_NAME,
    "choices": _("Write the list on the sheet “choices”."),
    "parent": _("Put fewer groups into one another."),
    "terms": _("Add the term to the sheet “glossary”."),
    "questions": _("Add a row for each question."),
}
CHECK_CELL = _("Check the cell.")


def read_form(data: bytes, filename: str) -> FormRead:
    """Read a workbook; nothing in a file makes this raise."""
    report = Report()
    definition, form = None, None
    try:
        form = _Form(data, filename, report)
        definition = form.read()
    except Refused as stopped:
        for refusal in stopped.refusals:
            report.refusals[refusal] = None
    if report.refusals:
        definition = None
    told = tuple(report.refusals), tuple(report.notices)
    return FormRead(definition, *told, form.is_named, form.made_of) if form else FormRead(definition, *told)


class _Form:
    """One workbook on its way to a definition."""

    def __init__(self, data: bytes, filename: str, report: Report) -> None:
        self.filename, self.report = filename, report
        self.is_named, self.made_of = True, ""
        self.sheets = read_sheets(data, WANTED, report)
        self.columns = {
            name: read_headers(sheet, report) for name, sheet in self.sheets.items() if name in TAKEN
        }
        for name, found in self.columns.items():
            cells_in.tell_made(self.sheets[name], found, report)
            cells_in.set_right(self.sheets[name], found, report)

    def read(self) -> Definition | None:
        """The steps in their order."""
        if not self.has_survey():
            return None
        definition = self.settings()
        for name in (SURVEY, CHOICES):
            if name in self.sheets:
                source = definition.source_language
                cells_in.refuse_two_of_one(self.sheets[name], self.columns[name], source, self.report)
        lists, wrong = self.choices(definition.source_language)
        sheet, found = self.sheets[SURVEY], self.columns[SURVEY]
        title = definition.texts.get("title", {}).get(definition.source_language, "")
        reader = SurveyReader(
            sheet, found, definition.edition, definition.source_language, title, self.report
        )
        survey = reader.read()
        definition.sections, definition.questions = survey.sections, survey.questions
        definition.choice_lists = lists
        definition.glossary = list(self.glossary())
        self.whole(definition, survey, wrong)
        self.marks(definition)
        if not self.report.refusals:
            verdict.ask_pyxform(self.sheets, self.columns, self.report)
        return definition

    def has_survey(self) -> bool:
        """Whether there is a sheet to read questions from; refuses the sheets that nothing can be made of."""
        report = self.report
        for name, told in types_in.REFUSED_SHEETS.items():
            if name in self.sheets and self.sheets[name].rows:
                report.refuse(name, 0, "", *told)
        if SURVEY not in self.sheets:
            problem = _("There is no sheet with the name “survey”.")
            remedy = _(
                "Write the questions on a sheet with this name: one row each, with type, name and label."
            )
            report.refuse(SURVEY, 0, "", problem, remedy)
            return False
        missing = [name for name in ("type", "name") if name not in self.columns[SURVEY].plain]
        for name in missing:
            remedy = _("Add it to the first row of the sheet.")
            report.refuse(SURVEY, 1, name, _("The column is missing."), remedy)
        return not missing

    def settings(self) -> Definition:
        """The name, the edition and the texts of the questionnaire."""
        sheet, found = self.sheets.get(SETTINGS), self.columns.get(SETTINGS)
        number, row = next(iter(sheet.rows.items()), (2, {})) if sheet else (2, dict[str, str]())
        found = found or Columns(SETTINGS)
        for other in list(sheet.rows)[1:] if sheet else ():
            self.report.notice(SETTINGS, other, "", _("Only the first row of settings is read."))
        for column in found.passed_over:
            if row.get(column.header):
                self.report.notice(SETTINGS, number, column.header, types_in.PASSED_OVER)
        source = self.source_language(found, number, row)
        definition = Definition(
            slug=self.slug(found, number, row),
            edition=self.edition(found, number, row),
            source_language=source,
        )
        if title := row.get(found.header("form_title"), ""):
            definition.texts["title"] = {source: columns.unguard(title)}
        for (name, code), column in found.texts.items():
            if text := row.get(column.header, ""):
                kind = name.removeprefix(f"{OURS}_")
                definition.texts.setdefault(kind, {})[code] = columns.unguard(text)
        return definition

    def edition(self, found: Columns, number: int, row: dict[str, str]) -> Edition:
        """For whom the form is written; civil society unless it says so."""
        name = f"{OURS}::edition"
        written = found.cell(row, name)
        if written in set(Edition):
            return Edition(written)
        if written:
            remedy = _("Use one of: %(values)s.", values=", ".join(Edition))
            self.report.refuse(
                SETTINGS, number, found.header(name), _("This is none of the editions."), remedy
            )
        else:
            problem = _("The form names no edition: it was read as one for civil society.")
            self.report.notice(SETTINGS, number, name, problem)
        return Edition.CIVIL_SOCIETY

    def slug(self, found: Columns, number: int, row: dict[str, str]) -> str:
        """The name in addresses: as written by us, or made of the form's own name."""
        name = f"{OURS}::slug"
        written = found.cell(row, name)
        if written and not is_slug(written):
            problem = _("This is no name for an address.")
            self.report.refuse(SETTINGS, number, found.header(name), problem, NO_SLUG)
        if written:
            self.made_of = found.cell(row, "version")
        names = (written, found.cell(row, "form_id"), PurePath(self.filename.replace("\\", "/")).stem)
        slugs = [re.sub(r"[^a-z0-9]+", "-", each.lower())[:LONGEST_SLUG].strip("-") for each in names]
        self.is_named = bool(slugs[0] or slugs[1])
        return next(filter(None, slugs), "form")

    def source_language(self, found: Columns, number: int, row: dict[str, str]) -> str:
        """The language that others are translated from."""
        own, default = found.cell(row, f"{OURS}::source_language"), found.cell(row, "default_language")
        if own in columns.CODES:
            return own
        code = columns.find_language(default)
        if code is not None:
            return code
        if default and default.lower() != "default":
            problem = _("The portal does not have this language: %(name)s", name=default[:60])
            remedy = _("Name one of these languages: %(languages)s.", languages=", ".join(columns.CODES))
            self.report.refuse(SETTINGS, number, found.header("default_language"), problem, remedy)
        survey = self.columns[SURVEY]
        spoken = [code for (name, code) in survey.texts if name == "label"]
        if "label" in survey.unmarked or SOURCE in spoken or not spoken:
            if "label" in survey.unmarked:
                problem = _("The form does not say in which language it is: it was read as English.")
                self.report.notice(SURVEY, 1, survey.unmarked["label"].header, problem)
            return SOURCE
        return spoken[0]

    def choices(self, source: str) -> tuple[dict[str, list[Choice]], set[str]]:
        """The lists of the sheet `choices`, and the names of those with something wrong in them."""
        lists: dict[str, list[Choice]] = {}
        wrong: set[str] = set()
        sheet = self.sheets.get(CHOICES)
        if sheet is None:
            return lists, wrong
        found = self.columns[CHOICES]
        seen: set[tuple[str, str]] = set()
        for number, row in sheet.rows.items():
            name, value = found.cell(row, "list_name"), found.cell(row, "name")
            if not name:
                problem = _("The row names no list and is left out.")
                self.report.notice(CHOICES, number, found.header("list_name"), problem)
            if not name or name in columns.OWN_LISTS:
                continue
            name = columns.own_list_name(name)
            for header, problem, remedy in self.wrong_choice(found, row, name, value, seen):
                wrong.add(name)
                self.report.refuse(CHOICES, number, header, problem, remedy)
            seen.add((name, value))
            lists.setdefault(name, []).append(self.choice(found, row, number, value, source))
        return lists, wrong

    def wrong_choice(
        self, found: Columns, row: dict[str, str], name: str, value: str, seen: set[tuple[str, str]]
    ) -> Iterator[tuple[str, Message, Message]]:
        """What is wrong with one choice."""
        title = found.header("name")
        if len(name) > LONGEST["choices"]:
            yield (
                found.header("list_name"),
                _("This is too long."),
                _("Use at most %(most)s characters.", most=64),
            )
        if not VALUE.match(value):
            problem = _(
                "A choice needs a name of letters, digits, dots, hyphens or underscores, without spaces."
            )
            yield title, problem, MEND_NAME
        elif (name, value) in seen:
            yield title, _("The list has this name twice: %(name)s", name=value), MEND_NAME
        texts = (*found.texts.values(), *found.unmarked.values())
        for column in (*found.passed_over, *(each for each in texts if each.name != "label")):
            if row.get(column.header) and column.name in types_in.REFUSED_COLUMNS:
                yield column.header, *types_in.REFUSED_COLUMNS[column.name]
            elif row.get(column.header):
                self.report.notice(CHOICES, 1, column.header, types_in.PASSED_OVER)

    def choice(self, found: Columns, row: dict[str, str], number: int, value: str, source: str) -> Choice:
        """One choice with its labels."""
        choice = Choice(value=value)
        cells = {source: found.unmarked["label"].header} if "label" in found.unmarked else {}
        cells |= {
            code: column.header
            for (name, code), column in found.texts.items()
            if name == "label" and (row.get(column.header) or code not in cells)
        }
        for code, header in cells.items():
            if "${" in row.get(header, ""):
                self.report.refuse(CHOICES, number, header, INSERTED, INSERTED_REMEDY)
            elif text := row.get(header, ""):
                choice.texts.setdefault("label", {})[code] = columns.unguard(text)
        return choice

    def glossary(self) -> Iterator[Term]:
        """The terms of our own sheet."""
        sheet = self.sheets.get(GLOSSARY)
        if sheet is None or "key" not in self.columns[GLOSSARY].plain:
            return
        found = self.columns[GLOSSARY]
        for row in sheet.rows.values():
            term = Term(key=found.cell(row, "key"))
            for (name, code), column in found.texts.items():
                if text := row.get(column.header, ""):
                    term.texts.setdefault(name.removeprefix("text_"), {})[code] = columns.unguard(text)
            yield term

    def marks(self, definition: Definition) -> None:
        """The states of the translations, from our own sheet or as drafts of what stands beside them."""
        sheet = self.sheets.get(TRANSLATIONS)
        if sheet is None or "unit" not in self.columns[TRANSLATIONS].plain:
            mark_all(definition)
        else:
            apply_marks(definition, sheet, self.columns[TRANSLATIONS], self.report)

    def whole(self, definition: Definition, survey: Survey, wrong: set[str]) -> None:
        """What the questionnaire as a whole gets wrong, at the cells where it stands."""
        if len(survey.questions) > MOST_QUESTIONS:
            problem = _("There are too many questions: at most %(most)s.", most=MOST_QUESTIONS)
            self.report.refuse(SURVEY, 0, "", problem, _("Divide the form."))
            return
        lists = {question.code: question.choices for question in survey.questions}
        for finding in structure_problems(definition):
            place = finding.place.split(":", 2)
            code = place[1] if len(place) > 1 else ""
            known = finding.field == "choices" and lists.get(code) in wrong
            known |= finding.field == "questions" and bool(self.report.refusals)
            known |= finding.field == "code" and not code
            if not finding.blocks or known or finding.message.params.get("name") in survey.lost:
                continue
            self.refuse_finding(finding, survey, ":".join(place[:2]))

    def refuse_finding(self, finding: Finding, survey: Survey, key: str) -> None:
        """Name the cell of a finding."""
        default = survey.places.get((key, ""), (0, ""))
        row, column = survey.places.get((key, finding.field), default)
        remedy = MEND.get(finding.field, CHECK_CELL)
        self.report.refuse(SURVEY, row, column, finding.message, remedy)
