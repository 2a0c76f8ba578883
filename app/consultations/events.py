"""What happens to consultations, for the packages above."""

from dataclasses import dataclass
from uuid import UUID


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
