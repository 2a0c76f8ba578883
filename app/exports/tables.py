"""Tables as files that are written piece by piece, so that memory does not grow with them: CSV and XLSX."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MARK = "\ufeff"  # by it Excel knows that a CSV file is UTF-8
# What a spreadsheet takes for a formula at the beginning of a cell (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")
LONGEST = 32_767  # characters of a cell of a workbook
MOST_ROWS = 1_048_576  # of a sheet
CHUNK = 65_536
Rows = AsyncIterator[Sequence[Sequence[str]]]


def harmless(cell: str) -> str:
    """The cell with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def csv_lines(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as lines of CSV (RFC 4180) in UTF-8."""
    written = io.StringIO()
    csv.writer(written).writerows([harmless(cell) for cell in row] for row in rows)
    return written.getvalue().encode()


async def write_csv(path: Path, heads: Sequence[str], rows: Rows) -> None:
    """Write rows into a CSV file as they come."""
    with path.open("wb") as file:
        await asyncio.to_thread(file.write, MARK.encode() + csv_lines([heads]))
        async for piece in rows:
            await asyncio.to_thread(file.write, csv_lines(piece))


async def write_workbook(
    path: Path, heads: Sequence[str], rows: Rows, sheets: Sequence[tuple[str, Sequence[Sequence[str]]]]
) -> None:
    """Write rows into the first sheet of a workbook, and into further ones where it is full, and what is given beside them into others.

    Cells are strings; none is ever a formula.
    """
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "tmpdir": str(path.parent)})
    sheet, number = _answers_sheet(book, 1), 1
    place = await asyncio.to_thread(_write, sheet, 0, [heads])
    async for piece in rows:
        if place + len(piece) > MOST_ROWS:  # a sheet is full: nothing may be lost behind its end
            sheet, number = _answers_sheet(book, number + 1), number + 1
            place = await asyncio.to_thread(_write, sheet, 0, [heads])
        place = await asyncio.to_thread(_write, sheet, place, piece)
    for name, lines in sheets:
        await asyncio.to_thread(_write, book.add_worksheet(name), 0, lines)
    await asyncio.to_thread(book.close)


def _answers_sheet(book: Any, number: int) -> Any:
    sheet = book.add_worksheet("answers" if number == 1 else f"answers {number}")
    sheet.freeze_panes(1, 0)
    return sheet


async def pieces_of(path: Path) -> AsyncIterator[bytes]:
    """A file as it goes to the reader."""
    with path.open("rb") as file:
        while part := await asyncio.to_thread(file.read, CHUNK):
            yield part


def _write(sheet: Any, place: int, rows: Sequence[Sequence[str]]) -> int:
    """Write rows from a line on; returns the next free line. A cell that is too long ends with a mark."""
    for number, row in enumerate(rows, start=place):
        for column, cell in enumerate(row):
            if cell:
                sheet.write_string(
                    number, column, cell if len(cell) <= LONGEST else f"{cell[: LONGEST - 1]}…"
                )
    return place + len(rows)
