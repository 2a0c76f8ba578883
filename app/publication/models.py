"""The table of published outcomes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from app.platform import clock, ids
from app.platform.db import JSON_TYPE
from app.platform.traces import UNORDERED


class Outcome(SQLModel, table=True):
    """One published version of an outcome; the highest number is shown.

    A withdrawal makes a further one: so its id tells no time, and it keeps the instant of the one before.
    """

    __table_args__ = (UniqueConstraint("consultation_id", "number"), UNORDERED)

    id: UUID = Field(default_factory=ids.random_id, primary_key=True)
    consultation_id: UUID = Field(foreign_key="consultation.id")
    number: int
    published_at: datetime = Field(default_factory=clock.now)
    content: dict[str, Any] = Field(sa_type=JSON_TYPE)
