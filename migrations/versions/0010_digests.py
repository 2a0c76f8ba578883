"""How often somebody wants to be told by e-mail what waits."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "digest",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("every", sa.Enum(
                "never", "day", "week", name="every", native_enum=False, create_constraint=True, length=32
            ), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_digest_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_digest")),
    )
    op.create_index(op.f("ix_digest_every"), "digest", ["every"], unique=False)


def downgrade() -> None:
    """Go down."""
    op.drop_index(op.f("ix_digest_every"), table_name="digest")
    op.drop_table("digest")
