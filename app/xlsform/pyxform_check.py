"""What pyxform, the converter that other programs use, says of a form that has nothing else wrong with it."""

import re
from typing import Any

from app.platform.i18n import _
from app.xlsform.columns import CHOICES, OURS, SETTINGS, SURVEY
from app.xlsform.headers import Columns
from app.xlsform.refusals import Report
from app.xlsform.workbook import Sheet

ROW = re.compile(r"\[row : ([0-9]+)\]")
SHEET = re.compile(r"'(survey|choices|settings)' sheet")
NAMED = re.compile(r"the '([^']{1,60})' value")
FORM_SHEETS = (SURVEY, CHOICES, SETTINGS)
LONGEST = 400


def ask_pyxform(sheets: dict[str, Sheet], found: dict[str, Columns], report: Report) -> None:
    """Convert the form and throw the result away; errors become refusals, warnings notices."""
    # Only here: it brings four libraries for spreadsheets that the portal does not use.
    from pyxform.errors import PyXFormError  # noqa: PLC0415
    from pyxform.xls2xform import convert  # noqa: PLC0415

    book: dict[str, Any] = {"sheet_names": [*sheets]}
    for name in FORM_SHEETS:
        if name in sheets:
            book[name], book[f"{name}_header"] = _rows(sheets[name], found[name])
    warnings: list[str] = []
    remedy = _("Fix this, or ask somebody who knows XLSForm.")
    try:
        convert(book, warnings=warnings, validate=False, form_name="data")
    except PyXFormError as problem:
        context = getattr(problem, "context", None) or {}
        said = str(problem)[:LONGEST]
        row = ROW.search(said)
        sheet, column = SHEET.search(said), NAMED.search(said)
        report.refuse(
            str(context.get("sheet") or (sheet[1] if sheet else SURVEY)),
            int(row[1]) if row else int(context.get("row") or 0),
            str(context.get("column") or (column[1] if column else "")),
            _("The form cannot be converted for other programs: %(said)s", said=ROW.sub("", said).strip()),
            remedy,
        )
    except Exception as problem:  # noqa: BLE001  (whatever the converter stumbles over, the form is at fault)
        said = f"{type(problem).__name__}: {problem}"[:LONGEST]
        problem_text = _("The form cannot be converted for other programs: %(said)s", said=said)
        report.refuse(SURVEY, 0, "", problem_text, remedy)
    for warning in warnings[:20]:
        row = ROW.search(warning)
        told = _("The converter notes: %(said)s", said=ROW.sub("", warning).strip()[:LONGEST])
        report.notice(SURVEY, int(row[1]) if row else 0, "", told)


def _rows(sheet: Sheet, found: Columns) -> tuple[list[dict[str, str]], list[dict[str, None]]]:
    """The sheet as pyxform takes it: its own columns, and of each text one language, whichever there is.

    Whether all languages are there is for our own checks to say, and six of them would take six times
    as long. Empty rows keep the numbers of the others right.
    """
    plain = [column for name, column in found.plain.items() if not name.startswith(OURS)]
    texts = {
        name: [
            *(column.header for (each, _code), column in found.texts.items() if each == name),
            *([found.unmarked[name].header] if name in found.unmarked else []),
        ]
        for name in ("label", "hint", "constraint_message")
    }
    used = {name: headers for name, headers in texts.items() if headers}
    if sheet.name == SETTINGS:
        used = {}
    asked = found.header({SURVEY: "type", CHOICES: "name"}.get(sheet.name, ""))
    rows: list[dict[str, str]] = []
    for number in range(2, sheet.last + 1):
        cells = sheet.rows.get(number, {})
        row = {column.header: cells[column.header] for column in plain if column.header in cells}
        for name, headers in used.items():
            if text := next((cells[header] for header in headers if header in cells), ""):
                row[name] = text
        if asked in row and not {"label", "hint"} & row.keys():
            # A text that is still missing keeps a draft from being published, not from being taken in.
            row["label"] = "–"
        # A row without a type is somebody's remark.
        rows.append(row if asked in row or sheet.name == SETTINGS else {})
    return rows, [
        dict.fromkeys(
            [*(column.header for column in plain), *used, *([] if sheet.name == SETTINGS else ["label"])]
        )
    ]
