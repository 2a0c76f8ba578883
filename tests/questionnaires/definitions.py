"""Small questionnaires for tests, complete in all six languages."""

from typing import Any

from app.platform.i18n import CODES
from app.questionnaires.definition import (
    Choice,
    Definition,
    Mark,
    Progress,
    QuestionDefinition,
    Section,
    Worded,
    fingerprint,
    units_of,
)
from app.questionnaires.models import Edition, Kind

TEXTS = ("topic", "task", "prompt", "law", "practice", "account", "why", "example", "help")


def words(**texts: str) -> dict[str, Any]:
    """Texts of several kinds, in all languages, reviewed."""
    made = Worded(
        texts={
            kind: {code: text if code == "en" else f"{text} ({code})" for code in CODES}
            for kind, text in texts.items()
        }
    )
    for kind, text in texts.items():
        mark = Mark(state=Progress.REVIEWED, source=fingerprint(text))
        made.states[kind] = {code: mark for code in CODES if code != "en"}
    return {"texts": made.texts, "states": made.states}


def question(code: str, section: str = "A", kind: Kind = Kind.POSITION, **more: Any) -> QuestionDefinition:
    """A question with every text."""
    texts = {name: f"{name.capitalize()} of {code}." for name in TEXTS}
    return QuestionDefinition(code=code, section=section, kind=kind, **{**words(**texts), **more})


def civil_society(*questions: QuestionDefinition, slug: str = "small", **more: Any) -> Definition:
    """A civil-society edition of these questions; without any, of two."""
    asked = list(questions) or [question("Q-1", maps_to=["S-1"]), question("Q-2", maps_to=["S-1", "S-2"])]
    return _definition(Edition.CIVIL_SOCIETY, slug, asked, **more)


def state(*questions: QuestionDefinition, slug: str = "small", **more: Any) -> Definition:
    """A State edition of these questions; without any, of two."""
    return _definition(Edition.STATE, slug, list(questions) or [question("S-1"), question("S-2")], **more)


def _definition(edition: Edition, slug: str, questions: list[QuestionDefinition], **more: Any) -> Definition:
    title = words(title=f"A small questionnaire: {edition.value}", introduction="Answer what you know.")
    standing = {"sections": [Section(code="A", **words(title="The only section"))], **title}
    return Definition(slug=slug, edition=edition, questions=questions, **{**standing, **more})


def choices(*values: str) -> list[Choice]:
    """A list of choices, labelled by their values."""
    return [Choice(value=value, **words(label=value.capitalize())) for value in values]


def reword(definition: Definition, key: str, text: str) -> Definition:
    """The same with another source text; its translations are left as they are."""
    changed = definition.model_copy(deep=True)
    unit = next(unit for unit in units_of(changed) if unit.key == key)
    unit.put("en", text, Progress.REVIEWED)
    return changed


def renew(definition: Definition) -> Definition:
    """The same with every translation reviewed against the source text of today."""
    changed = definition.model_copy(deep=True)
    for unit in units_of(changed):
        for code in CODES:
            if code != "en":
                unit.put(code, unit.text(code) or f"{unit.source} ({code})", Progress.REVIEWED)
    return changed
