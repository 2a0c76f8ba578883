"""Who may draft, decide, send for approval, approve and reopen: the only place that knows."""

from collections.abc import Collection
from uuid import UUID

from app.consultations.models import Consultation, ConsultationState
from app.organisations.models import READERS, Role
from app.platform.i18n import Message, _
from app.platform.security import ALLOW, Actor, Permission, deny
from app.reviews.models import CountryReview
from app.submissions.models import NationalAnswer, NationalAnswerState, Submission, SubmissionState

DRAFTERS = frozenset({Role.EXPERT, Role.FOCAL_POINT})
OVER = frozenset({ConsultationState.CONCLUDED, ConsultationState.ARCHIVED})
CONCLUDED = _("This consultation is concluded: its answers and decisions stand.")


def can_read(actor: Actor, office_id: UUID) -> Permission:
    """Experts, the focal point and government readers of the office."""
    if actor.holds_any(READERS, office_id):
        return ALLOW
    return deny(_("Only the experts and the focal point may read the national submission."))


def can_draft(actor: Actor, consultation: Consultation, national: NationalAnswer) -> Permission:
    """Experts and the focal point, while the answer is being drafted and the consultation not concluded."""
    if not actor.holds_any(DRAFTERS, consultation.office_id):
        return deny(_("Only experts and the focal point may draft."))
    if consultation.state in OVER:
        return deny(CONCLUDED)
    if national.state is NationalAnswerState.FOR_APPROVAL:
        return deny(_("This answer waits for approval. Take it back to drafting first."))
    if national.state is NationalAnswerState.APPROVED:
        return deny(_("This answer is approved. The focal point can reopen it with a reason."))
    return ALLOW


def can_decide(
    actor: Actor, consultation: Consultation, submission: Submission | None, approved: Collection[str]
) -> Permission:
    """Experts and the focal point, while no approved national answer rests on the decision.

    `approved` are the codes of the approved State questions that the answer informs. A change is a new
    version, and the old one is kept.
    """
    if not actor.holds_any(DRAFTERS, consultation.office_id):
        return deny(_("Only experts and the focal point may decide on answers."))
    if consultation.state in OVER:
        return deny(CONCLUDED)
    if approved:
        codes = ", ".join(sorted(approved))
        return deny(
            _("%(codes)s is approved. The focal point reopens it with a reason; then decide.", codes=codes)
        )
    if submission is not None and submission.state is SubmissionState.FINAL:
        return deny(
            _("The final file is made. The focal point reopens an answer with a reason; then decide.")
        )
    return ALLOW


def can_send(
    actor: Actor, consultation: Consultation, national: NationalAnswer, obstacles: Collection[Message]
) -> Permission:
    """An expert, once nothing stands in the way; the first obstacle is the reason given."""
    if not actor.holds(Role.EXPERT, consultation.office_id):
        return deny(_("Only an expert may send an answer for approval."))
    if consultation.state in OVER:
        return deny(CONCLUDED)
    if national.state is not NationalAnswerState.DRAFTING:
        return deny(_("Only an answer that is being drafted can be sent for approval."))
    return deny(next(iter(obstacles))) if obstacles else ALLOW


def can_take_back(actor: Actor, consultation: Consultation, national: NationalAnswer) -> Permission:
    """Experts and the focal point, while the answer waits for approval."""
    if not actor.holds_any(DRAFTERS, consultation.office_id):
        return deny(_("Only experts and the focal point may draft."))
    if consultation.state in OVER:
        return deny(CONCLUDED)
    if national.state is not NationalAnswerState.FOR_APPROVAL:
        return deny(_("Only an answer that waits for approval can be taken back."))
    return ALLOW


def can_approve(
    actor: Actor,
    consultation: Consultation,
    review: CountryReview,
    national: NationalAnswer,
    editors: Collection[UUID],
    obstacles: Collection[Message],
) -> Permission:
    """The focal point of the review, never somebody who drafted it or sent it for approval (product.md 8)."""
    if actor.account_id is None or actor.account_id != review.focal_point_id:
        return deny(_("Only the focal point of this review may approve."))
    if consultation.state in OVER:
        return deny(CONCLUDED)
    if national.state is not NationalAnswerState.FOR_APPROVAL:
        return deny(_("Only an answer that was sent for approval can be approved."))
    if actor.account_id == national.sent_by_id or actor.account_id in editors:
        return deny(_("You drafted part of this answer, so another person must take that part over first."))
    return deny(next(iter(obstacles))) if obstacles else ALLOW


def can_reopen(
    actor: Actor, consultation: Consultation, review: CountryReview, national: NationalAnswer
) -> Permission:
    """The focal point of the review, with a reason, until the consultation is concluded."""
    if actor.account_id is None or actor.account_id != review.focal_point_id:
        return deny(_("Only the focal point of this review may reopen an approved answer."))
    if consultation.state in OVER:
        return deny(CONCLUDED)
    if national.state is not NationalAnswerState.APPROVED:
        return deny(_("Only an approved answer can be reopened."))
    return ALLOW


def can_take_out(actor: Actor) -> Permission:
    """Withdrawn words leave by themselves: nobody has to ask, and nobody can."""
    return ALLOW if actor.is_system else deny(_("Only the portal itself does this."))
