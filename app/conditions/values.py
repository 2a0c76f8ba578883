"""What expressions compute with, and how one kind of value becomes another, as in ODK's forms.

A value is a text, a number, a truth, or a day: a number of days since 1970 that reads as a date.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_SECONDS = 86_400
LONGEST = 20_000  # characters of a value that an expression sees; no answer is longer

NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
INSTANT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:T([0-9]{2})(?::([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6})[0-9]*)?)?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
SPACES = " \t\r\n"
SEVERAL_SPACES = re.compile(r"[ \t\r\n]+")
NAN = float("nan")


class Day(float):
    """A moment as days since 1970: compared and added as a number, shown as a date."""

    __slots__ = ()


Value = str | float | bool


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression may look at: the answers, the question's own answer, and the day."""

    values: Mapping[str, str]
    own: str
    today: date


def to_number(value: Value) -> float:
    """The number a value stands for; a date stands for its day, and what is no number for NaN."""
    if isinstance(value, float):
        return value
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    text = value.strip(SPACES)
    if NUMBER.fullmatch(text):
        return float(text)
    if text in {"Infinity", "+Infinity", "-Infinity"}:
        return float(text)
    return days_in(value)


def to_truth(value: Value) -> bool:
    """Whether a value counts as true: a text when it is not empty, a number when not nought."""
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        return value == value and value != 0  # noqa: PLR0124  (NaN differs from itself)
    return value != ""


def to_text(value: Value) -> str:
    """A value as ODK writes it: no decimals for whole numbers, and nothing for NaN."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return day_text(value) if isinstance(value, Day) else number_text(value)


def number_text(value: float) -> str:
    """A number as JavaScript writes it: an exponent only for very large and very small ones."""
    if math.isnan(value):
        return ""
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "0"
    if 1e-6 <= abs(value) < 1e21:  # noqa: PLR2004  (the limits of ECMAScript, Number::toString)
        digits = format(Decimal(repr(value)), "f")
        return digits.rstrip("0").rstrip(".") if "." in digits else digits
    mantissa, _sep, exponent = repr(value).partition("e")
    return f"{mantissa.removesuffix('.0')}e{int(exponent):+d}"


def day_text(value: float) -> str:
    """A moment as a date, with its time in UTC where it is not midnight."""
    moment = moment_at(value)
    if moment is None:
        return ""
    if moment.time() == EPOCH.time():
        return moment.date().isoformat()
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}+00:00"


def moment_at(days: float) -> datetime | None:
    """The moment so many days after the start of 1970, if the calendar has it."""
    try:
        return EPOCH + timedelta(milliseconds=round(days * DAY_SECONDS * 1000))
    except (OverflowError, ValueError):
        return None


def moment_in(text: str) -> datetime | None:
    """The moment a text names in ISO form, taken as UTC where it does not say."""
    found = INSTANT.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        return datetime(
            *(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0)),
            int((fraction or "0").ljust(6, "0")),
            tzinfo=zone_named(zone),
        ).astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def zone_named(zone: str | None) -> timezone:
    """The offset a text ends with; more than 14 hours is no time zone."""
    if zone is None or zone == "Z":
        return UTC
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    if hours > 14 or minutes > 59:  # noqa: PLR2004  (the widest offset there is, and an hour)
        raise ValueError(zone)
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if zone[0] == "-" else offset)


def days_of(moment: datetime) -> float:
    """The days between the start of 1970 and a moment."""
    return (moment - EPOCH).total_seconds() / DAY_SECONDS


def days_in(text: str) -> float:
    """The day a text names, as a number; NaN when it names none."""
    moment = moment_in(text)
    return NAN if moment is None else days_of(moment)


def to_day(value: Value) -> Value:
    """What date() makes of a value; of nothing it makes nothing."""
    if isinstance(value, bool) or value == "":
        return ""
    return Day(value) if isinstance(value, float) else Day(days_in(padded(value)))


def padded(text: str) -> str:
    """A date with one-digit months and days written out: 2026-6-1 is the first of June."""
    found = re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(T.*)?", text[:40])
    if found is None:
        return text
    year, month, day, rest = found.groups()
    return f"{year}-{month.zfill(2)}-{day.zfill(2)}{rest or ''}"


def to_whole(value: Value) -> int | None:
    """The whole number a value begins with, which is how places in a text or list are given."""
    found = re.match(r"[ \t\r\n]*([+-]?[0-9]{1,15})", to_text(value))
    return int(found[1]) if found else None


def words_of(value: Value) -> list[str]:
    """The choices in a value; an empty value is a list of one empty text, as in ODK."""
    return SEVERAL_SPACES.split(to_text(value).strip(SPACES))


def equal(left: Value, right: Value) -> bool:
    """XPath's `=`: as truths if one side is a truth, else as numbers if one is, else as texts."""
    if isinstance(left, bool) or isinstance(right, bool):
        return to_truth(left) is to_truth(right)
    if isinstance(left, float) or isinstance(right, float):
        return to_number(left) == to_number(right)
    return left == right
