"""Two changes to one text, joined: what either writer added stays, and neither is asked to find it.

Texts are compared by words where that is quick, else by sentences or lines.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

MARKS = r".,;:!?…()\[\]«»“”„、。，；：！？（）《》「」،؛؟"
HAN = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
TRAILING = "[\ufe00-\ufe0f\U000e0100-\U000e01ef]*"
# A character of a script that writes without spaces, a mark, a word, or the space between.
WORD = re.compile(rf"[{HAN}]{TRAILING}|[{MARKS}]|[^\s{MARKS}{HAN}]+|\s+")
SENTENCE = re.compile(r"[^.!?…。！？؟\n]*(?:[.!?…。！？؟]+[^\S\n]*|\n|\Z)")
LINE = re.compile(r"[^\n]*(?:\n|\Z)")
MOST = 3_000

Parts = list[tuple[str, str]]


class Joined(NamedTuple):
    """A joined text; `fits` says that the two changes lie apart, so that nothing stands there twice."""

    text: str
    fits: bool


def _cut(pattern: re.Pattern[str], texts: Sequence[str]) -> list[list[str]]:
    """The texts in pieces, or whole where there would be too many; the pieces of a text add up to it."""
    cut = [[piece for piece in pattern.findall(text) if piece] for text in texts]
    return cut if max(map(len, cut)) <= MOST else [[text] if text else [] for text in texts]


def pieces_of(*texts: str) -> list[list[str]]:
    """The same texts in pieces, as fine as their length allows."""
    ways = (_cut(pattern, texts) for pattern in (WORD, SENTENCE))
    return next((cut for cut in ways if any(len(pieces) > 1 for pieces in cut)), _cut(LINE, texts))


def join(base: str | None, mine: str, theirs: str) -> Joined:
    """Both changes in one text. Where they meet, my sentence comes first and theirs after it.

    Where nobody knows the text both began from, what the two have in common stands for it.
    """
    if theirs in (mine, base):
        return Joined(mine, fits=True)
    if mine == base:
        return Joined(theirs, fits=True)
    by_word = _join(WORD, base, mine, theirs)
    # Words of two writers between each other are nobody's sentence.
    return by_word if by_word.fits else _join(SENTENCE, base, mine, theirs)


def _join(pattern: re.Pattern[str], base: str | None, mine: str, theirs: str) -> Joined:
    before, own, other = _cut(pattern, (base or "", mine, theirs))
    if base is None:
        before = [
            own[at] for start, size, _there in _matches(own, other) for at in range(start, start + size)
        ]
    merged: list[str] = []
    fits = True
    for old, left, right in _chunks(before, own, other):
        if right in (left, old):
            merged += left
        elif left == old:
            merged += right
        else:
            fits = False
            merged += [*left, *_apart(left, right), *right]
    return Joined("".join(merged), fits)


def _apart(left: Sequence[str], right: Sequence[str]) -> list[str]:
    """A space between two pieces that would run into one word."""
    if left and right and not left[-1][-1].isspace() and not right[0][0].isspace():
        return [" "]
    return []


def difference(before: str, after: str) -> Parts:
    """A text with what was added and taken out, as (kind, text): same, added or removed."""
    old, new = pieces_of(before, after)
    parts: Parts = []
    at = other = 0
    for start, length, there in [*_matches(old, new), (len(old), 0, len(new))]:
        parts += [("removed", "".join(old[at:start])), ("added", "".join(new[other:there]))]
        parts.append(("same", "".join(old[start : start + length])))
        at, other = start + length, there + length
    return [part for part in parts if part[1]]


def _matches(one: Sequence[str], other: Sequence[str]) -> list[tuple[int, int, int]]:
    """Equal stretches as (start, length, start in the other); what both begin and end with is not searched."""
    shorter = min(len(one), len(other))
    head = next((i for i in range(shorter) if one[i] != other[i]), shorter)
    rest = shorter - head
    tail = next((i for i in range(rest) if one[-1 - i] != other[-1 - i]), rest)
    found = SequenceMatcher(None, one[head : len(one) - tail], other[head : len(other) - tail])
    inner = [(head + at, size, head + there) for at, there, size in found.get_matching_blocks() if size]
    ends = [(0, head, 0), *inner, (len(one) - tail, tail, len(other) - tail)]
    return [each for each in ends if each[1]]


def _chunks(
    base: Sequence[str], mine: Sequence[str], theirs: Sequence[str]
) -> Iterator[tuple[Sequence[str], Sequence[str], Sequence[str]]]:
    """The three texts cut where all of them agree: what stands, and between it what either changed."""
    in_mine, in_theirs = _places(base, mine), _places(base, theirs)
    at = left = right = 0
    for place in range(len(base)):
        if in_mine(place) is None or in_theirs(place) is None:
            continue
        to_left, to_right = in_mine(place) or 0, in_theirs(place) or 0
        yield base[at:place], mine[left:to_left], theirs[right:to_right]
        yield base[place : place + 1], mine[to_left : to_left + 1], theirs[to_right : to_right + 1]
        at, left, right = place + 1, to_left + 1, to_right + 1
    yield base[at:], mine[left:], theirs[right:]


def _places(base: Sequence[str], changed: Sequence[str]) -> Callable[[int], int | None]:
    places = {
        start + step: there + step
        for start, length, there in _matches(base, changed)
        for step in range(length)
    }
    return places.get
