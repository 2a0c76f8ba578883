"""Who may read, write and publish questionnaires."""

from app.organisations.models import Role
from app.platform.i18n import _
from app.platform.security import ALLOW, Actor, Permission, deny
from app.questionnaires.models import QuestionnaireVersion, VersionState


def can_publish(actor: Actor) -> Permission:
    """The secretariat, and the portal itself when it loads what it ships."""
    if actor.is_system or actor.has_role(Role.SECRETARIAT):
        return ALLOW
    return deny(_("Only the secretariat may publish a questionnaire."))


def can_write(actor: Actor) -> Permission:
    """The secretariat writes questionnaires; a version is begun by copying or importing one."""
    if actor.is_system or actor.has_role(Role.SECRETARIAT):
        return ALLOW
    return deny(_("Only the secretariat may write questionnaires."))


def can_edit(actor: Actor, version: QuestionnaireVersion) -> Permission:
    """Drafts only: what was published is what people answered."""
    allowed = can_write(actor)
    if allowed and version.state is not VersionState.DRAFT:
        return deny(_("A published version is never changed. Begin a new version of it."))
    return allowed


def can_read(actor: Actor, version: QuestionnaireVersion) -> Permission:
    """Published questionnaires are open to everybody; drafts to those who write them."""
    if version.state is not VersionState.DRAFT:
        return ALLOW
    return can_write(actor)
