"""Jobs of contributions."""

from typing import Any

from app.contributions import service
from app.platform.db import Database
from app.platform.security import Actor


async def erase_withdrawn(db: Database, context: Any) -> None:
    """Erase the words of contributions that were withdrawn under an earlier version of the portal."""
    async with db.write() as session:
        await service.erase_withdrawn(session, Actor.system("withdrawals"))
