"""What the standing pages show that changes with the day."""

import calendar
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import get_day_names

from app.platform.i18n import SOURCE


@dataclass(frozen=True, slots=True)
class AwayPage:
    """A calendar of the month; 0 stands for a day outside it."""

    today: date
    week: int
    day_names: Sequence[str]
    weeks: Sequence[Sequence[int]]


def away_page(today: date, language: str) -> AwayPage:
    """The month of a day, its weeks beginning on Monday."""
    names = get_day_names("narrow", locale="en_GB" if language == SOURCE else language)
    weeks = calendar.Calendar().monthdayscalendar(today.year, today.month)
    return AwayPage(today, today.isocalendar().week, [names[number] for number in range(7)], weeks)


@dataclass(frozen=True, slots=True)
class AboutPage:
    """Where to report a weakness; both are empty where the operator names nobody."""

    contact_url: str
    contact: str


def about_page(contact: str) -> AboutPage:
    """The address behind a `mailto:` is shown without it."""
    return AboutPage(contact, contact.removeprefix("mailto:"))


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing a program can ask for: where, what it says of itself, and the fields of its body."""

    method: str
    path: str
    says: str
    fields: Sequence[tuple[str, bool]]

    @property
    def steps(self) -> Sequence[str]:
        """The path in parts, between which a line may break."""
        return self.path.strip("/").split("/")


DESCRIPTION = "/openapi.json"
EXAMPLES = """\
curl -s ADDRESS/api/v1/consultations

curl -s -X POST ADDRESS/api/v1/sign-in \\
  -H 'Content-Type: application/json' \\
  -d '{"email": "you@example.org", "password": "…"}'

curl -s -X PUT ADDRESS/api/v1/contributions/$ID/answers/FP-08-1b \\
  -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
  -d '{"narrative": "Licences are checked once.", "practice": "works_in_part", "version": 0}'"""


@dataclass(frozen=True, slots=True)
class ProgramsPage:
    """The JSON interface by subject, with examples that name the portal's own address."""

    rooms: Sequence[tuple[str, Sequence[Operation]]]
    examples: str
    description: str = DESCRIPTION

    @property
    def number(self) -> int:
        """How many things can be asked for."""
        return sum(len(operations) for _room, operations in self.rooms)


def programs_page(described: Mapping[str, Any], address: str) -> ProgramsPage:
    """What an OpenAPI document describes, in its order; the names a former release used are left out."""
    rooms: dict[str, list[Operation]] = {}
    for path, methods in described["paths"].items():
        for method, told in methods.items():
            if not told.get("deprecated"):
                says = " ".join(told.get("description", "").split("\n\n")[0].split())
                fields = tuple(_fields_of(described, told))
                made = Operation(method.upper(), path, says, fields)
                rooms.setdefault(told["tags"][0], []).append(made)
    listed = tuple((room, tuple(made)) for room, made in rooms.items())
    return ProgramsPage(listed, EXAMPLES.replace("ADDRESS", address))


def _fields_of(described: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """The fields of a body, each with whether it has to be there."""
    content = told.get("requestBody", {}).get("content", {}).get("application/json", {})
    name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    schema = described.get("components", {}).get("schemas", {}).get(name, {})
    for field in schema.get("properties", {}):
        yield field, field in schema.get("required", ())
