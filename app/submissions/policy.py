"""Who may draft, dispose, propose, clear and reopen: the only place that knows."""

from collections.abc import Collection
from uuid import UUID

from app.organisations.models import READERS, Role
from app.platform.i18n import Message, _
from app.platform.security import ALLOW, Actor, Decision, deny
from app.reviews.models import CountryReview
from app.submissions.models import NationalAnswer, NationalAnswerState

DRAFTERS = frozenset({Role.EXPERT, Role.FOCAL_POINT})


def can_read(actor: Actor, office_id: UUID) -> Decision:
    """Experts, the focal point and government readers of the office."""
    if actor.holds_any(READERS, office_id):
        return ALLOW
    return deny(_("Only the experts and the focal point may read the national submission."))


def can_draft(actor: Actor, office_id: UUID, national: NationalAnswer) -> Decision:
    """Experts and the focal point, while the answer is being drafted."""
    if not actor.holds_any(DRAFTERS, office_id):
        return deny(_("Only experts and the focal point may draft."))
    if national.state is NationalAnswerState.PROPOSED:
        return deny(_("This answer is proposed. Take it back to drafting first."))
    if national.state is NationalAnswerState.CLEARED:
        return deny(_("This answer is cleared. The focal point can reopen it with a reason."))
    return ALLOW


def can_dispose(actor: Actor, office_id: UUID) -> Decision:
    """Experts and the focal point; a change is a new version, the old one is kept."""
    if actor.holds_any(DRAFTERS, office_id):
        return ALLOW
    return deny(_("Only experts and the focal point may give dispositions."))


def can_propose(
    actor: Actor, office_id: UUID, national: NationalAnswer, obstacles: Collection[Message]
) -> Decision:
    """An expert, once nothing stands in the way; the first obstacle is the reason given."""
    if not actor.holds(Role.EXPERT, office_id):
        return deny(_("Only an expert may propose an answer."))
    if national.state is not NationalAnswerState.DRAFTING:
        return deny(_("Only an answer that is being drafted can be proposed."))
    return deny(next(iter(obstacles))) if obstacles else ALLOW


def can_take_back(actor: Actor, office_id: UUID, national: NationalAnswer) -> Decision:
    """Experts and the focal point, while the answer waits for clearance."""
    if not actor.holds_any(DRAFTERS, office_id):
        return deny(_("Only experts and the focal point may draft."))
    if national.state is not NationalAnswerState.PROPOSED:
        return deny(_("Only a proposed answer can be taken back."))
    return ALLOW


def can_clear(
    actor: Actor,
    review: CountryReview,
    national: NationalAnswer,
    editors: Collection[UUID],
    obstacles: Collection[Message],
) -> Decision:
    """The focal point of the review, never somebody who drafted or proposed (product.md 8)."""
    if actor.account_id is None or actor.account_id != review.focal_point_id:
        return deny(_("Only the focal point of this review may clear."))
    if national.state is not NationalAnswerState.PROPOSED:
        return deny(_("Only a proposed answer can be cleared."))
    if actor.account_id == national.proposed_by_id or actor.account_id in editors:
        return deny(_("You drafted part of this answer, so another person must take that part over first."))
    return deny(next(iter(obstacles))) if obstacles else ALLOW


def can_reopen(actor: Actor, review: CountryReview, national: NationalAnswer) -> Decision:
    """The focal point of the review, with a reason."""
    if actor.account_id is None or actor.account_id != review.focal_point_id:
        return deny(_("Only the focal point of this review may reopen a cleared answer."))
    if national.state is not NationalAnswerState.CLEARED:
        return deny(_("Only a cleared answer can be reopened."))
    return ALLOW


def can_take_out(actor: Actor) -> Decision:
    """Withdrawn words leave by themselves: nobody has to ask, and nobody can."""
    return ALLOW if actor.is_system else deny(_("Only the portal itself does this."))
