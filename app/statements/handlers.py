"""What is said of statements when somebody asks whether a consultation is done, and what a withdrawal does to it."""

from collections.abc import Mapping, Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from app.consultations.events import STATEMENTS, Obstacle, StepAsked
from app.contributions.events import WordsTakenBack
from app.platform import clock
from app.platform.events import Handler
from app.platform.i18n import n_
from app.platform.security import Actor
from app.statements import queries, service


async def take_out(session: AsyncSession, event: WordsTakenBack) -> None:
    """The rows its answers were read from say nothing any more."""
    await service.take_out_withdrawn(session, Actor.system("statements"), event.contribution_id)


async def step_asked(session: AsyncSession, event: StepAsked) -> None:
    """Statements that found no question and wait for a facilitator."""
    waiting = await queries.count_waiting(session, event.consultation.id)
    message = n_(
        "%(num)s statement waits: a facilitator places it or sets it aside with a reason.",
        "%(num)s statements wait: a facilitator places them or sets them aside with a reason.",
        waiting,
    )
    if not event.consultation.takes_answers(clock.arrival()):
        message = n_(
            "%(num)s statement waits: a facilitator sets it aside with a reason. To place it, move the closing first.",
            "%(num)s statements wait: a facilitator sets them aside with a reason. To place them, move the closing first.",
            waiting,
        )
    found = [Obstacle(STATEMENTS, waiting, message, "statements.kept")] if waiting else []
    event.answer("statements", found)


HANDLERS: Mapping[type, Sequence[Handler]] = {WordsTakenBack: (take_out,), StepAsked: (step_asked,)}
