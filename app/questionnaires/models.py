"""Tables of questionnaire versions, questions and mappings."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from app.platform import clock, ids
from app.platform.db import JSON_TYPE, enum_type
from app.platform.i18n import SOURCE, Message, _, p_


class Edition(StrEnum):
    """For whom a questionnaire is written."""

    STATE = "state"
    CIVIL_SOCIETY = "civil_society"


class Kind(StrEnum):
    """How a question is answered; `position` is the anatomy of product.md 7."""

    POSITION = "position"
    SINGLE_CHOICE = "single_choice"
    MULTIPLE_CHOICE = "multiple_choice"
    SHORT_TEXT = "short_text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    DATE = "date"
    NOTE = "note"


class Obligation(StrEnum):
    """How far the provision behind a question binds (domain.md 6.1)."""

    MANDATORY = "mandatory"
    SUBJECT = "subject"
    CONSIDER = "consider"
    OPTIONAL = "optional"


KIND_NAMES: dict[Kind, Message] = {
    Kind.POSITION: _("Position in law and in practice"),
    Kind.SINGLE_CHOICE: _("One choice of a list"),
    Kind.MULTIPLE_CHOICE: _("Several choices of a list"),
    Kind.SHORT_TEXT: _("Short text"),
    Kind.LONG_TEXT: _("Long text"),
    Kind.NUMBER: _("Number"),
    Kind.DATE: _("Date"),
    Kind.NOTE: _("Note without an answer"),
}
OBLIGATION_NAMES: dict[Obligation, Message] = {
    Obligation.MANDATORY: _("Mandatory"),
    Obligation.SUBJECT: _("Mandatory, subject to basic concepts of the legal system"),
    Obligation.CONSIDER: _("To be considered"),
    Obligation.OPTIONAL: _("Optional"),
}
EDITION_NAMES: dict[Edition, Message] = {
    Edition.STATE: _("State edition"),
    Edition.CIVIL_SOCIETY: _("Civil-society edition"),
}


LONGEST_SLUG = 64
# How an edition is called in the address of a page.
EDITION_PATHS = {edition.value.replace("_", "-"): edition for edition in Edition}


class VersionState(StrEnum):
    """The life of a questionnaire version (product.md 6)."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class Origin(StrEnum):
    """Where a version comes from."""

    SHIPPED = "shipped"
    WRITTEN = "written"
    IMPORTED = "imported"


ORIGIN_NAMES: dict[Origin, Message] = {
    Origin.SHIPPED: _("Ships with the portal"),
    Origin.WRITTEN: _("Written on the portal"),
    Origin.IMPORTED: _("Imported from a file"),
}
STATE_NAMES: dict[VersionState, Message] = {
    VersionState.DRAFT: p_("questionnaire", "Draft"),
    VersionState.PUBLISHED: p_("questionnaire", "Published"),
    VersionState.RETIRED: p_("questionnaire", "Replaced"),
}
VERSION_MOVES = {
    VersionState.DRAFT: frozenset({VersionState.PUBLISHED}),
    VersionState.PUBLISHED: frozenset({VersionState.RETIRED}),
    VersionState.RETIRED: frozenset[VersionState](),
}


class QuestionnaireVersion(SQLModel, table=True):
    """One version of one edition; sections, lists and glossary as `definition` has them.

    A published version never changes. `based_on_id` is the version a draft was copied from.
    """

    __tablename__ = "questionnaire_version"
    __table_args__ = (UniqueConstraint("slug", "edition", "number"),)

    id: UUID = Field(default_factory=ids.new_id, primary_key=True)
    slug: str = Field(max_length=LONGEST_SLUG)
    edition: Edition = Field(sa_type=enum_type(Edition))
    number: int
    state: VersionState = Field(default=VersionState.DRAFT, sa_type=enum_type(VersionState))
    state_since: datetime = Field(default_factory=clock.now)
    origin: Origin = Field(default=Origin.SHIPPED, sa_type=enum_type(Origin))
    source_language: str = Field(default=SOURCE, max_length=2)
    reference_id: UUID | None = Field(default=None, foreign_key="reference_version.id")
    based_on_id: UUID | None = Field(default=None, foreign_key="questionnaire_version.id")
    texts: dict[str, dict[str, str]] = Field(sa_type=JSON_TYPE)
    states: dict[str, dict[str, Any]] = Field(default_factory=dict, sa_type=JSON_TYPE)
    sections: list[dict[str, Any]] = Field(sa_type=JSON_TYPE)
    choice_lists: dict[str, list[dict[str, Any]]] = Field(default_factory=dict, sa_type=JSON_TYPE)
    glossary: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON_TYPE)
    checksum: str = Field(max_length=64)
    version: int = 1

    __mapper_args__ = {"version_id_col": "version"}

    @property
    def edition_path(self) -> str:
        """The edition in the address of a page."""
        return self.edition.value.replace("_", "-")


class Question(SQLModel, table=True):
    """A question of one version; `texts` maps each kind of text to its languages.

    `relevant`, `constraint` and `required` are XLSForm expressions, empty for none. `meaning` is the
    fingerprint of what is asked (definition.meaning_of).
    """

    __table_args__ = (UniqueConstraint("version_id", "code"),)

    id: UUID = Field(default_factory=ids.new_id, primary_key=True)
    version_id: UUID = Field(foreign_key="questionnaire_version.id", ondelete="CASCADE")
    code: str = Field(max_length=32)
    section: str = Field(max_length=32)
    position: int
    kind: Kind = Field(default=Kind.POSITION, sa_type=enum_type(Kind))
    instrument: str = Field(max_length=16)
    article: str = Field(max_length=16)
    paragraph: str = Field(default="", max_length=32)
    obligation: Obligation = Field(sa_type=enum_type(Obligation))
    topics: list[str] = Field(default_factory=list, sa_type=JSON_TYPE)
    terms: list[str] = Field(default_factory=list, sa_type=JSON_TYPE)
    choices: str = Field(default="", max_length=64)
    relevant: str = ""
    constraint: str = ""
    required: str = ""
    longest: int = 0
    texts: dict[str, dict[str, str]] = Field(sa_type=JSON_TYPE)
    states: dict[str, dict[str, Any]] = Field(default_factory=dict, sa_type=JSON_TYPE)
    meaning: str = Field(default="", max_length=16)
    version: int = 1

    __mapper_args__ = {"version_id_col": "version"}


class QuestionMapping(SQLModel, table=True):
    """A civil-society question that informs a State question, both of one version each.

    The two fingerprints say what either side asked when somebody last settled that they fit.
    """

    __tablename__ = "question_mapping"

    civil_society_question_id: UUID = Field(foreign_key="question.id", primary_key=True, ondelete="CASCADE")
    state_question_id: UUID = Field(
        foreign_key="question.id", primary_key=True, index=True, ondelete="CASCADE"
    )
    civil_society_meaning: str = Field(default="", max_length=16)
    state_meaning: str = Field(default="", max_length=16)


class QuestionCover(SQLModel, table=True):
    """A short-form question that stands for a question of the full form."""

    __tablename__ = "question_cover"

    short_question_id: UUID = Field(foreign_key="question.id", primary_key=True, ondelete="CASCADE")
    full_question_id: UUID = Field(
        foreign_key="question.id", primary_key=True, index=True, ondelete="CASCADE"
    )
