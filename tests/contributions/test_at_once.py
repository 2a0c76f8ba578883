"""Several people at the same moment: nobody's words are lost, nothing happens twice."""

import asyncio
from collections.abc import Sequence

import httpx2
import pytest
from sqlmodel import col, select

from app.contributions import entry, service
from app.contributions.models import Answer, AnswerVersion, Contribution, ContributionVersion
from app.organisations.models import Role
from app.platform import ids
from app.platform.db import Database
from tests import browsing
from tests.contributions.conftest import Scene
from tests.contributions.fields import fields_of
from tests.factories import Make

pytestmark = pytest.mark.databases_differ

EIGHT = range(8)


async def answers(db: Database) -> Sequence[Answer]:
    async with db.read() as session:
        return (await session.exec(select(Answer))).all()


async def test_eight_saves_to_eight_questions_are_all_kept(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.drafter)
    saved = await asyncio.gather(
        *(
            browsing.post(client, scene.question(n), {"narrative": f"Words {n}", "version": "0"})
            for n in EIGHT
        )
    )
    assert [reply.status_code for reply in saved] == [303] * 8
    assert {row.narrative for row in await answers(db)} == {f"Words {n}" for n in EIGHT}


async def test_of_eight_saves_to_one_question_one_wins_and_seven_get_both_texts(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.drafter)
    place = scene.question()
    # First nobody has begun the answer, then all eight start from the version that won.
    for version in (0, 1):
        typed = [f"Round {version}, writer {n}" for n in EIGHT]
        sent = await asyncio.gather(
            *(browsing.post(client, place, {"narrative": t, "version": str(version)}) for t in typed)
        )
        assert sorted(reply.status_code for reply in sent) == [303] + [409] * 7
        (row,) = await answers(db)
        (winner,) = [t for t, reply in zip(typed, sent, strict=True) if reply.status_code == 303]
        assert (row.narrative, row.version) == (winner, version + 1)
        for own, reply in zip(typed, sent, strict=True):
            if reply.status_code == 409:
                assert winner in reply.text
                shown = fields_of(reply.text)
                assert (shown["narrative"], shown["version"]) == (own, str(version + 1))


async def test_two_members_who_start_at_once_find_the_same_draft(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    fresh = await make.organisation("Haven")
    await make.member(scene.drafter, Role.DRAFTER, at=fresh)
    await make.signed_in(client, scene.drafter)
    chosen = {"mode": "named", "organisation_id": str(fresh.id)}
    begun = await asyncio.gather(*(browsing.post(client, scene.start, chosen) for _n in range(3)))
    assert len({reply.headers.get("location") for reply in begun}) == 1, [r.status_code for r in begun]
    async with db.read() as session:
        rows = (
            await session.exec(select(Contribution).where(Contribution.organisation_id == fresh.id))
        ).all()
    assert len(rows) == 1


async def test_a_button_pressed_twice_submits_once(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    await make.answer(scene.draft, scene.codes[0], "At the border.")
    await make.signed_in(client, scene.signatory)
    pressed = await asyncio.gather(*(browsing.post(client, f"{scene.home}/submit") for _n in range(3)))
    pressed = [*pressed, await browsing.post(client, f"{scene.home}/submit")]
    assert [reply.headers.get("location") for reply in pressed] == [f"{scene.home}/receipt"] * 4
    async with db.read() as session:
        assert len((await session.exec(select(ContributionVersion))).all()) == 1
        assert len((await session.exec(select(AnswerVersion))).all()) == 1


async def begin(db: Database, code: str, receipt: str) -> Contribution:
    async with db.write() as session:
        return await entry.enter(session, "a secret", code, receipt, "en")


async def test_sixteen_people_who_enter_in_the_same_second_all_get_in(
    db: Database, make: Make, scene: Scene
) -> None:
    codes = [await make.invitation(scene.consultation) for _n in range(16)]
    begun = await asyncio.gather(*(begin(db, code, ids.new_code()) for code in codes))
    assert len({contribution.label for contribution in begun}) == 16


async def test_one_code_used_twice_at_once_opens_one_contribution(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    code = await make.invitation(scene.consultation)
    receipts = [ids.new_code() for _n in range(3)]
    outcomes = await asyncio.gather(
        *(begin(db, code, receipt) for receipt in receipts), return_exceptions=True
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Contribution", "Invalid", "Invalid"]
    async with db.read() as session:
        found = await session.exec(select(Contribution).where(col(Contribution.organisation_id).is_(None)))
        assert len(found.all()) == 1


async def test_what_is_saved_while_the_name_is_given_up_is_moved_or_refused(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.drafter)
    behind = make.behind(scene.draft)

    async def give_up() -> None:
        async with db.write() as session:
            await service.become_confidential(session, behind, scene.draft.id, ids.new_code())

    saved, _done = await asyncio.gather(
        browsing.post(client, scene.question(), {"narrative": "Just now.", "version": "0"}), give_up()
    )
    assert saved.status_code in {303, 404}
    rows = await answers(db)
    assert [row.narrative for row in rows] == (["Just now."] if saved.status_code == 303 else [])
    assert all(row.contribution_id != scene.draft.id for row in rows)
