"""What a new role means for country reviews."""

from collections.abc import Mapping, Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from app.organisations.events import RoleGiven
from app.organisations.models import Role
from app.platform.events import Handler
from app.platform.security import Actor
from app.reviews import service


async def appoint(session: AsyncSession, event: RoleGiven) -> None:
    """The invited focal point is the focal point."""
    if event.role is Role.FOCAL_POINT:
        portal = Actor.system("invitation")
        await service.appoint_newcomer(session, portal, event.organisation_id, event.account_id)


HANDLERS: Mapping[type, Sequence[Handler]] = {RoleGiven: (appoint,)}
