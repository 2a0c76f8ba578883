"""What happens to consultations, for the packages above."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from app.consultations.models import Consultation, Step
from app.platform.i18n import Message


@dataclass(frozen=True, slots=True)
class ConsultationOpened:
    """Answers may come in from the opening instant on."""

    consultation_id: UUID


@dataclass(frozen=True, slots=True)
class ConsultationClosed:
    """No more answers are taken."""

    consultation_id: UUID


@dataclass(frozen=True, slots=True)
class ConsultationExtended:
    """The closing instant was moved; a closed consultation is open again."""

    consultation_id: UUID


@dataclass(frozen=True, slots=True)
class ConsultationConcluded:
    """The outcome and the reasons are public."""

    consultation_id: UUID


@dataclass(frozen=True, slots=True)
class ConsultationClosedEarly:
    """Contributors lost time that they had been promised."""

    consultation_id: UUID


STATEMENTS = "statements"  # the key of what waits at the statements


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that stands against a step: how much of it, and the page where it is cleared away."""

    key: str
    number: int
    message: Message
    page: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class StepAsked:
    """What stands against this step? The packages above add what they count to `found`.

    `answered` names who counted, so that silence is not taken for an all-clear.
    """

    consultation: Consultation
    step: Step
    found: list[Obstacle] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)

    def answer(self, who: str, found: list[Obstacle]) -> None:
        """Add what one package counted."""
        self.answered.append(who)
        self.found.extend(found)


@dataclass(frozen=True, slots=True)
class UndecidedAsked:
    """How many submitted answers have no decision with a reason? Each who counts adds a number."""

    consultation_id: UUID
    numbers: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class OutcomeAsked:
    """Can the public read an outcome? Whoever publishes them answers."""

    consultation_id: UUID
    answers: list[bool] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Figures:
    """What an outcome shows at a glance; `answers` is none where not all are decided or few spoke.

    Of `asked` questions to the State, the answers to `resting` show a published source.
    """

    answers: int | None
    asked: int
    resting: int


@dataclass(frozen=True, slots=True)
class FiguresAsked:
    """What do the outcomes of these consultations show at a glance? Whoever publishes them fills `found`."""

    consultation_ids: Sequence[UUID]
    found: dict[UUID, Figures] = field(default_factory=dict)
