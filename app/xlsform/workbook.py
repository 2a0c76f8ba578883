"""The sheets of a workbook as rows of text, each row with its number and each cell under its header."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import python_calamine

from app.platform import signs
from app.platform.forms import UNKEPT
from app.platform.i18n import Message, _
from app.xlsform.container import (
    BROKEN,
    FORMULAS,
    LONG_REMEDY,
    LONGEST,
    TOO_LONG,
    Workbook,
    look_through,
    refused,
)
from app.xlsform.refusals import Report

MOST_COLUMNS = 20
UNSTORABLE = _("The cell holds a character that cannot be stored.")
UNSTORABLE_REMEDY = _("Write the text again.")
PASTE_VALUES = _("Paste the values in their place.")
TWICE = _("Two columns have this name.")
TWICE_REMEDY = _("Leave one of them in.")


@dataclass(slots=True)
class Sheet:
    """One sheet: its headers in their order, and its rows by number, empty cells left out.

    `formulas` and `dates` are the cells, by row and header, that the spreadsheet program made; `unheaded` is
    the row and the letters of the first cell that stands under no header.
    """

    name: str
    headers: list[str] = field(default_factory=list)
    rows: dict[int, dict[str, str]] = field(default_factory=dict)
    formulas: set[tuple[int, str]] = field(default_factory=set)
    dates: set[tuple[int, str]] = field(default_factory=set)
    unheaded: tuple[int, str] | None = None

    @property
    def last(self) -> int:
        """The number of the last row with something in it."""
        return max(self.rows, default=1)


def read_sheets(data: bytes, wanted: frozenset[str], report: Report) -> dict[str, Sheet]:
    """The wanted sheets of a file by their names; raises Refused where nothing can be read."""
    book = look_through(data)
    names = {name: name.strip().lower() for name in book.sheets}
    sheets: dict[str, Sheet] = {}
    for lower in (lower for lower in names.values() if lower not in wanted):
        report.notice(lower, 0, "", _("This sheet is left out."))
    for name, grid in _grids(book, [name for name, lower in names.items() if lower in wanted]):
        sheet = Sheet(names[name])
        if sheet.name in sheets:
            problem = _("Two sheets have this name.")
            report.refuse(sheet.name, 0, "", problem, _("Leave one of them in."))
            continue
        sheets[sheet.name] = sheet
        _fill(sheet, grid, report)
        if len(book.sheets[name]) >= FORMULAS:
            report.refuse(sheet.name, 0, "", _("The sheet holds a formula in too many cells."), PASTE_VALUES)
        headers = _headers(grid)
        sheet.formulas = {
            (row, headers[column - 1]) for row, column in book.sheets[name] if column <= len(headers)
        }
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
    headers = _headers(grid)
    sheet.headers = [header for header in headers if header]
    for header in {header for header in sheet.headers if sheet.headers.count(header) > 1}:
        report.refuse(sheet.name, 1, header, TWICE, TWICE_REMEDY)
    for number, line in enumerate(grid[1:], 2):
        row: dict[str, str] = {}
        for place, cell in enumerate(line):
            text = _text(cell)
            header = headers[place] if place < len(headers) else ""
            if not header or not text:
                if text.strip() and sheet.unheaded is None:
                    sheet.unheaded = number, _letters(place)
                continue
            if isinstance(cell, date | datetime | time):
                sheet.dates.add((number, header))
            if len(text) > LONGEST:
                report.refuse(sheet.name, number, header, TOO_LONG, LONG_REMEDY)
            elif UNKEPT.search(text):
                report.refuse(sheet.name, number, header, UNSTORABLE, UNSTORABLE_REMEDY)
            else:
                row[header] = text
        if row:
            sheet.rows[number] = row


def _headers(grid: list[list[Any]]) -> list[str]:
    """The first row in plain signs: nobody sees the others, and no column would be known by them."""
    headers = [signs.plain(_text(cell)) for cell in grid[0]] if grid else []
    # Pyxform stops at such a gap too: what stands beyond it are somebody's notes.
    gap = next((n for n in range(len(headers)) if not any(headers[n : n + MOST_COLUMNS])), len(headers))
    return headers[:gap]


def _letters(column: int) -> str:
    """What a spreadsheet program calls a column, counted from 0."""
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
