"""What a withdrawal does to a submission."""

from collections.abc import Mapping, Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from app.contributions.events import WordsTakenBack
from app.platform.events import Handler
from app.platform.security import Actor
from app.submissions import erasing


async def take_out(session: AsyncSession, event: WordsTakenBack) -> None:
    """The words leave the desk in the moment they are taken back."""
    await erasing.take_out_withdrawn(session, Actor.system("submission"), event)


HANDLERS: Mapping[type, Sequence[Handler]] = {WordsTakenBack: (take_out,)}
