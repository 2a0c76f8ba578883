"""A translation stands beside its text: a further row each time, and never in the text's own language."""

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from app.platform.errors import Forbidden, Invalid, NotFound
from app.platform.i18n import _
from app.platform.ids import random_id
from app.platform.security import ALLOW, Actor, deny
from app.translations import queries, service
from app.translations.models import Origin, Text

TRANSLATOR = Actor(name="Dana Marek")


async def a_text(session: AsyncSession, body: str = "آلة الوسم معطّلة.", language: str = "ar") -> Text:
    text = Text(language=language, body=body)
    session.add(text)
    await session.flush()
    return text


async def test_the_newest_translation_of_each_language_holds(session: AsyncSession) -> None:
    text, other = await a_text(session), await a_text(session)
    for language, body in (
        ("en", "The machine is broke."),
        ("fr", "En panne."),
        ("en", "The machine is broken."),
    ):
        await service.add_translation(session, TRANSLATOR, ALLOW, text.id, language, body)
    found = await queries.latest_for(session, [text.id, other.id])
    assert {code: (made.number, made.body) for code, made in found[text.id].items()} == {
        "en": (2, "The machine is broken."),
        "fr": (1, "En panne."),
    }
    assert other.id not in found
    assert len(await queries.list_translations(session, text.id)) == 3


async def test_many_texts_cost_one_statement(session: AsyncSession, statements: list[str]) -> None:
    texts = [await a_text(session) for _number in range(5)]
    for text in texts:
        await service.add_translation(session, TRANSLATOR, ALLOW, text.id, "en", "Broken.", Origin.MACHINE)
    statements.clear()
    assert len(await queries.latest_for(session, [text.id for text in texts])) == 5
    assert len(statements) == 1


@pytest.mark.parametrize(
    ("language", "body", "field"),
    [
        ("ar", "The original again", "language"),
        ("xx", "No such language", "language"),
        ("en", " \n ", "body"),
        ("en", "a" * 20_001, "body"),
    ],
)
async def test_what_is_no_translation_is_refused(
    session: AsyncSession, language: str, body: str, field: str
) -> None:
    text = await a_text(session)
    with pytest.raises(Invalid) as refused:
        await service.add_translation(session, TRANSLATOR, ALLOW, text.id, language, body)
    assert list(refused.value.errors) == [field]
    await service.add_translation(session, TRANSLATOR, ALLOW, text.id, "en", "a" * 20_000)


async def test_the_caller_decides_who_may(session: AsyncSession) -> None:
    text = await a_text(session)
    with pytest.raises(Forbidden, match="forbidden"):
        await service.add_translation(session, TRANSLATOR, deny(_("No.")), text.id, "en", "Broken.")
    with pytest.raises(NotFound):
        await service.add_translation(session, TRANSLATOR, ALLOW, random_id(), "en", "Broken.")
    assert await queries.latest_for(session, [text.id]) == {}
