"""A published version as one immutable structure in memory: pages ask it instead of the database."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from app.platform.i18n import CODES, SOURCE, Message, text_in
from app.questionnaires.models import Edition, Kind, Obligation, Question, QuestionnaireVersion
from app.questionnaires.relevance import Rules, compile_rules
from app.reference.compiled import Reference

Texts = Mapping[str, str]
TEXT_KINDS = frozenset(
    {"topic", "task", "prompt", "law", "practice", "account", "why", "example", "help", "constraint_message"}
)
SAME = ("id", "code", "section", "kind", "instrument", "article", "paragraph", "obligation", "longest")


class Words(NamedTuple):
    """One text of a question in the language it is really in."""

    text: str
    language: str

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.text)


NO_WORDS = Words("", SOURCE)


class CompiledChoice(NamedTuple):
    """One value of a list with its label."""

    value: str
    label: Words


class CompiledTerm(NamedTuple):
    """A term of the glossary with its meaning."""

    term: Words
    meaning: Words


@dataclass(frozen=True, slots=True)
class CompiledQuestion:
    """A question in one language, ready to be shown."""

    id: UUID
    code: str
    number: int
    total: int
    section: str
    kind: Kind
    instrument: str
    article: str
    paragraph: str
    obligation: Obligation
    place: Message
    longest: int
    choices: Sequence[CompiledChoice]
    terms: Sequence[CompiledTerm]
    texts: Mapping[str, Words]
    previous: str | None
    next: str | None

    def __getattr__(self, name: str) -> Words:
        if name in TEXT_KINDS:
            return self.texts.get(name, NO_WORDS)
        raise AttributeError(name)

    def label_of(self, value: str) -> str:
        """The labels of the chosen values, as a list in words; other values as they are."""
        if not self.choices:
            return value
        known = {choice.value: str(choice.label) for choice in self.choices}
        return ", ".join(known.get(part, part) for part in value.split())


@dataclass(frozen=True, slots=True)
class CompiledSection:
    """A section with its own questions, in one language; `trail` are the titles of those around it."""

    code: str
    number: str
    article: str
    title: Words
    trail: Sequence[Words]
    questions: Sequence[CompiledQuestion]


@dataclass(frozen=True, slots=True)
class CompiledLanguage:
    """A version in one language."""

    title: Words
    introduction: Words
    sections: Sequence[CompiledSection]
    questions: Sequence[CompiledQuestion]
    by_code: Mapping[str, CompiledQuestion]
    by_id: Mapping[UUID, CompiledQuestion]


@dataclass(frozen=True, slots=True)
class CompiledVersion:
    """A version in all its languages."""

    id: UUID
    slug: str
    edition: Edition
    number: int
    ids: Mapping[str, UUID]
    codes: Mapping[UUID, str]
    topics: Mapping[UUID, tuple[str, ...]]
    meanings: Mapping[str, str]
    rules: Rules
    reference: Reference
    languages: Mapping[str, CompiledLanguage]

    @property
    def edition_path(self) -> str:
        """The edition in the address of a page."""
        return self.edition.value.replace("_", "-")

    def asked_first(self, today: date) -> int:
        """How many questions want an answer from somebody who has answered nothing; notes want none."""
        away = self.rules.irrelevant({}, today)
        return sum(kind is not Kind.NOTE and key not in away for key, kind in self.rules.kinds.items())

    def __getitem__(self, language: str) -> CompiledLanguage:
        return self.languages[language]


@dataclass(frozen=True, slots=True)
class CompiledPair:
    """The two versions of a consultation with the map between them, both ways.

    Other versions may be mapped to either of them: a short form, or the version before.
    """

    civil_society: CompiledVersion
    state: CompiledVersion
    to_state: Mapping[UUID, tuple[UUID, ...]]
    to_civil_society: Mapping[UUID, tuple[UUID, ...]]


class _Place(NamedTuple):
    """Where a section stands: its number, and the sections around it from the outside in."""

    section: Mapping[str, Any]
    number: str
    around: tuple[Mapping[str, Any], ...]


def compile_version(
    version: QuestionnaireVersion, questions: Sequence[Question], reference: Reference
) -> CompiledVersion:
    """Build the structure."""
    places = list(_places(version.sections))
    order = {place.section["code"]: index for index, place in enumerate(places)}
    ordered = sorted(questions, key=lambda q: (order.get(q.section, len(order)), q.position))
    conditions = {
        place.section["code"]: tuple(
            around["relevant"] for around in (*place.around, place.section) if around.get("relevant")
        )
        for place in places
    }
    facts = [_facts(question, index, ordered, reference) for index, question in enumerate(ordered)]
    return CompiledVersion(
        id=version.id,
        slug=version.slug,
        edition=version.edition,
        number=version.number,
        ids={q.code: q.id for q in ordered},
        codes={q.id: q.code for q in ordered},
        topics={q.id: tuple(q.topics) for q in ordered},
        meanings={q.code: q.meaning for q in ordered},
        rules=compile_rules(ordered, conditions),
        reference=reference,
        languages={code: _Compiler(version, code).language(places, facts) for code in CODES},
    )


def _places(
    sections: Sequence[Mapping[str, Any]],
    parent: str = "",
    number: str = "",
    around: tuple[Mapping[str, Any], ...] = (),
) -> Iterator[_Place]:
    """The sections in the order of reading, each after the one it stands in, with its number."""
    inner = [section for section in sections if section.get("parent", "") == parent]
    for index, section in enumerate(inner, start=1):
        own = f"{number}.{index}" if number else str(index)
        yield _Place(section, own, around)
        yield from _places(sections, section["code"], own, (*around, section))


class _Facts(NamedTuple):
    """What a question is in every language, read from its row once; and what is put into each."""

    same: Mapping[str, Any]
    choices: str
    terms: Sequence[str]
    texts: Mapping[str, Texts]


def _facts(question: Question, index: int, ordered: Sequence[Question], reference: Reference) -> _Facts:
    same = {
        **{name: getattr(question, name) for name in SAME},
        "number": index + 1,
        "total": len(ordered),
        "place": reference.article_line(question.instrument, question.article, question.paragraph),
        "previous": ordered[index - 1].code if index else None,
        "next": ordered[index + 1].code if index + 1 < len(ordered) else None,
    }
    return _Facts(same, question.choices, question.terms, question.texts)


class _Compiler:
    """Puts a version into one language; lists and terms are shared by the questions that use them."""

    def __init__(self, version: QuestionnaireVersion, language: str) -> None:
        self.version = version
        self.code = language
        self.choices = {
            name: tuple(CompiledChoice(c["value"], self.words(c["texts"].get("label", {}))) for c in choices)
            for name, choices in version.choice_lists.items()
        }
        self.terms = {
            term["key"]: CompiledTerm(
                self.words(term["texts"].get("term", {})), self.words(term["texts"].get("meaning", {}))
            )
            for term in version.glossary
        }

    def words(self, texts: Texts) -> Words:
        """A text in this language, or in the one it has."""
        text = texts.get(self.code)
        return Words(text, self.code) if text else Words(*text_in(dict(texts), self.code))

    def language(self, places: Sequence[_Place], facts: Sequence[_Facts]) -> CompiledLanguage:
        """The whole version in this language."""
        compiled = tuple(self.question(each) for each in facts)
        by_section: dict[str, list[CompiledQuestion]] = {}
        for question in compiled:
            by_section.setdefault(question.section, []).append(question)
        return CompiledLanguage(
            title=self.words(self.version.texts.get("title", {})),
            introduction=self.words(self.version.texts.get("introduction", {})),
            sections=tuple(
                self.section(place, by_section[place.section["code"]])
                for place in places
                if place.section["code"] in by_section
            ),
            questions=compiled,
            by_code={q.code: q for q in compiled},
            by_id={q.id: q for q in compiled},
        )

    def section(self, place: _Place, questions: Sequence[CompiledQuestion]) -> CompiledSection:
        """One section with its questions."""
        return CompiledSection(
            code=place.section["code"],
            number=place.number,
            article=place.section.get("article", ""),
            title=self.words(place.section["texts"].get("title", {})),
            trail=tuple(self.words(around["texts"].get("title", {})) for around in place.around),
            questions=tuple(questions),
        )

    def question(self, facts: _Facts) -> CompiledQuestion:
        """One question between its neighbours."""
        return CompiledQuestion(
            **facts.same,
            choices=self.choices.get(facts.choices, ()),
            terms=tuple(self.terms[key] for key in facts.terms if key in self.terms),
            texts={kind: self.words(texts) for kind, texts in facts.texts.items()},
        )
