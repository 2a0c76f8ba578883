"""Cells on their way in: what a spreadsheet program made of them, and signs that nobody sees set right.

Names, types and conditions are words of a program: they are read in their plainest signs. Texts for people
are left as their author wrote them.
"""

import re

from app.conditions.language import NotSupported, parse
from app.platform import signs
from app.platform.i18n import Message, _, language_name
from app.xlsform.columns import CHOICES, CONDITIONS, SETTINGS, SURVEY
from app.xlsform.headers import Columns
from app.xlsform.refusals import Report
from app.xlsform.workbook import Sheet

PLAIN = {
    SURVEY: ("type", "name", "disabled", "appearance"),
    CHOICES: ("list_name", "name"),
    SETTINGS: ("form_id", "default_language"),
}
# Read by other programs, or not at all: nothing of the questionnaire comes from them.
UNREAD = {SETTINGS: frozenset({"version", "name", "style", "allow_choice_duplicates", "clean_text_values"})}
FORMULA = _("The cell holds a formula.")
FORMULA_REMEDY = _("Paste its value in its place.")
FORMULA_TAKEN = _("The cell holds a formula. The value it had was taken: %(value)s")
DATE_TAKEN = _("The spreadsheet program made a date of this cell. It was read as %(value)s.")
NO_HEADER = _("Cells under no header are left out.")
STRAIGHTENED = _("Curly quotation marks and wide signs in this condition were read as plain ones: %(value)s")
NO_LANGUAGE = _("The column has no language and so holds %(language)s, but so does the column “%(header)s”.")
NAME_LANGUAGE = _(
    "Name its language in the header, such as “label::Français (fr)”, or leave one of the two in."
)
CURLY = str.maketrans({**dict.fromkeys("‘’‚‛′", "'"), **dict.fromkeys("“”„‟″", '"')})
LITERAL = re.compile(r"""("[^"]*"|'[^']*')""")


def set_right(sheet: Sheet, found: Columns, report: Report) -> None:
    """Take out of names, types and conditions what their author does not see and did not mean."""
    plain = [found.plain[name].header for name in PLAIN.get(sheet.name, ()) if name in found.plain]
    conditions = CONDITIONS if sheet.name == SURVEY else ()
    asked = [found.plain[name].header for name in conditions if name in found.plain]
    for number, row in sheet.rows.items():
        for header in plain:
            if header in row and not row[header].isascii():
                row[header] = signs.plain(row[header])
        for header in asked:
            if header in row and not row[header].isascii():
                _set_condition_right(sheet, number, row, header, report)


def _set_condition_right(sheet: Sheet, number: int, row: dict[str, str], header: str, report: Report) -> None:
    """A condition that is understood stays; others are read as other programs read them."""
    written = row[header]
    if _is_understood(written):
        return
    parts = LITERAL.split(written.translate(CURLY))
    # Every second part is a text in quotation marks: its own signs are meant.
    made = "".join(
        part if place % 2 else signs.plain_spaced(part) for place, part in enumerate(parts)
    ).strip()
    if made == written or not _is_understood(made):
        return
    row[header] = made
    if any(sign not in written for sign in made):
        report.notice(sheet.name, number, header, Message(STRAIGHTENED.text, {"value": made[:200]}))


def _is_understood(written: str) -> bool:
    try:
        parse(written)
    except NotSupported:
        return False
    return True


def tell_made(sheet: Sheet, found: Columns, report: Report) -> None:
    """Tell of the cells that a spreadsheet program made, where they are read: formulas, and dates."""
    if sheet.unheaded:
        row, column = sheet.unheaded
        report.notice(sheet.name, row, column, NO_HEADER)
    for number, header in sorted(sheet.formulas):
        if not _is_read(sheet, found, header):
            continue
        value = header if number == 1 else sheet.rows.get(number, {}).get(header, "")
        if value in {"", "0"} or value.startswith("#"):
            report.refuse(sheet.name, number, header, FORMULA, FORMULA_REMEDY)
        else:
            report.notice(sheet.name, number, header, Message(FORMULA_TAKEN.text, {"value": value[:60]}))
    for number, header in sorted(sheet.dates):
        if _is_read(sheet, found, header):
            value = sheet.rows.get(number, {}).get(header, "")
            report.notice(sheet.name, number, header, Message(DATE_TAKEN.text, {"value": value}))


def _is_read(sheet: Sheet, found: Columns, header: str) -> bool:
    """Whether anything of the questionnaire comes from a column."""
    unread = UNREAD.get(sheet.name, frozenset())
    single = {column.header for name, column in found.plain.items() if name not in unread}
    several = {column.header for column in (*found.texts.values(), *found.unmarked.values())}
    return header in single | several


def refuse_two_of_one(sheet: Sheet, found: Columns, source: str, report: Report) -> None:
    """A text without a language beside another one in the language that it would be: neither is dropped."""
    for name, column in found.unmarked.items():
        marked = found.texts.get((name, source))
        if marked is None:
            continue
        differ = (
            row[column.header].strip() != row[marked.header].strip()
            for row in sheet.rows.values()
            if column.header in row and marked.header in row
        )
        if any(differ):
            told = {"language": language_name(source, source), "header": marked.header}
            problem = Message(NO_LANGUAGE.text, told)
            report.refuse(sheet.name, 1, column.header, problem, NAME_LANGUAGE)
