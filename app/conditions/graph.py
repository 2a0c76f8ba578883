"""Which questions wait for each other: conditions must not go round in a circle."""

from collections.abc import Mapping

from .language import Expression


def find_cycle(expressions: Mapping[str, Expression]) -> list[str] | None:
    """The first circle of nodes, each reading the next and the last the first; None without one.

    The expressions are given by the node they stand at. Long chains are walked without recursion.
    """
    settled: set[str] = set()
    for start in sorted(expressions):
        circle = circle_from(start, expressions, settled)
        if circle is not None:
            return circle
    return None


def circle_from(start: str, expressions: Mapping[str, Expression], settled: set[str]) -> list[str] | None:
    """The circle reached by following what is read from one node; what leads to none is settled."""
    path: dict[str, list[str]] = {}  # the nodes on the way, each with the readings still to follow
    node = start
    while True:
        if node in path:
            way = list(path)
            return way[way.index(node) :]
        if node in expressions and node not in settled:
            path[node] = sorted(expressions[node].names)
        while path:
            last = next(reversed(path))
            if path[last]:
                node = path[last].pop(0)
                break
            settled.add(last)
            del path[last]
        else:
            return None
