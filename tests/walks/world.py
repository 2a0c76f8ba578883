"""A portal for walks: one small database, and failures that come when they are called."""

import json
import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy.exc import OperationalError

from app.consultations.models import Consultation, ConsultationState
from app.contributions import service as contributions
from app.contributions.models import Contribution, ContributionState, Mode
from app.main import create_app
from app.organisations.models import Organisation, Role
from app.platform import ids, queue
from app.platform.db import Database
from app.platform.errors import Conflict, TooMany
from app.platform.sealing import unseal
from app.platform.settings import Settings
from app.platform.typed import _key
from tests import databases
from tests.contributions.forms import every_kind
from tests.factories import Make
from tests.submissions.conftest import ASKED, STATE, UNASKED
from tests.walks.browser import Browser

LIMIT = 60_000  # bytes of a body
PASSWORD = "a long enough passphrase 7"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
BUSY, FULL = sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL


def _database_failure(code: int) -> OperationalError:
    cause = sqlite3.OperationalError("on purpose")
    cause.sqlite_errorcode = code
    return OperationalError("", {}, cause)


FAILURES: dict[str, Any] = {
    "500": lambda: RuntimeError("on purpose"),
    "503 busy": lambda: _database_failure(BUSY),
    "503 full": lambda: _database_failure(FULL),
    "429": TooMany,
    "409": Conflict,
}
PLACES = ("begin", "commit", "service", "read")


@dataclass
class Faults:
    """The failure that comes next, and where."""

    place: str = ""
    what: str = ""

    def strike(self, place: str) -> None:
        """Fail once, if this is the place."""
        if self.place == place:
            self.place = ""
            failure: Exception = FAILURES[self.what]()
            raise failure


@dataclass
class World:
    """The portal, its database and what can go wrong."""

    app: FastAPI
    db: Database
    path: Path
    make: Make
    consultation: Consultation
    codes: list[str]
    faults: Faults = field(default_factory=Faults)

    def browser(self) -> Browser:
        """A browser nobody has used."""
        transport = httpx2.ASGITransport(app=self.app, raise_app_exceptions=False)
        headers = {"accept-language": "en"}
        return Browser(httpx2.AsyncClient(transport=transport, base_url="http://testserver", headers=headers))

    def sql(self, statement: str, *values: str) -> list[Any]:
        """Look into the database from outside, or change it there."""
        with sqlite3.connect(self.path, timeout=15) as own:
            rows = own.execute(statement, values).fetchall()
        own.close()
        return rows

    def stored(self, contribution: UUID) -> dict[str, dict[str, str]]:
        """Every answer of a contribution by the code of its question."""
        rows = self.sql(
            "SELECT q.code, a.law, a.practice, a.value, a.narrative, a.language, a.publication, a.evidence,"
            " a.recommendation, a.version FROM answer a JOIN question q ON q.id = a.question_id"
            " WHERE a.contribution_id = ?",
            contribution.hex,
        )
        names = ("law", "practice", "value", "narrative", "language", "publication", "evidence")
        found = {}
        for code, *values, recommended, version in rows:
            answer = {name: value or "" for name, value in zip(names, values, strict=True)}
            more = json.loads(recommended or "{}")
            answer |= {f"recommendation-{name}": str(value or "") for name, value in more.items()}
            answer["evidence"] = json.dumps(json.loads(answer["evidence"]), ensure_ascii=False)
            found[code] = {**answer, "version": str(version)}
        return found

    def waiting(self, browser: Browser, names: list[str]) -> str:
        """The words that wait for a page under these names, if this browser can have them back."""
        secret = browser.cookies.get("form", "")
        rows = [(n, row) for n in names for row in self.sql("SELECT sealed FROM typed_words WHERE id = ?", n)]
        found = [unseal(_key(secret, name), sealed) for name, (sealed,) in rows]
        return "\n".join(" ".join(values) for each in found if each for values in each["fields"].values())

    def end_sessions(self, *, of_bearers: bool) -> None:
        """Every session of a kind is over; the browsers do not know it."""
        self.sql(f"DELETE FROM {'bearer_session' if of_bearers else 'signed_in_session'}")  # noqa: S608


@contextmanager
def patched(faults: Faults, db: Database) -> Iterator[None]:
    """Failures at the begin and the end of transactions, in the service, and while reading."""
    patch = pytest.MonkeyPatch()
    write, read, save = db.write, db.read, contributions.save_answer

    @asynccontextmanager
    async def failing_write() -> AsyncIterator[Any]:
        faults.strike("begin")
        async with write() as session:
            yield session
            faults.strike("commit")

    @asynccontextmanager
    async def failing_read() -> AsyncIterator[Any]:
        faults.strike("read")
        async with read() as session:
            yield session

    async def failing_save(*given: Any) -> Any:
        faults.strike("service")
        return await save(*given)

    async def wait(*given: Any) -> None:
        """Jobs are not what is tried here."""

    patch.setattr(db, "write", failing_write)
    patch.setattr(db, "read", failing_read)
    patch.setattr(contributions, "save_answer", failing_save)
    patch.setattr(queue, "work", wait)
    logging.getLogger("portal").disabled = True
    yield
    logging.getLogger("portal").disabled = False
    patch.undo()


@asynccontextmanager
async def built(folder: Path) -> AsyncIterator[World]:
    """A portal with one consultation that asks a question of each kind."""
    path = folder / "walks.sqlite3"
    databases.migrate(databases.sqlite_url(path))
    settings = Settings(
        database_url=f"sqlite+aiosqlite:///{path}",
        secret=SecretStr("a secret for tests only"),
        public_url="http://testserver",
        mail_folder=folder / "mail",
        body_limit=LIMIT,
    )
    app = create_app(settings)
    faults = Faults()
    db: Database = app.state.db
    with patched(faults, db):
        async with app.router.lifespan_context(app):
            make = Make(db)
            version = await make.questionnaire(every_kind())
            consultation = await make.consultation(civil_society_version_id=version.id)
            codes = [code for code in await make.codes(consultation) if code != "Q-intro"]
            yield World(app, db, path, make, consultation, codes, faults)


@dataclass
class Draft:
    """A contribution that somebody writes, and how she comes in."""

    contribution: Contribution
    email: str = ""
    receipt: str = ""
    colleague: str = ""

    @property
    def home(self) -> str:
        """Its task list, without a language."""
        return f"/contributions/{self.contribution.id}"


async def named(world: World) -> Draft:
    """An organisation with two members who know their password."""
    make = world.make
    place: Organisation = await make.organisation()
    secret = QUICK.hash(PASSWORD)
    writer = await make.account(Role.SIGNATORY, at=place, password_hash=secret)
    colleague = await make.account(Role.DRAFTER, at=place, password_hash=secret)
    begun = await make.contribution(
        world.consultation, organisation=place, answers={}, state=ContributionState.DRAFTING
    )
    return Draft(begun, email=writer.email, colleague=colleague.email)


async def confidential(world: World) -> Draft:
    """Somebody with a receipt code and nothing else."""
    receipt = ids.new_code()
    begun = await world.make.contribution(
        world.consultation,
        mode=Mode.CONFIDENTIAL,
        answers={},
        state=ContributionState.DRAFTING,
        receipt_hash=ids.fingerprint(ids.plain_code(receipt)),
    )
    return Draft(begun, receipt=receipt)


@dataclass
class Desk:
    """The people of an office, and the pages on which they write."""

    emails: list[str]
    places: list[str]


async def writing_page(world: World) -> Desk:
    """Two experts at one question that two organisations answered, and at one nobody asks the State."""
    make, secret = world.make, QUICK.hash(PASSWORD)
    consultation = await make.consultation()
    for number in range(2):
        words = {ASKED: f"Nobody marks rifles at post {number}.", UNASKED: f"Ask us about post {number}."}
        await make.contribution(consultation, organisation=await make.organisation(), answers=words)
    experts = [await make.staff(consultation, Role.EXPERT, password_hash=secret) for _ in range(2)]
    desk = f"/desk/{consultation.slug}"
    places = [f"{desk}/submission/{STATE}", f"{desk}/submission/{STATE}", f"{desk}/unasked/{UNASKED}"]
    return Desk([each.email for each in experts], places)


async def set_up(world: World) -> Desk:
    """A focal point with two devices, who sets a consultation up."""
    consultation = await world.make.consultation(state=ConsultationState.DRAFT)
    secret = QUICK.hash(PASSWORD)
    lead = await world.make.staff(consultation, Role.FOCAL_POINT, password_hash=secret)
    return Desk([lead.email, lead.email], [f"/desk/{consultation.slug}/settings"])
