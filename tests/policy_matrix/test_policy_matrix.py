"""Every permission of the portal in one table that a person can read and a test compares.

After a change that is meant: PORTAL_TESTS_WRITE_POLICY_MATRIX=yes pytest tests/policy_matrix, then read
what changed in table.txt.
"""

import importlib
import inspect
import os
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from types import ModuleType

import pytest

from app.platform.security import Permission
from tests.policy_matrix.scenes import ACTORS, CHOICES, arguments, dimensions

ROOT = Path(__file__).resolve().parents[2]
TABLE = Path(__file__).with_name("table.txt")
WRITE = "PORTAL_TESTS_WRITE_POLICY_MATRIX"
WIDTH = 8
FEW = 3
OF_ONE_STATE = frozenset({"consultation", "review", "office_id", "contribution", "national"})
Row = tuple[frozenset[str], ...]
Policy = Callable[..., Permission]


def policies() -> Iterator[tuple[str, Policy]]:
    """Every `can_…` of every policy, by its name."""
    for path in sorted(ROOT.glob("app/*/policy.py")):
        module: ModuleType = importlib.import_module(f"app.{path.parent.name}.policy")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if name.startswith("can_") and function.__module__ == module.__name__:
                yield f"{path.parent.name}.{name}", function


def cases(function: Policy) -> Iterator[tuple[dict[str, str], list[Permission]]]:
    """Every case of a policy, and what each actor is told; where nobody is asked, the same for all."""
    parameters = inspect.signature(function).parameters
    names = dimensions(parameters)
    for words in product(*(CHOICES[name] for name in names)):
        case = dict(zip(names, words, strict=True))
        given = arguments(parameters, case)
        if "actor" in parameters:
            yield case, [function(actor=actor, **given) for _meaning, actor in ACTORS.values()]
        else:
            yield case, [function(**given)] * len(ACTORS)


def cells(decided: list[Permission], marks: dict[str, str]) -> tuple[str, ...]:
    """“yes”, or a letter for each sentence of refusal."""
    found = []
    for decision in decided:
        if decision:
            found.append("yes")
        else:
            assert decision.reason is not None, "a refusal says why"
            found.append(marks.setdefault(str(decision.reason), chr(ord("a") + len(marks))))
    return tuple(found)


def merged(rows: dict[Row, tuple[str, ...]], size: int) -> dict[Row, tuple[str, ...]]:
    """Rows that say the same and differ in one thing become one row, until none is left to join."""
    for place in reversed(range(size)):
        joined: dict[tuple[Row, Row, tuple[str, ...]], frozenset[str]] = {}
        for row, said in rows.items():
            key = (row[:place], row[place + 1 :], said)
            joined[key] = joined.get(key, frozenset()) | row[place]
        rows = {(*before, own, *after): said for (before, after, said), own in joined.items()}
    return rows


def label(row: Row, names: list[str]) -> str:
    """A row in words; what makes no difference is left out."""
    parts = []
    for name, own in zip(names, row, strict=True):
        every = CHOICES[name]
        left_out = [word for word in every if word not in own]
        if len(left_out) == 1 and len(every) > FEW:
            parts.append(f"any time but {left_out[0]}" if name == "moment" else f"all but {left_out[0]}")
        elif left_out:
            parts.append(" or ".join(word for word in every if word in own))
    return "; ".join(parts) or "always"


def section(name: str, function: Policy) -> str:
    """One permission: its sentence, its rows, the sentences of its refusals."""
    names = dimensions(inspect.signature(function).parameters)
    marks: dict[str, str] = {}
    rows = {
        tuple(frozenset({word}) for word in case.values()): cells(decided, marks)
        for case, decided in cases(function)
    }
    sentence = (inspect.getdoc(function) or "").partition("\n")[0]
    lines = [f"## {name}", f"   {sentence}", ""]
    lines.append(" " * 3 + "".join(f"{actor:<{WIDTH}}" for actor in ACTORS).rstrip())
    for row, said in merged(rows, len(names)).items():
        lines.append(f"   {label(row, names)}:" if names else "   always:")
        lines.append(" " * 3 + "".join(f"{cell:<{WIDTH}}" for cell in said).rstrip())
    lines += ["", *(f"   {mark}  {sentence}" for sentence, mark in marks.items())]
    return "\n".join(lines).rstrip()


def table() -> str:
    """The whole table."""
    head = [
        "# Who may do what",
        "",
        "Written by tests/policy_matrix; do not edit by hand. Each column is somebody who asks. Above each line",
        "stands the case it speaks of; what makes no difference is left out. “yes” allows, a letter refuses, and",
        "below each table stands the sentence that the refused person reads.",
        "",
        *(f"{name:<{WIDTH}} {meaning}" for name, (meaning, _actor) in ACTORS.items()),
    ]
    return "\n".join(head) + "\n\n" + "\n\n".join(section(*each) for each in policies()) + "\n"


def test_the_table_of_permissions_is_the_one_that_was_reviewed() -> None:
    found = table()
    if os.environ.get(WRITE):
        TABLE.write_text(found, "utf-8")
        pytest.skip("the table was written: read what changed in it")
    reviewed = TABLE.read_text("utf-8") if TABLE.exists() else ""
    assert found.splitlines() == reviewed.splitlines(), (
        f"if this is meant, set {WRITE} and read the difference"
    )


def test_another_state_gets_nothing_that_is_not_for_everybody() -> None:
    """Staff of one State have no say in another, whatever role they hold there."""
    neighbour = list(ACTORS).index("neighb")
    for name, function in policies():
        if OF_ONE_STATE & set(inspect.signature(function).parameters):
            for case, decided in cases(function):
                assert all(decided) or not decided[neighbour], f"{name} lets another State in: {case}"


def test_nobody_who_has_not_signed_in_touches_what_is_not_public() -> None:
    for name, function in policies():
        if (OF_ONE_STATE - {"consultation"}) & set(inspect.signature(function).parameters):
            for case, decided in cases(function):
                assert not decided[0], f"{name} lets anybody in: {case}"
