"""The rows that publishing a shipped pair leaves, kept by the process: publishing costs a hundred times more."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, insert, select
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.questionnaires.models import QuestionnaireVersion
from app.reference.models import ReferenceVersion

Rows = Mapping[Table, Sequence[Mapping[str, Any]]]
# Where something stands here already, the pair has to be published beside it by the service.
OWN = (QuestionnaireVersion, ReferenceVersion)
_kept: dict[str, Rows] = {}


async def is_untouched(session: AsyncSession) -> bool:
    """Whether the database holds no questionnaire and no reference data yet."""
    for model in OWN:
        if (await session.exec(select(model).limit(1))).first() is not None:  # type: ignore[call-overload]
            return False
    return True


async def put_back(session: AsyncSession, slug: str) -> bool:
    """Put the rows of a pair into an untouched database; says whether they stand there now."""
    if slug not in _kept or not await is_untouched(session):
        return False
    connection = await session.connection()
    for table, rows in _kept[slug].items():
        await connection.execute(insert(table), list(rows))
    return True


async def keys_of(session: AsyncSession) -> Mapping[Table, set[Any]]:
    """The keys of every row, by table."""
    connection = await session.connection()
    return {
        table: {tuple(row) for row in await connection.execute(select(*table.primary_key.columns))}
        for table in SQLModel.metadata.sorted_tables
    }


async def keep(session: AsyncSession, slug: str, before: Mapping[Table, set[Any]]) -> None:
    """Keep the rows that came since, if the database was untouched."""
    if slug in _kept or any(before[model.__table__] for model in OWN):  # type: ignore[attr-defined]
        return
    await session.flush()
    connection = await session.connection()
    found: dict[Table, Sequence[Mapping[str, Any]]] = {}
    for table in SQLModel.metadata.sorted_tables:
        rows = (await connection.execute(select(table))).mappings().all()
        keys = [column.name for column in table.primary_key.columns]
        new = [row for row in rows if tuple(row[key] for key in keys) not in before[table]]
        if new:
            found[table] = [dict(row) for row in new]
    _kept[slug] = found
