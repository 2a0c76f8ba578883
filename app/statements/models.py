"""The table of rows taken in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from app.platform import clock, ids
from app.platform.db import JSON_TYPE


class Statement(SQLModel, table=True):
    """A statement taken in; without `answer_id` it matched no question and waits for a person.

    A person may also say, with a reason, that it goes nowhere: then it waits no longer.
    """

    __tablename__ = "statement"
    __table_args__ = (UniqueConstraint("consultation_id", "fingerprint"),)

    id: UUID = Field(default_factory=ids.new_id, primary_key=True)
    consultation_id: UUID = Field(foreign_key="consultation.id")
    fingerprint: str = Field(max_length=64)
    row: dict[str, Any] = Field(sa_type=JSON_TYPE)
    answer_id: UUID | None = Field(default=None, foreign_key="answer.id", index=True, ondelete="SET NULL")
    taken_in_by_id: UUID | None = Field(default=None, foreign_key="account.id")
    taken_in_at: datetime = Field(default_factory=clock.now)
    dismissed_reason: str = ""
    dismissed_by_name: str = Field(default="", max_length=200)
    dismissed_at: datetime | None = None
