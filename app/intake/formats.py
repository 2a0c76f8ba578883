"""Reading a table of statements: rows as they are, and every problem with its line and its repair.

Nothing in a file makes this raise. A cell that looks like a formula is text and stays text.
"""

import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from app.intake.rows import COLUMNS, Row, check_row
from app.platform.i18n import Message, _

MAX_BYTES = 5_000_000
MAX_ROWS = 5_000
SEPARATORS = (",", ";", "\t")
SEPARATOR_NAMES = {";": _("a semicolon"), "\t": _("a tab")}
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
    findings: list[Finding] = field(default_factory=list)

    @property
    def problems(self) -> list[Finding]:
        """The findings that keep a line out."""
        return [finding for finding in self.findings if not finding.is_note]

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
    header = next((line for line in lines if line.strip()), None)
    if header is None:
        table.findings.append(Finding(1, None, _("There is nothing in this file."), USE_COLUMNS))
        return table
    separator = _separator(header)
    if separator != ",":
        told = _("The columns are separated by %(sign)s.", sign=SEPARATOR_NAMES[separator])
        fine = _("Nothing to do: the file was read that way.")
        table.findings.append(Finding(lines.index(header) + 1, None, told, fine, is_note=True))
    _read(table, lines, separator)
    return table


def _separator(header: str) -> str:
    """The sign that finds most of the expected columns in the first line; a comma if none does better."""

    def found(sign: str) -> int:
        return len({cell.strip().strip('"').casefold() for cell in header.split(sign)} & set(COLUMNS))

    return max(SEPARATORS, key=found)


def _read(table: Table, lines: list[str], separator: str) -> None:
    order: list[str] | None = None
    for line, cells, raw in _records(table, lines, separator):
        if not any(cell.strip() for cell in cells):
            continue
        if order is None:
            order = [cell.strip().casefold() for cell in cells]
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
            _take(table, line, dict(zip(order, cells, strict=False)), len(cells), raw)


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
    if given != len(COLUMNS) and not wrong:
        told = _("There are %(given)s columns instead of %(expected)s.", given=given, expected=len(COLUMNS))
        fix = _("Put cells that hold a separator or a line break in quotation marks.")
        wrong.append(Finding(line, None, told, fix))
    if not wrong:
        row, problems = check_row(line, cells, table.instruments)
        wrong += [Finding(line, *problem) for problem in problems]
        if not problems:
            table.rows.append(row)
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
