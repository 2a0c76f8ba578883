"""Joining two changes: every word that either writer added is there, and equal sides give that side."""

import random
import time
from collections import Counter
from collections.abc import Iterator

from app.contributions.joining import difference, join, pieces_of

BEGUN = "Marking works in the port. There is no machine at the border post. In 2025 it was nine firearms."
WORDS = [
    "arms",
    "mark",
    "port",
    "نقطة",
    "حدود",
    "边",
    "境",
    "оружие",
    "¿dónde?",
    "—",
    ".",
    "\n",
    "e\u0301",
    "👩🏽\u200d⚖️",
]


def changed(chance: random.Random, text: str) -> str:
    """The same text with some words taken out, put in and moved."""
    words = text.split(" ")
    for _ in range(chance.randrange(5)):
        place = chance.randrange(len(words) + 1)
        words[place : place + chance.randrange(3)] = chance.choices(WORDS, k=chance.randrange(3))
    return " ".join(words)


def three(times: int) -> Iterator[tuple[str, str, str]]:
    chance = random.Random(7)  # noqa: S311
    for _ in range(times):
        base = " ".join(chance.choices(WORDS, k=chance.randrange(25)))
        yield base, changed(chance, base), changed(chance, base)


def words_in(text: str) -> Counter[str]:
    return Counter(text.split())


def test_two_changes_that_lie_apart_fit_together() -> None:
    mine = BEGUN.replace("nine firearms", "nine firearms, and none was marked")
    theirs = BEGUN.replace("no machine", "no machine since 2022")
    joined = join(BEGUN, mine, theirs)
    assert joined.fits
    assert joined.text == BEGUN.replace("no machine", "no machine since 2022").replace(
        "nine firearms", "nine firearms, and none was marked"
    )
    assert join(BEGUN, theirs, mine) == joined


def test_two_changes_to_one_sentence_stand_one_after_the_other() -> None:
    mine = BEGUN.replace("nine firearms", "twelve pistols")
    theirs = BEGUN.replace("nine firearms", "some ten rifles")
    joined = join(BEGUN, mine, theirs)
    assert not joined.fits
    assert joined.text.endswith("In 2025 it was twelve pistols. In 2025 it was some ten rifles.")
    assert join("", "Mine.", "Theirs.").text == "Mine. Theirs."
    assert join("那里没有机器。", "那里没有任何机器。", "那里没有机器和人。").text == "那里没有任何机器和人。"


def test_equal_sides_and_an_untouched_side_give_the_other() -> None:
    for base, mine, theirs in three(500):
        for known in (base, None):
            assert join(known, mine, mine) == (mine, True)
        assert join(base, base, theirs) == (theirs, True)
        assert join(base, mine, base) == (mine, True)


def test_no_word_that_either_added_is_lost() -> None:
    for base, mine, theirs in three(2000):
        joined = words_in(join(base, mine, theirs).text)
        before = words_in(base)
        for side in (mine, theirs):
            added = words_in(side) - before
            missing = added - joined
            # Words run together only where a writer put them so.
            assert not {word for word in missing if not any(word in run for run in joined)}, (
                base,
                mine,
                theirs,
            )


def test_without_a_common_text_no_word_of_either_is_lost() -> None:
    for _base, mine, theirs in three(1000):
        joined = join(None, mine, theirs).text
        for side in (mine, theirs):
            rest = iter(joined)
            assert all(sign in rest for sign in side), (mine, theirs, joined)


def test_pieces_and_differences_add_up_to_the_texts() -> None:
    for base, mine, _theirs in three(500):
        assert ["".join(pieces) for pieces in pieces_of(base, mine)] == [base, mine]
        parts = difference(base, mine)
        assert "".join(text for kind, text in parts if kind != "added") == base
        assert "".join(text for kind, text in parts if kind != "removed") == mine


def test_the_longest_texts_are_joined_at_once() -> None:
    chance = random.Random(3)  # noqa: S311
    han = ["".join(chr(0x4E00 + chance.randrange(150)) for _ in range(10_000)) for _ in range(3)]
    marks = [". " * 5_000, ", ." * 3_300, "." * 10_000]
    lines = ["\n".join(chance.choices(WORDS, k=4_000)) for _ in range(3)]
    begun = time.perf_counter()
    for texts in (han, marks, lines):
        join(texts[0], texts[1], texts[2])
        join(None, texts[1], texts[2])
        difference(texts[0], texts[1])
    assert time.perf_counter() - begun < 5
