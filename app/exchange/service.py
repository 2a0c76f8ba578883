"""Taking questionnaires and their texts in from files."""

import asyncio
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit import service as audit
from app.exchange import texts, xliff
from app.exchange.texts import TextsReport
from app.platform.errors import NotFound
from app.platform.security import Actor, require
from app.questionnaires import policy, queries
from app.questionnaires import service as questionnaires


async def import_texts(session: AsyncSession, actor: Actor, version_id: UUID, file: bytes) -> TextsReport:
    """Take the translations of an XLIFF file into a draft; the same file changes nothing the second time.

    Raises Invalid where the file as a whole cannot be used; the report tells of each text.
    """
    version = await queries.get_version(session, version_id, lock=True)
    if not policy.can_read(actor, version):
        raise NotFound
    require(policy.can_edit(actor, version))
    definition = await queries.read_definition(session, version)
    read = await asyncio.to_thread(xliff.read_texts, file, definition)
    report = texts.take(definition, read)
    if report.changed:
        await questionnaires.replace_content(session, actor, version, definition)
        audit.record(
            session,
            actor,
            "questionnaire.translated",
            version,
            number=version.number,
            name=version.slug,
            language=report.language,
            texts=report.changed,
        )
    return report
