"""Setting going again what stopped."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.notifications.service import JOB
from app.operation import policy
from app.platform import queue
from app.platform.errors import NotFound
from app.platform.security import Actor, require


async def retry_mails(session: AsyncSession, actor: Actor, mail_id: UUID | None = None) -> int:
    """Have one mail, or all of them, sent as soon as possible; raises NotFound if there is no such mail."""
    require(policy.can_retry(actor))
    number = await queue.try_again(session, JOB, mail_id)
    if mail_id is not None and not number:
        raise NotFound
    return number
