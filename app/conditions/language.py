"""Expressions as XLSForm writes them: read once, refused with a reason, ready to be evaluated.

The language is XPath 1.0 without paths, plus the functions of ODK's forms (functions.py): `${name}`
is an answer, `.` the question's own. `parse` refuses everything else, so that a form is refused when
it is imported and never while somebody answers.

Where this differs from ODK's engine (@getodk/xforms-engine 0.22), which the oracle test records:

* Refused here: paths, predicates, repeats, other data, now() and everything random (a page must come
  out the same all day), times of day, places on a map, base64-decode(), digest() and trigonometry,
  functions without their argument (`string-length()`), `a = b < c` and `a = b = c` without brackets,
  numbers such as 1e5, a regex() with a pattern that is computed, looks around or refers back.
* Refused here because clients disagree: an answer by itself as a truth (`${a} and …`, `not(${a})`,
  `${a} = true()`). For ODK's engine it is true even when empty; for ODK Collect when it is not.
* substring-after() leaves out the whole text that was looked for, as XPath says; ODK's engine leaves
  in all of it but the first character.
* substring() with a negative length is empty, as XPath says.
* Text is counted in characters; ODK's engine counts those outside the basic plane twice.
* What is no date has no text here; there it reads "Invalid Date". 30 February is no date; there it
  is an error. Day and time are in UTC.
* A text of spaces is no number; ODK's engine reads a literal one as 0. Hexadecimal is no number.
* Two minus signs in a row are read here and a mistake there; three are refused.
* `and` and `or` give a truth; there, the last value looked at.
* regex() looks for the pattern anywhere, as ODK's engine does; ODK Collect wants all of the text.
* More than 20,000 characters of a value are not looked at.
"""

from dataclasses import dataclass, field
from functools import lru_cache

from app.platform.i18n import _

from .compiling import Run, compile_tree
from .grammar import ElementPathError, grow
from .scanning import NotSupported, scan

__all__ = ["Expression", "NotSupported", "parse"]


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that is understood: the nodes it reads, and whether it reads its own answer."""

    source: str
    names: frozenset[str] = field(compare=False)
    uses_self: bool = field(compare=False)
    run: Run = field(compare=False, repr=False)


@lru_cache(maxsize=4096)
def parse(source: str) -> Expression:
    """Read an expression; NotSupported says why it cannot stand, in words for the form's author."""
    scanned = scan(source)
    try:
        tree = grow(scanned.normal)
    except ElementPathError as problem:
        raise NotSupported(
            _("The expression breaks off or has its parts in the wrong order: check brackets and operators.")
        ) from problem
    return Expression(source, scanned.names, scanned.uses_self, compile_tree(tree))
