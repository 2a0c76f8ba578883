"""What differs between two versions of one edition: a pure comparison of definitions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from app.authoring.wording import difference
from app.platform.i18n import CODES, Message
from app.questionnaires.definition import Definition, Worded
from app.questionnaires.models import KIND_NAMES, OBLIGATION_NAMES, Kind, Obligation

HEADS = ("title", "prompt", "label", "term")
NOT_COMPARED = frozenset({"texts", "states", "code", "key", "value"})
Parts = list[tuple[str, str]]
Shown = str | Message


class What(StrEnum):
    """What became of a part of the questionnaire."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Change:
    """One part that is not as it was: its fields and its texts, each old and new."""

    key: str
    what: Sequence[What]
    name: str
    name_language: str
    fields: Sequence[tuple[str, Shown, Shown]]
    texts: Sequence[tuple[str, Parts]]

    @property
    def group(self) -> str:
        """The first letter of the key: v, s, q, c or g."""
        return self.key.partition(":")[0]

    @property
    def code(self) -> str:
        """The code, value or key of the part."""
        return self.key.partition(":")[2]


def compare(old: Definition, new: Definition, language: str) -> list[Change]:
    """Everything that differs, texts in one language, in the order of reading; what is gone comes last."""
    before, after = _carriers(old), _carriers(new)
    moved = {key for group in "sq" for key in _moved(_order(before, group), _order(after, group))}
    found = [
        change
        for key, carrier in after.items()
        if (change := _change(key, before.get(key), carrier, language, key in moved))
    ]
    gone = [
        _change(key, carrier, None, language, False) for key, carrier in before.items() if key not in after
    ]
    return sorted(
        found + [change for change in gone if change], key=lambda change: "vsqcg".index(change.group)
    )


def _carriers(definition: Definition) -> dict[str, Worded]:
    carriers: dict[str, Worded] = {"v:": definition}
    carriers |= {f"s:{section.code}": section for section in definition.sections}
    carriers |= {f"q:{question.code}": question for question in definition.questions}
    carriers |= {
        f"c:{name}/{choice.value}": choice
        for name, choices in definition.choice_lists.items()
        for choice in choices
    }
    return carriers | {f"g:{term.key}": term for term in definition.glossary}


def _order(carriers: Mapping[str, Worded], group: str) -> list[str]:
    return [key for key in carriers if key.startswith(f"{group}:")]


def _moved(before: list[str], after: list[str]) -> set[str]:
    """Those that stand elsewhere among the ones both versions have; as few as explain the new order."""
    both = set(before) & set(after)
    old, new = [key for key in before if key in both], [key for key in after if key in both]
    staying: set[str] = set()
    for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
        staying.update(old[block.a : block.a + block.size])
    return both - staying


def _change(key: str, old: Worded | None, new: Worded | None, language: str, is_moved: bool) -> Change | None:
    fields = list(_fields(key, old, new)) if old and new else []
    texts = list(_texts(old, new, language))
    what = [What.ADDED] if old is None else [What.REMOVED] if new is None else []
    if is_moved or any(name in {"section", "parent"} for name, _old, _new in fields):
        what.append(What.MOVED)
    if old and new and (texts or fields):
        what.append(What.CHANGED)
    if not what:
        return None
    carrier = new or old
    assert carrier is not None  # noqa: S101  (one of the two is there)
    return Change(key, what, *_name(carrier, language), fields, texts)


def _name(carrier: Worded, language: str) -> tuple[str, str]:
    for kind in HEADS:
        texts = carrier.texts.get(kind, {})
        for code in (language, *CODES):
            if texts.get(code):
                return texts[code], code
    return "", language


def _fields(key: str, old: Worded, new: Worded) -> Iterator[tuple[str, Shown, Shown]]:
    if key == "v:":
        return
    for name in type(new).model_fields:
        was, now = getattr(old, name), getattr(new, name)
        if name not in NOT_COMPARED and was != now:
            yield name, _shown(was), _shown(now)


def _shown(value: Any) -> Shown:
    if isinstance(value, Kind):
        return KIND_NAMES[value]
    if isinstance(value, Obligation):
        return OBLIGATION_NAMES[value]
    if isinstance(value, list):
        return ", ".join(value)
    return str(value or "")


def _texts(old: Worded | None, new: Worded | None, language: str) -> Iterator[tuple[str, Parts]]:
    before, after = old.texts if old else {}, new.texts if new else {}
    for kind in dict.fromkeys((*after, *before)):
        was, now = before.get(kind, {}).get(language, ""), after.get(kind, {}).get(language, "")
        if was != now:
            yield kind, difference(was, now, language)
