"""Questions that wait for each other."""

from app.conditions.graph import find_cycle
from app.conditions.language import parse


def cycle_of(**readings: str) -> list[str] | None:
    """The circle among nodes, each given with the nodes it reads."""
    return find_cycle(
        {
            node: parse(" or ".join(f"${{{name}}} = 1" for name in names.split()) or "1 = 1")
            for node, names in readings.items()
        }
    )


def test_questions_that_read_earlier_ones_are_in_no_circle() -> None:
    assert cycle_of() is None
    assert cycle_of(b="a", c="a b", d="b c unheard_of") is None


def test_a_question_that_reads_itself_is_a_circle() -> None:
    assert cycle_of(a="b a", b="c") == ["a"]


def test_the_circle_is_named_without_what_leads_to_it() -> None:
    assert cycle_of(a="b", b="x c", c="d", d="b e") == ["b", "c", "d"]


def test_two_ways_to_one_question_are_no_circle() -> None:
    assert cycle_of(a="b c", b="d", c="d", d="") is None


def test_ten_thousand_questions_in_a_row_are_followed() -> None:
    chain = {f"q{n}": parse(f"${{q{n + 1}}} = 1") for n in range(10_000)}
    assert find_cycle(chain) is None
    chain["q10000"] = parse("${q0} = 1")
    assert len(find_cycle(chain) or []) == 10_001
