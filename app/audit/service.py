"""Writing to the audit record."""

import secrets
from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit import policy
from app.audit.models import AuditEntry, WaitingAct
from app.audit.sentences import CONTRIBUTORS_ACTS, UNNAMED_ACTS
from app.platform import clock
from app.platform.security import Actor, require


def record(
    session: AsyncSession,
    actor: Actor,
    action: str,
    thing: Any,
    scope_id: UUID | None = None,
    **details: Any,
) -> None:
    """Add an act to the record, in the transaction of the act; of contributors the day is all that is kept.

    What the bearer of a code does has nobody's name, and waits until the day is over: in the order and
    at the time of the others of that day it would tell when it was done.
    """
    about = {
        "action": action,
        "thing": type(thing).__name__,
        "thing_id": thing.id,
        "scope_id": scope_id,
        "details": {key: str(value) for key, value in details.items()},
    }
    if actor.bearer_of is not None or action in UNNAMED_ACTS:
        session.add(WaitingAct(**about))
        return
    entry = AuditEntry(**about, actor_id=actor.account_id, actor_name=actor.name)
    if action.startswith(CONTRIBUTORS_ACTS):
        entry.at = clock.day_only(entry.at)
    session.add(entry)


async def enter_waiting_acts(session: AsyncSession, actor: Actor) -> int:
    """Move the acts of days that are over into the record, in no order; returns how many."""
    require(policy.can_enter_waiting(actor))
    query = select(WaitingAct).where(col(WaitingAct.day) < clock.today()).with_for_update(skip_locked=True)
    waiting = list((await session.exec(query)).all())
    secrets.SystemRandom().shuffle(waiting)
    for act in waiting:
        kept = act.model_dump(exclude={"id", "day"})
        session.add(AuditEntry(**kept, at=datetime.combine(act.day, time(0), UTC)))
        await session.delete(act)
    await session.flush()
    return len(waiting)
