"""Tables of consultations and invitation codes."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from app.platform import clock, ids
from app.platform.db import JSON_TYPE, enum_type
from app.platform.i18n import Message, _
from app.platform.traces import UNORDERED


class ConsultationState(StrEnum):
    """The life of a consultation (product.md 6)."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    CONCLUDED = "concluded"
    ARCHIVED = "archived"


MOVES = {
    ConsultationState.DRAFT: frozenset({ConsultationState.OPEN}),
    ConsultationState.OPEN: frozenset({ConsultationState.CLOSED}),
    ConsultationState.CLOSED: frozenset({ConsultationState.OPEN, ConsultationState.CONCLUDED}),
    ConsultationState.CONCLUDED: frozenset({ConsultationState.ARCHIVED}),
    ConsultationState.ARCHIVED: frozenset[ConsultationState](),
}
STATE_NAMES: dict[ConsultationState, Message] = {
    ConsultationState.DRAFT: _("In preparation"),
    ConsultationState.OPEN: _("Open"),
    ConsultationState.CLOSED: _("Closed"),
    ConsultationState.CONCLUDED: _("Concluded"),
    ConsultationState.ARCHIVED: _("Archived"),
}
PUBLIC_STATES = frozenset(set(ConsultationState) - {ConsultationState.DRAFT})


class Step(StrEnum):
    """A step that says in public that the work is done."""

    PUBLISH = "publish"
    CONCLUDE = "conclude"


STEP_NAMES: dict[Step, Message] = {
    Step.PUBLISH: _("Publish the outcome"),
    Step.CONCLUDE: _("Conclude the consultation"),
}


class Consultation(SQLModel, table=True):
    """A consultation; titles, summaries and rules are kept by language.

    `promised_closes_at` is the closing that contributors were told of, where it was closed before.
    """

    id: UUID = Field(default_factory=ids.new_id, primary_key=True)
    slug: str = Field(max_length=64, unique=True)
    country_review_id: UUID = Field(foreign_key="country_review.id", index=True)
    office_id: UUID = Field(foreign_key="organisation.id", index=True)
    civil_society_version_id: UUID = Field(foreign_key="questionnaire_version.id")
    state_version_id: UUID = Field(foreign_key="questionnaire_version.id")
    titles: dict[str, str] = Field(sa_type=JSON_TYPE)
    summaries: dict[str, str] = Field(sa_type=JSON_TYPE)
    rules: dict[str, str] = Field(sa_type=JSON_TYPE)
    languages: list[str] = Field(sa_type=JSON_TYPE)
    submission_language: str = Field(max_length=2)
    contact: str = Field(default="", max_length=300)
    takes_persons: bool = True  # under an own name, without an organisation
    opens_at: datetime
    closes_at: datetime
    state: ConsultationState = Field(default=ConsultationState.DRAFT, sa_type=enum_type(ConsultationState))
    state_since: datetime = Field(default_factory=clock.now)
    promised_closes_at: datetime | None = None
    closed_early_reason: str = ""
    version: int = 1

    __mapper_args__ = {"version_id_col": "version"}

    @property
    def closed_early(self) -> bool:
        """Whether contributors lost time that they had been promised."""
        return self.promised_closes_at is not None

    def takes_answers(self, at: datetime) -> bool:
        """Whether an answer that arrived at this instant counts."""
        return self.state is ConsultationState.OPEN and self.opens_at <= at < self.closes_at


class InvitationCode(SQLModel, table=True):
    """A single-use code for a confidential contribution; nothing links it to what was written.

    The row stays while the consultation may still open, used or not: that it was used stands in
    `SpentCode`, under a digest that only the running portal can compute (docs/decisions/0004).
    """

    __tablename__ = "invitation_code"
    __table_args__ = UNORDERED

    code_hash: str = Field(max_length=64, primary_key=True)
    consultation_id: UUID = Field(foreign_key="consultation.id", index=True, ondelete="CASCADE")


class Override(SQLModel, table=True):
    """A step that may be taken although things stand against it: one person asked, another confirmed.

    `covers` says how much of what stood against the step both of them saw; more of it needs another one.
    """

    __table_args__ = (UniqueConstraint("consultation_id", "step"),)

    id: UUID = Field(default_factory=ids.new_id, primary_key=True)
    consultation_id: UUID = Field(foreign_key="consultation.id")
    step: Step = Field(sa_type=enum_type(Step))
    reason: str
    covers: dict[str, int] = Field(sa_type=JSON_TYPE)
    asked_by_id: UUID | None = Field(default=None, foreign_key="account.id")
    asked_by_name: str = Field(default="", max_length=200)
    asked_at: datetime = Field(default_factory=clock.now)
    confirmed_by_id: UUID | None = Field(default=None, foreign_key="account.id")
    confirmed_by_name: str = Field(default="", max_length=200)
    confirmed_at: datetime | None = None
    version: int = 1

    __mapper_args__ = {"version_id_col": "version"}


class SpentCode(SQLModel, table=True):
    """That some invitation code of a consultation was used; not which, for whoever has only the tables."""

    __tablename__ = "spent_code"
    __table_args__ = UNORDERED

    mark: str = Field(max_length=64, primary_key=True)
    consultation_id: UUID = Field(foreign_key="consultation.id", index=True, ondelete="CASCADE")
