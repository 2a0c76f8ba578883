"""The tables of the audit record."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from app.platform import clock, ids
from app.platform.db import JSON_TYPE
from app.platform.traces import UNORDERED


class AuditEntry(SQLModel, table=True):
    """One act; `scope_id` is the country review it belongs to.

    `at` is the beginning of the day where a contributor acted: no instant of it is stored.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_scope_id_at", "scope_id", "at"), UNORDERED)

    id: UUID = Field(default_factory=ids.random_id, primary_key=True)
    at: datetime = Field(default_factory=clock.now)
    actor_id: UUID | None = None
    actor_name: str = Field(default="", max_length=200)
    action: str = Field(max_length=80)
    thing: str = Field(max_length=80)
    thing_id: UUID
    scope_id: UUID | None = None
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_TYPE)


class WaitingAct(SQLModel, table=True):
    """An act that nobody is named for; it enters the record when its day is over, among the others of it."""

    __tablename__ = "waiting_act"
    __table_args__ = UNORDERED

    id: UUID = Field(default_factory=ids.random_id, primary_key=True)
    day: date = Field(default_factory=clock.today)
    action: str = Field(max_length=80)
    thing: str = Field(max_length=80)
    thing_id: UUID
    scope_id: UUID | None = None
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_TYPE)
