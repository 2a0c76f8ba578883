"""Which questions matter to somebody, from what she answered: the conditions of a version, parsed once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from graphlib import TopologicalSorter
from typing import NamedTuple, Protocol
from uuid import UUID

from app.conditions.evaluation import is_true
from app.conditions.language import Expression, parse
from app.questionnaires.models import Kind

PARTS = ("law", "practice", "narrative")
TEXTS = frozenset({Kind.SHORT_TEXT, Kind.LONG_TEXT})


class Given(NamedTuple):
    """What an answer says, as far as a condition can read it."""

    law: str | None = None
    practice: str | None = None
    narrative: str = ""
    value: str = ""


NOTHING = Given()


class HasConditions(Protocol):
    """What the conditions of a question are made of."""

    id: UUID
    code: str
    kind: Kind
    section: str
    relevant: str
    constraint: str
    required: str


@dataclass(frozen=True, slots=True)
class Rules:
    """The conditions of a version. `order` names the questions that have one, those they read first."""

    relevant: Mapping[UUID, tuple[Expression, ...]]
    constraint: Mapping[UUID, Expression]
    required: Mapping[UUID, Expression]
    order: tuple[UUID, ...]
    kinds: Mapping[UUID, Kind]
    codes: Mapping[UUID, str]
    readers: Mapping[UUID, tuple[UUID, ...]]

    @property
    def read(self) -> frozenset[UUID]:
        """The questions whose answers some condition looks at."""
        return frozenset(self.readers)

    def irrelevant(self, given: Mapping[UUID, Given], today: date) -> frozenset[UUID]:
        """The questions that do not matter; what was answered to one of them counts as not answered."""
        if not self.order:
            return frozenset()
        values = self.values(given)
        found: set[UUID] = set()
        for question_id in self.order:
            if all(is_true(condition, values, today) for condition in self.relevant[question_id]):
                continue
            found.add(question_id)
            for name in node_values(self.codes[question_id], self.kinds[question_id], NOTHING):
                values.pop(name, None)
        return frozenset(found)

    def breaks(self, question_id: UUID, given: Mapping[UUID, Given], today: date) -> bool:
        """Whether the answer breaks the question's constraint; nothing answered breaks none."""
        condition = self.constraint.get(question_id)
        own = own_value(self.kinds[question_id], given.get(question_id, NOTHING))
        if condition is None or not own:
            return False
        return not is_true(condition, self.values(given), today, own)

    def asks_for(self, question_id: UUID, given: Mapping[UUID, Given], today: date) -> bool:
        """Whether the question must be answered before the contribution is handed in."""
        condition = self.required.get(question_id)
        return condition is not None and is_true(condition, self.values(given), today)

    def values(self, given: Mapping[UUID, Given]) -> dict[str, str]:
        """The values of all nodes by their names."""
        found: dict[str, str] = {}
        for question_id, answer in given.items():
            if question_id in self.kinds:
                found.update(node_values(self.codes[question_id], self.kinds[question_id], answer))
        return found


def own_value(kind: Kind, given: Given) -> str:
    """What `.` stands for in the constraint of a question."""
    return given.narrative if kind in TEXTS or kind is Kind.POSITION else given.value


def node_values(code: str, kind: Kind, given: Given) -> dict[str, str]:
    """The nodes of a question with their values, as expressions name them."""
    if kind is Kind.NOTE:
        return {}
    if kind is Kind.POSITION:
        return {f"{code}-{part}": str(getattr(given, part) or "") for part in PARTS}
    return {code: own_value(kind, given)}


def node_names(code: str, kind: Kind) -> Iterable[str]:
    """The names under which expressions can read a question."""
    return node_values(code, kind, NOTHING)


def compile_rules(questions: Sequence[HasConditions], sections: Mapping[str, tuple[str, ...]]) -> Rules:
    """Parse every condition; `sections` maps a section to the conditions of itself and those around it.

    Raises NotSupported for an expression and CycleError for questions that wait for each other:
    both are found by `checks` before anything is published.
    """
    nodes = {name: q.id for q in questions for name in node_names(q.code, q.kind)}
    relevant: dict[UUID, tuple[Expression, ...]] = {}
    for question in questions:
        sources = [*sections.get(question.section, ()), question.relevant]
        if any(sources):
            relevant[question.id] = tuple(parse(source) for source in sources if source)
    waits = {
        key: {nodes[name] for condition in conditions for name in condition.names if name in nodes}
        for key, conditions in relevant.items()
    }
    readers: dict[UUID, list[UUID]] = {}
    for key, wanted in waits.items():
        for other in wanted:
            readers.setdefault(other, []).append(key)
    return Rules(
        relevant=relevant,
        constraint={q.id: parse(q.constraint) for q in questions if q.constraint},
        required={q.id: parse(q.required) for q in questions if q.required},
        order=tuple(key for key in TopologicalSorter(waits).static_order() if key in relevant),
        kinds={q.id: q.kind for q in questions},
        codes={q.id: q.code for q in questions},
        readers={key: tuple(found) for key, found in readers.items()},
    )
