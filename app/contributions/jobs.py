"""Jobs of contributions."""

from collections.abc import Mapping
from typing import Any

from app.contributions import service
from app.platform import daily
from app.platform.db import Database
from app.platform.queue import JobFunction
from app.platform.security import Actor


async def pass_on_confidential(db: Database, context: Any) -> None:
    """Once a day, let the desk read the confidential answers of the days that are over."""
    async with db.write() as session:
        if await daily.is_first_today(session, "contributions passed on"):
            await service.pass_on_confidential(session, Actor.system("day"))


JOBS: Mapping[str, JobFunction] = {"contributions.pass_on": pass_on_confidential}
