"""What changed between two versions, row by row and word by word."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.platform.i18n import Message, _
from app.reference.document import OBLIGATION_NAMES, AnyRow, Kind, ParagraphRow, ReferenceData
from app.reference.models import MARK_NAMES, Mark

FIELD_NAMES: dict[str, Message] = {
    "position": _("Place in the list"),
    "names": _("Name"),
    "short": _("Short label"),
    "articles": _("Articles"),
    "and_related": _("Related articles too"),
    "cluster": _("Cluster"),
    "remark": _("Remark"),
    "title": _("Title"),
    "address": _("Address"),
    "sources": _("Sources"),
    "mark": _("How sure"),
}
YES, NO = _("yes"), _("no")
UNSAID = frozenset({"code", "number", "instrument", "paragraphs"})


class What(StrEnum):
    """What happened to a row."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


WHAT_NAMES: dict[What, Message] = {
    What.ADDED: _("Added"),
    What.REMOVED: _("Removed"),
    What.CHANGED: _("Changed"),
}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a row before and after; `language` is that of its words, or empty."""

    label: Message
    language: str
    before: str | Message
    after: str | Message


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row that came, went or changed."""

    kind: Kind
    key: str
    what: What
    fields: Sequence[FieldChange]

    @property
    def what_name(self) -> Message:
        """What happened, in a word."""
        return WHAT_NAMES[self.what]


Said = str | Message
Fields = dict[tuple[str, str], tuple[Message, Said]]


def differences(before: ReferenceData, after: ReferenceData) -> list[RowChange]:
    """Every row that differs, in the order of the lists."""
    return [change for kind in Kind for change in _of_list(kind, before, after)]


def _of_list(kind: Kind, before: ReferenceData, after: ReferenceData) -> Iterator[RowChange]:
    old = {row.key: row for row in before.rows(kind)}
    new = {row.key: row for row in after.rows(kind)}
    for key in [*new, *(key for key in old if key not in new)]:
        was, becomes = old.get(key), new.get(key)
        if was == becomes:
            continue
        what = What.ADDED if was is None else What.REMOVED if becomes is None else What.CHANGED
        yield RowChange(kind, key, what, _changed(_fields(was), _fields(becomes)))


def _changed(old: Fields, new: Fields) -> list[FieldChange]:
    found = []
    for place in [*new, *(place for place in old if place not in new)]:
        label = (new.get(place) or old[place])[0]
        before, after = (fields[place][1] if place in fields else "" for fields in (old, new))
        if before != after:
            found.append(FieldChange(label, place[1], before, after))
    return found


def _fields(row: AnyRow | None) -> Fields:
    """A row as flat fields, each by its name and the language of its words."""
    found: Fields = {}
    for name, value in dict(row or {}).items():
        if name in UNSAID:
            continue
        if isinstance(value, Mapping):
            found |= {(name, code): (FIELD_NAMES[name], text) for code, text in value.items() if text}
        elif value not in ("", [], False):
            found[name, ""] = (FIELD_NAMES[name], _said(value))
    for paragraph in getattr(row, "paragraphs", ()):
        found |= _paragraph(paragraph)
    return found


def _paragraph(row: ParagraphRow) -> Fields:
    label = _("Paragraph %(paragraph)s", paragraph=row.paragraph)
    place = f"paragraph {row.paragraph}"
    topics: Fields = {(place, code): (label, text) for code, text in row.topic.items() if text}
    return {(place, ""): (label, OBLIGATION_NAMES[row.obligation]), **topics}


def _said(value: object) -> Said:
    if isinstance(value, Mark):
        return MARK_NAMES[value]
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    return str(value)
