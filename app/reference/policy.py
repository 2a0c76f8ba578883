"""Who may read and change the reference data."""

from sqlalchemy import ColumnElement
from sqlmodel import col

from app.organisations.models import Role
from app.platform.i18n import _
from app.platform.security import ALLOW, Actor, Permission, deny
from app.reference.models import ReferenceState, ReferenceVersion


def visible(actor: Actor) -> ColumnElement[bool]:
    """What was published is for everybody; a draft is for the secretariat."""
    if can_edit(actor):
        return col(ReferenceVersion.id).is_not(None)
    return col(ReferenceVersion.state) != ReferenceState.DRAFT


def can_edit(actor: Actor) -> Permission:
    """The secretariat, and the portal itself when it loads what it ships."""
    if actor.is_system or actor.has_role(Role.SECRETARIAT):
        return ALLOW
    return deny(_("Only the secretariat may change the reference data."))
