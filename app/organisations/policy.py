"""Who may set up organisations and give or take roles in them."""

from sqlalchemy import ColumnElement

from app.organisations.models import CONTRIBUTORS, OPEN_KINDS, Organisation, OrganisationKind, Role
from app.platform.i18n import _
from app.platform.security import ALLOW, Actor, Decision, deny

BY_FOCAL_POINT = frozenset({Role.EXPERT, Role.GOVERNMENT_READER, Role.TRANSLATOR, Role.FACILITATOR})
OFFICE = frozenset({*BY_FOCAL_POINT, Role.FOCAL_POINT, Role.AUDITOR})
# Which roles make sense where: a State's staff, facilitators and translators belong to its office.
ROLES_IN: dict[OrganisationKind, frozenset[Role]] = {
    **dict.fromkeys(OPEN_KINDS, CONTRIBUTORS),
    OrganisationKind.GOVERNMENT_OFFICE: OFFICE,
    OrganisationKind.FACILITATOR: frozenset({Role.FACILITATOR}) | CONTRIBUTORS,
    OrganisationKind.SECRETARIAT: frozenset({Role.SECRETARIAT, Role.AUDITOR}),
}


def visible(actor: Actor) -> ColumnElement[bool]:
    """Organisations whose people somebody may know: her own; the secretariat knows all."""
    if actor.is_system or actor.has_role(Role.SECRETARIAT):
        return Organisation.id.is_not(None)  # type: ignore[attr-defined,no-any-return]
    places = {place for _role, place in actor.roles}
    return Organisation.id.in_(places)  # type: ignore[attr-defined,no-any-return]


def roles_to_give(actor: Actor, organisation: Organisation) -> frozenset[Role]:
    """The roles somebody may give and take in an organisation."""
    fitting = ROLES_IN[organisation.kind]
    if actor.is_system or actor.has_role(Role.SECRETARIAT):
        return fitting
    own: frozenset[Role] = frozenset()
    if actor.holds(Role.FOCAL_POINT, organisation.id):
        own |= BY_FOCAL_POINT
    if actor.holds(Role.SIGNATORY, organisation.id):
        own |= CONTRIBUTORS
    return own & fitting


def can_invite(actor: Actor, organisation: Organisation, role: Role) -> Decision:
    """The focal point her experts, readers, translators and facilitators; a signatory her drafters and signatories."""
    if role in roles_to_give(actor, organisation):
        return ALLOW
    return deny(_("You cannot give this role here."))


def can_manage(actor: Actor, organisation: Organisation) -> Decision:
    """Whether somebody may invite and remove people at all."""
    if roles_to_give(actor, organisation):
        return ALLOW
    return deny(_("Ask a signatory of your organization, or your focal point, to change who belongs to it."))


def can_remove(actor: Actor, organisation: Organisation, role: Role, *, own: bool, is_last: bool) -> Decision:
    """Who may give a role may take it, and anybody may lay down her own; the last signatory stays."""
    if role is Role.SIGNATORY and is_last:
        return deny(_("This is the last signatory. Name another one first."))
    if role in roles_to_give(actor, organisation):
        return ALLOW
    if own and role is not Role.FOCAL_POINT:
        return ALLOW
    return deny(_("You cannot take this role from somebody here."))


def can_sign_up(actor: Actor) -> Decision:
    """Anybody may sign an organisation up; its address has to be confirmed."""
    return ALLOW


def can_accept(actor: Actor) -> Decision:
    """Whoever holds the link of an invitation."""
    return ALLOW


def can_register(actor: Actor) -> Decision:
    """A facilitator for somebody who cannot do it herself, the secretariat, and the portal itself."""
    if actor.is_system or actor.has_role(Role.SECRETARIAT) or actor.has_role(Role.FACILITATOR):
        return ALLOW
    return deny(_("Only a facilitator or the secretariat may register an organization for others."))
