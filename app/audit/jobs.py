"""Jobs of the audit record."""

from collections.abc import Mapping
from typing import Any

from app.audit import service
from app.platform.db import Database
from app.platform.queue import JobFunction
from app.platform.security import Actor


async def enter_waiting_acts(db: Database, context: Any) -> None:
    """Enter the acts of the days that are over."""
    async with db.write() as session:
        await service.enter_waiting_acts(session, Actor.system("record"))


JOBS: Mapping[str, JobFunction] = {"audit.enter_waiting": enter_waiting_acts}
