"""Reading a table of statements: rows as they are, and every problem with its line and its repair.

Nothing in a file makes this raise. A cell that looks like a formula is text and stays text.
"""

import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from app.platform import signs
from app.platform.i18n import Message, _, n_
from app.statements.rows import COLUMNS, Row, check_row, lost_letters

MAX_BYTES = 5_000_000
MAX_ROWS = 5_000
SEPARATORS = (",", ";", "\t")
SEPARATOR_NAMES = {";": _("a semicolon"), "\t": _("a tab")}
SEPARATOR = re.compile(r'"?sep=(.)"?[,;\t]*', re.IGNORECASE)
# The spelling of the pages, beside that of the interface for programs.
ALSO = {"organization": "organisation", "organization_type": "organisation_type"}
UTF16 = (b"\xff\xfe", b"\xfe\xff")
EXPECTED = ",".join(COLUMNS)
UNSHOWABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
SAVE_AGAIN = _("Save the table as “CSV UTF-8” and try again.")
USE_COLUMNS = _("The first line must name exactly these columns: %(columns)s.", columns=EXPECTED)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about one line: what is wrong and what to do; a note where nothing has to be done."""

    line: int
    column: str | None
    problem: Message
    remedy: Message
    is_note: bool = False


@dataclass(slots=True)
class Table:
    """The rows that can be taken in and the report on all others; `instruments` are the codes they may name."""

    instruments: Sequence[str] = ()
    rows: list[Row] = field(default_factory=list)
    not_text: list[int] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def problems(self) -> list[Finding]:
        """The findings that keep a line out."""
        return [finding for finding in self.findings if not finding.is_note]

    @property
    def lost_lines(self) -> set[int]:
        """The lines that cannot be taken in."""
        return {finding.line for finding in self.problems} | set(self.not_text)

    @property
    def notes(self) -> list[Finding]:
        """The findings that are only worth knowing."""
        return [finding for finding in self.findings if finding.is_note]


def parse(data: bytes, instruments: Collection[str]) -> Table:
    """The rows of a file and a report line by line; never raises for what the file holds."""
    table = Table(instruments=tuple(instruments))
    if len(data) > MAX_BYTES:
        table.findings.append(
            Finding(1, None, _("The file is larger than 5 MB."), _("Divide it into smaller files."))
        )
        return table
    if data.startswith(UTF16):
        table.findings.append(Finding(1, None, _("The file is UTF-16, not UTF-8."), SAVE_AGAIN))
        return table
    # Bytes that are not UTF-8 become lone surrogates, so that only their own rows are lost.
    lines = list(io.StringIO(data.decode("utf-8-sig", "surrogateescape"), newline=""))
    named = _named_separator(lines)
    header = next((line for line in lines if line.strip()), None)
    if header is None:
        table.findings.append(Finding(1, None, _("There is nothing in this file."), USE_COLUMNS))
        return table
    separator = named or _separator(header)
    if separator != ",":
        told = _("The columns are separated by %(sign)s.", sign=SEPARATOR_NAMES[separator])
        fine = _("Nothing to do: the file was read that way.")
        table.findings.append(Finding(lines.index(header) + 1, None, told, fine, is_note=True))
    _read(table, lines, separator)
    if len(table.not_text) > 1:
        others = len(table.not_text) - 1
        told = n_(
            "%(num)s more row is not UTF-8, from this line on.",
            "%(num)s more rows are not UTF-8, from this line on.",
            others,
        )
        table.findings.append(Finding(table.not_text[1], None, told, SAVE_AGAIN))
    return table


def _separator(header: str) -> str:
    """The sign that finds most of the expected columns in the first line; a comma if none does better."""

    def found(sign: str) -> int:
        return len({_name_of(cell.strip().strip('"')) for cell in header.split(sign)} & set(COLUMNS))

    return max(SEPARATORS, key=found)


def _named_separator(lines: list[str]) -> str:
    """The separator that Excel writes into a line of its own at the top; the line is emptied."""
    if lines:
        lines[0] = lines[0].lstrip("\ufeff")
    place = next((n for n, line in enumerate(lines) if line.strip()), None)
    named = SEPARATOR.fullmatch(lines[place].strip("\r\n")) if place is not None else None
    if place is None or named is None or named[1] not in SEPARATORS:
        return ""
    lines[place] = "\n"
    return named[1]


def _name_of(cell: str) -> str:
    """The column that a heading names: spaces for lines, capitals and invisible signs make no difference."""
    name = signs.plain(cell).casefold().replace(" ", "_")
    return ALSO.get(name, name)


def _read(table: Table, lines: list[str], separator: str) -> None:
    order: list[str] | None = None
    for line, cells, raw in _records(table, lines, separator):
        if not any(cell.strip() for cell in cells):
            continue
        if order is None:
            order = _without_empty_end([_name_of(cell) for cell in cells])
            wrong = list(_header_problems(line, order))
            table.findings += wrong
            if wrong:
                return
        elif len(table.rows) >= MAX_ROWS:
            told = _("There are more than %(limit)s rows.", limit=MAX_ROWS)
            table.findings.append(
                Finding(line, None, told, _("Divide the file: nothing from here on was read."))
            )
            return
        else:
            given = len(cells[: len(order)]) + len(_without_empty_end(cells[len(order) :]))
            _take(table, line, dict(zip(order, cells, strict=False)), given, raw)


def _without_empty_end(cells: list[str]) -> list[str]:
    """The cells without the empty ones at the end, which spreadsheet programs add."""
    last = max((place for place, cell in enumerate(cells, 1) if cell.strip()), default=0)
    return cells[:last]


def _records(table: Table, lines: list[str], separator: str) -> Iterator[tuple[int, list[str], str]]:
    """Each record with the number of its first line and its text; what is broken is reported."""
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        first = reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            table.findings.append(_broken(lines, first, reader.line_num))
            if reader.line_num >= len(lines) or reader.line_num - first > 1:
                return
            continue
        yield first + 1, cells, "".join(lines[first : reader.line_num])


def _broken(lines: list[str], first: int, last: int) -> Finding:
    if last - first > 1 or last >= len(lines):
        return Finding(
            first + 1,
            None,
            _("A quotation mark opens in this line and is not closed. Nothing from here on was read."),
            _("Close the quotation mark, or write it twice where it belongs to the text."),
        )
    return Finding(
        first + 1,
        None,
        _("The quotation marks in this line cannot be understood."),
        _("Put the whole cell in quotation marks and write those inside it twice."),
    )


def _header_problems(line: int, order: list[str]) -> Iterator[Finding]:
    for name in COLUMNS:
        if order.count(name) > 1:
            yield Finding(line, name, _("This column is there twice."), _("Leave it in once."))
        elif name not in order:
            yield Finding(line, name, _("This column is missing."), USE_COLUMNS)
    for place, name in enumerate(order):
        if name not in COLUMNS:
            shown = readable(name)[:60] or str(place + 1)
            yield Finding(line, shown, _("This column is not one of ours."), USE_COLUMNS)


def _take(table: Table, line: int, cells: dict[str, str], given: int, raw: str) -> None:
    wrong = list(_bytes_problem(line, raw, cells))
    if wrong:
        table.not_text.append(line)
        # The first one is told by its byte: the others have the same cause.
        table.findings += wrong if len(table.not_text) == 1 else []
        return
    if given != len(COLUMNS):
        told = _("There are %(given)s columns instead of %(expected)s.", given=given, expected=len(COLUMNS))
        fix = _("Put cells that hold a separator or a line break in quotation marks.")
        wrong.append(Finding(line, None, told, fix))
    if not wrong:
        row, problems = check_row(line, cells, table.instruments)
        wrong += [Finding(line, *problem) for problem in problems]
        if not problems:
            table.rows.append(row)
            wrong += [Finding(line, *note, is_note=True) for note in lost_letters(row)]
    table.findings += wrong


def _bytes_problem(line: int, raw: str, cells: dict[str, str]) -> Iterator[Finding]:
    """Where a row is not UTF-8: the byte, counted from the beginning of the row."""
    place = next((n for n, sign in enumerate(raw) if "\udc80" <= sign <= "\udcff"), None)
    if place is None:
        return
    column = next((name for name, cell in cells.items() if raw[place] in cell), None)
    yield Finding(
        line,
        column,
        _(
            "Byte %(byte)s of this row, with the value %(value)s, is not UTF-8.",
            byte=len(raw[:place].encode()) + 1,
            value=f"0x{ord(raw[place]) - 0xDC00:02X}",
        ),
        SAVE_AGAIN,
    )


def another_spelling(row: Row, name: str, line: int) -> Finding:
    """A note that a row writes an organisation in another way than a line before it, or than the portal."""
    told = _("“%(given)s” is read as “%(other)s”, which is here already.", given=row.organisation, other=name)
    if line:
        told = _(
            "“%(given)s” is read as “%(other)s” of line %(line)s.",
            given=row.organisation,
            other=name,
            line=line,
        )
    fix = _("Nothing to do if they are one organization. If they are two, give each its full name.")
    return Finding(row.line, "organisation", told, fix, is_note=True)


def readable(text: str) -> str:
    """Text in which signs no page can show are replaced by a visible one."""
    return UNSHOWABLE.sub("\ufffd", text)
