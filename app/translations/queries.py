"""Reading texts and the translations that hold."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.platform.batches import batches
from app.platform.errors import NotFound
from app.translations.models import Text, Translation

_newer = aliased(Translation)
LATEST = select(Translation).where(
    ~select(_newer.id)
    .where(
        _newer.text_id == Translation.text_id,
        _newer.language == Translation.language,
        _newer.number > Translation.number,
    )
    .exists()
)


async def latest_for(session: AsyncSession, text_ids: Collection[UUID]) -> dict[UUID, dict[str, Translation]]:
    """The translation that holds in each language, by text: the one with the highest number."""
    found: dict[UUID, dict[str, Translation]] = {}
    for ids in batches(text_ids):
        for translation in await session.exec(LATEST.where(col(Translation.text_id).in_(ids))):
            found.setdefault(translation.text_id, {})[translation.language] = translation
    return found


async def bodies_of(session: AsyncSession, text_ids: Collection[UUID]) -> dict[UUID, list[tuple[str, str]]]:
    """Every translation of these texts that is stored, corrected ones included: its words and language."""
    found: dict[UUID, list[tuple[str, str]]] = {}
    query = select(Translation.text_id, Translation.body, Translation.language)
    for ids in batches(text_ids):
        for text_id, body, language in await session.exec(query.where(col(Translation.text_id).in_(ids))):
            found.setdefault(text_id, []).append((body, language))
    return found


async def list_translations(session: AsyncSession, text_id: UUID) -> list[Translation]:
    """Every translation of a text, corrections included: by language, the newest first."""
    query = select(Translation).where(Translation.text_id == text_id)
    newest = Translation.number.desc()  # type: ignore[attr-defined]
    return list((await session.exec(query.order_by(Translation.language, newest))).all())


async def get_text(session: AsyncSession, text_id: UUID, *, lock: bool = False) -> Text:
    """A text, locked against a second translator if asked; raises NotFound."""
    query = select(Text).where(Text.id == text_id)
    if lock:
        query = query.with_for_update()
    found = (await session.exec(query)).first()
    if found is None:
        raise NotFound
    return found


async def last_number(session: AsyncSession, text_id: UUID, language: str) -> int:
    """The number of the newest translation of a text in a language; 0 if there is none."""
    query = select(Translation.number).where(Translation.text_id == text_id, Translation.language == language)
    newest = Translation.number.desc()  # type: ignore[attr-defined]
    return (await session.exec(query.order_by(newest).limit(1))).first() or 0
