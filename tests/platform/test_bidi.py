"""Invisible signs that turn the direction of writing are seen, closed, and kept as they were typed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.platform.bidi import CLOSED_BY, TURNING, visible
from app.platform.i18n import CODES, listed

MARK = re.compile(r'<bdi class="code" dir="ltr" title="[^"]+">U\+([0-9A-F]{4})</bdi>')
RLE, LRE, RLO, PDF, RLI, PDI = "\u202b", "\u202a", "\u202e", "\u202c", "\u2067", "\u2069"


def shown(text: str) -> str:
    """What a page shows, with each mark as its number in brackets."""
    return MARK.sub(r"[\1]", visible(text, "en"))


def is_balanced(text: str) -> bool:
    """Whether every turn is closed and nothing is closed that was not opened."""
    waiting: list[str] = []
    for sign in TURNING.findall(text):
        if sign in CLOSED_BY:
            waiting.append(CLOSED_BY[sign])
        elif not waiting or waiting.pop() != sign:
            return False
    return not waiting


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("Nothing to see.", "Nothing to see."),
        (f"Paid {RLO}to the judge.", "Paid [202E]to the judge."),
        (f"a {RLO}b{PDF} c", "a [202E]b[202C] c"),
        (f"a {RLE}b", f"a [202B]{RLE}b{PDF}"),
        (f"a {RLE}b{PDF} c", f"a [202B]{RLE}b{PDF}[202C] c"),
        (f"a{PDF} b{PDI}", "a[202C] b[2069]"),
        (f"{RLI}a{LRE}b{PDI}c", f"[2067]{RLI}a[202A]{LRE}b{PDF}{PDI}[2069]c"),
        (f"{LRE}a{RLI}b{PDF}c", f"[202A]{LRE}a[2067]{RLI}b[202C]c{PDI}{PDF}"),
        (f"{RLO}{RLI}", f"[202E][2067]{RLI}{PDI}"),
    ],
)
def test_each_turn_is_marked_and_closed_and_none_writes_backwards(text: str, page: str) -> None:
    assert shown(text) == page


@given(st.text(alphabet=[*CLOSED_BY, PDF, PDI, "a", "ب", "<"], max_size=30))
def test_whatever_is_typed_ends_where_its_block_ends(text: str) -> None:
    page = visible(text, "ar")
    assert is_balanced(page)
    assert RLO not in page
    assert TURNING.sub("", MARK.sub("", page)) == TURNING.sub("", text).replace("<", "&lt;")
    assert MARK.findall(page) == [f"{ord(sign):04X}" for sign in TURNING.findall(text)]


def test_what_is_shown_is_escaped() -> None:
    assert visible(f"<b>{RLO}&", "en").endswith("U+202E</bdi>&amp;")
    assert visible("<b>", "en") == "&lt;b&gt;"
    assert visible(None, "en") == ""


@pytest.mark.parametrize("language", CODES)
def test_names_in_a_line_have_the_comma_of_the_language(language: str) -> None:
    comma = {"ar": "، ", "zh": "、"}.get(language, ", ")
    assert listed(["A", "B"], language) == f"A{comma}B"
