"""Chinese headings break between words."""

import re

from hypothesis import given
from hypothesis import strategies as st

from app.platform.phrasing import with_words_kept


def test_a_heading_may_break_between_words_and_nowhere_else() -> None:
    shown = with_words_kept("<h1>埃斯塔里亚：枪支、零部件和弹药</h1>")
    assert shown == "<h1>埃斯塔里亚：枪支、零部件<wbr>和弹药</h1>"


def test_tags_attributes_and_text_outside_of_headings_stay_as_they_are() -> None:
    page = '<h2 id="国家答复文件"><b title="国家答复文件">您的</b></h2><p>国家答复文件</p><h2>National answer</h2>'
    assert with_words_kept(page) == page


@given(
    st.text(alphabet="国家答复文件的与在了埃斯塔里亚枪支abc 。，<>&;").map(
        lambda t: t.replace("<", "&lt;").replace(">", "&gt;")
    )
)
def test_nothing_but_places_to_break_is_added(text: str) -> None:
    page = f"<h1>{text}</h1>"
    shown = with_words_kept(page)
    assert shown.replace("<wbr>", "") == page
    assert not re.search("<wbr>(<wbr>|</h1>)", shown)
