"""What one version of one edition says, whole and apart from the database.

Everything that reads or writes questionnaires goes through this shape: the files that ship with the
portal, the tables, XLSForm, XLIFF, JSON and the authoring pages.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.platform.i18n import CODES, SOURCE
from app.questionnaires.models import Edition, Kind, Obligation

Texts = dict[str, str]
PRINT_LENGTH = 16
# What makes a question another question. Examples, search words and conditions may change under it.
MEANING = ("kind", "instrument", "article", "paragraph", "obligation", "constraint")
MEANING_TEXTS = ("topic", "prompt", "law", "practice", "account", "help", "constraint_message")


class Progress(StrEnum):
    """How far a translation is, as its translator or its reviewer said."""

    DRAFT = "draft"
    REVIEWED = "reviewed"


class Readiness(StrEnum):
    """The state of one text in one language, the comparison with the source text included."""

    SOURCE = "source"
    MISSING = "missing"
    DRAFT = "draft"
    REVIEWED = "reviewed"
    OUTDATED = "outdated"


def fingerprint(text: str) -> str:
    """A short name of a text that changes with the text."""
    return hashlib.sha256(text.encode()).hexdigest()[:PRINT_LENGTH]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Mark(_Part):
    """What is known of a translation: how far it is, and of which source text it was made."""

    state: Progress
    source: str = Field(max_length=PRINT_LENGTH)


class Worded(_Part):
    """Something with texts, by kind and then by language."""

    texts: dict[str, Texts] = Field(default_factory=dict)
    states: dict[str, dict[str, Mark]] = Field(default_factory=dict)


class Section(Worded):
    """A part of the questionnaire; `parent` is the code of the section it stands in."""

    code: str
    parent: str = ""
    article: str = ""
    relevant: str = ""


class Choice(Worded):
    """One value of a list, with its label."""

    value: str


class Term(Worded):
    """A term of the glossary with its meaning."""

    key: str


class QuestionDefinition(Worded):
    """One question with everything that belongs to it; `maps_to` and `covers` are codes."""

    code: str
    section: str
    kind: Kind = Kind.POSITION
    instrument: str = ""
    article: str = ""
    paragraph: str = ""
    obligation: Obligation = Obligation.CONSIDER
    topics: list[str] = Field(default_factory=list)
    terms: list[str] = Field(default_factory=list)
    choices: str = ""
    relevant: str = ""
    constraint: str = ""
    required: str = ""
    longest: int = Field(default=0, ge=0, le=100_000)
    maps_to: list[str] = Field(default_factory=list)
    covers: list[str] = Field(default_factory=list)


class Definition(Worded):
    """A whole questionnaire of one edition."""

    slug: str
    edition: Edition
    source_language: str = SOURCE
    sections: list[Section] = Field(default_factory=list)
    choice_lists: dict[str, list[Choice]] = Field(default_factory=dict)
    glossary: list[Term] = Field(default_factory=list)
    questions: list[QuestionDefinition] = Field(default_factory=list)

    @property
    def checksum(self) -> str:
        """The same for the same content, whatever the version is called."""
        kept = self.model_dump(mode="json", exclude={"slug"})
        return hashlib.sha256(json.dumps(kept, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Unit:
    """One translatable text: where it stands, and its carrier; `key` such as q:FP-03-a:prompt."""

    key: str
    kind: str
    carrier: Worded
    source_language: str

    @property
    def source(self) -> str:
        """The text that translations are made from."""
        return self.text(self.source_language)

    def text(self, language: str) -> str:
        """The text in a language, empty where it is missing."""
        return self.carrier.texts.get(self.kind, {}).get(language, "")

    def readiness(self, language: str) -> Readiness:
        """How far the text is in a language."""
        marks = self.carrier.states.get(self.kind, {})
        return readiness(self.carrier.texts.get(self.kind, {}), marks, language, self.source_language)

    def put(self, language: str, text: str, state: Progress) -> None:
        """Write a text; an empty one stays as a state and is never taken for a deletion."""
        self.carrier.texts.setdefault(self.kind, {})[language] = text
        if language != self.source_language:
            mark = Mark(state=state, source=fingerprint(self.source))
            self.carrier.states.setdefault(self.kind, {})[language] = mark


def readiness(texts: Texts, marks: dict[str, Any], language: str, source_language: str = SOURCE) -> Readiness:
    """The state of one text in one language; a translation without a mark counts as a draft."""
    if not texts.get(language):
        return Readiness.MISSING
    if language == source_language:
        return Readiness.SOURCE
    mark = marks.get(language)
    if mark is None:
        return Readiness.DRAFT
    known = mark if isinstance(mark, Mark) else Mark.model_validate(mark)
    if known.source != fingerprint(texts.get(source_language, "")):
        return Readiness.OUTDATED
    return Readiness(known.state.value)


def units_of(definition: Definition) -> Iterator[Unit]:
    """Every text of the source language that wants translating, in the order of reading."""
    carriers: list[tuple[str, Worded]] = [("v", definition)]
    carriers += [(f"s:{section.code}", section) for section in definition.sections]
    carriers += [(f"q:{question.code}", question) for question in definition.questions]
    carriers += [
        (f"c:{name}/{choice.value}", choice)
        for name, choices in definition.choice_lists.items()
        for choice in choices
    ]
    carriers += [(f"g:{term.key}", term) for term in definition.glossary]
    for key, carrier in carriers:
        for kind, texts in carrier.texts.items():
            if any(texts.values()):
                yield Unit(f"{key}:{kind}", kind, carrier, definition.source_language)


def languages_of(definition: Definition) -> list[str]:
    """The languages that have at least one text, in the order of the United Nations."""
    found = {lang for unit in units_of(definition) for lang in CODES if unit.text(lang)}
    return [code for code in CODES if code in found]


def meaning_of(question: QuestionDefinition, definition: Definition) -> str:
    """A fingerprint of what a question asks, in the source language and without its examples.

    Two versions of a question with the same fingerprint ask the same: answers can be carried over,
    and mappings that were settled stay settled.
    """
    source = definition.source_language
    choices = definition.choice_lists.get(question.choices, []) if question.choices else []
    content = [
        [str(getattr(question, name)) for name in MEANING],
        [question.texts.get(kind, {}).get(source, "") for kind in MEANING_TEXTS],
        [[choice.value, choice.texts.get("label", {}).get(source, "")] for choice in choices],
    ]
    return fingerprint(json.dumps(content, ensure_ascii=False))
