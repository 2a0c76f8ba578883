"""Tables of submissions, national answers, paragraphs, sources and decisions."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.platform import clock, ids
from app.platform.db import JSON_TYPE, enum_type
from app.platform.i18n import Message, _
from app.questionnaires.positions import Position


class SubmissionState(StrEnum):
    """The life of a submission (product.md 6); reopening an answer leads back to drafting."""

    DRAFTING = "drafting"
    APPROVED = "approved"
    FINAL = "final"


SUBMISSION_MOVES = {
    SubmissionState.DRAFTING: frozenset({SubmissionState.APPROVED}),
    SubmissionState.APPROVED: frozenset({SubmissionState.FINAL, SubmissionState.DRAFTING}),
    SubmissionState.FINAL: frozenset({SubmissionState.DRAFTING}),
}


class NationalAnswerState(StrEnum):
    """The life of a national answer (product.md 6)."""

    DRAFTING = "drafting"
    FOR_APPROVAL = "for_approval"
    APPROVED = "approved"


MOVES = {
    NationalAnswerState.DRAFTING: frozenset({NationalAnswerState.FOR_APPROVAL}),
    NationalAnswerState.FOR_APPROVAL: frozenset({NationalAnswerState.APPROVED, NationalAnswerState.DRAFTING}),
    NationalAnswerState.APPROVED: frozenset({NationalAnswerState.DRAFTING}),
}
STATE_NAMES: dict[NationalAnswerState, Message] = {
    NationalAnswerState.DRAFTING: _("Being drafted"),
    NationalAnswerState.FOR_APPROVAL: _("Sent for approval"),
    NationalAnswerState.APPROVED: _("Approved"),
}
SUBMISSION_STATE_NAMES: dict[SubmissionState, Message] = {
    SubmissionState.DRAFTING: _("Being drafted"),
    SubmissionState.APPROVED: _("Approved"),
    SubmissionState.FINAL: _("Final file made"),
}


class DecisionKind(StrEnum):
    """What became of an answer (product.md 3)."""

    USED = "used"
    USED_IN_PART = "used_in_part"
    NOTED = "noted"
    NOT_USED = "not_used"
    OUTSIDE_SUBJECT = "outside_subject"


DECISION_NAMES: dict[DecisionKind, Message] = {
    DecisionKind.USED: _("Used in the answer"),
    DecisionKind.USED_IN_PART: _("Used in part"),
    DecisionKind.NOTED: _("Noted"),
    DecisionKind.NOT_USED: _("Not used"),
    DecisionKind.OUTSIDE_SUBJECT: _("Outside the subject"),
}


class Submission(SQLModel, table=True):
    """The State's text in one consultation."""

    id: UUID = Field(default_factory=ids.new_id, primary_key=True)
    consultation_id: UUID = Field(foreign_key="consultation.id", unique=True)
    office_id: UUID = Field(foreign_key="organisation.id", index=True)
    language: str = Field(max_length=2)
    state: SubmissionState = Field(default=SubmissionState.DRAFTING, sa_type=enum_type(SubmissionState))
    state_since: datetime = Field(default_factory=clock.now)
    version: int = 1

    __mapper_args__ = {"version_id_col": "version"}


class NationalAnswer(SQLModel, table=True):
    """The submission's answer to one State question; `approved_text` is what was last approved."""

    __tablename__ = "national_answer"
    __table_args__ = (UniqueConstraint("submission_id", "question_id"),)

    id: UUID = Field(default_factory=ids.new_id, primary_key=True)
    submission_id: UUID = Field(foreign_key="submission.id", ondelete="CASCADE")
    question_id: UUID = Field(foreign_key="question.id", index=True)
    position: Position | None = Field(default=None, sa_type=enum_type(Position))
    citations: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON_TYPE)
    assistance: str = ""
    state: NationalAnswerState = Field(
        default=NationalAnswerState.DRAFTING, sa_type=enum_type(NationalAnswerState)
    )
    state_since: datetime = Field(default_factory=clock.now)
    sent_by_id: UUID | None = Field(default=None, foreign_key="account.id")
    approved_by_id: UUID | None = Field(default=None, foreign_key="account.id")
    approved_at: datetime | None = None
    approved_text: list[str] = Field(default_factory=list, sa_type=JSON_TYPE)
    reopened_reason: str = ""
    version: int = 1

    __mapper_args__ = {"version_id_col": "version"}


class Paragraph(SQLModel, table=True):
    """A paragraph of a national answer; one that was taken out is kept, and can be put back."""

    id: UUID = Field(default_factory=ids.new_id, primary_key=True)
    national_answer_id: UUID = Field(foreign_key="national_answer.id", index=True, ondelete="CASCADE")
    position: int
    text: str
    edited_by_id: UUID | None = Field(default=None, foreign_key="account.id")
    edited_by_name: str = Field(default="", max_length=200)
    edited_at: datetime = Field(default_factory=clock.now)
    removed_at: datetime | None = None
    removed_by_name: str = Field(default="", max_length=200)
    version: int = 1

    __mapper_args__ = {"version_id_col": "version"}


class ParagraphVersion(SQLModel, table=True):
    """A paragraph as it stood at one version; never changed, so that conflicts have their ancestor."""

    __tablename__ = "paragraph_version"

    paragraph_id: UUID = Field(foreign_key="paragraph.id", primary_key=True, ondelete="CASCADE")
    number: int = Field(primary_key=True)
    text: str
    edited_by_name: str = Field(default="", max_length=200)
    edited_at: datetime = Field(default_factory=clock.now)


class Source(SQLModel, table=True):
    """An excerpt a paragraph rests on: the exact words, their place, that version of that answer."""

    __table_args__ = (Index("ix_source_answer_id", "answer_id"),)

    id: UUID = Field(default_factory=ids.random_id, primary_key=True)
    paragraph_id: UUID = Field(foreign_key="paragraph.id", index=True, ondelete="CASCADE")
    answer_id: UUID = Field(foreign_key="answer.id")
    answer_version_id: UUID = Field(foreign_key="answer_version.id", index=True)
    starts: int
    ends: int
    quote: str
    translation_id: UUID | None = Field(default=None, foreign_key="translation.id")


class Decision(SQLModel, table=True):
    """What became of one version of an answer and why; the row with the highest number holds.

    `was_released` says that its contributor could read it before the national answer was reopened.
    """

    __table_args__ = (UniqueConstraint("answer_id", "number"),)

    id: UUID = Field(default_factory=ids.new_id, primary_key=True)
    answer_id: UUID = Field(foreign_key="answer.id")
    answer_version_id: UUID = Field(foreign_key="answer_version.id", index=True)
    number: int = 1
    kind: DecisionKind = Field(sa_type=enum_type(DecisionKind))
    reason_text_id: UUID | None = Field(default=None, foreign_key="text.id")
    paragraph_id: UUID | None = Field(default=None, foreign_key="paragraph.id", ondelete="SET NULL")
    decided_by_id: UUID | None = Field(default=None, foreign_key="account.id")
    decided_by_name: str = Field(default="", max_length=200)
    decided_at: datetime = Field(default_factory=clock.now)
    was_released: bool = False

    @property
    def version(self) -> int:
        """What an edit says it started from: the number of the decision that was shown."""
        return self.number
