"""Who may set up organisations and give or take roles in them."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, exists, or_
from sqlmodel import col

from app.organisations.models import (
    CONTRIBUTORS,
    OPEN_KINDS,
    Membership,
    Organisation,
    OrganisationKind,
    Role,
)
from app.platform.i18n import _
from app.platform.security import ALLOW, Actor, Permission, deny

BY_FOCAL_POINT = frozenset(
    {Role.EXPERT, Role.GOVERNMENT_READER, Role.TRANSLATOR, Role.FACILITATOR, Role.AUDITOR}
)
OFFICE = frozenset({*BY_FOCAL_POINT, Role.FOCAL_POINT})
# Which roles make sense where: a State's staff, facilitators and translators belong to its office.
ROLES_IN: dict[OrganisationKind, frozenset[Role]] = {
    **dict.fromkeys(OPEN_KINDS, CONTRIBUTORS),
    OrganisationKind.GOVERNMENT_OFFICE: OFFICE,
    OrganisationKind.FACILITATOR: frozenset({Role.FACILITATOR}) | CONTRIBUTORS,
    OrganisationKind.SECRETARIAT: frozenset({Role.SECRETARIAT, Role.AUDITOR}),
}


# The secretariat opens the door to the first person with this role, who lets in everybody else.
FIRST: dict[OrganisationKind, Role] = {
    **dict.fromkeys(OPEN_KINDS, Role.SIGNATORY),
    OrganisationKind.GOVERNMENT_OFFICE: Role.FOCAL_POINT,
    OrganisationKind.FACILITATOR: Role.FACILITATOR,
}


def visible(actor: Actor) -> ColumnElement[bool]:
    """Organisations whose people somebody may know: her own; for the secretariat those without a first person."""
    if actor.is_system:
        return col(Organisation.id).is_not(None)
    own = col(Organisation.id).in_({place for _role, place in actor.roles})
    if not actor.has_role(Role.SECRETARIAT):
        return own
    vacant = (
        (col(Organisation.kind) == kind)
        & ~exists().where(
            (col(Membership.organisation_id) == Organisation.id) & (col(Membership.role) == role)
        )
        for kind, role in FIRST.items()
    )
    return or_(own, *vacant)


def roles_in_hand(actor: Actor, organisation: Organisation) -> frozenset[Role]:
    """The roles somebody of an organisation gives and takes there."""
    fitting = ROLES_IN[organisation.kind]
    kind = organisation.kind
    if actor.is_system:
        return fitting
    own: frozenset[Role] = frozenset()
    if kind is OrganisationKind.SECRETARIAT and actor.holds(Role.SECRETARIAT, organisation.id):
        own |= fitting
    if kind is OrganisationKind.GOVERNMENT_OFFICE and actor.holds(Role.FOCAL_POINT, organisation.id):
        own |= BY_FOCAL_POINT
    if actor.holds(Role.SIGNATORY, organisation.id):
        own |= CONTRIBUTORS
    return own & fitting


def roles_to_give(actor: Actor, organisation: Organisation, held: Collection[Role]) -> frozenset[Role]:
    """The roles somebody may give; `held` are those that somebody holds there already."""
    found = roles_in_hand(actor, organisation)
    first = FIRST.get(organisation.kind)
    if first is not None and first not in held and actor.has_role(Role.SECRETARIAT):
        found |= {first}
    return found


def can_invite(
    actor: Actor, organisation: Organisation, role: Role, held: Collection[Role], *, to_secretariat: bool
) -> Permission:
    """The focal point her staff; a signatory drafters and signatories; the secretariat the first person, never its own."""
    if role in roles_in_hand(actor, organisation):
        return ALLOW
    if role not in roles_to_give(actor, organisation, held):
        return deny(_("You cannot give this role here."))
    if to_secretariat:
        return deny(_("Nobody of the secretariat may have a role in an office or an organization."))
    return ALLOW


def can_manage(actor: Actor, organisation: Organisation, held: Collection[Role]) -> Permission:
    """Whether somebody may invite people at all."""
    if roles_to_give(actor, organisation, held):
        return ALLOW
    return deny(_("Ask a signatory of your organization, or your focal point, to change who belongs to it."))


def can_remove(
    actor: Actor, organisation: Organisation, role: Role, *, own: bool, is_last: bool
) -> Permission:
    """Who gives a role inside may take it, and anybody may lay down her own; the last signatory stays."""
    if role is Role.SIGNATORY and is_last:
        return deny(_("This is the last signatory. Name another one first."))
    if role in roles_in_hand(actor, organisation):
        return ALLOW
    if own and role is not Role.FOCAL_POINT:
        return ALLOW
    return deny(_("You cannot take this role from somebody here."))


def can_sign_up(actor: Actor) -> Permission:
    """Anybody may sign an organisation up; its address has to be confirmed."""
    return ALLOW


def can_accept(actor: Actor) -> Permission:
    """Whoever holds the link of an invitation."""
    return ALLOW


def can_register(actor: Actor) -> Permission:
    """A facilitator for somebody who cannot do it herself, the secretariat, and the portal itself."""
    if actor.is_system or actor.has_role(Role.SECRETARIAT) or actor.has_role(Role.FACILITATOR):
        return ALLOW
    return deny(_("Only a facilitator or the secretariat may register an organization for others."))
