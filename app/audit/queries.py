"""Reading the audit record of one country review, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit.models import AuditEntry
from app.audit.sentences import CONTRIBUTORS_ACTS, FORMER, sentence_of
from app.platform.i18n import Message, _

PAGE = 50
# Reasons that speak of the consultation itself; those about answers are not for the auditor's eyes.
GIVEN_WITH_REASON = frozenset(
    {
        "consultation.closed",
        "consultation.extended",
        "consultation.override_asked",
        "consultation.override_confirmed",
    }
)
CONTRIBUTOR = _("A contributor")
PORTAL = _("The portal")


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One act as staff may read it: a contributor has no name and no time of day here."""

    at: datetime
    who: str | Message
    action: str
    sentence: Message
    question: str
    decision: str
    reason: str
    day_only: bool
    role: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class LogEntries:
    """One page of the record, and the key that asks for the next one."""

    entries: Sequence[LogEntry]
    before: str | None


async def list_entries(
    session: AsyncSession,
    scope_id: UUID | None,
    before: str = "",
    limit: int = PAGE,
    office_id: UUID | None = None,
) -> LogEntries:
    """Acts of one country review, or of none, newest first, from a key on; an unknown key begins anew.

    With an office, who got and lost a role there is among them. Acts of contributors carry the beginning
    of their day: they stand after the timed ones of it, by their random ids.
    """
    places = [place for place in (scope_id, office_id) if place is not None]
    query = select(AuditEntry).where(
        col(AuditEntry.scope_id).in_(places) if places else col(AuditEntry.scope_id).is_(None)
    )
    key = _key(before)
    if key is not None:
        at, entry_id = key
        older = (col(AuditEntry.at) < at) | ((col(AuditEntry.at) == at) & (col(AuditEntry.id) < entry_id))
        query = query.where(older)
    query = query.order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc()).limit(limit + 1)
    rows = (await session.exec(query)).all()
    shown = rows[:limit]
    more = f"{shown[-1].at.isoformat()}_{shown[-1].id}" if len(rows) > limit else None
    return LogEntries([_entry(row) for row in shown], more)


def _key(text: str) -> tuple[datetime, UUID] | None:
    at, _line, entry_id = text.partition("_")
    try:
        instant = datetime.fromisoformat(at)
        return (instant, UUID(entry_id)) if instant.tzinfo is not None else None
    except ValueError:
        return None


def _entry(row: AuditEntry) -> LogEntry:
    by_contributor = row.action.startswith(CONTRIBUTORS_ACTS) or not row.actor_name
    who: str | Message = row.actor_name
    if by_contributor:
        who = CONTRIBUTOR
    elif row.actor_id is None:
        who = PORTAL
    action = FORMER.get(row.action, row.action)
    return LogEntry(
        at=row.at,
        who=who,
        action=action,
        sentence=sentence_of(action),
        question="" if by_contributor else row.details.get("question", ""),
        decision=row.details.get("kind", "") if action == "answer.decided" else "",
        reason=row.details.get("reason", "") if action in GIVEN_WITH_REASON else "",
        day_only=by_contributor or row.at.time() == time(0),
        role=row.details.get("role", "") if row.action.startswith("organisation.") else "",
        person=row.details.get("person", "") if row.action.startswith("organisation.") else "",
    )
