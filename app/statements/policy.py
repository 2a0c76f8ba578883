"""Who may take in statements gathered elsewhere."""

from datetime import datetime

from app.consultations.models import Consultation, ConsultationState
from app.organisations.models import Role
from app.platform.i18n import _
from app.platform.security import ALLOW, Actor, Permission, deny


def can_see(actor: Actor, consultation: Consultation) -> Permission:
    """The facilitators of the office."""
    if actor.holds(Role.FACILITATOR, consultation.office_id):
        return ALLOW
    return deny(_("Only a facilitator of this consultation may take in statements."))


def can_take_in(actor: Actor, consultation: Consultation, at: datetime) -> Permission:
    """The facilitators of the office, while the consultation is open."""
    may = can_see(actor, consultation)
    if may and not consultation.takes_answers(at):
        return deny(_("This consultation is not open, so no statements can be entered."))
    return may


def can_dismiss(actor: Actor, consultation: Consultation) -> Permission:
    """A facilitator sets a statement aside with a reason, until the consultation is concluded."""
    may = can_see(actor, consultation)
    if may and consultation.state in {ConsultationState.CONCLUDED, ConsultationState.ARCHIVED}:
        return deny(_("This consultation is concluded."))
    return may


def can_take_out(actor: Actor) -> Permission:
    """Withdrawn words leave by themselves: nobody has to ask, and nobody can."""
    return ALLOW if actor.is_system else deny(_("Only the portal itself does this."))
