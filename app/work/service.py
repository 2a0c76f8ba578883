"""The choice of a digest, and sending it."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.models import Account
from app.notifications import service as notifications
from app.organisations import queries as organisations
from app.platform import clock
from app.platform.db import insert_into
from app.platform.security import Actor, require
from app.work import desk, policy
from app.work.models import Digest, Every
from app.work.schemas import DigestInput

MONDAY = 0
WEEK = timedelta(days=6)


async def choose_digest(session: AsyncSession, actor: Actor, data: DigestInput) -> None:
    """Keep how often somebody wants to be told; the same choice twice is one."""
    require(policy.can_open(actor))
    chosen = insert_into(session, Digest).values(account_id=actor.account_id, every=data.every)
    kept = chosen.on_conflict_do_update(index_elements=["account_id"], set_={"every": data.every})
    await session.exec(kept)


def is_due(digest: Digest, today: date) -> bool:
    """Whether a digest goes out today: once a day, or once a week on a Monday or the first day after it."""
    if digest.every is Every.NEVER or digest.sent_on == today:
        return False
    if digest.every is Every.DAY:
        return True
    return today.weekday() == MONDAY or (digest.sent_on is not None and today - digest.sent_on > WEEK)


async def send_digests(session: AsyncSession, actor: Actor) -> int:
    """Tell everybody who asked for it and for whom something waits; returns how many mails were enqueued.

    The row is locked and marked before its mail is enqueued: two processes at once send one mail.
    """
    require(policy.can_send(actor))
    today = clock.today()
    query = (
        select(Digest, Account)
        .join(Account, col(Account.id) == Digest.account_id)
        .where(Digest.every != Every.NEVER, col(Account.is_active).is_(True))
        .with_for_update(of=Digest, skip_locked=True)
    )
    rows: Sequence[tuple[Digest, Account]] = (await session.exec(query)).all()
    sent = 0
    for digest, account in rows:
        if not is_due(digest, today):
            continue
        digest.sent_on = today
        session.add(digest)
        sent += await _tell(session, account)
    return sent


async def _tell(session: AsyncSession, account: Account) -> int:
    reader = await organisations.actor_of(session, account)
    if not policy.can_open(reader):
        return 0
    page = await desk.work_page(session, reader)
    if not page.waiting:
        return 0
    await notifications.notify_account(session, account.id, "work/digest", number=page.waiting)
    return 1
