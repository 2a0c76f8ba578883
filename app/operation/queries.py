"""Reading what does not run, and what was recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.models import Account, OneTimeToken
from app.audit import queries as audit
from app.audit.queries import LogEntry
from app.notifications.service import JOB
from app.operation import policy
from app.operation.wording import mail_name
from app.organisations import queries as organisations
from app.organisations.models import OrganisationKind
from app.platform import queue
from app.platform.i18n import Message
from app.platform.queue import Job
from app.platform.security import Actor, Permission, require

MOST = 200


@dataclass(frozen=True, slots=True)
class TroubledMail:
    """A mail that did not go out at least once; `next_try_at` is empty where it was given up."""

    id: UUID
    name: Message
    template: str
    to: str
    attempts: int
    error: str
    next_try_at: datetime | None


@dataclass(frozen=True, slots=True)
class OperationPage:
    """How the portal runs."""

    mails: Sequence[TroubledMail]
    overdue: int
    may_retry: Permission
    entries: Sequence[LogEntry]
    before: str | None
    is_first: bool


async def list_mails(session: AsyncSession) -> Sequence[TroubledMail]:
    """The mails in trouble, given up ones first."""
    jobs = await queue.list_troubled(session, JOB, MOST)
    addresses = await _addresses(session, jobs)
    return [
        TroubledMail(
            id=job.id,
            name=mail_name(str(job.args["template"])),
            template=str(job.args["template"]),
            to=addresses.get(_receiver(job), str(job.args.get("to") or "")),
            attempts=job.attempts,
            error=job.error,
            next_try_at=None if job.failed else job.run_after,
        )
        for job in jobs
    ]


def _receiver(job: Job) -> str:
    return str(job.args.get("link_id") or job.args.get("account_id") or "")


async def _addresses(session: AsyncSession, jobs: Sequence[Job]) -> dict[str, str]:
    """Where mails go that name an account or a link only."""
    ids = [UUID(receiver) for job in jobs if (receiver := _receiver(job))]
    if not ids:
        return {}
    links = await session.exec(
        select(OneTimeToken.id, OneTimeToken.email).where(col(OneTimeToken.id).in_(ids))
    )
    people = await session.exec(select(Account.id, Account.email).where(col(Account.id).in_(ids)))
    return {str(key): email for key, email in [*links.all(), *people.all()]}


async def operation_page(session: AsyncSession, actor: Actor, before: str = "") -> OperationPage:
    """Mails in trouble, and one page of the record of what belongs to no country review."""
    places = await organisations.organisations_of(session, actor)
    place = next((each for each in places if each.kind is OrganisationKind.SECRETARIAT), None)
    require(policy.can_watch(actor, place))
    found = await audit.list_entries(session, None, before)
    mails = await list_mails(session)
    overdue = await queue.count_overdue(session, JOB)
    return OperationPage(mails, overdue, policy.can_retry(actor), found.entries, found.before, not before)
