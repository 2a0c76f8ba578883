"""The functions of ODK's forms that conditions may use, each with the number of values it takes.

None of them raises: what cannot be computed is NaN, an empty text or false. None makes a text longer
than the longest value, so the work of an expression is bounded by its length.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from .values import (
    LONGEST,
    NAN,
    SEVERAL_SPACES,
    SPACES,
    Value,
    days_in,
    moment_in,
    to_day,
    to_number,
    to_text,
    to_truth,
    to_whole,
    words_of,
)

ANY = 10_000


@dataclass(frozen=True, slots=True)
class Function:
    """What is computed, from how many values, and the kind of the result."""

    run: Callable[..., Value]
    least: int
    most: int
    kind: str


def numeric(compute: Callable[..., float]) -> Callable[..., float]:
    """A calculation on numbers: NaN in, NaN out, and NaN where mathematics has no answer."""

    def run(*values: Value) -> float:
        numbers = [to_number(value) for value in values]
        if any(number != number for number in numbers):  # noqa: PLR0124  (NaN differs from itself)
            return NAN
        try:
            return float(compute(*numbers))
        except OverflowError:
            return math.inf
        except (ValueError, ZeroDivisionError):
            return NAN

    return run


def whole(direction: Callable[[float], int]) -> Callable[[float], float]:
    """Rounding that leaves infinity alone."""
    return lambda number: number if math.isinf(number) else float(direction(number))


def power(base: float, exponent: float) -> float:
    """ECMAScript's power: a root of a negative number is NaN, and nought to a negative is infinite."""
    if base == 0 and exponent < 0:
        return math.inf
    return math.pow(base, exponent)


def rounded(number: float, places: float = 0.0) -> float:
    """Rounded to so many decimal places, halves away from nought."""
    factor = math.pow(10.0, places)
    shifted = abs(number) * factor
    if math.isinf(shifted):
        return number if math.isinf(number) else NAN
    return math.copysign(math.floor(shifted + 0.5) / factor, number)


def logarithm(base_ten: bool) -> Callable[[float], float]:
    """A logarithm whose value at nought is minus infinity."""
    compute = math.log10 if base_ten else math.log
    return lambda number: compute(number) if number else -math.inf


def selected(several: Value, choice: Value) -> bool:
    """Whether a choice is among those chosen."""
    return to_text(choice).strip(SPACES) in words_of(several)


def count_selected(several: Value) -> float:
    """How many choices were made."""
    return float(len(words_of(several))) if to_text(several).strip(SPACES) else 0.0


def selected_at(several: Value, place: Value) -> str:
    """The choice at a place, counted from nought."""
    chosen, index = words_of(several), to_whole(place)
    return chosen[index] if index is not None and 0 <= index < len(chosen) else ""


def coalesce(first: Value, second: Value) -> str:
    """The first value that is not empty."""
    return to_text(first) or to_text(second)


def joined(separator: Value, *values: Value) -> str:
    """Texts with a separator between them, cut at the longest value."""
    parts, size, between = [], 0, to_text(separator)
    for value in values:
        parts.append(to_text(value))
        size += len(parts[-1]) + len(between)
        if size > LONGEST + len(between):
            break
    return between.join(parts)[:LONGEST]


def concat(*values: Value) -> str:
    """Texts one after another."""
    return joined("", *values)


def substr(value: Value, start: Value, end: Value | None = None) -> str:
    """The characters from one place up to another, counted from nought; negative from the end."""
    text = to_text(value)
    begin, stop = to_whole(start), len(text) if end is None else to_whole(end)
    if begin is None or stop is None:
        return ""
    begin, stop = (place + len(text) if place < 0 else place for place in (begin, stop))
    return text[max(begin, 0) : max(stop, 0)]


def substring(value: Value, start: Value, length: Value | None = None) -> str:
    """XPath's substring: the first character is at place one."""
    text, begin = to_text(value), math_round(to_number(start))
    stop = math.inf if length is None else begin + math_round(to_number(length))
    if begin != begin or stop != stop:  # noqa: PLR0124  (NaN differs from itself)
        return ""
    first, last = (int(min(max(place - 1, 0), len(text))) for place in (begin, stop))
    return text[first:last]


def math_round(number: float) -> float:
    """The nearest whole number, halves upwards."""
    return number if math.isinf(number) or math.isnan(number) else float(math.floor(number + 0.5))


def before(value: Value, mark: Value) -> str:
    """What stands before the first occurrence."""
    head, found, _tail = partition(value, mark)
    return head if found else ""


def after(value: Value, mark: Value) -> str:
    """What stands after the first occurrence."""
    _head, _found, tail = partition(value, mark)
    return tail


def partition(value: Value, mark: Value) -> tuple[str, bool, str]:
    """A text cut at the first occurrence; nothing at all occurs at the very beginning."""
    text, wanted = to_text(value), to_text(mark)
    if not wanted:
        return "", True, text
    head, found, tail = text.partition(wanted)
    return head, bool(found), tail


def translate(value: Value, characters: Value, replacements: Value) -> str:
    """A text with single characters replaced or, without a replacement, removed."""
    others, table = to_text(replacements), dict[int, str | None]()
    for place, character in enumerate(to_text(characters)):
        table.setdefault(ord(character), others[place] if place < len(others) else None)
    return to_text(value).translate(table)


def normalize_space(value: Value) -> str:
    """A text without spaces at its ends and with single ones inside."""
    return SEVERAL_SPACES.sub(" ", to_text(value).strip(SPACES))


def as_number(value: Value) -> Value:
    """number(): what is a number already, a date included, stays what it is."""
    return value if isinstance(value, float) else to_number(value)


def decimal_days(value: Value) -> float:
    """A date as days since 1970, with the time as a fraction."""
    if isinstance(value, bool):
        return NAN
    return float(value) if isinstance(value, float) else days_in(value)


def boolean_from_string(value: Value) -> bool:
    """True for "true" and "1" only."""
    return to_text(value) in {"true", "1"}


def between(least: Value, most: Value, total: float) -> bool:
    """Whether a count lies within bounds; -1 means no upper bound."""
    low, high = to_number(least), to_number(most)
    if high == -1:
        return low < 1 or total >= low
    return low <= total and not total > high


def checklist(least: Value, most: Value, *answers: Value) -> bool:
    """Whether as many of the values are true as the bounds ask for."""
    return between(least, most, float(sum(to_truth(answer) for answer in answers)))


def weighted_checklist(least: Value, most: Value, *pairs: Value) -> bool:
    """Whether the weights of the true values add up to a sum within the bounds; pairs are value, weight."""
    weights = (
        to_number(weight) for answer, weight in zip(pairs[::2], pairs[1::2], strict=True) if to_truth(answer)
    )
    return between(least, most, sum(weights, 0.0))


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DATE_SIGNS: dict[str, Callable[[datetime], str]] = {
    "Y": lambda moment: f"{moment.year:04d}",
    "y": lambda moment: f"{moment.year:04d}"[2:],
    "m": lambda moment: f"{moment.month:02d}",
    "n": lambda moment: str(moment.month),
    "b": lambda moment: MONTHS[moment.month - 1],
    "d": lambda moment: f"{moment.day:02d}",
    "e": lambda moment: str(moment.day),
    "a": lambda moment: WEEKDAYS[moment.weekday()],
}
TIME_SIGNS: dict[str, Callable[[datetime], str]] = {
    "H": lambda moment: f"{moment.hour:02d}",
    "h": lambda moment: str(moment.hour),
    "M": lambda moment: f"{moment.minute:02d}",
    "S": lambda moment: f"{moment.second:02d}",
    "3": lambda moment: f"{moment.microsecond // 1000:03d}",
}


def dated(signs: dict[str, Callable[[datetime], str]]) -> Callable[[Value, Value], str]:
    """A date written by a pattern such as %d/%m/%Y; names of days and months are English."""

    def run(value: Value, pattern: Value) -> str:
        moment = moment_in(to_text(value))
        if moment is None:
            return ""
        first, *rest = to_text(pattern).split("%")
        parts = (signs[p[0]](moment) + p[1:] if p and p[0] in signs else f"%{p}" for p in rest)
        return (first + "".join(parts))[:LONGEST]

    return run


TEXTS: dict[str, tuple[Callable[..., str], int, int]] = {
    "string": (to_text, 1, 1),
    "concat": (concat, 0, ANY),
    "join": (joined, 1, ANY),
    "coalesce": (coalesce, 2, 2),
    "substr": (substr, 2, 3),
    "substring": (substring, 2, 3),
    "substring-before": (before, 2, 2),
    "substring-after": (after, 2, 2),
    "translate": (translate, 3, 3),
    "normalize-space": (normalize_space, 1, 1),
    "selected-at": (selected_at, 2, 2),
    "format-date": (dated(DATE_SIGNS), 2, 2),
    "format-date-time": (dated(DATE_SIGNS | TIME_SIGNS), 2, 2),
}
TRUTHS: dict[str, tuple[Callable[..., bool], int, int]] = {
    "true": (lambda: True, 0, 0),
    "false": (lambda: False, 0, 0),
    "boolean": (to_truth, 1, 1),
    "not": (lambda value: not to_truth(value), 1, 1),
    "boolean-from-string": (boolean_from_string, 1, 1),
    "selected": (selected, 2, 2),
    "contains": (lambda text, part: to_text(part) in to_text(text), 2, 2),
    "starts-with": (lambda text, part: to_text(text).startswith(to_text(part)), 2, 2),
    "ends-with": (lambda text, part: to_text(text).endswith(to_text(part)), 2, 2),
    "checklist": (checklist, 2, ANY),
    "weighted-checklist": (weighted_checklist, 2, ANY),
}
NUMBERS: dict[str, tuple[Callable[..., Value], int, int]] = {
    "number": (as_number, 1, 1),
    "count-selected": (count_selected, 1, 1),
    "count-non-empty": (lambda value: 1.0 if to_text(value) else 0.0, 1, 1),
    "string-length": (lambda value: float(len(to_text(value))), 1, 1),
    "decimal-date-time": (decimal_days, 1, 1),
    "sum": (numeric(float), 1, 1),
    "abs": (numeric(abs), 1, 1),
    "int": (numeric(whole(math.trunc)), 1, 1),
    "floor": (numeric(whole(math.floor)), 1, 1),
    "ceiling": (numeric(whole(math.ceil)), 1, 1),
    "round": (numeric(rounded), 1, 2),
    "pow": (numeric(power), 2, 2),
    "sqrt": (numeric(math.sqrt), 1, 1),
    "exp": (numeric(math.exp), 1, 1),
    "exp10": (numeric(lambda number: math.pow(10.0, number)), 1, 1),
    "log": (numeric(logarithm(base_ten=False)), 1, 1),
    "log10": (numeric(logarithm(base_ten=True)), 1, 1),
    "pi": (lambda: math.pi, 0, 0),
    "min": (numeric(lambda *numbers: min(numbers)), 0, ANY),
    "max": (numeric(lambda *numbers: max(numbers)), 0, ANY),
}
FUNCTIONS: dict[str, Function] = {
    **{name: Function(*entry, "text") for name, entry in TEXTS.items()},
    **{name: Function(*entry, "truth") for name, entry in TRUTHS.items()},
    **{name: Function(*entry, "number") for name, entry in NUMBERS.items()},
    # A date, or an empty text for an empty value.
    "date": Function(to_day, 1, 1, "number"),
    # These look at more than the values they are given: compiling.py does.
    "today": Function(lambda: NAN, 0, 0, "number"),
    "if": Function(lambda: NAN, 3, 3, "number"),
    "regex": Function(lambda: NAN, 2, 2, "truth"),
}
