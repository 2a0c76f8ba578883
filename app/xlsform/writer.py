"""A questionnaire as an XLSForm workbook, which KoboToolbox, ODK and others open without complaint.

What XLSForm has no place for stands in columns and sheets of ours: other programs pass over them, and
xlsform_in reads them back. Every language has its columns, so that a missing translation is an empty
cell. Where a form must show something and there is no text, a stand-in is shown, and the sheet
`translations` says so.
"""

import io
import re
from collections.abc import Iterable, Iterator, Mapping

import xlsxwriter

from app.platform.errors import Conflict
from app.platform.i18n import CODES, _
from app.questionnaires.definition import Definition, QuestionDefinition, Section, Worded, fingerprint
from app.questionnaires.models import Edition, Kind
from app.xlsform import columns
from app.xlsform.columns import CHOICES, GLOSSARY, KIND, OURS, SETTINGS, SURVEY, TRANSLATIONS

Row = dict[str, str]
MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {
    Kind.SHORT_TEXT: "text",
    Kind.LONG_TEXT: "text",
    Kind.NUMBER: "decimal",
    Kind.DATE: "date",
    Kind.NOTE: "note",
    Kind.SINGLE_CHOICE: "select_one",
    Kind.MULTIPLE_CHOICE: "select_multiple",
}
OTHER_TEXT = re.compile(r"[a-z][a-z0-9_]{0,40}\Z")
WIDE, NARROW = 40, 16


def write_form(definition: Definition) -> bytes:
    """The workbook; raises Conflict for a text that no cell can hold."""
    writer = _Writer(definition)
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(target, {**options, "strings_to_numbers": False})
    styles = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
    for name, rows, header in writer.sheets():
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        _fill(sheet, header, rows, *styles)
    book.close()
    return target.getvalue()


def _fill(
    sheet: "xlsxwriter.worksheet.Worksheet", header: list[str], rows: list[Row], bold: object, plain: object
) -> None:
    for place, name in enumerate(header):
        sheet.set_column(place, place, WIDE if "::" in name and OURS not in name else NARROW, plain)
        sheet.write_string(0, place, name, bold)
    places = {name: place for place, name in enumerate(header)}
    for line, row in enumerate(rows, 1):
        for name, text in row.items():
            if not text:
                continue
            if len(text.encode("utf-16-le")) > 2 * columns.LONGEST_CELL:
                raise Conflict(_("A text is too long for the cell of a table. Divide it first."))
            sheet.write_string(line, places[name], text)


class _Writer:
    """Turns one definition into rows; `marks` fills the sheet of translations on the way."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.source = definition.source_language
        self.hint = columns.hint_kind(definition.edition)
        self.marks: list[Row] = []

    def sheets(self) -> Iterator[tuple[str, list[Row], list[str]]]:
        """Each sheet with its rows and its header; the translations last, when all is known of them."""
        survey = list(self.survey())
        yield SURVEY, survey, _header(survey, ["type", "name", *_labels("label")], FIXED)
        choices = list(self.choices())
        yield CHOICES, choices, _header(choices, ["list_name", "name", *_labels("label")])
        settings = [self.settings()]
        yield SETTINGS, settings, _header(settings, [])
        if self.definition.glossary:
            glossary = [
                self.texts({"key": term.key}, term, f"g:{term.key}") for term in self.definition.glossary
            ]
            yield GLOSSARY, glossary, _header(glossary, ["key"])
        yield TRANSLATIONS, self.marks, ["unit", *map(columns.language_header, CODES)]

    def survey(self) -> Iterator[Row]:
        """Sections as groups in one another, each with its questions first."""
        inside: dict[str, list[Section]] = {}
        known = {section.code for section in self.definition.sections}
        for section in self.definition.sections:
            inside.setdefault(section.parent if section.parent in known else "", []).append(section)
        asked: dict[str, list[QuestionDefinition]] = {}
        for question in self.definition.questions:
            asked.setdefault(question.section, []).append(question)
        yield from self.sections("", inside, asked)
        for question in (q for code, some in asked.items() if code not in known for q in some):
            yield from self.question(question)

    def sections(
        self,
        parent: str,
        inside: Mapping[str, Iterable[Section]],
        asked: Mapping[str, Iterable[QuestionDefinition]],
    ) -> Iterator[Row]:
        """The sections of one section."""
        for section in inside.get(parent, ()):
            row = {"type": "begin_group", "name": section.code, KIND: "section", "relevant": section.relevant}
            row[f"{OURS}::article"] = section.article
            yield self.texts(row, section, f"s:{section.code}", {"title": "label"})
            for question in asked.get(section.code, ()):
                yield from self.question(question)
            yield from self.sections(section.code, inside, asked)
            yield {"type": "end_group", "name": section.code}

    def question(self, question: QuestionDefinition) -> Iterator[Row]:
        """One question as one row, or as a group with its parts."""
        row = {"name": question.code, KIND: question.kind.value, "relevant": question.relevant}
        row |= {f"{OURS}::{name}": str(getattr(question, name) or "") for name in columns.ATTRIBUTES}
        row |= {f"{OURS}::{name}": columns.join(getattr(question, name)) for name in columns.LISTS}
        key, shown = f"q:{question.code}", {"prompt": "label", self.hint: "hint"}
        if question.kind is Kind.POSITION:
            yield from self.position(question, row, key, shown)
            return
        row |= {
            "type": TYPES[question.kind],
            "constraint": question.constraint,
            "required": question.required,
        }
        if question.kind in {Kind.SINGLE_CHOICE, Kind.MULTIPLE_CHOICE}:
            row["type"] += f" {columns.list_name(question.choices)}" if question.choices else ""
            row.pop(f"{OURS}::choices")
        if question.kind is Kind.LONG_TEXT:
            row["appearance"] = "multiline"
        shown["constraint_message"] = "constraint_message"
        yield self.texts(row, question, key, shown, {"prompt": {self.source: question.code}})

    def position(
        self, question: QuestionDefinition, row: Row, key: str, shown: dict[str, str]
    ) -> Iterator[Row]:
        """A position: its group, a choice for the law, one for the practice, and a text."""
        parts = {
            part: {"type": "text", "name": f"{question.code}-{part}", KIND: "part"}
            for part in columns.PART_TEXTS
        }
        if self.definition.edition is Edition.STATE:
            del parts["practice"]
            parts["law"]["type"] = f"select_one {OURS}_position"
        else:
            parts["law"]["type"] = f"select_one {OURS}_law"
            parts["practice"]["type"] = f"select_one {OURS}_practice"
        parts["law"]["required"] = question.required
        parts["narrative"] |= {"appearance": "multiline", "constraint": question.constraint}
        places = {kind: parts[part] for part, kind in columns.PART_TEXTS.items() if part in parts}
        places["constraint_message"] = parts["narrative"]
        names = {
            columns.PART_TEXTS[part]: {code: name.in_language(code) for code in CODES}
            for part, name in columns.PART_NAMES.items()
            if part in parts
        }
        shown |= dict.fromkeys(names, "label") | {"constraint_message": "constraint_message"}
        row["type"] = "begin_group"
        yield self.texts(row, question, key, shown, names, places)
        yield from parts.values()
        yield {"type": "end_group", "name": question.code}

    def choices(self) -> Iterator[Row]:
        """The lists of the questionnaire, and those of positions for other programs to show."""
        for name, choices in self.definition.choice_lists.items():
            if not choices:
                self.marks.append({"unit": f"c:{name}"})
            for choice in choices:
                row = {"list_name": columns.list_name(name), "name": choice.value}
                shown, stand_in = {"label": "label"}, {"label": {self.source: choice.value}}
                yield self.texts(row, choice, f"c:{name}/{choice.value}", shown, stand_in)
        if any(question.kind is Kind.POSITION for question in self.definition.questions):
            for name, labels in columns.OWN_LISTS.items():
                for value, label in labels.items():
                    yield {"list_name": name, "name": value} | {
                        f"label::{columns.language_header(code)}": label.in_language(code) for code in CODES
                    }

    def settings(self) -> Row:
        """The one row of settings."""
        form = self.definition
        row = {
            "form_title": "",
            "form_id": f"{form.slug}-{form.edition.value}",
            "version": form.checksum[: columns.PRINT],
            "default_language": columns.language_header(self.source),
            f"{OURS}::slug": form.slug,
            f"{OURS}::edition": form.edition.value,
            f"{OURS}::source_language": self.source,
        }
        shown = {kind: f"{OURS}_{kind}" for kind in ("title", *form.texts, *form.states)}
        self.texts(row, form, "v", shown, {"title": {self.source: form.slug}})
        # Other programs know one title only: it stands in their column, in the source language.
        row["form_title"] = row.pop(f"{OURS}_title::{columns.language_header(self.source)}", "")
        return row

    def texts(
        self,
        row: Row,
        carrier: Worded,
        key: str,
        shown: Mapping[str, str] | None = None,
        stand_ins: Mapping[str, Mapping[str, str]] | None = None,
        places: Mapping[str, Row] | None = None,
    ) -> Row:
        """Write all texts of a carrier into its row, or into `places`, and what is known of them."""
        shown, stand_ins, places = shown or {}, stand_ins or {}, places or {}
        # Sorted, so that equal questionnaires make equal sheets.
        for kind in sorted({*carrier.texts, *carrier.states, *stand_ins}, key=_order):
            texts = carrier.texts.get(kind, {})
            place = places.get(kind, row)
            column = shown.get(kind) or text_column(kind)
            if column is None:
                continue
            instead = {} if any(text.strip() for text in texts.values()) else stand_ins.get(kind, {})
            for code in CODES:
                cell = texts.get(code) or instead.get(code, "")
                if cell:
                    place[f"{column}::{columns.language_header(code)}"] = columns.guard(cell)
            self.note(f"{key}:{kind}", carrier, kind, instead)
        return row

    def note(self, unit: str, carrier: Worded, kind: str, instead: Mapping[str, str]) -> None:
        """What the cells of a text cannot say: its state, of what it was made, whether it is there at all."""
        texts, marks = carrier.texts.get(kind, {}), carrier.states.get(kind, {})
        row: Row = {}
        for code in CODES:
            text, mark = texts.get(code), marks.get(code)
            shown = instead.get(code) if not text else None
            if mark is None and not shown and (text is None or (text and code == self.source)):
                continue
            state = f"{mark.state.value} {mark.source or '-'}" if mark else "none -"
            there = "absent" if text is None else fingerprint(text) if text else "empty"
            row[columns.language_header(code)] = f"{state} {there}" + (
                f" shown={fingerprint(shown)}" if shown else ""
            )
        if row:
            self.marks.append({"unit": unit, **row})


FIXED = [
    "relevant", "constraint", "required", "appearance", KIND,
    *(f"{OURS}::{name}" for name in (*columns.ATTRIBUTES, *columns.LISTS)),
]  # fmt: skip


def _order(kind: str) -> tuple[int, str]:
    """The place of a text among the others: those of questions as they are read, then by name."""
    known = columns.QUESTION_TEXTS
    return (known.index(kind) if kind in known else len(known), kind)


def text_column(kind: str) -> str | None:
    """The column of a text that XLSForm does not know; None for a name that no column can have."""
    if kind in columns.QUESTION_TEXTS or kind in columns.OTHER_TEXTS:
        return kind
    return f"text_{kind}" if OTHER_TEXT.match(kind) else None


def _labels(column: str) -> list[str]:
    return [f"{column}::{columns.language_header(code)}" for code in CODES]


def _header(rows: list[Row], first: list[str], fixed: Iterable[str] = ()) -> list[str]:
    """The columns: the first ones, the fixed ones that are used, and a text's languages side by side."""
    used = dict.fromkeys(name for row in rows for name, text in row.items() if text)
    texts = dict.fromkeys(
        name.partition("::")[0] for name in used if "::" in name and not name.startswith(f"{OURS}::")
    )
    plain = [
        name for name in used if name not in first and (name.startswith(f"{OURS}::") or "::" not in name)
    ]
    ordered = [name for name in fixed if name in plain] + [name for name in plain if name not in fixed]
    kinds = [column for column in texts if f"{column}::{columns.language_header(CODES[0])}" not in first]
    return [*first, *ordered, *(name for column in kinds for name in _labels(column))]
