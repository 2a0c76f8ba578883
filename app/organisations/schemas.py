"""What comes in about organisations, and what goes out as JSON."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, field_validator

from app.accounts.schemas import EmailAddress, NewPassword, OwnPage
from app.organisations import names
from app.organisations.models import OPEN_KINDS, OrganisationKind, Role
from app.platform.forms import Input, OneLine, Problem
from app.platform.i18n import _

Name = Annotated[OneLine, Field(min_length=1, max_length=200)]


class SignUpInput(Input):
    """An organisation signs up: three things are required, all on one page; `next` is where she came from."""

    organisation: Name
    email: EmailAddress
    password: NewPassword
    name: Annotated[OneLine, Field(max_length=200)] = ""
    kind: OrganisationKind = OrganisationKind.NGO
    next: OwnPage = ""

    @field_validator("organisation")
    @classmethod
    def is_named(cls, value: str) -> str:
        """A name of spaces, or of signs that nobody sees, is none."""
        if names.is_empty(value):
            raise Problem(_("Fill this in."))
        return names.tidy(value)

    @field_validator("kind")
    @classmethod
    def is_open(cls, value: OrganisationKind) -> OrganisationKind:
        """Offices and the secretariat are set up by invitation only."""
        if value not in OPEN_KINDS:
            raise Problem(_("Choose one of the answers on this page."))
        return value


class WaitingInput(Input):
    """The address of a sign-up that waits to be confirmed."""

    email: EmailAddress


class InviteInput(Input):
    """Who is to get which role."""

    email: EmailAddress
    role: Role
    language: Literal["ar", "zh", "en", "fr", "ru", "es"] = "en"


class AcceptInput(Input):
    """What somebody new adds to an invitation; who has an account needs neither."""

    name: Annotated[OneLine, Field(max_length=200)] = ""
    password: str = Field(default="", max_length=1000)


class MemberReference(Input):
    """Which role of which person is meant."""

    account_id: UUID
    role: Role


class LinkInput(Input):
    """The secret of a link from an e-mail."""

    token: Annotated[OneLine, Field(min_length=1, max_length=200)]


class AcceptLinkInput(AcceptInput, LinkInput):
    """An invitation accepted through the JSON interface."""


class ResetLinkInput(LinkInput):
    """A new password chosen through the JSON interface."""

    password: NewPassword


class RoleOut(BaseModel):
    """A role in an organisation."""

    role: Role
    organisation_id: UUID
    organisation: str


class MeOut(BaseModel):
    """The person behind a token."""

    account_id: UUID
    name: str
    roles: list[RoleOut]


class MemberOut(BaseModel):
    """A member as others of the organisation see her."""

    account_id: UUID
    name: str
    email: str | None
    roles: list[Role]


class InvitationOut(BaseModel):
    """An invitation that waits."""

    id: UUID
    email: str
    role: Role


class PeopleOut(BaseModel):
    """The people of an organisation."""

    organisation_id: UUID
    organisation: str
    members: list[MemberOut]
    invitations: list[InvitationOut]
