"""How a consultation stands at an instant: state and dates together, as readers are told."""

from datetime import datetime
from enum import StrEnum

from app.consultations.models import Consultation, ConsultationState
from app.platform.i18n import Message, _, n_, short_time

MINUTES_A_QUESTION = 4
MARK = "\u200e"  # keeps a clock time in order inside right-to-left text


class Phase(StrEnum):
    """What a reader needs to know of the state and the dates."""

    DRAFT = "draft"
    COMING = "coming"
    OPEN = "open"
    CLOSED = "closed"
    CONCLUDED = "concluded"


PHASE_NAMES: dict[Phase, Message] = {
    Phase.DRAFT: _("In preparation"),
    Phase.COMING: _("Coming"),
    Phase.OPEN: _("Open"),
    Phase.CLOSED: _("Closed"),
    Phase.CONCLUDED: _("Concluded"),
}


def phase_of(consultation: Consultation, at: datetime) -> Phase:
    """The phase at this instant; past its closing instant a consultation is closed, whoever says so."""
    match consultation.state:
        case ConsultationState.DRAFT:
            return Phase.DRAFT
        case ConsultationState.OPEN if at < consultation.opens_at:
            return Phase.COMING
        case ConsultationState.OPEN if at < consultation.closes_at:
            return Phase.OPEN
        case ConsultationState.OPEN | ConsultationState.CLOSED:
            return Phase.CLOSED
        case _:
            return Phase.CONCLUDED


def deadline_note(consultation: Consultation, at: datetime) -> Message:
    """The words after the date in a list: what happens then, and how soon."""
    match phase_of(consultation, at):
        case Phase.OPEN:
            time = MARK + short_time(consultation.closes_at)
            days = (consultation.closes_at.date() - at.date()).days
            if days == 0:
                return _("closes today at %(time)s UTC", time=time)
            return n_(
                "closes at %(time)s UTC, in %(num)s day",
                "closes at %(time)s UTC, in %(num)s days",
                days,
                time=time,
            )
        case Phase.COMING | Phase.DRAFT:
            return _("opens at %(time)s UTC", time=MARK + short_time(consultation.opens_at))
        case _:
            return _("closed")


def days_left(consultation: Consultation, at: datetime) -> Message | None:
    """How soon an open consultation closes."""
    if phase_of(consultation, at) is not Phase.OPEN:
        return None
    days = (consultation.closes_at.date() - at.date()).days
    return n_("In %(num)s day.", "In %(num)s days.", days) if days else _("Today.")


def minutes_needed(questions: int) -> int:
    """A fair guess of how long all questions take, in tens of minutes."""
    return max(10, round(questions * MINUTES_A_QUESTION / 10) * 10)
