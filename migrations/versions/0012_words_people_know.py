"""Tables, columns and values by the words of docs/glossary.md: paragraph, decision, approval, statement.

Tables that change their name are made anew and filled, because constraints bear the name of their table.
What was published keeps its meaning under new names, too. Final files do not change: their checksum stands.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

String = sqlmodel.sql.sqltypes.AutoString
Instant = sqlmodel.sql.sqltypes.UTCDateTime
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=Text()), "postgresql")
Names = Mapping[str, str]

WORDS: Names = {
    "passage": "paragraph",
    "passages": "paragraphs",
    "passage_version": "paragraph_version",
    "passage_id": "paragraph_id",
    "disposition": "decision",
    "dispositions": "decisions",
    "dispositionkind": "decisionkind",
    "intake_row": "statement",
    "proposed_by_id": "sent_by_id",
    "cleared_by_id": "approved_by_id",
    "cleared_at": "approved_at",
    "cleared_text": "approved_text",
}
KINDS: Names = {
    "taken_up": "used",
    "taken_up_in_part": "used_in_part",
    "noted": "noted",
    "not_taken_up": "not_used",
    "out_of_scope": "outside_subject",
}
ANSWER_STATES: Names = {"drafting": "drafting", "proposed": "for_approval", "cleared": "approved"}
SUBMISSION_STATES: Names = {"drafting": "drafting", "cleared": "approved", "handed_over": "final"}
# Columns of "national_answer" that are renamed, and whether they point to an account.
RENAMED = {"proposed_by_id": True, "cleared_by_id": True, "cleared_at": False, "cleared_text": False}


def _backwards(names: Names) -> Names:
    return {new: old for old, new in names.items()}


class Naming:
    """The names after the change, or before it when it is taken back, by the older ones."""

    def __init__(self, *, forwards: bool) -> None:
        self.forwards = forwards

    def to(self, name: str) -> str:
        """What it is called afterwards."""
        return WORDS[name] if self.forwards else name

    def of(self, name: str) -> str:
        """What it is called now."""
        return name if self.forwards else WORDS[name]

    def values(self, names: Names) -> Names:
        """The values now, and the ones they become."""
        return names if self.forwards else _backwards(names)


def upgrade() -> None:
    """Go up."""
    _change(Naming(forwards=True))


def downgrade() -> None:
    """Go down."""
    _change(Naming(forwards=False))


def _change(names: Naming) -> None:
    _states("submission", names.values(SUBMISSION_STATES), "submissionstate")
    _states("national_answer", names.values(ANSWER_STATES), "nationalanswerstate")
    _answer_columns(names)
    _paragraphs(names)
    _versions(names)
    _decisions(names)
    _sources(names)
    _statements(names)
    for table in ("disposition", "passage_version", "passage", "intake_row"):
        op.drop_table(names.of(table))
    _outcomes(names)


def _check(table: str, column: str, values: Names, constraint: str) -> None:
    listed = ", ".join(f"'{value}'" for value in values.values())
    with op.batch_alter_table(table) as batch_op:
        batch_op.create_check_constraint(op.f(constraint), f"{column} IN ({listed})")


def _states(table: str, states: Names, kind: str) -> None:
    constraint = f"ck_{table}_{kind}"
    with op.batch_alter_table(table) as batch_op:
        batch_op.drop_constraint(op.f(constraint), type_="check")
    _rewrite(table, "state", states)
    _check(table, "state", states, constraint)


def _rewrite(table: str, column: str, values: Names) -> None:
    rows = sa.table(table, sa.column(column, sa.String))
    for old, new in values.items():
        if old != new:
            op.execute(rows.update().where(rows.c[column] == old).values({column: new}))


def _answer_columns(names: Naming) -> None:
    table = "national_answer"
    with op.batch_alter_table(table) as batch_op:
        for column, is_person in RENAMED.items():
            if is_person:
                batch_op.drop_constraint(op.f(f"fk_{table}_{names.of(column)}"), type_="foreignkey")
    with op.batch_alter_table(table) as batch_op:
        for column in RENAMED:
            batch_op.alter_column(names.of(column), new_column_name=names.to(column))
    with op.batch_alter_table(table) as batch_op:
        for column, is_person in RENAMED.items():
            if is_person:
                new = names.to(column)
                batch_op.create_foreign_key(op.f(f"fk_{table}_{new}"), "account", [new], ["id"])


def _key(table: str, column: str, to: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"), ondelete=ondelete
    )


def _copy(names: Naming, former: str, columns: Sequence[str], kinds: Names | None = None) -> None:
    """Fill the new table from the one it takes the place of; `kinds` become the values of "kind"."""
    into = [names.to(name) if name in WORDS else name for name in columns]
    taken = [names.of(name) if name in WORDS else name for name in columns]
    if kinds is not None:
        cases = " ".join(f"WHEN '{old}' THEN '{new}'" for old, new in kinds.items())
        taken[columns.index("kind")] = f"CASE kind {cases} END"
    quoted = ", ".join(f'"{name}"' for name in into)
    values = ", ".join(part if part.startswith("CASE") else f'"{part}"' for part in taken)
    op.execute(f"INSERT INTO {names.to(former)} ({quoted}) SELECT {values} FROM {names.of(former)}")


def _paragraphs(names: Naming) -> None:
    table = names.to("passage")
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("national_answer_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", String(), nullable=False),
        sa.Column("edited_by_id", sa.Uuid(), nullable=True),
        sa.Column("edited_by_name", String(length=200), nullable=False),
        sa.Column("edited_at", Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("removed_at", Instant(), nullable=True),
        sa.Column("removed_by_name", String(length=200), nullable=False),
        _key(table, "edited_by_id", "account"),
        _key(table, "national_answer_id", "national_answer", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_national_answer_id"), table, ["national_answer_id"])
    columns = ("id", "national_answer_id", "position", "text", "edited_by_id", "edited_by_name", "edited_at")
    _copy(names, "passage", (*columns, "version", "removed_at", "removed_by_name"))


def _versions(names: Naming) -> None:
    table, paragraph_id = names.to("passage_version"), names.to("passage_id")
    op.create_table(
        table,
        sa.Column(paragraph_id, sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", String(), nullable=False),
        sa.Column("edited_by_name", String(length=200), nullable=False),
        sa.Column("edited_at", Instant(), nullable=False),
        _key(table, paragraph_id, names.to("passage"), "CASCADE"),
        sa.PrimaryKeyConstraint(paragraph_id, "number", name=op.f(f"pk_{table}")),
    )
    _copy(names, "passage_version", ("passage_id", "number", "text", "edited_by_name", "edited_at"))


def _decisions(names: Naming) -> None:
    table, paragraph_id = names.to("disposition"), names.to("passage_id")
    kinds = names.values(KINDS)
    kind = sa.Enum(
        *kinds.values(),
        name=names.to("dispositionkind"),
        native_enum=False,
        create_constraint=True,
        length=32,
    )
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        sa.Column("answer_version_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.Column("reason_text_id", sa.Uuid(), nullable=True),
        sa.Column(paragraph_id, sa.Uuid(), nullable=True),
        sa.Column("decided_by_id", sa.Uuid(), nullable=True),
        sa.Column("decided_by_name", String(length=200), nullable=False),
        sa.Column("decided_at", Instant(), nullable=False),
        sa.Column("was_released", sa.Boolean(), nullable=False),
        _key(table, "answer_id", "answer"),
        _key(table, "answer_version_id", "answer_version"),
        _key(table, "decided_by_id", "account"),
        _key(table, paragraph_id, names.to("passage"), "SET NULL"),
        _key(table, "reason_text_id", "text"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("answer_id", "number", name=op.f(f"uq_{table}_answer_id_number")),
    )
    op.create_index(op.f(f"ix_{table}_answer_version_id"), table, ["answer_version_id"])
    columns = ("id", "answer_id", "answer_version_id", "number", "kind", "reason_text_id", "passage_id")
    _copy(
        names,
        "disposition",
        (*columns, "decided_by_id", "decided_by_name", "decided_at", "was_released"),
        kinds,
    )


def _sources(names: Naming) -> None:
    before, after = names.of("passage_id"), names.to("passage_id")
    with op.batch_alter_table("source") as batch_op:
        batch_op.drop_index(op.f(f"ix_source_{before}"))
        batch_op.drop_constraint(op.f(f"fk_source_{before}"), type_="foreignkey")
    with op.batch_alter_table("source") as batch_op:
        batch_op.alter_column(before, new_column_name=after)
    with op.batch_alter_table("source") as batch_op:
        batch_op.create_foreign_key(
            op.f(f"fk_source_{after}"), names.to("passage"), [after], ["id"], ondelete="CASCADE"
        )
        batch_op.create_index(op.f(f"ix_source_{after}"), [after])


def _statements(names: Naming) -> None:
    table = names.to("intake_row")
    op.create_table(
        table,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("consultation_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", String(length=64), nullable=False),
        sa.Column("row", JSON, nullable=False),
        sa.Column("answer_id", sa.Uuid(), nullable=True),
        sa.Column("taken_in_by_id", sa.Uuid(), nullable=True),
        sa.Column("taken_in_at", Instant(), nullable=False),
        sa.Column("dismissed_reason", String(), nullable=False),
        sa.Column("dismissed_by_name", String(length=200), nullable=False),
        sa.Column("dismissed_at", Instant(), nullable=True),
        _key(table, "answer_id", "answer", "SET NULL"),
        _key(table, "consultation_id", "consultation"),
        _key(table, "taken_in_by_id", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint(
            "consultation_id", "fingerprint", name=op.f(f"uq_{table}_consultation_id_fingerprint")
        ),
    )
    op.create_index(op.f(f"ix_{table}_answer_id"), table, ["answer_id"])
    columns = ("id", "consultation_id", "fingerprint", "row", "answer_id", "taken_in_by_id", "taken_in_at")
    _copy(names, "intake_row", (*columns, "dismissed_reason", "dismissed_by_name", "dismissed_at"))


def _outcomes(names: Naming) -> None:
    """What was published says the same under the names of today."""
    words = names.values({old: WORDS[old] for old in ("passages", "disposition", "dispositions")})
    kinds = names.values(KINDS)
    change = _renaming(words, kinds, {names.to("disposition"), names.to("dispositions")})
    rows = sa.table("outcome", sa.column("id", sa.Uuid), sa.column("content", JSON))
    connection = op.get_bind()
    for key, content in connection.execute(sa.select(rows.c.id, rows.c.content)).all():
        read = json.loads(content) if isinstance(content, str) else content
        connection.execute(rows.update().where(rows.c.id == key).values(content=change(read)))


def _renaming(words: Names, kinds: Names, of_kinds: set[str]) -> Callable[[Any], Any]:
    def change(part: Any, name: str = "") -> Any:
        if isinstance(part, list):
            return [change(each) for each in part]
        if isinstance(part, dict):
            keys = kinds if name in of_kinds else words
            return {keys.get(key, key): change(each, keys.get(key, key)) for key, each in part.items()}
        return kinds.get(part, part) if name in of_kinds and isinstance(part, str) else part

    return change
