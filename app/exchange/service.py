"""Taking questionnaires and their texts in from files."""

import asyncio
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit import service as audit
from app.platform.errors import Conflict, NotFound
from app.platform.i18n import _
from app.platform.security import Actor, require
from app.questionnaires import policy, queries
from app.questionnaires import service as questionnaires
from app.questionnaires.definition import Definition
from app.questionnaires.models import QuestionnaireVersion
from app.xliff import changes as texts
from app.xliff import document as xliff
from app.xliff.changes import TextsReport

CHANGED = _("The draft changed since this page was made. Look at it again.")


async def look_at_texts(session: AsyncSession, actor: Actor, version_id: UUID, file: bytes) -> TextsReport:
    """What the translations of an XLIFF file would do to a draft; nothing is written."""
    version = await queries.get_version(session, version_id)
    return (await _taken(session, actor, version, file))[1]


async def import_texts(
    session: AsyncSession, actor: Actor, version_id: UUID, file: bytes, over: str
) -> TextsReport:
    """Take the translations of an XLIFF file into a draft; the same file changes nothing the second time.

    `over` is the checksum of what the draft said when somebody looked; raises Conflict where it says
    something else by now. Raises Invalid where the file as a whole cannot be used; the report tells of
    each text.
    """
    version = await queries.get_version(session, version_id, lock=True)
    definition, report = await _taken(session, actor, version, file)
    if report.changed:
        if version.checksum != over:
            raise Conflict(CHANGED)
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


async def _taken(
    session: AsyncSession, actor: Actor, version: QuestionnaireVersion, file: bytes
) -> tuple[Definition, TextsReport]:
    """What a draft would say after a file, and the report on it."""
    if not policy.can_read(actor, version):
        raise NotFound
    require(policy.can_edit(actor, version))
    definition = await queries.read_definition(session, version)
    read = await asyncio.to_thread(xliff.read_texts, file, definition)
    return definition, texts.take(definition, read)
