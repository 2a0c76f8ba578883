"""Changing a definition in memory: order, parts, texts. Pure; the service writes the result down."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from app.authoring.schemas import ChoiceRow, UnitInput
from app.conditions.language import NotSupported, parse
from app.platform.errors import REPLACES, Invalid, NotFound, StaleEdit
from app.platform.i18n import Message, _
from app.questionnaires.checks import BAD_CODE, CODE, CONDITIONS, Finding, structure_problems
from app.questionnaires.definition import (
    Choice,
    Definition,
    Mark,
    QuestionDefinition,
    Readiness,
    Section,
    Term,
    Unit,
    Worded,
    fingerprint,
    units_of,
)
from app.questionnaires.relevance import node_names

T = TypeVar("T")
TAKEN = _("This code is taken already.")


@dataclass(frozen=True, slots=True)
class Placed:
    """A section in the order of reading, with its number, its questions, and its place beside others."""

    section: Section
    number: str
    questions: Sequence[QuestionDefinition]
    is_first: bool = True
    is_last: bool = True


def outline(definition: Definition) -> list[Placed]:
    """The sections in the order of reading, each after the one it stands in; lost ones come last."""
    questions: dict[str, list[QuestionDefinition]] = {}
    for question in definition.questions:
        questions.setdefault(question.section, []).append(question)
    placed = list(_placed(definition.sections, questions))
    known = {place.section.code for place in placed}
    lost = [section for section in definition.sections if section.code not in known]
    return placed + [Placed(section, "", questions.get(section.code, ())) for section in lost]


def _placed(
    sections: Sequence[Section],
    questions: dict[str, list[QuestionDefinition]],
    parent: str = "",
    number: str = "",
) -> Iterator[Placed]:
    inner = [section for section in sections if section.parent == parent]
    for index, section in enumerate(inner, 1):
        own = f"{number}.{index}" if number else str(index)
        standing = questions.get(section.code, ())
        yield Placed(section, own, standing, is_first=index == 1, is_last=index == len(inner))
        yield from _placed(sections, questions, section.code, own)


def in_reading_order(definition: Definition) -> None:
    """Sections and questions as they are read: the order in which the tables keep them."""
    places = outline(definition)
    known = {question.code for place in places for question in place.questions}
    lost = [question for question in definition.questions if question.code not in known]
    definition.sections = [place.section for place in places]
    definition.questions = [question for place in places for question in place.questions] + lost


def content_hash(thing: Worded | Iterable[Worded], source_language: str) -> str:
    """A print of everything about a thing but its translations and its mappings."""
    things = [thing] if isinstance(thing, Worded) else list(thing)
    content: list[Any] = []
    for each in things:
        kept = each.model_dump(mode="json", exclude={"texts", "states", "maps_to", "covers", "section"})
        texts = {kind: by_language.get(source_language, "") for kind, by_language in each.texts.items()}
        content.append([kept, {kind: text for kind, text in texts.items() if text}])
    return fingerprint(json.dumps(content, sort_keys=True, ensure_ascii=False))


def check_print(thing: Worded | Iterable[Worded], source_language: str, started: str) -> None:
    """Refuse an edit that started from something else than what stands; raises StaleEdit."""
    if content_hash(thing, source_language) != started:
        raise StaleEdit(thing, REPLACES)


def find_question(definition: Definition, code: str) -> QuestionDefinition:
    """A question by its code; raises NotFound."""
    return _find(definition.questions, "code", code)


def find_section(definition: Definition, code: str) -> Section:
    """A section by its code; raises NotFound."""
    return _find(definition.sections, "code", code)


def find_term(definition: Definition, key: str) -> Term:
    """A term by its key; raises NotFound."""
    return _find(definition.glossary, "key", key)


def find_choices(definition: Definition, name: str) -> list[Choice]:
    """A list of choices by its name; raises NotFound."""
    if name not in definition.choice_lists:
        raise NotFound
    return definition.choice_lists[name]


def _find(things: Iterable[T], name: str, value: str) -> T:
    found = next((thing for thing in things if getattr(thing, name) == value), None)
    if found is None:
        raise NotFound
    return found


def check_code(code: str, taken: Iterable[str], field: str) -> None:
    """A code that can be one and is nobody else's; raises Invalid."""
    if not CODE.match(code):
        raise Invalid({field: BAD_CODE})
    if code.casefold() in {other.casefold() for other in taken}:
        raise Invalid({field: TAKEN})


def names_in(definition: Definition) -> set[str]:
    """Every name that a question or a section has: codes and the nodes of expressions."""
    nodes = {name for q in definition.questions for name in (q.code, *node_names(q.code, q.kind))}
    return nodes | {section.code for section in definition.sections}


def put_source(thing: Worded, texts: dict[str, str], source_language: str) -> None:
    """Write texts of the source language; the other languages stay as they are, whatever becomes of it."""
    for kind, text in texts.items():
        if text or kind in thing.texts:
            thing.texts.setdefault(kind, {})[source_language] = text


def swap(things: list[Any], thing: Any, direction: str, among: list[Any]) -> None:
    """Exchange a thing with its neighbour among some of the list; at the end nothing happens."""
    place = among.index(thing) + (-1 if direction == "up" else 1)
    if 0 <= place < len(among):
        mine, other = things.index(thing), things.index(among[place])
        things[mine], things[other] = things[other], things[mine]


def move_question(definition: Definition, question: QuestionDefinition, direction: str) -> None:
    """One place up or down within its section."""
    among = [each for each in definition.questions if each.section == question.section]
    swap(definition.questions, question, direction, among)


def move_to_section(definition: Definition, question: QuestionDefinition, code: str) -> None:
    """To the end of a section; raises NotFound where there is no such section."""
    question.section = find_section(definition, code).code
    definition.questions.remove(question)
    definition.questions.append(question)


def move_section(definition: Definition, section: Section, direction: str) -> None:
    """One place up or down among the sections that stand beside it."""
    among = [each for each in definition.sections if each.parent == section.parent]
    swap(definition.sections, section, direction, among)


def refuse_circle(definition: Definition, section: Section, parent: str) -> None:
    """A section cannot stand in itself, nor in one that stands in it; raises Invalid."""
    parents = {each.code: each.parent for each in definition.sections}
    code, steps = parent, 0
    while code and steps <= len(parents):
        if code == section.code:
            raise Invalid({"parent": _("A section cannot stand in itself.")})
        code, steps = parents.get(code, ""), steps + 1
    if parent and parent not in parents:
        raise Invalid({"parent": _("There is no such section.")})


def refuse_broken(definition: Definition, place: str, before: Sequence[Finding]) -> None:
    """No condition is kept that cannot be read, or that makes questions wait for each other; raises Invalid."""
    known = {(finding.place, finding.field, str(finding.message)) for finding in before}
    errors: dict[str, Message] = {}
    for finding in structure_problems(definition):
        if finding.field not in CONDITIONS or not finding.blocks:
            continue
        if finding.place == place:
            errors.setdefault(finding.field, finding.message)
        elif (finding.place, finding.field, str(finding.message)) not in known:
            errors.setdefault("relevant", finding.message)
    if errors:
        raise Invalid(errors)


def readers_of(definition: Definition, question: QuestionDefinition) -> list[str]:
    """The codes of questions and sections whose conditions look at this question."""
    names = set(node_names(question.code, question.kind))
    carriers: list[tuple[str, list[str]]] = [(s.code, [s.relevant]) for s in definition.sections]
    carriers += [(q.code, [getattr(q, name) for name in CONDITIONS]) for q in definition.questions]
    return [
        code
        for code, sources in carriers
        if code != question.code and any(names & _names(source) for source in sources if source)
    ]


def _names(source: str) -> frozenset[str]:
    try:
        return parse(source).names
    except NotSupported:
        return frozenset()


def put_choices(choices: list[Choice], rows: Sequence[ChoiceRow], source_language: str) -> list[Choice]:
    """A list as it was typed; values that were there keep their translations. Raises Invalid."""
    standing = {choice.value: choice for choice in choices}
    made: list[Choice] = []
    for place, row in enumerate(rows):
        if not row.value and not row.label:
            continue
        if not row.value or row.value in {choice.value for choice in made}:
            sentence = _("Give the choice a value.") if not row.value else _("The value stands twice.")
            raise Invalid({f"rows-{place}-value": sentence})
        choice = standing.get(row.value) or Choice(value=row.value)
        put_source(choice, {"label": row.label}, source_language)
        made.append(choice)
    return made + [choice for value, choice in standing.items() if value not in {c.value for c in made}]


def unit_hash(unit: Unit, language: str) -> str:
    """A print of one text and its state, as a translator saw it."""
    return fingerprint(f"{unit.readiness(language)}\n{unit.text(language)}")


def all_units(definition: Definition) -> list[Unit]:
    """Every text that can be written; a questionnaire has a title and an introduction, even empty ones."""
    found = list(units_of(definition))
    missing = [kind for kind in ("title", "introduction") if f"v:{kind}" not in {u.key for u in found}]
    return [Unit(f"v:{kind}", kind, definition, definition.source_language) for kind in missing] + found


def put_units(definition: Definition, language: str, units: Sequence[UnitInput]) -> None:
    """Write the texts of a page that were changed; raises StaleEdit with the keys that clash."""
    known = {unit.key: unit for unit in all_units(definition)}
    changed = [given for given in units if given.key in known and _differs(known[given.key], language, given)]
    clashing = {g.key for g in changed if unit_hash(known[g.key], language) != g.started}
    if clashing:
        raise StaleEdit(clashing, REPLACES)
    for given in changed:
        unit = known[given.key]
        unit.carrier.texts.setdefault(unit.kind, {})[language] = given.text
        if language != definition.source_language and given.state != "keep":
            # Of the source text that the translator saw: if it changed meanwhile, the translation is outdated.
            mark = Mark(state=given.progress, source=given.source or fingerprint(unit.source))
            unit.carrier.states.setdefault(unit.kind, {})[language] = mark


def _differs(unit: Unit, language: str, given: UnitInput) -> bool:
    if unit.text(language) != given.text:
        return True
    if language == unit.source_language or not given.text or given.state == "keep":
        return False
    return unit.readiness(language) is not Readiness(given.state)


def obstacle(definition: Definition, what: str) -> Message | None:
    """Why a part cannot go yet, or nothing; raises NotFound where it is not there."""
    group, _colon, code = what.partition(":")
    match group:
        case "q":
            find_question(definition, code)
        case "g":
            find_term(definition, code)
        case "s":
            find_section(definition, code)
            if any(q.section == code for q in definition.questions):
                return _("Questions stand in this section. Move or remove them first.")
            if any(section.parent == code for section in definition.sections):
                return _("Other sections stand in this section. Move or remove them first.")
        case "l":
            find_choices(definition, code)
            users = [q.code for q in definition.questions if q.choices == code]
            if users:
                return _("Questions use this list: %(codes)s", codes=", ".join(users))
        case "c":
            name, _slash, value = code.partition("/")
            _find(find_choices(definition, name), "value", value)
        case _:
            raise NotFound
    return None
