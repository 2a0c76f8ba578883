"""States as a table of moves, and the only function that makes one."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from app.platform import clock
from app.platform.errors import MoveNotAllowed

Moves = Mapping[Any, frozenset[Any]]


def may_move(thing: Any, moves: Moves, to: StrEnum) -> bool:
    """Whether the thing's state leads to that one."""
    return to in moves.get(thing.state, frozenset())


def move(thing: Any, moves: Moves, to: StrEnum) -> None:
    """Set the state if the table allows it; raises MoveNotAllowed."""
    if not may_move(thing, moves, to):
        raise MoveNotAllowed
    thing.state = to
    if hasattr(thing, "state_since"):
        thing.state_since = clock.now()
