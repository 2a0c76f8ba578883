"""Copies of the whole database: made while the portal serves, put back into an empty one."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import URL, make_url

SQLITE_MAGIC = b"SQLite format 3\x00"
DUMP_MAGIC = b"PGDMP"
ONLY_MINE = 0o600  # it holds what confidential contributors wrote


class Refused(Exception):
    """A copy that cannot be made or put back, in a sentence for whoever runs the portal."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that was made or put back: the revision of its tables, and how many jobs wait in it."""

    revision: str
    jobs: int


def back_up(database_url: str, to: Path) -> Copy:
    """Write the whole database into a new file, as it stands at one moment; raises Refused.

    Nobody has to stop: SQLite copies by VACUUM INTO, without what was deleted, PostgreSQL by pg_dump. The file
    has its name only when it is whole and on the disk, and belongs to its owner alone.
    """
    if to.exists():
        raise Refused(f"{to} is there already. A backup is never written over another one.")
    part = to.with_name(f"{to.name}.part")
    url = make_url(database_url)
    try:
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, ONLY_MINE))
    except OSError as problem:
        raise Refused(f"{part} cannot be written: {problem.strerror}.") from problem
    try:
        made = _copy_sqlite(url, part) if url.drivername.startswith("sqlite") else _dump(url, part)
        _to_disk(part)
        part.rename(to)
        _to_disk(to.parent)
    finally:
        part.unlink(missing_ok=True)
    return made


def restore(database_url: str, source: Path) -> Copy:
    """Put a copy into a database that is not there yet (SQLite) or empty (PostgreSQL); raises Refused.

    What stands is never overwritten. A copy that is not whole changes nothing.
    """
    url = make_url(database_url)
    try:
        with source.open("rb") as opened:
            head = opened.read(len(SQLITE_MAGIC))
    except OSError as problem:
        raise Refused(f"{source} cannot be read: {problem.strerror}.") from problem
    if url.drivername.startswith("sqlite"):
        if head != SQLITE_MAGIC:
            raise Refused(f"{source} is no copy of an SQLite database.")
        return _put_back_sqlite(url, source)
    if not head.startswith(DUMP_MAGIC):
        raise Refused(f"{source} is no copy made by pg_dump --format=custom.")
    return _put_back_dump(url, source)


def _to_disk(path: Path) -> None:
    """Have the system write a file, or the names in a folder, before anything else is said."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _looked_at(path: Path) -> Copy:
    """What a whole SQLite database of the portal holds; raises Refused for anything else."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as copy:
            (state,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
            (revision,) = copy.execute("SELECT version_num FROM alembic_version").fetchone()
            (jobs,) = copy.execute("SELECT count(*) FROM job").fetchone()
    except (sqlite3.Error, TypeError) as problem:
        raise Refused(f"{path} is no whole database of the portal: {problem}") from problem
    if state != "ok":
        raise Refused(f"{path} is damaged: {state}")
    return Copy(revision, jobs)


def _copy_sqlite(url: URL, part: Path) -> Copy:
    source = Path(url.database or "")
    if not source.is_file():
        raise Refused(f"There is no database at {source}.")
    with closing(sqlite3.connect(source, timeout=15)) as own:
        try:
            own.execute("VACUUM INTO ?", (str(part),))
        except sqlite3.Error as problem:
            raise Refused(f"{source} could not be copied: {problem}") from problem
    return _looked_at(part)


def _put_back_sqlite(url: URL, source: Path) -> Copy:
    place = Path(url.database or "")
    there = [path for path in (place, *(Path(f"{place}{end}") for end in ("-wal", "-shm"))) if path.exists()]
    if there:
        raise Refused(
            f"There is a database at {place}. Stop the portal and move these away first: "
            f"{', '.join(map(str, there))}"
        )
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f"{place.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, ONLY_MINE), "wb") as written:
            with source.open("rb") as read:
                shutil.copyfileobj(read, written)
            written.flush()
            os.fsync(written.fileno())
        found = _looked_at(part)
        part.rename(place)
    finally:
        part.unlink(missing_ok=True)
    return found


def _dump(url: URL, part: Path) -> Copy:
    try:
        with _connected(url) as own:
            found = _counted(own)
    except psycopg.Error as problem:
        raise Refused(f"The database holds no portal: {_first_line(problem)}") from problem
    _run(url, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={part}")
    return found


def _put_back_dump(url: URL, source: Path) -> Copy:
    try:
        with _connected(url) as own:
            tables = own.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    except psycopg.Error as problem:
        raise Refused(f"The database does not answer: {_first_line(problem)}") from problem
    if tables and tables[0]:
        raise Refused(
            "The database is not empty. Make a new one (createdb), and set PORTAL_DATABASE_URL to it."
        )
    _run(
        url,
        "pg_restore",
        "--no-owner",
        "--no-privileges",
        "--single-transaction",
        "--exit-on-error",
        str(source),
    )
    with _connected(url) as own:
        return _counted(own)


def _connected(url: URL) -> "psycopg.Connection[Any]":
    return psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))


def _counted(own: "psycopg.Connection[Any]") -> Copy:
    row = own.execute("SELECT version_num, (SELECT count(*) FROM job) FROM alembic_version").fetchone()
    if row is None:
        raise Refused("The database holds no portal.")
    return Copy(*row)


def _first_line(problem: Exception) -> str:
    return str(problem).strip().partition("\n")[0]


def _run(url: URL, program: str, *words: str) -> None:
    """Run one of PostgreSQL's own programs; the password travels past the list of processes."""
    address = url.set(drivername="postgresql", password=None).render_as_string()
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    try:
        done = subprocess.run(  # noqa: S603  (our own words and the operator's own paths)
            [program, *words, f"--dbname={address}"],
            env={**os.environ, **secret},
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError as problem:
        raise Refused(
            f"{program} is not installed here. It comes with PostgreSQL's client programs."
        ) from problem
    if done.returncode:
        raise Refused(f"{program} failed: {done.stderr.strip()}")
