"""What comes in and what goes out as JSON."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, field_validator, model_validator

from app.contributions.models import ContributionState, Mode, Publication
from app.platform.errors import Invalid
from app.platform.forms import NOT_UNDERSTOOD, Input, OneLine, Problem, WebAddress
from app.platform.i18n import LanguageCode, _
from app.questionnaires.positions import Law, Practice

NARRATIVE_LIMIT = 10_000


class EvidenceInput(Input):
    """A citation: what it is, where it can be found, who published it."""

    title: Annotated[OneLine, Field(max_length=300)] = ""
    url: WebAddress = ""
    publisher: Annotated[OneLine, Field(max_length=200)] = ""
    year: Annotated[OneLine, Field(max_length=20)] = ""
    official: bool = False

    @model_validator(mode="after")
    def says_what_it_is(self) -> "EvidenceInput":
        """A source needs a title or an address."""
        if not (self.title or self.url):
            raise Problem(_("Give this source a title or a web address."))
        return self


class RecommendationInput(Input):
    """What should change, who should do it, how urgent it is (1 is first)."""

    action: str = Field(default="", max_length=2000)
    addressee: Annotated[OneLine, Field(max_length=300)] = ""
    priority: int | None = Field(default=None, ge=1, le=3)


class AnswerInput(Input):
    """An answer as it is saved; `version` is the one the writer started from, 0 for none.

    `value` answers a choice, a number or a date; several choices come as a list or with spaces between.
    """

    law: Law | None = None
    practice: Practice | None = None
    value: str | list[str] = ""
    narrative: str = Field(default="", max_length=NARRATIVE_LIMIT)
    language: LanguageCode = "en"
    evidence: list[EvidenceInput] = Field(default_factory=list, max_length=20)
    recommendation: RecommendationInput = RecommendationInput()
    publication: Publication = Publication.NO
    version: int = Field(default=0, ge=0, le=2_000_000_000)
    skipped: bool = False

    @field_validator("value", mode="before")
    @classmethod
    def is_written(cls, value: object) -> str | list[str]:
        """A value is text, a number or a list of texts, and not endless."""
        parts = value if isinstance(value, list) else [value]
        if not all(isinstance(part, str | int | float) for part in parts):
            raise Problem(NOT_UNDERSTOOD)
        written = [str(part) for part in parts]
        if sum(map(len, written)) > NARRATIVE_LIMIT:
            raise Problem(
                _("This is too long: at most %(max_length)s characters.", max_length=NARRATIVE_LIMIT)
            )
        return written

    @property
    def typed_value(self) -> str:
        """The value as one text."""
        return self.value if isinstance(self.value, str) else " ".join(self.value)


class AnswerForm(AnswerInput):
    """An answer from a page, with where to go next; `sources` are those kept from two versions (clashing)."""

    then: Literal["next", "stay", "list", "more", "skip", "check", "revise"] = "next"
    sources: list[str] = Field(default_factory=list, max_length=80)


class ReviseForm(Input):
    """The question to go on with after taking the answers up again; none for the list."""

    question: str = Field(default="", max_length=64)


class ClearForm(Input):
    """The version of the answer that was shown before it is cleared."""

    version: int = Field(ge=0, le=2_000_000_000)


class CarryOverForm(Input):
    """The questions whose earlier answers are taken over."""

    codes: list[str] = Field(default_factory=list, max_length=500)


class StartForm(Input):
    """How somebody takes part in a consultation; nothing is chosen beforehand."""

    mode: Mode
    organisation_id: UUID | None = None
    code: str = Field(default="", max_length=200)

    @property
    def chosen_organisation(self) -> UUID:
        """The organisation a named contribution is written for; raises Invalid if none was chosen."""
        if self.organisation_id is None:
            raise Invalid({"organisation_id": _("Choose the organization you write for.")})
        return self.organisation_id


class NamedStart(Input):
    """Which organisation takes part under its name."""

    organisation_id: UUID


class CodeForm(Input):
    """An invitation code or a receipt code; `next` is the page she wanted to open."""

    code: str = Field(min_length=1, max_length=200)
    next: str = Field(default="", max_length=2000)


class AnswerOut(BaseModel):
    """An answer being written."""

    question: str
    law: Law | None
    practice: Practice | None
    value: str
    narrative: str
    language: str
    evidence: list[dict[str, object]]
    recommendation: dict[str, object]
    publication: Publication
    skipped: bool
    version: int


class ContributionOut(BaseModel):
    """A contribution as its contributor sees it.

    `kept` names questions that were answered and do not matter now, `missing` those that must be
    answered before it is handed in.
    """

    id: UUID
    consultation: str
    mode: Mode
    state: ContributionState
    label: str
    submitted_versions: int
    answers: list[AnswerOut]
    kept: list[str] = []
    missing: list[str] = []


class EntryOut(BaseModel):
    """A confidential contribution has begun: the receipt code is shown this once."""

    contribution_id: UUID
    receipt_code: str | None
    token: str
