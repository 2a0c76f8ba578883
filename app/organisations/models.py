"""Tables of organisations and memberships; the roles."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from app.platform import clock, ids
from app.platform.db import enum_type
from app.platform.i18n import Message, _


class OrganisationKind(StrEnum):
    """Who stands behind a contribution (product.md 3)."""

    NGO = "ngo"
    ACADEMIA = "academia"
    PRIVATE_SECTOR = "private_sector"
    NHRI = "nhri"
    PARLIAMENT = "parliament"
    NETWORK = "network"
    PERSON = "person"  # somebody who takes part under an own name, without an organisation
    GOVERNMENT_OFFICE = "government_office"
    FACILITATOR = "facilitator"
    SECRETARIAT = "secretariat"


KIND_NAMES: dict[OrganisationKind, Message] = {
    OrganisationKind.NGO: _("Non-governmental organization"),
    OrganisationKind.ACADEMIA: _("University or research institute"),
    OrganisationKind.PRIVATE_SECTOR: _("Private sector"),
    OrganisationKind.NHRI: _("National human rights institution"),
    OrganisationKind.PARLIAMENT: _("Parliament"),
    OrganisationKind.NETWORK: _("Network or coalition"),
    OrganisationKind.PERSON: _("A person without an organization"),
    OrganisationKind.GOVERNMENT_OFFICE: _("Government office"),
    OrganisationKind.FACILITATOR: _("Facilitator"),
    OrganisationKind.SECRETARIAT: _("Secretariat"),
}
OPEN_KINDS = (
    OrganisationKind.NGO,
    OrganisationKind.ACADEMIA,
    OrganisationKind.PRIVATE_SECTOR,
    OrganisationKind.NHRI,
    OrganisationKind.PARLIAMENT,
    OrganisationKind.NETWORK,
    OrganisationKind.PERSON,
)


class Role(StrEnum):
    """What a member may do in an organisation (product.md 5)."""

    DRAFTER = "drafter"
    SIGNATORY = "signatory"
    FACILITATOR = "facilitator"
    EXPERT = "expert"
    FOCAL_POINT = "focal_point"
    GOVERNMENT_READER = "government_reader"
    TRANSLATOR = "translator"
    SECRETARIAT = "secretariat"
    AUDITOR = "auditor"


ROLE_NAMES: dict[Role, Message] = {
    Role.DRAFTER: _("Drafter"),
    Role.SIGNATORY: _("Signatory"),
    Role.FACILITATOR: _("Facilitator"),
    Role.EXPERT: _("Expert"),
    Role.FOCAL_POINT: _("Focal point"),
    Role.GOVERNMENT_READER: _("Government reader"),
    Role.TRANSLATOR: _("Translator"),
    Role.SECRETARIAT: _("Secretariat"),
    Role.AUDITOR: _("Auditor"),
}
CONTRIBUTORS = frozenset({Role.DRAFTER, Role.SIGNATORY})
READERS = frozenset({Role.EXPERT, Role.FOCAL_POINT, Role.GOVERNMENT_READER})
STAFF = frozenset(set(Role) - CONTRIBUTORS)


class Organisation(SQLModel, table=True):
    """A body that takes part; `entered_by_id` is the facilitator who recorded it, if one did."""

    id: UUID = Field(default_factory=ids.new_id, primary_key=True)
    name: str = Field(max_length=200)
    kind: OrganisationKind = Field(sa_type=enum_type(OrganisationKind))
    language: str = Field(default="en", max_length=2)
    based_in: str = Field(default="", max_length=2)
    entered_by_id: UUID | None = Field(default=None, foreign_key="organisation.id", index=True)
    # Who signed up under the name of another: readers are told until somebody has made sure who it is.
    namesake_of_id: UUID | None = Field(default=None, foreign_key="organisation.id", index=True)
    created_at: datetime = Field(default_factory=clock.now)


class Membership(SQLModel, table=True):
    """A person's role in an organisation."""

    __table_args__ = (UniqueConstraint("account_id", "organisation_id", "role"),)

    id: UUID = Field(default_factory=ids.new_id, primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", ondelete="CASCADE")
    organisation_id: UUID = Field(foreign_key="organisation.id", index=True, ondelete="CASCADE")
    role: Role = Field(sa_type=enum_type(Role))
