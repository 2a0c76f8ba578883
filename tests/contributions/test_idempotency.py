"""A program that did not hear an answer asks again with the same key and gets the same one."""

import asyncio
import hashlib

import httpx2
import pytest
from sqlmodel import func, select

from app.contributions.models import Contribution
from app.platform.db import Database
from app.platform.idempotency import IdempotencyKey, forget
from app.platform.sealing import key_of, unseal
from tests.contributions.conftest import Scene
from tests.factories import Make

pytestmark = pytest.mark.databases_differ

ENTRIES = "/api/v1/entries"


async def contributions(db: Database) -> int:
    async with db.read() as session:
        return (await session.exec(select(func.count()).select_from(Contribution))).one()


async def test_an_invitation_sent_twice_with_one_key_begins_one_contribution(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    body, key = (
        {"code": await make.invitation(scene.consultation)},
        {"idempotency-key": "a key of 30 letters"},
    )
    before = await contributions(db)
    first, *rest = await asyncio.gather(*(client.post(ENTRIES, json=body, headers=key) for _n in range(3)))
    rest.append(await client.post(ENTRIES, json=body, headers=key))
    assert first.status_code == 201, first.text
    for again in rest:
        assert (again.status_code, again.json()) == (201, first.json())
        assert again.headers["content-type"] == "application/json"
    assert await contributions(db) == before + 1
    other = await client.post(ENTRIES, json=body, headers={"idempotency-key": "another key altogether"})
    assert other.status_code == 422, "the invitation is spent for everybody else"


@pytest.mark.one_database
async def test_the_table_of_outcomes_opens_to_nobody_without_the_key(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    code = await make.invitation(scene.consultation)
    made = await client.post(
        ENTRIES, json={"code": code}, headers={"idempotency-key": "the key of this program"}
    )
    async with db.read() as session:
        (row,) = (await session.exec(select(IdempotencyKey))).all()
    told = made.json()
    for secret in (told["token"], told["receipt_code"], str(told["contribution_id"]), "key of this", code):
        assert secret not in f"{row.key_hash} {row.outcome}"


@pytest.mark.one_database
async def test_a_refusal_is_not_an_outcome(client: httpx2.AsyncClient, make: Make, scene: Scene) -> None:
    key = {"idempotency-key": "the same all along"}
    wrong = await client.post(ENTRIES, json={"code": "2" * 28}, headers=key)
    assert wrong.status_code == 422
    right = await client.post(ENTRIES, json={"code": await make.invitation(scene.consultation)}, headers=key)
    assert right.status_code == 201


@pytest.mark.one_database
async def test_outcomes_are_forgotten_after_two_days(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"code": await make.invitation(scene.consultation)}
    await client.post(ENTRIES, json=body, headers={"idempotency-key": "a key of 30 letters"})
    await forget(db, None)
    async with db.read() as session:
        (row,) = (await session.exec(select(IdempotencyKey))).all()
    monkeypatch.setattr(
        "app.platform.clock.today", lambda: row.kept_until.replace(year=row.kept_until.year + 1)
    )
    await forget(db, None)
    async with db.read() as session:
        assert (await session.exec(select(IdempotencyKey))).all() == []


@pytest.mark.one_database
@pytest.mark.parametrize("key", ["", "1", "test", "0" * 40, "abababababababababab"])
async def test_a_key_that_can_be_guessed_is_refused_and_spends_nothing(
    client: httpx2.AsyncClient, make: Make, scene: Scene, key: str
) -> None:
    """Whoever gave the code away knows the rest of the request, and would get the receipt code by trying keys."""
    body = {"code": await make.invitation(scene.consultation)}
    refused = await client.post(ENTRIES, json=body, headers={"idempotency-key": key})
    assert (refused.status_code, "easy to guess" in refused.json()["detail"]) == (422, True)
    assert (await client.post(ENTRIES, json=body)).status_code == 201


@pytest.mark.one_database
async def test_the_table_of_outcomes_does_not_let_keys_be_tried_on_it(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    body = f'{{"code": "{await make.invitation(scene.consultation)}"}}'.encode()
    key = "a key of 30 letters"
    sent = {"idempotency-key": key, "content-type": "application/json"}
    assert (await client.post(ENTRIES, content=body, headers=sent)).status_code == 201
    async with db.read() as session:
        (row,) = (await session.exec(select(IdempotencyKey))).all()
    content = hashlib.sha256(body).hexdigest()
    for address in (ENTRIES, f"{ENTRIES}?"):
        guess = f"\x1f{key}\x1fPOST\x1f{address}\x1f{content}"
        assert hashlib.sha256(guess.encode()).hexdigest() != row.key_hash
        assert unseal(key_of(guess, "outcome"), row.outcome) is None
