"""What a withdrawal does to an outcome."""

from collections.abc import Mapping, Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from app.contributions.events import WordsTakenBack
from app.platform.events import Handler
from app.platform.security import Actor
from app.publication import service


async def take_out(session: AsyncSession, event: WordsTakenBack) -> None:
    """The words leave the public page in the moment they are taken back."""
    actor = Actor.system("outcome")
    await service.take_out_withdrawn(session, actor, event.consultation_id, event.contribution_id)


HANDLERS: Mapping[type, Sequence[Handler]] = {WordsTakenBack: (take_out,)}
