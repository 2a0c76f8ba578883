"""Who may open My work: everybody who works on a review, and the secretariat."""

from app.platform.i18n import _
from app.platform.security import ALLOW, Actor, Permission, deny
from app.reviews import policy as reviews


def can_open(actor: Actor) -> Permission:
    """Whether somebody works here at all."""
    return reviews.can_enter(actor)


def can_send(actor: Actor) -> Permission:
    """Digests are sent by the portal itself."""
    if actor.is_system:
        return ALLOW
    return deny(_("Only the portal itself sends these messages."))
