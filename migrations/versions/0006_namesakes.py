"""An organisation that signed up under the name of another is marked until somebody made sure of it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Go up."""
    with op.batch_alter_table("organisation") as batch_op:
        batch_op.add_column(sa.Column("namesake_of_id", sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f("ix_organisation_namesake_of_id"), ["namesake_of_id"], unique=False)
        name = batch_op.f("fk_organisation_namesake_of_id")
        batch_op.create_foreign_key(name, "organisation", ["namesake_of_id"], ["id"])


def downgrade() -> None:
    """Go down."""
    with op.batch_alter_table("organisation") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_organisation_namesake_of_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_organisation_namesake_of_id"))
        batch_op.drop_column("namesake_of_id")
