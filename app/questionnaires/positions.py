"""What can be answered before anything is explained: positions in law and in practice, and the State's own."""

from enum import StrEnum

from app.platform.i18n import Message, _


class Law(StrEnum):
    """The position in law (product.md 7)."""

    YES = "yes"
    IN_PART = "in_part"
    NO = "no"
    DONT_KNOW = "dont_know"
    NOT_APPLICABLE = "not_applicable"


class Practice(StrEnum):
    """The position in practice (product.md 7)."""

    WORKS = "works"
    WORKS_IN_PART = "works_in_part"
    DOES_NOT_WORK = "does_not_work"
    NOT_TESTED = "not_tested"
    DONT_KNOW = "dont_know"


class Position(StrEnum):
    """What the State answers before it explains."""

    YES = "yes"
    IN_PART = "in_part"
    NO = "no"


LAW_NAMES: dict[Law, Message] = {
    Law.YES: _("Yes"),
    Law.IN_PART: _("Yes, in part"),
    Law.NO: _("No"),
    Law.DONT_KNOW: _("I do not know"),
    Law.NOT_APPLICABLE: _("Does not apply"),
}
PRACTICE_NAMES: dict[Practice, Message] = {
    Practice.WORKS: _("It works"),
    Practice.WORKS_IN_PART: _("It works in part"),
    Practice.DOES_NOT_WORK: _("It does not work"),
    Practice.NOT_TESTED: _("Not tested yet"),
    Practice.DONT_KNOW: _("I do not know"),
}
POSITION_NAMES: dict[Position, Message] = {
    Position.YES: _("Yes"),
    Position.IN_PART: _("Yes, in part"),
    Position.NO: _("No"),
}
