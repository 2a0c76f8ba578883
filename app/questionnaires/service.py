"""Writing questionnaires: loading what ships, drafts, mappings, publishing."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit import service as audit
from app.platform.errors import Conflict, Invalid
from app.platform.i18n import Message, _, n_
from app.platform.security import Actor, require
from app.platform.states import move
from app.questionnaires import drift, policy, queries
from app.questionnaires.checks import check, structure_problems
from app.questionnaires.definition import Definition
from app.questionnaires.models import (
    VERSION_MOVES,
    Edition,
    Origin,
    Question,
    QuestionCover,
    QuestionMapping,
    QuestionnaireVersion,
    VersionState,
)
from app.questionnaires.shipped import ShippedPair
from app.questionnaires.tables import describe, row_values
from app.reference import queries as reference


async def load_pair(
    session: AsyncSession, actor: Actor, pair: ShippedPair
) -> tuple[QuestionnaireVersion, QuestionnaireVersion]:
    """Publish a shipped pair where it is new or changed; what a secretariat wrote since then stays.

    Returns the published civil-society version and the State version it is mapped to.
    """
    require(policy.can_publish(actor))
    state = (
        await _load(session, actor, pair.state)
        if pair.state
        else await queries.find_version(session, pair.state_slug, Edition.STATE)
    )
    if state is None:
        raise Conflict(_("The State edition that this questionnaire is mapped to is not there."))
    civil_society = await _load(session, actor, pair.civil_society)
    if civil_society.origin is Origin.SHIPPED and state.origin is Origin.SHIPPED:
        maps_to = {q.code: q.maps_to for q in pair.civil_society.questions}
        if pair.covers_slug:
            maps_to = await _cover(session, civil_society, pair)
        await _map(session, civil_society, state, maps_to)
    return civil_society, state


async def _load(session: AsyncSession, actor: Actor, definition: Definition) -> QuestionnaireVersion:
    newest = await queries.find_version(session, definition.slug, definition.edition)
    if newest is not None and (newest.origin is not Origin.SHIPPED or newest.checksum == definition.checksum):
        return newest
    version = await _new_version(session, definition, Origin.SHIPPED)
    await _release(session, actor, version)
    return version


async def _cover(
    session: AsyncSession, short: QuestionnaireVersion, pair: ShippedPair
) -> dict[str, list[str]]:
    """Note what each short question stands for; it informs what those questions inform."""
    full = await queries.find_version(session, pair.covers_slug, Edition.CIVIL_SOCIETY)
    if full is None:
        raise Conflict(_("The full form that this short form stands for is not there."))
    await session.exec(  # what was noted for the full form's versions before
        delete(QuestionCover).where(
            col(QuestionCover.short_question_id).in_(
                [q.id for q in await queries.questions_of(session, short.id)]
            )
        )
    )
    shorts = {q.code: q.id for q in await queries.questions_of(session, short.id)}
    fulls = {q.code: q.id for q in await queries.questions_of(session, full.id)}
    informs = {q.code: q.maps_to for q in (await queries.read_definition(session, full)).questions}
    maps_to: dict[str, list[str]] = {}
    for question in pair.civil_society.questions:
        covered = [code for code in question.covers if code in fulls]
        session.add_all(
            QuestionCover(short_question_id=shorts[question.code], full_question_id=fulls[code])
            for code in covered
        )
        informed = dict.fromkeys(state for code in covered for state in informs.get(code, []))
        maps_to[question.code] = list(informed)
    await session.flush()
    return maps_to


async def _new_version(
    session: AsyncSession, definition: Definition, origin: Origin, based_on: UUID | None = None
) -> QuestionnaireVersion:
    """A draft with the next number of its edition."""
    known = [
        v
        for v in await queries.list_versions(session)
        if v.slug == definition.slug and v.edition is definition.edition
    ]
    names = await reference.current(session)
    version = QuestionnaireVersion(
        slug=definition.slug,
        edition=definition.edition,
        number=max((v.number for v in known), default=0) + 1,
        origin=origin,
        reference_id=names.id if names.number else None,
        based_on_id=based_on,
        texts={},
        sections=[],
        checksum="",
    )
    describe(version, definition)
    session.add(version)
    await session.flush()
    session.add_all(
        Question(version_id=version.id, **row_values(question, position, definition))
        for position, question in enumerate(definition.questions)
    )
    await session.flush()
    return version


async def _map(
    session: AsyncSession,
    civil_society: QuestionnaireVersion,
    state: QuestionnaireVersion,
    maps_to: Mapping[str, Iterable[str]],
) -> None:
    """Set the mapping between two versions, settled as of now; questions that are not there are passed over."""
    mine = {q.code: q for q in await queries.questions_of(session, civil_society.id)}
    theirs = {q.code: q for q in await queries.questions_of(session, state.id)}
    standing = {
        (civil.code, other.code): pair
        for pair, civil, other in await queries.mappings_of(session, civil_society.id)
        if other.version_id == state.id
    }
    wanted = {
        (code, other)
        for code, others in maps_to.items()
        for other in others
        if code in mine and other in theirs
    }
    for key in standing.keys() - wanted:
        await session.delete(standing[key])
    for code, other in sorted(wanted - standing.keys()):
        session.add(
            drift.settled(
                QuestionMapping(civil_society_question_id=mine[code].id, state_question_id=theirs[other].id),
                mine[code],
                theirs[other],
            )
        )
    await session.flush()


async def start_draft(session: AsyncSession, actor: Actor, version_id: UUID) -> QuestionnaireVersion:
    """A new version to write in, copied from a published one with its mappings; one draft an edition."""
    require(policy.can_write(actor))
    source = await queries.get_version(session, version_id, lock=True)
    if source.state is VersionState.DRAFT:
        return source
    await _refuse_second_draft(session, source.slug, source.edition)
    definition = await queries.read_definition(session, source)
    draft = await _new_version(session, definition, Origin.WRITTEN, source.id)
    await _copy_links(session, source, draft)
    audit.record(session, actor, "questionnaire.draft_started", draft, number=draft.number, name=draft.slug)
    return draft


async def _refuse_second_draft(session: AsyncSession, slug: str, edition: Edition) -> None:
    if await queries.find_version(session, slug, edition, state=VersionState.DRAFT) is not None:
        raise Conflict(_("There is a draft of this questionnaire already. Go on with that one."))


async def _copy_links(
    session: AsyncSession, source: QuestionnaireVersion, draft: QuestionnaireVersion
) -> None:
    """The draft maps to what its source maps to, as far as that is published or a draft itself."""
    own = {q.code: q.id for q in await queries.questions_of(session, draft.id)}
    living = {v.id for v in await queries.list_versions(session, VersionState.DRAFT, VersionState.PUBLISHED)}
    for pair, civil, state in await queries.mappings_of(session, source.id):
        is_mine = civil.version_id == source.id
        other, code = (state, civil.code) if is_mine else (civil, state.code)
        if other.version_id not in living or code not in own:
            continue
        session.add(
            QuestionMapping(
                civil_society_question_id=own[code] if is_mine else civil.id,
                state_question_id=state.id if is_mine else own[code],
                civil_society_meaning=pair.civil_society_meaning,
                state_meaning=pair.state_meaning,
            )
        )
    await session.flush()
    for short, full in await queries.cover_rows(session, source.id):
        if short in own:
            session.add(QuestionCover(short_question_id=own[short], full_question_id=full))
    await session.flush()


async def import_definition(
    session: AsyncSession, actor: Actor, definition: Definition, over: str = ""
) -> QuestionnaireVersion:
    """A definition from a file as the draft of its edition: a new draft, or the content of the one there is.

    A draft that says something else is replaced only where `over` is the checksum of what it says, which
    whoever replaces it has seen; raises Conflict otherwise. Raises Invalid where the structure is broken;
    missing texts are no reason to refuse a draft.
    """
    require(policy.can_write(actor))
    broken = [finding for finding in structure_problems(definition) if finding.blocks]
    if broken:
        raise Invalid({finding.place: finding.message for finding in broken})
    standing = await queries.find_standing(session, definition.slug, definition.edition, lock=True)
    newest = standing.version if standing else None
    if standing is not None and standing.is_draft:
        draft = standing.version
        if standing.says(definition):
            return draft
        if over not in {standing.definition.checksum, draft.checksum}:
            raise Conflict(_in_the_way(standing))
        await replace_content(session, actor, draft, definition)
    else:
        draft = await _new_version(session, definition, Origin.IMPORTED, newest.id if newest else None)
        if newest is not None:
            await _copy_links(session, newest, draft)
    await _map_by_codes(session, draft, definition)
    action = "questionnaire.replaced" if standing and standing.is_draft else "questionnaire.imported"
    audit.record(session, actor, action, draft, number=draft.number, name=draft.slug)
    return draft


def _in_the_way(standing: queries.ExistingVersion) -> Message:
    """Which draft a file would replace, and whose it is."""
    count = len(standing.definition.questions)
    return n_(
        "There is a draft of this name with %(num)s question, last written by %(by)s. It was not replaced.",
        "There is a draft of this name with %(num)s questions, last written by %(by)s. It was not replaced.",
        count,
        by=standing.by or "–",
    )


async def replace_content(
    session: AsyncSession, actor: Actor, draft: QuestionnaireVersion, definition: Definition
) -> None:
    """Make the rows of a draft say what the definition says; questions keep their row by their code."""
    require(policy.can_edit(actor, draft))
    describe(draft, definition)
    session.add(draft)
    standing = {q.code: q for q in await queries.questions_of(session, draft.id)}
    for position, question in enumerate(definition.questions):
        values = row_values(question, position, definition)
        row = standing.pop(question.code, None)
        if row is None:
            session.add(Question(version_id=draft.id, **values))
            continue
        for name, value in values.items():
            if getattr(row, name) != value:
                setattr(row, name, value)
        session.add(row)
    for gone in standing.values():
        await session.delete(gone)
    await session.flush()


async def _map_by_codes(session: AsyncSession, draft: QuestionnaireVersion, definition: Definition) -> None:
    """Map a civil-society draft as its definition says, to the State edition it is mapped to, or of its name."""
    wanted = {q.code: q.maps_to for q in definition.questions}
    if draft.edition is not Edition.CIVIL_SOCIETY or not any(wanted.values()):
        return
    others = await queries.counterparts_of(session, draft)
    state = others[0] if others else None
    for place in (VersionState.DRAFT, VersionState.PUBLISHED):
        state = state or await queries.find_version(session, draft.slug, Edition.STATE, state=place)
    if state is not None:
        await _map(session, draft, state, wanted)


async def publish_version(session: AsyncSession, actor: Actor, version_id: UUID) -> QuestionnaireVersion:
    """Publish a draft for ever; raises Conflict while something blocks. The version before it retires."""
    version = await queries.get_version(session, version_id, lock=True)
    require(policy.can_edit(actor, version))
    links = await queries.mappings_of(session, version.id)
    definition = await queries.read_definition(session, version, links)
    count = sum(finding.blocks for finding in check(definition))
    count += len(await queries.unsettled(session, version, links))
    if count:
        raise Conflict(
            n_(
                "%(num)s thing has to be fixed before this version can be published.",
                "%(num)s things have to be fixed before this version can be published.",
                count,
            )
        )
    await _release(session, actor, version)
    return version


async def _release(session: AsyncSession, actor: Actor, version: QuestionnaireVersion) -> None:
    before = await queries.find_version(session, version.slug, version.edition)
    if before is not None:
        move(before, VERSION_MOVES, VersionState.RETIRED)
        session.add(before)
    move(version, VERSION_MOVES, VersionState.PUBLISHED)
    session.add(version)
    audit.record(session, actor, "questionnaire.published", version, number=version.number, name=version.slug)
    await session.flush()


async def drop_draft(session: AsyncSession, actor: Actor, version_id: UUID) -> None:
    """Throw a draft away, with its questions and mappings."""
    version = await queries.get_version(session, version_id, lock=True)
    require(policy.can_edit(actor, version))
    audit.record(
        session, actor, "questionnaire.draft_dropped", version, number=version.number, name=version.slug
    )
    for question in await queries.questions_of(session, version.id):
        await session.delete(question)
    await session.flush()
    await session.delete(version)


async def settle_mapping(
    session: AsyncSession, actor: Actor, civil_society_question_id: UUID, state_question_id: UUID
) -> None:
    """Confirm, or begin, that a civil-society question informs a State question as both ask now."""
    mine = await queries.get_question(session, civil_society_question_id)
    theirs = await queries.get_question(session, state_question_id)
    require(await _can_map(session, actor, mine, theirs))
    pair = await session.get(QuestionMapping, (mine.id, theirs.id))
    pair = pair or QuestionMapping(civil_society_question_id=mine.id, state_question_id=theirs.id)
    session.add(drift.settled(pair, mine, theirs))
    await session.flush()


async def remove_mapping(
    session: AsyncSession, actor: Actor, civil_society_question_id: UUID, state_question_id: UUID
) -> None:
    """Say that a civil-society question no longer informs a State question."""
    mine = await queries.get_question(session, civil_society_question_id)
    theirs = await queries.get_question(session, state_question_id)
    require(await _can_map(session, actor, mine, theirs))
    pair = await session.get(QuestionMapping, (mine.id, theirs.id))
    if pair is not None:
        await session.delete(pair)
        await session.flush()


async def _can_map(
    session: AsyncSession, actor: Actor, mine: Question, theirs: Question
) -> policy.Permission:
    """At least one side must be a draft: the map between two published versions does not change."""
    first = await queries.get_version(session, mine.version_id)
    second = await queries.get_version(session, theirs.version_id)
    if first.edition is not Edition.CIVIL_SOCIETY or second.edition is not Edition.STATE:
        return policy.deny(_("A mapping leads from a civil-society question to a State question."))
    one = policy.can_edit(actor, first)
    return one or policy.can_edit(actor, second)
