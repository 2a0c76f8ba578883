"""Who may write the record."""

from app.platform.i18n import _
from app.platform.security import ALLOW, Actor, Permission, deny


def can_enter_waiting(actor: Actor) -> Permission:
    """The portal itself, when the day is over."""
    return ALLOW if actor.is_system else deny(_("Only the portal itself may do this."))
