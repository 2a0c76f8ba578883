from datetime import date

import pytest

from app.reviews.deadlines import Step, StepStatus, add_months, advised_closing, due_dates, review_clock

START = date(2021, 11, 1)


def test_the_steps_are_due_as_in_the_second_group_of_reviews() -> None:
    due = due_dates(START, questionnaire_answered_on=date(2022, 8, 31))
    assert due == {
        Step.FOCAL_POINT: date(2021, 11, 15),
        Step.EXPERTS: date(2021, 11, 29),
        Step.PRELIMINARY_CONSULTATION: date(2021, 12, 13),
        Step.QUESTIONNAIRE: date(2022, 5, 1),
        Step.FEEDBACK: date(2023, 2, 28),
    }


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2022, 8, 31), 6, date(2023, 2, 28)),
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2021, 12, 31), 2, date(2022, 2, 28)),
        (date(2022, 6, 30), 6, date(2022, 12, 30)),
    ],
)
def test_a_month_that_is_shorter_ends_on_its_last_day(day: date, months: int, later: date) -> None:
    assert add_months(day, months) == later


def test_the_feedback_has_no_date_before_the_answer_was_received() -> None:
    assert due_dates(START)[Step.FEEDBACK] is None
    feedback = review_clock(START, date(2030, 1, 1))[-1]
    assert feedback.standing is StepStatus.WAITING
    assert str(feedback.in_words) == "Begins when the answer is received"


def test_a_step_says_in_words_how_it_stands() -> None:
    clock = review_clock(START, date(2021, 11, 29), done=frozenset({Step.FOCAL_POINT}))
    words = {deadline.step: (deadline.standing, str(deadline.in_words)) for deadline in clock}
    assert words[Step.FOCAL_POINT] == (StepStatus.DONE, "Done")
    assert words[Step.EXPERTS] == (StepStatus.AHEAD, "Due today")
    assert words[Step.PRELIMINARY_CONSULTATION] == (StepStatus.AHEAD, "Ahead: 14 days left")


def test_an_overdue_step_says_by_how_much_and_an_unrecorded_one_that_nobody_knows() -> None:
    clock = {deadline.step: deadline for deadline in review_clock(START, date(2021, 12, 14))}
    assert clock[Step.FOCAL_POINT].standing is StepStatus.OVERDUE
    assert str(clock[Step.FOCAL_POINT].in_words) == "Overdue by 29 days"
    assert clock[Step.PRELIMINARY_CONSULTATION].standing is StepStatus.PAST
    assert "no record" in str(clock[Step.PRELIMINARY_CONSULTATION].in_words)


def test_an_answered_questionnaire_is_done_on_its_day() -> None:
    answered = date(2022, 8, 31)
    clock = {d.step: d for d in review_clock(START, date(2022, 9, 1), questionnaire_answered_on=answered)}
    assert clock[Step.QUESTIONNAIRE].standing is StepStatus.DONE
    assert clock[Step.QUESTIONNAIRE].done_on == answered
    assert clock[Step.FEEDBACK].due_on == date(2023, 2, 28)


def test_every_step_names_its_rule_and_its_source() -> None:
    for deadline in review_clock(START, START):
        assert str(deadline.name)
        assert str(deadline.rule)
        assert str(deadline.source)


def test_a_consultation_should_close_four_weeks_before_the_answer_is_due() -> None:
    assert advised_closing(START) == date(2022, 4, 3)
