"""What somebody has begun and can go on with, for the pages before it: home, and that of its consultation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consultations.models import Consultation, ConsultationState
from app.contributions import overview, queries
from app.contributions.models import Contribution, ContributionState
from app.contributions.queries import FRAME, visible
from app.organisations.models import CONTRIBUTORS
from app.platform import clock
from app.platform.security import Actor


@dataclass(frozen=True, slots=True)
class Begun:
    """A contribution that stands or is being written, and where to go on; `number` is None where all is done."""

    contribution_id: UUID
    slug: str
    titles: Mapping[str, str]
    closes_at: datetime
    is_submitted: bool
    done: int
    total: int
    number: int | None
    code: str


async def find_begun(session: AsyncSession, actor: Actor, language: str, slug: str = "") -> Begun | None:
    """What somebody began in an open consultation, the one that closes first; in one consultation if told."""
    if actor.bearer_of is None and not actor.places(*CONTRIBUTORS):
        return None
    query = FRAME.where(
        visible(actor),
        Consultation.state == ConsultationState.OPEN,
        Consultation.closes_at > clock.arrival(),
        Contribution.state != ContributionState.WITHDRAWN,
    )
    if slug:
        query = query.where(Consultation.slug == slug)
    drafting_first = (col(Contribution.state) == ContributionState.SUBMITTED, col(Consultation.closes_at))
    row = (await session.exec(query.order_by(*drafting_first).limit(1))).first()
    if row is None:
        return None
    frame = queries.Frame(*row)
    tasks = await overview.task_list(session, actor, frame.contribution.id, language)
    ahead = tasks.next if tasks.may_answer else None
    return Begun(
        contribution_id=frame.contribution.id,
        slug=frame.consultation.slug,
        titles=frame.consultation.titles,
        closes_at=frame.consultation.closes_at,
        is_submitted=frame.contribution.state is ContributionState.SUBMITTED,
        done=tasks.done,
        total=tasks.total,
        number=tasks.numbers.get(ahead.id) if ahead else None,
        code=ahead.code if ahead else "",
    )
