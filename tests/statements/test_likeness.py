import time

import pytest

from app.statements.likeness import find_like, put_instead

SAID = "The register was closed in 2024."


@pytest.mark.parametrize(
    "statement",
    [
        "The registr was closed in 2024.",
        "The register was closed in\u00a02024.",
        "The Register was closed in 2024",
        "The “register” was closed in 2024.",
        "The register was\u200b closed in 2024.",
    ],
)
def test_a_mended_statement_is_found_among_others(statement: str) -> None:
    assert find_like(statement, f"Guns are marked here.\n\n{SAID}\n\nNobody checks.") == SAID


@pytest.mark.parametrize(
    "statement",
    ["The register was opened again by a decree.", "Guns are sold here.", "Nobody asks.", "Closed."],
)
def test_another_statement_is_not(statement: str) -> None:
    assert find_like(statement, f"Guns are marked here.\n\n{SAID}\n\nNobody checks.") is None


def test_a_statement_of_several_paragraphs_is_found_as_a_whole() -> None:
    two = f"{SAID}\n\nNobody has opened it since then."
    assert find_like(two.replace("since", "sinse"), f"Before.\n\n{two}\n\nAfter.") == two


def test_a_statement_takes_the_place_of_the_paragraph_and_of_no_part_of_another() -> None:
    narrative = "It is closed. Nobody asks.\n\nNobody asks.\n\nThe end."
    assert put_instead(narrative, "Nobody asks.", "Nobody asked.") == (
        "It is closed. Nobody asks.\n\nNobody asked.\n\nThe end."
    )
    assert put_instead("Nobody asks.", "Nobody asks.", "Nobody asked.") == "Nobody asked."


@pytest.mark.parametrize("letters", ["法律关于枪支的定义是否涵盖", "a word of many ", "xy"])
def test_long_statements_are_compared_in_no_time(letters: str) -> None:
    one = (letters * 10_000)[:10_000]
    other = "b" + one[1:4_000] + "q" * 400 + one[4_400:-1] + "c"
    began = time.perf_counter()
    assert find_like(other, one) == one
    assert time.perf_counter() - began < 2
