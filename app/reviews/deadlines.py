"""The clock of a country review: when each step is due, by which rule, and how it stands.

Pure: everything follows from the start date, what is known to be done, and today.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.platform.i18n import Message, _, n_

ADVISED_WEEKS = 4


class Step(StrEnum):
    """The steps of a country review that have a due date."""

    FOCAL_POINT = "focal_point"
    EXPERTS = "experts"
    PRELIMINARY_CONSULTATION = "preliminary_consultation"
    QUESTIONNAIRE = "questionnaire"
    FEEDBACK = "feedback"


class StepStatus(StrEnum):
    """How a step stands; PAST is for a date gone by of a step nobody records in the portal."""

    DONE = "done"
    AHEAD = "ahead"
    OVERDUE = "overdue"
    PAST = "past"
    WAITING = "waiting"


# Steps whose completion the portal learns; of the others it knows the date only.
RECORDED = frozenset({Step.FOCAL_POINT, Step.EXPERTS, Step.QUESTIONNAIRE})
NAMES: dict[Step, Message] = {
    Step.FOCAL_POINT: _("Appoint one focal point"),
    Step.EXPERTS: _("Designate governmental experts"),
    Step.PRELIMINARY_CONSULTATION: _("Preliminary consultation with the two reviewing States"),
    Step.QUESTIONNAIRE: _("Answer the self-assessment questionnaire"),
    Step.FEEDBACK: _("Written feedback from the two reviewing States"),
}
RULES: dict[Step, Message] = {
    Step.FOCAL_POINT: _("Two weeks after the start of the review."),
    Step.EXPERTS: _("Four weeks after the start of the review."),
    Step.PRELIMINARY_CONSULTATION: _("Within six weeks of the start of the review."),
    Step.QUESTIONNAIRE: _("Within six months of the start of the review."),
    Step.FEEDBACK: _(
        "At most six months after the answer was received. Where that month is shorter, its last day counts."
    ),
}
STATUS_NOTE = _("Note by the Secretariat on the status of the Mechanism, 21 June 2022")
OVERVIEW = _("UNODC, overview of the review mechanism")
SOURCES: dict[Step, Message] = {
    Step.FOCAL_POINT: _(
        "%(note)s, paragraph 9 (procedures and rules, paragraph 18; guidelines, paragraph 5)",
        note=STATUS_NOTE,
    ),
    Step.EXPERTS: _("%(note)s, paragraph 9 (guidelines, paragraph 6)", note=STATUS_NOTE),
    Step.PRELIMINARY_CONSULTATION: _("%(note)s, paragraph 21 (guidelines, paragraph 11)", note=STATUS_NOTE),
    Step.QUESTIONNAIRE: OVERVIEW,
    Step.FEEDBACK: OVERVIEW,
}


@dataclass(frozen=True, slots=True)
class Deadline:
    """One step with its due date, the rule behind it, where the rule stands, and how the step stands."""

    step: Step
    name: Message
    due_on: date | None
    rule: Message
    source: Message
    standing: StepStatus
    in_words: Message
    done_on: date | None = None


def add_months(day: date, months: int) -> date:
    """The same day that many months later; the last day of the month where that day does not exist."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return day.replace(year=year, month=month, day=min(day.day, monthrange(year, month)[1]))


def due_dates(started_on: date, questionnaire_answered_on: date | None = None) -> dict[Step, date | None]:
    """When each step is due; the feedback has no date before the answer was received."""
    return {
        Step.FOCAL_POINT: started_on + timedelta(weeks=2),
        Step.EXPERTS: started_on + timedelta(weeks=4),
        Step.PRELIMINARY_CONSULTATION: started_on + timedelta(weeks=6),
        Step.QUESTIONNAIRE: add_months(started_on, 6),
        Step.FEEDBACK: add_months(questionnaire_answered_on, 6) if questionnaire_answered_on else None,
    }


def advised_closing(started_on: date) -> date:
    """The last day on which a consultation should close: four weeks before the State's answer is due."""
    return add_months(started_on, 6) - timedelta(weeks=ADVISED_WEEKS)


def review_clock(
    started_on: date,
    today: date,
    questionnaire_answered_on: date | None = None,
    done: frozenset[Step] = frozenset(),
) -> tuple[Deadline, ...]:
    """All steps in their order, as they stand today."""
    done_on: Mapping[Step, date | None] = {Step.QUESTIONNAIRE: questionnaire_answered_on}
    if questionnaire_answered_on:
        done |= {Step.QUESTIONNAIRE}
    clock = []
    for step, due_on in due_dates(started_on, questionnaire_answered_on).items():
        standing, in_words = _standing(step, due_on, today, step in done)
        clock.append(
            Deadline(
                step, NAMES[step], due_on, RULES[step], SOURCES[step], standing, in_words, done_on.get(step)
            )
        )
    return tuple(clock)


def _standing(step: Step, due_on: date | None, today: date, is_done: bool) -> tuple[StepStatus, Message]:
    if is_done:
        return StepStatus.DONE, _("Done")
    if due_on is None:
        return StepStatus.WAITING, _("Begins when the answer is received")
    days = (due_on - today).days
    if days == 0:
        return StepStatus.AHEAD, _("Due today")
    if days > 0:
        return StepStatus.AHEAD, n_("Ahead: %(num)s day left", "Ahead: %(num)s days left", days)
    if step in RECORDED:
        return StepStatus.OVERDUE, n_("Overdue by %(num)s day", "Overdue by %(num)s days", -days)
    return StepStatus.PAST, _("The date is past. This portal keeps no record of the step.")
