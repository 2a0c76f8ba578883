"""The sheets of a workbook as rows of text, each row with its number and each cell under its header."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import python_calamine

from app.exchange.container import BROKEN, LONG_REMEDY, LONGEST, TOO_LONG, Workbook, look_through, refused
from app.exchange.refusals import Report
from app.platform.forms import UNKEPT
from app.platform.i18n import Message, _

MOST_COLUMNS = 20
FORMULA = _("The cell holds a formula.")
FORMULA_REMEDY = _("Paste its value in its place.")
UNSTORABLE = _("The cell holds a character that cannot be stored.")
UNSTORABLE_REMEDY = _("Write the text again.")
TWICE = _("Two columns have this name.")
TWICE_REMEDY = _("Leave one of them in.")


@dataclass(slots=True)
class Sheet:
    """One sheet: its headers in their order, and its rows by number, empty cells left out."""

    name: str
    headers: list[str] = field(default_factory=list)
    rows: dict[int, dict[str, str]] = field(default_factory=dict)

    @property
    def last(self) -> int:
        """The number of the last row with something in it."""
        return max(self.rows, default=1)


def read_sheets(data: bytes, wanted: frozenset[str], report: Report) -> dict[str, Sheet]:
    """The wanted sheets of a file by their names; raises Refused where nothing can be read."""
    book = look_through(data)
    names = {name: name.strip().lower() for name in book.sheets}
    sheets: dict[str, Sheet] = {}
    for name, grid in _grids(book, [name for name, lower in names.items() if lower in wanted]):
        sheet = Sheet(names[name])
        if sheet.name in sheets:
            problem = _("Two sheets have this name.")
            report.refuse(sheet.name, 0, "", problem, _("Leave one of them in."))
            continue
        sheets[sheet.name] = sheet
        _fill(sheet, grid, report)
        for row, column in book.sheets[name]:
            title = _header(grid, column - 1)
            report.refuse(sheet.name, row, title, FORMULA, FORMULA_REMEDY)
    return sheets


def _grids(book: Workbook, names: list[str]) -> Iterator[tuple[str, list[list[Any]]]]:
    """The cells of each sheet, as the library reads them."""
    try:
        opened = python_calamine.load_workbook(io.BytesIO(book.data))
        for name in names:
            yield name, opened.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, ValueError, OSError) as problem:
        raise refused(Message(BROKEN.text, {"part": "workbook"})) from problem
    except BaseException as problem:
        # What goes wrong inside the library reaches Python as a panic, which is no Exception.
        if type(problem).__name__ == "PanicException":
            raise refused(Message(BROKEN.text, {"part": "workbook"})) from problem
        raise


def _fill(sheet: Sheet, grid: list[list[Any]], report: Report) -> None:
    first = grid[0] if grid else []
    headers = [" ".join(_text(cell).split()) for cell in first]
    # Pyxform stops at such a gap too: what stands beyond it are somebody's notes.
    gap = next((n for n in range(len(headers)) if not any(headers[n : n + MOST_COLUMNS])), len(headers))
    headers = headers[:gap]
    sheet.headers = [header for header in headers if header]
    for header in {header for header in sheet.headers if sheet.headers.count(header) > 1}:
        report.refuse(sheet.name, 1, header, TWICE, TWICE_REMEDY)
    for number, line in enumerate(grid[1:], 2):
        row: dict[str, str] = {}
        for header, cell in zip(headers, line, strict=False):
            text = _text(cell)
            if not header or not text:
                continue
            if len(text) > LONGEST:
                report.refuse(sheet.name, number, header, TOO_LONG, LONG_REMEDY)
            elif UNKEPT.search(text):
                report.refuse(sheet.name, number, header, UNSTORABLE, UNSTORABLE_REMEDY)
            else:
                row[header] = text
        if row:
            sheet.rows[number] = row


def _header(grid: list[list[Any]], column: int) -> str:
    """What a column is called: its header, or its letters."""
    first = grid[0] if grid else []
    if column < len(first) and _text(first[column]).strip():
        return " ".join(_text(first[column]).split())
    letters = ""
    number = column + 1
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _text(cell: Any) -> str:
    """A cell as its author sees it, more or less."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, date | datetime | time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, int | float | timedelta) else ""
