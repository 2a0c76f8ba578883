"""Who may write a load: the portal's own command line, in a demonstration."""

from app.platform.i18n import _
from app.platform.security import ALLOW, Actor, Permission, deny


def can_load(actor: Actor) -> Permission:
    """Nobody who is signed in."""
    if actor.is_system:
        return ALLOW
    return deny(_("Only the command line of the portal may do this."))
