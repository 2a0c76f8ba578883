"""What the files of the database tell: no order of writing, and nothing that was deleted."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import delete, text
from sqlalchemy.engine import make_url
from sqlmodel import select

from app.accounts.models import Account
from app.platform import daily, traces
from app.platform.daily import DailyWork
from app.platform.db import Database
from app.translations.models import Text
from tests.factories import Make

pytestmark = pytest.mark.databases_differ

WORDS = "They came at night to the office in Orsa"


def file_of(db: Database) -> Path:
    return Path(str(make_url(db.url).database))


async def written(db: Database, *bodies: str) -> None:
    for body in bodies:
        async with db.write() as session:
            session.add(Text(language="en", body=body))


def test_the_tables_of_contributors_are_the_unordered_ones() -> None:
    names = {table.name for table in traces.unordered_tables()}
    of_contributors = {"contribution", "answer", "contribution_version", "answer_version", "submitted_answer"}
    assert names >= of_contributors | {"text", "audit_entry", "waiting_act", "outcome", "invitation_code"}
    assert not names & {"account", "consultation", "job"}


@pytest.mark.one_database
async def test_the_log_of_changes_is_folded_and_holds_nothing(db: Database) -> None:
    await written(db, WORDS)
    async with db.write() as session:
        await session.exec(delete(Text))
    log = file_of(db).with_name(file_of(db).name + "-wal")
    assert WORDS.encode() in log.read_bytes()
    await traces.fold_log(db)
    assert log.stat().st_size == 0
    assert WORDS.encode() not in file_of(db).read_bytes(), "what is deleted is overwritten"
    async with db.write() as session:
        session.add(Text(language="en", body="still writing"))


@pytest.mark.one_database
async def test_folding_waits_for_nobody_long(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces, "PATIENCE_MS", 10)
    await written(db, WORDS)
    reader = sqlite3.connect(file_of(db))
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM text").fetchone()
    await written(db, "more")
    await traces.fold_log(db)
    reader.close()
    await traces.fold_log(db)
    assert file_of(db).with_name(file_of(db).name + "-wal").stat().st_size == 0


@pytest.mark.one_database
async def test_sqlite_keeps_no_row_numbers_and_overwrites_what_is_deleted(db: Database) -> None:
    async with db.read() as session:
        connection = await session.connection()
        assert (await connection.execute(text("PRAGMA secure_delete"))).scalar_one() == 1
        for table in traces.unordered_tables():
            told = await connection.execute(
                text("SELECT sql LIKE '%WITHOUT ROWID%' FROM sqlite_master WHERE name = :name"),
                {"name": table.name},
            )
            assert told.scalar_one() == 1, table.name


async def test_postgres_forgets_the_order_once_a_day(db: Database, make: Make) -> None:
    if db.is_sqlite:
        pytest.skip("SQLite keeps no order to forget")
    await make.account()
    await written(db, *(f"{number}" for number in range(8)), WORDS)
    async with db.write() as session:
        await session.exec(delete(Text).where(Text.body == WORDS))  # type: ignore[arg-type]

    async def told() -> tuple[int, list[str]]:
        async with db.read() as session:
            connection = await session.connection()
            ages = (await connection.execute(text("SELECT DISTINCT xmin::text FROM text"))).all()
            placed = (await connection.execute(text("SELECT id::text FROM text ORDER BY ctid"))).scalars()
            return len(ages), list(placed)

    ages, placed = await told()
    assert ages == 8
    await traces.forget_order(db)
    ages, placed = await told()
    assert (ages, placed) == (1, sorted(placed))
    async with db.write() as session:
        session.add(Text(language="en", body="later the same day"))
    await traces.forget_order(db)
    assert (await told())[0] == 2, "once a day is enough"
    async with db.read() as session:
        assert len((await session.exec(select(Text))).all()) == 9
        assert len((await session.exec(select(Account))).all()) == 1


async def test_a_table_in_use_is_left_for_the_next_time(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    if db.is_sqlite:
        pytest.skip("SQLite keeps no order to forget")
    await written(db, "one", "two")
    async with db.write() as session:
        session.add(Text(language="en", body="being written"))
        await session.flush()
        await traces.forget_order(db)
    assert [record.__dict__["table"] for record in caplog.records if record.name == traces.log.name] == [
        "text"
    ]
    await traces.forget_order(db)
    async with db.read() as session:
        connection = await session.connection()
        ages = (await connection.execute(text("SELECT DISTINCT xmin::text FROM text"))).all()
    assert len(ages) == 1


async def test_work_of_the_day_is_done_by_whoever_comes_first(db: Database) -> None:
    async with db.write() as session:
        assert await daily.is_first_today(session, "sweep")
    async with db.write() as session:
        assert not await daily.is_first_today(session, "sweep")
        (row,) = (await session.exec(select(DailyWork))).all()
        row.day = row.day.replace(year=row.day.year - 1)
        session.add(row)
    async with db.write() as session:
        assert await daily.is_first_today(session, "sweep")
