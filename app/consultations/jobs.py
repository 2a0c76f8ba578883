"""Jobs of consultations."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from app.consultations import service
from app.platform import clock
from app.platform.db import Database
from app.platform.queue import JobFunction
from app.platform.security import Actor

# An answer that arrived in time may still be on its way through the portal when the clock strikes.
GRACE = timedelta(minutes=15)


async def close_due_consultations(db: Database, context: Any) -> None:
    """Close what is past its closing instant; until this runs, the dates alone keep late answers out."""
    async with db.write() as session:
        await service.close_due_consultations(session, Actor.system("deadline"), clock.now() - GRACE)


async def delete_codes(db: Database, context: Any) -> None:
    """Delete the codes of what is concluded, used or not, all at once."""
    async with db.write() as session:
        await service.delete_codes(session, Actor.system("codes"))


JOBS: Mapping[str, JobFunction] = {
    "consultations.close_due": close_due_consultations,
    "consultations.delete_codes": delete_codes,
}
