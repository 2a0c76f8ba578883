"""What comes in from the writing page, and what goes out as JSON."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, computed_field, model_validator

from app.platform.forms import Input, OneLine, Problem, WebAddress
from app.platform.i18n import _
from app.questionnaires.positions import Position
from app.submissions import former
from app.submissions.former import OLD
from app.submissions.models import DecisionKind, NationalAnswerState

PARAGRAPH_LIMIT = 20_000


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
    """Selected words and where they go: a new paragraph, or one that stands."""

    selections: list[Selection] = Field(min_length=1, max_length=200)
    paragraph_id: UUID | None = None


class MergeForm(Input):
    """Words ticked on a page and where they go: `words` holds "version:start:end" or "version"."""

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
        paragraph = None if self.into == "new" else self.into
        return MergeInput.model_validate({"selections": selections, "paragraph_id": paragraph})


class ParagraphInput(Input):
    """The text of a paragraph; `version` is the one the writer started from."""

    text: str = Field(max_length=PARAGRAPH_LIMIT, min_length=1)
    version: Version = 0


class MoveForm(Input):
    """A paragraph one place up or down."""

    direction: Literal["up", "down"]


class CitationInput(Input):
    """A law and its provision, with a link (never an attachment)."""

    title: Annotated[OneLine, Field(max_length=300)] = ""
    url: WebAddress = ""


class NationalAnswerInput(Input):
    """What stands before the paragraphs: the position, the law, the help that is needed."""

    position: Position | None = None
    citations: list[CitationInput] = Field(default_factory=list, max_length=50)
    assistance: str = Field(default="", max_length=5000)
    version: Version = 0


class DecisionInput(Input):
    """What became of an answer; a bare "used" may point to the paragraph instead of a reason.

    Names of earlier releases are taken, too. `version` is the number of the decision the writer was shown, 0 where there was none.
    """

    decision: DecisionKind
    reason: str = Field(default="", max_length=5000)
    paragraph_id: UUID | None = None
    version: Version = 0

    by_their_names = model_validator(mode="before")(former.renamed)

    @model_validator(mode="after")
    def has_a_reason(self) -> "DecisionInput":
        """Every decision has a reason (product.md 3)."""
        if not self.reason.strip():
            if self.decision is not DecisionKind.USED:
                raise Problem(_("Write the reason, as its author will read it."))
            if self.paragraph_id is None:
                raise Problem(_("Write a reason, or choose the paragraph that uses the answer."))
        return self


class ReopenInput(Input):
    """Why a approved answer is opened again."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class SourceOut(BaseModel):
    """The words a paragraph rests on; a withdrawn source keeps its place and loses its words."""

    id: UUID
    answer_version_id: UUID
    start: int
    end: int
    quote: str | None
    language: str
    voice: str


class ParagraphOut(BaseModel):
    """A paragraph with its sources."""

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
    status: NationalAnswerState
    version: int
    citations: list[dict[str, object]]
    assistance: str
    paragraphs: list[ParagraphOut]
    removed: list[ParagraphOut]
    undecided: int

    @computed_field(json_schema_extra=OLD)
    def state(self) -> str:
        """The old name of `status`: drafting, proposed or cleared."""
        return former.STATES[self.status]

    @computed_field(json_schema_extra=OLD)
    def passages(self) -> list[ParagraphOut]:
        """The old name of `paragraphs`."""
        return self.paragraphs

    @computed_field(json_schema_extra=OLD)
    def open_dispositions(self) -> int:
        """The old name of `undecided`."""
        return self.undecided


class EarlierOut(BaseModel):
    """A decision that was read before another took its place."""

    decision: DecisionKind
    reason: str
    decided_on: date

    @computed_field(json_schema_extra=OLD)
    def disposition(self) -> str:
        """The old name of `decision`, with its old values."""
        return former.KINDS[self.decision]


class ReasonOut(BaseModel):
    """What became of one answer, as its contributor sees it; `earlier` is what she could read before.

    `decision` is none while it is open.
    """

    question: str
    decision: DecisionKind | None
    reason: str
    paragraphs: list[str]
    earlier: list[EarlierOut]

    @computed_field(json_schema_extra=OLD)
    def disposition(self) -> str | None:
        """The old name of `decision`, with its old values."""
        return former.KINDS[self.decision] if self.decision else None

    @computed_field(json_schema_extra=OLD)
    def passages(self) -> list[str]:
        """The old name of `paragraphs`."""
        return self.paragraphs
