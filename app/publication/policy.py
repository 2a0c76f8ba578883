"""Who may publish, see what would be published, and take withdrawn words out again."""

from app.consultations.models import Consultation
from app.organisations.models import READERS
from app.platform.i18n import _
from app.platform.security import ALLOW, Actor, Permission, deny
from app.reviews.models import CountryReview
from app.submissions.models import Submission, SubmissionState


def can_preview(actor: Actor, consultation: Consultation) -> Permission:
    """Those who read the answers see what the public would see."""
    if actor.holds_any(READERS, consultation.office_id):
        return ALLOW
    return deny(_("Only the experts and the focal point may open this page."))


def can_publish(actor: Actor, review: CountryReview, submission: Submission | None) -> Permission:
    """The focal point of the review, once the submission is made final."""
    if actor.account_id is None or actor.account_id != review.focal_point_id:
        return deny(_("Only the focal point of this review may publish the outcome."))
    if submission is None or submission.state is not SubmissionState.FINAL:
        return deny(_("The outcome can be published when the final file has been made."))
    return ALLOW


def can_take_out(actor: Actor) -> Permission:
    """Withdrawn words leave by themselves: nobody has to ask, and nobody can."""
    return ALLOW if actor.is_system else deny(_("Only the portal itself does this."))
