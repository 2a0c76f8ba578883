"""Nothing is published above what its contributor chose, and no number that is small enough to tell."""

import json
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.publication.hiding import FEW, Excerpt, Index, Voice, hidden, suppressed
from app.publication.snapshot import KINDS, Asked, Paragraph, Spoke, outcome, public, question, without

PUBLICATIONS = ("no", "unnamed", "named", "withdrawn")


def words_of(number: int) -> str:
    """Words nobody else uses, long enough to be recognized as somebody's own."""
    return f"The post number {number} at the river has waited {number * 7} weeks for its machine, zq{number}."


@st.composite
def voices(draw: st.DrawFn, number: int) -> Voice:
    confidential = draw(st.booleans())
    publication = draw(st.sampled_from([p for p in PUBLICATIONS if not (confidential and p == "named")]))
    name = "" if confidential else f"Orgname{number}x"
    says_own_name = draw(st.integers(0, 5)) == 0
    return Voice(
        key=f"key-{number}",
        name=name,
        label=f"K{number + 2}",
        publication=publication,
        language=draw(st.sampled_from(["en", "zh", "ar"])),
        body=words_of(number) + (f" We are {name}." if says_own_name and name else ""),
        recommendation={"action": f"Act as {name}" if says_own_name else "Act", "priority": 1},
        evidence=[{"title": f"Report of {name}", "url": f"https://{name}.example"}] if name else [],
        kind=draw(st.sampled_from([*KINDS[:-1], None])),
        reason=draw(st.sampled_from(["", f"reason-{number}", f"reason-{number}: {words_of(number)}"])),
        reason_language="en",
        text_id=f"text-{number}",
        reason_id=f"reason-{number}",
    )


@st.composite
def populations(draw: st.DrawFn) -> Asked:
    people = [draw(voices(number)) for number in range(draw(st.integers(0, 14)))]
    passages = []
    for place in range(draw(st.integers(0, 3)) if people else 0):
        chosen = draw(st.lists(st.sampled_from(people), max_size=4, unique_by=lambda voice: voice.key))
        sources = [Excerpt(v, v.body if draw(st.booleans()) else v.body[:60], v.language) for v in chosen]
        spoken = draw(st.lists(st.sampled_from(people), max_size=2))
        told = [draw(st.sampled_from([v.body, v.name or v.label, v.label, ""])) for v in spoken]
        passages.append(Paragraph(f"The State says paragraph {place}. " + " ".join(told), sources))
    return Asked("S-1", "state", "in_part", [], passages, people)


def translations_of(asked: Asked) -> dict[str, dict[str, dict[str, str]]]:
    made = {v.text_id: {"fr": {"body": f"Traduction de {v.body}", "origin": "human"}} for v in asked.voices}
    return made | {
        v.reason_id: {"fr": {"body": f"Raison: {v.reason}", "origin": "human"}}
        for v in asked.voices
        if v.reason
    }


def values(content: Any) -> Iterator[Any]:
    if isinstance(content, dict):
        for value in content.values():
            yield from values(value)
    elif isinstance(content, list):
        for value in content:
            yield from values(value)
    else:
        yield content


def check(content: dict[str, Any], people: list[Voice]) -> None:
    text = json.dumps(public(content), ensure_ascii=False)
    wanted = {v.name for v in people if v.publication == "named"}
    for voice in people:
        assert voice.label not in text.replace('"', " ").split(), voice.label
        assert voice.key not in text
        if voice.name and voice.name not in wanted:
            assert voice.name not in text
        if voice.publication in {"no", "withdrawn"}:
            assert f"zq{voice.key[4:]}." not in text, voice
            assert f"post number {voice.key[4:]} at" not in text, voice
            assert f'reason-{voice.key[4:]}"' not in text
            assert f"reason-{voice.key[4:]}:" not in text
    numbers = [value for value in values(content) if isinstance(value, int) and not isinstance(value, bool)]
    assert not {1, 2, 3, 4} & set(numbers)


@settings(max_examples=150, deadline=None)
@given(populations())
def test_nothing_goes_out_above_its_publication(asked: Asked) -> None:
    standing = [v for v in asked.voices if not v.is_withdrawn]
    made = question(asked, translations_of(asked))
    whole = outcome("en", len(standing), len(standing), [made], Spoke(statements=len(standing)))
    check(whole, list(asked.voices))
    shown = {answer["key"] for answer in made["answers"]}
    # And what may be shown is shown.
    assert shown == {v.key for v in standing if v.is_shown}


@pytest.mark.parametrize(
    ("organisations", "confidential", "shown"),
    [(17, 9, True), (17, 0, True), (17, 3, False), (3, 17, False), (2, 2, False), (0, 0, True)],
)
def test_kinds_of_contributions_are_told_where_neither_is_few(
    organisations: int, confidential: int, shown: bool
) -> None:
    content = outcome("en", organisations + confidential, 0, [], Spoke(organisations, confidential, 11))
    told = (content["organisations"], content["confidential"])
    assert told == ((organisations, confidential) if shown else (None, None))
    assert content["statements"] == 11


@settings(max_examples=100, deadline=None)
@given(populations(), st.data())
def test_what_is_withdrawn_later_leaves(asked: Asked, data: st.DataObject) -> None:
    before = outcome("en", 9, 9, [question(asked, translations_of(asked))])
    leaving = data.draw(st.sets(st.sampled_from([v.key for v in asked.voices]))) if asked.voices else set()
    gone = [
        Voice(v.key, v.name, v.label, "withdrawn", v.language, v.body) if v.key in leaving else v
        for v in asked.voices
    ]
    after = without(before, [v for v in gone if v.key in leaving])
    check(after, gone)
    kept = {a["key"] for a in before["questions"][0]["answers"]} - leaving
    assert {a["key"] for a in after["questions"][0]["answers"]} == kept
    for name in ("total", "dispositions"):
        assert after["questions"][0][name] == before["questions"][0][name]


@pytest.mark.parametrize(("kinds", "most"), [("ab", 40), ("abc", 20), ("abcd", 13)])
def test_no_hidden_number_follows_from_the_others(kinds: str, most: int) -> None:
    seen: dict[Any, list[tuple[int, ...]]] = {}
    for counts in product(range(most + 1), repeat=len(kinds)):
        total, shown = suppressed(dict(zip(kinds, counts, strict=True)))
        if not isinstance(total, int) or total <= most:
            seen.setdefault((total, *shown.values()), []).append(counts)
    for (_total, *shown), guesses in seen.items():
        for place, value in enumerate(shown):
            if value == FEW:
                # Even a reader who tries the rules on every population is left with two values.
                assert len({guess[place] for guess in guesses}) > 1, (shown, guesses)


@pytest.mark.parametrize(
    ("counts", "total", "shown"),
    [
        ((12, 9, 8, 4, 3), 36, [12, 9, 8, FEW, FEW]),
        ((12, 9, 8, 0, 3), 32, [12, 9, None, 0, FEW]),
        ((10, 1, 1, 0, 0), None, [10, FEW, FEW, 0, 0]),
        ((5, 1, 0, 0, 0), None, [None, FEW, 0, 0, 0]),
        ((1, 1, 1, 1, 0), FEW, [None] * 5),
        ((0, 0, 0, 0, 0), 0, [0] * 5),
        ((5, 6, 0, 0, 0), 11, [5, 6, 0, 0, 0]),
    ],
)
def test_numbers_that_protect_each_other(counts: tuple[int, ...], total: Any, shown: list[Any]) -> None:
    assert suppressed(dict(zip("abcde", counts, strict=True))) == (
        total,
        dict(zip("abcde", shown, strict=True)),
    )


def test_one_to_four_are_few() -> None:
    assert [hidden(number) for number in range(7)] == [0, FEW, FEW, FEW, FEW, 5, 6]


def test_a_paragraph_that_repeats_silent_words_is_left_out() -> None:
    silent = Voice("1", "", "K7", "no", "en", "The machine at Tarmo has been out of order since August 2024.")
    paragraph = Paragraph("It is said that the machine at Tarmo has been out of order since August.", [])
    own = Paragraph("Marking at import is uneven.", [Excerpt(silent, silent.body, "en")])
    made = question(Asked("S-1", "state", None, [], [paragraph, own], [silent]), {})
    assert [(p["text"], p["sources"], p["counted"]) for p in made["passages"]] == [
        (None, [], 0),
        ("Marking at import is uneven.", [], FEW),
    ]


def test_what_somebody_else_lets_be_published_may_be_repeated() -> None:
    letter = "Estaria must buy marking machines for all five border posts and say how many it bought."
    crowd = [Voice(str(n), "", f"K{n}", "no" if n else "unnamed", "en", letter) for n in range(3)]
    made = question(Asked("S-1", "state", None, [], [Paragraph(letter)], crowd), {})
    assert made["passages"][0]["text"] == letter


def test_words_their_author_replaced_are_not_quoted() -> None:
    voice = Voice("1", "League", "K7", "named", "en", "The second version says less.")
    older = Excerpt(voice, "The first version said who drove the lorry.", "en")
    made = question(Asked("S-1", "state", None, [], [Paragraph("Own words.", [older])], [voice]), {})
    assert (made["passages"][0]["sources"], made["passages"][0]["counted"]) == ([], FEW)


def test_many_silent_words_are_compared_in_one_pass() -> None:
    texts = ["A text of the State that says nothing of the kind, in many words of its own.", words_of(7)]
    crowd = [(words_of(number), "en") for number in range(200)]
    assert Index(texts).repeating(crowd) == {words_of(7)}
    assert Index(texts).repeating([("short", "en"), ("of the kind", "en")]) == {texts[0]}
    assert Index(["条例没有规定由哪个机构检查标记的情况。"]).repeating(
        [("没有规定由哪个机构检查标记的情况", "zh")]
    )
