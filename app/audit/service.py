"""Writing to the audit record."""

from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit.models import AuditEntry
from app.platform import clock
from app.platform.security import Actor


def record(
    session: AsyncSession,
    actor: Actor,
    action: str,
    thing: Any,
    scope_id: UUID | None = None,
    **details: Any,
) -> None:
    """Add an act to the record; the bearer of a code leaves neither a name nor a time of day."""
    entry = AuditEntry(
        action=action,
        thing=type(thing).__name__,
        thing_id=thing.id,
        scope_id=scope_id,
        details={key: str(value) for key, value in details.items()},
    )
    if actor.bearer_of is not None:
        entry.at = clock.day_only(entry.at)
    else:
        entry.actor_id = actor.account_id
        entry.actor_name = actor.name
    session.add(entry)
