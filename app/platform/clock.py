"""The one place that asks what time it is."""

from contextvars import ContextVar
from datetime import UTC, date, datetime, time


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """This day, in UTC."""
    return now().date()


def day_only(instant: datetime) -> datetime:
    """The instant with everything finer than its day taken away (product.md 4)."""
    return datetime.combine(instant.date(), time(0), UTC)


arrived: ContextVar[datetime | None] = ContextVar("arrived", default=None)


def arrival() -> datetime:
    """When the request that is being worked on arrived; a deadline is judged by this instant."""
    return arrived.get() or now()
