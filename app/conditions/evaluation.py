"""Expressions at work: answers and a day go in, a truth or a value comes out, and nothing is raised."""

from collections.abc import Mapping
from datetime import date

from .language import Expression
from .values import Day, Scope, to_text, to_truth

__all__ = ["evaluate", "is_true", "to_text"]


def is_true(expression: Expression, values: Mapping[str, str], today: date, own: str = "") -> bool:
    """Whether the expression holds for these answers; a node without an answer is empty."""
    return to_truth(expression.run(Scope(values, own, today)))


def evaluate(
    expression: Expression, values: Mapping[str, str], today: date, own: str = ""
) -> str | float | bool:
    """What the expression comes to; a date comes as text."""
    value = expression.run(Scope(values, own, today))
    return to_text(value) if isinstance(value, Day) else value
