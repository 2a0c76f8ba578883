"""The numbers of an outcome, so that no count of one to four can be computed from what is published.

Every published answer is counted by its readers: what has to be hidden is the number of those that are silent.
A cell is small where one to four of them are silent. Small cells are not given as numbers, nor is a sum that
would leave only one value for one of them. Questions of the State may share questions that were asked: what one
of them must not tell, its neighbours must not tell either.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

SMALL = 5
FEW = "<5"
Shown = int | str | None
Key = tuple[str, str]


def hidden(number: int) -> Shown:
    """A number as the public may read it: one to four are only called few."""
    return number if number == 0 or number >= SMALL else FEW


@dataclass(frozen=True, slots=True)
class Tally:
    """The standing answers behind one question of an outcome, by the question they answer and their kind.

    `paragraphs` says for each paragraph how many silent contributions it rests on.
    """

    kinds: Sequence[str]
    shown: Mapping[Key, int]
    silent: Mapping[Key, int]
    paragraphs: Sequence[int] = ()

    @property
    def asked(self) -> frozenset[str]:
        """The questions whose answers are counted."""
        return frozenset(question for question, _kind in (*self.shown, *self.silent))

    def by_kind(self, counts: Mapping[Key, int]) -> dict[str, int]:
        """Counts of all these questions together."""
        return {kind: sum(n for (_q, other), n in counts.items() if other == kind) for kind in self.kinds}


@dataclass(frozen=True, slots=True)
class Cells:
    """Counts that a reader can tell apart: those of a question, or of questions that always stand together.

    `published` holds the number of published answers to each of the questions.
    """

    published: Sequence[int]
    shown: Mapping[str, int]
    silent: Mapping[str, int]

    @property
    def small(self) -> frozenset[str]:
        """The kinds with one to four silent answers."""
        return frozenset(kind for kind, number in self.silent.items() if 0 < number < SMALL)

    @property
    def known(self) -> int:
        """How many answers are published, or counted in a cell that is not small."""
        kept = sum(number for kind, number in self.silent.items() if kind not in self.small)
        return sum(self.shown.values()) + kept

    @property
    def hidden(self) -> int:
        """How many answers are in small cells."""
        return sum(self.silent[kind] for kind in self.small)

    def room(self, contributions: int) -> int:
        """How many answers may be in the small cells if so many contributions answer a question once."""
        return len(self.published) * contributions - self.known

    def is_open(self, contributions: int) -> bool:
        """Whether a reader who knows the most there may be of each learns no count of one to four.

        Where all answered everything, questions that stand together come apart: each was answered by all. Being
        one contribution away from it counts as well, so that a number kept back does not say so either.
        """
        if self.small:
            return self.room(contributions) > len(self.small)
        if len(self.published) == 1 or self.room(contributions) > len(self.published):
            return True
        return all(contributions - published >= SMALL for published in self.published)


@dataclass(frozen=True, slots=True)
class Row:
    """What is told of one question."""

    total: Shown
    cells: Mapping[str, Shown]
    paragraphs: Sequence[Shown]


@dataclass(frozen=True, slots=True)
class Table:
    """What is told of the whole outcome."""

    contributions: Shown
    answers: Shown
    rows: Sequence[Row]


def told(tallies: Sequence[Tally], contributions: int) -> Table:
    """Every number of an outcome as the public may read it."""
    everything: list[Cells] = []
    rows: dict[int, Row] = {}
    for places in _neighbours(tallies):
        together = [tallies[place] for place in places]
        cells = _cells(together)
        everything += cells
        small = frozenset[str]().union(*(each.small for each in cells))
        is_tangled = any(tally.asked != together[0].asked for tally in together)
        rows |= {place: _row(tallies[place], small, is_tangled) for place in places}
    most = _most(everything, contributions)
    return Table(
        contributions=None if most is None else hidden(contributions),
        answers=_answers(everything, most),
        rows=[rows[place] for place in range(len(tallies))],
    )


def _neighbours(tallies: Sequence[Tally]) -> list[list[int]]:
    """The places of the questions that share an answer, directly or through others."""
    groups: list[tuple[set[str], list[int]]] = []
    for place, tally in enumerate(tallies):
        asked, places = set(tally.asked), [place]
        apart = []
        for group in groups:
            if group[0].isdisjoint(asked):
                apart.append(group)
            else:
                asked |= group[0]
                places += group[1]
        groups = [*apart, (asked, places)]
    return [places for _asked, places in groups]


def _cells(together: Sequence[Tally]) -> list[Cells]:
    first = together[0]
    if all(tally.asked == first.asked for tally in together):
        published = [sum(_only(question, first.shown).values()) for question in first.asked]
        return [Cells(published, first.by_kind(first.shown), first.by_kind(first.silent))]
    # Readers subtract one question of the State from another: each question that was asked has to hold.
    found: dict[str, Cells] = {}
    for tally in together:
        for question in tally.asked:
            shown, silent = (_only(question, counts) for counts in (tally.shown, tally.silent))
            found[question] = Cells([sum(shown.values())], shown, silent)
    return list(found.values())


def _only(question: str, counts: Mapping[Key, int]) -> dict[str, int]:
    return {kind: number for (other, kind), number in counts.items() if other == question}


def _row(tally: Tally, small: frozenset[str], is_tangled: bool) -> Row:
    shown, silent = tally.by_kind(tally.shown), tally.by_kind(tally.silent)
    cells: dict[str, Shown] = {}
    for kind in tally.kinds:
        number = shown[kind] + silent[kind]
        # "<5" beside published answers, or beside another "<5" it is part of, may leave one value only.
        says_few = number == silent[kind] < SMALL and not is_tangled
        cells[kind] = hidden(number) if kind not in small or not number or says_few else None
    total, unpublished = sum((*shown.values(), *silent.values())), sum(silent.values())
    is_told = not small or not total
    return Row(
        total=hidden(total) if is_told else None,
        cells=cells,
        paragraphs=[_paragraph(number, unpublished, is_told) for number in tally.paragraphs],
    )


def _paragraph(number: int, unpublished: int, is_told: bool) -> Shown:
    """How many silent contributions a paragraph rests on; None says that there are some."""
    rest = unpublished - number
    return hidden(number) if not number or (is_told and (rest <= 0 or rest >= SMALL)) else None


def _most(everything: Iterable[Cells], contributions: int) -> int | None:
    """How many contributions a reader may take to be the most; None where their number has to stay unsaid."""
    most = contributions if contributions >= SMALL else SMALL - 1
    return most if all(each.is_open(most) for each in everything) else None


def _answers(everything: Sequence[Cells], most: int | None) -> Shown:
    """The number of all answers, where every small cell could still be larger or smaller."""
    known = sum(each.known for each in everything)
    unsaid, small = sum(each.hidden for each in everything), sum(len(each.small) for each in everything)
    if not small:
        return hidden(known)
    if known + unsaid < SMALL:
        return FEW if SMALL - 1 - known > small else None
    highest = 0
    for each in everything:
        limit = (SMALL - 1) * len(each.small)
        highest += min(limit, each.room(most)) if most is not None and each.small else limit
    # The small cells together are a count, too, and one of them alone would be what is left. The margin keeps
    # even the absence of the number from saying that all of them are as large as they can be.
    is_safe = small > 1 and unsaid >= SMALL and small < unsaid < highest - 1
    return known + unsaid if is_safe else None
