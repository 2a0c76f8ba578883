"""Who may see how the portal runs, and who may set it going again."""

from app.organisations.models import Organisation, OrganisationKind, Role
from app.platform.i18n import _
from app.platform.security import ALLOW, Actor, Permission, deny

WATCHERS = frozenset({Role.SECRETARIAT, Role.AUDITOR})


def can_watch(actor: Actor, organisation: Organisation | None) -> Permission:
    """The secretariat and its auditors; an auditor of one State reads the log of that State."""
    if actor.is_system:
        return ALLOW
    if (
        organisation is not None
        and organisation.kind is OrganisationKind.SECRETARIAT
        and actor.holds_any(WATCHERS, organisation.id)
    ):
        return ALLOW
    return deny(_("Only the secretariat may open this page."))


def can_retry(actor: Actor) -> Permission:
    """The secretariat, and the command line."""
    if actor.is_system or actor.has_role(Role.SECRETARIAT):
        return ALLOW
    return deny(_("Only the secretariat may send these again."))


def can_manage_jobs(actor: Actor) -> Permission:
    """The command line alone: a job that is dropped may be an e-mail somebody waits for."""
    return ALLOW if actor.is_system else deny(_("Only the portal itself does this."))
