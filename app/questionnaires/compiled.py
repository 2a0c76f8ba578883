"""A published version as one immutable structure in memory: pages ask it instead of the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.platform.i18n import CODES, Message, text_in
from app.questionnaires.instruments import INSTRUMENT_NAMES, article_line
from app.questionnaires.models import Edition, Question, QuestionnaireVersion


@dataclass(frozen=True, slots=True)
class Words:
    """One text of a question in the language it is really in."""

    text: str
    language: str

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.text)


@dataclass(frozen=True, slots=True)
class CompiledQuestion:
    """A question in one language, ready to be shown."""

    id: UUID
    code: str
    number: int
    total: int
    section: str
    instrument: str
    article: str
    paragraph: str
    place: Message
    texts: Mapping[str, Words]
    previous: str | None
    next: str | None

    def __getattr__(self, name: str) -> Words:
        try:
            return self.texts[name]
        except KeyError as missing:
            raise AttributeError(name) from missing


@dataclass(frozen=True, slots=True)
class CompiledSection:
    """A section with its questions, in one language."""

    code: str
    article: str
    title: Words
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
    """A version in all its languages, with the questions of the other edition it maps to."""

    id: UUID
    slug: str
    edition: Edition
    number: int
    ids: Mapping[str, UUID]
    codes: Mapping[UUID, str]
    topics: Mapping[UUID, tuple[str, ...]]
    languages: Mapping[str, CompiledLanguage]
    mapped: Mapping[UUID, tuple[UUID, ...]]

    def __getitem__(self, language: str) -> CompiledLanguage:
        return self.languages[language]


def compile_version(
    version: QuestionnaireVersion, questions: Sequence[Question], mapped: Mapping[UUID, tuple[UUID, ...]]
) -> CompiledVersion:
    """Build the structure; `mapped` names the questions of the other edition by question."""
    order = {section["code"]: place for place, section in enumerate(version.sections)}
    ordered = sorted(questions, key=lambda q: (order.get(q.section, len(order)), q.position))
    return CompiledVersion(
        id=version.id,
        slug=version.slug,
        edition=version.edition,
        number=version.number,
        ids={q.code: q.id for q in ordered},
        codes={q.id: q.code for q in ordered},
        topics={q.id: tuple(q.topics) for q in ordered},
        languages={code: _in_language(version, ordered, code) for code in CODES},
        mapped=mapped,
    )


def _words(texts: Mapping[str, str], language: str) -> Words:
    return Words(*text_in(dict(texts), language))


def _in_language(
    version: QuestionnaireVersion, ordered: Sequence[Question], language: str
) -> CompiledLanguage:
    compiled = [_question(question, place, ordered, language) for place, question in enumerate(ordered)]
    sections = [_section(section, compiled, language) for section in version.sections]
    return CompiledLanguage(
        title=_words(version.texts.get("title", {}), language),
        introduction=_words(version.texts.get("introduction", {}), language),
        sections=tuple(section for section in sections if section.questions),
        questions=tuple(compiled),
        by_code={q.code: q for q in compiled},
        by_id={q.id: q for q in compiled},
    )


def _section(
    section: Mapping[str, Any], compiled: Sequence[CompiledQuestion], language: str
) -> CompiledSection:
    own = tuple(q for q in compiled if q.section == section["code"])
    return CompiledSection(section["code"], section["article"], _words(section["title"], language), own)


def _question(question: Question, place: int, ordered: Sequence[Question], language: str) -> CompiledQuestion:
    return CompiledQuestion(
        id=question.id,
        code=question.code,
        number=place + 1,
        total=len(ordered),
        section=question.section,
        instrument=question.instrument,
        article=question.article,
        paragraph=question.paragraph,
        place=article_line(INSTRUMENT_NAMES[question.instrument], question.article, question.paragraph),
        texts={kind: _words(texts, language) for kind, texts in question.texts.items()},
        previous=ordered[place - 1].code if place else None,
        next=ordered[place + 1].code if place + 1 < len(ordered) else None,
    )
