"""Who may read answers, and who may only see texts to translate."""

from app.consultations.models import Consultation
from app.organisations.models import READERS, Role
from app.platform.i18n import _
from app.platform.security import ALLOW, Actor, Permission, deny

TRANSLATORS = frozenset({Role.TRANSLATOR, Role.EXPERT, Role.FOCAL_POINT})


def can_read(actor: Actor, consultation: Consultation) -> Permission:
    """Experts, the focal point and government readers read everything that was submitted."""
    office = consultation.office_id
    if actor.holds_any(READERS, office):
        return ALLOW
    if actor.holds(Role.TRANSLATOR, office):
        return deny(_("A translator sees texts without names. Open the list of texts instead."))
    if actor.holds(Role.FACILITATOR, office):
        return deny(_("A facilitator reads only what it entered. Open the page Statements instead."))
    if actor.holds(Role.AUDITOR, office):
        return deny(_("An auditor reads the log and no answers."))
    return deny(_("Only the staff of this consultation may read its answers."))


def can_translate(actor: Actor, consultation: Consultation) -> Permission:
    """Translators, experts and the focal point of the office write translations."""
    if actor.holds_any(TRANSLATORS, consultation.office_id):
        return ALLOW
    return deny(_("Only translators, experts and the focal point may open the texts to translate."))


def can_verify_name(actor: Actor, consultation: Consultation) -> Permission:
    """The focal point says that an organisation is the one whose name it has."""
    if actor.holds(Role.FOCAL_POINT, consultation.office_id):
        return ALLOW
    return deny(_("Only the focal point may say that an organization is the one whose name it has."))


def only_translates(actor: Actor, consultation: Consultation) -> bool:
    """Whether the texts are the only part of the desk this person works on."""
    return actor.holds(Role.TRANSLATOR, consultation.office_id) and not actor.holds_any(
        READERS, consultation.office_id
    )
