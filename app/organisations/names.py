"""What organisations are called: when a name is none, and when two are the same."""

from app.platform.signs import folded, visible

LONGEST = 200


def tidy(name: str) -> str:
    """A name as it is kept: as it was typed, without the signs that nobody sees."""
    return visible(name)


def is_empty(name: str) -> bool:
    """Whether nothing of a name can be seen."""
    return not folded(name)


def same(name: str) -> str:
    """What two names have in common that a reader would take for one."""
    return folded(name)
