"""Question kinds, conditions, translation states, short forms, and versions of the reference data.

The title of a section moves among its texts, where every other text is. Mappings that stand count as
settled: both of their fingerprints are empty, like those of the questions they join.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

String = sqlmodel.sql.sqltypes.AutoString
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql")
OBLIGATIONS = ("mandatory", "subject", "consider", "optional")
KINDS = (
    "position",
    "single_choice",
    "multiple_choice",
    "short_text",
    "long_text",
    "number",
    "date",
    "note",
)


def _words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _new(name: str, kind: Any, default: str) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False, server_default=default)


VERSION_COLUMNS = (
    ("origin", _words("origin", "shipped", "written", "imported"), "shipped"),
    ("source_language", String(length=2), "en"),
    ("states", JSON, "{}"),
    ("choice_lists", JSON, "{}"),
    ("glossary", JSON, "[]"),
    ("version", sa.Integer(), "1"),
)
QUESTION_COLUMNS = (
    ("kind", _words("kind", *KINDS), "position"),
    ("terms", JSON, "[]"),
    ("choices", String(length=64), ""),
    ("relevant", String(), ""),
    ("constraint", String(), ""),
    ("required", String(), ""),
    ("longest", sa.Integer(), "0"),
    ("states", JSON, "{}"),
    ("meaning", String(length=16), ""),
    ("version", sa.Integer(), "1"),
)
MAPPING_COLUMNS = (
    ("civil_society_meaning", String(length=16), ""),
    ("state_meaning", String(length=16), ""),
)
ANSWER_COLUMNS = (("value", String(), ""),)
ADDED = {
    "question": QUESTION_COLUMNS,
    "question_mapping": MAPPING_COLUMNS,
    "answer": ANSWER_COLUMNS,
    "answer_version": ANSWER_COLUMNS,
    "questionnaire_version": VERSION_COLUMNS,
}


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "reference_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", _words("referencestate", "draft", "published", "retired"), nullable=False),
        sa.Column("state_since", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("note", String(length=1000), nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.Column("checksum", String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_version")),
        sa.UniqueConstraint("number", name=op.f("uq_reference_version_number")),
    )
    with op.batch_alter_table("reference_version") as batch_op:
        batch_op.create_index(batch_op.f("ix_reference_version_checksum"), ["checksum"], unique=False)
    for table, columns in ADDED.items():
        with op.batch_alter_table(table) as batch_op:
            for name, kind, default in columns:
                batch_op.add_column(_new(name, kind, default))
    for table, columns in ADDED.items():
        with op.batch_alter_table(table) as batch_op:
            for name, _kind, _default in columns:
                batch_op.alter_column(name, server_default=None)
    with op.batch_alter_table("question") as batch_op:
        batch_op.alter_column(
            "obligation", existing_type=String(length=16), type_=_words("obligation", *OBLIGATIONS)
        )
    with op.batch_alter_table("questionnaire_version") as batch_op:
        batch_op.add_column(sa.Column("reference_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("based_on_id", sa.Uuid(), nullable=True))
        for column, other in (("reference_id", "reference_version"), ("based_on_id", "questionnaire_version")):
            name = batch_op.f(f"fk_questionnaire_version_{column}")
            batch_op.create_foreign_key(name, other, [column], ["id"])
    op.create_table(
        "question_cover",
        sa.Column("short_question_id", sa.Uuid(), nullable=False),
        sa.Column("full_question_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["short_question_id"],
            ["question.id"],
            name=op.f("fk_question_cover_short_question_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["full_question_id"],
            ["question.id"],
            name=op.f("fk_question_cover_full_question_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("short_question_id", "full_question_id", name=op.f("pk_question_cover")),
    )
    with op.batch_alter_table("question_cover") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_question_cover_full_question_id"), ["full_question_id"], unique=False
        )
    _each_version(_titles_among_texts)


def downgrade() -> None:
    """Go down."""
    _each_version(_titles_beside)
    op.drop_table("question_cover")
    with op.batch_alter_table("questionnaire_version") as batch_op:
        for column in ("reference_id", "based_on_id"):
            batch_op.drop_constraint(batch_op.f(f"fk_questionnaire_version_{column}"), type_="foreignkey")
            batch_op.drop_column(column)
    with op.batch_alter_table("question") as batch_op:
        if op.get_bind().dialect.name == "sqlite":  # PostgreSQL drops the check with the type
            batch_op.drop_constraint(batch_op.f("ck_question_obligation"), type_="check")
        batch_op.alter_column(
            "obligation", existing_type=_words("obligation", *OBLIGATIONS), type_=String(length=16)
        )
    for table, columns in ADDED.items():
        with op.batch_alter_table(table) as batch_op:
            for name, kind, _default in columns:
                if isinstance(kind, sa.Enum):
                    batch_op.drop_constraint(batch_op.f(f"ck_{table}_{kind.name}"), type_="check")
                batch_op.drop_column(name)
    op.drop_table("reference_version")


def _each_version(change: Any) -> None:
    connection = op.get_bind()
    table = sa.table("questionnaire_version", sa.column("id", sa.Uuid()), sa.column("sections", JSON))
    rows = connection.execute(sa.select(table.c.id, table.c.sections)).all()
    for key, sections in rows:
        changed = [change(section) for section in sections]
        connection.execute(table.update().where(table.c.id == key).values(sections=changed))


def _titles_among_texts(section: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in section.items() if name != "title"}
    return {"parent": "", "relevant": "", "states": {}, "texts": {"title": section["title"]}, **kept}


def _titles_beside(section: dict[str, Any]) -> dict[str, Any]:
    return {
        "code": section["code"],
        "article": section["article"],
        "title": section["texts"].get("title", {}),
    }
