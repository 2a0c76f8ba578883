"""What comes in and what goes out as JSON."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, field_validator, model_validator

from app.contributions.models import Publication
from app.platform.forms import Input, OneLine
from app.platform.i18n import LanguageCode
from app.questionnaires.positions import Law, Practice

MOST_MARKED = 500


def _without_empty(data: Any) -> Any:
    """A field of a filter that was left empty does not filter."""
    if isinstance(data, dict):
        return {name: value for name, value in data.items() if value not in ("", None)}
    return data


class AnswerFilter(Input):
    """Which answers to one question are shown; `after` is the label the page before ended with."""

    law: Law | None = None
    practice: Practice | None = None
    language: LanguageCode | None = None
    words: Annotated[OneLine, Field(max_length=200)] = ""
    unread: bool = False
    after: str = Field(default="", max_length=8)

    drop_empty = model_validator(mode="before")(_without_empty)

    @property
    def is_active(self) -> bool:
        """Whether some answers may be left out."""
        return bool(self.law or self.practice or self.language or self.words or self.unread)

    def as_query(self, **changes: Any) -> dict[str, Any]:
        """This filter, with `changes`, as the query of a page's address."""
        kept = self.model_dump(mode="json", exclude_defaults=True)
        return {**kept, **changes}


class MarkInput(Input):
    """Which answers to mark as read or as unread, by the versions that were shown."""

    version_ids: list[UUID] = Field(min_length=1, max_length=MOST_MARKED)
    is_read: bool = True


class TextFilter(Input):
    """Which texts are listed: those without a translation into `missing`."""

    missing: LanguageCode | None = None
    after: UUID | None = None

    drop_empty = model_validator(mode="before")(_without_empty)


class TranslationInput(Input):
    """A translation into one language."""

    language: LanguageCode
    body: str = Field(max_length=20_000)

    @field_validator("body")
    @classmethod
    def without_margins(cls, value: str) -> str:
        """Space around a text is not part of it."""
        return value.strip()


class TranslationOut(BaseModel):
    """A translation that holds."""

    language: str
    number: int
    body: str
    origin: str
    author: str


class ReadAnswerOut(BaseModel):
    """A submitted answer; `contributor` is an organisation or a label, `version_id` what a merge cites."""

    id: UUID
    version_id: UUID
    version: int
    contribution_id: UUID
    contributor: str
    confidential: bool
    unattributed: bool
    unverified: bool
    language: str
    text_id: UUID
    narrative: str
    law: Law | None
    practice: Practice | None
    value: str
    evidence: list[dict[str, Any]]
    recommendation: dict[str, Any]
    publication: Publication
    submitted_on: date
    is_read: bool
    translations: list[TranslationOut]


class MarkedOut(BaseModel):
    """How many of the answers stand and are marked now."""

    marked: int


class AnswersOut(BaseModel):
    """One page of answers to one question; `next` continues it."""

    question: str
    total: int
    law: dict[str, int]
    practice: dict[str, int]
    answers: list[ReadAnswerOut]
    next: str | None
