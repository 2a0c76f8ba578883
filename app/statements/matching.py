"""Finding the question a statement answers: instrument and article first, then the topic."""

import re
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.platform.i18n import Message, _
from app.questionnaires.compiled import CompiledQuestion, CompiledVersion
from app.questionnaires.models import Kind
from app.statements.rows import Row

ALL = "X"
WORD = re.compile(r"\w+")
SMALL = frozenset({"a", "an", "and", "by", "for", "in", "non", "of", "on", "or", "the", "to", "with"})


class How(StrEnum):
    """By what a statement found its question, or why it found none."""

    TOPIC = "topic"
    WORD = "word"
    ONLY = "only"
    NO_TOPIC = "no_topic"
    NO_ARTICLE = "no_article"


HOW_NAMES: dict[How, Message] = {
    How.TOPIC: _("By article and topic"),
    How.WORD: _("By article and a word of the topic"),
    How.ONLY: _("By article: it has one question"),
    How.NO_TOPIC: _("No question of this article has this topic."),
    How.NO_ARTICLE: _("There is no question on this article."),
}


@dataclass(frozen=True, slots=True)
class Match:
    """The question found, if any, and how."""

    question_id: UUID | None
    how: How


def match(row: Row, version: CompiledVersion) -> Match:
    """The question a row answers; the same row and version always give the same question."""
    here = [q for q in version["en"].questions if q.kind is not Kind.NOTE and _is_on(q, row)]
    topic = " ".join(row.topic.casefold().split())
    found = _first_with(topic, here, version)
    if found:
        return Match(found.id, How.TOPIC)
    found = _nearest(topic, here, version)
    if found:
        return Match(found.id, How.WORD)
    if len(here) == 1:
        return Match(here[0].id, How.ONLY)
    return Match(None, How.NO_TOPIC if here else How.NO_ARTICLE)


def _is_on(question: CompiledQuestion, row: Row) -> bool:
    """Whether a question is on the row's provision; article X stands for all of them."""
    if row.article == ALL:
        return not question.article
    return question.instrument == row.instrument and question.article.upper() == row.article


def _first_with(
    topic: str, questions: list[CompiledQuestion], version: CompiledVersion
) -> CompiledQuestion | None:
    return next((q for q in questions if topic in version.topics[q.id]), None)


def _nearest(
    topic: str, questions: list[CompiledQuestion], version: CompiledVersion
) -> CompiledQuestion | None:
    """The question with most words of the topic in common, the first of equals; none without one."""
    wanted = _words(topic)
    shared = {q.id: len(wanted & _words(" ".join(version.topics[q.id]))) for q in questions}
    best = max(questions, key=lambda q: shared[q.id], default=None)
    return best if best and shared[best.id] else None


def _words(text: str) -> set[str]:
    return set(WORD.findall(text.casefold())) - SMALL
