"""What happens to submissions, for the packages above."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class NationalAnswerCleared:
    """A national answer was cleared: its contributors may see their reasons."""

    national_answer_id: UUID
    consultation_id: UUID


@dataclass(frozen=True, slots=True)
class NationalAnswerReopened:
    """A cleared answer is being drafted again."""

    national_answer_id: UUID
    consultation_id: UUID
