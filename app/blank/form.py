"""The blank questionnaire of a version in one language, before it becomes a page or a Word document.

Every place to answer has a tag, which a reader of filled-in documents finds again:

* `q:<code>` the words that answer a question, or its value where it asks for one;
* `q:<code>:law`, `q:<code>:practice`, `q:<code>:position` one of a list of positions;
* `q:<code>:narrative` the words beside a value;
* `q:<code>=<value>` one check box for each choice of several, or `q:<code>=#<place>` where the tag
  would be longer than the 64 characters Word takes; no value begins with that sign.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.blank.conditions import OnlyIf, Reader
from app.platform.i18n import Message, _
from app.questionnaires.compiled import CompiledQuestion, CompiledTerm, CompiledVersion, Words
from app.questionnaires.models import Edition, Kind
from app.questionnaires.positions import LAW_NAMES, POSITION_NAMES, PRACTICE_NAMES

LONGEST_TAG = 64
VALUED = frozenset({Kind.SINGLE_CHOICE, Kind.MULTIPLE_CHOICE, Kind.NUMBER, Kind.DATE})
DEEPEST_HEADING = 3
HOW: dict[Edition, tuple[Message, ...]] = {
    Edition.CIVIL_SOCIETY: (
        _("Answer what you know and leave the rest empty. Two sentences can be enough."),
        _(
            "To hand your answers in, open the consultation on the portal "
            "and copy each answer to the question with the same code."
        ),
        _("If you cannot do that, ask the facilitator of the consultation to enter them for you."),
        _("What you write stays where you keep it. Leave out names that could put somebody in danger."),
    ),
    Edition.STATE: (
        _("Use this to prepare the answers of the State."),
        _("They are written in the portal, each at the question with the same code."),
    ),
}


class Shape(StrEnum):
    """How a place to answer looks."""

    ONE_OF = "one_of"
    SOME_OF = "some_of"
    LINE = "line"
    NUMBER = "number"
    DAY = "day"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose; `tag` is that of its own check box."""

    value: str
    label: Words
    tag: str


@dataclass(frozen=True, slots=True)
class Field:
    """A place to answer."""

    tag: str
    shape: Shape
    name: Message
    prompt: Words | None = None
    options: Sequence[Option] = ()
    longest: int = 0


@dataclass(frozen=True, slots=True)
class Item:
    """A question with its places to answer."""

    question: CompiledQuestion
    fields: Sequence[Field]
    only_if: Sequence[OnlyIf]


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with the questions under it; level 1 is the highest, `around` are the sections it is in."""

    code: str
    number: str
    title: Words
    level: int
    items: Sequence[Item]
    around: Sequence[tuple[str, Words]] = ()


@dataclass(frozen=True, slots=True)
class Blank:
    """A questionnaire nobody has answered yet; `made_at` is when the version was made what it is."""

    name: str
    edition: Edition
    number: int
    language: str
    is_draft: bool
    made_at: datetime
    title: Words
    introduction: Words
    parts: Sequence[Part]
    glossary: Sequence[CompiledTerm]

    @property
    def items(self) -> Iterator[Item]:
        """All questions in the order of reading."""
        for part in self.parts:
            yield from part.items


def make_blank(compiled: CompiledVersion, language: str, made_at: datetime, *, is_draft: bool) -> Blank:
    """The blank questionnaire of a version."""
    shown = compiled[language]
    terms = {str(term.term): term for question in shown.questions for term in question.terms}
    return Blank(
        name=f"{compiled.slug}/{compiled.edition.value.replace('_', '-')}/{compiled.number}",
        edition=compiled.edition,
        number=compiled.number,
        language=language,
        is_draft=is_draft,
        made_at=made_at,
        title=shown.title,
        introduction=shown.introduction,
        parts=_parts(compiled, language),
        glossary=sorted(terms.values(), key=lambda term: str(term.term).casefold()),
    )


def _parts(compiled: CompiledVersion, language: str) -> list[Part]:
    shown = compiled[language]
    reader = Reader(shown.questions)
    conditions = {
        compiled.codes[key]: [reader.in_words(expression.source) for expression in expressions]
        for key, expressions in compiled.rules.relevant.items()
    }
    parts: list[Part] = []
    known: set[tuple[str, ...]] = set()
    for section in shown.sections:
        path = (*map(str, section.trail), str(section.title))
        numbers = section.number.split(".")
        for level, title in enumerate(section.trail, 1):
            # A section around others has a heading of its own, once.
            if title and path[:level] not in known:
                known.add(path[:level])
                parts.append(Part("", ".".join(numbers[:level]), title, min(level, DEEPEST_HEADING), ()))
        items = [
            Item(
                question,
                tuple(fields_of(question, compiled.edition, language)),
                conditions.get(question.code, ()),
            )
            for question in section.questions
        ]
        known.add(path)
        level = min(len(path), DEEPEST_HEADING)
        around = [(".".join(numbers[:n]), title) for n, title in enumerate(section.trail, 1)]
        parts.append(Part(section.code, section.number, section.title, level, items, around))
    return parts


def fields_of(question: CompiledQuestion, edition: Edition, language: str) -> Iterator[Field]:
    """The places to answer of one question, in their order; a note has none."""
    tag = f"q:{question.code}"
    if question.kind is Kind.NOTE:
        return
    account = question.texts.get("account")
    if question.kind is Kind.POSITION:
        yield from _positions(question, edition, language)
        yield Field(tag, Shape.WORDS, _("In your words"), account, longest=question.longest)
        return
    if question.kind in VALUED:
        yield _value(question)
        yield Field(
            f"{tag}:narrative", Shape.WORDS, _("Explain, if you wish"), account, longest=question.longest
        )
        return
    shape = Shape.LINE if question.kind is Kind.SHORT_TEXT else Shape.WORDS
    yield Field(tag, shape, _("In your words"), account, longest=question.longest)


def _positions(question: CompiledQuestion, edition: Edition, language: str) -> Iterator[Field]:
    if edition is Edition.STATE:
        lists: Mapping[str, tuple[Message, Mapping[Any, Message]]] = {
            "position": (_("Position"), POSITION_NAMES)
        }
    else:
        lists = {"law": (_("In law"), LAW_NAMES), "practice": (_("In practice"), PRACTICE_NAMES)}
    for part, (name, labels) in lists.items():
        tag = f"q:{question.code}:{part}"
        options = [
            Option(value, Words(label.in_language(language), language), f"{tag}={value}")
            for value, label in labels.items()
        ]
        yield Field(tag, Shape.ONE_OF, name, question.texts.get(part), options)


def _value(question: CompiledQuestion) -> Field:
    shapes = {
        Kind.SINGLE_CHOICE: (Shape.ONE_OF, _("Choose one.")),
        Kind.MULTIPLE_CHOICE: (Shape.SOME_OF, _("Choose all that apply.")),
        Kind.NUMBER: (Shape.NUMBER, _("A number in digits.")),
        Kind.DATE: (Shape.DAY, _("Year, month and day, for example 2026-03-09.")),
    }
    shape, name = shapes[question.kind]
    options = [
        Option(choice.value, choice.label or Words(choice.value, "en"), box_tag(question, place))
        for place, choice in enumerate(question.choices)
    ]
    return Field(f"q:{question.code}", shape, name, options=options)


def box_tag(question: CompiledQuestion, place: int) -> str:
    """The tag of the check box for one choice."""
    tag = f"q:{question.code}={question.choices[place].value}"
    return tag if len(tag) <= LONGEST_TAG else f"q:{question.code}=#{place}"
