"""The table of the audit record."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from app.platform import clock, ids
from app.platform.db import JSON_TYPE


class AuditEntry(SQLModel, table=True):
    """One act; `scope_id` is the country review it belongs to."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_scope_id_at", "scope_id", "at"),)

    id: UUID = Field(default_factory=ids.random_id, primary_key=True)
    at: datetime = Field(default_factory=clock.now)
    actor_id: UUID | None = None
    actor_name: str = Field(default="", max_length=200)
    action: str = Field(max_length=80)
    thing: str = Field(max_length=80)
    thing_id: UUID
    scope_id: UUID | None = None
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_TYPE)
