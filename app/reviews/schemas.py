"""What comes in and what goes out as JSON."""

from datetime import date
from typing import Annotated
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, Field, field_validator

from app.platform.forms import Input, OneLine, Problem
from app.platform.i18n import LanguageCode, _

# Which codes there are is reference data: the service compares them.
Instrument = Annotated[str, Field(min_length=1, max_length=16)]
Cluster = Annotated[str, Field(min_length=1, max_length=8)]
Name = Annotated[OneLine, Field(max_length=200)]
YEARS = range(2018, 2101)


def _day(value: date) -> date:
    if value.year not in YEARS:
        raise Problem(_("Write a year between 2018 and 2100."))
    return value


Day = Annotated[date, AfterValidator(_day)]


class StateInput(Input):
    """A State and its government office; the office is named in the first language given."""

    code: str = Field(pattern=r"^[A-Z]{2}$")
    names: dict[LanguageCode, Name] = Field(min_length=1)
    zone: str = Field(default="UTC", max_length=64)
    office_name: Annotated[OneLine, Field(min_length=1, max_length=200)]
    office_language: LanguageCode = "en"

    @field_validator("zone")
    @classmethod
    def is_a_zone(cls, value: str) -> str:
        """Only zones whose clock we know."""
        if value not in available_timezones():
            raise Problem(_("Write the time zone as in Africa/Nairobi."))
        return value


class ReviewInput(Input):
    """A country review: one State, one phase and cluster, its start and working languages."""

    state_code: str = Field(min_length=2, max_length=2)
    instruments: list[Instrument] = Field(min_length=1)
    cluster: Cluster
    phase: int = Field(default=1, ge=1, le=4)
    started_on: Day
    working_languages: list[LanguageCode] = Field(min_length=1)
    focal_point_id: UUID | None = None

    @field_validator("working_languages")
    @classmethod
    def at_most_three(cls, value: list[LanguageCode]) -> list[LanguageCode]:
        """One or two languages, exceptionally three."""
        once = list(dict.fromkeys(value))
        if len(once) > 3:  # noqa: PLR2004  (the sentence says the number)
            raise Problem(_("Choose one or two working languages, at most three."))
        return once

    @field_validator("instruments")
    @classmethod
    def each_once(cls, value: list[Instrument]) -> list[Instrument]:
        """An instrument is under review or not."""
        return list(dict.fromkeys(value))


class HandOver(Input):
    """To whom the role of the focal point goes."""

    account_id: UUID


class AnswerReceived(Input):
    """The day on which the State's answer to the self-assessment was received."""

    answered_on: Day


class StateOut(BaseModel):
    """A State on the portal."""

    code: str
    names: dict[str, str]
    zone: str
    office_id: UUID


class DeadlineOut(BaseModel):
    """A step of the clock, its words in the language that was asked for."""

    step: str
    name: str
    due_on: date | None
    rule: str
    source: str
    standing: str
    in_words: str
    done_on: date | None


class ReviewOut(BaseModel):
    """A country review with its clock."""

    id: UUID
    state: str
    instruments: list[str]
    cluster: str
    phase: int
    started_on: date
    working_languages: list[str]
    questionnaire_answered_on: date | None
    focal_point: str | None
    clock: list[DeadlineOut]
