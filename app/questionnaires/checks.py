"""What stands between a questionnaire and its publication, each with the place where it is mended."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from app.conditions.language import Expression, NotSupported, parse
from app.platform.i18n import CODES, Message, _
from app.questionnaires.definition import (
    Definition,
    QuestionDefinition,
    Readiness,
    Section,
    Unit,
    units_of,
)
from app.questionnaires.models import Edition, Kind
from app.questionnaires.relevance import node_names

# A code is the name of a node in the exported form: an XML name without a colon.
CODE = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}\Z")
VALUE = re.compile(r"[A-Za-z0-9_.-]{1,64}\Z")
CHOICE_KINDS = frozenset({Kind.SINGLE_CHOICE, Kind.MULTIPLE_CHOICE})
CONDITIONS = ("relevant", "constraint", "required")
NEEDED = {
    (Edition.CIVIL_SOCIETY, True): ("topic", "task", "prompt", "law", "practice", "account"),
    (Edition.CIVIL_SOCIETY, False): ("topic", "task", "prompt"),
    (Edition.STATE, True): ("topic", "prompt"),
    (Edition.STATE, False): ("topic", "prompt"),
}
ADVISED = {Edition.CIVIL_SOCIETY: ("why", "example"), Edition.STATE: ("help",)}
UNSURE = frozenset({"dont_know", "not_applicable", "other", "none"})
DEEPEST = 4
# So many codes of a circle are named: more would not help to find where to cut it.
SHOWN = 12
BAD_CODE = _(
    "A code begins with a letter and has letters, digits, dots, hyphens or underscores: at most 32 of them."
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend. `place` is the key of a unit or its carrier, `field` what of it is meant."""

    place: str
    field: str
    message: Message
    blocks: bool = True
    language: str = ""


def check(definition: Definition) -> list[Finding]:
    """Everything that is wrong or missing, in the order of reading; `blocks` says what stops publishing."""
    return [*structure_problems(definition), *text_problems(definition)]


def structure_problems(definition: Definition) -> list[Finding]:
    """What makes a questionnaire unusable whatever its texts: codes, sections, lists, conditions."""
    found = [*_sections(definition.sections), *_codes(definition)]
    for question in definition.questions:
        found += _question(question, definition)
    if not definition.questions:
        found.append(Finding("v", "questions", _("There is no question yet.")))
    found += _conditions(definition)
    return found


def text_problems(definition: Definition) -> list[Finding]:
    """Texts that are missing or older than their source; a draft translation does not stop publishing."""
    found: list[Finding] = []
    for question in definition.questions:
        key = (definition.edition, question.kind is Kind.POSITION)
        found += [
            Finding(f"q:{question.code}:{kind}", kind, _("A text is missing."))
            for kind in NEEDED[key]
            if not question.texts.get(kind, {}).get(definition.source_language)
        ]
        if question.kind is not Kind.NOTE:
            found += [
                Finding(
                    f"q:{question.code}:{kind}", kind, _("This text would help the reader."), blocks=False
                )
                for kind in ADVISED[definition.edition]
                if not question.texts.get(kind, {}).get(definition.source_language)
            ]
    for unit in units_of(definition):
        found += _unit(unit)
    return found


def _unit(unit: Unit) -> Iterator[Finding]:
    for code in CODES:
        readiness = unit.readiness(code)
        if readiness is Readiness.MISSING:
            yield Finding(unit.key, unit.kind, _("The text is missing in this language."), language=code)
        elif readiness is Readiness.OUTDATED:
            message = _("The translation is older than its source text.")
            yield Finding(unit.key, unit.kind, message, language=code)


def _sections(sections: list[Section]) -> Iterator[Finding]:
    parents = {section.code: section.parent for section in sections}
    for section in sections:
        if not CODE.match(section.code):
            yield Finding(f"s:{section.code}", "code", BAD_CODE)
        if section.parent and section.parent not in parents:
            message = _("The section it stands in does not exist: %(code)s", code=section.parent)
            yield Finding(f"s:{section.code}", "parent", message)
        elif _depth(section.code, parents) > DEEPEST:
            message = _("Sections can be nested at most %(number)s levels deep.", number=DEEPEST)
            yield Finding(f"s:{section.code}", "parent", message)


def _depth(code: str, parents: Mapping[str, str]) -> int:
    """How deep a section stands; a circle is deeper than anything allowed."""
    depth = 0
    while code and depth <= DEEPEST:
        depth += 1
        code = parents.get(code, "")
    return depth


def _codes(definition: Definition) -> Iterator[Finding]:
    sections = Counter(section.code for section in definition.sections)
    for code in (code for code, times in sections.items() if times > 1):
        yield Finding(f"s:{code}", "code", _("Two sections have this code: %(code)s", code=code))
    # Names differ by more than case, because some programs that read forms do not tell it.
    names = Counter(
        name.casefold() for q in definition.questions for name in {q.code, *node_names(q.code, q.kind)}
    )
    names.update(code.casefold() for code in sections)
    for question in definition.questions:
        twice = [
            n for n in {question.code, *node_names(question.code, question.kind)} if names[n.casefold()] > 1
        ]
        for name in sorted(twice):
            message = _("This name is used twice: %(name)s", name=name)
            yield Finding(f"q:{question.code}", "code", message)


def _question(question: QuestionDefinition, definition: Definition) -> Iterator[Finding]:
    place = f"q:{question.code}"
    if not CODE.match(question.code):
        yield Finding(place, "code", BAD_CODE)
    if question.section not in {section.code for section in definition.sections}:
        yield Finding(place, "section", _("The section does not exist: %(code)s", code=question.section))
    unknown = set(question.terms) - {term.key for term in definition.glossary}
    for key in sorted(unknown):
        yield Finding(place, "terms", _("The glossary has no such term: %(term)s", term=key))
    if question.kind in CHOICE_KINDS:
        yield from _choices(question, definition, place)


def _choices(question: QuestionDefinition, definition: Definition, place: str) -> Iterator[Finding]:
    choices = definition.choice_lists.get(question.choices, [])
    if not choices:
        yield Finding(place, "choices", _("The question needs a list of choices."))
    values = Counter(choice.value for choice in choices)
    for value, times in values.items():
        if times > 1:
            yield Finding(place, "choices", _("The list has this value twice: %(value)s", value=value))
        if not VALUE.match(value):
            message = _(
                "A value is made of letters, digits, dots, hyphens or underscores, without spaces: %(value)s",
                value=value,
            )
            yield Finding(place, "choices", message)
    if choices and not UNSURE & values.keys():
        message = _("The list has no choice for those who do not know.")
        yield Finding(place, "choices", message, blocks=False)


def _conditions(definition: Definition) -> Iterator[Finding]:
    """Expressions outside the language, names that nothing has, and questions that wait for each other."""
    nodes = {name: q.code for q in definition.questions for name in node_names(q.code, q.kind)}
    waits: dict[str, set[str]] = {}
    carriers: list[tuple[str, str, str, str]] = [
        (f"s:{section.code}", "relevant", section.relevant, section.code) for section in definition.sections
    ]
    carriers += [
        (f"q:{question.code}", name, getattr(question, name), question.code)
        for question in definition.questions
        for name in CONDITIONS
    ]
    for place, field, source, code in carriers:
        if not source:
            continue
        try:
            expression = parse(source)
        except NotSupported as refused:
            yield Finding(place, field, refused.reason)
            continue
        yield from _names(expression, nodes, place, field)
        if field == "relevant":
            waits.setdefault(code, set()).update(nodes[n] for n in expression.names if n in nodes)
    yield from _circles(definition, waits)


def _names(expression: Expression, nodes: Mapping[str, str], place: str, field: str) -> Iterator[Finding]:
    for name in sorted(expression.names - nodes.keys()):
        yield Finding(place, field, _("No question has this name: %(name)s", name=name))
    if expression.uses_self and field != "constraint":
        yield Finding(place, field, _("Only a constraint can use the dot for its own answer."))


def _circles(definition: Definition, waits: Mapping[str, set[str]]) -> Iterator[Finding]:
    """A question waits for what its own condition reads and for what its sections' conditions read."""
    parents = {section.code: section.parent for section in definition.sections}
    graph: dict[str, set[str]] = {}
    for question in definition.questions:
        graph[question.code] = set(waits.get(question.code, ()))
        code, depth = question.section, 0
        while code and depth <= DEEPEST:
            graph[question.code] |= waits.get(code, set())
            code, depth = parents.get(code, ""), depth + 1
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        codes: list[str] = circle.args[1]
        shown = ", ".join(codes[:SHOWN]) + (" …" if len(codes) > SHOWN else "")
        message = _("These questions wait for each other: %(codes)s", codes=shown)
        yield Finding(f"q:{codes[0]}", "relevant", message)
