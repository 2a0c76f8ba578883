"""Nothing is published above what its contributor chose, and no number that is small enough to tell."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.platform import pages
from app.publication import hiding
from app.publication.hiding import Excerpt, Index, Voice
from app.publication.snapshot import (
    KINDS,
    GatheredQuestion,
    PublicParagraph,
    Spoke,
    outcome,
    public,
    question,
    without,
)
from app.publication.tables import FEW
from app.submissions import recognizing
from app.submissions.models import DecisionKind

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
def populations(draw: st.DrawFn) -> GatheredQuestion:
    people = [draw(voices(number)) for number in range(draw(st.integers(0, 14)))]
    paragraphs = []
    for place in range(draw(st.integers(0, 3)) if people else 0):
        chosen = draw(st.lists(st.sampled_from(people), max_size=4, unique_by=lambda voice: voice.key))
        sources = [Excerpt(v, v.body if draw(st.booleans()) else v.body[:60], v.language) for v in chosen]
        spoken = draw(st.lists(st.sampled_from(people), max_size=2))
        told = [draw(st.sampled_from([v.body, v.name or v.label, v.label, ""])) for v in spoken]
        paragraphs.append(PublicParagraph(f"The State says paragraph {place}. " + " ".join(told), sources))
    return GatheredQuestion("S-1", "state", "in_part", [], paragraphs, people)


def translations_of(asked: GatheredQuestion) -> dict[str, dict[str, dict[str, str]]]:
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
def test_nothing_goes_out_above_its_publication(asked: GatheredQuestion) -> None:
    standing = [v for v in asked.voices if not v.is_withdrawn]
    made = question(asked, translations_of(asked))
    whole = outcome("en", Spoke(statements=len(standing)), [made])
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
    content = outcome("en", Spoke(organisations, confidential, 11), [])
    told = (content["organisations"], content["confidential"])
    assert told == ((organisations, confidential) if shown else (None, None))
    assert content["statements"] == 11


@pytest.mark.parametrize(("organisations", "statements"), [(5, 0), (3, 2), (0, 5)])
def test_no_kind_is_told_where_their_sum_would_say_how_many_are_silent(
    organisations: int, statements: int
) -> None:
    # Four published answers of at most five leave one person for "fewer than five".
    voices = [
        Voice(f"{n}", f"League {n}", f"K{n}", "named", "en", words_of(n), kind="noted") for n in range(4)
    ]
    voices.append(Voice("9", "", "K9", "no", "en", "Nobody may read this."))
    made = question(GatheredQuestion("S-1", "state", voices=voices), {})
    content = outcome("en", Spoke(organisations, 0, statements, all_decided=False), [made])
    kinds = ("contributions", "organisations", "confidential", "answers")
    assert [content[kind] for kind in kinds] == [None] * 4
    assert content["statements"] == (None if statements else 0)
    assert content["decided"] is False


@settings(max_examples=100, deadline=None)
@given(populations(), st.data())
def test_what_is_withdrawn_later_leaves(asked: GatheredQuestion, data: st.DataObject) -> None:
    before = outcome("en", Spoke(9), [question(asked, translations_of(asked))])
    leaving = data.draw(st.sets(st.sampled_from([v.key for v in asked.voices]))) if asked.voices else set()
    gone = [
        Voice(v.key, v.name, v.label, "withdrawn", v.language, v.body) if v.key in leaving else v
        for v in asked.voices
    ]
    after = without(before, [v for v in gone if v.key in leaving])
    check(after, gone)
    kept = {a["key"] for a in before["questions"][0]["answers"]} - leaving
    assert {a["key"] for a in after["questions"][0]["answers"]} == kept
    for name in ("total", "decisions"):
        assert after["questions"][0][name] == before["questions"][0][name]


def test_a_paragraph_that_repeats_silent_words_is_left_out() -> None:
    silent = Voice("1", "", "K7", "no", "en", "The machine at Tarmo has been out of order since August 2024.")
    paragraph = PublicParagraph(
        "It is said that the machine at Tarmo has been out of order since August.", []
    )
    own = PublicParagraph("Marking at import is uneven.", [Excerpt(silent, silent.body, "en")])
    made = question(GatheredQuestion("S-1", "state", None, [], [paragraph, own], [silent]), {})
    (told,) = outcome("en", Spoke(9), [made])["questions"]
    assert [(p["text"], p["sources"], p["counted"]) for p in told["paragraphs"]] == [
        (None, [], 0),
        ("Marking at import is uneven.", [], None),
    ]


def test_what_somebody_else_lets_be_published_may_be_repeated() -> None:
    letter = "Estaria must buy marking machines for all five border posts and say how many it bought."
    crowd = [Voice(str(n), "", f"K{n}", "no" if n else "unnamed", "en", letter) for n in range(3)]
    made = question(GatheredQuestion("S-1", "state", None, [], [PublicParagraph(letter)], crowd), {})
    assert made["paragraphs"][0]["text"] == letter


def test_words_their_author_replaced_are_not_quoted() -> None:
    voice = Voice("1", "League", "K7", "named", "en", "The second version says less.")
    older = Excerpt(voice, "The first version said who drove the lorry.", "en")
    made = question(
        GatheredQuestion("S-1", "state", None, [], [PublicParagraph("Own words.", [older])], [voice]), {}
    )
    (told,) = outcome("en", Spoke(9), [made])["questions"]
    assert (told["paragraphs"][0]["sources"], told["paragraphs"][0]["counted"]) == ([], FEW)


def test_many_silent_words_are_compared_in_one_pass() -> None:
    texts = ["A text of the State that says nothing of the kind, in many words of its own.", words_of(7)]
    crowd = [(words_of(number), "en") for number in range(200)]
    assert Index(texts).repeating(crowd) == {words_of(7)}
    assert Index(texts).repeating([("short", "en"), ("of the kind", "en")]) == {texts[0]}
    assert Index(["条例没有规定由哪个机构检查标记的情况。"]).repeating(
        [("没有规定由哪个机构检查标记的情况", "zh")]
    )


def test_names_are_compared_in_as_many_steps_as_there_are_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = 0
    fold = recognizing.folded

    def folded(text: str, **more: bool) -> str:
        nonlocal steps
        steps += 1
        return fold(text, **more)

    def steps_for(number: int) -> int:
        nonlocal steps
        steps = 0
        people = [
            Voice(
                str(n), f"League {n} of Orsa", f"K{n}", "no" if n % 2 else "unnamed", "en", words_of(n),
                reason=f"Seen by League {n} of Orsa." if n == 7 else f"Seen {n}.", reason_id=str(n),
            )
            for n in range(number)
        ]  # fmt: skip
        made = question(GatheredQuestion("S-1", "state", voices=people), {})
        assert len(made["answers"]) == number // 2
        return steps

    for place in (hiding, recognizing):
        monkeypatch.setattr(place, "folded", folded)
    # More names than a cache would hold cost what they cost when they are few.
    assert steps_for(5_000) <= 10 * steps_for(500)


@pytest.mark.parametrize(
    "said",
    [
        "La machine de Tarmo est en panne depuis août 2024, dit-on.",
        "THE MACHINE AT TARMO HAS BEEN OUT OF ORDER SINCE AUGUST.",
        "The machine  at\nTarmo has been out of order since August.",
    ],
)
def test_silent_words_are_known_in_translation_and_in_any_case(said: str) -> None:
    body = "The machine at Tarmo has been out of order since August 2024."
    french = "La machine de Tarmo est en panne depuis août 2024."
    silent = Voice("1", "", "K7", "no", "en", body, elsewhere=[(french, "fr")])
    taken_back = Voice("2", "", "K8", "withdrawn", "en", "Newer words.")
    older = Excerpt(taken_back, body, "en", [(french, "fr")])
    for voices, sources in (([silent], []), ([], [older])):
        made = question(
            GatheredQuestion("S-1", "state", paragraphs=[PublicParagraph(said, sources)], voices=voices), {}
        )
        assert made["paragraphs"][0]["text"] is None
    published = outcome(
        "en", Spoke(9), [question(GatheredQuestion("S-1", "state", paragraphs=[PublicParagraph(said)]), {})]
    )
    assert published["questions"][0]["paragraphs"][0]["text"] == said
    after = without(published, [silent])
    assert after["questions"][0]["paragraphs"][0]["text"] is None


@pytest.mark.parametrize("kind", DecisionKind)
def test_every_kind_of_decision_is_counted_and_has_a_mark_of_its_own(kind: DecisionKind) -> None:
    template = (
        '{% import "components/answer.html" as answers with context %}{{ answers.decision(kind, "x") }}'
    )
    shown = pages.environment("en").from_string(template).render(kind=kind)
    assert kind in KINDS
    assert re.search(r'class="mark mark-\w+"', shown)
