"""Tables of States and country reviews."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from app.platform import clock, ids
from app.platform.db import JSON_TYPE


class State(SQLModel, table=True):
    """A State on the portal; its office is the organisation its staff belong to."""

    code: str = Field(max_length=2, primary_key=True)
    names: dict[str, str] = Field(sa_type=JSON_TYPE)
    zone: str = Field(default="UTC", max_length=64)
    office_id: UUID = Field(foreign_key="organisation.id", unique=True)


class CountryReview(SQLModel, table=True):
    """One State under review: one phase and cluster, its start, languages and focal point."""

    __tablename__ = "country_review"

    id: UUID = Field(default_factory=ids.new_id, primary_key=True)
    state_code: str = Field(foreign_key="state.code", index=True)
    office_id: UUID = Field(foreign_key="organisation.id", index=True)
    instruments: list[str] = Field(sa_type=JSON_TYPE)
    cluster: str = Field(max_length=8)
    phase: int = 1
    started_on: date
    working_languages: list[str] = Field(sa_type=JSON_TYPE)
    questionnaire_answered_on: date | None = None
    focal_point_id: UUID | None = Field(default=None, foreign_key="account.id", index=True)
    created_at: datetime = Field(default_factory=clock.now)
