"""What happens to contributions, for the packages above."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ContributionSubmitted:
    """A version was handed in."""

    contribution_id: UUID
    consultation_id: UUID


@dataclass(frozen=True, slots=True)
class ContributionWithdrawn:
    """A contribution was taken back."""

    contribution_id: UUID
    consultation_id: UUID


@dataclass(frozen=True, slots=True)
class WordsTakenBack:
    """The words of a contribution are about to be erased: whoever keeps some takes them out now."""

    contribution_id: UUID
    consultation_id: UUID
