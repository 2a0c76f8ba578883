"""What comes in from the merge desk, and what goes out as JSON."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, field_validator, model_validator

from app.platform.forms import Input, OneLine, Problem
from app.platform.i18n import _
from app.submissions.models import DispositionKind, NationalAnswerState, Position

PASSAGE_LIMIT = 20_000
Version = Annotated[int, Field(ge=0, le=2_000_000_000)]


class Selection(Input):
    """Words of one submitted version of an answer; without a place, the whole of it."""

    answer_version_id: UUID
    start: int | None = Field(default=None, ge=0)
    end: int | None = Field(default=None, ge=0)


class MergeInput(Input):
    """Selected words and where they go: a new passage, or one that stands."""

    selections: list[Selection] = Field(min_length=1, max_length=200)
    passage_id: UUID | None = None


class MergeForm(Input):
    """The same from check boxes: `words` holds "version:start:end" or "version"."""

    words: list[Annotated[str, Field(max_length=120)]] = Field(default_factory=list, max_length=200)
    into: Annotated[str, Field(max_length=64)] = "new"

    @model_validator(mode="after")
    def says_which_words(self) -> "MergeForm":
        """Nothing selected is a slip, not an act."""
        if not self.words:
            raise Problem(_("Tick the words you want to use."))
        self.as_input()
        return self

    def as_input(self) -> MergeInput:
        """The selection the check boxes stand for."""
        selections = []
        for word in self.words:
            version, _colon, place = word.partition(":")
            start, _colon, end = place.partition(":")
            selections.append({"answer_version_id": version, "start": start or None, "end": end or None})
        passage = None if self.into == "new" else self.into
        return MergeInput.model_validate({"selections": selections, "passage_id": passage})


class PassageInput(Input):
    """The text of a passage; `version` is the one the writer started from."""

    text: str = Field(max_length=PASSAGE_LIMIT, min_length=1)
    version: Version = 0


class MoveForm(Input):
    """A passage one place up or down."""

    direction: Literal["up", "down"]


class CitationInput(Input):
    """A law and its provision, with a link (never an attachment)."""

    title: Annotated[OneLine, Field(max_length=300)] = ""
    url: Annotated[OneLine, Field(max_length=2000)] = ""

    @field_validator("url")
    @classmethod
    def is_a_web_address(cls, value: str) -> str:
        """Only addresses a reader can follow."""
        if value and not value.lower().startswith(("https://", "http://")):
            raise Problem(_("A web address starts with https:// or http://."))
        return value


class NationalAnswerInput(Input):
    """What stands before the passages: the position, the law, the help that is needed."""

    position: Position | None = None
    citations: list[CitationInput] = Field(default_factory=list, max_length=50)
    assistance: str = Field(default="", max_length=5000)
    version: Version = 0


class DispositionInput(Input):
    """What became of an answer; a bare "taken up" may point to the passage instead of a reason.

    `version` is the number of the decision the writer was shown, 0 where there was none.
    """

    disposition: DispositionKind
    reason: str = Field(default="", max_length=5000)
    passage_id: UUID | None = None
    version: Version = 0

    @model_validator(mode="after")
    def has_a_reason(self) -> "DispositionInput":
        """Every disposition has a reason (product.md 3)."""
        if not self.reason.strip():
            if self.disposition is not DispositionKind.TAKEN_UP:
                raise Problem(_("Write the reason, as its author will read it."))
            if self.passage_id is None:
                raise Problem(_("Write a reason, or choose the passage that took the answer up."))
        return self


class ReopenInput(Input):
    """Why a cleared answer is opened again."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class SourceOut(BaseModel):
    """The words a passage rests on; a withdrawn source keeps its place and loses its words."""

    id: UUID
    answer_version_id: UUID
    start: int
    end: int
    quote: str | None
    language: str
    voice: str


class PassageOut(BaseModel):
    """A passage with its sources."""

    id: UUID
    text: str
    version: int
    edited_by: str
    edited_at: datetime
    sources: list[SourceOut]


class NationalAnswerOut(BaseModel):
    """A national answer as the desk shows it."""

    question: str
    position: Position | None
    state: NationalAnswerState
    version: int
    citations: list[dict[str, object]]
    assistance: str
    passages: list[PassageOut]
    removed: list[PassageOut]
    open_dispositions: int


class EarlierOut(BaseModel):
    """A decision that was read before another took its place."""

    disposition: DispositionKind
    reason: str
    decided_on: date


class ReasonOut(BaseModel):
    """What became of one answer, as its contributor sees it; `earlier` is what she could read before."""

    question: str
    disposition: DispositionKind | None
    reason: str
    passages: list[str]
    earlier: list[EarlierOut]
