"""Writing translations: always a further row, never a changed one."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.platform.errors import Invalid
from app.platform.i18n import BY_CODE, _
from app.platform.security import Actor, Permission, require
from app.translations import queries
from app.translations.models import Origin, Text, Translation

BODY_LIMIT = 20_000


async def add_translation(
    session: AsyncSession,
    actor: Actor,
    decision: Permission,
    text_id: UUID,
    language: str,
    body: str,
    origin: Origin = Origin.HUMAN,
) -> Translation:
    """Set a translation beside a text; it holds until the next one in that language.

    Who may do this depends on whose text it is, so the caller's policy has decided. Raises NotFound
    and Invalid.
    """
    require(decision)
    text = await queries.get_text(session, text_id, lock=True)
    _check(text, language, body)
    translation = Translation(
        text_id=text.id,
        language=language,
        number=await queries.last_number(session, text.id, language) + 1,
        body=body.strip(),
        origin=origin,
        author_id=actor.account_id,
        author_name=actor.name,
    )
    session.add(translation)
    await session.flush()
    return translation


def _check(text: Text, language: str, body: str) -> None:
    if language not in BY_CODE:
        raise Invalid({"language": _("Choose one of the languages on this page.")})
    if language == text.language:
        raise Invalid({"language": _("The original is in this language. Choose another one.")})
    if not body.strip():
        raise Invalid({"body": _("Write the translation.")})
    if len(body) > BODY_LIMIT:
        raise Invalid({"body": _("This is too long: at most %(limit)s characters.", limit=BODY_LIMIT)})
