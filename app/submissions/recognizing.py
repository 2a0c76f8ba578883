"""Recognizing names and somebody's own words in a text, whatever their case, width, marks and spaces.

Pure functions, linear in the texts and in the words: an outcome compares thousands with thousands.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

# So many characters in a row are the author's own wording, not a turn of phrase.
WORDING = {"zh": 14}
WORDING_ELSEWHERE = 40
# Fewer are recognized only as they are written: "No" is nobody's wording, and stands in every text.
FEWEST = 12
REDACTED = "[███]"
LATIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
SPACED = LATIN | frozenset(map(chr, range(0x400, 0x530)))
# Scripts that write without spaces break their lines anywhere.
_BESIDE = re.compile(r" (?=[\u2e80-\u9fff])|(?<=[\u2e80-\u9fff]) ")
_END = ""


@cache
def _sign(character: str) -> str:
    """What is left of a character: no mark, no invisible sign, no width, no case."""
    if character.isspace():
        return " "
    if character == "\u0640" or unicodedata.category(character) == "Cf":
        return ""
    parts = unicodedata.normalize("NFKD", character)
    kept = "".join(part for part in parts if unicodedata.category(part) != "Mn")
    return kept.replace("\u0640", "")


def folded(text: str, *, keeps_case: bool = False) -> str:
    """A text as it is compared: two that a reader takes for the same words are equal."""
    plain = text if text.isascii() else "".join(map(_sign, text))
    plain = " ".join(plain.split())
    if not plain.isascii():
        plain = _BESIDE.sub("", plain)
    return plain if keeps_case else plain.casefold()


def _placed(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters the place it has in the text itself."""
    signs: list[tuple[str, int]] = []
    for place, character in enumerate(text):
        for sign in _sign(character).casefold():
            if sign != " " or (signs and signs[-1][0] != " "):
                signs.append((sign, place))
    plain = "".join(sign for sign, _place in signs)
    dropped = {found.start() for found in _BESIDE.finditer(plain)}
    if plain.endswith(" "):
        dropped.add(len(plain) - 1)
    kept = [each for number, each in enumerate(signs) if number not in dropped]
    return "".join(sign for sign, _place in kept), [place for _sign_, place in kept]


def size_of(language: str) -> int:
    """How many characters in a row are wording in a language."""
    return WORDING.get(language, WORDING_ELSEWHERE)


def windows(words: str, size: int) -> Iterator[str]:
    """Every stretch of this length."""
    return (words[start : start + size] for start in range(len(words) - size + 1))


def _stands_alone(text: str, start: int, end: int, letters: frozenset[str]) -> bool:
    """Whether no letter of a script that parts its words follows on another at the ends of a stretch."""
    before = start > 0 and text[start] in letters and text[start - 1] in letters
    after = end < len(text) and text[end - 1] in letters and text[end] in letters
    return not before and not after


class Phrases:
    """Many names or short words, looked for together in one pass over a text."""

    def __init__(
        self, phrases: Iterable[str], letters: frozenset[str] = LATIN, *, keeps_case: bool = False
    ) -> None:
        self._letters = letters
        self._keeps_case = keeps_case
        self._root: dict[str, Any] = {}
        for phrase in phrases:
            node = self._root
            for sign in folded(phrase, keeps_case=keeps_case):
                node = node.setdefault(sign, {})
            if node is not self._root:
                node[_END] = phrase

    def found_in(self, text: str) -> Iterator[str]:
        """The phrases that a text holds, as words of their own where its script parts words."""
        if not self._root:
            return
        plain = folded(text, keeps_case=self._keeps_case)
        for start, first in enumerate(plain):
            node, end = self._root.get(first), start + 1
            while node is not None:
                if _END in node and _stands_alone(plain, start, end, self._letters):
                    yield node[_END]
                node = node.get(plain[end]) if end < len(plain) else None
                end += 1

    def is_in(self, text: str) -> bool:
        """Whether a text holds any of them."""
        return next(self.found_in(text), None) is not None


def says(text: str, name: str) -> bool:
    """Whether a text holds a name."""
    return _holds(folded(text), folded(name), LATIN)


def _holds(text: str, words: str, letters: frozenset[str]) -> bool:
    start = text.find(words) if words else -1
    while start >= 0:
        if _stands_alone(text, start, start + len(words), letters):
            return True
        start = text.find(words, start + 1)
    return False


def repeated(text: str, quote: str, language: str) -> str | None:
    """A stretch of the quoted words that the text repeats, folded, if it is long enough to be wording.

    Linear in both lengths: a desk page compares every paragraph with every source it rests on.
    """
    words, size = folded(quote), size_of(language)
    if len(words) < FEWEST:
        exact = folded(quote, keeps_case=True)
        return words if _holds(folded(text, keeps_case=True), exact, SPACED) else None
    plain = folded(text)
    if len(words) < size:
        return words if _holds(plain, words, SPACED) else None
    pieces = set(windows(words, size))
    return next((piece for piece in windows(plain, size) if piece in pieces), None)


class Wording:
    """What somebody wrote, so that it can be found in texts and taken out of them."""

    def __init__(self, words: Iterable[tuple[str, str]]) -> None:
        self._pieces: dict[int, set[str]] = {}
        self._halves: dict[int, set[str]] = {}
        for body, language in words:
            plain = folded(body)
            size = min(size_of(language), len(plain))
            if size >= FEWEST:
                self._pieces.setdefault(size, set()).update(windows(plain, size))

    def leave(self, text: str) -> None:
        """Give up what this text says, too: it is not theirs alone."""
        plain = folded(text)
        for size, pieces in self._pieces.items():
            pieces.difference_update(windows(plain, size))

    def is_in(self, text: str) -> bool:
        """Whether a text repeats some of it."""
        plain = folded(text)
        return any(
            self._may_be_in(plain, size) and not pieces.isdisjoint(windows(plain, size))
            for size, pieces in self._pieces.items()
        )

    def _may_be_in(self, plain: str, size: int) -> bool:
        """A first look at few places: who repeats a stretch repeats half of it at one of them."""
        half = size // 2
        if size not in self._halves:
            self._halves[size] = {part for piece in self._pieces[size] for part in windows(piece, half)}
        halves = self._halves[size]
        places = range(0, len(plain) - half + 1, size - half + 1)
        return any(plain[place : place + half] in halves for place in places)

    def redacted(self, text: str) -> str:
        """The text with a mark in the place of what it repeats."""
        plain, places = _placed(text)
        covered: set[int] = set()
        for size, pieces in self._pieces.items():
            for start, piece in enumerate(windows(plain, size)):
                if piece in pieces:
                    covered.update(range(start, start + size))
        return _marked(text, places, covered) if covered else text


def _marked(text: str, places: list[int], covered: set[int]) -> str:
    parts: list[str] = []
    end = 0
    for number in sorted(covered):
        if number - 1 not in covered:
            parts += [text[end : places[number]], REDACTED]
        if number + 1 not in covered:
            end = places[number + 1] if number + 1 < len(places) else places[number] + 1
    return "".join([*parts, text[end:]])
