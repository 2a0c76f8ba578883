"""Jobs of contributions."""

from collections.abc import Mapping
from typing import Any

from app.contributions import service
from app.platform import daily
from app.platform.db import Database
from app.platform.queue import JobFunction
from app.platform.security import Actor


async def erase_withdrawn(db: Database, context: Any) -> None:
    """Erase the words of contributions that were withdrawn under an earlier version of the portal."""
    async with db.write() as session:
        await service.erase_withdrawn(session, Actor.system("withdrawals"))


async def pass_on_confidential(db: Database, context: Any) -> None:
    """Once a day, let the desk read the confidential answers of the days that are over.

    In the demonstration, where nobody has anything to fear and nobody waits a day, at once.
    """
    async with db.write() as session:
        if context.demonstration:
            await service.pass_on_confidential(session, Actor.system("demonstration"), today=True)
        elif await daily.is_first_today(session, "contributions passed on"):
            await service.pass_on_confidential(session, Actor.system("day"))


JOBS: Mapping[str, JobFunction] = {
    "contributions.erase_withdrawn": erase_withdrawn,
    "contributions.pass_on": pass_on_confidential,
}
