"""What the kinds of texts are called, for those who write and translate them."""

from app.platform.i18n import Message, _

TEXT_NAMES: dict[str, Message] = {
    "title": _("Title"),
    "introduction": _("Introduction"),
    "topic": _("Topic"),
    "task": _("What the reader is asked to do"),
    "prompt": _("Question"),
    "law": _("Prompt on law"),
    "practice": _("Prompt on practice"),
    "account": _("Prompt for the account"),
    "why": _("Why we ask this"),
    "example": _("An example of a good short answer"),
    "help": _("Help for the reader"),
    "constraint_message": _("What to say when an answer breaks the rule"),
    "label": _("Label of the choice"),
    "term": _("Term"),
    "meaning": _("Meaning"),
    "forms": _("Other forms of the term"),
}
