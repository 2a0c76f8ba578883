"""The first page of an outcome in figures: counted from what is published, so that no number tells more than it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from app.publication.snapshot import Content
from app.questionnaires.positions import Law, Position, Practice


@dataclass(frozen=True, slots=True)
class Front:
    """Figures of an outcome. Only answers whose words are published are counted, each once.

    `positions` counts questions to the State, the others count published answers; a key that counts nothing is
    left out. `resting` is the number of questions to the State whose answer shows a published source: how many rest
    on silent ones as well cannot be told from what is published.
    """

    asked: int
    answered: int
    resting: int
    published: int
    positions: Mapping[Position, int]
    laws: Mapping[Law, int]
    practices: Mapping[Practice, int]
    languages: Mapping[str, int]


def front_of(content: Content) -> Front:
    """The figures of an outcome as it was published, in the order in which positions are always named."""
    asked = [one for one in content["questions"] if one["edition"] == "state"]
    # One answer may stand beside several questions to the State.
    answers = {answer["key"]: answer for one in content["questions"] for answer in one["answers"]}.values()
    positions = Counter(one["position"] for one in asked)
    laws, practices = (Counter(answer[name] for answer in answers) for name in ("law", "practice"))
    languages = Counter(answer["language"] for answer in answers)
    return Front(
        asked=len(asked),
        answered=sum(bool(one["position"] or one["paragraphs"]) for one in asked),
        resting=sum(any(paragraph["sources"] for paragraph in one["paragraphs"]) for one in asked),
        published=len(answers),
        positions={kind: positions[kind] for kind in Position if positions[kind]},
        laws={kind: laws[kind] for kind in Law if laws[kind]},
        practices={kind: practices[kind] for kind in Practice if practices[kind]},
        languages=dict(sorted(languages.items(), key=lambda each: (-each[1], each[0]))),
    )
