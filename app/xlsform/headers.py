"""What the first row of a sheet means: the columns of XLSForm under all their names, and ours."""

from dataclasses import dataclass, field

from app.platform.i18n import _
from app.xlsform import columns
from app.xlsform.columns import CHOICES, GLOSSARY, OURS, SETTINGS, SURVEY, TRANSLATIONS
from app.xlsform.refusals import Report
from app.xlsform.workbook import Sheet

ALIASES = {
    "caption": "label",
    "relevance": "relevant",
    "constraining_message": "constraint_message",
    "jr:constraintmsg": "constraint_message",
    "requiredmsg": "required_message",
    "jr:requiredmsg": "required_message",
    "calculate": "calculation",
    "command": "type",
    "tag": "name",
    "value": "name",
    "readonly": "read_only",
    "count": "repeat_count",
    "jr:count": "repeat_count",
    "list name": "list_name",
    "set_form_title": "form_title",
    "title": "form_title",
    "set_form_id": "form_id",
    "id_string": "form_id",
}
PREFIXES = frozenset({"bind", "control", "body", "media", "instance"})
MEDIA = frozenset({"image", "big-image", "audio", "video"})
TEXTS = frozenset({*columns.LABELS, "hint", *columns.QUESTION_TEXTS, *columns.OTHER_TEXTS})
TAKEN = {
    SURVEY: {
        "type", "name", "disabled", "appearance", *columns.CONDITIONS, *TEXTS, columns.KIND,
        *(f"{OURS}::{name}" for name in (*columns.ATTRIBUTES, *columns.LISTS)),
    },
    CHOICES: {"list_name", "name", "label"},
    SETTINGS: {
        "form_title", "form_id", "version", "default_language", "name", "style", "allow_choice_duplicates",
        "clean_text_values", *(f"{OURS}::{name}" for name in ("slug", "edition", "source_language")),
    },
    GLOSSARY: {"key", *columns.OTHER_TEXTS},
    TRANSLATIONS: {"unit"},
}  # fmt: skip
SIX = ", ".join(map(columns.language_header, columns.CODES))
OTHER_LANGUAGE = _("This is not one of the six languages of the portal: %(name)s")
SAME_TEXT = _("Two columns hold the same text in one language.")
LEAVE_ONE = _("Leave one of them in.")
OTHER_REMEDY = _("Remove the column, or name one of these languages: %(languages)s.", languages=SIX)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it is in XLSForm's own words, and its language if it names one."""

    header: str
    name: str
    language: str = ""


@dataclass(slots=True)
class Columns:
    """The columns of a sheet: single ones by name, texts by name and language."""

    sheet: str
    plain: dict[str, Column] = field(default_factory=dict)
    texts: dict[tuple[str, str], Column] = field(default_factory=dict)
    # Those without a language speak the language that the form falls back to.
    unmarked: dict[str, Column] = field(default_factory=dict)
    passed_over: list[Column] = field(default_factory=list)

    @property
    def ours(self) -> bool:
        """Whether the sheet was written by this portal, or for it."""
        return any(name.startswith(OURS) for name in self.plain)

    def header(self, name: str) -> str:
        """What the author calls a column."""
        return self.plain[name].header if name in self.plain else name

    def cell(self, row: dict[str, str], name: str) -> str:
        """What a row says in a column that has no language, without the spaces around it."""
        column = self.plain.get(name)
        return row.get(column.header, "").strip() if column else ""


def read_headers(sheet: Sheet, report: Report) -> Columns:
    """Sort the columns of a sheet; a language that the portal does not have is refused by its column."""
    found = Columns(sheet.name)
    double = any("::" in header for header in sheet.headers)
    for header in sheet.headers:
        column = _column(header, sheet.name, double=double)
        if column.name in MEDIA or not _is_text(column.name, sheet.name):
            taken = column.name in TAKEN[sheet.name] and not column.language
            if taken and column.name not in found.plain:
                found.plain[column.name] = column
            else:
                found.passed_over.append(column)
            continue
        if not column.language:
            if column.name in found.unmarked:
                report.refuse(sheet.name, 1, header, SAME_TEXT, LEAVE_ONE)
            found.unmarked.setdefault(column.name, column)
            continue
        code = columns.find_language(column.language)
        if code is None:
            problem = type(OTHER_LANGUAGE)(OTHER_LANGUAGE.text, {"name": column.language[:60]})
            report.refuse(sheet.name, 1, header, problem, OTHER_REMEDY)
        elif (column.name, code) in found.texts:
            report.refuse(sheet.name, 1, header, SAME_TEXT, LEAVE_ONE)
        else:
            found.texts[column.name, code] = Column(header, column.name, code)
    return found


def _is_text(name: str, sheet: str) -> bool:
    if sheet == TRANSLATIONS:
        return name == ""
    if sheet == SETTINGS:
        return name.startswith(f"{OURS}_")
    return name in TEXTS or name.startswith("text_")


def _column(header: str, sheet: str, *, double: bool) -> Column:
    """Take a header apart: `bind::relevant`, `label:English`, `media::image::English (en)`."""
    lower = "_".join(header.split()).lower()
    if sheet == TRANSLATIONS:
        return Column(header, "unit") if lower == "unit" else Column(header, "", header)
    lower = ALIASES.get(lower, lower)
    if lower.startswith("jr:"):
        return Column(header, lower)
    parts = [part.strip() for part in header.split("::" if double else ":")]
    names = ["_".join(part.split()).lower() for part in parts]
    if names[0] == OURS and len(parts) > 1:
        return Column(header, "::".join(names))
    if names[0] in PREFIXES and len(parts) > 1:
        parts, names = parts[1:], names[1:]
    if names[0] == "jr" and len(parts) > 1:
        parts, names = parts[1:], [f"jr:{names[1]}", *names[2:]]
    return Column(header, ALIASES.get(names[0], names[0]), "::".join(parts[1:]))
