"""What happens to organisations and their people, for the packages above."""

from dataclasses import dataclass
from uuid import UUID

from app.organisations.models import Role


@dataclass(frozen=True, slots=True)
class SignUpStarted:
    """An organisation signs up; its address is to be confirmed by this link."""

    link_id: UUID


@dataclass(frozen=True, slots=True)
class SignUpRepeated:
    """Somebody signed up with the address of a standing account."""

    account_id: UUID


@dataclass(frozen=True, slots=True)
class MemberInvited:
    """Somebody is to get a role in an organisation; the link accepts it."""

    link_id: UUID


@dataclass(frozen=True, slots=True)
class RoleGiven:
    """Somebody has a role in an organisation that she did not have before."""

    organisation_id: UUID
    account_id: UUID
    role: Role
