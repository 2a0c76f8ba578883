"""What a withdrawal does to what was made final."""

from collections.abc import Mapping, Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from app.contributions.events import WordsTakenBack
from app.exports import service
from app.platform.events import Handler
from app.platform.security import Actor


async def take_out(session: AsyncSession, event: WordsTakenBack) -> None:
    """The words leave the exports that are kept; the files people have stay theirs."""
    await service.take_out_withdrawn(session, Actor.system("exports"), event)


HANDLERS: Mapping[type, Sequence[Handler]] = {WordsTakenBack: (take_out,)}
