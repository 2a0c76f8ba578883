"""What each mail is, in words for those who run the portal."""

from app.platform.i18n import Message, _

MAILS: dict[str, Message] = {
    "accounts/address_known": _("A sign-up for an address that has an account"),
    "accounts/confirm": _("Confirm an address"),
    "accounts/reset": _("Choose a new password"),
    "contributions/received": _("Answers have arrived"),
    "contributions/withdrawn": _("Answers are withdrawn"),
    "organisations/invitation": _("An invitation"),
    "submissions/reasons_ready": _("Replies can be read"),
}


def mail_name(template: str) -> Message:
    """The name of a mail; one without a name is shown as the file it is made from."""
    return MAILS.get(template) or Message("%(template)s", {"template": template})
