"""Tables of contributions, answers and their submitted versions."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.platform import ids
from app.platform.db import JSON_TYPE, enum_type
from app.platform.i18n import Message, _
from app.platform.traces import UNORDERED
from app.questionnaires.positions import Law, Practice


class Mode(StrEnum):
    """Whether the government sees who contributes (product.md 4)."""

    NAMED = "named"
    CONFIDENTIAL = "confidential"


class ContributionState(StrEnum):
    """The life of a contribution (product.md 6)."""

    DRAFTING = "drafting"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"


MOVES = {
    ContributionState.DRAFTING: frozenset({ContributionState.SUBMITTED, ContributionState.WITHDRAWN}),
    ContributionState.SUBMITTED: frozenset({ContributionState.DRAFTING, ContributionState.WITHDRAWN}),
    ContributionState.WITHDRAWN: frozenset[ContributionState](),
}
STATE_NAMES: dict[ContributionState, Message] = {
    ContributionState.DRAFTING: _("Being written"),
    ContributionState.SUBMITTED: _("Submitted"),
    ContributionState.WITHDRAWN: _("Withdrawn"),
}


class Publication(StrEnum):
    """How far an answer may become public, the least first."""

    NO = "no"
    UNNAMED = "unnamed"
    NAMED = "named"

    @property
    def reach(self) -> int:
        """Its place in the order: the smaller of two is the narrower permission."""
        return list(type(self)).index(self)


def narrowest(submitted: Publication, draft: Publication) -> Publication:
    """The smaller of two permissions: a contributor who takes one back is heard at once."""
    return min(submitted, draft, key=lambda one: one.reach)


PUBLICATION_NAMES: dict[Publication, Message] = {
    Publication.NO: _("No"),
    Publication.UNNAMED: _("Yes, without a name"),
    Publication.NAMED: _("Yes, with our name"),
}


class Contribution(SQLModel, table=True):
    """What one contributor hands in to one consultation.

    Identifiers are random and there are no times: `created_on` and `submitted_on` are days, and
    `label` (such as K7) does not follow the order of arrival.
    """

    __table_args__ = (UniqueConstraint("consultation_id", "label"), UNORDERED)

    id: UUID = Field(default_factory=ids.random_id, primary_key=True)
    consultation_id: UUID = Field(foreign_key="consultation.id")
    office_id: UUID = Field(foreign_key="organisation.id")
    organisation_id: UUID | None = Field(default=None, foreign_key="organisation.id", index=True)
    mode: Mode = Field(sa_type=enum_type(Mode))
    label: str = Field(max_length=8)
    state: ContributionState = Field(default=ContributionState.DRAFTING, sa_type=enum_type(ContributionState))
    receipt_hash: str | None = Field(default=None, max_length=64, unique=True)
    language: str = Field(default="en", max_length=2)
    entered_by_id: UUID | None = Field(default=None, foreign_key="organisation.id")
    submitted_versions: int = 0
    submitted_on: date | None = None
    version: int = 1

    __mapper_args__ = {"version_id_col": "version"}

    @property
    def is_unattributed(self) -> bool:
        """Whether a facilitator took it in without a name: then nobody asked to be kept confidential."""
        is_own = self.entered_by_id is None or self.receipt_hash is not None
        return self.mode is Mode.CONFIDENTIAL and not is_own


class Answer(SQLModel, table=True):
    """The answer being written to one question; `current_version_id` is what was last submitted.

    `value` answers a choice, a number or a date, written as XForms writes it. Who saved a draft and when
    is kept for the colleagues of a named contribution until it is handed in, and for nobody else.
    """

    __table_args__ = (
        UniqueConstraint("contribution_id", "question_id"),
        Index("ix_answer_consultation_question", "consultation_id", "question_id"),
        UNORDERED,
    )

    id: UUID = Field(default_factory=ids.random_id, primary_key=True)
    contribution_id: UUID = Field(foreign_key="contribution.id", ondelete="CASCADE")
    consultation_id: UUID = Field(foreign_key="consultation.id")
    question_id: UUID = Field(foreign_key="question.id")
    law: Law | None = Field(default=None, sa_type=enum_type(Law))
    practice: Practice | None = Field(default=None, sa_type=enum_type(Practice))
    value: str = ""
    narrative: str = ""
    language: str = Field(default="en", max_length=2)
    evidence: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON_TYPE)
    recommendation: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_TYPE)
    publication: Publication = Field(default=Publication.NO, sa_type=enum_type(Publication))
    skipped: bool = False
    version: int = 1
    saved_by_id: UUID | None = None
    saved_at: datetime | None = None
    current_version_id: UUID | None = Field(default=None, index=True)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to submit; how urgent nothing is says nothing."""
        recommends = self.recommendation.get("action") or self.recommendation.get("addressee")
        return not (self.law or self.practice or self.value or self.narrative or self.evidence or recommends)


class ContributionVersion(SQLModel, table=True):
    """One submission of a contribution; never changed."""

    __tablename__ = "contribution_version"
    __table_args__ = (UniqueConstraint("contribution_id", "number"), UNORDERED)

    id: UUID = Field(default_factory=ids.random_id, primary_key=True)
    contribution_id: UUID = Field(foreign_key="contribution.id", ondelete="CASCADE")
    number: int
    submitted_on: date


class AnswerVersion(SQLModel, table=True):
    """One submitted version of an answer; never changed. Its words are a text of `translations`."""

    __tablename__ = "answer_version"
    __table_args__ = (UniqueConstraint("answer_id", "number"), UNORDERED)

    id: UUID = Field(default_factory=ids.random_id, primary_key=True)
    answer_id: UUID = Field(foreign_key="answer.id", ondelete="CASCADE")
    number: int
    law: Law | None = Field(default=None, sa_type=enum_type(Law))
    practice: Practice | None = Field(default=None, sa_type=enum_type(Practice))
    value: str = ""
    text_id: UUID = Field(foreign_key="text.id", index=True)
    language: str = Field(max_length=2)
    evidence: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON_TYPE)
    recommendation: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_TYPE)
    publication: Publication = Field(sa_type=enum_type(Publication))
    submitted_on: date


class SubmittedAnswer(SQLModel, table=True):
    """Which version of each answer a submission of a contribution holds."""

    __tablename__ = "submitted_answer"
    __table_args__ = UNORDERED

    contribution_version_id: UUID = Field(
        foreign_key="contribution_version.id", primary_key=True, ondelete="CASCADE"
    )
    answer_version_id: UUID = Field(
        foreign_key="answer_version.id", primary_key=True, index=True, ondelete="CASCADE"
    )
