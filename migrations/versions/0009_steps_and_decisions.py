"""Promised closings, overrides by two people, passages taken out, decisions that were read, marks of reading.

What stood counts as read: until now opening a page and having read it were the same.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

String = sqlmodel.sql.sqltypes.AutoString
Instant = sqlmodel.sql.sqltypes.UTCDateTime
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql")

ADDED: dict[str, tuple[tuple[str, Any, str | None], ...]] = {
    "consultation": (("promised_closes_at", Instant(), None), ("closed_early_reason", String(), "")),
    "disposition": (("was_released", sa.Boolean(), "0"),),
    "intake_row": (
        ("dismissed_reason", String(), ""),
        ("dismissed_by_name", String(length=200), ""),
        ("dismissed_at", Instant(), None),
    ),
    "passage": (("removed_at", Instant(), None), ("removed_by_name", String(length=200), "")),
    "read_mark": (("is_read", sa.Boolean(), "1"),),
}


def _default(kind: Any, value: str | None) -> Any:
    if value is None:
        return None
    return sa.true() if value == "1" else sa.false() if isinstance(kind, sa.Boolean) else value


def upgrade() -> None:
    """Go up."""
    for table, columns in ADDED.items():
        with op.batch_alter_table(table) as batch_op:
            for name, kind, value in columns:
                default = _default(kind, value)
                batch_op.add_column(sa.Column(name, kind, nullable=value is None, server_default=default))
    for table, columns in ADDED.items():
        with op.batch_alter_table(table) as batch_op:
            for name, _kind, value in columns:
                if value is not None:
                    batch_op.alter_column(name, server_default=None)
    op.create_table(
        "override",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "step",
            sa.Enum("publish", "conclude", name="step", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("reason", String(), nullable=False),
        sa.Column("covers", JSON, nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=True),
        sa.Column("asked_by_name", String(length=200), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("confirmed_by_id", sa.Uuid(), nullable=True),
        sa.Column("confirmed_by_name", String(length=200), nullable=False),
        sa.Column("confirmed_at", Instant(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["account.id"], name=op.f("fk_override_asked_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"], ["account.id"], name=op.f("fk_override_confirmed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["consultation_id"], ["consultation.id"], name=op.f("fk_override_consultation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_override")),
        sa.UniqueConstraint("consultation_id", "step", name=op.f("uq_override_consultation_id_step")),
    )


def downgrade() -> None:
    """Go down."""
    op.drop_table("override")
    op.execute("DELETE FROM read_mark WHERE NOT is_read")
    gone = "SELECT id FROM passage WHERE removed_at IS NOT NULL"
    op.execute(f"UPDATE disposition SET passage_id = NULL WHERE passage_id IN ({gone})")
    for table in ("source", "passage_version"):
        op.execute(f"DELETE FROM {table} WHERE passage_id IN ({gone})")
    op.execute("DELETE FROM passage WHERE removed_at IS NOT NULL")
    for table, columns in ADDED.items():
        with op.batch_alter_table(table) as batch_op:
            for name, _kind, _value in columns:
                batch_op.drop_column(name)
