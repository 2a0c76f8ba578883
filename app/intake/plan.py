"""What becomes of each row of a table, worked out before anything is written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.consultations.models import Consultation
from app.contributions.models import Answer, Contribution, ContributionState
from app.contributions.schemas import NARRATIVE_LIMIT, EvidenceInput
from app.intake.formats import Table
from app.intake.matching import HOW_NAMES, How, match
from app.intake.rows import Row
from app.platform.i18n import Message, _
from app.questionnaires.compiled import CompiledVersion

SOURCES_LIMIT = 20
Speaker = tuple[str, str]
Place = tuple[Speaker, UUID]


class Fate(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    KNOWN = "known"
    REPEATED = "repeated"
    KEPT = "kept"


class Why(StrEnum):
    """Why a row waits for a person instead of becoming part of an answer."""

    NO_TOPIC = "no_topic"
    NO_ARTICLE = "no_article"
    LANGUAGE = "language"
    FULL = "full"
    REVISED = "revised"
    WITHDRAWN = "withdrawn"


WHY_NAMES: dict[Why, Message] = {
    Why.NO_TOPIC: HOW_NAMES[How.NO_TOPIC],
    Why.NO_ARTICLE: HOW_NAMES[How.NO_ARTICLE],
    Why.LANGUAGE: _("The organization's answer to this question is in another language."),
    Why.FULL: _("The organization's answer to this question would become too long."),
    Why.REVISED: _("The organization is revising its answers itself."),
    Why.WITHDRAWN: _("The organization has withdrawn its contribution."),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What the portal holds already about the rows of a table."""

    known: frozenset[str] = frozenset()
    organisations: Mapping[Speaker, UUID] = field(default_factory=dict)
    contributions: Mapping[UUID, Contribution] = field(default_factory=dict)
    answers: Mapping[tuple[UUID, UUID], Answer] = field(default_factory=dict)

    def contribution_of(self, speaker: Speaker) -> Contribution | None:
        """What was taken in from an organisation before."""
        place = self.organisations.get(speaker)
        return self.contributions.get(place) if place else None

    def answer_of(self, speaker: Speaker, question_id: UUID) -> Answer | None:
        """The organisation's answer to a question as it stands."""
        contribution = self.contribution_of(speaker)
        return self.answers.get((contribution.id, question_id)) if contribution else None


@dataclass(slots=True)
class Draft:
    """An answer as the rows make it: paragraph by paragraph, each source named once."""

    language: str
    narrative: str = ""
    evidence: list[dict[str, Any]] = field(default_factory=list)

    def add(self, row: Row) -> Why | None:
        """Append a statement, or say why it cannot be."""
        if self.narrative and row.language != self.language:
            return Why.LANGUAGE
        text = f"{self.narrative}\n\n{row.statement}" if self.narrative else row.statement
        titles = {item.get("title") for item in self.evidence}
        named = [] if not row.source or row.source in titles else [row.source]
        if len(text) > NARRATIVE_LIMIT or len(self.evidence) + len(named) > SOURCES_LIMIT:
            return Why.FULL
        self.language, self.narrative = row.language, text
        self.evidence = [*self.evidence, *(EvidenceInput(title=title).model_dump() for title in named)]
        return None


@dataclass(frozen=True, slots=True)
class Placed:
    """A row with what becomes of it."""

    row: Row
    fate: Fate
    question_id: UUID | None = None
    how: How | None = None
    why: Why | None = None

    @property
    def reason(self) -> Message | None:
        """Why the row waits, or how its question was found."""
        if self.why is not None:
            return WHY_NAMES[self.why]
        return HOW_NAMES[self.how] if self.how else None


@dataclass(slots=True)
class Plan:
    """What becomes of every row, and the answers that come of them."""

    placed: list[Placed] = field(default_factory=list)
    drafts: dict[Place, Draft] = field(default_factory=dict)
    speakers: dict[Speaker, Row] = field(default_factory=dict)

    def of(self, fate: Fate) -> Sequence[Placed]:
        """The rows of one fate."""
        return [each for each in self.placed if each.fate == fate]


@dataclass(frozen=True, slots=True)
class Preview:
    """A table, the report on it, and what taking it in would make."""

    consultation: Consultation
    table: Table
    plan: Plan
    standing: Standing
    version: CompiledVersion

    @property
    def new_organisations(self) -> int:
        """How many organisations the portal does not know yet."""
        return sum(
            not row.is_unattributed and speaker not in self.standing.organisations
            for speaker, row in self.plan.speakers.items()
        )

    @property
    def has_news(self) -> bool:
        """Whether taking the table in would change anything."""
        return bool(self.plan.of(Fate.NEW) or self.plan.of(Fate.KEPT))


def build(rows: Iterable[Row], standing: Standing, version: CompiledVersion) -> Plan:
    """What becomes of each row; rows before it in the table count as taken in."""
    plan = Plan()
    seen: set[str] = set()
    for row in rows:
        if row.fingerprint in standing.known:
            plan.placed.append(Placed(row, Fate.KNOWN))
        elif row.fingerprint in seen:
            plan.placed.append(Placed(row, Fate.REPEATED))
        else:
            seen.add(row.fingerprint)
            found = match(row, version)
            plan.placed.append(place(plan, row, standing, found.question_id, found.how))
    return plan


def place(plan: Plan, row: Row, standing: Standing, question_id: UUID | None, how: How | None) -> Placed:
    """Put a row into the answer to a question, or say why it has to wait."""
    if question_id is None:
        return Placed(row, Fate.KEPT, None, how, Why(how) if how else Why.NO_TOPIC)
    why = _barred(standing.contribution_of(row.speaker))
    if why is None:
        draft = plan.drafts.get((row.speaker, question_id)) or _begun(row, standing, question_id)
        why = draft.add(row)
        if why is None:
            plan.drafts[row.speaker, question_id] = draft
            plan.speakers.setdefault(row.speaker, row)
            return Placed(row, Fate.NEW, question_id, how)
    return Placed(row, Fate.KEPT, question_id, how, why)


def _barred(contribution: Contribution | None) -> Why | None:
    """Nobody writes into what an organisation took back or is changing itself."""
    if contribution is None or contribution.state is ContributionState.SUBMITTED:
        return None
    return Why.WITHDRAWN if contribution.state is ContributionState.WITHDRAWN else Why.REVISED


def _begun(row: Row, standing: Standing, question_id: UUID) -> Draft:
    answer = standing.answer_of(row.speaker, question_id)
    if answer is None:
        return Draft(row.language)
    return Draft(answer.language, answer.narrative, list(answer.evidence))
