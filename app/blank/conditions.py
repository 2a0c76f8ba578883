"""Conditions as somebody with paper and pen can follow them; without a portal nobody else evaluates them."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.conditions.scanning import scan
from app.platform.i18n import Message, _
from app.questionnaires.compiled import CompiledQuestion
from app.questionnaires.models import Kind
from app.questionnaires.positions import LAW_NAMES, PRACTICE_NAMES
from app.questionnaires.relevance import node_names

# Conditions as scan() writes them: one space between words, answers as $name.
NAME = r"\$(?P<name>[\w.-]+)"
VALUE = r"(?P<value>'[^']*'|\"[^\"]*\"|(?:- )?[0-9]+(?:\.[0-9]+)?)"
BRACKETS = re.compile(r"\( ([^()]*(?:\([^()]*\)[^()]*)*) \)\Z")
COMPARED = re.compile(rf"{NAME} (?P<sign><=|>=|!=|=|<|>) {VALUE}\Z")
SELECTED = re.compile(rf"(?P<not>not \( )?selected \( {NAME} , {VALUE} \)(?(not) \))\Z")
JOINS = ("and", "or")
CODES: Mapping[str, Mapping[Any, Message]] = {"law": LAW_NAMES, "practice": PRACTICE_NAMES}
PARTS = {"law": _("in law"), "practice": _("in practice"), "narrative": _("in words")}
SIGNS: Mapping[str, Callable[..., Message]] = {
    "=": lambda **given: _("%(place)s: the answer is “%(value)s”", **given),
    "!=": lambda **given: _("%(place)s: the answer is not “%(value)s”", **given),
    "<": lambda **given: _("%(place)s: the answer is less than %(value)s", **given),
    ">": lambda **given: _("%(place)s: the answer is more than %(value)s", **given),
    "<=": lambda **given: _("%(place)s: the answer is at most %(value)s", **given),
    ">=": lambda **given: _("%(place)s: the answer is at least %(value)s", **given),
    "selected": lambda **given: _("%(place)s: “%(value)s” is chosen", **given),
    "unselected": lambda **given: _("%(place)s: “%(value)s” is not chosen", **given),
}


@dataclass(frozen=True, slots=True)
class OnlyIf:
    """When a question is to be answered: a sentence, and what it lists."""

    sentence: Message
    clauses: Sequence[Message]


class Reader:
    """Puts the conditions of one version into words."""

    def __init__(self, questions: Iterable[CompiledQuestion]) -> None:
        self.nodes: dict[str, tuple[CompiledQuestion, str]] = {}
        for question in questions:
            for name in node_names(question.code, question.kind):
                part = name.removeprefix(f"{question.code}-") if question.kind is Kind.POSITION else ""
                self.nodes[name] = (question, part)

    def in_words(self, source: str) -> OnlyIf:
        """A condition as a list of things that must be so, or at least what it depends on."""
        scanned = scan(source)
        join = next((word for word in JOINS if f" {word} " in scanned.normal), "")
        pieces = scanned.normal.split(f" {join} ") if join else [scanned.normal]
        clauses = [self._clause(piece.strip()) for piece in pieces]
        told = [clause for clause in clauses if clause is not None]
        if len(told) < len(clauses):
            asked = {
                self.nodes[name][0].number: self.nodes[name][0] for name in scanned.names & self.nodes.keys()
            }
            return OnlyIf(
                _("Whether to answer this depends on your answers to:"),
                [self._place(asked[number]) for number in sorted(asked)],
            )
        if len(told) == 1:
            return OnlyIf(_("Answer this only if this is so:"), told)
        if join == "or":
            return OnlyIf(_("Answer this only if at least one of these is so:"), told)
        return OnlyIf(_("Answer this only if all of this is so:"), told)

    def _clause(self, piece: str) -> Message | None:
        """One comparison in words; None where it is more than that."""
        while brackets := BRACKETS.match(piece):
            piece = brackets[1]
        found = COMPARED.match(piece) or SELECTED.match(piece)
        if found is None or found["name"] not in self.nodes:
            return None
        given = found.groupdict()
        question, part = self.nodes[given["name"]]
        value = given["value"].strip("'\"").replace("- ", "-")
        sign = given.get("sign") or ("unselected" if given.get("not") else "selected")
        if not value:
            empty = {
                "=": _("%(place)s: there is no answer", place=self._place(question, part)),
                "!=": _("%(place)s: there is an answer", place=self._place(question, part)),
            }
            return empty.get(sign)
        label = CODES.get(part, {}).get(value) or question.label_of(value)
        return SIGNS[sign](place=self._place(question, part), value=label)

    @staticmethod
    def _place(question: CompiledQuestion, part: str = "") -> Message:
        """A question by its code and topic, and the part of it that is meant."""
        topic = str(question.texts.get("topic", question.code))
        if part:
            return _("%(code)s (%(topic)s), %(part)s", code=question.code, topic=topic, part=PARTS[part])
        return _("%(code)s (%(topic)s)", code=question.code, topic=topic)
