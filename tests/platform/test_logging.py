"""Whatever fails, and wherever: the log holds no words, no codes, no addresses and nothing to find them by."""

import asyncio
import io
import json
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app import wiring
from app.accounts import passwords
from app.accounts.models import SignedInSession
from app.contributions.models import Contribution, Mode
from app.platform import ids, queue
from app.platform import logging as portal_logging
from app.platform.db import Database
from app.platform.queue import Job
from app.platform.settings import Settings
from tests import browsing
from tests.contributions.conftest import Scene, asked
from tests.factories import Make

WORDS = "They came at night to the office in Orsa"
PASSWORD = "a heron over the marsh"
KINDS = ("OperationalError", "ProgrammingError", "InternalError")
Act = Callable[[], Awaitable[httpx2.Response]]


@pytest.fixture
def lines() -> Iterator[Callable[[], str]]:
    """Everything that would be in the log, as it would be written."""
    stream = io.StringIO()
    handler = portal_logging.handler_for(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream.getvalue
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.fixture
async def scene(make: Make) -> Scene:
    consultation = await make.consultation()
    league = await make.organisation("Orsa Valley Legal Aid")
    confidential = await make.contribution(consultation, Mode.CONFIDENTIAL)
    people = [await make.account(at=league) for _number in range(2)]
    return Scene(consultation, league, people[0], people[1], confidential, await asked(make, consultation))


@contextmanager
def failing_at(db: Database, number: int, kind: str) -> Iterator[list[str]]:
    """Let the database refuse the n-th statement as a server does: with the row it refuses in its message."""
    engines = (db.engine.sync_engine, db.reading.sync_engine)
    seen: list[str] = []

    def refuse(_cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        seen.append(statement)
        if len(seen) == number:
            refusal = getattr(engines[0].dialect.loaded_dbapi, kind)
            raise refusal(f"{statement}\nDETAIL:  Failing row contains ({parameters!r}).")

    for engine in engines:
        event.listen(engine, "do_execute", refuse)
    try:
        yield seen
    finally:
        for engine in engines:
            event.remove(engine, "do_execute", refuse)


async def refuse_each(db: Database, act: Act) -> int:
    """Do something again and again, each time with another of its statements refused; says how many there are."""
    number = 0
    while True:
        number += 1
        with failing_at(db, number, KINDS[number % len(KINDS)]) as seen:
            await act()
        if len(seen) < number:
            return number - 1


def assert_silent(log: str, planted: list[str]) -> None:
    assert log.count("\n") > 0, "nothing was logged, so nothing was tested"
    for line in log.splitlines():
        json.loads(line)
        assert "DETAIL" not in line
        for word in planted:
            assert word not in line, f"{word} stands in {line}"


async def test_no_statement_of_an_answer_leaves_its_words_in_the_log(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene, lines: Callable[[], str]
) -> None:
    bearer = scene.draft
    await make.signed_in(client, bearer)
    async with db.read() as session:
        hashes = [row.token_hash for row in (await session.exec(select(SignedInSession))).all()]
        stored = await session.get_one(Contribution, bearer.id)
    at = f"/en/contributions/{bearer.id}"
    given = {"narrative": WORDS, "version": "0", "publication": "no"}
    acts: list[Act] = [
        lambda: browsing.post(client, f"{at}/revise"),
        lambda: browsing.post(client, f"{at}/questions/{scene.codes[1]}", given),
        lambda: browsing.post(client, f"{at}/submit"),
        lambda: browsing.post(client, f"{at}/withdraw"),
    ]
    for act in acts:
        assert await refuse_each(db, act) > 2
    identifiers = [str(bearer.id), bearer.id.hex, stored.label, *hashes]
    assert_silent(lines(), [WORDS, "Orsa", *identifiers])


async def test_no_statement_of_a_way_in_leaves_codes_or_addresses_in_the_log(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene, lines: Callable[[], str]
) -> None:
    code = await make.invitation(scene.consultation)
    address = "amina.reyl@orsa.example"
    person = await make.account(email=address, password_hash=await passwords.hashed(PASSWORD))
    acts: list[Act] = [
        lambda: browsing.post(client, "/en/start", {"code": code}),
        lambda: client.post("/api/v1/entries", json={"code": code}),
        lambda: browsing.post(client, "/en/sign-in", {"email": address, "password": PASSWORD}),
        lambda: browsing.post(client, "/en/reset", {"email": address}),
    ]
    for act in acts:
        client.cookies.clear()
        await refuse_each(db, act)
    planted = [code, ids.fingerprint(code), address, person.id.hex, str(person.id), PASSWORD]
    assert_silent(lines(), planted)


async def test_a_job_that_fails_leaves_no_recipient_in_the_log(
    db: Database, settings: Settings, lines: Callable[[], str]
) -> None:
    async def send(_db: Database, _context: Any, **args: Any) -> None:
        raise RuntimeError(f"550 no such mailbox: {args}")

    async with db.write() as session:
        await queue.enqueue(session, "send", to="amina@orsa.example")
    assert await queue.run_one(db, {"send": send}, settings)
    async with db.read() as session:
        (kept,) = (await session.exec(select(Job))).all()
    assert kept.error == "RuntimeError"
    assert "queue.job_failed" in lines()
    assert_silent(lines(), ["amina", "550"])
    assert wiring.JOBS


async def test_an_error_of_the_database_itself_carries_no_parameters(session: AsyncSession) -> None:
    connection = await session.connection()
    with pytest.raises(DBAPIError) as caught:
        await connection.execute(text("SELECT :words FROM nowhere"), {"words": WORDS})
    assert "hidden" in str(caught.value)
    assert WORDS not in str(caught.value)
    await session.rollback()


def test_a_command_that_a_database_error_ends_says_no_more(lines: Callable[[], str]) -> None:
    refusal = RuntimeError(f"Failing row contains ({WORDS})")
    problem = DBAPIError("INSERT INTO answer VALUES (?)", {"narrative": WORDS}, refusal)
    portal_logging.end(type(problem), problem, None)
    assert "portal.ended" in lines()
    assert "INSERT INTO answer" in lines()
    assert_silent(lines(), [WORDS])


@pytest.mark.one_database
def test_the_trace_names_every_cause_and_where_and_quotes_nothing(
    lines: Callable[[], str], db: Database
) -> None:
    def read() -> None:
        int(WORDS)

    try:
        try:
            read()
        except ValueError as problem:
            raise KeyError(WORDS) from problem
    except KeyError:
        logging.getLogger("portal").exception("portal.failed")
    log = lines()
    assert_silent(log, [WORDS])
    trace = json.loads(log)["trace"]
    assert trace.index("builtins.ValueError") < trace.index("builtins.KeyError")
    assert "in read" in trace


@pytest.mark.one_database
async def test_what_libraries_say_besides_is_not_written(lines: Callable[[], str], db: Database) -> None:
    logging.getLogger("aiosqlite").debug("executing %s", WORDS)
    logging.getLogger("httpx").info("HTTP Request: GET %s", WORDS)
    assert lines() == ""

    async def fail() -> None:
        raise RuntimeError(WORDS)

    asyncio.get_running_loop().call_exception_handler(
        {
            "message": "Task exception was never retrieved",
            "exception": RuntimeError(WORDS),
            "task": fail.__name__,
        }
    )
    assert "never retrieved" in lines()
    assert_silent(lines(), [WORDS])
