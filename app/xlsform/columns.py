"""What the sheets of a form are called and how one cell holds what a questionnaire has.

Shared by the writer and the reader, so that what goes out comes back the same.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.platform.i18n import CODES, LANGUAGES, Message, _, language_name
from app.questionnaires.models import Edition
from app.questionnaires.positions import LAW_NAMES, POSITION_NAMES, PRACTICE_NAMES

SURVEY, CHOICES, SETTINGS = "survey", "choices", "settings"
GLOSSARY, TRANSLATIONS = "glossary", "translations"
OURS = "polyphony"
KIND = f"{OURS}::kind"
# Attributes of a question in a column of their own, single values first, then lists.
ATTRIBUTES = ("instrument", "article", "paragraph", "obligation", "longest", "choices")
LISTS = ("topics", "terms", "maps_to", "covers")
CONDITIONS = ("relevant", "constraint", "required")
# Which column shows a text to people who open the form in another program.
LABELS = {"label": "prompt", "constraint_message": "constraint_message"}
PART_TEXTS = {"law": "law", "practice": "practice", "narrative": "account"}
PART_NAMES = {"law": _("In law"), "practice": _("In practice"), "narrative": _("In your own words")}
QUESTION_TEXTS = ("topic", "task", "why", "help", "example", "law", "practice", "account")
OTHER_TEXTS = ("term", "meaning", "forms")
OWN_LISTS: Mapping[str, Mapping[Any, Message]] = {
    f"{OURS}_law": LAW_NAMES,
    f"{OURS}_practice": PRACTICE_NAMES,
    f"{OURS}_position": POSITION_NAMES,
}
LONGEST_CELL = 32_767
# How much of a checksum stands in the column `version`: it tells of what a workbook was made.
PRINT = 12
PLAIN_LIST = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
CODED_LIST = f"{OURS}_list_"
INSERTS = re.compile("\\$(\u2060*)\\{")
GUARDED = re.compile("\\$\u2060(\u2060*)\\{")
# Nothing that XML could carry: such a character is shown as unknown.
UNWRITABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")
LANGUAGE_OF = re.compile(r"[(\[]\s*([A-Za-z]{2,3})(?:[-_][A-Za-z0-9-]+)?\s*[)\]]\s*\Z")
# The codes of three letters that some tools write, the older ones of libraries included.
THREE = {
    "ara": "ar", "zho": "zh", "chi": "zh", "cmn": "zh", "eng": "en", "fra": "fr", "fre": "fr", "rus": "ru",
    "spa": "es",
}  # fmt: skip


def language_header(code: str) -> str:
    """How a language stands in the header of a column, such as `Français (fr)`."""
    return _HEADERS[code]


_HEADERS = {language.code: f"{language.native} ({language.code})" for language in LANGUAGES}
_NAMES = {code: code for code in CODES}
_NAMES |= {language.native.casefold(): language.code for language in LANGUAGES}
_NAMES |= {language_name(code, shown).casefold(): code for code in CODES for shown in CODES}


def find_language(header: str) -> str | None:
    """The language that a header means, by the code in brackets or by its name; None for any other."""
    coded = LANGUAGE_OF.search(header)
    if coded is not None:
        code = THREE.get(coded[1].lower(), coded[1].lower())
        return code if code in CODES else None
    name = header.strip().casefold()
    return _NAMES.get(name) or _NAMES.get(name.partition("-")[0])


def hint_kind(edition: Edition) -> str:
    """The text that stands in the column `hint`: why a question is asked, or help for a State."""
    return "help" if edition is Edition.STATE else "why"


def guard(text: str) -> str:
    """A text as a cell may hold it: `${` must not look like the answer to another question."""
    kept = UNWRITABLE.sub("\ufffd", text)
    return INSERTS.sub("$\\1\u2060{", kept) if "$" in kept else kept


def unguard(text: str) -> str:
    """The text that `guard` made safe."""
    return GUARDED.sub(r"$\1{", text) if "$" in text else text


def join(items: Sequence[str]) -> str:
    """Several short words in one cell, with commas, or as JSON where a word has its own."""
    joined = ", ".join(items)
    return joined if split(joined) == list(items) else json.dumps(list(items), ensure_ascii=False)


def split(cell: str) -> list[str]:
    """The words of a cell."""
    if cell.startswith("["):
        try:
            found = json.loads(cell)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, list) and all(isinstance(item, str) for item in found):
            return found
    return [word.strip() for word in cell.split(",") if word.strip()]


def list_name(name: str) -> str:
    """The name of a list of choices as other programs accept it."""
    if PLAIN_LIST.match(name) and not name.startswith(OURS):
        return name
    return CODED_LIST + name.encode("utf-8", "replace").hex()


def own_list_name(name: str) -> str:
    """The name that `list_name` made acceptable."""
    if not name.startswith(CODED_LIST):
        return name
    try:
        return bytes.fromhex(name.removeprefix(CODED_LIST)).decode()
    except ValueError:
        return name


def fallback(texts: Iterable[str], stand_in: str) -> str:
    """What to show where there is no text at all, because a form must show something."""
    return "" if any(text.strip() for text in texts) else stand_in
