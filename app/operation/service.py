"""Setting going again what stopped."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit import service as audit
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


async def retry_jobs(session: AsyncSession, actor: Actor, job_id: UUID | None = None) -> int:
    """Have one job that failed, or all of them, tried as soon as possible; raises NotFound if there is no such job."""
    require(policy.can_manage_jobs(actor))
    number = await queue.try_again(session, None, job_id)
    if job_id is not None and not number:
        raise NotFound
    return number


async def drop_job(session: AsyncSession, actor: Actor, job_id: UUID) -> str:
    """Delete a job that shall not be done any more; returns its name. Raises NotFound if there is no such job."""
    require(policy.can_manage_jobs(actor))
    job = await queue.drop(session, job_id)
    if job is None:
        raise NotFound
    audit.record(session, actor, "job.dropped", job, name=job.name)
    return job.name
