"""What became of mappings when a question changed: pure comparison of fingerprints."""

from dataclasses import dataclass

from app.questionnaires.models import Question, QuestionMapping


@dataclass(frozen=True, slots=True)
class Drift:
    """A mapping that was settled before one of its questions, or both, asked something else."""

    civil_society: Question
    state: Question
    civil_society_changed: bool
    state_changed: bool


def drift_of(pair: QuestionMapping, civil_society: Question, state: Question) -> Drift | None:
    """What changed since the mapping was settled, or nothing."""
    mine = pair.civil_society_meaning != civil_society.meaning
    theirs = pair.state_meaning != state.meaning
    return Drift(civil_society, state, mine, theirs) if mine or theirs else None


def settled(pair: QuestionMapping, civil_society: Question, state: Question) -> QuestionMapping:
    """The mapping, confirmed for what both questions ask now."""
    pair.civil_society_meaning = civil_society.meaning
    pair.state_meaning = state.meaning
    return pair
