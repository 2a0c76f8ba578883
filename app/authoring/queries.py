"""What the authoring pages show: the list, one version, one question, its lists, its history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit.models import AuditEntry
from app.audit.queries import PORTAL
from app.authoring import editing
from app.authoring.changes import Change, compare
from app.authoring.editing import Placed
from app.authoring.findings import Mend, mends_of
from app.authoring.schemas import Where
from app.authoring.wording import Clause, clauses_of
from app.platform.errors import NotFound
from app.platform.i18n import CODES, Message
from app.platform.security import Actor, Permission, require
from app.questionnaires import policy
from app.questionnaires import queries as questionnaires
from app.questionnaires.checks import CONDITIONS
from app.questionnaires.compiled import CompiledLanguage
from app.questionnaires.definition import Definition, Readiness, units_of
from app.questionnaires.models import (
    Edition,
    QuestionnaireVersion,
    VersionState,
)
from app.questionnaires.relevance import node_names
from app.reference import queries as reference
from app.reference.compiled import Reference

PUBLISHED = "questionnaire.published"


@dataclass(frozen=True, slots=True)
class RouteIndex:
    """One edition of a questionnaire: what stands, what is being written, how many there were."""

    slug: str
    edition: Edition
    published: QuestionnaireVersion | None
    draft: QuestionnaireVersion | None
    count: int

    @property
    def newest(self) -> QuestionnaireVersion | None:
        """What the list shows."""
        return self.published or self.draft


@dataclass(frozen=True, slots=True)
class ListPage:
    """All questionnaires by name, with their editions."""

    shelves: Sequence[RouteIndex]
    may_write: Permission


async def list_page(session: AsyncSession, actor: Actor) -> ListPage:
    """The questionnaires somebody may read."""
    may_write = policy.can_write(actor)
    states = () if may_write else (VersionState.PUBLISHED,)
    versions = await questionnaires.list_versions(session, *states)
    shelves: dict[tuple[str, Edition], list[QuestionnaireVersion]] = {}
    for version in versions:
        shelves.setdefault((version.slug, version.edition), []).append(version)
    return ListPage(
        [
            RouteIndex(
                slug,
                edition,
                _first(found, VersionState.PUBLISHED),
                _first(found, VersionState.DRAFT),
                len(found),
            )
            for (slug, edition), found in shelves.items()
        ],
        may_write,
    )


def _first(versions: Sequence[QuestionnaireVersion], state: VersionState) -> QuestionnaireVersion | None:
    return next((version for version in versions if version.state is state), None)


@dataclass(frozen=True, slots=True)
class VersionContext:
    """One version, and what this reader may do with it."""

    version: QuestionnaireVersion
    definition: Definition
    may_write: Permission
    may_edit: Permission

    @property
    def where(self) -> dict[str, Any]:
        """What fills the addresses of its pages."""
        version = self.version
        return {"slug": version.slug, "edition": version.edition_path, "number": version.number}

    @property
    def source(self) -> str:
        """The language its texts are written in first."""
        return self.definition.source_language


async def get_frame(
    session: AsyncSession, actor: Actor, where: Where, *, writing: bool = False
) -> VersionContext:
    """A version somebody may read; with `writing`, only for those who may change it. Raises NotFound."""
    version = await questionnaires.get_numbered(session, actor, where.slug, where.edition, where.number)
    may_edit = policy.can_edit(actor, version)
    if writing:
        require(may_edit)
    definition = await questionnaires.read_definition(session, version)
    return VersionContext(version, definition, policy.can_write(actor), may_edit)


async def reference_of(session: AsyncSession, version: QuestionnaireVersion) -> Reference:
    """The names of instruments and articles that a version was written with."""
    if version.reference_id:
        return await reference.get_reference(session, version.reference_id)
    return await reference.current(session)


@dataclass(frozen=True, slots=True)
class LanguageRow:
    """How far the texts of something are in one language."""

    code: str
    counts: Mapping[Readiness, int]
    total: int

    @property
    def worst(self) -> Readiness:
        """The state that a reader must know of first."""
        order = (Readiness.MISSING, Readiness.OUTDATED, Readiness.DRAFT, Readiness.REVIEWED)
        return next((state for state in order if self.counts.get(state)), Readiness.SOURCE)

    @property
    def there(self) -> int:
        """How many texts are there at all."""
        return self.total - self.counts.get(Readiness.MISSING, 0)


def language_rows(definition: Definition, prefix: str = "") -> list[LanguageRow]:
    """The state of each language, in the order of the United Nations; with a prefix, of some texts only."""
    units = [unit for unit in units_of(definition) if unit.key.startswith(prefix)]
    rows = []
    for code in CODES:
        counts: dict[Readiness, int] = {}
        for unit in units:
            state = unit.readiness(code)
            counts[state] = counts.get(state, 0) + 1
        rows.append(LanguageRow(code, counts, len(units)))
    return rows


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition as it is written, and in words where words can say it."""

    field: str
    source: str
    clauses: Sequence[Clause] | None


@dataclass(frozen=True, slots=True)
class VersionPage:
    """A whole version to be read."""

    frame: VersionContext
    places: Sequence[Placed]
    lines: Mapping[str, Message]
    conditions: Mapping[str, Sequence[Condition]]
    labels: Mapping[tuple[str, str], Mapping[str, str]]
    languages: Sequence[LanguageRow]
    blocking: int
    advice: int


async def version_page(session: AsyncSession, actor: Actor, where: Where) -> VersionPage:
    """One version: its sections and questions in the order of reading."""
    frame = await get_frame(session, actor, where)
    definition = frame.definition
    names = await reference_of(session, frame.version)
    found = await mends(session, frame) if frame.may_edit else []
    return VersionPage(
        frame=frame,
        places=editing.outline(definition),
        lines={
            q.code: names.article_line(q.instrument, q.article, q.paragraph) for q in definition.questions
        },
        conditions=conditions_of(definition),
        labels=_labels(definition),
        languages=language_rows(definition) if frame.may_write else [],
        blocking=sum(mend.blocks * mend.count for mend in found),
        advice=sum((not mend.blocks) * mend.count for mend in found),
    )


async def mends(session: AsyncSession, frame: VersionContext) -> list[Mend]:
    """The check list of a draft."""
    return mends_of(frame.definition, frame.where, await questionnaires.unsettled(session, frame.version))


def conditions_of(definition: Definition) -> dict[str, list[Condition]]:
    """The conditions of every section (s:…) and question (q:…) that has one."""
    nodes = {
        name: (q.code, name.removeprefix(q.code).lstrip("-"))
        for q in definition.questions
        for name in node_names(q.code, q.kind)
    }
    carriers = [(f"s:{s.code}", [("relevant", s.relevant)]) for s in definition.sections]
    carriers += [
        (f"q:{q.code}", [(name, getattr(q, name)) for name in CONDITIONS]) for q in definition.questions
    ]
    return {
        key: [Condition(name, source, clauses_of(source, nodes)) for name, source in sources if source]
        for key, sources in carriers
        if any(source for _name, source in sources)
    }


def _labels(definition: Definition) -> dict[tuple[str, str], Mapping[str, str]]:
    """The label of every choice by question and value, in all languages."""
    return {
        (q.code, choice.value): choice.texts.get("label", {})
        for q in definition.questions
        for choice in definition.choice_lists.get(q.choices, ())
    }


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """A version in one language, as its readers will see it; None where its conditions go in circles."""

    frame: VersionContext
    language: str
    edition: CompiledLanguage | None
    conditions: Mapping[str, Sequence[Condition]]
    labels: Mapping[tuple[str, str], Mapping[str, str]]
    only: str


async def preview_page(
    session: AsyncSession, actor: Actor, where: Where, language: str, only: str = ""
) -> PreviewPage:
    """A version in one of the six languages, whole or one question of it; raises NotFound."""
    if language not in CODES:
        raise NotFound
    frame = await get_frame(session, actor, where)
    if only:
        editing.find_question(frame.definition, only)
    try:
        compiled = await questionnaires.compile_now(session, frame.version)
    except ValueError:  # an expression that cannot be read, or questions that wait for each other
        return PreviewPage(frame, language, None, {}, {}, only)
    conditions, labels = conditions_of(frame.definition), _labels(frame.definition)
    return PreviewPage(frame, language, compiled[language], conditions, labels, only)


@dataclass(frozen=True, slots=True)
class Past:
    """One version in the history of its edition."""

    version: QuestionnaireVersion
    by: str | Message
    at: datetime


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """All versions of an edition, the newest first."""

    frame: VersionContext
    past: Sequence[Past]


async def history_page(session: AsyncSession, actor: Actor, where: Where) -> HistoryPage:
    """The versions of an edition; who published them is for those who write questionnaires."""
    frame = await get_frame(session, actor, where)
    versions = [
        version
        for version in await questionnaires.list_versions(session)
        if (version.slug, version.edition) == (frame.version.slug, frame.version.edition)
        and policy.can_read(actor, version)
    ]
    acts = await _published(session, [version.id for version in versions])
    past = []
    for version in versions:
        act = acts.get(version.id)
        by: str | Message = ""
        if act and frame.may_write:
            by = act.actor_name if act.actor_id else PORTAL
        past.append(Past(version, by, act.at if act else version.state_since))
    return HistoryPage(frame, past)


async def _published(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, AuditEntry]:
    query = select(AuditEntry).where(AuditEntry.action == PUBLISHED, col(AuditEntry.thing_id).in_(ids))
    return {entry.thing_id: entry for entry in await session.exec(query)}


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """What differs between two versions of an edition, texts in one language."""

    frame: VersionContext
    other: QuestionnaireVersion
    language: str
    changes: Sequence[Change]

    @property
    def groups(self) -> list[tuple[str, list[Change]]]:
        """The changes by the kind of part, in the order of reading."""
        found: dict[str, list[Change]] = {}
        for change in self.changes:
            found.setdefault(change.group, []).append(change)
        return list(found.items())


async def changes_page(
    session: AsyncSession, actor: Actor, where: Where, other_number: int, language: str
) -> ChangesPage:
    """The difference from an earlier version, or another one, to this one; raises NotFound."""
    frame = await get_frame(session, actor, where)
    other = await get_frame(session, actor, Where(where.slug, where.edition, other_number))
    chosen = language if language in CODES else frame.source
    return ChangesPage(frame, other.version, chosen, compare(other.definition, frame.definition, chosen))
