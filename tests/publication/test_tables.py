"""No count of one to four silent answers can be computed from the numbers of an outcome."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.publication.tables import FEW, Table, Tally, hidden, told

KINDS = ("noted", "open")
HIGHEST = 8
MOST = 9
Counts = dict[tuple[str, str], int]


def tallies(rows: tuple[str, ...], shown: Counts, silent: Counts) -> list[Tally]:
    """The questions of the State, each the letters of the questions that inform it."""
    return [
        Tally(
            KINDS,
            {key: number for key, number in shown.items() if key[0] in row},
            {key: number for key, number in silent.items() if key[0] in row},
        )
        for row in rows
    ]


def may_be(told_number: Any, number: int) -> bool:
    """Whether what was told fits a number."""
    if told_number is None:
        return number > 0
    return 0 < number < 5 if told_number == FEW else bool(told_number == number)


def fits(table: Table, rows: tuple[str, ...], shown: Counts, silent: Counts) -> bool:
    """Whether a reader could take these silent answers for the true ones."""
    both = {key: shown[key] + silent[key] for key in shown}
    for row, said in zip(rows, table.rows, strict=True):
        own = {key: number for key, number in both.items() if key[0] in row}
        if not may_be(said.total, sum(own.values())):
            return False
        for kind in KINDS:
            if not may_be(said.cells[kind], sum(n for (_q, k), n in own.items() if k == kind)):
                return False
    if table.answers is not None and not may_be(table.answers, sum(both.values())):
        return False
    # Each contribution answers a question once.
    most = {None: 10**6, FEW: 4}.get(table.contributions, table.contributions)  # type: ignore[arg-type]
    asked = {question for question, _kind in both}
    return all(sum(n for (q, _k), n in both.items() if q == one) <= int(most) for one in asked)


def readings(rows: tuple[str, ...], shown: Counts, table: Table) -> list[Counts]:
    """Everything a reader could take for the truth, with a few more than there ever are."""
    keys = list(shown)
    every = (dict(zip(keys, numbers, strict=True)) for numbers in product(range(MOST + 1), repeat=len(keys)))
    return [guess for guess in every if fits(table, rows, shown, guess)]


def sums(rows: tuple[str, ...], silent: Mapping[tuple[str, str], int]) -> Iterator[tuple[str, int]]:
    """Every count of silent answers that could tell of a few people: cells, questions, kinds and all."""
    for (question, kind), number in silent.items():
        yield f"{question} {kind}", number
    for row in (*rows, *{question for question, _kind in silent}):
        for kind in KINDS:
            yield f"{row} {kind}", sum(n for (q, k), n in silent.items() if q in row and k == kind)
        yield row, sum(n for (q, _k), n in silent.items() if q in row)
    yield "all", sum(silent.values())


@st.composite
def populations(draw: st.DrawFn) -> tuple[tuple[str, ...], Counts, Counts, int]:
    structures = (("a",), ("a", "b"), ("a", "ab"), ("a", "b", "ab"), ("ab",), ("ab", "ab"), ("a", "a"))
    rows = draw(st.sampled_from(structures))
    keys = list(product(sorted(set("".join(rows))), KINDS))
    shown = {key: draw(st.integers(0, 6)) for key in keys}
    silent = {key: draw(st.integers(0, HIGHEST)) for key in keys}
    fewest = max(sum(shown[k] + silent[k] for k in keys if k[0] == q) for q, _kind in keys)
    return rows, shown, silent, fewest + draw(st.integers(0, 3))


# Four contributions, all of which answered both questions that stand together: eight answers are four and four.
ALL_ANSWERED = {("a", "noted"): 0, ("a", "open"): 4, ("b", "noted"): 0, ("b", "open"): 4}


@settings(max_examples=40, deadline=None)
@example((("ab",), dict.fromkeys(ALL_ANSWERED, 0), ALL_ANSWERED, 4))
@given(populations())
def test_no_count_under_five_can_be_computed(population: tuple[tuple[str, ...], Counts, Counts, int]) -> None:
    rows, shown, silent, contributions = population
    table = told(tallies(rows, shown, silent), contributions)
    known = readings(rows, shown, table)
    assert silent in known
    guesses: dict[str, set[int]] = {}
    for guess in known:
        for name, number in sums(rows, guess):
            guesses.setdefault(name, set()).add(number)
    for name, number in sums(rows, silent):
        if 0 < number < 5:
            assert len(guesses[name]) > 1, (name, number, table)


@pytest.mark.parametrize("shown", [(0, 0), (3, 0), (6, 2)])
def test_whoever_knows_the_rules_computes_nothing_either(shown: tuple[int, int]) -> None:
    seen: dict[str, list[tuple[int, ...]]] = {}
    published = dict(zip(product("a", KINDS), shown, strict=True))
    for numbers in product(range(HIGHEST), repeat=2):
        silent = dict(zip(published, numbers, strict=True))
        table = told(tallies(("a",), published, silent), 40)
        seen.setdefault(str(table), []).append(numbers)
    for guesses in seen.values():
        for place in range(2):
            if any(0 < guess[place] < 5 for guess in guesses):
                assert len({guess[place] for guess in guesses}) > 1, guesses


def test_one_to_four_are_few() -> None:
    assert [hidden(number) for number in range(7)] == [0, FEW, FEW, FEW, FEW, 5, 6]


@pytest.mark.parametrize(
    ("questions", "contributions", "answers", "totals"),
    [
        # The case of the report: 26 answers, and 10 and 14 of them would leave two.
        ({"a": (10, 0), "b": (14, 0), "c": (0, 2)}, 30, None, [10, 14, None]),
        ({"a": (10, 0), "b": (14, 0), "c": (2, 0)}, 30, 26, [10, 14, FEW]),
        # Two small cells hide each other, so that the number of all answers can be said.
        ({"a": (10, 2), "b": (14, 3), "c": (9, 0)}, 30, 38, [None, None, 9]),
        ({"a": (10, 1), "b": (14, 1)}, 30, None, [None, None]),
        # Six published answers of seven would say that one is silent.
        ({"a": (6, 1)}, 30, None, [None]),
        ({"a": (6, 5)}, 30, 11, [11]),
        ({"a": (0, 0)}, 30, 0, [0]),
    ],
)
def test_sums_protect_what_they_are_made_of(
    questions: dict[str, tuple[int, int]], contributions: int, answers: Any, totals: list[Any]
) -> None:
    shown = {(name, "noted"): numbers[0] for name, numbers in questions.items()}
    silent = {(name, "noted"): numbers[1] for name, numbers in questions.items()}
    table = told(tallies(tuple(questions), shown, silent), contributions)
    assert (table.contributions, table.answers) == (contributions, answers)
    assert [row.total for row in table.rows] == totals


def test_a_number_of_contributions_that_leaves_one_seat_is_not_said() -> None:
    # Five contributions and four published answers leave one person for "fewer than five".
    table = told(tallies(("a",), {("a", "noted"): 4}, {("a", "open"): 1}), 5)
    assert (table.contributions, table.answers) == (None, None)
    assert table.rows[0].cells == {"noted": FEW, "open": FEW}


def test_a_paragraph_tells_no_few_by_what_is_left() -> None:
    noted = ("a", "noted")
    tally = Tally(KINDS, {noted: 2}, {noted: 12}, paragraphs=[12, 7, 9, 3, 0])
    assert told([tally], 30).rows[0].paragraphs == [12, 7, None, FEW, 0]
    small = Tally(KINDS, {noted: 2}, {noted: 4}, paragraphs=[4, 1, 0])
    assert told([small], 30).rows[0].paragraphs == [None, None, 0]
