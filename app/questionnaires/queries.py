"""Reading questionnaires; published versions are compiled once and kept in the process."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit.models import AuditEntry
from app.platform.errors import NotFound
from app.platform.security import Actor
from app.questionnaires import policy
from app.questionnaires.compiled import CompiledPair, CompiledVersion, compile_version
from app.questionnaires.definition import Definition
from app.questionnaires.drift import Drift, drift_of
from app.questionnaires.models import (
    EDITION_PATHS,
    LONGEST_SLUG,
    Edition,
    Question,
    QuestionCover,
    QuestionMapping,
    QuestionnaireVersion,
    VersionState,
)
from app.questionnaires.tables import define
from app.reference import queries as reference

# Published versions never change, so every process may keep its own copy for ever.
_compiled: dict[UUID, CompiledVersion] = {}
# The map between two published versions does not change either.
_pairs: dict[tuple[UUID, UUID], CompiledPair] = {}
Link = tuple[QuestionMapping, Question, Question]
CIVIL: Any = aliased(Question, name="civil_society_question")
STATE: Any = aliased(Question, name="state_question")


async def get_compiled(session: AsyncSession, version_id: UUID) -> CompiledVersion:
    """A published version from memory, read from the database the first time; raises NotFound."""
    known = _compiled.get(version_id)
    if known is not None:
        return known
    version = await session.get(QuestionnaireVersion, version_id)
    if version is None or version.state is VersionState.DRAFT:
        raise NotFound
    compiled = await compile_now(session, version)
    _compiled[version_id] = compiled
    return compiled


async def compile_now(session: AsyncSession, version: QuestionnaireVersion) -> CompiledVersion:
    """A version as it stands, drafts included: for previews, and kept by nobody."""
    questions = await questions_of(session, version.id)
    names = (
        await reference.get_reference(session, version.reference_id)
        if version.reference_id
        else await reference.current(session)
    )
    return compile_version(version, questions, names)


async def get_pair(session: AsyncSession, civil_society_id: UUID, state_id: UUID) -> CompiledPair:
    """Two published versions and the map between them, from memory after the first time; raises NotFound."""
    key = (civil_society_id, state_id)
    known = _pairs.get(key)
    if known is not None:
        return known
    asked, state = await get_compiled(session, civil_society_id), await get_compiled(session, state_id)
    rows = await session.exec(
        select(QuestionMapping.civil_society_question_id, QuestionMapping.state_question_id)
        .join(Question, Question.id == QuestionMapping.civil_society_question_id)  # type: ignore[arg-type]
        .where(Question.version_id == civil_society_id)
    )
    to_state: dict[UUID, tuple[UUID, ...]] = {}
    to_civil_society: dict[UUID, tuple[UUID, ...]] = {}
    for mine, theirs in rows:
        if theirs in state.codes:
            to_state[mine] = (*to_state.get(mine, ()), theirs)
            to_civil_society[theirs] = (*to_civil_society.get(theirs, ()), mine)
    _pairs[key] = CompiledPair(asked, state, to_state, to_civil_society)
    return _pairs[key]


async def questions_of(session: AsyncSession, version_id: UUID) -> Sequence[Question]:
    """The questions of a version, in their order within the sections."""
    query = select(Question).where(Question.version_id == version_id).order_by(Question.position)  # type: ignore[arg-type]
    return (await session.exec(query)).all()


async def get_version(session: AsyncSession, version_id: UUID, *, lock: bool = False) -> QuestionnaireVersion:
    """A version of any state; raises NotFound."""
    version = await session.get(QuestionnaireVersion, version_id, with_for_update=lock or None)
    if version is None:
        raise NotFound
    return version


async def get_numbered(
    session: AsyncSession, actor: Actor, slug: str, edition_path: str, number: int, *, lock: bool = False
) -> QuestionnaireVersion:
    """The version that an address names, if this actor may read it; raises NotFound."""
    edition = EDITION_PATHS.get(edition_path)
    version = await find_version(session, slug, edition, number) if edition else None
    if version is None or not policy.can_read(actor, version):
        raise NotFound
    return await get_version(session, version.id, lock=True) if lock else version


async def find_version(
    session: AsyncSession,
    slug: str,
    edition: Edition,
    number: int | None = None,
    state: VersionState = VersionState.PUBLISHED,
) -> QuestionnaireVersion | None:
    """A version of an edition: the one with that number, or the newest in that state."""
    query = select(QuestionnaireVersion).where(
        QuestionnaireVersion.slug == slug, QuestionnaireVersion.edition == edition
    )
    if number is None:
        query = query.where(QuestionnaireVersion.state == state)
    else:
        query = query.where(QuestionnaireVersion.number == number)
    return (await session.exec(query.order_by(QuestionnaireVersion.number.desc()))).first()  # type: ignore[attr-defined]


async def list_versions(session: AsyncSession, *states: VersionState) -> Sequence[QuestionnaireVersion]:
    """Versions of all questionnaires in these states (all without any), by name and newest first."""
    query = select(QuestionnaireVersion).where(QuestionnaireVersion.state.in_(states or list(VersionState)))  # type: ignore[attr-defined]
    found = (await session.exec(query)).all()
    return sorted(found, key=lambda v: (v.slug, v.edition.value, -v.number))


async def list_pairs(session: AsyncSession) -> list[tuple[QuestionnaireVersion, QuestionnaireVersion]]:
    """Published civil-society versions, each with the published State version that it is mapped to.

    A pair with a mapping that nobody settled since a question changed is left out.
    """
    versions = {v.id: v for v in await list_versions(session, VersionState.PUBLISHED)}
    query = (
        select(  # type: ignore[call-overload]
            CIVIL.version_id,
            STATE.version_id,
            CIVIL.meaning,
            QuestionMapping.civil_society_meaning,
            STATE.meaning,
            QuestionMapping.state_meaning,
        )
        .join(CIVIL, CIVIL.id == QuestionMapping.civil_society_question_id)
        .join(STATE, STATE.id == QuestionMapping.state_question_id)
        .where(CIVIL.version_id.in_(versions), STATE.version_id.in_(versions))
    )
    pairs: dict[tuple[UUID, UUID], bool] = {}
    for civil, state, *meanings in await session.exec(query):
        fits = meanings[0] == meanings[1] and meanings[2] == meanings[3]
        pairs[civil, state] = pairs.get((civil, state), True) and fits
    found = [(versions[civil], versions[state]) for (civil, state), fits in pairs.items() if fits]
    return sorted(found, key=lambda pair: (pair[0].slug, -pair[0].number, -pair[1].number))


async def mappings_of(session: AsyncSession, version_id: UUID) -> list[Link]:
    """The mappings that touch a version, each with its civil-society and its State question."""
    query = (
        select(QuestionMapping, CIVIL, STATE)
        .join(CIVIL, CIVIL.id == QuestionMapping.civil_society_question_id)
        .join(STATE, STATE.id == QuestionMapping.state_question_id)
        .where(or_(CIVIL.version_id == version_id, STATE.version_id == version_id))
        .order_by(CIVIL.position, STATE.position)
    )
    return [(pair, civil, state) for pair, civil, state in await session.exec(query)]


async def covers_of(session: AsyncSession, version_id: UUID) -> dict[str, list[str]]:
    """The codes of the full form's questions that each question of a short form stands for."""
    query = (
        select(CIVIL.code, STATE.code)
        .join(QuestionCover, QuestionCover.short_question_id == CIVIL.id)
        .join(STATE, STATE.id == QuestionCover.full_question_id)
        .where(CIVIL.version_id == version_id)
        .order_by(STATE.position)
    )
    found: dict[str, list[str]] = {}
    for short, full in await session.exec(query):
        found.setdefault(short, []).append(full)
    return found


async def counterparts_of(
    session: AsyncSession, version: QuestionnaireVersion, links: Sequence[Link] | None = None
) -> list[QuestionnaireVersion]:
    """The versions of the other edition that a version is mapped to, the newest first.

    `links` are its mappings, for who has read them.
    """
    links = await mappings_of(session, version.id) if links is None else links
    others = {
        state.version_id if version.edition is Edition.CIVIL_SOCIETY else civil.version_id
        for _pair, civil, state in links
    }
    found = [await get_version(session, other) for other in others]
    return sorted(found, key=lambda other: (other.slug, other.number), reverse=True)


async def read_definition(
    session: AsyncSession, version: QuestionnaireVersion, links: Sequence[Link] | None = None
) -> Definition:
    """What a version says; a civil-society question names the State questions of the newest counterpart.

    `links` are its mappings, for who has read them.
    """
    links = await mappings_of(session, version.id) if links is None else links
    counterparts = await counterparts_of(session, version, links)
    maps_to: dict[str, list[str]] = {}
    if version.edition is Edition.CIVIL_SOCIETY and counterparts:
        for _pair, civil, state in links:
            if state.version_id == counterparts[0].id:
                maps_to.setdefault(civil.code, []).append(state.code)
    covers = await covers_of(session, version.id)
    return define(version, await questions_of(session, version.id), maps_to, covers)


async def cover_rows(session: AsyncSession, short_version_id: UUID) -> list[tuple[str, UUID]]:
    """What a short form stands for: the code of its question and the full form's question."""
    query = (
        select(Question.code, QuestionCover.full_question_id)
        .join(QuestionCover, QuestionCover.short_question_id == Question.id)  # type: ignore[arg-type]
        .where(Question.version_id == short_version_id)
    )
    return [(code, full) for code, full in await session.exec(query)]


@dataclass(frozen=True, slots=True)
class ExistingVersion:
    """The version that a questionnaire of the same name and edition would meet, and who wrote it last."""

    version: QuestionnaireVersion
    definition: Definition
    by: str
    at: datetime

    @property
    def is_draft(self) -> bool:
        """Whether it is a draft, whose words would be lost; a published version stays as it is."""
        return self.version.state is VersionState.DRAFT

    def says(self, definition: Definition) -> bool:
        """Whether it says what a definition says; one without mappings leaves those that are there."""
        return _without_links(self.definition, definition) == _without_links(definition, definition)


def _without_links(definition: Definition, asked: Definition) -> dict[str, Any]:
    kept = definition.model_dump(mode="json")
    for name in ("maps_to", "covers"):
        if not any(getattr(question, name) for question in asked.questions):
            for question in kept["questions"]:
                question[name] = []
    return kept


async def find_standing(
    session: AsyncSession, slug: str, edition: Edition, *, lock: bool = False
) -> ExistingVersion | None:
    """The draft of an edition, or else its newest published version, with its last writer."""
    version = await find_version(session, slug, edition, state=VersionState.DRAFT)
    version = version or await find_version(session, slug, edition)
    if version is None:
        return None
    version = await get_version(session, version.id, lock=lock)
    acts = select(AuditEntry).where(AuditEntry.thing_id == version.id).order_by(col(AuditEntry.at).desc())
    last = (await session.exec(acts.limit(1))).first()
    definition = await read_definition(session, version)
    by, at = (last.actor_name, last.at) if last else ("", version.state_since)
    return ExistingVersion(version, definition, by, at)


async def free_slug(session: AsyncSession, wanted: str) -> str:
    """The name itself, or with a number behind it, that no questionnaire has."""
    taken = set((await session.exec(select(QuestionnaireVersion.slug).distinct())).all())
    name, count = wanted, 1
    while name in taken:
        count += 1
        name = f"{wanted[: LONGEST_SLUG - len(str(count)) - 1].rstrip('-')}-{count}"
    return name


async def get_question(session: AsyncSession, question_id: UUID) -> Question:
    """A question of any version; raises NotFound."""
    question = await session.get(Question, question_id)
    if question is None:
        raise NotFound
    return question


async def unsettled(
    session: AsyncSession, version: QuestionnaireVersion, links: Sequence[Link] | None = None
) -> list[Drift]:
    """The mappings of a version to published counterparts that a change made doubtful.

    `links` are its mappings, for who has read them.
    """
    links = await mappings_of(session, version.id) if links is None else links
    published = {v.id for v in await list_versions(session, VersionState.PUBLISHED)}
    found: list[Drift] = []
    for pair, civil, state in links:
        other = state if version.edition is Edition.CIVIL_SOCIETY else civil
        doubt = drift_of(pair, civil, state)
        if doubt is not None and other.version_id in published:
            found.append(doubt)
    return found
