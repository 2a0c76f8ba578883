"""What the sheet `translations` says of each text, held against the texts as they are now.

A translation that somebody changed in the workbook is a new draft of the source text beside it; one
that nobody touched keeps its state, and is outdated if its source text was changed.
"""

import re
from collections.abc import Iterator

from app.platform.i18n import CODES, _
from app.questionnaires.definition import Definition, Mark, Progress, Worded, fingerprint
from app.xlsform.columns import TRANSLATIONS
from app.xlsform.headers import Columns
from app.xlsform.refusals import Report
from app.xlsform.workbook import Sheet

CELL = re.compile(
    r"(?P<state>none|draft|reviewed)"
    r"(?: (?P<source>-|\S{1,16}) (?P<text>absent|empty|[0-9a-f]{16})(?: shown=(?P<shown>[0-9a-f]{16}))?)?\Z"
)


def apply_marks(definition: Definition, sheet: Sheet, found: Columns, report: Report) -> None:
    """Set the states of all translations; what the sheet does not know is a draft."""
    carriers = dict(_carriers(definition))
    noted: set[tuple[str, str, str]] = set()
    remedy = _("Write draft or reviewed, or clear the cell.")
    for number, row in sheet.rows.items():
        unit = found.cell(row, "unit")
        if unit.startswith("c:") and "/" not in unit:
            definition.choice_lists.setdefault(unit.removeprefix("c:"), [])
            continue
        key, _colon, kind = unit.rpartition(":")
        carrier = carriers.get(key)
        if carrier is None:
            continue
        for (_name, code), column in found.texts.items():
            written = row.get(column.header, "").strip()
            if not written:
                continue
            cell = CELL.match(written)
            if cell is None:
                report.refuse(
                    TRANSLATIONS, number, column.header, _("This is no state of a translation."), remedy
                )
                continue
            noted.add((key, kind, code))
            _apply(carrier, kind, code, cell, definition.source_language)
    _mark_rest(carriers, noted, definition.source_language)


def mark_all(definition: Definition) -> None:
    """Every translation is a draft of the source text beside it."""
    _mark_rest(dict(_carriers(definition)), set(), definition.source_language)


def _carriers(definition: Definition) -> Iterator[tuple[str, Worded]]:
    yield "v", definition
    yield from ((f"s:{section.code}", section) for section in definition.sections)
    yield from ((f"q:{question.code}", question) for question in definition.questions)
    yield from ((f"g:{term.key}", term) for term in definition.glossary)
    for name, choices in definition.choice_lists.items():
        yield from ((f"c:{name}/{choice.value}", choice) for choice in choices)


def _apply(carrier: Worded, kind: str, code: str, cell: re.Match[str], source_language: str) -> None:
    """One cell of the sheet: what was there when the workbook was written, and how far it was."""
    texts = carrier.texts.get(kind, {})
    text = texts.get(code, "")
    if cell["shown"] and fingerprint(text) == cell["shown"]:
        del texts[code]
        if not texts:
            del carrier.texts[kind]
        text = ""
    same = cell["text"] in {"absent", "empty"} if not text else cell["text"] == fingerprint(text)
    if cell["text"] == "empty" and not text:
        carrier.texts.setdefault(kind, {})[code] = ""
    if not same and cell["text"]:
        # Somebody wrote in this cell since: whatever it was, it is a draft now.
        carrier.texts.setdefault(kind, {})[code] = text
        if code != source_language:
            _put(carrier, kind, code, Progress.DRAFT, _source(carrier, kind, source_language))
    elif cell["state"] != "none":
        source = cell["source"] or _source(carrier, kind, source_language)
        _put(carrier, kind, code, Progress(cell["state"]), "" if source == "-" else source)


def _source(carrier: Worded, kind: str, source_language: str) -> str:
    return fingerprint(carrier.texts.get(kind, {}).get(source_language, ""))


def _put(carrier: Worded, kind: str, code: str, state: Progress, source: str) -> None:
    carrier.states.setdefault(kind, {})[code] = Mark(state=state, source=source)


def _mark_rest(carriers: dict[str, Worded], noted: set[tuple[str, str, str]], source_language: str) -> None:
    for key, carrier in carriers.items():
        for kind, texts in carrier.texts.items():
            for code in CODES:
                if texts.get(code) and code != source_language and (key, kind, code) not in noted:
                    _put(carrier, kind, code, Progress.DRAFT, _source(carrier, kind, source_language))
