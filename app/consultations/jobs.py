"""Jobs of consultations."""

from datetime import timedelta
from typing import Any

from app.consultations import service
from app.platform import clock
from app.platform.db import Database
from app.platform.security import Actor

# An answer that arrived in time may still be on its way through the portal when the clock strikes.
GRACE = timedelta(minutes=15)


async def close_due_consultations(db: Database, context: Any) -> None:
    """Close what is past its closing instant; until this runs, the dates alone keep late answers out."""
    async with db.write() as session:
        await service.close_due_consultations(session, Actor.system("deadline"), clock.now() - GRACE)
