"""What comes in and what goes out as JSON."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from app.consultations.models import ConsultationState, Step
from app.platform.forms import Input, OneLine, Problem
from app.platform.i18n import _
from app.reviews.schemas import Cluster, Day, Instrument, LanguageCode

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
RESERVED = frozenset({"new"})
SLUG_LENGTHS = range(3, 61)
YEARS = range(2018, 2101)
MOST_CODES = 200


def _slug(value: str) -> str:
    if len(value) not in SLUG_LENGTHS or not SLUG.fullmatch(value) or value in RESERVED:
        raise Problem(_("Use 3 to 60 lower-case letters, digits and dashes, for example estaria-firearms."))
    return value


def _instant(value: datetime) -> datetime:
    """A time without a zone is UTC, as the form says."""
    if value.year not in YEARS:
        raise Problem(_("Write a year between 2018 and 2100."))
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Slug = Annotated[str, Field(max_length=200), AfterValidator(_slug)]
Instant = Annotated[datetime, AfterValidator(_instant)]
Title = Annotated[OneLine, Field(max_length=200)]
Summary = Annotated[str, Field(max_length=1000)]
Rules = Annotated[str, Field(max_length=10_000)]
Contact = Annotated[OneLine, Field(max_length=300)]

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]


class ConsultationEdit(Input):
    """What may change while a consultation is prepared; instants without a zone are UTC."""

    titles: dict[LanguageCode, Title] = Field(default_factory=dict)
    summaries: dict[LanguageCode, Summary] = Field(default_factory=dict)
    rules: dict[LanguageCode, Rules] = Field(default_factory=dict)
    languages: list[LanguageCode] = Field(min_length=1)
    submission_language: LanguageCode
    contact: Contact = ""
    takes_persons: bool = True
    opens_at: Instant
    closes_at: Instant
    version: int | None = Field(default=None, ge=0, le=2_000_000_000)


class ConsultationInput(ConsultationEdit):
    """A new consultation on a published pair of questionnaires."""

    slug: Slug
    civil_society_version_id: UUID


class CreateInput(ConsultationInput):
    """A new consultation with the review it belongs to, for the JSON interface."""

    country_review_id: UUID


class NewForm(ConsultationInput):
    """A new consultation, and the country review with it where the office has none open."""

    review_id: UUID | None = None
    state_code: str = Field(default="", max_length=2)
    instruments: list[Instrument] = Field(default_factory=list)
    cluster: Cluster | None = None
    phase: int = Field(default=1, ge=1, le=4)
    started_on: Day | None = None
    working_languages: list[LanguageCode] = Field(default_factory=list)


class Extension(Input):
    """A new closing instant and why."""

    closes_at: Instant
    reason: Reason


class Closing(Input):
    """Why a consultation closes before the time that was promised; the public reads it."""

    reason: Annotated[str, Field(max_length=1000)] = ""


class OverrideInput(Input):
    """Why a step is taken although something stands against it; the public reads it."""

    reason: Reason


class OverrideConfirmation(Input):
    """Which request a second person confirms: `version` is the one that was shown."""

    version: int = Field(ge=0, le=2_000_000_000)


class CodesInput(Input):
    """How many invitation codes to make at once."""

    count: int = Field(ge=1, le=MOST_CODES)


class ConsultationOut(BaseModel):
    """A consultation as anybody may know it; the version counts its changes."""

    slug: str
    state: ConsultationState
    phase: str
    country: str
    titles: dict[str, str]
    summaries: dict[str, str]
    rules: dict[str, str]
    languages: list[str]
    submission_language: str
    contact: str = ""
    takes_persons: bool = True
    opens_at: datetime
    closes_at: datetime
    promised_closes_at: datetime | None
    closed_early_reason: str
    instruments: list[str]
    cluster: str
    version: int


class QuestionOut(BaseModel):
    """A question in the language that was asked for; `informs` are codes of State questions."""

    code: str
    section: str
    instrument: str
    article: str
    paragraph: str
    texts: dict[str, str]
    informs: list[str]


class ObstacleOut(BaseModel):
    """Something that stands against a step, and how much of it."""

    key: str
    number: int
    sentence: str


class StepOut(BaseModel):
    """What stands against a step; `override` says whether one was asked for or confirmed."""

    step: Step
    obstacles: list[ObstacleOut]
    is_clear: bool
    override: Literal["none", "asked", "confirmed"]
    override_reason: str
    override_version: int


class CodesOut(BaseModel):
    """Invitation codes: shown this once, kept only as fingerprints."""

    codes: list[str]


class LogEntryOut(BaseModel):
    """One act in the record; acts of contributors carry a day and no name."""

    on: date
    at: datetime | None
    who: str
    action: str
    sentence: str
    question: str
    decision: str
    reason: str


class LogOut(BaseModel):
    """One page of the record, newest first; `before` asks for the next."""

    entries: list[LogEntryOut]
    before: str | None
