from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.exports import files
from app.exports.document import by_todays_names, checksum, difference, says_the_same, words


def document(*paragraphs: str, number: int = 1, **question: Any) -> dict[str, Any]:
    asked = {
        "code": "S-FP-03-1",
        "position": "yes",
        "paragraphs": [{"text": text, "sources": {}} for text in paragraphs],
        "citations": [{"title": "Arms Act", "url": ""}],
        "links": [],
        "assistance": "",
        "approved_on": "2026-03-01",
        **question,
    }
    return {"number": number, "made_at": "2026-03-09T12:00:00+00:00", "is_draft": False, "questions": [asked]}


def test_number_and_dates_do_not_make_another_text() -> None:
    one, other = document("Same."), document("Same.", number=2, approved_on="2026-04-01")
    assert says_the_same(one, other)
    assert checksum(one) != checksum(other)
    assert difference(one, other) == []


def test_a_document_of_the_first_format_is_read_by_its_old_names() -> None:
    today = document("First stays.", "The law is new.")
    former = document("First stays.", "The law is new.", state="cleared")
    (asked,) = former["questions"]
    asked["passages"], asked["cleared_on"] = asked.pop("paragraphs"), asked.pop("approved_on")
    before = checksum(former)
    assert says_the_same(former, {**today, "format": 2})
    assert difference(former, today) == []
    assert by_todays_names(today) == today
    assert checksum(former) == before


def test_paragraphs_are_added_removed_and_changed_word_by_word() -> None:
    old = document("First stays.", "The law is old.", "Third goes.")
    new = document("First stays.", "The law is new.", "Third goes.", "Fourth comes.")
    changed, added = difference(old, new)[0].paragraphs
    assert (changed.kind, changed.number, added.kind, added.number) == ("changed", 2, "added", 4)
    assert [kind for kind, _text in changed.parts] == ["same", "removed", "added"]
    assert difference(new, old)[0].paragraphs[-1].kind == "removed"


def test_position_citations_and_assistance_are_compared() -> None:
    old = document("Same.")
    new = document(
        "Same.", position="in_part", citations=[{"title": "Arms Act, s. 4", "url": ""}], assistance="Training"
    )
    change = difference(old, new)[0]
    assert change.position == ("yes", "in_part")
    assert [each["title"] for each in change.added] == ["Arms Act, s. 4"]
    assert [each["title"] for each in change.removed] == ["Arms Act"]
    assert change.assistance == [("added", "Training")]
    assert change.as_json()["position"] == {"before": "yes", "after": "in_part"}


def test_a_question_that_comes_or_goes_is_said() -> None:
    old, new = document("A."), document("B.", code="S-FP-03-2")
    assert [(each.code, each.kind) for each in difference(old, new)] == [
        ("S-FP-03-2", "added"),
        ("S-FP-03-1", "removed"),
    ]


@given(st.text(max_size=60), st.text(max_size=60), st.integers(0, 1))
def test_a_difference_holds_both_texts(old: str, new: str, long: int) -> None:
    padding = "word " * 700 * long
    parts = words(padding + old, padding + new)
    assert "".join(text for kind, text in parts if kind != "added") == padding + old
    assert "".join(text for kind, text in parts if kind != "removed") == padding + new


def test_a_file_name_is_plain() -> None:
    assert files.safe_name('é"/../x') == "x"
    assert files.safe_name("estaria-firearms") == "estaria-firearms"
    assert files.safe_name("枪") == "submission"
