"""What a withdrawal does to what was taken in."""

from collections.abc import Mapping, Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from app.contributions.events import WordsTakenBack
from app.intake import service
from app.platform.events import Handler
from app.platform.security import Actor


async def take_out(session: AsyncSession, event: WordsTakenBack) -> None:
    """The rows its answers were read from say nothing any more."""
    await service.take_out_withdrawn(session, Actor.system("intake"), event.contribution_id)


HANDLERS: Mapping[type, Sequence[Handler]] = {WordsTakenBack: (take_out,)}
