"""What things are called on the authoring pages, conditions in words, and texts compared word by word."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from icu4py.breakers import WordBreaker

from app.platform.i18n import Message, _
from app.questionnaires.definition import Readiness
from app.questionnaires.names import TEXT_NAMES

# Nobody compares longer texts word by word: they are shown whole, the old one and the new one.
MOST_WORDS = 4000
FIELD_NAMES: dict[str, Message] = {
    "code": _("Code"),
    "kind": _("Kind of question"),
    "section": _("Section"),
    "parent": _("Stands in the section"),
    "instrument": _("Instrument"),
    "article": _("Article"),
    "paragraph": _("Paragraph"),
    "obligation": _("Obligation"),
    "topics": _("Search words"),
    "terms": _("Terms of the glossary"),
    "choices": _("List of choices"),
    "relevant": _("Asked only if"),
    "constraint": _("An answer must fulfil"),
    "required": _("Must be answered if"),
    "longest": _("Longest text"),
    "maps_to": _("Informs the State questions"),
    "covers": _("Stands for the questions"),
    "questions": _("Questions"),
}
PART_NAMES = {**FIELD_NAMES, **TEXT_NAMES}
READINESS_NAMES: dict[Readiness, Message] = {
    Readiness.SOURCE: _("Source text"),
    Readiness.MISSING: _("Missing"),
    Readiness.DRAFT: _("Draft"),
    Readiness.REVIEWED: _("Reviewed"),
    Readiness.OUTDATED: _("Older than the source"),
}
# What readers of a preview see beside the texts, in the language of the preview.
PREVIEW_NAMES: dict[str, Message] = {
    "law": _("In law"),
    "practice": _("In practice"),
    "account": _("In your words"),
    "why": _("Why we ask this"),
    "example": _("An example of a good short answer"),
    "help": _("Help for the reader"),
    "choices": _("Choose an answer"),
    "value": _("Your answer"),
}
GROUP_NAMES: dict[str, Message] = {
    "v": _("Title and introduction"),
    "s": _("Sections"),
    "q": _("Questions"),
    "c": _("Lists of choices"),
    "g": _("Glossary"),
}


def difference(old: str, new: str, language: str) -> list[tuple[str, str]]:
    """How one text becomes the other, word by word: (same | added | removed, words)."""
    if old == new:
        return [("same", new)] if new else []
    before, after = list(WordBreaker(old, language)), list(WordBreaker(new, language))
    if max(len(before), len(after)) > MOST_WORDS:
        return [(kind, text) for kind, text in (("removed", old), ("added", new)) if text]
    parts: list[tuple[str, str]] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(("same", "".join(before[a:b])))
            continue
        if a < b:
            parts.append(("removed", "".join(before[a:b])))
        if c < d:
            parts.append(("added", "".join(after[c:d])))
    return parts


@dataclass(frozen=True, slots=True)
class Clause:
    """One part of a condition that can be said in words: an answer, whether it must hold, and the value."""

    code: str
    part: str
    is_value: bool
    value: str
    joined_by: str = ""


ATOM = re.compile(
    r"""\s*(?:selected\(\s*\$\{(?P<within>[\w.-]+)\}\s*,\s*(?P<chosen>'[^']*'|"[^"]*")\s*\)
      | \$\{(?P<name>[\w.-]+)\}\s*(?P<sign>!=|=)\s*(?P<value>'[^']*'|"[^"]*"|-?\d+(?:\.\d+)?))\s*""",
    re.VERBOSE,
)
JOIN = re.compile(r"(and|or)\b")


def clauses_of(source: str, nodes: Mapping[str, tuple[str, str]]) -> list[Clause] | None:
    """A condition as clauses, or None where it needs more than words can say.

    `nodes` tells the question and the part (law, practice, narrative or none) behind each name.
    """
    found: list[Clause] = []
    place, joined_by = 0, ""
    while match := ATOM.match(source, place):
        name = match["within"] or match["name"]
        code, part = nodes.get(name, (name, ""))
        value = (match["chosen"] or match["value"]).strip("'\"")
        found.append(Clause(code, part, match["sign"] != "!=", value, joined_by))
        place = match.end()
        if place == len(source):
            return found if len({clause.joined_by for clause in found} - {""}) <= 1 else None
        join = JOIN.match(source, place)
        if join is None:
            return None
        joined_by, place = join[1], join.end()
    return None
