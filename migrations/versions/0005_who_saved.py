"""Who saved a named answer last and when, and whom to write to about a consultation."""

from collections.abc import Sequence

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Apply this revision."""
    with op.batch_alter_table("answer") as table:
        table.add_column(sa.Column("saved_by_id", sa.Uuid(), nullable=True))
        table.add_column(sa.Column("saved_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    with op.batch_alter_table("consultation") as table:
        contact = sqlmodel.sql.sqltypes.AutoString(length=300)
        table.add_column(sa.Column("contact", contact, nullable=False, server_default=""))
    with op.batch_alter_table("consultation") as table:
        table.alter_column("contact", server_default=None)


def downgrade() -> None:
    """Undo this revision."""
    with op.batch_alter_table("consultation") as table:
        table.drop_column("contact")
    with op.batch_alter_table("answer") as table:
        table.drop_column("saved_at")
        table.drop_column("saved_by_id")
