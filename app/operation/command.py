"""The command line of those who run the portal: the first person, and e-mail that did not go out."""

import sys
from uuid import UUID

from pydantic import ValidationError

from app.notifications.service import JOB
from app.operation import queries, service, setup
from app.operation.setup import Mark
from app.organisations import service as organisations
from app.organisations.models import OrganisationKind, Role
from app.organisations.queries import find_secretariat
from app.organisations.schemas import InviteInput
from app.platform import queue
from app.platform.db import Database
from app.platform.errors import NotFound
from app.platform.forms import sentences
from app.platform.security import Actor
from app.platform.settings import Settings

NAME = "Secretariat"


async def invite(db: Database, email: str, role: Role, language: str, name: str) -> int:
    """Invite somebody to the secretariat, which is set up if there is none; returns the exit code."""
    try:
        data = InviteInput(email=email, role=role, language=language)
    except ValidationError as problem:
        print(*map(str, sentences(problem).values()), sep="\n", file=sys.stderr)  # noqa: T201  (why it does nothing)
        return 2
    actor = Actor.system("command line")
    async with db.write() as session:
        place = await find_secretariat(session)
        if place is None:
            kind = OrganisationKind.SECRETARIAT
            place = await organisations.register_organisation(session, actor, name or NAME, kind, language)
        await organisations.invite_member(session, actor, place.id, data.email, role, language)
    print(  # noqa: T201  (this is the answer of a command)
        f"An invitation to the {role.value} role waits to be sent to {data.email}.\n"
        "It goes out with the next job: with `python -m app worker`, on SQLite while the portal serves. "
        "If it does not arrive, see `python -m app mail list`."
    )
    return 0


async def check(db: Database, settings: Settings) -> int:
    """Say what is missing before strangers may come; returns the exit code, 1 where something has to be done."""
    findings = await setup.check_setup(db, settings)
    for finding in findings:
        print(f"{finding.mark:<8} {finding.sentence}")  # noqa: T201  (this is the answer of a command)
    return 1 if any(finding.mark is Mark.MISSING for finding in findings) else 0


async def list_mails(db: Database) -> int:
    """Say which e-mail did not go out and why; never to whom, for what is printed here may be kept."""
    async with db.read() as session:
        mails = await queries.list_mails(session)
        overdue = await queue.count_overdue(session, JOB)
    for mail in mails:
        again = f"next try {mail.next_try_at:%Y-%m-%d %H:%M} UTC" if mail.next_try_at else "given up"
        print(mail.id, mail.template, f"{mail.attempts} tries", again, mail.error, sep="\t")  # noqa: T201
    if overdue:
        print(f"{overdue} waited for more than ten minutes without a try. Is a worker running?")  # noqa: T201
    if not mails and not overdue:
        print("No e-mail failed, and none has waited for more than ten minutes.")  # noqa: T201
    return 1 if overdue or any(mail.next_try_at is None for mail in mails) else 0


async def retry(db: Database, mail: str | None) -> int:
    """Have one e-mail, or all, tried again now; returns the exit code."""
    try:
        wanted = UUID(mail) if mail else None
        async with db.write() as session:
            number = await service.retry_mails(session, Actor.system("command line"), wanted)
    except (ValueError, NotFound):
        print("No such e-mail waits. See: python -m app mail list", file=sys.stderr)  # noqa: T201
        return 2
    print(f"{number} to be tried again now.")  # noqa: T201
    return 0
