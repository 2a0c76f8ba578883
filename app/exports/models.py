"""The table of exports."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from app.platform import clock, ids
from app.platform.db import JSON_TYPE


class Export(SQLModel, table=True):
    """A submission as it was made final; `content` is the document both formats are made from.

    Where words in it were withdrawn later, they were taken out on `redacted_on`; `checksum` stays that of
    what was made final.
    """

    __table_args__ = (UniqueConstraint("submission_id", "number"),)

    id: UUID = Field(default_factory=ids.new_id, primary_key=True)
    submission_id: UUID = Field(foreign_key="submission.id")
    number: int
    made_at: datetime = Field(default_factory=clock.now)
    made_by_id: UUID | None = Field(default=None, foreign_key="account.id")
    made_by_name: str = Field(default="", max_length=200)
    checksum: str = Field(max_length=64)
    content: dict[str, Any] = Field(sa_type=JSON_TYPE)
    redacted_on: date | None = None
