"""How long the names in a questionnaire may be, because columns of the database have an end."""

import re
from collections.abc import Iterator
from typing import Any

from app.platform.errors import Invalid
from app.platform.forms import UNKEPT, UNSTORABLE
from app.platform.i18n import CODES, Message, _
from app.questionnaires.definition import Definition
from app.questionnaires.models import LONGEST_SLUG

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
LONGEST = {"instrument": 16, "article": 16, "paragraph": 32, "choices": 64}
MOST_QUESTIONS = 2_000
NO_SLUG = _("Use small letters, digits and hyphens, at most 64 characters.")


def is_slug(text: str) -> bool:
    """Whether a text can stand in addresses."""
    return bool(SLUG.match(text)) and len(text) <= LONGEST_SLUG


def check_bounds(definition: Definition) -> None:
    """Raise Invalid for what the tables cannot hold."""
    wrong: dict[str, Message] = {}
    if not is_slug(definition.slug):
        wrong["slug"] = NO_SLUG
    if definition.source_language not in CODES:
        wrong["source_language"] = _("This is not one of the six languages of the portal.")
    if len(definition.questions) > MOST_QUESTIONS:
        wrong["questions"] = _("There are too many questions: at most %(most)s.", most=MOST_QUESTIONS)
    for question in definition.questions:
        for name, most in LONGEST.items():
            if len(getattr(question, name)) > most:
                wrong[f"q:{question.code}"] = _("Use at most %(most)s characters.", most=most)
    if any(UNKEPT.search(text) for text in _strings(definition.model_dump(mode="json"))):
        wrong["texts"] = UNSTORABLE
    if wrong:
        raise Invalid(wrong)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
