"""What the submission says when somebody asks whether a consultation is done, and what follows events."""

from collections.abc import Mapping, Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from app.consultations.events import StepAsked, UndecidedAsked
from app.contributions.events import WordsTakenBack
from app.platform.events import Handler
from app.platform.security import Actor
from app.submissions import decisions, erasing, obstacles
from app.submissions.events import FinalFileMade


async def take_out(session: AsyncSession, event: WordsTakenBack) -> None:
    """The words leave the desk in the moment they are taken back."""
    await erasing.take_out_withdrawn(session, Actor.system("submission"), event)


async def step_asked(session: AsyncSession, event: StepAsked) -> None:
    """Undecided answers, questions not approved, a submission not made final."""
    event.answer("submissions", await obstacles.against(session, event.consultation, event.step))


async def undecided_asked(session: AsyncSession, event: UndecidedAsked) -> None:
    """The answers that have no decision with a reason."""
    event.numbers.append(await obstacles.count_undecided(session, event.consultation_id))


async def final_file_made(session: AsyncSession, event: FinalFileMade) -> None:
    """From now on contributors can read every decision."""
    await decisions.mark_released(session, event.consultation_id, None)


HANDLERS: Mapping[type, Sequence[Handler]] = {
    WordsTakenBack: (take_out,),
    StepAsked: (step_asked,),
    UndecidedAsked: (undecided_asked,),
    FinalFileMade: (final_file_made,),
}
