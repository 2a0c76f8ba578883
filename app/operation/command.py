"""The command line of those who run the portal: the first person, and e-mail that did not go out."""

import sys
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from babel import Locale
from pydantic import ValidationError

from app.notifications.service import JOB
from app.operation import backup, queries, service, setup
from app.operation.setup import Mark
from app.organisations import service as organisations
from app.organisations.models import OrganisationKind, Role
from app.organisations.queries import find_secretariat
from app.organisations.schemas import InviteInput
from app.platform import queue
from app.platform.db import Database
from app.platform.errors import Invalid, NotFound
from app.platform.forms import sentences
from app.platform.i18n import LANGUAGES
from app.platform.queue import Job
from app.platform.security import Actor
from app.platform.settings import Settings
from app.reviews import service as reviews
from app.reviews.schemas import StateInput

NAME = "Secretariat"
COMMAND_LINE = Actor.system("command line")
NO_JOB = "There is no such job. See: python -m app jobs list"
MOST = 1000


async def invite(db: Database, email: str, role: Role, language: str, name: str) -> int:
    """Invite somebody to the secretariat, which is set up if there is none; returns the exit code."""
    try:
        data = InviteInput(email=email, role=role, language=language)
    except ValidationError as problem:
        print(*map(str, sentences(problem).values()), sep="\n", file=sys.stderr)  # noqa: T201  (why it does nothing)
        return 2
    async with db.write() as session:
        place = await find_secretariat(session)
        if place is None:
            kind = OrganisationKind.SECRETARIAT
            place = await organisations.register_organisation(
                session, COMMAND_LINE, name or NAME, kind, language
            )
        await organisations.invite_member(session, COMMAND_LINE, place.id, data.email, role, language)
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


async def create_state(
    db: Database, code: str, office: str, zone: str, language: str, names: Mapping[str, str]
) -> int:
    """Put a State and its office on the portal; its names come from the CLDR unless they are given."""
    known = {each.code: Locale.parse(each.tag, sep="-").territories.get(code) for each in LANGUAGES}
    try:
        data = StateInput.model_validate(
            {
                "code": code,
                "names": {each: name for each, name in {**known, **names}.items() if name},
                "zone": zone,
                "office_name": office,
                "office_language": language,
            }
        )
        async with db.write() as session:
            await reviews.create_state(session, COMMAND_LINE, data)
    except (ValidationError, Invalid) as problem:
        found = sentences(problem) if isinstance(problem, ValidationError) else problem.errors
        for field, sentence in found.items():
            print(f"{field}: {sentence}", file=sys.stderr)  # noqa: T201  (why it does nothing)
        return 2
    print(  # noqa: T201
        f"{data.code} is on the portal: {', '.join(data.names.values())}. Its office: {data.office_name}.\n"
        "The secretariat invites the office's people under Country reviews."
    )
    return 0


async def list_jobs(db: Database) -> int:
    """Say what waits, what fails and what was given up; never for whom. Returns 1 where it needs somebody."""
    async with db.read() as session:
        jobs = await queue.list_jobs(session, MOST)
    for job in jobs:
        print(job.id, job.name, _state_of(job), f"{job.attempts} tries", job.error, sep="\t")  # noqa: T201
    if not jobs:
        print("No job waits.")  # noqa: T201
    return 1 if any(job.failed or queue.is_overdue(job) for job in jobs) else 0


def _state_of(job: Job) -> str:
    if job.failed:
        return "given up"
    if queue.is_overdue(job):
        return f"waits since {job.run_after:%Y-%m-%d %H:%M} UTC. Is a worker running?"
    return f"next try {job.run_after:%Y-%m-%d %H:%M} UTC"


async def retry_jobs(db: Database, job: str | None) -> int:
    """Have one job that failed, or all of them, tried now; returns the exit code."""
    try:
        async with db.write() as session:
            number = await service.retry_jobs(session, COMMAND_LINE, UUID(job) if job else None)
    except (ValueError, NotFound):
        print(NO_JOB, file=sys.stderr)  # noqa: T201
        return 2
    print(f"{number} to be tried again now.")  # noqa: T201
    return 0


async def drop_job(db: Database, job: str | None) -> int:
    """Delete one job; returns the exit code."""
    try:
        async with db.write() as session:
            name = await service.drop_job(session, COMMAND_LINE, UUID(job or ""))
    except (ValueError, NotFound):
        print(NO_JOB, file=sys.stderr)  # noqa: T201
        return 2
    print(f"{name} is dropped.")  # noqa: T201
    return 0


def back_up(settings: Settings, to: Path) -> int:
    """Write the database into a file; returns the exit code."""
    try:
        made = backup.back_up(settings.database_url, to)
    except backup.Refused as problem:
        print(problem, file=sys.stderr)  # noqa: T201
        return 2
    print(  # noqa: T201
        f"{to} holds the whole database at revision {made.revision}.\nIt holds what confidential contributors "
        "wrote: encrypt it, and delete it on a date. Try once that it can be restored."
    )
    return 0


def restore(settings: Settings, source: Path) -> int:
    """Put a copy back into an empty database; returns the exit code."""
    try:
        found = backup.restore(settings.database_url, source)
    except backup.Refused as problem:
        print(problem, file=sys.stderr)  # noqa: T201
        return 2
    print(  # noqa: T201
        f"{source} is restored, at revision {found.revision}. Next: python -m app migrate\n"
        f"{found.jobs} jobs waited when it was made, e-mail among them: what was sent since would be sent again. "
        "See python -m app jobs list before you serve it.\n"
        "What was withdrawn since, stands again: withdraw it again."
    )
    return 0


async def retry(db: Database, mail: str | None) -> int:
    """Have one e-mail, or all, tried again now; returns the exit code."""
    try:
        wanted = UUID(mail) if mail else None
        async with db.write() as session:
            number = await service.retry_mails(session, COMMAND_LINE, wanted)
    except (ValueError, NotFound):
        print("No such e-mail waits. See: python -m app mail list", file=sys.stderr)  # noqa: T201
        return 2
    print(f"{number} to be tried again now.")  # noqa: T201
    return 0
