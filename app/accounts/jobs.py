"""What is done about accounts without anybody asking."""

from sqlalchemy import delete

from app.accounts.models import BearerSession, SignedInSession
from app.platform import clock
from app.platform.db import Database


async def forget_ended_sessions(db: Database, _context: object) -> None:
    """Delete the sessions that are over, of people and of those who came with a code."""
    async with db.write() as session:
        await session.exec(delete(BearerSession).where(BearerSession.expires_on < clock.today()))  # type: ignore[arg-type]
        await session.exec(delete(SignedInSession).where(SignedInSession.expires_at <= clock.now()))  # type: ignore[arg-type]
