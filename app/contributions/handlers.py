"""What the closing of a consultation does to contributions."""

from collections.abc import Mapping, Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from app.consultations.events import ConsultationClosed
from app.contributions import service
from app.platform.events import Handler
from app.platform.security import Actor


async def pass_on(session: AsyncSession, event: ConsultationClosed) -> None:
    """The desk reads everything from the closing on, also what came in on the last day."""
    await service.pass_on_confidential(session, Actor.system("closing"), event.consultation_id)


HANDLERS: Mapping[type, Sequence[Handler]] = {ConsultationClosed: (pass_on,)}
