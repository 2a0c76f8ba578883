"""Tables without an order of writing, acts that wait for the end of their day, and daily work.

Instants that no contributor's act should have go: of the record the day stays, of an outcome that a
withdrawal made anew the instant of the one before it, and its identifier tells no time any more. They
do not come back with `downgrade`.
"""

from collections.abc import Sequence
from uuid import uuid4

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

String = sqlmodel.sql.sqltypes.AutoString
Instant = sqlmodel.sql.sqltypes.UTCDateTime
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql")
UNORDERED = (
    "text",
    "contribution",
    "answer",
    "contribution_version",
    "answer_version",
    "submitted_answer",
    "audit_entry",
    "outcome",
    "signed_in_session",
    "api_token",
    "invitation_code",
)


def upgrade() -> None:
    """Go up."""
    op.create_table(
        "daily_work",
        sa.Column("name", String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_daily_work")),
    )
    op.create_table(
        "waiting_act",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("action", String(length=80), nullable=False),
        sa.Column("thing", String(length=80), nullable=False),
        sa.Column("thing_id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=True),
        sa.Column("details", JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_act")),
        sqlite_with_rowid=False,
    )
    _forget_instants()
    _rebuild(with_rowid=False)


def downgrade() -> None:
    """Go down."""
    _rebuild(with_rowid=True)
    op.drop_table("waiting_act")
    op.drop_table("daily_work")


def _rebuild(*, with_rowid: bool) -> None:
    """Write SQLite's tables anew; their rows come in the order of their keys."""
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in UNORDERED:
        with op.batch_alter_table(
            table, recreate="always", table_kwargs={"sqlite_with_rowid": with_rowid}
        ):
            pass


def _forget_instants() -> None:
    connection = op.get_bind()
    entry = sa.table(
        "audit_entry",
        sa.column("id", sa.Uuid()),
        sa.column("at", Instant()),
        sa.column("action", String()),
        sa.column("thing_id", sa.Uuid()),
    )
    outcome = sa.table(
        "outcome",
        sa.column("id", sa.Uuid()),
        sa.column("consultation_id", sa.Uuid()),
        sa.column("number", sa.Integer()),
        sa.column("published_at", Instant()),
    )
    theirs = sa.or_(entry.c.action.startswith("contribution."), entry.c.action == "outcome.rebuilt")
    rebuilt = set()
    for row in connection.execute(sa.select(entry).where(theirs)).all():
        day = row.at.replace(hour=0, minute=0, second=0, microsecond=0)
        thing_id = row.thing_id
        if row.action == "outcome.rebuilt":
            rebuilt.add(row.thing_id)
            thing_id = uuid4()
            connection.execute(outcome.update().where(outcome.c.id == row.thing_id).values(id=thing_id))
            rebuilt.add(thing_id)
        connection.execute(entry.update().where(entry.c.id == row.id).values(at=day, thing_id=thing_id))
    stands = {}
    query = sa.select(outcome).order_by(outcome.c.consultation_id, outcome.c.number)
    for row in connection.execute(query).all():
        at = row.published_at
        if row.id in rebuilt:
            at = stands.get(row.consultation_id, at)
            connection.execute(outcome.update().where(outcome.c.id == row.id).values(published_at=at))
        stands[row.consultation_id] = at
