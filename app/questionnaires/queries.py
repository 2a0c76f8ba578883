"""Reading questionnaires; published versions are compiled once and kept in the process."""

from uuid import UUID

from sqlalchemy import or_
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.platform.errors import NotFound
from app.questionnaires.compiled import CompiledVersion, compile_version
from app.questionnaires.models import (
    Edition,
    Question,
    QuestionMapping,
    QuestionnaireVersion,
    VersionState,
)

# Published versions never change, so every process may keep its own copy for ever.
_compiled: dict[UUID, CompiledVersion] = {}


async def get_compiled(session: AsyncSession, version_id: UUID) -> CompiledVersion:
    """A published version from memory, read from the database the first time; raises NotFound."""
    known = _compiled.get(version_id)
    if known is not None:
        return known
    version = await session.get(QuestionnaireVersion, version_id)
    if version is None or version.state is VersionState.DRAFT:
        raise NotFound
    questions = (await session.exec(select(Question).where(Question.version_id == version_id))).all()
    own = {question.id for question in questions}
    pairs = await session.exec(
        select(QuestionMapping).where(
            or_(
                QuestionMapping.civil_society_question_id.in_(own),  # type: ignore[attr-defined]
                QuestionMapping.state_question_id.in_(own),  # type: ignore[attr-defined]
            )
        )
    )
    mapped: dict[UUID, list[UUID]] = {}
    for pair in pairs:
        here, there = pair.civil_society_question_id, pair.state_question_id
        if version.edition is Edition.STATE:
            here, there = there, here
        mapped.setdefault(here, []).append(there)
    compiled = compile_version(version, questions, {key: tuple(value) for key, value in mapped.items()})
    _compiled[version_id] = compiled
    return compiled


async def find_version(
    session: AsyncSession, slug: str, edition: Edition, number: int | None = None
) -> QuestionnaireVersion | None:
    """A version of an edition: the one with that number, or the newest published one."""
    query = select(QuestionnaireVersion).where(
        QuestionnaireVersion.slug == slug, QuestionnaireVersion.edition == edition
    )
    if number is None:
        query = query.where(QuestionnaireVersion.state == VersionState.PUBLISHED)
    else:
        query = query.where(QuestionnaireVersion.number == number)
    return (await session.exec(query.order_by(QuestionnaireVersion.number.desc()))).first()  # type: ignore[attr-defined]


async def list_pairs(session: AsyncSession) -> list[tuple[QuestionnaireVersion, QuestionnaireVersion]]:
    """Published civil-society versions with the State version of the same name and number."""
    query = select(QuestionnaireVersion).where(QuestionnaireVersion.state == VersionState.PUBLISHED)
    versions = (await session.exec(query)).all()
    state = {(v.slug, v.number): v for v in versions if v.edition is Edition.STATE}
    return [
        (v, state[v.slug, v.number])
        for v in sorted(versions, key=lambda v: (v.slug, -v.number))
        if v.edition is Edition.CIVIL_SOCIETY and (v.slug, v.number) in state
    ]
