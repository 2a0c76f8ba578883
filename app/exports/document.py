"""The submission as one plain document: what is made final, and how two of them differ.

Both formats are made from it. It holds no attachment, and nothing above what a contributor allowed.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from app.contributions.models import Publication, narrowest
from app.submissions import merging
from app.submissions.models import NationalAnswer
from app.submissions.queries import ShownSource

Document = dict[str, Any]
KIND = "polyphony-submission"
FORMAT = 2  # the first format says no number, "passages" and "cleared_on"
# What says when, as which number and in which format a document was made, and not what it says.
OCCASION = ("number", "made_at", "is_draft", "format")
# Comparing takes time with the product of two lengths: longer texts are shown as replaced.
LONGEST_COMPARED = 3_000


def citations_of(national: NationalAnswer) -> tuple[list[dict[str, str]], list[str]]:
    """The laws that are cited, and the links that stand without a title."""
    named = [
        {"title": str(each.get("title", "")), "url": str(each.get("url", ""))}
        for each in national.citations
        if each.get("title")
    ]
    links = [str(each["url"]) for each in national.citations if each.get("url") and not each.get("title")]
    return named, links


def sources_of(sources: Iterable[ShownSource]) -> dict[str, Any]:
    """Whose words a paragraph rests on, as far as each allowed it; each voice counts once."""
    by_voice: dict[tuple[bool, str], Publication] = {}
    names: dict[tuple[bool, str], str] = {}
    for source in sources:
        voice = (source.is_confidential, source.voice)
        allowed = (
            source.publication if source.organisation else narrowest(source.publication, Publication.UNNAMED)
        )
        by_voice[voice] = max(by_voice.get(voice, Publication.NO), allowed, key=lambda one: one.reach)
        names[voice] = source.organisation or ""
    return {
        "organisations": sorted(names[v] for v, how in by_voice.items() if how is Publication.NAMED),
        "unnamed": sum(how is Publication.UNNAMED for how in by_voice.values()),
        "not_public": sum(how is Publication.NO for how in by_voice.values()),
    }


def canonical(document: Document) -> bytes:
    """The one way to write a document as bytes."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def checksum(document: Document) -> str:
    """What tells two documents apart, for whoever wants to verify one."""
    return hashlib.sha256(canonical(document)).hexdigest()


def strings_in(content: Any) -> Iterator[str]:
    """Every text a document holds."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict | list):
        for part in content.values() if isinstance(content, dict) else content:
            yield from strings_in(part)


def mapped(content: Any, change: Callable[[str], str]) -> Any:
    """A document with every text in it changed."""
    if isinstance(content, str):
        return change(content)
    if isinstance(content, dict):
        return {name: mapped(part, change) for name, part in content.items()}
    return [mapped(part, change) for part in content] if isinstance(content, list) else content


# Names in documents of the first format: they keep theirs, with their checksum.
FORMER = {"passages": "paragraphs", "cleared_on": "approved_on"}


def by_todays_names(document: Document) -> Document:
    """A document as it would be written today; one of today comes back unchanged."""
    questions = [
        {FORMER.get(name, name): part for name, part in question.items()}
        for question in document.get("questions", [])
    ]
    return {**document, "questions": questions} if questions else document


def says_the_same(one: Document, other: Document) -> bool:
    """Whether two documents differ in nothing but number and dates."""
    return canonical(_timeless(by_todays_names(one))) == canonical(_timeless(by_todays_names(other)))


def _timeless(document: Document) -> Document:
    questions = [
        {name: value for name, value in question.items() if name not in {"approved_on", "state"}}
        for question in document.get("questions", [])
    ]
    kept = {name: value for name, value in document.items() if name not in OCCASION}
    return {**kept, "questions": questions}


Parts = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class ParagraphChange:
    """A paragraph that was added, removed or changed, word by word; `number` counts in its own document."""

    kind: str
    number: int
    parts: Parts


@dataclass(frozen=True, slots=True)
class QuestionChange:
    """What changed in the answer to one question."""

    code: str
    kind: str
    position: tuple[str | None, str | None] | None
    paragraphs: Sequence[ParagraphChange]
    added: Sequence[Mapping[str, str]]
    removed: Sequence[Mapping[str, str]]
    assistance: Parts

    def as_json(self) -> dict[str, Any]:
        """The change as the JSON format has it."""
        return {
            "code": self.code,
            "kind": self.kind,
            "position": {"before": self.position[0], "after": self.position[1]} if self.position else None,
            "paragraphs": [
                {"kind": each.kind, "number": each.number, "parts": _listed(each.parts)}
                for each in self.paragraphs
            ],
            "citations_added": [dict(each) for each in self.added],
            "citations_removed": [dict(each) for each in self.removed],
            "assistance": _listed(self.assistance),
        }


def _listed(parts: Parts) -> list[list[str]]:
    return [[kind, text] for kind, text in parts]


def difference(old: Document, new: Document) -> list[QuestionChange]:
    """What changed from one document to the next, question by question, in the new one's order."""
    old, new = by_todays_names(old), by_todays_names(new)
    before = {question["code"]: question for question in old.get("questions", [])}
    after = {question["code"]: question for question in new.get("questions", [])}
    codes = [*after, *(code for code in before if code not in after)]
    found = [_question(code, before.get(code), after.get(code)) for code in codes]
    return [change for change in found if change is not None]


def _question(
    code: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> QuestionChange | None:
    kind = "added" if old is None else "removed" if new is None else "changed"
    old, new = old or {}, new or {}
    positions = (old.get("position"), new.get("position"))
    cited_before, cited_after = _cited(old), _cited(new)
    helped = (old.get("assistance", ""), new.get("assistance", ""))
    change = QuestionChange(
        code=code,
        kind=kind,
        position=positions if positions[0] != positions[1] else None,
        paragraphs=_paragraphs(_texts(old), _texts(new)),
        added=[each for each in cited_after if each not in cited_before],
        removed=[each for each in cited_before if each not in cited_after],
        assistance=words(*helped) if helped[0] != helped[1] else (),
    )
    says = change.position or change.paragraphs or change.added or change.removed or change.assistance
    return change if says or kind != "changed" else None


def _texts(question: Mapping[str, Any]) -> list[str]:
    return [paragraph["text"] for paragraph in question.get("paragraphs", [])]


def _cited(question: Mapping[str, Any]) -> list[Mapping[str, str]]:
    links = [{"title": "", "url": link} for link in question.get("links", [])]
    return [*question.get("citations", []), *links]


def _paragraphs(old: Sequence[str], new: Sequence[str]) -> list[ParagraphChange]:
    changes: list[ParagraphChange] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        both = min(b - a, d - c)
        changes += [ParagraphChange("changed", c + n + 1, words(old[a + n], new[c + n])) for n in range(both)]
        changes += [ParagraphChange("removed", n + 1, [("removed", old[n])]) for n in range(a + both, b)]
        changes += [ParagraphChange("added", n + 1, [("added", new[n])]) for n in range(c + both, d)]
    return changes


def words(old: str, new: str) -> Parts:
    """How one text becomes the other, word by word; very long ones as a whole."""
    if len(old) > LONGEST_COMPARED or len(new) > LONGEST_COMPARED:
        return _ends(old, new)
    return merging.difference(old, new)


def _ends(old: str, new: str) -> Parts:
    """What two long texts share at the beginning and at the end, and the whole of what lies between."""
    shortest = min(len(old), len(new))
    head = next((n for n in range(shortest) if old[n] != new[n]), shortest)
    rest = shortest - head
    tail = next((n for n in range(rest) if old[-1 - n] != new[-1 - n]), rest)
    parts = [
        ("same", old[:head]),
        ("removed", old[head : len(old) - tail]),
        ("added", new[head : len(new) - tail]),
        ("same", old[len(old) - tail :]),
    ]
    return [(kind, text) for kind, text in parts if text]
