"""Who wants a digest, and when the last one went out."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlmodel import Field, SQLModel

from app.platform.db import enum_type
from app.platform.i18n import Message, _


class Every(StrEnum):
    """How often somebody is told by e-mail what waits."""

    NEVER = "never"
    DAY = "day"
    WEEK = "week"


EVERY_NAMES: dict[Every, Message] = {
    Every.NEVER: _("No e-mail"),
    Every.DAY: _("Every day"),
    Every.WEEK: _("Every Monday"),
}


class Digest(SQLModel, table=True):
    """The choice of one person; without a row nothing is sent."""

    account_id: UUID = Field(foreign_key="account.id", primary_key=True, ondelete="CASCADE")
    every: Every = Field(sa_type=enum_type(Every), index=True)
    sent_on: date | None = None
