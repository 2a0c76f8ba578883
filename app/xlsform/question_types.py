"""The question types and columns of XLSForm: which of them this portal asks, and what to do about the others."""

import re
from dataclasses import dataclass

from app.platform.i18n import Message, _
from app.questionnaires.models import Kind

BEGIN = re.compile(r"begin[ _](group|repeat|loop|lgroup|looped group)( .*)?\Z")
END = re.compile(r"end[ _](group|repeat|loop|lgroup|looped group)\Z")
SELECTS = {
    "select_one": Kind.SINGLE_CHOICE,
    "select one": Kind.SINGLE_CHOICE,
    "select1": Kind.SINGLE_CHOICE,
    "select one from": Kind.SINGLE_CHOICE,
    "add select one prompt using": Kind.SINGLE_CHOICE,
    "select_multiple": Kind.MULTIPLE_CHOICE,
    "select all that apply": Kind.MULTIPLE_CHOICE,
    "select all that apply from": Kind.MULTIPLE_CHOICE,
    "add select multiple prompt using": Kind.MULTIPLE_CHOICE,
}
FROM_FILE = (
    "select_one_from_file", "select_multiple_from_file", "select one from file",
    "select multiple from file", "select_one_external",
)  # fmt: skip
SELECT = re.compile(
    "(?P<select>" + "|".join(sorted((re.escape(name) for name in (*SELECTS, *FROM_FILE, "rank")), key=len)[::-1])
    + r")(?: (?P<list>\S+))?(?P<other> (?:or specify other|or_other|or other))?\Z"
)  # fmt: skip
SIMPLE = {
    **dict.fromkeys(("text", "string", "add text prompt", "q string"), Kind.SHORT_TEXT),
    **dict.fromkeys(
        ("integer", "int", "decimal", "add integer prompt", "add decimal prompt", "q int"), Kind.NUMBER
    ),
    **dict.fromkeys(("date", "add date prompt", "q date"), Kind.DATE),
    **dict.fromkeys(("note", "add note prompt"), Kind.NOTE),
}
# What a telephone notes by itself. The portal wants to know none of it.
NOTED = frozenset({
    "start", "end", "today", "deviceid", "subscriberid", "simserial", "phonenumber", "username", "email", "imei",
    "start time", "end time", "device id", "subscriber id", "sim id", "phone number",
    "get start time", "get end time", "get today", "get device id", "get subscriber id", "get sim id",
    "get phone number",
})  # fmt: skip
NO_FILES = _("Ask for a text, or say in a note where to send the file.")
NO_PLACES = _("Ask for the place as a text.")
NO_TIMES = _("Ask for a date, or for a text.")
NO_VALUES = _("Remove the row, and what uses it.")
WRITE_LIST = _("Write the choices on the sheet “choices” and use select_one or select_multiple.")
OTHER_TYPES: dict[str, Message] = {
    **dict.fromkeys(
        ("image", "photo", "audio", "video", "file", "background-audio", "add image prompt", "add photo prompt",
         "add audio prompt", "add video prompt", "add file prompt", "q picture", "q image", "q audio", "q video"),
        NO_FILES,
    ),
    **dict.fromkeys(
        ("geopoint", "geotrace", "geoshape", "osm", "start-geopoint", "background-geopoint", "gps", "location",
         "add location prompt", "q geopoint", "q location", "xsd:geopoint"),
        NO_PLACES,
    ),
    **dict.fromkeys(
        ("time", "datetime", "dateTime", "date time", "add time prompt", "add date time prompt", "add dateTime prompt",
         "q time", "q dateTime"),
        NO_TIMES,
    ),
    **dict.fromkeys(
        ("calculate", "q calculate", "hidden", "csv-external", "xml-external", "audit", "add calculate prompt"),
        NO_VALUES,
    ),
    **dict.fromkeys(FROM_FILE, WRITE_LIST),
    "range": _("Ask for a number, with a constraint for its bounds."),
    "rank": _("Let people choose several, or ask for a text."),
    "barcode": _("Ask for a text."),
    "acknowledge": _("Use a list with one choice."),
    "trigger": _("Use a list with one choice."),
}  # fmt: skip
OTHER_TYPE = _("Use one of: text, decimal, date, note, select_one, select_multiple.")
NOT_SUPPORTED = _("Questions of this type are not supported: %(type)s")
OR_OTHER = _("The list cannot add “other” by itself.")
OR_OTHER_REMEDY = _("Write a choice for it, and ask for the rest in a text question after this one.")
REPEATS = _("Repeated groups are not supported.")
REPEATS_REMEDY = _("Ask for the whole in one text, or write the group out as often as it is needed.")
ANSWER_LIST = _("A list made of answers is not supported.")

# Columns that would change what a form asks; their cells are refused.
REFUSED_COLUMNS: dict[str, tuple[Message, Message]] = {
    **dict.fromkeys(
        ("image", "big-image", "audio", "video"),
        (_("Pictures, sound and films are not supported."), _("Say it in the text of the question.")),
    ),
    "choice_filter": (
        _("Lists that change with an answer are not supported."),
        _("Ask with one list for each case, and show each with a condition."),
    ),
    "calculation": (_("Computed answers are not supported."), _("Clear the cell.")),
    "trigger": (_("Computed answers are not supported."), _("Clear the cell.")),
    "repeat_count": (REPEATS, REPEATS_REMEDY),
    "save_to": (_("Entities are not supported."), _("Clear the cell.")),
    "query": (_("Lists from other files are not supported."), WRITE_LIST),
}
REFUSED_SHEETS: dict[str, tuple[Message, Message]] = {
    "external_choices": (_("Lists from other files are not supported."), WRITE_LIST),
    "entities": (_("Entities are not supported."), _("Remove the sheet.")),
    "osm": (_("Places on a map are not supported."), _("Remove the sheet.")),
}
PASSED_OVER = _("This column is left out.")


@dataclass(frozen=True, slots=True)
class QuestionType:
    """What a type asks for: a kind and its list, or why it cannot be asked."""

    kind: Kind | None = None
    choices: str = ""
    problem: Message | None = None
    remedy: Message = OTHER_TYPE


def read_type(written: str) -> QuestionType:
    """What the type of a question means."""
    simple = SIMPLE.get(written)
    if simple is not None:
        return QuestionType(simple)
    found = SELECT.match(written)
    if found is None:
        problem = Message(NOT_SUPPORTED.text, {"type": written[:60]})
        return QuestionType(problem=problem, remedy=OTHER_TYPES.get(written, OTHER_TYPE))
    select, choices = found["select"], found["list"] or ""
    if select not in SELECTS:
        return QuestionType(problem=Message(NOT_SUPPORTED.text, {"type": select}), remedy=OTHER_TYPES[select])
    if found["other"]:
        return QuestionType(problem=OR_OTHER, remedy=OR_OTHER_REMEDY)
    if "${" in choices:
        return QuestionType(problem=ANSWER_LIST, remedy=WRITE_LIST)
    return QuestionType(SELECTS[select], choices)
