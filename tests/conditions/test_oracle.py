"""Our evaluation beside that of ODK's own engine: first as recorded, then, where Node is, live."""

from datetime import date

import pytest

from app.conditions.evaluation import evaluate, is_true, to_text
from app.conditions.language import NotSupported, parse
from tests.conditions.oracle import form

CASES = form.load_cases()


def our_opinion(case: form.Case) -> str | None:
    """What our evaluation makes of a case, as text; None for an expression we refuse."""
    today = date.fromisoformat(form.TODAY)
    try:
        expression = parse(case["expression"])
    except NotSupported:
        return None
    if "as" in case:
        return to_text(is_true(expression, case["values"], today, case.get("own", "")))
    return to_text(evaluate(expression, case["values"], today))


@pytest.mark.parametrize("case", CASES, ids=[f"{n} {case['expression']}" for n, case in enumerate(CASES)])
def test_ours_is_what_odks_engine_said_or_a_difference_we_mean(case: form.Case) -> None:
    assert our_opinion(case) == case.get("ours", case["expected"])


def test_the_cases_are_many_and_each_is_there_once() -> None:
    assert len([case for case in CASES if "ours" not in case]) >= 90
    assert len({str({**case, "expected": ""}) for case in CASES}) == len(CASES)


def test_a_difference_we_mean_is_one() -> None:
    assert [case["expression"] for case in CASES if "ours" in case and case["ours"] == case["expected"]] == []


def test_odks_engine_still_says_what_was_recorded() -> None:
    if reason := form.missing():
        pytest.skip(reason)
    opinions = form.ask(CASES)
    assert [opinions[str(number)] for number in range(len(CASES))] == [case["expected"] for case in CASES]
