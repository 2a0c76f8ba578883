"""What the submission says when somebody asks whether a consultation is done."""

from collections.abc import Mapping, Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from app.consultations.events import StepAsked, UndecidedAsked
from app.platform.events import Handler
from app.submissions import obstacles


async def step_asked(session: AsyncSession, event: StepAsked) -> None:
    """Undecided answers, questions not cleared, a submission not handed over."""
    event.answer("submissions", await obstacles.against(session, event.consultation, event.step))


async def undecided_asked(session: AsyncSession, event: UndecidedAsked) -> None:
    """The answers that have no decision with a reason."""
    event.numbers.append(await obstacles.count_undecided(session, event.consultation_id))


HANDLERS: Mapping[type, Sequence[Handler]] = {
    StepAsked: (step_asked,),
    UndecidedAsked: (undecided_asked,),
}
