"""Who contributes what to the loaded consultation: drawn once from a seed, before anything is written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from app.contributions import kinds
from app.organisations.models import OPEN_KINDS, OrganisationKind
from app.questionnaires.compiled import CompiledQuestion
from app.questionnaires.models import Kind
from app.questionnaires.positions import Law, Practice
from app.seed.load.grammar import LANGUAGES, Speaker

SEED = 20_261_126
GROUP = 8  # of so many contributors one repeats, almost word for word, what the one before said
# Of so many one comes with a code, is a draft, is handed in twice, is taken back.
CONFIDENTIAL, DRAFTS, REVISIONS, WITHDRAWALS = 3, 13, 9, 19
FAMILY = {
    "en": "Watch",
    "es": "Observatorio",
    "fr": "Observatoire",
    "ru": "Наблюдение",
    "ar": "مرصد",
    "zh": "观察社",
}


@dataclass(frozen=True)
class Planned:
    """One contributor and her answers by question code, as a page would send them."""

    number: int
    language: str
    is_confidential: bool
    name: str
    kind: OrganisationKind
    answers: dict[str, dict[str, Any]] = field(repr=False)

    @property
    def is_draft(self) -> bool:
        """Whether it is not handed in yet."""
        return self.number % DRAFTS == DRAFTS - 1

    @property
    def is_revised(self) -> bool:
        """Whether it is handed in a second time, with other words."""
        return self.number % REVISIONS == 1 and not self.is_draft

    @property
    def is_withdrawn(self) -> bool:
        """Whether it is taken back."""
        return self.number % WITHDRAWALS == WITHDRAWALS - 2 and not self.is_draft and not self.is_revised


def planned(numbers: Sequence[int], questions: Sequence[CompiledQuestion], most: int) -> Iterator[Planned]:
    """Contributors of these numbers, each with at most so many answers."""
    for number in numbers:
        # Whoever repeats somebody has her language and her stream of chance, and another last sentence.
        model = number - 1 if number % GROUP == GROUP - 1 else number
        language = LANGUAGES[model % len(LANGUAGES)]
        speaker = Speaker(SEED + model, language)
        share = speaker.random.uniform(0.3, 1.0)
        chosen = [q for q in questions if q.kind is not Kind.NOTE and speaker.random.random() < share][:most]
        answers = {question.code: answer(question, speaker) for question in chosen}
        if model != number:
            for given in answers.values():
                given["narrative"] = given["narrative"][:-1] + ("!" if language != "zh" else "！")
        is_confidential = number % CONFIDENTIAL == 1
        if is_confidential:  # there is no name to publish
            for given in answers.values():
                given["publication"] = "no" if given["publication"] == "no" else "unnamed"
        yield Planned(
            number,
            language,
            is_confidential,
            f"{FAMILY[language]} {number + 1}",
            OPEN_KINDS[number % len(OPEN_KINDS)],
            answers,
        )


def answer(question: CompiledQuestion, speaker: Speaker) -> dict[str, Any]:
    """An answer that fits a question, as a page would send it."""
    random: Random = speaker.random
    given: dict[str, Any] = {"language": speaker.language, "narrative": ""}
    match question.kind:
        case Kind.POSITION:
            given["law"] = random.choice(list(Law)).value
            given["practice"] = random.choice(list(Practice)).value
        case Kind.SINGLE_CHOICE:
            given["value"] = random.choice(question.choices).value
        case Kind.MULTIPLE_CHOICE:
            given["value"] = " ".join(each.value for each in question.choices[: random.randint(1, 2)])
        case Kind.NUMBER:
            given["value"] = str(random.randint(1990, 2026))  # a year, where numbers are bounded
        case Kind.DATE:
            given["value"] = f"202{random.randint(1, 5)}-0{random.randint(1, 9)}-1{random.randint(0, 9)}"
    given["narrative"] = speaker.narrative()[: kinds.longest_of(question)]
    if question.kind is Kind.POSITION:
        given |= _more(speaker)
    given["publication"] = random.choice(("no", "unnamed", "unnamed", "named"))
    return given


def _more(speaker: Speaker) -> dict[str, Any]:
    """Evidence for one answer of four, a recommendation for one of three."""
    random, more = speaker.random, dict[str, Any]()
    if random.random() < 1 / 4:
        year = str(random.randint(2021, 2026))
        number = random.randint(1, 900)
        url = f"https://record-{number}.example/{year}"
        more["evidence"] = [{"title": f"{speaker.addressee()}, {year}", "url": url, "year": year}]
    if random.random() < 1 / 3:
        more["recommendation"] = {
            "action": speaker.action(),
            "addressee": speaker.addressee(),
            "priority": random.randint(1, 3),
        }
    return more
