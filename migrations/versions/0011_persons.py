"""Persons who take part under their own name, without an organisation, where a consultation allows it.

Going back makes them organisations like any other: a name is not taken from anybody.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

KINDS = (
    "ngo",
    "academia",
    "private_sector",
    "nhri",
    "parliament",
    "network",
    "government_office",
    "facilitator",
    "secretariat",
)
PERSON = "person"
CHECK = "ck_organisation_organisationkind"


def _allow(*kinds: str) -> None:
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("organisation") as batch_op:
        batch_op.drop_constraint(op.f(CHECK), type_="check")
        batch_op.create_check_constraint(op.f(CHECK), f"kind IN ({listed})")


def upgrade() -> None:
    """Go up."""
    _allow(*KINDS, PERSON)
    with op.batch_alter_table("consultation") as batch_op:
        batch_op.add_column(sa.Column("takes_persons", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("consultation") as batch_op:
        batch_op.alter_column("takes_persons", server_default=None)


def downgrade() -> None:
    """Go down."""
    with op.batch_alter_table("consultation") as batch_op:
        batch_op.drop_column("takes_persons")
    organisation = sa.table("organisation", sa.column("kind", sa.String))
    op.execute(organisation.update().where(organisation.c.kind == PERSON).values(kind="ngo"))
    _allow(*KINDS)
