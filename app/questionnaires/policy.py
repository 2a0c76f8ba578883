"""Who may publish questionnaires."""

from app.organisations.models import Role
from app.platform.i18n import _
from app.platform.security import ALLOW, Actor, Decision, deny


def can_publish(actor: Actor) -> Decision:
    """The secretariat, and the portal itself when it loads what it ships."""
    if actor.is_system or actor.has_role(Role.SECRETARIAT):
        return ALLOW
    return deny(_("Only the secretariat may publish a questionnaire."))
