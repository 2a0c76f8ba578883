"""A first look at an expression: its words, and everything in them that is not supported.

One pass over a bounded text, without recursion. What passes is handed to the grammar with one space
between words, so that both see the same words.
"""

import re
from dataclasses import dataclass

from app.platform.i18n import Message, _
from app.platform.signs import is_invisible

from .functions import FUNCTIONS

SOURCE_LONGEST = 2_000
WORDS_MOST = 600
DEEPEST = 32
SIGNS_MOST = 2

WORD = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    |(?P<text>"[^"]*"|'[^']*')
    |\$\{[ ]*(?P<node>[A-Za-z_][A-Za-z0-9_.-]*)[ ]*\}
    |(?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
    |(?P<name>[A-Za-z_][A-Za-z0-9_.-]*(?::[A-Za-z_][A-Za-z0-9_.-]*)?)
    |(?P<sign><=|>=|!=|\.(?!\.)|[-+*=<>(),])""",
    re.VERBOSE,
)
OPERATORS = frozenset({"and", "or", "div", "mod"})
CURLY_QUOTES = frozenset("“”„‘’‚«»")

PATHS = _("Paths such as /data/name are not supported: write the name of a question as ${name}.")
REPEATS = _("it is about repeated groups, which questionnaires do not have")
OTHER_DATA = _("it reads data from outside the questionnaire")
CHANGING = _("its result would differ from one moment to the next")
NO_LABELS = _("conditions compare the values of choices, not their labels")

# Functions of ODK's forms that are left out, each with the reason.
LEFT_OUT = {
    **dict.fromkeys(("count", "position", "last", "indexed-repeat", "current"), REPEATS),
    **dict.fromkeys(("pulldata", "instance", "lookup", "search", "property", "version"), OTHER_DATA),
    **dict.fromkeys(("random", "randomize", "uuid", "once"), CHANGING),
    "now": _("its result would differ from one moment to the next; write today()"),
    **dict.fromkeys(("jr:choice-name", "jr:itext"), NO_LABELS),
    **dict.fromkeys(
        ("area", "distance", "geofence", "enclosed-area"), _("questionnaires do not ask for places on a map")
    ),
    **dict.fromkeys(("decimal-time", "time"), _("questionnaires do not ask for times of day")),
    "date-time": _("questionnaires do not ask for times of day; write date()"),
}


class NotSupported(ValueError):
    """An expression outside what is supported, with the reason for the form's author."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Scanned:
    """An expression whose words are known."""

    normal: str
    names: frozenset[str]
    uses_self: bool


def scan(source: str) -> Scanned:
    """Look through an expression; NotSupported for the first thing that cannot stand."""
    if len(source) > SOURCE_LONGEST:
        raise NotSupported(
            _("An expression may have %(most)s characters; this one is longer.", most=SOURCE_LONGEST)
        )
    words: list[str] = []
    names: set[str] = set()
    depth = signs = place = 0
    while place < len(source):
        found = WORD.match(source, place)
        if found is None:
            raise NotSupported(unknown(source, place))
        kind, word = str(found.lastgroup), found[0]
        place = found.end()
        if kind == "space":
            continue
        if kind == "node":
            names.add(found["node"])
            word = f"${found['node']}"
        check_word(kind, word, source, place)
        depth += (word == "(") - (word == ")")
        signs = signs + 1 if word == "-" else 0
        words.append(word)
        if depth > DEEPEST or signs > SIGNS_MOST or len(words) > WORDS_MOST:
            raise NotSupported(_("The expression is nested too deeply or has too many parts."))
    if not words:
        raise NotSupported(_("The expression is empty."))
    return Scanned(" ".join(words), frozenset(names), "." in words)


def check_word(kind: str, word: str, source: str, place: int) -> None:
    """Refuse a text that hides a reference, an unknown function, and a bare name."""
    if kind == "text" and "${" in word:
        raise NotSupported(
            _("%(word)s names a question inside quotation marks: join texts with concat().", word=word[:40])
        )
    if kind != "name" or word in OPERATORS:
        return
    rest = source[place:].lstrip()
    if rest.startswith("::"):
        raise NotSupported(PATHS)
    if not rest.startswith("("):
        raise NotSupported(
            _(
                "“%(word)s” is not understood: a question is written ${%(word)s}, a value '%(word)s'.",
                word=word[:40],
            )
        )
    if word not in FUNCTIONS:
        raise NotSupported(no_function(word))


def no_function(name: str) -> Message:
    """Why a function is not there."""
    reason = LEFT_OUT.get(name)
    if reason is None:
        return _("The function %(name)s() is not supported.", name=name[:40])
    return _("The function %(name)s() is not supported: %(reason)s.", name=name[:40], reason=reason)


def unknown(source: str, place: int) -> Message:
    """What to say of a character no word begins with."""
    character = source[place]
    if character in CURLY_QUOTES:
        return _("Write straight quotation marks (' or \") instead of %(character)s.", character=character)
    if character in {"'", '"'}:
        return _(
            "The text that begins with %(rest)s has no closing quotation mark.", rest=source[place:][:20]
        )
    if character in "/.@:":
        return PATHS
    if character == "[":
        return _("Conditions in square brackets are not supported.")
    if character == "$":
        return _("“%(rest)s” is not understood: a question is written ${name}.", rest=source[place:][:20])
    # What nobody sees is named by its number, or the sentence would show nothing between its marks.
    named = (
        character if character.isprintable() and not is_invisible(character) else f"U+{ord(character):04X}"
    )
    return _("The character “%(character)s” is not understood.", character=named)
