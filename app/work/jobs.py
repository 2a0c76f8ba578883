"""The job that sends digests."""

from collections.abc import Mapping
from typing import Any

from app.platform.db import Database
from app.platform.queue import JobFunction
from app.platform.security import Actor
from app.work import service


async def send_digests(db: Database, context: Any) -> None:
    """Send what is due; asked again on the same day, there is nothing left to send."""
    async with db.write() as session:
        await service.send_digests(session, Actor.system("digests"))


JOBS: Mapping[str, JobFunction] = {"work.send_digests": send_digests}
