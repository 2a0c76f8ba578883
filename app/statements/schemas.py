"""What comes in and what goes out."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from app.platform.forms import Input, OneLine
from app.statements.formats import MAX_BYTES
from app.statements.plan import Twin

# A pasted table comes back in a field of the next page, and a field has its own limit in the form reader.
PASTED_LIMIT = 900_000


class StatementsForm(Input):
    """A table as text; a file comes beside it. First it is looked at, then taken in."""

    csv: str = Field(default="", max_length=MAX_BYTES)
    then: Literal["preview", "import"] = "preview"


class StatementsInput(Input):
    """A table for the JSON interface; nothing is written unless `dry_run` is false."""

    csv: str = Field(min_length=1, max_length=MAX_BYTES)
    dry_run: bool = True


class AssignForm(Input):
    """The question a statement is put to."""

    code: Annotated[OneLine, Field(min_length=1, max_length=32)]
    twin: Twin = Twin.ASK


class FindingOut(BaseModel):
    """What is wrong with a line, and what to do."""

    line: int
    column: str | None
    problem: str
    remedy: str


class PlacedOut(BaseModel):
    """What becomes of a line: new, known, repeated or kept for a person."""

    line: int
    organisation: str
    fate: str
    question: str | None
    how: str | None
    why: str | None


class StatementsOut(BaseModel):
    """The report on a table."""

    dry_run: bool
    taken_in: int
    kept: int
    known: int
    repeated: int
    new_organisations: int
    contributions: int
    answers: int
    problems: list[FindingOut]
    notes: list[FindingOut]
    rows: list[PlacedOut]


class DismissInput(Input):
    """Why a statement goes to no question."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
