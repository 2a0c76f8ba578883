"""The sheet `survey`, row by row: groups become sections, rows become questions, each with its place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.platform.i18n import Message, _
from app.questionnaires.definition import QuestionDefinition, Section, Worded
from app.questionnaires.models import Edition, Kind, Obligation
from app.xlsform import columns
from app.xlsform import question_types as types_in
from app.xlsform.columns import KIND, OURS, SURVEY
from app.xlsform.headers import Columns
from app.xlsform.limits import LONGEST
from app.xlsform.refusals import Report
from app.xlsform.workbook import Sheet

DEEPEST = 12
MOST_TEXT = 100_000
POSITION, SECTION, PART, REPEAT = "position", "section", "part", "repeat"
TRUE = frozenset({"yes", "Yes", "YES", "true", "True", "TRUE"})
FALSE = frozenset({"no", "No", "NO", "false", "False", "FALSE"})
LOOSE = "questions"
INSERTED = _("The text shows an answer: ${…}.")
INSERTED_REMEDY = _("Write the sentence without it. Texts cannot show answers.")
NO_NAME = _("The row has no name.")
NAME_IT = _("Give it a name of letters, digits and hyphens.")
NOT_CLOSED = _("This group is not closed.")
CLOSE_IT = _("Close every group with end_group, the inner one first.")


@dataclass(slots=True)
class Open:
    """A group that was opened and not closed yet."""

    what: str
    row: int
    code: str = ""
    question: QuestionDefinition | None = None


@dataclass(slots=True)
class Survey:
    """What the sheet asks. `places` says in which row and column a question, section or condition stands."""

    sections: list[Section] = field(default_factory=list)
    questions: list[QuestionDefinition] = field(default_factory=list)
    places: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)


class SurveyReader:
    """Walks through the rows once, with the groups that are open at each."""

    def __init__(
        self, sheet: Sheet, found: Columns, edition: Edition, source: str, title: str, report: Report
    ) -> None:
        self.sheet, self.columns, self.report = sheet, found, report
        self.source, self.title = source, title
        self.hint = columns.hint_kind(edition)
        self.ours = found.ours
        self.keys = {column.header: key for key, column in found.texts.items()}
        self.survey = Survey()
        self.open: list[Open] = []
        self.loose = ""

    def read(self) -> Survey:
        """The whole sheet."""
        for number, row in self.sheet.rows.items():
            if self.cell(row, "disabled") in TRUE:
                continue
            written = " ".join(self.cell(row, "type").split())
            if not written:
                if self.cell(row, "name") or any(self.texts_of(row, "label")):
                    self.refuse(number, "type", _("The row has no type."), types_in.OTHER_TYPE)
            elif types_in.END.match(written):
                self.close(number)
            elif begins := types_in.BEGIN.match(written):
                self.columns_left_out(number, row)
                self.begin(number, row, begins[1])
            else:
                self.row(number, row, written)
        for group in self.open:
            self.refuse(group.row, "type", NOT_CLOSED, CLOSE_IT)
        return self.survey

    def cell(self, row: dict[str, str], name: str) -> str:
        """What a row says in a column."""
        return self.columns.cell(row, name)

    def refuse(self, row: int, column: str, problem: Message, remedy: Message) -> None:
        """Refuse a cell."""
        self.report.refuse(SURVEY, row, self.columns.header(column), problem, remedy)

    def columns_left_out(self, number: int, row: dict[str, str]) -> None:
        """Cells in columns that the portal does not read: refused where they would change what is asked."""
        for column in self.columns.passed_over:
            if not row.get(column.header, "").strip():
                continue
            refused = types_in.REFUSED_COLUMNS.get(column.name)
            if refused is not None:
                self.report.refuse(SURVEY, number, column.header, *refused)
            else:
                self.report.notice(SURVEY, 1, column.header, types_in.PASSED_OVER)

    def begin(self, number: int, row: dict[str, str], control: str) -> None:
        """A group begins: a section, a position, or something that is not supported."""
        code = self.cell(row, "name")
        if len(self.open) >= DEEPEST:
            problem = _("Groups are nested too deeply.")
            self.refuse(number, "type", problem, _("Put fewer groups into one another."))
            self.open.append(Open(REPEAT, number))
            return
        if control != "group":
            self.refuse(number, "type", types_in.REPEATS, types_in.REPEATS_REMEDY)
            self.open.append(Open(REPEAT, number, self.around()))
            return
        if not code:
            self.refuse(number, "name", NO_NAME, NAME_IT)
        if self.cell(row, KIND) == POSITION:
            question = self.question(number, row, code, Kind.POSITION)
            self.open.append(Open(POSITION, number, self.around(), question))
            return
        self.loose = ""
        section = Section(code=code, parent=self.around(), relevant=self.cell(row, "relevant"))
        section.article = columns.unguard(self.cell(row, f"{OURS}::article"))
        self.place(f"s:{code}", number, {"parent": "name", "relevant": "relevant"})
        self.texts(section, row, number, {"label": "title"})
        self.survey.sections.append(section)
        self.open.append(Open(SECTION, number, code))

    def close(self, number: int) -> None:
        """A group ends."""
        self.loose = ""
        if not self.open:
            self.refuse(number, "type", _("No group is open here."), CLOSE_IT)
            return
        self.open.pop()

    def around(self) -> str:
        """The section that the row stands in, empty outside of all."""
        return self.open[-1].code if self.open else ""

    def row(self, number: int, row: dict[str, str], written: str) -> None:
        """A row that is no group."""
        name = self.cell(row, "name")
        group = self.open[-1] if self.open else None
        if group is not None and group.question is not None:
            self.columns_left_out(number, row)
            self.part(number, row, group.question, name)
            return
        if written in types_in.NOTED or written.startswith("uri:"):
            self.survey.lost.add(name)
            problem = _("This is noted by the telephone and left out: %(type)s", type=written)
            self.report.notice(SURVEY, number, self.columns.header("type"), problem)
            return
        asked = types_in.read_type(written)
        if asked.kind is None:
            self.survey.lost.add(name)
            if asked.problem is not None:
                self.refuse(number, "type", asked.problem, asked.remedy)
            return
        self.columns_left_out(number, row)
        if not name and asked.kind is Kind.NOTE:
            name = f"note-{number}"
        if not name:
            self.refuse(number, "name", NO_NAME, NAME_IT)
        question = self.question(number, row, name, self.kind(row, asked.kind))
        if asked.choices:
            question.choices = columns.own_list_name(asked.choices)

    def kind(self, row: dict[str, str], kind: Kind) -> Kind:
        """A text is long if the form says so, in our words or by its appearance."""
        long = "multiline" in self.cell(row, "appearance").split()
        if kind is Kind.SHORT_TEXT and (long or self.cell(row, KIND) == Kind.LONG_TEXT.value):
            return Kind.LONG_TEXT
        return kind

    def question(self, number: int, row: dict[str, str], code: str, kind: Kind) -> QuestionDefinition:
        """A question with its attributes, its conditions and its texts."""
        question = QuestionDefinition(
            code=code, section=self.around() or self.loose_section(number), kind=kind
        )
        for name in columns.ATTRIBUTES:
            self.attribute(question, number, name, columns.unguard(self.cell(row, f"{OURS}::{name}")))
        for name in columns.LISTS:
            setattr(question, name, columns.split(columns.unguard(self.cell(row, f"{OURS}::{name}"))))
        self.place(f"q:{code}", number, {"choices": "type", "terms": f"{OURS}::terms"})
        self.conditions(question, number, row)
        self.texts(question, row, number, {"label": "prompt", "hint": self.hint})
        self.survey.questions.append(question)
        return question

    def attribute(self, question: QuestionDefinition, number: int, name: str, written: str) -> None:
        """One attribute in a column of its own."""
        column = f"{OURS}::{name}"
        if not written:
            return
        if name == "obligation":
            if written in set(Obligation):
                question.obligation = Obligation(written)
            else:
                remedy = _("Use one of: %(values)s.", values=", ".join(Obligation))
                self.refuse(number, column, _("This is none of the obligations."), remedy)
        elif name == "longest":
            if written.isascii() and written.isdigit() and int(written[:7]) <= MOST_TEXT:
                question.longest = int(written)
            else:
                remedy = _("Write a whole number of at most %(most)s.", most=MOST_TEXT)
                self.refuse(number, column, _("This is no length of a text."), remedy)
        elif len(written) > LONGEST[name]:
            remedy = _("Use at most %(most)s characters.", most=LONGEST[name])
            self.refuse(number, column, _("This is too long."), remedy)
        else:
            setattr(question, name, written)

    def part(self, number: int, row: dict[str, str], question: QuestionDefinition, name: str) -> None:
        """One of the rows of a position: its label is a text of the question."""
        part = name.removeprefix(f"{question.code}-")
        kind = columns.PART_TEXTS.get(part)
        if kind is None or name == part:
            remedy = _("Leave in a position only the rows that were in the file you downloaded.")
            self.refuse(number, "name", _("This row is no part of the position around it."), remedy)
            return
        self.conditions(question, number, row)
        self.texts(question, row, number, {"label": kind})

    def conditions(self, question: QuestionDefinition, number: int, row: dict[str, str]) -> None:
        """The expressions of a row; an answer that is simply needed is one that is always true."""
        for name in columns.CONDITIONS:
            written = self.cell(row, name)
            if name == "required":
                written = "true()" if written in TRUE else "" if written in FALSE else written
            if written:
                setattr(question, name, written)
                self.survey.places[f"q:{question.code}", name] = number, self.columns.header(name)

    def texts(self, carrier: Worded, row: dict[str, str], number: int, kinds: dict[str, str]) -> None:
        """The texts of a row; `kinds` says what the common columns mean for it."""
        for (name, code), cell in self.texts_in(row):
            kind = kinds.get(name) or (name if name not in {"label", "hint"} else "")
            if not kind:
                self.report.notice(SURVEY, number, self.columns.header(name), types_in.PASSED_OVER)
                continue
            if "${" in cell:
                header = self.columns.texts.get((name, code)) or self.columns.unmarked[name]
                self.report.refuse(SURVEY, number, header.header, INSERTED, INSERTED_REMEDY)
                continue
            text = columns.unguard(cell)
            carrier.texts.setdefault(kind.removeprefix("text_"), {})[code] = text

    def texts_in(self, row: dict[str, str]) -> Iterator[tuple[tuple[str, str], str]]:
        """The texts of a row with their columns; those without a language are in the source language."""
        for name, column in self.columns.unmarked.items():
            explicit = self.columns.texts.get((name, self.source))
            cell = self.clean(row.get(column.header, ""))
            if cell and not (explicit and row.get(explicit.header)):
                yield (name, self.source), cell
        for header, written in row.items():
            if header in self.keys and (cell := self.clean(written)):
                yield self.keys[header], cell

    def clean(self, cell: str) -> str:
        """A text as its author meant it: exactly, if it comes from this portal."""
        return cell if self.ours else cell.replace("\r\n", "\n").strip()

    def texts_of(self, row: dict[str, str], name: str) -> Iterator[str]:
        """The cells of one text in all languages."""
        return (cell for (each, _code), cell in self.texts_in(row) if each == name)

    def place(self, key: str, number: int, fields: dict[str, str]) -> None:
        """Remember where something stands, to name the cell when it is refused."""
        for name, column in {"": "name", "code": "name", **fields}.items():
            self.survey.places[key, name] = number, self.columns.header(column)

    def loose_section(self, number: int) -> str:
        """The section for questions that stand outside of every group."""
        if not self.loose:
            taken = {section.code.casefold() for section in self.survey.sections}
            count = 1 + sum(bool(re.fullmatch(rf"{LOOSE}(-\d+)?", code)) for code in taken)
            self.loose = LOOSE if count == 1 else f"{LOOSE}-{count}"
            section = Section(code=self.loose)
            if self.title:
                section.texts["title"] = {self.source: self.title}
            self.survey.sections.append(section)
            self.place(f"s:{self.loose}", number, {})
        return self.loose
