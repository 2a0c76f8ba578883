"""The table of versions of the reference data."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import Field, SQLModel

from app.platform import clock, ids
from app.platform.db import JSON_TYPE, enum_type
from app.platform.i18n import Message, _, p_


class Mark(StrEnum):
    """How sure we are of a row: seen in a named source, common use, or neither."""

    VERIFIED = "verified"
    USAGE = "usage"
    UNVERIFIED = "unverified"


MARK_NAMES: dict[Mark, Message] = {
    Mark.VERIFIED: _("Verified in the source"),
    Mark.USAGE: _("Common use, not verified"),
    Mark.UNVERIFIED: _("Unverified"),
}


class ReferenceState(StrEnum):
    """The life of a version: one draft at most, one published, the rest retired."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


MOVES = {
    ReferenceState.DRAFT: frozenset({ReferenceState.PUBLISHED}),
    ReferenceState.PUBLISHED: frozenset({ReferenceState.RETIRED}),
    ReferenceState.RETIRED: frozenset[ReferenceState](),
}
STATE_NAMES: dict[ReferenceState, Message] = {
    ReferenceState.DRAFT: p_("reference data", "Draft"),
    ReferenceState.PUBLISHED: p_("reference data", "Published"),
    ReferenceState.RETIRED: p_("reference data", "Replaced"),
}


class ReferenceVersion(SQLModel, table=True):
    """One version of all reference data as one document; it never changes once published."""

    __tablename__ = "reference_version"

    id: UUID = Field(default_factory=ids.new_id, primary_key=True)
    number: int = Field(unique=True)
    state: ReferenceState = Field(default=ReferenceState.DRAFT, sa_type=enum_type(ReferenceState))
    state_since: datetime = Field(default_factory=clock.now)
    note: str = Field(default="", max_length=1000)
    data: dict[str, Any] = Field(sa_type=JSON_TYPE)
    checksum: str = Field(max_length=64, index=True)
    version: int = 1

    __mapper_args__ = {"version_id_col": "version"}
