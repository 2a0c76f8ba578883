"""What stands against a step that says the work is done: asked of the packages above, never assumed."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consultations import policy
from app.consultations.events import Obstacle, OutcomeAsked, StepAsked, UndecidedAsked
from app.consultations.models import Consultation, ConsultationState, Override, Step
from app.platform import events
from app.platform.errors import Conflict
from app.platform.i18n import Message, _

OPEN = "open"
NOBODY_COUNTED = "nobody counts what stands against this step: the events are not registered"


class Unfinished(Conflict):
    """A step that something stands against; `errors` says what, so that programs read it too."""

    code = "unfinished"
    default = _("This cannot be done yet: something stands against it.")

    def __init__(self, obstacles: Sequence[Obstacle]) -> None:
        super().__init__()
        self.obstacles = obstacles
        self.errors: dict[str, Message] = {each.key: each.message for each in obstacles}


async def against(session: AsyncSession, consultation: Consultation, step: Step) -> list[Obstacle]:
    """Everything that stands against a step, in the order of work."""
    asked = StepAsked(consultation, step)
    await events.publish(session, asked)
    if not asked.answered:
        raise RuntimeError(NOBODY_COUNTED)
    return [*_unclosed(consultation), *asked.found]


def _unclosed(consultation: Consultation) -> list[Obstacle]:
    """Whoever answers in time counts, so nothing is called done before the end."""
    if consultation.state is not ConsultationState.OPEN:
        return []
    return [Obstacle(OPEN, 1, policy.STILL_OPEN, "consultations.closing")]


async def count_undecided(session: AsyncSession, consultation_id: UUID) -> int:
    """How many submitted answers have no decision with a reason."""
    asked = UndecidedAsked(consultation_id)
    await events.publish(session, asked)
    if not asked.numbers:
        raise RuntimeError(NOBODY_COUNTED)
    return sum(asked.numbers)


async def has_outcome(session: AsyncSession, consultation_id: UUID) -> bool:
    """Whether the public can read what came of a consultation."""
    asked = OutcomeAsked(consultation_id)
    await events.publish(session, asked)
    if not asked.answers:
        raise RuntimeError(NOBODY_COUNTED)
    return any(asked.answers)


async def find_override(session: AsyncSession, consultation_id: UUID, step: Step) -> Override | None:
    """What was asked for or confirmed for this step."""
    query = select(Override).where(Override.consultation_id == consultation_id, Override.step == step)
    return (await session.exec(query)).first()


async def confirmed_overrides(session: AsyncSession, consultation_id: UUID) -> Sequence[Override]:
    """Every override that two people stand behind, in the order of the steps."""
    query = select(Override).where(
        Override.consultation_id == consultation_id,
        Override.confirmed_at.is_not(None),  # type: ignore[union-attr]
    )
    return sorted((await session.exec(query)).all(), key=lambda each: list(Step).index(each.step))


def covers(override: Override | None, found: Sequence[Obstacle]) -> bool:
    """Whether two people have seen everything that stands against the step, and as much of it."""
    if override is None or override.confirmed_at is None:
        return not found
    return all(each.number <= override.covers.get(each.key, 0) for each in found)


async def check_step(session: AsyncSession, consultation: Consultation, step: Step) -> None:
    """Refuse a step that something stands against, unless two people overrode it; raises Unfinished."""
    found = await against(session, consultation, step)
    if found and not covers(await find_override(session, consultation.id, step), found):
        raise Unfinished(found)
