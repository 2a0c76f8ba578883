"""What comes in from the authoring pages."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, field_validator

from app.platform.forms import Input, OneLine
from app.questionnaires.definition import PRINT_LENGTH, Progress, Readiness
from app.questionnaires.models import Kind, Obligation

LONGEST_TEXT = 10_000
MOST_WORDS = 40
Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
Print = Annotated[str, Field(max_length=PRINT_LENGTH)]
Code = Annotated[OneLine, Field(max_length=32)]
Name = Annotated[OneLine, Field(max_length=64)]
Expression = Annotated[str, Field(max_length=LONGEST_TEXT)]
TextKind = Literal[
    "topic", "task", "prompt", "law", "practice", "account", "why", "example", "help", "constraint_message"
]
Direction = Literal["up", "down"]
Group = Literal["", "v", "s", "q", "c", "g"]


@dataclass(frozen=True, slots=True)
class Where:
    """The version that an address names."""

    slug: str
    edition: str
    number: int


class NewQuestion(Input):
    """A question begins with its code, its place and its kind; the rest is written in the editor."""

    code: Code
    section: Code
    kind: Kind = Kind.POSITION


class QuestionInput(Input):
    """One question in the source language; `started` is the print of what the writer saw."""

    texts: dict[TextKind, Text] = Field(default_factory=dict)
    kind: Kind
    instrument: Annotated[OneLine, Field(max_length=16)] = ""
    article: Annotated[OneLine, Field(max_length=16)] = ""
    paragraph: Annotated[OneLine, Field(max_length=32)] = ""
    obligation: Obligation
    topics: list[Name] = Field(default_factory=list, max_length=MOST_WORDS)
    terms: list[Name] = Field(default_factory=list, max_length=MOST_WORDS)
    choices: Name = ""
    relevant: Expression = ""
    constraint: Expression = ""
    required: Expression = ""
    longest: int = Field(default=0, ge=0, le=100_000)
    started: Print
    move: Literal["", "up", "down"] = ""

    @field_validator("topics", mode="before")
    @classmethod
    def from_one_line(cls, value: Any) -> Any:
        """Search words are written on one line, with commas between them."""
        lines = value if isinstance(value, list) else [value]
        words = [word.strip() for line in lines if isinstance(line, str) for word in line.split(",")]
        return list(dict.fromkeys(word for word in words if word))

    @field_validator("relevant", "constraint", "required")
    @classmethod
    def without_edges(cls, value: str) -> str:
        """Spaces around an expression mean nothing."""
        return value.strip()


class MoveInput(Input):
    """One place up or down, or to the end of another section."""

    direction: Literal["", "up", "down"] = ""
    section: Code = ""


class PairInput(Input):
    """A question of the other edition."""

    question_id: UUID


class DriftInput(Input):
    """What to do with a mapping that a change made doubtful."""

    civil_society_question_id: UUID
    state_question_id: UUID
    decision: Literal["fits", "remove"]


class UnitInput(Input):
    """One text of one language; the prints say which text and which source text the writer saw."""

    key: str = Field(max_length=200)
    text: Text = ""
    state: Literal["keep", "draft", "reviewed"] = "draft"
    started: Print = ""
    source: Print = ""

    @property
    def progress(self) -> Progress:
        """The state as it is kept; a new text that nobody called reviewed is a draft."""
        return Progress.REVIEWED if self.state == "reviewed" else Progress.DRAFT


class TextsInput(Input):
    """The texts of one page, and which page it was."""

    units: list[UnitInput] = Field(default_factory=list, max_length=100)
    group: Group = ""
    state: Literal["", "missing", "draft", "reviewed", "outdated"] = ""
    page: int = Field(default=1, ge=1, le=10_000)


class TextsFilter(Input):
    """Which texts a page shows."""

    group: Group = ""
    state: Readiness | None = None
    page: int = Field(default=1, ge=1, le=10_000)


class NewSection(Input):
    """A section begins with its code, its title and its place."""

    code: Code
    title: Text
    parent: Code = ""


class SectionInput(Input):
    """A section in the source language."""

    title: Text
    parent: Code = ""
    article: Annotated[OneLine, Field(max_length=16)] = ""
    relevant: Expression = ""
    started: Print


class NewList(Input):
    """A list of choices begins with its name."""

    name: Code


class ChoiceRow(Input):
    """A value with its label in the source language."""

    value: Name = ""
    label: Text = ""


class ChoicesInput(Input):
    """A whole list in its order; a new row may be left empty. `move` is a direction and a value."""

    rows: list[ChoiceRow] = Field(default_factory=list, max_length=200)
    started: Print
    move: str = Field(default="", max_length=80)


class NewTerm(Input):
    """A term of the glossary in the source language."""

    key: Code
    term: Text
    meaning: Text = ""


class TermInput(Input):
    """A changed term of the glossary, with the print of the one it was begun from."""

    term: Text
    meaning: Text = ""
    started: Print


class RemoveInput(Input):
    """The key of what goes, such as q:FP-03-a, s:FP-03, l:yes_no, c:yes_no/yes or g:broker."""

    what: str = Field(max_length=200)


class PartMove(Input):
    """One place up or down, for a section or a term."""

    code: Code
    direction: Direction
