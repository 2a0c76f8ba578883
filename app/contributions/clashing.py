"""Two versions of one answer, field by field, and the answer that was chosen from them.

An answer is flat here, as a page holds it: one text a field, and the sources by themselves. The version that
a writer began from travels in her form: it is nobody else's business, and so is kept nowhere.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.contributions import joining
from app.contributions.joining import Parts

OWN = ("law", "practice", "value", "narrative", "language", "publication")
RECOMMENDED = ("action", "addressee", "priority")
FIELDS = (*OWN, *RECOMMENDED)
# The texts of several lines: two changes to them can be joined.
TEXTS = frozenset({"narrative", "action"})
SOURCE = ("title", "url", "publisher", "year")
MOST_SOURCES = 40
LONGEST = 200_000  # no answer is longer, with all its sources
Source = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Content:
    """What an answer says, without its version and whose it is."""

    texts: Mapping[str, str] = field(default_factory=dict)
    sources: Sequence[Source] = ()

    def __getitem__(self, name: str) -> str:
        """The text of a field; an empty one for what was not said."""
        return self.texts.get(name, "")


def content_of(answer: Mapping[str, Any]) -> Content:
    """The content of an answer given by its fields, as the database and the JSON interface hold them."""
    given = {**{name: answer.get(name) for name in OWN}, **dict(answer.get("recommendation") or {})}
    texts = {name: "" if given.get(name) is None else str(given[name]) for name in FIELDS}
    return Content(texts, [_source(each) for each in answer.get("evidence") or ()])


def _source(given: Mapping[str, Any]) -> Source:
    texts = {name: str(given.get(name) or "") for name in SOURCE}
    return {**texts, "official": bool(given.get("official"))}


def written(content: Content) -> str:
    """The content as one text, for the form that begins from it."""
    return json.dumps([dict(content.texts), list(content.sources)], ensure_ascii=False)


def read(text: str) -> Content | None:
    """The content that a form says it began from; None where it says none that can be read."""
    try:
        texts, sources = json.loads(text[:LONGEST])  # what was cut off is no JSON any more
        kept = {name: str(texts[name]) for name in FIELDS}
        return Content(kept, [_source(each) for each in sources[:MOST_SOURCES]])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


@dataclass(frozen=True, slots=True)
class Choice:
    """A field that differs: what stands where, what is proposed, and how the texts fit together."""

    name: str
    mine: str
    theirs: str
    before: str | None
    keep: str
    joined: str = ""
    fits: bool = False

    @property
    def is_text(self) -> bool:
        """Whether the two can be joined."""
        return self.name in TEXTS

    def changes_to(self, after: str) -> Parts:
        """A version with what it changed, where there was something before both."""
        return [("same", after)] if not self.before else joining.difference(self.before, after)


@dataclass(frozen=True, slots=True)
class SourceChoice:
    """A source that only one of the two versions holds."""

    number: int
    source: Source
    is_mine: bool
    was_before: bool
    keep: bool


def choices_between(before: Content | None, mine: Content, theirs: Content) -> list[Choice]:
    """The fields that differ. What only one side changed is proposed; two changes to a text are joined."""
    return [
        _choice(name, before[name] if before else None, mine[name], theirs[name])
        for name in FIELDS
        if mine[name] != theirs[name]
    ]


def _choice(name: str, before: str | None, mine: str, theirs: str) -> Choice:
    if theirs == before:
        return Choice(name, mine, theirs, before, "mine", mine, fits=True)
    if mine == before:
        return Choice(name, mine, theirs, before, "theirs", theirs, fits=True)
    if name not in TEXTS:
        return Choice(name, mine, theirs, before, "mine")
    joined = joining.join(before, mine, theirs)
    return Choice(name, mine, theirs, before, "joined", joined.text, joined.fits)


def sources_between(before: Content | None, mine: Content, theirs: Content) -> list[SourceChoice]:
    """The sources that only one side holds; what the other side took out is not proposed again."""
    known = list(before.sources) if before else []
    return [
        SourceChoice(number, source, source in mine.sources, source in known, source not in known)
        for number, source in enumerate(_together(mine, theirs))
        if not (source in mine.sources and source in theirs.sources)
    ]


def _together(mine: Content, theirs: Content) -> list[Source]:
    return [*mine.sources, *(source for source in theirs.sources if source not in mine.sources)]


def is_settled(values: Mapping[str, Any]) -> bool:
    """Whether a form comes from the page of two versions."""
    return bool(values.get("settles"))


def picked_in(values: Mapping[str, Any]) -> dict[str, str]:
    """Which version was chosen for which field, and `yes` for each source that stays."""
    fields = {name: str(values[f"keep-{name}"]) for name in FIELDS if f"keep-{name}" in values}
    return fields | {f"source-{number}": "yes" for number in values.get("sources") or ()}


def chosen(values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the answer that was chosen on the page of two versions, as if they had been typed."""
    mine = from_fields(values)
    theirs = read(str(values.get("base", ""))) or Content()
    texts = dict(mine.texts)
    for name in FIELDS:
        keep = values.get(f"keep-{name}")
        if keep == "theirs":
            texts[name] = theirs[name]
        elif keep == "joined":
            texts[name] = str(values.get(f"joined-{name}", ""))
    both = [source for source in mine.sources if source in theirs.sources]
    kept = values.get("sources") or []
    picked = [
        source
        for number, source in enumerate(_together(mine, theirs))
        if source in both or str(number) in kept
    ]
    passed_on = {name: values[name] for name in ("version", "base", "then") if name in values}
    return {**as_fields(Content(texts, picked)), **passed_on}


def as_fields(content: Content) -> dict[str, Any]:
    """The content by the names its fields have on a page."""
    values: dict[str, Any] = {name: content[name] for name in OWN}
    values |= {f"recommendation-{name}": content[name] for name in RECOMMENDED}
    for number, source in enumerate(content.sources):
        values |= {f"evidence-{number}-{name}": source[name] for name in SOURCE}
        if source["official"]:
            values[f"evidence-{number}-official"] = "yes"
    return values


def from_fields(values: Mapping[str, Any]) -> Content:
    """The content of the fields of a page."""
    texts = {name: _one(values.get(name)) for name in OWN}
    texts |= {name: _one(values.get(f"recommendation-{name}")) for name in RECOMMENDED}
    sources = [
        _source({name: values.get(f"evidence-{row}-{name}") for name in (*SOURCE, "official")})
        for row in range(MOST_SOURCES)
    ]
    return Content(texts, [each for each in sources if any(each.values())])


def _one(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def as_input(values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a page as the fields of an answer; what is empty is left out, so that defaults apply."""
    content = from_fields(values)
    given = {name: content[name] for name in OWN if content[name]}
    recommended = {name: content[name] for name in RECOMMENDED if content[name]}
    more = {name: values[name] for name in ("version", "then") if values.get(name)}
    return {**given, **more, "recommendation": recommended, "evidence": list(content.sources)}
