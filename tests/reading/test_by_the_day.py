"""Confidential answers come to the desk by the day: no number of a page moves in the minute of a writer."""

import httpx2

from app.consultations import service as consultations
from app.consultations.schemas import Closing
from app.contributions import jobs
from app.contributions import service as contributions
from app.contributions.models import Contribution, ContributionState, Mode
from app.organisations.models import Role
from app.platform.db import Database
from app.platform.settings import Settings
from tests.browsing import PROOF
from tests.factories import SYSTEM, Make
from tests.reading.conftest import CODE, Scene

WORDS = "At night the gate stands open."
REVISED = "At night the gate stands wide open."


async def handed_in(make: Make, contribution: Contribution, words: str, version: int = 0) -> None:
    """Submit as a bearer does; the day is not over."""
    await make.answer(contribution, CODE, words, version)
    async with make.db.write() as session:
        await contributions.submit_contribution(session, make.behind(contribution), contribution.id)


async def read(client: httpx2.AsyncClient, scene: Scene) -> str:
    """Everything the staff can read that counts answers; read before, so that nothing is new to them."""
    paths = ["", "/questions", f"/questions/{CODE}", "/texts", "/log", "/outcome", "/submission"]
    pages = [await client.get(f"/en/desk/{scene.slug}{path}") for path in paths]
    pages.append(await client.get(f"/api/v1/desk/{scene.slug}/questions/{CODE}/answers"))
    found = [PROOF.sub("", page.text) for page in pages if page.status_code == httpx2.codes.OK]
    assert len(found) >= 5
    return "".join(found)


async def as_expert(client: httpx2.AsyncClient, make: Make, scene: Scene) -> str:
    await make.signed_in(client, scene.staff[Role.EXPERT])
    await read(client, scene)
    return await read(client, scene)


async def test_the_desk_sees_a_confidential_answer_when_its_day_is_over(
    client: httpx2.AsyncClient, db: Database, settings: Settings, make: Make, scene: Scene
) -> None:
    before = await as_expert(client, make, scene)
    fresh = await make.contribution(
        scene.consultation, Mode.CONFIDENTIAL, ContributionState.DRAFTING, answers={}
    )
    await handed_in(make, fresh, WORDS)
    await jobs.pass_on_confidential(db, settings)
    assert await read(client, scene) == before, "a page tells that somebody handed in just now"
    await make.night()
    assert WORDS in await read(client, scene)


async def test_a_revision_comes_the_same_way_and_until_then_the_former_words_stand(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    fresh = await make.contribution(scene.consultation, Mode.CONFIDENTIAL, answers={CODE: WORDS})
    before = await as_expert(client, make, scene)
    async with make.db.write() as session:
        await contributions.revise_contribution(session, make.behind(fresh), fresh.id)
    await handed_in(make, fresh, REVISED, 1)
    assert await read(client, scene) == before
    await make.night()
    assert REVISED in await read(client, scene)


async def test_what_came_on_the_last_day_is_there_when_the_consultation_closes(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    fresh = await make.contribution(
        scene.consultation, Mode.CONFIDENTIAL, ContributionState.DRAFTING, answers={}
    )
    await handed_in(make, fresh, WORDS)
    assert WORDS not in await as_expert(client, make, scene)
    async with make.db.write() as session:
        await consultations.close_consultation(session, SYSTEM, scene.slug, Closing(reason="It is over."))
    assert WORDS in await read(client, scene)


async def test_the_receipt_counts_what_was_handed_in_and_says_when_it_is_read(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    fresh = await make.contribution(
        scene.consultation, Mode.CONFIDENTIAL, ContributionState.DRAFTING, answers={}
    )
    await handed_in(make, fresh, WORDS)
    await make.signed_in(client, fresh)
    receipt = (await client.get(f"/en/contributions/{fresh.id}/receipt")).text
    assert "Your answer to 1 question is here." in receipt
    assert "when its day is over" in receipt
