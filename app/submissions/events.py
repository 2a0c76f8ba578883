"""What happens to submissions, for the packages above."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class FinalFileMade:
    """The submission left the desk; every contributor may read what became of her answers."""

    submission_id: UUID
    consultation_id: UUID


@dataclass(frozen=True, slots=True)
class DecisionsChanged:
    """Contributors can read another decision now than the one they could read before."""

    contribution_ids: frozenset[UUID]
