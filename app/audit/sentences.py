"""What each recorded act is, in a sentence for the log."""

from app.platform.i18n import Message, _

ACTIONS: dict[str, Message] = {
    "account.created": _("Somebody opened an account."),
    "consultation.closed": _("The consultation was closed."),
    "consultation.codes_issued": _("Invitation codes were made."),
    "consultation.concluded": _("The consultation was concluded."),
    "consultation.created": _("A consultation was prepared."),
    "consultation.edited": _("Texts or dates of the consultation were changed before its opening."),
    "consultation.extended": _("The closing of the consultation was moved."),
    "consultation.opened": _("The consultation was opened."),
    "contribution.submitted": _("A contribution was submitted."),
    "contribution.withdrawn": _("A contribution was withdrawn."),
    "questionnaire.published": _("A questionnaire was published."),
    "review.created": _("The country review was begun."),
    "review.focal_point_handed_over": _("The role of the focal point was handed over."),
    "review.focal_point_set": _("The focal point was appointed."),
    "review.questionnaire_answered": _("The day of the answer to the self-assessment was recorded."),
    "state.created": _("A State was added to the portal."),
}


def sentence_of(action: str) -> Message:
    """The sentence for an act; an act without one is shown by its bare name."""
    return ACTIONS.get(action) or Message("%(action)s", {"action": action})
