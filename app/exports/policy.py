"""Who may see, download and hand over a submission."""

from collections.abc import Collection
from uuid import UUID

from app.organisations.models import READERS
from app.platform.i18n import Message, _
from app.platform.security import ALLOW, Actor, Permission, deny
from app.reviews.models import CountryReview


def can_see(actor: Actor, office_id: UUID) -> Permission:
    """Experts, the focal point and government readers of the office."""
    if actor.holds_any(READERS, office_id):
        return ALLOW
    return deny(_("Only the experts, the focal point and the readers of the office may see final files."))


def can_hand_over(actor: Actor, review: CountryReview, obstacles: Collection[Message]) -> Permission:
    """The focal point of the review, once nothing stands in the way; the first obstacle is the reason."""
    if actor.account_id is None or actor.account_id != review.focal_point_id:
        return deny(_("Only the focal point of this review may hand the submission over."))
    return deny(next(iter(obstacles))) if obstacles else ALLOW


def can_take_out(actor: Actor) -> Permission:
    """Withdrawn words leave by themselves: nobody has to ask, and nobody can."""
    return ALLOW if actor.is_system else deny(_("Only the portal itself does this."))
