"""What an operator is told before strangers may use an installation."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.audit.models import AuditEntry
from app.operation import command
from app.operation.setup import Finding, Mark, check_setup
from app.organisations.models import OrganisationKind
from app.platform import clock, queue
from app.platform.db import Database
from app.platform.queue import Job
from app.platform.settings import DEFAULT_SECRET, Settings
from tests.factories import Make

READY: Mapping[str, object] = {
    "public_url": "https://portal.example.org",
    "smtp_host": "127.0.0.1",
    "smtp_tls": False,
}


@pytest.fixture
async def mail_server() -> AsyncIterator[int]:
    """A server on this machine that knows as much of SMTP as a greeting needs; its port."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            writer.write(b"221 bye\r\n" if line.upper().startswith(b"QUIT") else b"250 fine\r\n")
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


@pytest.fixture
async def ready(make: Make, settings: Settings, mail_server: int) -> Settings:
    """Settings of an installation where nothing is missing."""
    await make.organisation("The secretariat", OrganisationKind.SECRETARIAT)
    return settings.model_copy(update={**READY, "smtp_port": mail_server})


async def missing(db: Database, settings: Settings) -> list[str]:
    return [f.sentence for f in await check_setup(db, settings) if f.mark is Mark.MISSING]


async def test_where_nothing_is_missing_the_command_says_so_and_ends_with_0(
    db: Database, ready: Settings, capsys: pytest.CaptureFixture[str], backend: str
) -> None:
    findings = await check_setup(db, ready)
    # PostgreSQL of the tests forgets on purpose: it would be slow otherwise.
    loose = [Mark.MISSING] if backend == "postgres" else []
    assert [each.mark for each in findings if each.mark is Mark.MISSING] == loose, findings
    assert await command.check(db, ready) == len(loose)
    said = capsys.readouterr().out.splitlines()
    assert len(said) == len(findings)
    assert any("The mail server 127.0.0.1 takes mail" in line for line in said)


async def test_each_thing_that_is_missing_is_named_with_its_remedy(db: Database, ready: Settings) -> None:
    for changes, told in (
        ({"secret": SecretStr(DEFAULT_SECRET)}, "openssl rand -hex 32"),
        ({"public_url": "http://portal.example.org"}, "an https address"),
        ({"demonstration": True}, "PORTAL_DEMONSTRATION"),
        ({"smtp_host": ""}, "goes to nobody"),
        ({"smtp_port": 9}, "does not take mail: SMTPConnectError"),
    ):
        found = await missing(db, ready.model_copy(update=changes))
        assert any(told in sentence for sentence in found), (changes, found)
    async with db.write() as session:
        session.add(Job(name="x", run_after=clock.now() - 2 * queue.OVERDUE))
        session.add(
            AuditEntry(action="a", thing="X", thing_id=Job(name="y").id, at=clock.now() + timedelta(hours=1))
        )
    found = await missing(db, ready)
    assert any("python -m app worker" in sentence for sentence in found)
    assert any("set it right" in sentence for sentence in found)


async def test_an_empty_installation_is_told_how_the_first_person_comes(
    db: Database, settings: Settings
) -> None:
    found = await missing(db, settings)
    assert any("python -m app invite --role secretariat" in sentence for sentence in found)


async def test_a_database_that_nobody_migrated_ends_the_look(settings: Settings, tmp_path: Path) -> None:
    empty = Database(f"sqlite+aiosqlite:///{tmp_path / 'empty.sqlite3'}")
    findings = await check_setup(empty, settings)
    assert findings[-1] == Finding(Mark.MISSING, findings[-1].sentence)
    assert "python -m app migrate" in findings[-1].sentence
    await empty.close()
