"""Long lists of keys, handed to a database in parts: a statement takes only so many parameters."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

# PostgreSQL takes 65,535 parameters and SQLite, as it is often built, 32,766.
LARGEST = 10_000
Key = TypeVar("Key")


def batches(keys: Iterable[Key]) -> Iterator[list[Key]]:
    """The keys in as few parts as a statement can take; none for none."""
    rest = iter(keys)
    while part := list(islice(rest, LARGEST)):
        yield part
