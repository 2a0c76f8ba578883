"""What every test can ask for: a migrated database on either backend, the portal, a browser-like client."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy.engine import make_url
from sqlmodel.ext.asyncio.session import AsyncSession

from app import wiring
from app.main import create_app
from app.platform import i18n, queue
from app.platform.db import Database
from app.platform.settings import Settings
from tests import databases
from tests.counting import asked
from tests.factories import Make

pytest_plugins = ("tests.scopes",)
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
NO_POSTGRES = "PORTAL_TESTS_WITHOUT_POSTGRES"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test that uses a database runs on both, unless it says that one is enough."""
    if "backend" in metafunc.fixturenames:
        one = metafunc.definition.get_closest_marker("one_database")
        metafunc.parametrize(
            "backend", databases.BACKENDS[:1] if one else databases.BACKENDS, scope="session"
        )


@pytest.fixture(autouse=True, scope="session")
def no_network() -> Iterator[None]:
    """Only this machine can be reached: a test that calls out is a mistake."""
    connect = socket.socket.connect

    def only_here(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in LOOPBACK:
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", only_here)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Each test begins with the source language, whatever the one before it spoke."""
    token = i18n.current.set(i18n.SOURCE)
    yield
    i18n.current.reset(token)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database built by the migrations, to be copied; made by the first process that asks."""
    with databases.shared_folder(tmp_path_factory, "template") as folder:
        path = folder / "portal.sqlite3"
        if not path.exists():
            part = folder / "part.sqlite3"
            databases.migrate(databases.sqlite_url(part))
            databases.checkpoint(part)
            part.rename(path)
    return path


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the SQLite database of each test of this process lies, one after the other."""
    return tmp_path_factory.mktemp("database") / "portal.sqlite3"


@pytest.fixture(scope="session")
def engines() -> dict[str, Database]:
    """The databases of this process by address: an engine keeps the statements it has compiled."""
    return {}


@pytest.fixture(scope="session")
def postgres() -> Iterator[databases.Postgres]:
    """The PostgreSQL server of the run; the tests that need it are left out where it cannot start."""
    if os.environ.get(NO_POSTGRES):
        pytest.skip(f"{NO_POSTGRES} is set")
    try:
        server = databases.Postgres()
    except Exception as problem:  # noqa: BLE001  (whatever the reason, the other tests can still run)
        pytest.skip(f"PostgreSQL cannot be started here: {problem!r}")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_url(postgres: databases.Postgres) -> str:
    """The address of this process's own migrated PostgreSQL database."""
    address = postgres.create("portal")
    databases.migrate(address)
    return address.render_as_string(hide_password=False)


@pytest.fixture
def database_url(backend: str, request: pytest.FixtureRequest, sqlite_file: Path) -> str:
    """The address of a migrated database without a row in it."""
    if backend == "sqlite":
        databases.put_back(request.getfixturevalue("sqlite_template"), sqlite_file)
        return f"sqlite+aiosqlite:///{sqlite_file}"
    url: str = request.getfixturevalue("postgres_url")
    databases.empty(make_url(url))
    return url


@pytest.fixture
async def db(database_url: str, engines: dict[str, Database]) -> AsyncIterator[Database]:
    """An empty, migrated database."""
    if database_url not in engines:
        engines[database_url] = databases.hasty(Database(database_url))
    database = engines[database_url]
    yield database
    await database.close()


@pytest.fixture
async def session(db: Database) -> AsyncIterator[AsyncSession]:
    """One writing session, committed when the test is over; tests of several steps use `db.write()`."""
    async with db.write() as writing:
        yield writing


@pytest.fixture
def statements(db: Database) -> Iterator[list[str]]:
    """Every statement the database is asked, newest last; `statements.clear()` begins anew."""
    with asked(db) as found:
        yield found


@pytest.fixture
def make(db: Database) -> Make:
    """Makes things: `await make.consultation()`."""
    return Make(db)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a portal for one test; `settings.model_copy(update=…)` gives others."""
    return Settings(
        database_url=database_url,
        secret=SecretStr("a secret for tests only"),
        public_url="http://testserver",
        mail_folder=tmp_path / "mail",
    )


@pytest.fixture
async def app(settings: Settings, db: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FastAPI]:
    """The portal, started; jobs wait until the test calls `run_jobs`."""

    async def wait(_db: Database, _jobs: Any, _context: Any, stop: asyncio.Event, _schedule: Any) -> None:
        await stop.wait()

    monkeypatch.setattr(queue, "work", wait)
    portal = create_app(settings)
    portal.state.db = db
    async with portal.router.lifespan_context(portal):
        yield portal


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser without scripts: keeps cookies, follows nothing, reads English."""
    transport = httpx2.ASGITransport(app=app)
    headers = {"accept-language": "en", "accept-encoding": "identity"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://testserver", headers=headers) as made:
        yield made


@pytest.fixture
def run_jobs(db: Database, settings: Settings) -> Callable[[], Awaitable[int]]:
    """Work off every job that is due; returns how many there were."""

    async def run() -> int:
        done = 0
        while await queue.run_one(db, wiring.JOBS, settings):
            done += 1
        return done

    return run
