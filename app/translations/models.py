"""Tables of texts and their translations."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field, SQLModel

from app.platform import clock, ids
from app.platform.db import enum_type
from app.platform.i18n import Message, _
from app.platform.traces import UNORDERED


class Origin(StrEnum):
    """Who or what made a translation."""

    HUMAN = "human"
    MACHINE = "machine"


ORIGIN_NAMES: dict[Origin, Message] = {
    Origin.HUMAN: _("by a person"),
    Origin.MACHINE: _("by machine"),
}


class Text(SQLModel, table=True):
    """Words in the language they were written in; never changed."""

    __table_args__ = UNORDERED

    id: UUID = Field(default_factory=ids.random_id, primary_key=True)
    language: str = Field(max_length=2)
    body: str


class Translation(SQLModel, table=True):
    """A text in another language; the row with the highest number holds."""

    id: UUID = Field(default_factory=ids.random_id, primary_key=True)
    text_id: UUID = Field(foreign_key="text.id", index=True, ondelete="CASCADE")
    language: str = Field(max_length=2)
    number: int = 1
    body: str
    origin: Origin = Field(sa_type=enum_type(Origin))
    author_id: UUID | None = Field(default=None, foreign_key="account.id")
    author_name: str = Field(default="", max_length=200)
    made_at: datetime = Field(default_factory=clock.now)
