"""Cutting answers into sentences and excerpts, comparing texts; pure functions, no character is lost."""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from icu4py.breakers import CharacterBreaker, SentenceBreaker

from app.platform.errors import Invalid
from app.platform.i18n import _

# ICU ends a sentence after these; a reader does not.
ABBREVIATIONS = re.compile(
    r"(?:^|[\s(«“])(?:Dr|Mr|Mrs|Ms|Prof|St|No|Nos|Art|art|vs|e\.g|i\.e|cf|M|Mme|núm|Sr|Sra|ст|см|т\.е|г|гг|им)\.\s*$"
)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text, in characters, the end not included."""

    start: int
    end: int


@lru_cache(maxsize=4096)
def sentences(text: str, language: str) -> tuple[Span, ...]:
    """The sentences of a text; joined they are the text again, every character of it."""
    spans: list[Span] = []
    place = 0
    carried = False
    for piece in SentenceBreaker(text, language):
        begin = spans.pop().start if carried and spans else place
        place += len(piece)
        spans.append(Span(begin, place))
        carried = bool(ABBREVIATIONS.search(text[begin:place]))
    return tuple(spans)


def trimmed(text: str, span: Span) -> Span:
    """The span without the white space around its words; a space that carries a mark stays with it."""
    words = text[span.start : span.end]
    if not words.strip():
        return Span(span.start, span.start)
    start, end = span.start + len(words) - len(words.lstrip()), span.start + len(words.rstrip())
    edges = boundaries(text)
    while start > span.start and start not in edges:
        start -= 1
    while end < span.end and end not in edges:
        end += 1
    return Span(start, end)


OUTSIDE = _("The selected words are not in this answer. Load the page again and select them once more.")


def cut(text: str, span: Span) -> str:
    """The exact words of an excerpt; raises Invalid if it is empty, outside, or splits a character."""
    if not 0 <= span.start < span.end <= len(text):
        raise Invalid(detail=OUTSIDE)
    quote = text[span.start : span.end]
    if not quote.strip():
        raise Invalid(detail=OUTSIDE)
    edges = boundaries(text)
    if span.start not in edges or span.end not in edges:
        raise Invalid(detail=OUTSIDE)
    return quote


@lru_cache(maxsize=1024)
def boundaries(text: str) -> frozenset[int]:
    """Where a text may be cut without tearing a mark from its letter (Unicode grapheme clusters)."""
    places = [0]
    for piece in CharacterBreaker(text, "en"):
        places.append(places[-1] + len(piece))
    return frozenset(places)


def joined(text: str, spans: Iterable[Span]) -> list[Span]:
    """Neighbouring spans as one excerpt: only white space may stand between them."""
    result: list[Span] = []
    for span in sorted(spans, key=lambda s: (s.start, s.end)):
        if result and not text[result[-1].end : span.start].strip():
            result[-1] = Span(result[-1].start, max(result[-1].end, span.end))
        else:
            result.append(span)
    return result


class Marked(NamedTuple):
    """Words of a line and the numbers of the paragraphs that use them, none where nobody does."""

    text: str
    numbers: tuple[int, ...]


def marked(text: str, used: Iterable[tuple[Span, int]]) -> list[list[Marked]]:
    """The lines of a text that say something, each cut where another paragraph begins or ends to use it.

    `used` are places in the whole text with the number of a paragraph; they may overlap. The parts of a line make
    the line again.
    """
    spans = list(used)
    lines, start = [], 0
    for line in text.splitlines(keepends=True):
        said = Span(start, start + len(line.splitlines()[0]))
        start += len(line)
        if text[said.start : said.end].strip():
            lines.append(_cut_at(text, said, spans))
    return lines


def _cut_at(text: str, line: Span, used: Sequence[tuple[Span, int]]) -> list[Marked]:
    edges = {line.start, line.end} | {
        edge for span, _number in used for edge in (span.start, span.end) if line.start < edge < line.end
    }
    parts: list[Marked] = []
    for start, end in pairwise(sorted(edges)):
        numbers = tuple(sorted({n for span, n in used if span.start <= start and end <= span.end}))
        if parts and parts[-1].numbers == numbers:
            parts[-1] = Marked(parts[-1].text + text[start:end], numbers)
        else:
            parts.append(Marked(text[start:end], numbers))
    return parts


def overlaps(a: Span, b: Span) -> bool:
    """Whether two spans share a character."""
    return a.start < b.end and b.start < a.end


def difference(old: str, new: str) -> list[tuple[str, str]]:
    """How one text becomes the other, word by word: (same | added | removed, words)."""
    before, after = _words(old), _words(new)
    parts: list[tuple[str, str]] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            parts.append(("same", "".join(before[a:b])))
            continue
        if a < b:
            parts.append(("removed", "".join(before[a:b])))
        if c < d:
            parts.append(("added", "".join(after[c:d])))
    return parts


def _words(text: str) -> list[str]:
    """Words with the space after them; scripts without spaces go character by character."""
    return re.findall(
        r"[\u3400-\u9fff\u3000-\u303f\uff00-\uffef]|[^\s\u3400-\u9fff\u3000-\u303f\uff00-\uffef]+\s*|\s+",
        text,
    )


def prefilled(quotes: Sequence[str], language: str) -> str:
    """The words of several excerpts as a first text of a paragraph."""
    return ("" if language == "zh" else " ").join(quote.strip() for quote in quotes)
