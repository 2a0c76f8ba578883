"""Who may see, begin and hand over a country review."""

from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col

from app.organisations.models import Role
from app.platform.i18n import _
from app.platform.security import ALLOW, Actor, Permission, deny
from app.reviews.models import CountryReview

DESK_ROLES = frozenset(
    {
        Role.FOCAL_POINT,
        Role.EXPERT,
        Role.GOVERNMENT_READER,
        Role.TRANSLATOR,
        Role.FACILITATOR,
        Role.AUDITOR,
    }
)


def visible(actor: Actor) -> ColumnElement[bool]:
    """Reviews of the offices somebody works for; all of them for the secretariat."""
    if actor.is_system or actor.has_role(Role.SECRETARIAT):
        return col(CountryReview.id).is_not(None)
    return col(CountryReview.office_id).in_(actor.places(*DESK_ROLES))


def is_focal_point(actor: Actor, review: CountryReview) -> bool:
    """Exactly one person is the focal point of a country review at a time (product.md 3)."""
    return actor.is_system or (actor.account_id is not None and actor.account_id == review.focal_point_id)


def can_enter(actor: Actor) -> Permission:
    """Whether somebody works on any review at all."""
    if actor.is_system or actor.has_role(Role.SECRETARIAT) or actor.places(*DESK_ROLES):
        return ALLOW
    return deny(_("Only the staff of a review and the secretariat may open this page."))


def can_create_state(actor: Actor) -> Permission:
    """States are put on the portal by the secretariat."""
    if actor.is_system or actor.has_role(Role.SECRETARIAT):
        return ALLOW
    return deny(_("Only the secretariat may add a State."))


def can_create_review(actor: Actor, office_id: UUID) -> Permission:
    """The secretariat, or the office's own focal point."""
    if actor.is_system or actor.has_role(Role.SECRETARIAT) or actor.holds(Role.FOCAL_POINT, office_id):
        return ALLOW
    return deny(_("Only the secretariat or the focal point of the office may begin a country review."))


def can_hand_over(actor: Actor, review: CountryReview) -> Permission:
    """The focal point hands over; the secretariat does so on a Note Verbale."""
    if is_focal_point(actor, review) or actor.has_role(Role.SECRETARIAT):
        return ALLOW
    return deny(_("Only the focal point or the secretariat may hand over the role."))


def can_record_answer(actor: Actor, review: CountryReview) -> Permission:
    """Whoever may hand over may also record when the State's answer was received."""
    if is_focal_point(actor, review) or actor.has_role(Role.SECRETARIAT):
        return ALLOW
    return deny(_("Only the focal point or the secretariat may record this date."))


def can_appoint_newcomer(actor: Actor) -> Permission:
    """The portal itself, when an invitation is accepted."""
    return ALLOW if actor.is_system else deny(_("Only the portal itself does this."))
