"""Tables of questionnaire versions, questions and mappings."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from app.platform import clock, ids
from app.platform.db import JSON_TYPE, enum_type


class Edition(StrEnum):
    """For whom a questionnaire is written."""

    STATE = "state"
    CIVIL_SOCIETY = "civil_society"


class VersionState(StrEnum):
    """The life of a questionnaire version (product.md 6)."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


VERSION_MOVES = {
    VersionState.DRAFT: frozenset({VersionState.PUBLISHED}),
    VersionState.PUBLISHED: frozenset({VersionState.RETIRED}),
    VersionState.RETIRED: frozenset[VersionState](),
}


class QuestionnaireVersion(SQLModel, table=True):
    """One version of one edition; texts are kept by language in `texts` and `sections`."""

    __tablename__ = "questionnaire_version"
    __table_args__ = (UniqueConstraint("slug", "edition", "number"),)

    id: UUID = Field(default_factory=ids.new_id, primary_key=True)
    slug: str = Field(max_length=64)
    edition: Edition = Field(sa_type=enum_type(Edition))
    number: int
    state: VersionState = Field(default=VersionState.DRAFT, sa_type=enum_type(VersionState))
    state_since: datetime = Field(default_factory=clock.now)
    texts: dict[str, dict[str, str]] = Field(sa_type=JSON_TYPE)
    sections: list[dict[str, Any]] = Field(sa_type=JSON_TYPE)
    checksum: str = Field(max_length=64)


class Question(SQLModel, table=True):
    """A question of one version; `texts` maps each kind of text to its languages."""

    __table_args__ = (UniqueConstraint("version_id", "code"),)

    id: UUID = Field(default_factory=ids.new_id, primary_key=True)
    version_id: UUID = Field(foreign_key="questionnaire_version.id", ondelete="CASCADE")
    code: str = Field(max_length=32)
    section: str = Field(max_length=32)
    position: int
    instrument: str = Field(max_length=16)
    article: str = Field(max_length=16)
    paragraph: str = Field(default="", max_length=32)
    obligation: str = Field(max_length=16)
    topics: list[str] = Field(default_factory=list, sa_type=JSON_TYPE)
    texts: dict[str, dict[str, str]] = Field(sa_type=JSON_TYPE)


class QuestionMapping(SQLModel, table=True):
    """A civil-society question that informs a State question."""

    __tablename__ = "question_mapping"

    civil_society_question_id: UUID = Field(foreign_key="question.id", primary_key=True, ondelete="CASCADE")
    state_question_id: UUID = Field(
        foreign_key="question.id", primary_key=True, index=True, ondelete="CASCADE"
    )
