"""How each kind of question is answered: what fits it, how a value is written, when it is done."""

import re
from datetime import date
from decimal import Decimal

from app.contributions.models import Answer
from app.platform.errors import Invalid
from app.platform.i18n import Message, _, day
from app.platform.signs import digits
from app.questionnaires.compiled import CompiledQuestion
from app.questionnaires.models import Kind
from app.questionnaires.positions import Law, Practice
from app.questionnaires.relevance import TEXTS, Given

LONGEST = 10_000
LONGEST_SHORT = 500
# Kinds that are answered by a value; words beside it explain it.
VALUED = frozenset({Kind.SINGLE_CHOICE, Kind.MULTIPLE_CHOICE, Kind.NUMBER, Kind.DATE})
# Languages that write 1.5 for one and a half; the others write 1,5.
WITH_POINT = frozenset({"ar", "zh", "en"})
LEXICAL = re.compile(r"-?\d{1,20}(\.\d{1,10})?\Z", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
# Between thousands some put a space or a mark that stands for nothing else.
BETWEEN = re.compile("[\\s\u00a0\u202f\u066c'’]")
SEPARATED = re.compile(r"-?[1-9]\d{0,2},\d{3}(,\d{3})*(\.\d+)?\Z", re.ASCII)
SEPARATED_BY_POINTS = re.compile(r"-?[1-9]\d{0,2}\.\d{3}(\.\d{3})*(,\d+)?\Z", re.ASCII)
SIGNS = {ord("٫"): "."}

NOT_A_POSITION = _("This question does not ask for a position in law or in practice.")
NO_VALUE = _("This question is not answered by a value.")
NO_ANSWER = _("This is a note. It takes no answer.")
NOT_ON_THE_LIST = _("Choose one of the answers on this page.")
NOT_A_NUMBER = _("Write a number in digits, for example 1250 or 12.5.")
TWO_READINGS = _("This can be read as two numbers. Leave out the mark between the thousands.")
NOT_A_DAY = _("Write the date as year-month-day, for example 2026-03-09.")


def longest_of(question: CompiledQuestion) -> int:
    """How long the words of an answer may be."""
    usual = LONGEST_SHORT if question.kind is Kind.SHORT_TEXT else LONGEST
    return min(question.longest or usual, LONGEST)


def checked(
    question: CompiledQuestion,
    law: Law | None,
    practice: Practice | None,
    narrative: str,
    typed: str,
    language: str,
) -> str:
    """The value of an answer as XForms writes it, from what somebody typed or chose.

    Raises Invalid where the answer holds parts that its question does not ask for.
    """
    _check_fits(question, law, practice, narrative)
    return _value(question, typed, language)


def _check_fits(
    question: CompiledQuestion, law: Law | None, practice: Practice | None, narrative: str
) -> None:
    """Refuse the parts of an answer that its question does not ask for; raises Invalid."""
    errors: dict[str, Message] = {}
    if question.kind is not Kind.POSITION:
        if law is not None:
            errors["law"] = NOT_A_POSITION
        if practice is not None:
            errors["practice"] = NOT_A_POSITION
    if question.kind is Kind.NOTE:
        errors[""] = NO_ANSWER
    longest = longest_of(question)
    if len(narrative) > longest:
        errors["narrative"] = _(
            "This is too long: at most %(max_length)s characters.", max_length=str(longest)
        )
    if errors:
        raise Invalid(errors)


def _value(question: CompiledQuestion, typed: str, language: str) -> str:
    typed = typed.strip()
    if not typed:
        return ""
    if question.kind is Kind.NUMBER:
        return _number(typed, language)
    if question.kind is Kind.DATE:
        return _day(typed)
    if question.kind in VALUED:
        return _choices(question, typed.split())
    raise Invalid({"value": NO_VALUE})


def _choices(question: CompiledQuestion, chosen: list[str]) -> str:
    """The chosen values in the order of their list."""
    values = [choice.value for choice in question.choices]
    is_one = question.kind is Kind.SINGLE_CHOICE
    if not set(chosen) <= set(values) or (is_one and len(set(chosen)) > 1):
        raise Invalid({"value": NOT_ON_THE_LIST})
    return " ".join(value for value in values if value in chosen)


def _number(typed: str, language: str) -> str:
    """A number with a point, whatever its writer puts there.

    1,250 is a thousand and more in English and little more than one in French: where the mark may
    stand between thousands in the writer's language, the number is sent back instead of guessed.
    """
    plain = BETWEEN.sub("", digits(typed).translate(SIGNS)).removeprefix("+")
    doubtful = SEPARATED if language in WITH_POINT else SEPARATED_BY_POINTS if language == "es" else None
    if doubtful and doubtful.match(plain):
        raise Invalid({"value": TWO_READINGS})
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    if not LEXICAL.match(plain):
        raise Invalid({"value": NOT_A_NUMBER})
    number = Decimal(plain)
    return format(number or abs(number), "f")  # there is no -0


def _day(typed: str) -> str:
    plain = digits(typed)
    try:
        if not DAY.match(plain):
            raise Invalid({"value": NOT_A_DAY})
        return date.fromisoformat(plain).isoformat()
    except ValueError:
        raise Invalid({"value": NOT_A_DAY}) from None


def as_typed(kind: Kind, value: str, language: str) -> str:
    """A stored value as it stands in the field of a page in that language."""
    return value.replace(".", ",") if kind is Kind.NUMBER and language not in WITH_POINT else value


def shown(question: CompiledQuestion, value: str, language: str) -> str:
    """A stored value in words: the labels of choices, a day with its month, a number as it is written."""
    if question.kind is Kind.DATE:
        return day(date.fromisoformat(value), language) if DAY.match(value) else value
    return question.label_of(as_typed(question.kind, value, language))


def is_done(answer: Answer, kind: Kind) -> bool:
    """Whether an answer says what its question asks; words alone do where there is a position."""
    if kind in VALUED:
        return bool(answer.value)
    said = bool(answer.narrative.strip())
    if kind in TEXTS:
        return said
    return said or (answer.law is not None and answer.practice is not None)


def given_by(answer: Answer) -> Given:
    """What conditions can read of an answer."""
    return Given(answer.law, answer.practice, answer.narrative, answer.value)
