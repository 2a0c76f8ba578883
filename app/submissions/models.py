"""Tables of submissions, national answers, passages, sources and dispositions."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.platform import clock, ids
from app.platform.db import JSON_TYPE, enum_type
from app.platform.i18n import Message, _


class SubmissionState(StrEnum):
    """The life of a submission (product.md 6); reopening an answer leads back to drafting."""

    DRAFTING = "drafting"
    CLEARED = "cleared"
    HANDED_OVER = "handed_over"


SUBMISSION_MOVES = {
    SubmissionState.DRAFTING: frozenset({SubmissionState.CLEARED}),
    SubmissionState.CLEARED: frozenset({SubmissionState.HANDED_OVER, SubmissionState.DRAFTING}),
    SubmissionState.HANDED_OVER: frozenset({SubmissionState.DRAFTING}),
}


class NationalAnswerState(StrEnum):
    """The life of a national answer (product.md 6)."""

    DRAFTING = "drafting"
    PROPOSED = "proposed"
    CLEARED = "cleared"


MOVES = {
    NationalAnswerState.DRAFTING: frozenset({NationalAnswerState.PROPOSED}),
    NationalAnswerState.PROPOSED: frozenset({NationalAnswerState.CLEARED, NationalAnswerState.DRAFTING}),
    NationalAnswerState.CLEARED: frozenset({NationalAnswerState.DRAFTING}),
}
STATE_NAMES: dict[NationalAnswerState, Message] = {
    NationalAnswerState.DRAFTING: _("Being drafted"),
    NationalAnswerState.PROPOSED: _("Sent for approval"),
    NationalAnswerState.CLEARED: _("Approved"),
}
SUBMISSION_STATE_NAMES: dict[SubmissionState, Message] = {
    SubmissionState.DRAFTING: _("Being drafted"),
    SubmissionState.CLEARED: _("Approved"),
    SubmissionState.HANDED_OVER: _("Final file made"),
}


class Position(StrEnum):
    """What the State answers before it explains."""

    YES = "yes"
    IN_PART = "in_part"
    NO = "no"


POSITION_NAMES: dict[Position, Message] = {
    Position.YES: _("Yes"),
    Position.IN_PART: _("Yes, in part"),
    Position.NO: _("No"),
}


class DispositionKind(StrEnum):
    """What became of an answer (product.md 3)."""

    TAKEN_UP = "taken_up"
    TAKEN_UP_IN_PART = "taken_up_in_part"
    NOTED = "noted"
    NOT_TAKEN_UP = "not_taken_up"
    OUT_OF_SCOPE = "out_of_scope"


DISPOSITION_NAMES: dict[DispositionKind, Message] = {
    DispositionKind.TAKEN_UP: _("Used in the answer"),
    DispositionKind.TAKEN_UP_IN_PART: _("Used in part"),
    DispositionKind.NOTED: _("Noted"),
    DispositionKind.NOT_TAKEN_UP: _("Not used"),
    DispositionKind.OUT_OF_SCOPE: _("Outside the subject"),
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
    """The submission's answer to one State question; `cleared_text` is what was last cleared."""

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
    proposed_by_id: UUID | None = Field(default=None, foreign_key="account.id")
    cleared_by_id: UUID | None = Field(default=None, foreign_key="account.id")
    cleared_at: datetime | None = None
    cleared_text: list[str] = Field(default_factory=list, sa_type=JSON_TYPE)
    reopened_reason: str = ""
    version: int = 1

    __mapper_args__ = {"version_id_col": "version"}


class Passage(SQLModel, table=True):
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


class PassageVersion(SQLModel, table=True):
    """A passage as it stood at one version; never changed, so that conflicts have their ancestor."""

    __tablename__ = "passage_version"

    passage_id: UUID = Field(foreign_key="passage.id", primary_key=True, ondelete="CASCADE")
    number: int = Field(primary_key=True)
    text: str
    edited_by_name: str = Field(default="", max_length=200)
    edited_at: datetime = Field(default_factory=clock.now)


class Source(SQLModel, table=True):
    """An excerpt a passage rests on: the exact words, their place, that version of that answer."""

    __table_args__ = (Index("ix_source_answer_id", "answer_id"),)

    id: UUID = Field(default_factory=ids.random_id, primary_key=True)
    passage_id: UUID = Field(foreign_key="passage.id", index=True, ondelete="CASCADE")
    answer_id: UUID = Field(foreign_key="answer.id")
    answer_version_id: UUID = Field(foreign_key="answer_version.id", index=True)
    starts: int
    ends: int
    quote: str
    translation_id: UUID | None = Field(default=None, foreign_key="translation.id")


class Disposition(SQLModel, table=True):
    """What became of one version of an answer and why; the row with the highest number holds.

    `was_released` says that its contributor could read it before the national answer was reopened.
    """

    __table_args__ = (UniqueConstraint("answer_id", "number"),)

    id: UUID = Field(default_factory=ids.new_id, primary_key=True)
    answer_id: UUID = Field(foreign_key="answer.id")
    answer_version_id: UUID = Field(foreign_key="answer_version.id", index=True)
    number: int = 1
    kind: DispositionKind = Field(sa_type=enum_type(DispositionKind))
    reason_text_id: UUID | None = Field(default=None, foreign_key="text.id")
    passage_id: UUID | None = Field(default=None, foreign_key="passage.id", ondelete="SET NULL")
    decided_by_id: UUID | None = Field(default=None, foreign_key="account.id")
    decided_by_name: str = Field(default="", max_length=200)
    decided_at: datetime = Field(default_factory=clock.now)
    was_released: bool = False

    @property
    def version(self) -> int:
        """What an edit says it started from: the number of the decision that was shown."""
        return self.number
