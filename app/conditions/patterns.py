"""Patterns of regex(), run in time that grows with the text and never explodes.

Python's own engine goes back and tries again, which a pattern such as `(a+)+$` turns into hours.
Here a pattern becomes positions and what may follow each (Glushkov's construction), all positions
that are possible at once are one integer, and every character of the text is looked at once.
Literals, `.`, classes, groups, alternatives, counts and the anchors at the ends are understood;
look-around, references back to a group and word boundaries are not.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from app.platform.i18n import Message, _

PATTERN_LONGEST = 300
POSITIONS_MOST = 400
DEPTH_MOST = 12
READINGS_MOST = 4_000  # a group that matches nothing can be counted over and over
MEMORY = 2_000  # steps remembered for one pattern

# What JavaScript means by these, whatever the language of the text.
CLASSES = {"d": "0-9", "w": "A-Za-z0-9_", "s": r"\s"}
CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v"}
COUNT = re.compile(r"\{([0-9]{1,3})(,([0-9]{0,3}))?\}", re.ASCII)

Test = Callable[[str], bool]


class BadPattern(ValueError):
    """A pattern that is not understood, or too large."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


def too_large() -> BadPattern:
    """What to say of a pattern beyond the bounds."""
    return BadPattern(_("The pattern of regex() is too long or counts too far."))


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a pattern: whether it may be empty, and the positions it can begin and end with."""

    empty: bool
    first: int
    last: int


EMPTY = Part(empty=True, first=0, last=0)


@dataclass(slots=True)
class Automaton:
    """The positions of one pattern: what each accepts, and which may come after it."""

    tests: list[Test] = field(default_factory=list)
    follow: list[int] = field(default_factory=list)
    # Positions that count only from the first character of the text, or only at its last one.
    free: int = 0
    ending: int = 0
    anchored: int = 0
    closing: int = 0
    always: bool = False  # an alternative matches anywhere
    only_empty: bool = False  # an alternative matches an empty text only
    memory: dict[tuple[int, str, bool], int] = field(default_factory=dict)

    def add(self, test: Test) -> Part:
        """One more position."""
        if len(self.tests) >= POSITIONS_MOST:
            raise too_large()
        bit = 1 << len(self.tests)
        self.tests.append(test)
        self.follow.append(0)
        return Part(empty=False, first=bit, last=bit)

    def join(self, left: Part, right: Part) -> Part:
        """One part after another."""
        for position in bits(left.last):
            self.follow[position] |= right.first
        return Part(
            empty=left.empty and right.empty,
            first=left.first | (right.first if left.empty else 0),
            last=right.last | (left.last if right.empty else 0),
        )

    def step(self, state: int, character: str, begins: bool) -> int:
        """The positions possible after one more character."""
        key = (state, character, begins)
        known = self.memory.get(key)
        if known is not None:
            return known
        candidates = self.free | (self.anchored if begins else 0)
        for position in bits(state):
            candidates |= self.follow[position]
        reached = 0
        for position in bits(candidates):
            if self.tests[position](character):
                reached |= 1 << position
        if len(self.memory) < MEMORY:
            self.memory[key] = reached
        return reached

    def found_in(self, text: str) -> bool:
        """Whether the pattern matches somewhere in the text."""
        if self.always or (self.only_empty and not text):
            return True
        state = 0
        for place, character in enumerate(text):
            state = self.step(state, character, place == 0)
            if state & self.ending:
                return True
        return bool(state & self.closing)


def bits(state: int) -> Iterator[int]:
    """The positions in a state."""
    while state:
        low = state & -state
        yield low.bit_length() - 1
        state ^= low


def compile_pattern(pattern: str) -> Automaton:
    """The pattern made ready; BadPattern says what is not understood in it."""
    if len(pattern) > PATTERN_LONGEST:
        raise too_large()
    reader = Reader(pattern)
    reader.whole()
    return reader.automaton


@dataclass(slots=True)
class Reader:
    """Reads a pattern from its first character to its last."""

    pattern: str
    place: int = 0
    readings: int = 0
    automaton: Automaton = field(default_factory=Automaton)

    def peek(self) -> str:
        """The next character, or nothing at the end."""
        return self.pattern[self.place : self.place + 1]

    def take(self, expected: str) -> bool:
        """Step over an expected character if it is next."""
        if self.pattern.startswith(expected, self.place):
            self.place += len(expected)
            return True
        return False

    def whole(self) -> None:
        """The alternatives at the top, each with its anchors."""
        while True:
            begins = self.take("^")
            part = self.sequence(0)
            ends = self.take("$")
            self.settle(part, begins, ends)
            if not self.take("|"):
                break
        if self.place < len(self.pattern):
            raise self.refused()

    def settle(self, part: Part, begins: bool, ends: bool) -> None:
        """Enter one alternative of the whole pattern."""
        automaton = self.automaton
        if begins:
            automaton.anchored |= part.first
        else:
            automaton.free |= part.first
        if ends:
            automaton.closing |= part.last
        else:
            automaton.ending |= part.last
        if part.empty:
            # Only `^…$` says something about a text in which the part itself matches nothing.
            automaton.always |= not (begins and ends)
            automaton.only_empty |= begins and ends

    def sequence(self, depth: int) -> Part:
        """Parts one after another, up to an alternative, a closing bracket or an anchor."""
        part = EMPTY
        while self.peek() not in {"", "|", ")", "$"}:
            part = self.automaton.join(part, self.repeated(depth))
        return part

    def repeated(self, depth: int) -> Part:
        """One part with how often it may come."""
        begin = self.place
        part = self.one(depth)
        least, most = self.count()
        self.take("?")  # a lazy count finds the same texts
        if (least, most) == (1, 1):
            return part
        if most is None and least <= 1:
            part = self.looped(part)
            return part if least else Part(empty=True, first=part.first, last=part.last)
        return self.copies(begin, depth, least, most)

    def looped(self, part: Part) -> Part:
        """A part that may follow itself."""
        self.automaton.join(part, part)
        return part

    def copies(self, begin: int, depth: int, least: int, most: int | None) -> Part:
        """A counted part, read again for every time it may come."""
        end, part = self.place, EMPTY
        for number in range(least if most is None else most):
            self.place = begin
            copy = self.one(depth)
            if most is None and number == least - 1:
                copy = self.looped(copy)
            if number >= least:
                copy = Part(empty=True, first=copy.first, last=copy.last)
            part = self.automaton.join(part, copy)
        self.place = end
        return part

    def count(self) -> tuple[int, int | None]:
        """How often the part before may come."""
        for sign, counts in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self.take(sign):
                return counts
        if self.peek() != "{":
            return 1, 1
        found = COUNT.match(self.pattern, self.place)
        if found is None:
            raise self.refused()
        self.place = found.end()
        least = int(found[1])
        most = (int(found[3]) if found[3] else None) if found[2] else least
        if most is not None and most < least:
            raise self.refused()
        return least, most

    def one(self, depth: int) -> Part:
        """A character, a class or a group."""
        self.readings += 1
        if self.readings > READINGS_MOST:
            raise too_large()
        if self.take("("):
            return self.group(depth + 1)
        if self.take("["):
            return self.automaton.add(self.listed())
        if self.take("."):
            return self.automaton.add(lambda character: character not in "\n\r\u2028\u2029")
        if self.take("\\"):
            return self.automaton.add(self.test_of(self.escaped()))
        if self.peek() in {"*", "+", "?", "{", "^", "}", "]"}:
            raise self.refused()
        self.place += 1
        return self.automaton.add(self.pattern[self.place - 1].__eq__)

    def group(self, depth: int) -> Part:
        """The alternatives between brackets."""
        self.take("?:")
        if self.peek() == "?" or depth > DEPTH_MOST:
            raise self.refused()
        part = self.sequence(depth)
        while self.take("|"):
            other = self.sequence(depth)
            part = Part(
                empty=part.empty or other.empty, first=part.first | other.first, last=part.last | other.last
            )
        if not self.take(")"):
            raise self.refused()
        return part

    def escaped(self) -> str:
        """What follows a backslash, as it would stand in a class of Python's re."""
        character = self.peek()
        self.place += 1
        if character.lower() in CLASSES and character:
            return CLASSES[character] if character in CLASSES else f"^{CLASSES[character.lower()]}"
        if character in CONTROLS:
            return re.escape(CONTROLS[character])
        if not character or character.isalnum():
            raise self.refused()
        return re.escape(character)

    def listed(self) -> Test:
        """A class in square brackets."""
        negated = self.take("^")
        members: list[str] = []
        while not self.take("]"):
            if not self.peek():
                raise self.refused()
            member = self.member()
            if self.peek() == "-" and self.pattern[self.place + 1 : self.place + 2] not in {"]", ""}:
                self.place += 1
                member = f"{member}-{self.member()}"
            members.append(member)
        if any(member.startswith("^") for member in members) or not members:
            raise self.refused()
        return self.test_of(("^" if negated else "") + "".join(members))

    def member(self) -> str:
        """One character of a class."""
        if self.take("\\"):
            return self.escaped()
        self.place += 1
        return re.escape(self.pattern[self.place - 1])

    def test_of(self, listed: str) -> Test:
        """The test for one character out of a list in the notation of Python's re."""
        try:
            compiled = re.compile(f"[{listed}]")
        except re.error:
            raise self.refused() from None
        return lambda character: compiled.match(character) is not None

    def refused(self) -> BadPattern:
        """What to say of the place that was reached."""
        rest = self.pattern[max(self.place - 1, 0) :][:20]
        return BadPattern(_("The pattern of regex() is not understood near “%(rest)s”.", rest=rest))
