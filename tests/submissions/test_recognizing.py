"""Names and somebody's own words are recognized in any case, width and spacing, and taken out where they stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.submissions import recognizing
from app.submissions.recognizing import REDACTED, Phrases, Wording
from tests.submissions.test_merging import EXAMPLES, languages, texts

SILENT = "The guard on the night shift takes money for letting the lorries through."


@EXAMPLES
@given(st.data())
def test_planted_wording_is_found_again(data: st.DataObject) -> None:
    language = data.draw(languages)
    wording = recognizing.size_of(language)
    quote = data.draw(texts.filter(lambda text: len(recognizing.folded(text)) > 2 * wording))
    around = data.draw(texts)
    planted = data.draw(st.sampled_from([quote, quote.upper(), quote.replace(" ", " \n "), f" {quote} "]))
    found = recognizing.repeated(around + planted + around, quote, language)
    assert found is not None
    assert len(found) == wording
    assert found in recognizing.folded(quote)


@pytest.mark.parametrize(
    ("text", "quote", "language", "is_repeated"),
    [
        (
            "The law is clear and nobody applies it.",
            "The law is clear, yet at every post officers wait.",
            "en",
            False,
        ),
        (
            "As one said, officers wait at every post on the river for forms.",
            "At night officers wait at every post on the river.",
            "en",
            True,
        ),
        ("Short words.", "Short words.", "en", True),
        ("Nothing alike.", "", "en", False),
        ("", "Nothing alike.", "en", False),
        (
            "边境每年只检查一次许可证，没有人复查。",
            "据我们所知，边境每年只检查一次许可证，没有人知道。",
            "zh",
            True,
        ),
        ("边境检查许可证。", "许可证在边境检查，只此一次，没有人复查。", "zh", False),
    ],
)
def test_wording_is_told_from_a_turn_of_phrase(
    text: str, quote: str, language: str, is_repeated: bool
) -> None:
    assert (recognizing.repeated(text, quote, language) is not None) is is_repeated


@EXAMPLES
@given(texts)
def test_a_text_folds_the_same_with_and_without_its_places(text: str) -> None:
    plain, places = recognizing._placed(text)
    assert plain == recognizing.folded(text)
    assert len(places) == len(plain)
    assert recognizing.folded(recognizing.folded(text)) == recognizing.folded(text)


@pytest.mark.parametrize(
    "said",
    [
        SILENT.upper(),
        SILENT.replace(" ", "\u00a0 \n"),
        SILENT.replace("guard", "gu\u00adard"),
        "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in SILENT),
    ],
)
def test_words_are_recognized_in_any_case_width_and_spacing(said: str) -> None:
    assert recognizing.repeated(f"It is said: {said} That is all.", SILENT, "en")


def test_few_words_are_recognized_only_as_words_of_their_own() -> None:
    assert recognizing.repeated("There is no such rule, and nobody knows one.", "No", "en") is None
    assert recognizing.repeated("No", "No", "en")
    assert recognizing.repeated("Да, интернет есть.", "Нет", "ru") is None


def test_names_are_found_in_one_pass_however_many() -> None:
    phrases = Phrases([f"Organization {number}" for number in range(6_000)] + ["K7", "联盟"])
    assert set(phrases.found_in("ORGANIZATION  17 and K7 met.")) == {"Organization 17", "K7"}
    assert not phrases.is_in("AK77 and Organizations")
    assert phrases.is_in("某联盟说")


def test_withdrawn_words_leave_a_mark_and_nothing_else_changes() -> None:
    wording = Wording([(SILENT, "en"), ("Нет", "ru")])
    assert wording.redacted(f"At Tarmo: {SILENT} Нет.") == f"At Tarmo: {REDACTED} Нет."
    assert wording.redacted("Nothing alike.") == "Nothing alike."
    assert not wording.is_in(wording.redacted(SILENT.upper() + SILENT))


@EXAMPLES
@given(texts, texts, languages)
def test_nothing_of_a_withdrawn_text_is_left(around: str, words: str, language: str) -> None:
    wording = Wording([(words, language)])
    left = wording.redacted(around + words + around)
    assert not wording.is_in(left)


def test_words_that_somebody_else_says_too_may_stay() -> None:
    wording = Wording([(SILENT, "en")])
    wording.leave(f"We know that {SILENT.lower()}")
    assert wording.redacted(SILENT) == SILENT
