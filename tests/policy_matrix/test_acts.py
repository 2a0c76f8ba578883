"""Every question a domain asks of a policy, put to everybody: what each person is told before anything is done.

The table of policies says what a policy answers; this one says that each act asks it, about the right thing.
After a change that is meant: PORTAL_TESTS_WRITE_POLICY_MATRIX=yes pytest tests/policy_matrix, then read
what changed in acts.txt.
"""

import ast
import importlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

import pytest

from app.platform.db import Database
from app.platform.errors import Forbidden, NotFound
from app.platform.security import Actor, Permission
from tests.architecture.acts import TOOLS, Portal, named
from tests.factories import Make
from tests.mutants.plugin import questions, without
from tests.policy_matrix.scenes import ACTORS
from tests.policy_matrix.test_policy_matrix import WIDTH, WRITE
from tests.policy_matrix.world import ACTS, NAMED, World, build

pytestmark = pytest.mark.thorough

TABLE = Path(__file__).with_name("acts.txt")
# A code is judged before anybody is known; tests/contributions/test_entering.py tries it.
BEFORE_ANYBODY = {"contributions.entry.enter"}
UNKNOWN = "-"
Answers = Mapping[str, Mapping[str, Permission | None]]


@dataclass(frozen=True)
class Mutant:
    """A question in a function of a domain, and the function without it."""

    module: str
    function: str
    line: int
    code: CodeType


def mutants() -> Iterator[Mutant]:
    """Every question of the domains, left out."""
    portal = Portal()
    for module, source in portal.sources.items():
        if module.startswith(TOOLS) or portal.takes_requests(module):
            continue
        for question in questions(portal.trees[module]):
            left = without(ast.parse(source), question.lineno)
            for code in compile(left, module, "exec").co_consts:
                if isinstance(code, CodeType) and code.co_firstlineno <= question.lineno <= last_line(code):
                    yield Mutant(module, code.co_name, question.lineno, code)


def last_line(code: CodeType) -> int:
    """Where a function ends."""
    return max(line or 0 for _start, _end, line in code.co_lines())


async def is_noticed(
    db: Database, world: World, mutant: Mutant, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> bool:
    """Whether an act that comes by the question answers somebody otherwise without it."""
    if f"{mutant.module}.{mutant.function}".removeprefix("app.") in BEFORE_ANYBODY:
        return True
    module = importlib.import_module(mutant.module)
    with monkeypatch.context() as patch:
        patch.setattr(getattr(module, mutant.function), "__code__", mutant.code)
        for act, decisions in answers.items():
            if not f"app.{act}".startswith(f"{mutant.module}."):
                continue
            for name, decision in decisions.items():
                if decision is None:
                    continue
                try:
                    if await told(db, world, act, world.actors[name], monkeypatch) != decision:
                        return True
                except Exception:  # noqa: BLE001  (whatever happens then, it is not what is in the table)
                    return True
    return False


class Asked(Exception):
    """The question was put; nothing is done any more."""


async def told(
    db: Database, world: World, act: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> Permission | None:
    """What an act answers somebody at its own question; None where to her there is no such thing."""
    function = act.partition(",")[0]
    module, _dot, name = f"app.{function}".rpartition(".")
    heard: list[Permission] = []

    def hear(decision: Permission) -> None:
        heard.append(decision)
        raise Asked

    with monkeypatch.context() as patch:
        patch.setattr(importlib.import_module(module), "require", hear)
        async with db.read() as session:
            try:
                await getattr(importlib.import_module(module), name)(
                    session, actor, *ACTS[act](world), **NAMED.get(function, {})
                )
            except Asked:
                return heard[0]
            except Forbidden as refusal:  # by a part in another module
                return Permission(False, refusal.detail)
            except NotFound:
                return None
    raise AssertionError(f"{act} asks nothing")


async def everybody(db: Database, world: World, monkeypatch: pytest.MonkeyPatch) -> Answers:
    """What each act tells each person."""
    return {
        act: {name: await told(db, world, act, world.actors[name], monkeypatch) for name in ACTORS}
        for act in ACTS
    }


def table(answers: Answers) -> str:
    """The whole table: two lines an act, and the sentences of its refusals."""
    lines = [
        "# Who is let do what, asked where it is done",
        "",
        "Written by tests/policy_matrix; do not edit by hand. The columns are those of table.txt. “yes” goes on, a",
        "letter refuses with the sentence below, and “-” stands where to somebody there is no such thing.",
        "",
        "   " + "".join(f"{actor:<{WIDTH}}" for actor in ACTORS).rstrip(),
    ]
    marks: dict[str, str] = {}
    for act, decisions in answers.items():
        cells = [
            UNKNOWN
            if decision is None
            else "yes"
            if decision
            else marks.setdefault(str(decision.reason), f"r{len(marks) + 1}")
            for decision in decisions.values()
        ]
        lines += [f"{act}:", "   " + "".join(f"{cell:<{WIDTH}}" for cell in cells).rstrip()]
    return "\n".join([*lines, "", *(f"{mark:<4} {sentence}" for sentence, mark in marks.items())]) + "\n"


@pytest.mark.one_database
async def test_every_act_tells_everybody_what_was_reviewed_and_would_not_if_it_asked_no_more(
    db: Database, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await build(make)
    answers = await everybody(db, world, monkeypatch)
    found = table(answers)
    if os.environ.get(WRITE):
        TABLE.write_text(found, "utf-8")
        pytest.skip("the table was written: read what changed in it")
    reviewed = TABLE.read_text("utf-8") if TABLE.exists() else ""
    assert found.splitlines() == reviewed.splitlines(), f"if this is meant, set {WRITE} and read what changed"
    unnoticed = [
        f"{mutant.module}:{mutant.line}"
        for mutant in mutants()
        if not await is_noticed(db, world, mutant, answers, monkeypatch)
    ]
    assert unnoticed == [], "without these questions the table would be the same"


def test_no_act_is_missing_in_the_table() -> None:
    portal = Portal()
    asking = {
        named(place)
        for place, act in portal.acts.items()
        if place in portal.asking and not act.is_private and not portal.takes_requests(act.module)
    }
    assert asking - BEFORE_ANYBODY == {act.partition(",")[0] for act in ACTS}
