"""Patterns of regex(), matched by RE2 in time that grows with the text and never explodes (decision 23).

Python's own engine goes back and tries again, which a pattern such as `(a+)+$` turns into hours. RE2 does not, but
writes some things otherwise than the JavaScript that other programs run on a form, and knows some that
JavaScript does not. So a pattern is read once and written anew for RE2: every literal by its number, every class
by its characters. Look-around, references back to a group and word boundaries are not understood.
"""

import re
from dataclasses import dataclass
from typing import Any

import re2

from app.platform.i18n import Message, _

PATTERN_LONGEST = 300
STEPS_MOST = 6_000  # of RE2's program; `.{1,255}` has 5,613
# What JavaScript means by these, whatever the language of the text (ECMA-262, CharacterClassEscape).
SPACES = r"\x{9}-\x{d}\x{20}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}"
CLASSES = {"d": "0-9", "w": "A-Za-z0-9_", "s": SPACES}
ANY = r"[^\x{a}\x{d}\x{2028}\x{2029}]"
CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v"}
COUNT = re.compile(r"\{[0-9]{1,3}(,[0-9]{0,3})?\}", re.ASCII)
AS_THEY_ARE = frozenset("*+?|)^$")


class BadPattern(ValueError):
    """A pattern that is not understood, or too large."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


def too_large() -> BadPattern:
    """What to say of a pattern beyond the bounds."""
    return BadPattern(_("The pattern of regex() is too long or counts too far."))


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern made ready."""

    compiled: Any

    def found_in(self, text: str) -> bool:
        """Whether some part of the text is what the pattern describes."""
        return self.compiled.search(text.encode("utf-8", "surrogatepass")) is not None


def compile_pattern(pattern: str) -> Pattern:
    """The pattern made ready; BadPattern says what is not understood in it."""
    if len(pattern) > PATTERN_LONGEST:
        raise too_large()
    reader = Reader(pattern)
    written = reader.whole()
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    try:
        compiled = re2.compile(written.encode(), options)
    except re2.error as problem:
        if b"repetition size" in problem.args[0] or b"too large" in problem.args[0]:
            raise too_large() from None
        raise reader.refused() from None
    if compiled.programsize > STEPS_MOST:
        raise too_large()
    return Pattern(compiled)


def literal(character: str) -> str:
    """A character by its number: nothing in it can mean anything to RE2."""
    return f"\\x{{{ord(character):x}}}"


@dataclass(slots=True)
class Reader:
    """Reads a pattern from its first character to its last, and writes it for RE2."""

    pattern: str
    place: int = 0

    def peek(self) -> str:
        """The next character, or nothing at the end."""
        return self.pattern[self.place : self.place + 1]

    def take(self, expected: str) -> bool:
        """Step over an expected character if it is next."""
        if self.pattern.startswith(expected, self.place):
            self.place += len(expected)
            return True
        return False

    def whole(self) -> str:
        """The whole pattern for RE2, which looks after brackets and counts itself."""
        written = []
        while character := self.peek():
            if count := COUNT.match(self.pattern, self.place):
                self.place = count.end()
                written.append(count[0])
            elif self.take("("):
                self.take("?:")
                if self.peek() == "?":
                    raise self.refused()
                written.append("(?:")
            elif self.take("["):
                written.append(self.listed())
            elif self.take("\\"):
                written.append(f"[{self.escaped()}]")
            elif character in {"{", "}", "]"}:
                raise self.refused()
            else:
                self.place += 1
                written.append(character if character in AS_THEY_ARE else self.plain(character))
        return "".join(written)

    @staticmethod
    def plain(character: str) -> str:
        """A character outside of classes."""
        return ANY if character == "." else literal(character)

    def escaped(self) -> str:
        """What follows a backslash, as it stands in a class; what a class leaves out begins with ^."""
        character = self.peek()
        self.place += 1
        if character.lower() in CLASSES and character:
            return CLASSES[character] if character in CLASSES else f"^{CLASSES[character.lower()]}"
        if character in CONTROLS:
            return literal(CONTROLS[character])
        if not character or character.isalnum():
            raise self.refused()
        return literal(character)

    def listed(self) -> str:
        """A class in square brackets."""
        sign = "^" if self.take("^") else ""
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
        return f"[{sign}{''.join(members)}]"

    def member(self) -> str:
        """One character of a class."""
        if self.take("\\"):
            return self.escaped()
        self.place += 1
        return literal(self.pattern[self.place - 1])

    def refused(self) -> BadPattern:
        """What to say of the place that was reached."""
        rest = self.pattern[max(self.place - 1, 0) :][:20]
        return BadPattern(_("The pattern of regex() is not understood near “%(rest)s”.", rest=rest))
