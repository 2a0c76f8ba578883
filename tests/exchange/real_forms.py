"""Real forms: read everything in a folder, and tell what became of each.

Forms that others wrote are not ours to keep in the repository. Name a folder of them in
PORTAL_TESTS_FORMS, or put them under var/forms, and run `python -m tests.exchange.real_forms`.
"""

import csv
import io
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import xlrd
import xlsxwriter

from app.xlsform.reader import read_form
from app.xlsform.refusals import FormRead

ROOT = Path(__file__).resolve().parents[2]
ENDINGS = (".xlsx", ".xls", ".xlsm", ".csv", ".md", ".py")
SHOWN = 3


def folder() -> Path:
    """Where the forms are."""
    return Path(os.environ.get("PORTAL_TESTS_FORMS") or ROOT / "var" / "forms")


def real_forms() -> list[Path]:
    """Every form of the folder, in one order."""
    return sorted(path for path in folder().rglob("*") if path.suffix.lower() in ENDINGS and path.is_file())


def contents(path: Path) -> Iterator[tuple[str, bytes]]:
    """A form as it is; an old one also as its author would save it after being refused.

    Forms drawn as tables in texts and tests are read as the workbooks they stand for.
    """
    data = path.read_bytes()
    if path.suffix.lower() in {".md", ".py"}:
        for number, drawn in enumerate(_drawn(data.decode("utf-8", "replace")), 1):
            yield f"{path.name} table {number}", _saved(drawn)
        return
    yield path.name, data
    if path.suffix.lower() == ".xls":
        sheets = _old(data)
    elif path.suffix.lower() == ".csv":
        sheets = _divided(data)
    else:
        return
    if sheets:
        yield f"{path.name} saved again", _saved(sheets)


def _old(data: bytes) -> dict[str, list[list[object]]]:
    try:
        book = xlrd.open_workbook(file_contents=data)
    except (xlrd.XLRDError, AssertionError):
        return {}
    booleans = xlrd.XL_CELL_BOOLEAN
    return {
        sheet.name: [
            [bool(cell.value) if cell.ctype == booleans else cell.value for cell in sheet.row(row)]
            for row in range(sheet.nrows)
        ]
        for sheet in book.sheets()
    }


def _divided(data: bytes) -> dict[str, list[list[object]]]:
    """Forms as CSV name a sheet in a row's first cell and go on in the second."""
    sheets: dict[str, list[list[object]]] = {}
    rows: list[list[object]] = []
    for cells in csv.reader(io.StringIO(data.decode("utf-8", "replace"))):
        if cells and cells[0].strip():
            rows = sheets.setdefault(cells[0].strip()[:31], [])
        if any(cells[1:]):
            rows.append(list(cells[1:]))
    return sheets if "survey" in sheets else {}


def _drawn(text: str) -> Iterator[dict[str, list[list[object]]]]:
    """Every form in a text: lines of cells between strokes, the first cell naming the sheet."""
    sheets: dict[str, list[list[object]]] = {}
    rows: list[list[object]] = []
    for line in [*(line.strip() for line in text.splitlines()), ""]:
        if not line.startswith("|"):
            if "survey" in sheets:
                yield sheets
            sheets, rows = {}, []
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0]:
            rows = sheets.setdefault(cells[0][:31].replace(":", ""), [])
        if any(cells[1:]):
            rows.append(list(cells[1:]))


def _saved(sheets: dict[str, list[list[object]]]) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_urls": False}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for line, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, str):
                        sheet.write_string(line, column, cell)
                    elif isinstance(cell, bool | int | float):
                        sheet.write(line, column, cell)
    return target.getvalue()


def unexplained(read: FormRead) -> list[str]:
    """Refusals that leave the author without a place, a reason or a remedy."""
    known = {
        "survey",
        "choices",
        "settings",
        "glossary",
        "translations",
        "entities",
        "external_choices",
        "osm",
    }
    return [
        str(refusal)
        for refusal in read.refusals
        if not (str(refusal.problem) and str(refusal.remedy))
        or (refusal.sheet in known and refusal.row > 1 and not refusal.column)
    ]


def main() -> None:
    """The table."""
    became: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for path in real_forms():
        for name, data in contents(path):
            became["forms"] += 1
            try:
                read = read_form(data, path.name)
            except Exception as problem:  # noqa: BLE001  (this is what the table is for)
                became["raised"] += 1
                print(f"RAISED    {name}: {problem!r}")  # noqa: T201
                continue
            outcome = "imported" if read.definition else "refused"
            became[outcome] += 1
            became["without a place"] += bool(unexplained(read))
            asked = f"{len(read.definition.questions)} questions" if read.definition else ""
            print(f"{outcome:9} {name}: {asked}")  # noqa: T201
            for each in read.refusals[:SHOWN]:
                print(f"          {each.sheet}!{each.row} {each.column}: {each.problem} → {each.remedy}")  # noqa: T201
            reasons.update({each.problem.text for each in read.refusals})
    print(dict(became))  # noqa: T201
    for reason, times in reasons.most_common():
        print(f"{times:4} {reason}")  # noqa: T201


if __name__ == "__main__":
    main()
