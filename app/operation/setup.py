"""What is missing before strangers may use an installation: each thing with what to do about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit.models import AuditEntry
from app.organisations.queries import find_secretariat
from app.platform import clock, email, queue, readiness
from app.platform.db import Database
from app.platform.i18n import LOCALES
from app.platform.settings import Settings

# What PostgreSQL has to do at a commit, so that an acknowledgement is true when the power fails.
DURABLE = {
    "fsync": {"on"},
    "full_page_writes": {"on"},
    "synchronous_commit": {"on", "local", "remote_write", "remote_apply"},
}
APART = timedelta(seconds=5)  # two clocks of one installation; deadlines are told to the minute


class Mark(StrEnum):
    """Whether something is as it should be, is worth a look, or has to be done first."""

    WELL = "well"
    LOOK = "look"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, in a sentence for whoever runs the portal."""

    mark: Mark
    sentence: str


async def check_setup(db: Database, settings: Settings) -> list[Finding]:
    """Look at secret, address, database, durability, clock, mail, worker and people; changes nothing of theirs.

    The mail server is greeted and signed in to, and no mail is sent. A database that does not answer, or that
    another release made, ends the look: nothing behind it can be known. It is for the command line: whoever
    has that has the settings and the database.
    """
    found = [*_about_the_address(settings)]
    if not await readiness.answers(db):
        return [*found, Finding(Mark.MISSING, "The database does not answer. See PORTAL_DATABASE_URL.")]
    async with db.read() as session:
        revision = await _about_the_revision(session)
        found.append(revision)
        if revision.mark is Mark.MISSING:
            return found
    if not await readiness.takes_writes(db):
        return [*found, Finding(Mark.MISSING, "The database takes no writes. Is its disk full?")]
    async with db.read() as session:
        found += await _about_durability(session, is_sqlite=db.is_sqlite)
        found += await _about_the_clock(session, is_sqlite=db.is_sqlite)
        found += await _about_people(session)
        found.append(await _about_the_worker(session))
    return [*found, await _about_mail(settings)]


def _about_the_address(settings: Settings) -> Iterator[Finding]:
    if settings.demonstration:
        yield Finding(
            Mark.MISSING, "PORTAL_DEMONSTRATION signs anybody in. Turn it off before strangers come."
        )
    if settings.has_known_secret:
        yield Finding(Mark.MISSING, "PORTAL_SECRET is the known one. Set it: openssl rand -hex 32")
    else:
        yield Finding(Mark.WELL, "The secret is set.")
    if not settings.security_contact:
        yield Finding(
            Mark.LOOK,
            "PORTAL_SECURITY_CONTACT is not set: nobody learns where to report a weakness. "
            "Set it: mailto:security@your.organization",
        )
    if settings.secure_cookies:
        yield Finding(Mark.WELL, f"People come to {settings.public_url}.")
    else:
        yield Finding(
            Mark.MISSING,
            f"PORTAL_PUBLIC_URL is {settings.public_url}. What people write would travel in the clear: "
            "put a proxy with TLS before the portal, and an https address here.",
        )


async def _about_the_revision(session: AsyncSession) -> Finding:
    newest = ScriptDirectory.from_config(Config(LOCALES.parent / "alembic.ini")).get_current_head()
    standing = await (await session.connection()).run_sync(_revision)
    if standing == newest:
        return Finding(Mark.WELL, f"The database is at revision {standing}.")
    return Finding(
        Mark.MISSING,
        f"The database is at revision {standing}, this release at {newest}: python -m app migrate",
    )


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


async def _about_durability(session: AsyncSession, *, is_sqlite: bool) -> list[Finding]:
    if is_sqlite:
        return [
            Finding(
                Mark.LOOK,
                "The database is SQLite: one machine, and one who saves at a time. "
                "A State with many contributors wants PostgreSQL.",
            )
        ]
    connection = await session.connection()
    loose = []
    for name, values in DURABLE.items():
        value = str((await connection.execute(text(f"SHOW {name}"))).scalar_one())
        if value not in values:
            loose.append(f"{name} = {value}")
    if loose:
        return [
            Finding(
                Mark.MISSING,
                f"The database may lose what it acknowledged ({', '.join(loose)}). Set these on in postgresql.conf.",
            )
        ]
    return [Finding(Mark.WELL, "The database keeps what it acknowledged, also when the power fails.")]


async def _about_the_clock(session: AsyncSession, *, is_sqlite: bool) -> list[Finding]:
    now = clock.now()
    newest = (await session.exec(select(func.max(AuditEntry.at)))).one()
    if newest is not None and newest > now + APART:
        return [
            Finding(
                Mark.MISSING,
                f"This machine's clock says {now:%Y-%m-%d %H:%M} UTC, and something was recorded later than that. "
                "Deadlines follow this clock: set it right.",
            )
        ]
    if not is_sqlite:
        theirs = (await session.exec(select(func.now()))).one()
        if abs(theirs - now) > APART:
            return [
                Finding(
                    Mark.MISSING,
                    f"The clocks of this machine and of the database are {abs(theirs - now).total_seconds():.0f} "
                    "seconds apart. Deadlines follow this machine's: set both by a time server.",
                )
            ]
    return [Finding(Mark.WELL, f"The clock says {now:%Y-%m-%d %H:%M} UTC. Is that right?")]


async def _about_people(session: AsyncSession) -> list[Finding]:
    if await find_secretariat(session) is not None:
        return [Finding(Mark.WELL, "There is a secretariat.")]
    return [
        Finding(Mark.MISSING, "Nobody is there yet: python -m app invite --role secretariat E-MAIL"),
    ]


async def _about_the_worker(session: AsyncSession) -> Finding:
    overdue = (
        await session.exec(
            select(func.count()).where(
                col(queue.Job.error) == "", col(queue.Job.run_after) <= clock.now() - queue.OVERDUE
            )
        )
    ).one()
    if overdue:
        return Finding(
            Mark.MISSING,
            f"{overdue} jobs have waited for more than ten minutes. Start a worker: python -m app worker",
        )
    return Finding(Mark.WELL, "No job has waited for more than ten minutes.")


async def _about_mail(settings: Settings) -> Finding:
    if not settings.smtp_host:
        return Finding(
            Mark.MISSING,
            f"E-mail lies in {settings.mail_folder} and goes to nobody. Set PORTAL_SMTP_HOST.",
        )
    problem = await email.greet(settings)
    if problem:
        return Finding(Mark.MISSING, f"The mail server {settings.smtp_host} does not take mail: {problem}.")
    return Finding(Mark.WELL, f"The mail server {settings.smtp_host} takes mail from {settings.mail_from}.")
