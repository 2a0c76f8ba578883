"""A small questionnaire with every kind of question and with conditions, for the tests of answering."""

from typing import Any

from app.questionnaires.definition import Choice, Definition, QuestionDefinition, Section, Term
from app.questionnaires.models import Edition, Kind
from tests.factories import in_all

NEEDED = ("topic", "task", "prompt")
POSITION = ("law", "practice", "account")
MEANS = ("radio", "mail", "none")


def asks(code: str, kind: Kind = Kind.POSITION, section: str = "s-main", **more: Any) -> QuestionDefinition:
    """A question with all its texts."""
    kinds = NEEDED + (POSITION if kind is Kind.POSITION else ())
    texts = {name: in_all(f"{name.capitalize()} of {code}.") for name in kinds} | more.pop("texts", {})
    return QuestionDefinition(code=code, section=section, kind=kind, texts=texts, **more)


def section(code: str, parent: str = "", **more: Any) -> Section:
    return Section(code=code, parent=parent, texts={"title": in_all(f"Section {code}")}, **more)


def choices(*values: str) -> list[Choice]:
    return [Choice(value=value, texts={"label": in_all(f"The {value}")}) for value in values]


def definition(*questions: QuestionDefinition, slug: str = "small", **more: Any) -> Definition:
    """A civil-society edition of these questions."""
    fields: dict[str, Any] = {
        "slug": slug,
        "edition": Edition.CIVIL_SOCIETY,
        "texts": {"title": in_all("A small questionnaire"), "introduction": in_all("What it is about.")},
        "sections": [section("s-main"), section("s-inner", "s-main"), section("s-late")],
        "choice_lists": {"means": choices(*MEANS)},
        "glossary": [Term(key="trace", texts={"term": in_all("Tracing"), "meaning": in_all("To follow.")})],
        "questions": list(questions),
    }
    return Definition(**{**fields, **more})


def every_kind() -> Definition:
    """One question of each kind; what is asked later waits for what was answered before."""
    return definition(
        asks("Q-intro", Kind.NOTE),
        asks("Q-pos", terms=["trace"]),
        asks("Q-one", Kind.SINGLE_CHOICE, choices="means"),
        asks("Q-many", Kind.MULTIPLE_CHOICE, choices="means"),
        asks(
            "Q-num",
            Kind.NUMBER,
            "s-inner",
            relevant="selected(${Q-many}, 'radio')",
            constraint=". >= 0 and . <= 100",
            texts={"constraint_message": in_all("Between none and a hundred.")},
        ),
        asks("Q-day", Kind.DATE, "s-inner", relevant="${Q-pos-law} = 'yes'", constraint=". <= today()"),
        asks("Q-short", Kind.SHORT_TEXT, "s-late", longest=20, required="${Q-one} = 'mail'"),
        asks("Q-long", Kind.LONG_TEXT, "s-late", relevant="${Q-num} > 5"),
    )


def without_conditions() -> Definition:
    """Two questions that nobody waits for."""
    return definition(asks("P-1"), asks("P-2", Kind.SINGLE_CHOICE, choices="means"), slug="plain")
