"""The table of published outcomes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from app.platform import clock, ids
from app.platform.db import JSON_TYPE


class Outcome(SQLModel, table=True):
    """One published version of an outcome; the highest number is shown."""

    __table_args__ = (UniqueConstraint("consultation_id", "number"),)

    id: UUID = Field(default_factory=ids.new_id, primary_key=True)
    consultation_id: UUID = Field(foreign_key="consultation.id")
    number: int
    published_at: datetime = Field(default_factory=clock.now)
    content: dict[str, Any] = Field(sa_type=JSON_TYPE)
