"""Writing questionnaires."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit import service as audit
from app.platform.security import Actor, require
from app.platform.states import move
from app.questionnaires import policy, queries
from app.questionnaires.models import (
    VERSION_MOVES,
    Edition,
    Question,
    QuestionMapping,
    QuestionnaireVersion,
    VersionState,
)
from app.questionnaires.shipped import ShippedPair


async def load_pair(
    session: AsyncSession, actor: Actor, pair: ShippedPair
) -> tuple[QuestionnaireVersion, QuestionnaireVersion]:
    """Publish a shipped pair as a new version, unless the newest one already holds the same content."""
    require(policy.can_publish(actor))
    newest = [await queries.find_version(session, pair.slug, edition) for edition in Edition]
    state, civil_society = newest
    if state and civil_society and state.checksum == civil_society.checksum == pair.checksum:
        return civil_society, state
    number = max([version.number for version in newest if version], default=0) + 1
    made = {edition: _version(pair, edition, number) for edition in Edition}
    session.add_all(made.values())
    await session.flush()
    ids: dict[str, UUID] = {}
    for edition, version in made.items():
        for position, entry in enumerate(pair.questions[edition.value]):
            question = _question(version, position, entry)
            ids[question.code] = question.id
            session.add(question)
        move(version, VERSION_MOVES, VersionState.PUBLISHED)
        audit.record(session, actor, "questionnaire.published", version, number=number)
    await session.flush()
    for entry in pair.questions["civil_society"]:
        for code in entry["maps_to"]:
            session.add(
                QuestionMapping(civil_society_question_id=ids[entry["code"]], state_question_id=ids[code])
            )
    await session.flush()
    return made[Edition.CIVIL_SOCIETY], made[Edition.STATE]


def _version(pair: ShippedPair, edition: Edition, number: int) -> QuestionnaireVersion:
    return QuestionnaireVersion(
        slug=pair.slug,
        edition=edition,
        number=number,
        texts=pair.editions[edition.value],
        sections=pair.sections,
        checksum=pair.checksum,
    )


def _question(version: QuestionnaireVersion, position: int, entry: dict[str, object]) -> Question:
    kept = ("code", "section", "instrument", "article", "paragraph", "obligation", "topics", "texts")
    return Question.model_validate(
        {"version_id": version.id, "position": position, **{k: entry[k] for k in kept if k in entry}}
    )
