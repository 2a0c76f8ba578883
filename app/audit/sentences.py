"""What each recorded act is, in a sentence for the log."""

from app.platform.i18n import Message, _

# Of what a contributor does, the record keeps the day (product.md 4). The outcome is made anew at once
# when one withdraws, so that act is the contributor's as well, and nobody is named for it.
CONTRIBUTORS_ACTS = ("contribution.", "outcome.rebuilt")
UNNAMED_ACTS = frozenset({"outcome.rebuilt"})
ACTIONS: dict[str, Message] = {
    "account.invitation_accepted": _("An invitation was accepted."),
    "account.locked": _("Signing in was locked for five minutes after ten wrong tries."),
    "account.password_reset": _("A new password was chosen by a link from an e-mail."),
    "account.sign_in_failed": _("A try to sign in failed."),
    "account.signed_in": _("Somebody signed in."),
    "account.signed_out_everywhere": _("Somebody signed out everywhere and ended all tokens."),
    "account.token_made": _("A token for the interface was made."),
    "account.token_revoked": _("A token for the interface was ended."),
    "answer.decided": _("An answer was decided."),
    "answers.read": _("Answers were read."),
    "answers.taken": _("All answers were taken away as a table."),
    "consultation.closed": _("The consultation was closed."),
    "consultation.codes_issued": _("Invitation codes were made."),
    "consultation.concluded": _("The consultation was concluded."),
    "consultation.created": _("A consultation was prepared."),
    "consultation.edited": _("Texts or dates of the consultation were changed before its opening."),
    "consultation.extended": _("The closing of the consultation was moved."),
    "consultation.opened": _("The consultation was opened."),
    "consultation.override_asked": _("A step was asked for although something stands against it."),
    "consultation.override_confirmed": _("A second person confirmed that a step is taken all the same."),
    "contribution.submitted": _("A contribution was submitted."),
    "contribution.withdrawn": _("A contribution was withdrawn."),
    "statements.assigned": _("A statement was assigned to a question."),
    "statements.dismissed": _("A statement was set aside with a reason."),
    "statements.imported": _("Statements were imported."),
    "organisation.invitation_withdrawn": _("An invitation was withdrawn."),
    "job.dropped": _("A waiting task of the portal was dropped."),
    "organisation.member_invited": _("Somebody was invited to an organization."),
    "organisation.registered": _("An organization was registered."),
    "organisation.name_verified": _("An organization was found to be the one whose name it has."),
    "organisation.role_given": _("A role was given."),
    "organisation.role_taken": _("A role was taken away."),
    "outcome.published": _("The outcome was published."),
    "outcome.rebuilt": _("A withdrawn contribution was taken out of the published outcome."),
    "questionnaire.draft_dropped": _("A draft of a questionnaire was thrown away."),
    "questionnaire.draft_started": _("A new version of a questionnaire was begun."),
    "questionnaire.imported": _("A questionnaire was imported from a file."),
    "questionnaire.published": _("A questionnaire was published."),
    "questionnaire.replaced": _("A draft of a questionnaire was replaced by a file."),
    "questionnaire.written": _("A draft of a questionnaire was written in."),
    "questionnaire.translated": _("Translations of a questionnaire were imported from a file."),
    "reference.draft_discarded": _("A draft of the reference data was discarded."),
    "reference.offered": _("This release brought reference data; the published data were kept."),
    "reference.published": _("Reference data were published."),
    "review.created": _("The country review was begun."),
    "review.focal_point_handed_over": _("The role of the focal point was handed over."),
    "review.focal_point_set": _("The focal point was appointed."),
    "review.questionnaire_answered": _("The day of the answer to the self-assessment was recorded."),
    "state.created": _("A State was added to the portal."),
    "submission.answer_set": _("The position in a national answer was set."),
    "submission.approved": _("A national answer was approved."),
    "submission.excerpt_merged": _("Words of an answer were put into a paragraph."),
    "submission.final": _("The final file was made."),
    "submission.paragraph_added": _("A paragraph was added."),
    "submission.paragraph_deleted": _("A paragraph was deleted."),
    "submission.paragraph_restored": _("A paragraph was put back."),
    "submission.paragraph_edited": _("A paragraph was changed."),
    "submission.reopened": _("A national answer was reopened."),
    "submission.sent": _("A national answer was sent for approval."),
    "submission.source_removed": _("A source was removed from a paragraph."),
    "submission.taken_back": _("A national answer that waited for approval was taken back."),
    "translation.written": _("A translation was written."),
}

# What acts were called until October 2026; the record is never rewritten.
FORMER = {
    "answer.disposed": "answer.decided",
    "intake.assigned": "statements.assigned",
    "intake.dismissed": "statements.dismissed",
    "intake.imported": "statements.imported",
    "submission.cleared": "submission.approved",
    "submission.handed_over": "submission.final",
    "submission.passage_added": "submission.paragraph_added",
    "submission.passage_deleted": "submission.paragraph_deleted",
    "submission.passage_edited": "submission.paragraph_edited",
    "submission.passage_restored": "submission.paragraph_restored",
    "submission.proposed": "submission.sent",
}


def sentence_of(action: str) -> Message:
    """The sentence for an act, by its name of today; an act without one is shown by its bare name."""
    return ACTIONS.get(action) or Message("%(action)s", {"action": action})
