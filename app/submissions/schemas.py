"""What comes in from the merge desk, and what goes out as JSON."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, computed_field, field_validator, model_validator

from app.platform.forms import Input, OneLine, Problem
from app.platform.i18n import _
from app.submissions.models import DispositionKind, NationalAnswerState, Position

PASSAGE_LIMIT = 20_000


class Show(StrEnum):
    """Which questions of the national submission are listed: all, or those where something waits."""

    ALL = "all"
    UNDECIDED = "undecided"
    UNWRITTEN = "unwritten"
    REVISED = "revised"
    WAITING = "waiting"
    APPROVED = "approved"


class OverviewFilter(Input):
    """What the page of the national submission shows."""

    show: Show = Show.ALL


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


# What programs call the decisions (docs/glossary.md), by their names in the tables. The old names are taken and
# given beside these until the release after this one.
DECISIONS: Mapping[DispositionKind, str] = {
    DispositionKind.TAKEN_UP: "used",
    DispositionKind.TAKEN_UP_IN_PART: "used_in_part",
    DispositionKind.NOTED: "noted",
    DispositionKind.NOT_TAKEN_UP: "not_used",
    DispositionKind.OUT_OF_SCOPE: "outside_subject",
}
OLD: dict[str, Any] = {"deprecated": True}
RENAMED = {"decision": "disposition", "paragraph_id": "passage_id"}
KIND_OF = {name: kind.value for kind, name in DECISIONS.items()}


def _by_new_names(data: Any) -> Any:
    """Fields and values by the names of the glossary, as the old ones."""
    if not isinstance(data, dict):
        return data
    sent = {RENAMED.get(name, name): value for name, value in data.items()}
    kind = sent.get("disposition")
    return sent | {"disposition": KIND_OF.get(kind, kind)} if isinstance(kind, str) else sent


class DispositionInput(Input):
    """What became of an answer; a bare "used" may point to the paragraph instead of a reason.

    A program sends `decision` and `paragraph_id`; the old names are taken, too. `version` is the number of the decision the writer was shown, 0 where there was none.
    """

    disposition: DispositionKind
    reason: str = Field(default="", max_length=5000)
    passage_id: UUID | None = None
    version: Version = 0

    new_names = model_validator(mode="before")(_by_new_names)

    @model_validator(mode="after")
    def has_a_reason(self) -> "DispositionInput":
        """Every disposition has a reason (product.md 3)."""
        if not self.reason.strip():
            if self.disposition is not DispositionKind.TAKEN_UP:
                raise Problem(_("Write the reason, as its author will read it."))
            if self.passage_id is None:
                raise Problem(_("Write a reason, or choose the paragraph that uses the answer."))
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
    paragraphs: list[PassageOut]
    removed: list[PassageOut]
    undecided: int

    @computed_field(json_schema_extra=OLD)
    def passages(self) -> list[PassageOut]:
        """The old name of `paragraphs`."""
        return self.paragraphs

    @computed_field(json_schema_extra=OLD)
    def open_dispositions(self) -> int:
        """The old name of `undecided`."""
        return self.undecided


class EarlierOut(BaseModel):
    """A decision that was read before another took its place."""

    disposition: DispositionKind = Field(json_schema_extra=OLD)
    reason: str
    decided_on: date

    @computed_field
    def decision(self) -> str:
        """What was decided."""
        return DECISIONS[self.disposition]


class ReasonOut(BaseModel):
    """What became of one answer, as its contributor sees it; `earlier` is what she could read before."""

    question: str
    disposition: DispositionKind | None = Field(json_schema_extra=OLD)
    reason: str
    paragraphs: list[str]
    earlier: list[EarlierOut]

    @computed_field
    def decision(self) -> str | None:
        """What was decided; none while it is open."""
        return DECISIONS[self.disposition] if self.disposition else None

    @computed_field(json_schema_extra=OLD)
    def passages(self) -> list[str]:
        """The old name of `paragraphs`."""
        return self.paragraphs
