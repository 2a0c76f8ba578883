"""The database: engines, the unit of work of a request, column types both databases share."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import JSON, Enum, MetaData, Table, bindparam, event, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.orm import Mapper, object_mapper
from sqlalchemy.orm import Session as PlainSession
from sqlalchemy.orm.unitofwork import _SaveUpdateAll
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.platform.errors import StaleEdit

SQLModel.metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


@event.listens_for(Mapper, "instrument_class")
def _name_to_column(mapper: Any, _class: type) -> None:
    # SQLModel hands on `version_id_col` by its name, and SQLAlchemy only understands the column.
    if isinstance(mapper.version_id_col, str):
        mapper.version_id_col = mapper.local_table.c[mapper.version_id_col]


@event.listens_for(PlainSession, "before_flush")
def _parents_first(session: PlainSession, flush: Any, _instances: Any) -> None:
    # Without relationships SQLAlchemy does not know that a row must come after the rows it points to:
    # services would have to flush by hand in the right order, and fail at random where they forget.
    mappers = {object_mapper(thing) for thing in session.new}
    by_table = {mapper.local_table: mapper for mapper in mappers}
    for child in mappers:
        for key in child.local_table.foreign_keys:
            parent = by_table.get(key.column.table)
            if parent is not None and parent is not child:
                flush.dependencies.add((_SaveUpdateAll(flush, parent), _SaveUpdateAll(flush, child)))  # type: ignore[no-untyped-call]


JSON_TYPE = JSON().with_variant(JSONB(), "postgresql")
READING = frozenset({"GET", "HEAD", "OPTIONS"})
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=15000",
    "secure_delete=ON",  # what is deleted is overwritten, whatever this SQLite does by itself
)
READ_ONLY = "-c default_transaction_read_only=on"


def enum_type(kind: type[StrEnum]) -> Enum:
    """A string column with a CHECK: alterable on both databases, unlike a native enum."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=32,
        name=kind.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


class Database:
    """Two engines for one database: `engine` writes, `reading` cannot.

    Each keeps up to `pool_size` connections open and opens no more: a connection that is opened for one
    request and closed behind it costs PostgreSQL more than the request (decision 22).
    """

    def __init__(self, url: str, pool_size: int = 10) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        # An error must not carry what was to be written: somebody will log it.
        kept = {"pool_size": pool_size, "max_overflow": 0, "hide_parameters": True}
        self.engine: AsyncEngine = create_async_engine(url, **kept)
        if self.is_sqlite:
            self.reading = create_async_engine(url, **kept)
            _prepare_sqlite(self.engine)
            _prepare_sqlite(self.reading, "query_only=ON")
        else:
            # No BEGIN and no ROLLBACK around a reading: the driver forgets its prepared statements at every
            # ROLLBACK, and READ COMMITTED has no common snapshot to lose. The server refuses to write.
            self.reading = create_async_engine(
                url, **kept, isolation_level="AUTOCOMMIT", connect_args={"options": READ_ONLY}
            )
        self.writing = self.engine.execution_options(begin="BEGIN IMMEDIATE")

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session in which the database refuses every change."""
        async with AsyncSession(self.reading, expire_on_commit=False) as session:
            yield session

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """A connection whose statements all see one moment, for what is read piece by piece; it cannot write."""
        level = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        async with self.reading.execution_options(**level).connect() as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """One transaction: committed at the end, rolled back on any error."""
        async with AsyncSession(self.writing, expire_on_commit=False) as session:
            yield session
            await session.commit()

    async def close(self) -> None:
        """Give all connections back."""
        await self.reading.dispose()
        await self.engine.dispose()


def _prepare_sqlite(engine: AsyncEngine, *more: str) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        # The driver must not begin transactions behind our back: it would begin them for reading,
        # and seven of eight concurrent saves would then fail as "locked".
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (*PRAGMAS, *more):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begun(connection: Any) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))


async def body_read(request: Request) -> None:
    """Take the whole body before a transaction begins: a slow line must not hold a lock."""
    if request.method not in READING:
        await request.body()


async def session_of(
    request: Request, _body: Annotated[None, Depends(body_read)]
) -> AsyncIterator[AsyncSession]:
    """One request, one transaction, committed before the answer leaves; reading requests cannot write."""
    db: Database = request.app.state.db
    if request.method in READING:
        async with db.read() as session:
            yield session
    else:
        async with db.write() as session:
            request.state.session = session
            yield session


async def writing_session_of(request: Request) -> AsyncIterator[AsyncSession]:
    """For the few pages whose reading is itself recorded (product.md 4)."""
    db: Database = request.app.state.db
    async with db.write() as session:
        yield session


Session = Annotated[AsyncSession, Depends(session_of, scope="function")]
RecordingSession = Annotated[AsyncSession, Depends(writing_session_of, scope="function")]


def check_version(thing: Any, version: int | None) -> None:
    """Refuse an edit that started from another version than the one that stands; raises StaleEdit."""
    if version is not None and thing.version != version:
        raise StaleEdit(thing)


async def add_rows(session: AsyncSession, rows: Sequence[SQLModel]) -> None:
    """Insert rows of one table in as few statements as they fit into; the session does not know them afterwards.

    A flush sends a statement for each row, however it is called (measured on PostgreSQL with psycopg 3).
    """
    if rows:
        table: Any = type(rows[0]).__table__  # type: ignore[attr-defined]
        made = insert(table).returning(*table.primary_key.columns)
        await session.exec(made, params=[row.model_dump() for row in rows])  # type: ignore[call-overload]


def insert_into(session: AsyncSession, table: type[SQLModel]) -> Any:
    """An INSERT that can say ON CONFLICT, in the dialect of the session's database."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


@lru_cache
def versioned_upsert(dialect: str, table: Table, keys: tuple[str, ...], names: tuple[str, ...]) -> Any:
    """Insert a row, or change it where its version is still the `expected` one; answers with the new version.

    Built once for each table and dialect: building it costs as much as running it. Parameters are the
    keys, the names, `id` and `expected`; no row comes back where another version stands.
    """
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    columns = ("id", *keys, *names)
    made = insert.values({**{name: bindparam(name) for name in columns}, "version": 1})
    return made.on_conflict_do_update(
        index_elements=list(keys),
        set_={**{name: insert.excluded[name] for name in names}, "version": table.c.version + 1},
        where=table.c.version == bindparam("expected"),
    ).returning(table.c.version)
