"""What happens to country reviews, for the packages above."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class FocalPointChanged:
    """The role went from one person to another; `former_id` is empty the first time."""

    country_review_id: UUID
    account_id: UUID
    former_id: UUID | None
