"""Cutting and comparing texts, whatever they hold: no character is lost, none is torn."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.platform.errors import Invalid
from app.platform.i18n import CODES
from app.submissions import merging
from app.submissions.merging import Span

PIECES = (
    "تُفحَص الرخص مرة واحدة. هل يُعاد ذلك؟ ",
    "许可证只检查一次。没有人复查！𠮷野家",
    "Dr. Ade saw it at 5.30 p.m. Nobody else did. ",
    "L’été (art. 5) : « rien ». Cœur e\u0301te\u0301. ",
    "Проверяют один раз, ст. 5. И т.е. никогда! ",
    "¿Quién revisa? ¡Nadie! Núm. 7. ",
    "👩🏽\u200d⚖️🇩🇪🇫🇷 ",
    "\u202bעברית\u202c \u200f",
    "e\u0301\u0323\u0308",
    "한국어 \u1100\u1161\u11a8",
    "\r\n",
    "\n\n",
    "\u2028\t\u00a0\ufeff ",
    " \u0301",
    "\u0600 ",
    ".",
)
EXAMPLES = settings(max_examples=50, deadline=None)
mixed = st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=8).map("".join)
# What comes in holds no broken surrogates: the forms refuse them.
texts = mixed.filter(lambda text: not any("\ud800" <= c <= "\udfff" for c in text))
languages = st.sampled_from(CODES)


def spans_in(text: str) -> st.SearchStrategy[Span]:
    places = st.integers(0, len(text))
    return st.tuples(places, places).map(lambda pair: Span(min(pair), max(pair)))


@EXAMPLES
@given(texts, languages)
def test_joined_sentences_are_the_text(text: str, language: str) -> None:
    found = merging.sentences(text, language)
    assert "".join(text[span.start : span.end] for span in found) == text
    assert [span.start for span in found] == [0, *[span.end for span in found[:-1]]][: len(found)]
    assert all(span.start < span.end for span in found)


@EXAMPLES
@given(texts, languages)
def test_every_sentence_can_be_cut_and_loses_only_the_space_around_it(text: str, language: str) -> None:
    for span in merging.sentences(text, language):
        words = merging.trimmed(text, span)
        assert span.start <= words.start <= words.end <= span.end
        if words.start < words.end:
            assert merging.cut(text, words).strip() == text[span.start : span.end].strip()


@EXAMPLES
@given(st.data())
def test_a_cut_takes_the_exact_words_or_refuses(data: st.DataObject) -> None:
    text = data.draw(texts)
    places = st.integers(-3, len(text) + 3)
    span = Span(data.draw(places), data.draw(places))
    try:
        quote = merging.cut(text, span)
    except Invalid:
        edges = merging.boundaries(text)
        whole = 0 <= span.start < span.end <= len(text) and {span.start, span.end} <= edges
        assert not whole or not text[span.start : span.end].strip()
    else:
        assert quote == text[span.start : span.end]
        assert quote.strip()
        assert {span.start, span.end} <= merging.boundaries(text)


@pytest.mark.parametrize(
    ("whole", "inside"),
    [
        ("e\u0301", 1),
        ("👩🏽\u200d⚖️", 1),
        ("👩🏽\u200d⚖️", 3),
        ("🇩🇪", 1),
        ("\r\n", 1),
        ("ก็", 1),
        ("\u1100\u1161\u11a8", 1),
    ],
)
def test_a_cut_never_tears_what_a_reader_sees_as_one_character(whole: str, inside: int) -> None:
    text = f"a{whole}b"
    assert merging.cut(text, Span(0, len(text))) == text
    for span in (Span(0, 1 + inside), Span(1 + inside, len(text))):
        with pytest.raises(Invalid):
            merging.cut(text, span)


@EXAMPLES
@given(st.data())
def test_joined_spans_cover_the_same_words(data: st.DataObject) -> None:
    text = data.draw(texts)
    spans = data.draw(st.lists(spans_in(text), max_size=6))
    found = merging.joined(text, spans)

    def covered(some: list[Span]) -> set[int]:
        places = {place for span in some for place in range(span.start, span.end)}
        return {place for place in places if text[place].strip()}

    assert covered(found) == covered(spans)
    for before, after in pairwise(found):
        assert text[before.end : after.start].strip(), "neighbours were not joined"
        assert not merging.overlaps(before, after)


@EXAMPLES
@given(texts, texts)
def test_a_difference_rebuilds_both_texts(old: str, new: str) -> None:
    parts = merging.difference(old, new)
    assert {kind for kind, _words in parts} <= {"same", "added", "removed"}
    assert "".join(words for kind, words in parts if kind != "added") == old
    assert "".join(words for kind, words in parts if kind != "removed") == new
    assert merging.difference(old, old) == ([("same", old)] if old else [])


def test_an_abbreviation_does_not_end_a_sentence() -> None:
    text = "Dr. Ade of No. 5 said so, cf. art. 7. Nobody asked."
    found = [text[span.start : span.end] for span in merging.sentences(text, "en")]
    assert found == ["Dr. Ade of No. 5 said so, cf. art. 7. ", "Nobody asked."]


def test_a_first_text_keeps_the_words_apart_where_its_script_does() -> None:
    assert merging.prefilled([" One. ", "Two."], "en") == "One. Two."
    assert merging.prefilled(["一。", "二。"], "zh") == "一。二。"
    assert merging.prefilled([], "ar") == ""


def test_a_long_text_is_cut_in_good_time() -> None:
    quote = "In every district the same form is filled in twice. " * 190
    assert len(merging.sentences(quote, "en")) == 190


PLACES = st.tuples(st.integers(0, 80), st.integers(0, 40), st.integers(1, 3))


@given(texts, st.lists(PLACES, max_size=5))
def test_marking_changes_no_line_and_marks_what_is_used(
    text: str, places: list[tuple[int, int, int]]
) -> None:
    used = [(Span(start, start + length), number) for start, length, number in places]
    marked = iter(merging.marked(text, used))
    start = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            parts = next(marked)
            assert "".join(part.text for part in parts) == line.splitlines()[0]
            of_signs = [set(part.numbers) for part in parts for _sign in part.text]
            for place, numbers in enumerate(of_signs, start):
                assert numbers == {number for span, number in used if span.start <= place < span.end}
        start += len(line)
    assert list(marked) == []
