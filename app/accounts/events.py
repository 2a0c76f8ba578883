"""What happens to accounts, for the packages above."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PasswordResetAsked:
    """Somebody asked for a link to choose a new password, for an address that has an account."""

    link_id: UUID
