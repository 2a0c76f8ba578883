"""Tables as files that are written piece by piece: CSV to the reader, XLSX into a folder of its own first."""

import asyncio
import csv
import io
import tempfile
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


async def as_csv(heads: Sequence[str], rows: Rows) -> AsyncIterator[bytes]:
    """The pieces of a CSV file, each as soon as its rows are there."""
    yield MARK.encode() + csv_lines([heads])
    async for piece in rows:
        yield csv_lines(piece)


async def as_workbook(
    heads: Sequence[str], rows: Rows, sheets: Sequence[tuple[str, Sequence[Sequence[str]]]]
) -> AsyncIterator[bytes]:
    """The pieces of a workbook whose first sheet holds the rows and the others what is given beside them.

    A workbook ends with its table of contents, so it has to be whole before the first byte goes: it lies in a
    folder for the portal's own eyes, which is gone with the last byte, or with the reader. Cells are strings;
    none is ever a formula.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.xlsx"
        book = xlsxwriter.Workbook(path, {"constant_memory": True, "tmpdir": folder})
        first = book.add_worksheet("answers")
        first.freeze_panes(1, 0)
        place = await asyncio.to_thread(_write, first, 0, [heads])
        async for piece in rows:
            place = await asyncio.to_thread(_write, first, place, piece)
        for name, lines in sheets:
            await asyncio.to_thread(_write, book.add_worksheet(name), 0, lines)
        await asyncio.to_thread(book.close)
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
