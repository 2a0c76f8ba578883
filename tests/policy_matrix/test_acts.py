"""Every question a domain asks of a policy, put to everybody: what each person is told before anything is done.

The table of policies says what a policy answers; this one says that each act asks it, about the right thing.
After a change that is meant: PORTAL_TESTS_WRITE_POLICY_MATRIX=yes pytest tests/policy_matrix, then read
what changed in acts.txt.
"""

import importlib
import os
from pathlib import Path

import pytest

from app.platform.db import Database
from app.platform.errors import Forbidden, NotFound
from app.platform.security import Actor, Decision
from tests.architecture.acts import Portal, named
from tests.factories import Make
from tests.policy_matrix.scenes import ACTORS
from tests.policy_matrix.test_policy_matrix import WIDTH, WRITE
from tests.policy_matrix.world import ACTS, NAMED, World, build

TABLE = Path(__file__).with_name("acts.txt")
# A code is judged before anybody is known; tests/contributions/test_entering.py tries it.
BEFORE_ANYBODY = {"contributions.entry.enter"}
UNKNOWN = "-"


class Asked(Exception):
    """The question was put; nothing is done any more."""


async def told(
    db: Database, world: World, act: str, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> Decision | None:
    """What an act answers somebody at its own question; None where to her there is no such thing."""
    function = act.partition(",")[0]
    module, _dot, name = f"app.{function}".rpartition(".")
    heard: list[Decision] = []

    def hear(decision: Decision) -> None:
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
                return Decision(False, refusal.detail)
            except NotFound:
                return None
    raise AssertionError(f"{act} asks nothing")


async def table(db: Database, world: World, monkeypatch: pytest.MonkeyPatch) -> str:
    """The whole table: two lines an act, and the sentences of its refusals."""
    head = [
        "# Who is let do what, asked where it is done",
        "",
        "Written by tests/policy_matrix; do not edit by hand. The columns are those of table.txt. “yes” goes on, a",
        "letter refuses with the sentence below, and “-” stands where to somebody there is no such thing.",
        "",
        "   " + "".join(f"{actor:<{WIDTH}}" for actor in ACTORS).rstrip(),
    ]
    marks: dict[str, str] = {}
    for act in ACTS:
        cells = []
        for name in ACTORS:
            decision = await told(db, world, act, world.actors[name], monkeypatch)
            if decision is None:
                cells.append(UNKNOWN)
            elif decision:
                cells.append("yes")
            else:
                cells.append(marks.setdefault(str(decision.reason), f"r{len(marks) + 1}"))
        head += [f"{act}:", "   " + "".join(f"{cell:<{WIDTH}}" for cell in cells).rstrip()]
    return "\n".join([*head, "", *(f"{mark:<4} {sentence}" for sentence, mark in marks.items())]) + "\n"


@pytest.mark.one_database
async def test_every_act_asks_and_tells_everybody_what_was_reviewed(
    db: Database, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await table(db, await build(make), monkeypatch)
    if os.environ.get(WRITE):
        TABLE.write_text(found, "utf-8")
        pytest.skip("the table was written: read what changed in it")
    reviewed = TABLE.read_text("utf-8") if TABLE.exists() else ""
    assert found.splitlines() == reviewed.splitlines(), (
        f"if this is meant, set {WRITE} and read the difference"
    )


def test_no_act_is_missing_in_the_table() -> None:
    portal = Portal()
    asking = {
        named(place)
        for place, act in portal.acts.items()
        if place in portal.asking and not act.is_private and not portal.takes_requests(act.module)
    }
    assert asking - BEFORE_ANYBODY == {act.partition(",")[0] for act in ACTS}
