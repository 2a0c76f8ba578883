"""What the standing pages show that changes with the day."""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

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
