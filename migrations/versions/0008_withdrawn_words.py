"""An index by answer version, without which a list takes seconds; what was taken out of an export, and when."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Go up."""
    with op.batch_alter_table("disposition") as batch_op:
        batch_op.create_index(batch_op.f("ix_disposition_answer_version_id"), ["answer_version_id"], unique=False)
    with op.batch_alter_table("export") as batch_op:
        batch_op.add_column(sa.Column("redacted_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """Go down."""
    with op.batch_alter_table("export") as batch_op:
        batch_op.drop_column("redacted_on")
    with op.batch_alter_table("disposition") as batch_op:
        batch_op.drop_index(batch_op.f("ix_disposition_answer_version_id"))
