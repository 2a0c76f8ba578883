"""Who may answer, submit, withdraw: the only place that knows."""

from datetime import datetime

from app.consultations.models import Consultation
from app.contributions.models import Contribution, ContributionState, Mode
from app.organisations.models import CONTRIBUTORS, Organisation, OrganisationKind, Role
from app.platform.i18n import _
from app.platform.security import ALLOW, Actor, Permission, deny

NOT_YOURS = _("Only the people behind this contribution may do this.")
CLOSED = _("This consultation is closed. What you handed in before stays as it is.")
NOT_OPEN = _("This consultation is not open.")


def is_behind(actor: Actor, contribution: Contribution) -> bool:
    """Whether somebody is one of those who write this contribution."""
    if contribution.mode is Mode.CONFIDENTIAL:
        return actor.bearer_of == contribution.id
    return actor.holds_any(CONTRIBUTORS, contribution.organisation_id)


def can_start(actor: Actor, consultation: Consultation, at: datetime) -> Permission:
    """Anybody who belongs to an organisation, while the consultation is open."""
    if not consultation.takes_answers(at):
        return deny(NOT_OPEN)
    if not actor.places(*CONTRIBUTORS):
        return deny(_("Only members of an organization may take part under its name."))
    return ALLOW


def can_name(organisation: Organisation, consultation: Consultation) -> Permission:
    """Whether this name may take part: a person without an organisation where the rules allow it."""
    if organisation.kind is OrganisationKind.PERSON and not consultation.takes_persons:
        return deny(
            _(
                "Only organizations take part in this consultation under a name. A person can answer with a code."
            )
        )
    return ALLOW


def can_enter(consultation: Consultation, at: datetime) -> Permission:
    """Whoever holds an invitation code, while the consultation is open."""
    return ALLOW if consultation.takes_answers(at) else deny(NOT_OPEN)


def can_hold_receipt(actor: Actor) -> Permission:
    """The bearer of a confidential contribution, for the one she came with."""
    return ALLOW if actor.bearer_of else deny(NOT_YOURS)


def can_answer(
    actor: Actor, contribution: Contribution, consultation: Consultation, at: datetime
) -> Permission:
    """Those behind the contribution, while it is being written and the consultation is open."""
    if not is_behind(actor, contribution):
        return deny(NOT_YOURS)
    if not consultation.takes_answers(at):
        return deny(NOT_OPEN if at < consultation.opens_at else CLOSED)
    if contribution.state is ContributionState.SUBMITTED:
        return deny(_("These answers are submitted. To change them, choose “Change my answers” first."))
    if contribution.state is ContributionState.WITHDRAWN:
        return deny(_("This contribution was withdrawn."))
    return ALLOW


def can_submit(
    actor: Actor, contribution: Contribution, consultation: Consultation, at: datetime
) -> Permission:
    """A signatory of the organisation, or the bearer of the code."""
    may = can_answer(actor, contribution, consultation, at)
    if may and contribution.mode is Mode.NAMED:
        if actor.holds(Role.SIGNATORY, contribution.organisation_id):
            return ALLOW
        return deny(_("Only a signatory of your organization may submit."))
    return may


def can_submit_for(
    actor: Actor, contribution: Contribution, consultation: Consultation, at: datetime
) -> Permission:
    """A facilitator of the office, for what was entered on behalf of an organisation."""
    if not actor.holds(Role.FACILITATOR, consultation.office_id) or contribution.entered_by_id is None:
        return deny(_("Only a facilitator may submit what was entered for an organization."))
    if not consultation.takes_answers(at):
        return deny(CLOSED)
    if contribution.state is ContributionState.WITHDRAWN:
        return deny(_("This contribution was withdrawn."))
    if contribution.state is ContributionState.DRAFTING and contribution.submitted_versions:
        return deny(_("The organization is changing its answers itself."))
    return ALLOW


def can_pass_on(actor: Actor) -> Permission:
    """The portal itself, when the day is over or the consultation closes."""
    return ALLOW if actor.is_system else deny(_("Only the portal itself may do this."))


def can_revise(
    actor: Actor, contribution: Contribution, consultation: Consultation, at: datetime
) -> Permission:
    """Those behind a submitted contribution, until the consultation closes."""
    if not is_behind(actor, contribution):
        return deny(NOT_YOURS)
    if contribution.state is not ContributionState.SUBMITTED:
        return deny(_("Only submitted answers are opened for changes."))
    return ALLOW if consultation.takes_answers(at) else deny(CLOSED)


def can_withdraw(actor: Actor, contribution: Contribution) -> Permission:
    """Those behind the contribution, at any time; a signatory where there is an organisation."""
    if not is_behind(actor, contribution):
        return deny(NOT_YOURS)
    if contribution.state is ContributionState.WITHDRAWN:
        return deny(_("This contribution was withdrawn."))
    if contribution.mode is Mode.NAMED and not actor.holds(Role.SIGNATORY, contribution.organisation_id):
        return deny(_("Only a signatory of your organization may withdraw."))
    return ALLOW


def can_become_confidential(
    actor: Actor, contribution: Contribution, consultation: Consultation, at: datetime
) -> Permission:
    """A named contribution may lose its name until it is first submitted; never the other way.

    The organisation loses sight of it, so it takes a signatory, as submitting and withdrawing do.
    """
    if contribution.mode is not Mode.NAMED:
        return deny(_("This contribution is confidential already."))
    if contribution.submitted_versions:
        return deny(_("It was already submitted under your name."))
    if not actor.holds(Role.SIGNATORY, contribution.organisation_id):
        return deny(_("Only a signatory of your organization may take its name away."))
    return can_answer(actor, contribution, consultation, at)


def can_erase_withdrawn(actor: Actor) -> Permission:
    """The portal itself: withdrawing was the contributor's act."""
    return ALLOW if actor.is_system else deny(_("Only the portal itself does this."))
