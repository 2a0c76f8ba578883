"""The figures on the first page of an outcome are counted from what the public can read, and from nothing else."""

from typing import Any

from app.publication.front import front_of


def asked(code: str, edition: str = "state", **more: Any) -> dict[str, Any]:
    """A question of an outcome as it was published."""
    return {"code": code, "edition": edition, "position": None, "paragraphs": [], "answers": [], **more}


def answer(key: str, **more: Any) -> dict[str, Any]:
    """A published answer."""
    return {"key": key, "law": "yes", "practice": None, "language": "fr", **more}


def test_an_answer_beside_several_questions_is_counted_once() -> None:
    twice = answer("a", practice="works")
    front = front_of(
        {
            "questions": [
                asked("S-1", answers=[twice, answer("b", language="ar", law="no")]),
                asked("S-2", answers=[twice]),
                asked("FP-9", "civil_society", answers=[answer("c")]),
            ]
        }
    )
    assert (front.published, front.asked) == (3, 2)
    assert front.languages == {"fr": 2, "ar": 1}
    assert front.laws == {"yes": 2, "no": 1}
    assert front.practices == {"works": 1}


def test_a_question_rests_on_contributions_only_where_a_source_is_shown() -> None:
    shown = {"text": "The State says so.", "sources": [{"quote": "so"}], "counted": 0}
    few = {"text": "Others too.", "sources": [], "counted": "<5"}
    own = {"text": "The State alone.", "sources": [], "counted": 0}
    kept: dict[str, Any] = {"text": "Perhaps.", "sources": [], "counted": None}
    front = front_of(
        {
            "questions": [
                asked("S-1", paragraphs=[shown, own], position="yes"),
                asked("S-2", paragraphs=[few]),
                asked("S-3", paragraphs=[own], position="no"),
                asked("S-4", paragraphs=[kept]),
                asked("S-5"),
                asked("FP-9", "civil_society", paragraphs=[], position=None),
            ]
        }
    )
    assert (front.asked, front.answered, front.resting) == (5, 4, 1)
    assert front.positions == {"yes": 1, "no": 1}


def test_an_outcome_in_which_nobody_is_read_counts_nothing() -> None:
    front = front_of({"questions": []})
    assert (front.asked, front.published, front.positions, front.languages) == (0, 0, {}, {})
