"""What a withdrawal does to an outcome."""

from collections.abc import Mapping, Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from app.consultations.events import FiguresAsked, Obstacle, OutcomeAsked, StepAsked
from app.consultations.models import Step
from app.contributions.events import WordsTakenBack
from app.platform.events import Handler
from app.platform.i18n import _
from app.platform.security import Actor
from app.publication import queries, service


async def take_out(session: AsyncSession, event: WordsTakenBack) -> None:
    """The words leave the public page in the moment they are taken back."""
    actor = Actor.system("outcome")
    await service.take_out_withdrawn(session, actor, event.consultation_id, event.contribution_id)


async def step_asked(session: AsyncSession, event: StepAsked) -> None:
    """A consultation is concluded when the public can read what came of it."""
    found = []
    if event.step is Step.CONCLUDE and not await queries.is_outcome_current(session, event.consultation.id):
        message = _("The outcome that belongs to the final file is not published.")
        found.append(Obstacle("not-published", 1, message, "publication.publish"))
    event.answer("publication", found)


async def outcome_asked(session: AsyncSession, event: OutcomeAsked) -> None:
    """Whether there is one to read."""
    event.answers.append(await queries.find_newest(session, event.consultation_id) is not None)


async def figures_asked(session: AsyncSession, event: FiguresAsked) -> None:
    """What the newest outcomes show at a glance."""
    event.found.update(await queries.figures_of(session, event.consultation_ids))


HANDLERS: Mapping[type, Sequence[Handler]] = {
    WordsTakenBack: (take_out,),
    StepAsked: (step_asked,),
    OutcomeAsked: (outcome_asked,),
    FiguresAsked: (figures_asked,),
}
