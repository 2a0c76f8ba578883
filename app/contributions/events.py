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
    """A contribution was taken back; its words leave every page that is made from now on."""

    contribution_id: UUID
    consultation_id: UUID
