"""A translator sees words and never who wrote them."""

import re

import httpx2
import pytest
from sqlmodel import select

from app.audit.models import AuditEntry
from app.contributions import service as contributions
from app.contributions.models import AnswerVersion, Contribution, Mode
from app.organisations.models import Role
from app.platform.db import Database
from tests.browsing import post
from tests.factories import Make
from tests.reading.conftest import CODE, Scene


async def text_of(db: Database, language: str) -> str:
    async with db.read() as session:
        query = select(AnswerVersion.text_id).where(
            AnswerVersion.language == language, AnswerVersion.practice.is_not(None)
        )
        return str((await session.exec(query)).one())


async def test_a_translator_works_without_names(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.staff[Role.TRANSLATOR])
    first = await client.get(f"/en/desk/{scene.slug}")
    assert (first.status_code, first.headers["location"]) == (303, f"/en/desk/{scene.slug}/texts")
    listed = await client.get(f"/en/desk/{scene.slug}/texts?missing=en")
    here = f"/en/desk/{scene.slug}/texts/{await text_of(db, 'ar')}"
    assert here in listed.text
    assert await text_of(db, "en") not in listed.text
    written = await post(
        client, here, {"language": "en", "body": "The marking machine is broken."}, page=here
    )
    assert (written.status_code, written.headers["location"]) == (303, here)
    opened = await client.get(here)
    assert "The marking machine is broken." in opened.text
    assert here not in (await client.get(f"/en/desk/{scene.slug}/texts?missing=en")).text
    for page in (listed, opened, await client.get(f"/en/desk/{scene.slug}/texts")):
        shown = re.sub(r"/texts/[0-9a-f-]+", "", page.text)
        assert "Orsa Valley" not in shown
        assert not re.search(rf"\b{scene.confidential.label}\b|\b{scene.named.label}\b", shown)
        assert str(scene.named.id) not in shown
        assert str(scene.confidential.id) not in shown
    async with db.read() as session:
        entries = (
            await session.exec(select(AuditEntry).where(AuditEntry.action == "translation.written"))
        ).all()
    assert [entry.details["language"] for entry in entries] == ["en"]


async def test_a_translation_stands_folded_beside_the_answer(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    headers = await make.token(scene.staff[Role.EXPERT])
    path = f"/api/v1/desk/{scene.slug}/texts/{await text_of(db, 'ar')}/translations"
    for body in ("Brocken.", "The machine is broken."):
        made = await client.post(path, json={"language": "en", "body": body}, headers=headers)
        assert made.status_code == 201, made.text
    assert made.json()["number"] == 2
    await make.signed_in(client, scene.staff[Role.EXPERT])
    page = (await client.get(f"/en/desk/{scene.slug}/questions/{CODE}")).text
    assert "The machine is broken." in page
    assert "Brocken" not in page
    assert f"English translation, by <bdi>{scene.staff[Role.EXPERT].name}</bdi>" in page
    refused = await client.post(path, json={"language": "ar", "body": "again"}, headers=headers)
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["language"])


@pytest.mark.one_database
async def test_what_was_typed_comes_back(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.staff[Role.TRANSLATOR])
    here = f"/en/desk/{scene.slug}/texts/{await text_of(db, 'ar')}"
    again = await post(client, here, {"language": "ar", "body": "My careful words"}, page=here)
    assert again.status_code == 422
    assert "My careful words" in again.text
    assert "The original is in this language." in again.text
    empty = await post(client, here, {"language": "en", "body": "  "}, page=here)
    assert (empty.status_code, "Write the translation." in empty.text) == (422, True)


@pytest.mark.one_database
@pytest.mark.parametrize("role", [Role.GOVERNMENT_READER, Role.FACILITATOR, Role.AUDITOR])
async def test_others_do_not_translate(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene, role: Role
) -> None:
    await make.signed_in(client, scene.staff[role])
    text = await text_of(db, "ar")
    assert (await client.get(f"/en/desk/{scene.slug}/texts")).status_code == 403
    assert (await client.get(f"/en/desk/{scene.slug}/texts/{text}")).status_code == 403
    sent = await post(client, f"/en/desk/{scene.slug}/texts/{text}", {"language": "en", "body": "No"})
    assert sent.status_code == 403


@pytest.mark.one_database
async def test_only_texts_of_standing_answers_of_this_consultation(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    elsewhere = await make.consultation()
    stranger = await make.staff(elsewhere, Role.TRANSLATOR)
    text = await text_of(db, "ar")
    await make.signed_in(client, stranger)
    assert (await client.get(f"/en/desk/{elsewhere.slug}/texts/{text}")).status_code == 404
    async with db.write() as session:
        behind = make.behind(scene.confidential)
        await contributions.withdraw_contribution(session, behind, scene.confidential.id)
    await make.signed_in(client, scene.staff[Role.TRANSLATOR])
    path = f"/en/desk/{scene.slug}/texts/{text}"
    assert (await client.get(path)).status_code == 404
    assert (await post(client, path, {"language": "en", "body": "Too late"})).status_code == 404
    assert text not in (await client.get(f"/en/desk/{scene.slug}/texts")).text


async def test_the_list_continues_and_its_order_says_nothing(
    client: httpx2.AsyncClient, make: Make, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.reading.texts.PAGE", 2)
    made: list[Contribution] = [
        await make.contribution(scene.consultation, Mode.CONFIDENTIAL, answers={CODE: f"Words {n}"})
        for n in range(3)
    ]
    assert len(made) == 3
    await make.signed_in(client, scene.staff[Role.TRANSLATOR])
    here, seen = f"/en/desk/{scene.slug}/texts", []
    while here:
        page = (await client.get(here)).text
        seen += re.findall(r"/texts/([0-9a-f-]{36})", page)
        following = re.search(r'href="([^"]+)" rel="next"', page)
        here = following.group(1).replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 5
    assert seen == sorted(seen)
