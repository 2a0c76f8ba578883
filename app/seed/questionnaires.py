"""The questionnaires of the demonstration: what ships, and a version that is being prepared."""

from sqlmodel.ext.asyncio.session import AsyncSession

from app.authoring import editing
from app.authoring import service as authoring
from app.authoring.schemas import TextsInput, UnitInput, Where
from app.platform.db import Database
from app.questionnaires import queries
from app.questionnaires import service as pairs
from app.questionnaires.shipped import read_pair, shipped_slugs
from app.reference import service as reference
from app.seed.people import SYSTEM

PREPARED = Where("untoc", "civil-society", 1)
REWORDED = {"q:OC-23-a:prompt": "Are witnesses safe from threats, bribes and force?"}


async def load_questionnaires(db: Database) -> None:
    """Publish the reference data and the pairs that ship with the portal, where they are new or changed."""
    async with db.write() as session:
        await reference.load_reference(session, SYSTEM)
        for slug in shipped_slugs():
            await pairs.load_pair(session, SYSTEM, read_pair(slug))


async def prepare_version(session: AsyncSession) -> None:
    """Begin a second version and reword a question: its translations are outdated, its mappings doubtful."""
    draft = await authoring.start_version(session, SYSTEM, PREPARED)
    where = Where(draft.slug, draft.edition_path, draft.number)
    units = {unit.key: unit for unit in editing.all_units(await queries.read_definition(session, draft))}
    language = draft.source_language
    changed = [
        UnitInput(key=key, text=text, started=editing.unit_hash(units[key], language))
        for key, text in REWORDED.items()
    ]
    await authoring.save_texts(session, SYSTEM, where, language, TextsInput(units=changed))
