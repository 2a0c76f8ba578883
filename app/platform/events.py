"""Side effects for the packages above: handlers that run in the caller's transaction."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

Handler = Callable[[AsyncSession, Any], Awaitable[None]]
_handlers: dict[type, list[Handler]] = {}


def register(tables: Sequence[Mapping[type, Sequence[Handler]]]) -> None:
    """Take the tables of wiring.HANDLERS; called once when the application is made."""
    _handlers.clear()
    for table in tables:
        for event, handlers in table.items():
            _handlers.setdefault(event, []).extend(handlers)


async def publish(session: AsyncSession, event: Any) -> None:
    """Run the handlers of the event; they may add rows, enqueue a job, or answer what the event asks."""
    for handler in _handlers.get(type(event), ()):
        await handler(session, event)
