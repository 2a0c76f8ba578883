"""The demonstration as its seed leaves it: made once a run, copied for whoever changes it, served by a real server."""

import asyncio
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from app.accounts import service as accounts
from app.accounts.models import Account, Purpose
from app.authoring import editing
from app.authoring import service as authoring
from app.authoring.schemas import NewList, NewQuestion, NewTerm, TextsInput, UnitInput, Where
from app.consultations.models import Consultation, InvitationCode
from app.contributions import entry, service
from app.contributions.schemas import AnswerInput
from app.organisations.models import Organisation, OrganisationKind
from app.platform import ids
from app.platform.db import Database
from app.platform.queue import ATTEMPTS, Job
from app.platform.security import Actor
from app.platform.settings import DEFAULT_SECRET
from app.questionnaires import queries as questionnaires
from app.questionnaires.models import Kind as QuestionKind
from app.reference import service as reference
from app.reference.document import Kind
from app.reference.schemas import DraftChange
from tests import databases

ROOT = Path(__file__).resolve().parents[1]
OPEN, CONCLUDED, LOADED = "estaria-firearms", "valmora-armes", "estaria-full"
LOAD = 48
SECONDS_TO_START = 60


@dataclass(frozen=True)
class Seeded:
    """A folder with a seeded database, its mails, and what tests need to know about both."""

    folder: Path

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.folder / "portal.sqlite3"

    @property
    def mails(self) -> Path:
        """Where the portal writes its mails."""
        return self.folder / "mail"

    @cached_property
    def demo(self) -> dict[str, Any]:
        """Who one can be and which codes work, as the seed wrote it."""
        found: dict[str, Any] = json.loads((self.folder / "demo.json").read_text(encoding="utf-8"))
        return found

    @cached_property
    def links(self) -> dict[str, str]:
        """The secrets of a link of each kind, and the receipt code of a contribution still being written."""
        found: dict[str, str] = json.loads((self.folder / "links.json").read_text(encoding="utf-8"))
        return found

    def key_of(self, role: str, state: str = "QE") -> str:
        """The key of the first person with this role in a State; some belong to none."""
        people = [p for p in self.demo["people"] if p["role"] == role and p["state"] in {state, ""}]
        assert people, f"the demonstration has no {role} in {state}"
        return str(people[0]["key"])

    def receipt_code(self) -> str:
        """What opens a submitted confidential contribution to the open consultation."""
        return next(c["receipt_code"] for c in self.demo["confidential"] if c["consultation"] == OPEN)

    def invitation_codes(self) -> list[str]:
        """Codes for the open consultation that nobody used."""
        return [c["code"] for c in self.demo["invitation_codes"] if c["consultation"] == OPEN]

    def ask(self, question: str, *parameters: str) -> list[tuple[Any, ...]]:
        """Rows of the database; identifiers come as the portal writes them into addresses."""
        with sqlite3.connect(self.database) as own:
            rows = own.execute(question, parameters).fetchall()
        own.close()
        return [tuple(_readable(value) for value in row) for row in rows]

    def one(self, question: str, *parameters: str) -> str:
        """The one value somebody asks for."""
        rows = self.ask(question, *parameters)
        assert rows, f"the seed left no row for: {question}"
        return str(rows[0][0])

    async def end_the_day(self) -> None:
        """The desk of the open consultation reads what confidential contributors handed in today."""
        db = Database(f"sqlite+aiosqlite:///{self.database}")
        async with db.write() as session:
            found = (await session.exec(select(Consultation.id).where(Consultation.slug == OPEN))).one()
            await service.pass_on_confidential(session, Actor.system("tests"), found)
        await db.close()

    def copy(self, to: Path) -> "Seeded":
        """The same once more, to be changed."""
        shutil.copytree(self.folder, to)
        return Seeded(to)

    def environment(self, **more: str) -> dict[str, str]:
        """What a program needs in its environment to be this portal."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
        return inherited | {
            "PORTAL_DEMONSTRATION": "true",
            "PORTAL_DATABASE_URL": f"sqlite+aiosqlite:///{self.database}",
            "PORTAL_MAIL_FOLDER": str(self.mails),
            "PORTAL_LOG_LEVEL": "WARNING",
            **more,
        }


def _readable(value: Any) -> Any:
    if isinstance(value, str) and len(value) == 32 and all(c in "0123456789abcdef" for c in value):
        return str(UUID(value))
    return value


def seed_once(factory: pytest.TempPathFactory) -> Seeded:
    """The seeded demonstration of this run, whichever process asks first."""
    with databases.shared_folder(factory, "seeded") as folder:
        seeded = Seeded(folder)
        if not (folder / "links.json").exists():
            for command in ("migrate", "seed"):
                _run(seeded, command)
            found = asyncio.run(_add_what_waits(seeded))
            databases.checkpoint(seeded.database)
            (folder / "links.json").write_text(json.dumps(found), encoding="utf-8")
    return seeded


def load_once(factory: pytest.TempPathFactory) -> Seeded:
    """The same with many contributions: the first forty through the services, eight more in bulk."""
    seeded = seed_once(factory)
    with databases.shared_folder(factory, "loaded") as folder:
        loaded = Seeded(folder)
        if not (folder / "is-loaded").exists():
            shutil.copytree(seeded.folder, folder, dirs_exist_ok=True)
            _run(loaded, "seed", "--load", str(LOAD))
            databases.checkpoint(loaded.database)
            (folder / "is-loaded").touch()
    return loaded


def _run(seeded: Seeded, *command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app", *command],
        cwd=ROOT,
        env=seeded.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"python -m app {' '.join(command)} failed:\n{done.stdout}\n{done.stderr}"


async def _add_what_waits(seeded: Seeded) -> dict[str, str]:
    """Links that wait in a mail, an answer somebody is still writing, a draft of the reference data."""
    db = Database(f"sqlite+aiosqlite:///{seeded.database}")
    found: dict[str, str] = {}
    async with db.write() as session:
        await reference.start_draft(session, Actor.system("tests"))
        await reference.remove_row(session, Actor.system("tests"), Kind.PHASES, "4", DraftChange())
        account = (await session.exec(select(Account))).first()
        ngo = (
            await session.exec(select(Organisation).where(Organisation.kind == OrganisationKind.NGO))
        ).first()
        assert account
        assert ngo
        kept: dict[Purpose, dict[str, Any]] = {
            Purpose.CONFIRM_EMAIL: {
                "payload": {"name": "", "organisation": "A new league", "kind": "ngo", "password_hash": None}
            },
            Purpose.INVITATION: {
                "organisation_id": ngo.id,
                "payload": {"role": "drafter", "by": "", "by_name": ""},
            },
            Purpose.RESET_PASSWORD: {"account_id": account.id},
        }
        for purpose, more in kept.items():
            link = await accounts.add_link(session, purpose, "somebody@example.org", "en", **more)
            armed = await accounts.arm_link(session, link.id)
            assert armed
            found[purpose.value] = armed[1]
        letter = {"template": "accounts/address_known", "to": "somebody@example.org", "language": "en"}
        session.add(
            Job(name="send_email", args=letter, attempts=ATTEMPTS, failed=True, error="SMTPConnectError")
        )
        code = ids.new_code()
        consultation = (await session.exec(select(Consultation.id).where(Consultation.slug == OPEN))).one()
        session.add(InvitationCode(code_hash=ids.fingerprint(code), consultation_id=consultation))
        await session.flush()
        receipt = ids.new_code()
        contribution = await entry.enter(session, DEFAULT_SECRET, code, receipt, "en")
        found["receipt"], found["writing"] = receipt, str(contribution.id)
        data = AnswerInput.model_validate(
            {"narrative": "Licences are checked once, at the border.", "law": "yes"}
        )
        bearer = Actor(bearer_of=contribution.id)
        await service.save_answer(session, bearer, contribution.id, first_code(seeded), data)
    await _begin_draft(db)
    await db.close()
    return found


async def _begin_draft(db: Database) -> None:
    """A new version of the questionnaire, with something to mend: the pages of those who write need a draft."""
    portal, published = Actor.system("tests"), Where("firearms", "civil-society", 1)
    async with db.write() as session:
        draft = await authoring.start_version(session, portal, published)
        where = Where(draft.slug, draft.edition_path, draft.number)
        question = NewQuestion(code="FP-03-z", section="FP-03", kind=QuestionKind.SINGLE_CHOICE)
        await authoring.add_question(session, portal, where, question)
        await authoring.add_list(session, portal, where, NewList(name="yes_no"))
        await authoring.add_term(session, portal, where, NewTerm(key="alarm-pistol", term="alarm pistol"))
        units = editing.all_units(await questionnaires.read_definition(session, draft))
        prompt = next(unit for unit in units if unit.key == "q:FP-03-a:prompt")
        changed = UnitInput(key=prompt.key, text="Asked anew?", started=editing.unit_hash(prompt, "en"))
        await authoring.save_texts(session, portal, where, "en", TextsInput(units=[changed]))


def first_code(seeded: Seeded) -> str:
    """The code of the first question of civil society."""
    return seeded.one(
        "SELECT q.code FROM question q JOIN questionnaire_version v ON v.id = q.version_id "
        "WHERE v.edition = 'civil_society' ORDER BY q.position"
    )


def free_port() -> int:
    """A port of this machine that nobody listens on just now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@contextmanager
def served(seeded: Seeded) -> Iterator[str]:
    """A server of its own for this demonstration; yields its address."""
    port = free_port()
    environment = seeded.environment(PORTAL_PUBLIC_URL=f"http://127.0.0.1:{port}")
    with running(["-m", "app", "serve"], port, environment, seeded.folder / "server.log") as address:
        yield address


@contextmanager
def running(words: Sequence[str], port: int, environment: Mapping[str, str], log: Path) -> Iterator[str]:
    """A server process from these words of a command line, until the end of the block; yields its address."""
    address = f"http://127.0.0.1:{port}"
    with log.open("w+", encoding="utf-8") as written:
        server = subprocess.Popen(
            [sys.executable, *words, "--port", str(port)],
            cwd=ROOT,
            env=environment,
            stdout=written,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(address, server, log)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Until the server answers; whoever is slow today is not broken."""
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until:
        assert server.poll() is None, f"the server ended:\n{log.read_text(encoding='utf-8')}"
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5):  # noqa: S310  (our own address)
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"no answer from {address}")
