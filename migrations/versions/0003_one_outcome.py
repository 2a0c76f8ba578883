"""Outcomes of requests that may come twice, typed words that wait for their page, sessions of bearers.

Sessions of those who came with a code move to a table of their own, so that no statement touches an
account's session and a bearer's together. What is open stays open.
"""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

String = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "idempotency_key",
        sa.Column("key_hash", String(length=64), nullable=False),
        sa.Column("outcome", String(), nullable=False),
        sa.Column("kept_until", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_idempotency_key")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_idempotency_key_kept_until"), "idempotency_key", ["kept_until"])
    op.create_table(
        "typed_words",
        sa.Column("id", String(length=32), nullable=False),
        sa.Column("sealed", String(), nullable=False),
        sa.Column("kept_until", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_typed_words")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_typed_words_kept_until"), "typed_words", ["kept_until"])
    op.create_table(
        "bearer_session",
        sa.Column("token_hash", String(length=64), nullable=False),
        sa.Column("bearer_of", sa.Uuid(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_bearer_session")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_bearer_session_bearer_of"), "bearer_session", ["bearer_of"])
    op.create_table(
        "spent_code",
        sa.Column("mark", String(length=64), nullable=False),
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consultation_id"],
            ["consultation.id"],
            name=op.f("fk_spent_code_consultation_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_spent_code")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_spent_code_consultation_id"), "spent_code", ["consultation_id"])
    op.execute("DELETE FROM signed_in_session WHERE account_id IS NULL")
    with op.batch_alter_table("signed_in_session") as table:
        table.drop_column("bearer_of")


def downgrade() -> None:
    """Take them away; bearers enter their code again."""
    with op.batch_alter_table("signed_in_session") as table:
        table.add_column(sa.Column("bearer_of", sa.Uuid(), nullable=True))
    op.drop_table("spent_code")
    op.drop_table("bearer_session")
    op.drop_table("typed_words")
    op.drop_table("idempotency_key")
