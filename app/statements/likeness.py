"""Whether two statements say nearly the same: one letter mended, a space or a quotation mark of another kind."""

from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher

from app.platform.signs import folded

PARAGRAPH = "\n\n"
# Two short statements may differ in the one word that matters; only the same words make them alike.
SHORT = 20
NEARLY = 0.9
# From here on runs of letters are counted: to find the best order of letters would take too long.
LONG, RUN = 600, 5


def find_like(statement: str, narrative: str) -> str | None:
    """The paragraph of an answer that says nearly what a statement says, as it stands there."""
    if not narrative:
        return None
    wanted = folded(statement)
    return next(
        (paragraph for paragraph in _paragraphs(statement, narrative) if _alike(wanted, paragraph)), None
    )


def put_instead(narrative: str, paragraph: str, statement: str) -> str:
    """An answer with a statement in the place of one of its paragraphs, the first that is the whole of it."""
    around = f"{PARAGRAPH}{narrative}{PARAGRAPH}"
    whole, new = (f"{PARAGRAPH}{text}{PARAGRAPH}" for text in (paragraph, statement))
    return around.replace(whole, new, 1)[len(PARAGRAPH) : -len(PARAGRAPH)]


def _paragraphs(statement: str, narrative: str) -> Iterator[str]:
    """The paragraphs of an answer, as many together as the statement has."""
    paragraphs, many = narrative.split(PARAGRAPH), statement.count(PARAGRAPH) + 1
    for place in range(len(paragraphs) - many + 1):
        yield PARAGRAPH.join(paragraphs[place : place + many])


def _alike(wanted: str, paragraph: str) -> bool:
    here = folded(paragraph)
    if wanted == here:
        return True
    shorter, longer = sorted((wanted, here), key=len)
    if len(shorter) < SHORT or len(shorter) < NEARLY * len(longer) - 1:
        return False
    if len(longer) > LONG:
        return _shared_runs(wanted, here) >= NEARLY
    matcher = SequenceMatcher(None, wanted, here, autojunk=False)
    return matcher.quick_ratio() >= NEARLY and matcher.ratio() >= NEARLY


def _shared_runs(one: str, other: str) -> float:
    """How much of all runs of a few letters two texts have in common, from 0 to 1."""
    first, second = (Counter(text[n : n + RUN] for n in range(len(text) - RUN + 1)) for text in (one, other))
    return 2 * (first & second).total() / (first.total() + second.total())
