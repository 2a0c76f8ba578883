"""What becomes of each row of a table, worked out before anything is written."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.consultations.models import Consultation
from app.contributions.models import Answer, Contribution, ContributionState
from app.contributions.schemas import NARRATIVE_LIMIT, EvidenceInput
from app.platform.i18n import Message, _
from app.questionnaires.compiled import CompiledVersion
from app.statements.formats import Table
from app.statements.likeness import PARAGRAPH, find_like, put_instead
from app.statements.matching import HOW_NAMES, How, match
from app.statements.rows import Row

SOURCES_LIMIT = 20
Speaker = tuple[str, str]
Place = tuple[Speaker, UUID]


class Fate(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    KNOWN = "known"
    REPEATED = "repeated"
    KEPT = "kept"


class Twin(StrEnum):
    """What to do with a statement that says nearly what is there: leave it to a person, or what she chose."""

    ASK = ""
    BESIDE = "beside"
    INSTEAD = "instead"


class Why(StrEnum):
    """Why a row waits for a person instead of becoming part of an answer."""

    NO_TOPIC = "no_topic"
    NO_ARTICLE = "no_article"
    LANGUAGE = "language"
    FULL = "full"
    NEARLY = "nearly"
    REVISED = "revised"
    WITHDRAWN = "withdrawn"


WHY_NAMES: dict[Why, Message] = {
    Why.NO_TOPIC: HOW_NAMES[How.NO_TOPIC],
    Why.NO_ARTICLE: HOW_NAMES[How.NO_ARTICLE],
    Why.LANGUAGE: _("The organization's answer to this question is in another language."),
    Why.FULL: _("The organization's answer to this question would become too long."),
    Why.NEARLY: _("Nearly the same as what is there."),
    Why.REVISED: _("The organization is changing its answers itself."),
    Why.WITHDRAWN: _("The organization has withdrawn its contribution."),
}


LIKE_LINE = _("Nearly the same as line %(line)s of this table.")


@dataclass(frozen=True, slots=True)
class KnownStatements:
    """What the portal holds already about the rows of a table."""

    known: frozenset[str] = frozenset()
    voices: Mapping[Speaker, Speaker] = field(default_factory=dict)
    organisations: Mapping[Speaker, UUID] = field(default_factory=dict)
    names: Mapping[Speaker, str] = field(default_factory=dict)
    contributions: Mapping[UUID, Contribution] = field(default_factory=dict)
    answers: Mapping[tuple[UUID, UUID], Answer] = field(default_factory=dict)

    def speaker_of(self, row: Row) -> Speaker:
        """Who speaks in a row: the same for every way to write one organisation."""
        return self.voices.get(row.speaker, row.speaker)

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
    lines: dict[str, int] = field(default_factory=dict)

    def add(self, row: Row, twin: Twin = Twin.ASK) -> Why | None:
        """Append a statement, or put it in the place of one that it mends; or say why it cannot be."""
        if self.narrative and row.language != self.language:
            return Why.LANGUAGE
        like = None if twin is Twin.BESIDE else self.like(row)
        if like is not None and twin is Twin.ASK:
            return Why.NEARLY
        text = f"{self.narrative}{PARAGRAPH}{row.statement}" if self.narrative else row.statement
        if like is not None:
            text = put_instead(self.narrative, like, row.statement)
        titles = {item.get("title") for item in self.evidence}
        named = [] if not row.source or row.source in titles else [row.source]
        if len(text) > NARRATIVE_LIMIT or len(self.evidence) + len(named) > SOURCES_LIMIT:
            return Why.FULL
        self.language, self.narrative = row.language, text
        self.lines[row.statement] = row.line
        self.evidence = [*self.evidence, *(EvidenceInput(title=title).model_dump() for title in named)]
        return None

    def like(self, row: Row) -> str | None:
        """The words here that say nearly what a row says."""
        return find_like(row.statement, self.narrative)


@dataclass(frozen=True, slots=True)
class Placed:
    """A row with what becomes of it; `like_line` is where the table says nearly the same."""

    row: Row
    fate: Fate
    question_id: UUID | None = None
    how: How | None = None
    why: Why | None = None
    like_line: int = 0

    @property
    def reason(self) -> Message | None:
        """Why the row waits, or how its question was found."""
        if self.why is Why.NEARLY and self.like_line:
            return Message(LIKE_LINE.text, {"line": self.like_line})
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
    standing: KnownStatements
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


def build(rows: Iterable[Row], standing: KnownStatements, version: CompiledVersion) -> Plan:
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


def place(
    plan: Plan,
    row: Row,
    standing: KnownStatements,
    question_id: UUID | None,
    how: How | None,
    twin: Twin = Twin.ASK,
) -> Placed:
    """Put a row into the answer to a question, or say why it has to wait."""
    if question_id is None:
        return Placed(row, Fate.KEPT, None, how, Why(how) if how else Why.NO_TOPIC)
    speaker = standing.speaker_of(row)
    why, line = _barred(standing.contribution_of(speaker)), 0
    if why is None:
        draft = plan.drafts.get((speaker, question_id)) or _begun(row, standing, question_id)
        why = draft.add(row, twin)
        if why is None:
            plan.drafts[speaker, question_id] = draft
            plan.speakers.setdefault(speaker, row)
            return Placed(row, Fate.NEW, question_id, how)
        line = draft.lines.get(draft.like(row) or "", 0) if why is Why.NEARLY else 0
    return Placed(row, Fate.KEPT, question_id, how, why, line)


def spellings(rows: Iterable[Row], standing: KnownStatements) -> Iterator[tuple[Row, str, int]]:
    """The rows that write an organisation in another way: how it is written elsewhere, and in which line."""
    first: dict[Speaker, tuple[str, int]] = {speaker: (name, 0) for speaker, name in standing.names.items()}
    told: set[tuple[str, str]] = set()
    for row in rows:
        if row.is_unattributed:
            continue
        name, line = first.setdefault(standing.speaker_of(row), (row.organisation, row.line))
        if row.organisation.casefold() != name.casefold() and (row.organisation, name) not in told:
            told.add((row.organisation, name))
            yield row, name, line


def _barred(contribution: Contribution | None) -> Why | None:
    """Nobody writes into what an organisation took back or is changing itself."""
    if contribution is None or contribution.state is ContributionState.SUBMITTED:
        return None
    return Why.WITHDRAWN if contribution.state is ContributionState.WITHDRAWN else Why.REVISED


def _begun(row: Row, standing: KnownStatements, question_id: UUID) -> Draft:
    answer = standing.answer_of(standing.speaker_of(row), question_id)
    if answer is None:
        return Draft(row.language)
    return Draft(answer.language, answer.narrative, list(answer.evidence))
