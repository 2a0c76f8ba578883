"""Between a definition and its rows: writing one into tables, reading one back."""

from collections.abc import Iterable
from typing import Any

from app.questionnaires.definition import (
    Choice,
    Definition,
    QuestionDefinition,
    Section,
    Term,
    meaning_of,
)
from app.questionnaires.models import Question, QuestionnaireVersion

ROW = (
    "code", "section", "kind", "instrument", "article", "paragraph", "obligation", "topics", "terms",
    "choices", "relevant", "constraint", "required", "longest", "texts",
)  # fmt: skip


def describe(version: QuestionnaireVersion, definition: Definition) -> None:
    """Write everything of a definition but its questions into the row of its version."""
    kept = definition.model_dump(mode="json")
    for name in ("source_language", "texts", "states", "sections", "choice_lists", "glossary"):
        setattr(version, name, kept[name])
    version.checksum = definition.checksum


def row_values(question: QuestionDefinition, position: int, definition: Definition) -> dict[str, Any]:
    """The columns of a question."""
    kept = question.model_dump(mode="json", include={"states"})
    return {
        **{name: getattr(question, name) for name in ROW},
        "states": kept["states"],
        "position": position,
        "meaning": meaning_of(question, definition),
    }


def define(
    version: QuestionnaireVersion,
    questions: Iterable[Question],
    maps_to: dict[str, list[str]],
    covers: dict[str, list[str]],
) -> Definition:
    """The definition that the rows hold; the two maps are by question code."""
    order = {section["code"]: place for place, section in enumerate(version.sections)}
    ordered = sorted(questions, key=lambda q: (order.get(q.section, len(order)), q.position))
    return Definition(
        slug=version.slug,
        edition=version.edition,
        source_language=version.source_language,
        texts=version.texts,
        states=version.states,  # type: ignore[arg-type]  # pydantic makes the marks
        sections=[Section.model_validate(section) for section in version.sections],
        choice_lists={
            name: [Choice.model_validate(choice) for choice in choices]
            for name, choices in version.choice_lists.items()
        },
        glossary=[Term.model_validate(term) for term in version.glossary],
        questions=[
            QuestionDefinition(
                **{name: getattr(question, name) for name in ROW},
                states=question.states,  # type: ignore[arg-type]  # pydantic makes the marks
                maps_to=maps_to.get(question.code, []),
                covers=covers.get(question.code, []),
            )
            for question in ordered
        ],
    )
