"""Who may see, prepare and move a consultation."""

from sqlalchemy import ColumnElement, or_
from sqlmodel import col

from app.consultations.models import PUBLIC_STATES, Consultation, ConsultationState, Override, Step
from app.organisations.models import Role
from app.platform.i18n import _
from app.platform.security import ALLOW, Actor, Permission, deny
from app.reviews.models import CountryReview
from app.reviews.policy import DESK_ROLES, is_focal_point

LOG_READERS = frozenset({Role.FOCAL_POINT, Role.EXPERT, Role.GOVERNMENT_READER, Role.AUDITOR})
OVERRIDERS = frozenset({Role.EXPERT, Role.FOCAL_POINT})
STILL_OPEN = _("The consultation is still open. Close it first.")
OVER = frozenset({ConsultationState.CONCLUDED, ConsultationState.ARCHIVED})
NOT_FOCAL_POINT = _("Only the focal point of this review may do this.")


def visible(actor: Actor) -> ColumnElement[bool]:
    """Consultations somebody may know of: the public ones, and those of her own office."""
    public = col(Consultation.state).in_(PUBLIC_STATES)
    if actor.is_system or actor.has_role(Role.SECRETARIAT):
        return col(Consultation.id).is_not(None)
    offices = actor.places(*DESK_ROLES)
    return or_(public, col(Consultation.office_id).in_(offices)) if offices else public


def can_enter_desk(actor: Actor, consultation: Consultation) -> Permission:
    """Whether somebody works on this consultation at all."""
    if actor.is_system or actor.holds_any(DESK_ROLES, consultation.office_id):
        return ALLOW
    return deny(_("Only the staff of this consultation may open this page."))


def can_prepare(actor: Actor) -> Permission:
    """Whether somebody may begin a consultation anywhere: a focal point."""
    if actor.is_system or actor.has_role(Role.FOCAL_POINT):
        return ALLOW
    return deny(_("Only a focal point may prepare a consultation."))


def can_lead(actor: Actor, review: CountryReview) -> Permission:
    """Create, open, close, extend and conclude: the focal point of the review, nobody else."""
    return ALLOW if is_focal_point(actor, review) else deny(NOT_FOCAL_POINT)


def can_close_due(actor: Actor) -> Permission:
    """The portal itself, when the clock has struck."""
    return ALLOW if actor.is_system else deny(_("Only the portal itself may do this."))


def can_edit(actor: Actor, consultation: Consultation, review: CountryReview) -> Permission:
    """The focal point, until the consultation is open: what contributors were told then stands."""
    may = can_lead(actor, review)
    if may and consultation.state is not ConsultationState.DRAFT:
        return deny(_("This consultation is published. Its texts stand; only the closing can be moved."))
    return may


def can_issue_codes(actor: Actor, consultation: Consultation, review: CountryReview) -> Permission:
    """The focal point, or a facilitator of the office, until the consultation is concluded."""
    if consultation.state in OVER:
        return deny(_("This consultation is concluded. No more codes are made."))
    if is_focal_point(actor, review) or actor.holds(Role.FACILITATOR, consultation.office_id):
        return ALLOW
    return deny(_("Only the focal point or a facilitator may make invitation codes."))


def can_read_log(actor: Actor, consultation: Consultation) -> Permission:
    """Those who read answers, and the auditor; translators and facilitators do not see who did what."""
    if actor.is_system or actor.holds_any(LOG_READERS, consultation.office_id):
        return ALLOW
    return deny(_("Only the focal point, experts, readers and auditors may read the log."))


def can_ask_override(actor: Actor, consultation: Consultation, step: Step) -> Permission:
    """Experts and the focal point of the office, while the step lies ahead."""
    if not actor.holds_any(OVERRIDERS, consultation.office_id):
        return deny(_("Only experts and the focal point may ask for this."))
    if consultation.state in {ConsultationState.DRAFT, ConsultationState.OPEN}:
        return deny(STILL_OPEN)
    is_concluded = consultation.state in {ConsultationState.CONCLUDED, ConsultationState.ARCHIVED}
    if step is Step.CONCLUDE and is_concluded:
        return deny(_("This consultation is concluded."))
    return ALLOW


def can_confirm_override(
    actor: Actor, consultation: Consultation, review: CountryReview, override: Override
) -> Permission:
    """A second person: the focal point of the review, or an expert where the focal point asked."""
    may = can_ask_override(actor, consultation, override.step)
    if not may:
        return may
    if override.confirmed_at is not None:
        return deny(_("This was confirmed before."))
    if actor.account_id is None or actor.account_id == override.asked_by_id:
        return deny(_("You asked for this, so another person must confirm it."))
    if review.focal_point_id not in {actor.account_id, override.asked_by_id}:
        return deny(_("One of the two people must be the focal point of this review."))
    return ALLOW
