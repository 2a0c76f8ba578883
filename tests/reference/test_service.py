from typing import Any

import pytest
from sqlmodel import select

from app.audit.models import AuditEntry
from app.organisations.models import Role
from app.platform import ids
from app.platform.db import Database
from app.platform.errors import Conflict, Forbidden, Invalid, NotFound, StaleEdit
from app.platform.security import NOBODY, Actor
from app.reference import queries, service
from app.reference.document import Kind, PartRow
from app.reference.models import Mark, ReferenceState, ReferenceVersion
from app.reference.schemas import (
    ArticleInput,
    DocumentInput,
    DraftChange,
    InstrumentInput,
    PartInput,
    PublishInput,
)
from app.reference.shipped import read_reference
from tests.factories import SYSTEM

OFFICER = Actor(ids.new_id(), "Officer", frozenset({(Role.SECRETARIAT.value, ids.new_id())}))
FOCAL_POINT = Actor(ids.new_id(), "Focal point", frozenset({(Role.FOCAL_POINT.value, ids.new_id())}))
SHIPPED = read_reference()


def part(**more: Any) -> PartInput:
    given = {
        "cluster": "I",
        "instrument": "FP",
        "articles": "3, 5 8،10",
        "mark": "verified",
        "sources": ["U13"],
    }
    return PartInput.model_validate(given | more)


async def published(db: Database) -> ReferenceVersion:
    async with db.write() as session:
        await service.load_reference(session, SYSTEM)
    async with db.read() as session:
        found = await queries.find_published(session)
        assert found is not None
        return found


async def drafted(db: Database) -> ReferenceVersion:
    await published(db)
    async with db.write() as session:
        return await service.start_draft(session, OFFICER)


async def publish_edit(db: Database, note: str = "Checked against the toolkit.") -> ReferenceVersion:
    await drafted(db)
    async with db.write() as session:
        await service.edit_row(session, OFFICER, Kind.PARTS, "I-FP", part())
        return await service.publish(session, OFFICER, PublishInput(note=note))


async def states(db: Database) -> list[tuple[int, str]]:
    async with db.read() as session:
        found = (await session.exec(select(ReferenceVersion).order_by(ReferenceVersion.number))).all()
        return [(version.number, version.state.value) for version in found]


async def actions(db: Database) -> list[str]:
    async with db.read() as session:
        return sorted((await session.exec(select(AuditEntry.action))).all())


async def test_a_portal_knows_what_it_ships_before_anything_is_loaded(db: Database) -> None:
    async with db.read() as session:
        reference = await queries.current(session)
        assert reference.number == 0
        assert str(reference.instrument_name("FP")) == "Firearms Protocol"


async def test_what_ships_is_published_once(db: Database) -> None:
    first = await published(db)
    async with db.write() as session:
        assert await service.load_reference(session, SYSTEM) is None
        with pytest.raises(Forbidden):
            await service.load_reference(session, FOCAL_POINT)
    assert await states(db) == [(1, "published")]
    assert await actions(db) == ["reference.published"]
    changed = SHIPPED.without_row(Kind.PHASES, "4")
    async with db.write() as session:
        await service.load_reference(session, SYSTEM, changed)
    assert await states(db) == [(1, "retired"), (2, "published")]
    async with db.read() as session:
        assert (await queries.get_reference(session, first.id)).number == 1
        assert (await queries.current(session)).number == 2


async def test_what_ships_later_does_not_replace_what_the_secretariat_published(db: Database) -> None:
    await publish_edit(db)
    newer = SHIPPED.without_row(Kind.PHASES, "4")
    async with db.write() as session:
        await service.load_reference(session, SYSTEM, newer)
        assert await service.load_reference(session, SYSTEM, newer) is None
    assert await states(db) == [(1, "retired"), (2, "published"), (3, "retired")]
    async with db.write() as session:
        draft = await service.start_draft(session, OFFICER, 3)
        assert queries.data_of(draft) == newer


async def test_a_published_version_is_asked_for_once_by_one_small_statement(
    db: Database, statements: list[str]
) -> None:
    await published(db)
    async with db.read() as session:
        await queries.current(session)
    before = len(statements)
    async with db.read() as session:
        reference = await queries.current(session)
        reference.article_line("FP", "5", "1 (a)")
    asked = [text for text in statements[before:] if text.startswith("SELECT")]
    assert len(asked) == 1
    assert "data" not in asked[0]


async def test_a_draft_changes_nothing_until_it_is_published(db: Database) -> None:
    await drafted(db)
    async with db.write() as session:
        await service.edit_row(session, OFFICER, Kind.PARTS, "I-FP", part())
    async with db.read() as session:
        stands = (await queries.current(session)).data.find(Kind.PARTS, "I-FP")
        assert isinstance(stands, PartRow)
        assert stands.mark is Mark.USAGE
        page = await queries.draft_page(session, OFFICER)
        (change,) = page.changes
        assert change.key == "I-FP"
        assert {str(field.label): str(field.after) for field in change.fields} == {
            "Articles": "3, 5, 8, 10",
            "Sources": "U13",
            "How sure": "Verified in the source",
        }
    async with db.write() as session:
        made = await service.publish(session, OFFICER, PublishInput(note="Checked."))
    assert made.state is ReferenceState.PUBLISHED
    assert await states(db) == [(1, "retired"), (2, "published")]
    async with db.read() as session:
        row = (await queries.current(session)).data.find(Kind.PARTS, "I-FP")
        assert isinstance(row, PartRow)
        assert row.articles == ["3", "5", "8", "10"]


async def test_a_draft_is_not_there_for_others(db: Database) -> None:
    draft = await drafted(db)
    async with db.read() as session:
        for actor in (NOBODY, FOCAL_POINT):
            with pytest.raises(NotFound):
                await queries.get_version(session, actor, draft.number)
            with pytest.raises(NotFound):
                await queries.draft_page(session, actor)
            assert [v.version.number for v in (await queries.versions_page(session, actor)).versions] == [1]
        with pytest.raises(NotFound):
            await queries.get_reference(session, draft.id)
    async with db.write() as session:
        with pytest.raises(NotFound):
            await service.edit_row(session, FOCAL_POINT, Kind.PARTS, "I-FP", part())
        with pytest.raises(Forbidden):
            await service.start_draft(session, FOCAL_POINT)


async def test_there_is_one_draft_at_a_time(db: Database) -> None:
    await drafted(db)
    async with db.write() as session:
        with pytest.raises(Conflict):
            await service.start_draft(session, OFFICER)
        await service.discard_draft(session, OFFICER)
        await service.start_draft(session, OFFICER)
    assert "reference.draft_discarded" in await actions(db)


async def test_an_edit_of_an_older_draft_is_refused_and_keeps_both(db: Database) -> None:
    draft = await drafted(db)
    seen = draft.version
    async with db.write() as session:
        await service.edit_row(session, OFFICER, Kind.PARTS, "I-FP", part(version=seen))
    async with db.write() as session:
        with pytest.raises(StaleEdit) as stale:
            await service.edit_row(session, OFFICER, Kind.PARTS, "I-FP", part(version=seen, articles="3"))
        assert stale.value.current.version == seen + 1
        with pytest.raises(StaleEdit):
            await service.remove_row(session, OFFICER, Kind.PARTS, "I-FP", DraftChange(version=seen))


async def test_rows_are_added_and_removed(db: Database) -> None:
    await drafted(db)
    new = InstrumentInput(
        code="UNCAC",
        position=9,
        names={"en": "Convention against Corruption"},
        mark="usage",
        sources=["usage"],
    )
    article = ArticleInput.model_validate(
        {
            "instrument": "UNCAC",
            "number": "15",
            "names": {"en": "Bribery"},
            "mark": "usage",
            "sources": ["usage"],
            "paragraphs": [
                {"paragraph": "(a)", "obligation": "mandatory"},
                {"paragraph": "(b)", "remove": "yes"},
            ],
        }
    )
    async with db.write() as session:
        with pytest.raises(Invalid):
            await service.add_row(session, OFFICER, Kind.ARTICLES, article)
        await service.add_row(session, OFFICER, Kind.INSTRUMENTS, new)
        draft = await service.add_row(session, OFFICER, Kind.ARTICLES, article)
        row = queries.data_of(draft).find(Kind.ARTICLES, "UNCAC-15")
        assert row is not None
        assert [each.paragraph for each in row.paragraphs] == ["(a)"]
        with pytest.raises(Invalid):
            await service.add_row(session, OFFICER, Kind.INSTRUMENTS, new)
        with pytest.raises(Invalid, match="invalid"):
            await service.remove_row(session, OFFICER, Kind.INSTRUMENTS, "UNCAC", DraftChange())
        await service.remove_row(session, OFFICER, Kind.ARTICLES, "UNCAC-15", DraftChange())
        await service.remove_row(session, OFFICER, Kind.INSTRUMENTS, "UNCAC", DraftChange())
        with pytest.raises(NotFound):
            await service.remove_row(session, OFFICER, Kind.INSTRUMENTS, "UNCAC", DraftChange())


async def test_a_row_does_not_take_the_place_of_another(db: Database) -> None:
    await drafted(db)
    async with db.write() as session:
        with pytest.raises(Invalid):
            await service.edit_row(session, OFFICER, Kind.PARTS, "I-FP", part(instrument="TIP"))
        with pytest.raises(Invalid):
            await service.edit_row(session, OFFICER, Kind.PARTS, "I-FP", part(articles="99"))


async def test_a_draft_without_changes_is_not_published(db: Database) -> None:
    await drafted(db)
    async with db.write() as session:
        with pytest.raises(Conflict):
            await service.publish(session, OFFICER, PublishInput(note="Nothing."))


async def test_a_whole_document_is_put_into_a_draft(db: Database) -> None:
    await drafted(db)
    smaller = SHIPPED.without_row(Kind.PHASES, "4")
    broken = SHIPPED.without_row(Kind.INSTRUMENTS, "FP")
    async with db.write() as session:
        with pytest.raises(Invalid):
            await service.replace_draft(session, OFFICER, DocumentInput(data=broken))
        draft = await service.replace_draft(session, OFFICER, DocumentInput(data=smaller))
    assert draft.checksum == smaller.checksum()
