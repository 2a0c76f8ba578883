from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.consultations import timing
from app.consultations.models import Consultation, ConsultationState
from app.consultations.timing import Phase
from app.platform import ids

CLOSES = datetime(2027, 3, 26, 23, 59, tzinfo=UTC)
OPENS = CLOSES - timedelta(days=50)


def consultation(**more: Any) -> Consultation:
    given: dict[str, Any] = {
        "slug": "estaria-firearms",
        "country_review_id": ids.new_id(),
        "office_id": ids.new_id(),
        "civil_society_version_id": ids.new_id(),
        "state_version_id": ids.new_id(),
        "titles": {},
        "summaries": {},
        "rules": {},
        "languages": ["en"],
        "submission_language": "en",
        "opens_at": OPENS,
        "closes_at": CLOSES,
        "state": ConsultationState.OPEN,
    }
    return Consultation(**(given | more))


@pytest.mark.parametrize(
    ("state", "at", "phase"),
    [
        (ConsultationState.DRAFT, OPENS, Phase.DRAFT),
        (ConsultationState.OPEN, OPENS - timedelta(seconds=1), Phase.COMING),
        (ConsultationState.OPEN, OPENS, Phase.OPEN),
        (ConsultationState.OPEN, CLOSES - timedelta(seconds=1), Phase.OPEN),
        (ConsultationState.OPEN, CLOSES, Phase.CLOSED),
        (ConsultationState.CLOSED, OPENS, Phase.CLOSED),
        (ConsultationState.CONCLUDED, CLOSES, Phase.CONCLUDED),
        (ConsultationState.ARCHIVED, CLOSES, Phase.CONCLUDED),
    ],
)
def test_the_phase_follows_state_and_dates(state: ConsultationState, at: datetime, phase: Phase) -> None:
    assert timing.phase_of(consultation(state=state), at) is phase


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (CLOSES - timedelta(days=16), "closes at \u200e23:59 UTC, in 16 days"),
        (CLOSES - timedelta(days=1), "closes at \u200e23:59 UTC, in 1 day"),
        (CLOSES - timedelta(hours=1), "closes today at \u200e23:59 UTC"),
        (CLOSES, "closed"),
        (OPENS - timedelta(days=1), "opens at \u200e23:59 UTC"),
    ],
)
def test_the_list_says_what_happens_and_how_soon(at: datetime, words: str) -> None:
    assert str(timing.deadline_note(consultation(), at)) == words


def test_the_time_needed_is_in_tens_of_minutes() -> None:
    assert timing.minutes_needed(24) == 100
    assert timing.minutes_needed(1) == 10
