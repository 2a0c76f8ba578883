"""Tables of statements."""

from pathlib import Path

from app.statements.rows import COLUMNS

INSTRUMENTS = ("UNTOC", "TIP", "SOM", "FP")
DIALOGUE = Path(__file__).with_name("dialogue_statements.csv")
HEADER = ",".join(COLUMNS)
GOOD = {
    "source": "Village meeting of 3 March",
    "organisation": "River Watch",
    "organisation_type": "ngo",
    "based_in": "MX",
    "language": "en",
    "instrument": "FP",
    "article": "8",
    "topic": "marking",
    "statement": "Marks are filed off at the border.",
}


def line(separator: str = ",", **cells: str) -> str:
    """One row of a table: a good one, changed by `cells`."""
    quoted = ['"' + text.replace('"', '""') + '"' for text in {**GOOD, **cells}.values()]
    return separator.join(quoted)


def table(*lines: str, header: str = HEADER, end: str = "\n") -> bytes:
    """A whole table."""
    return end.join([header, *lines, ""]).encode()
