"""What the database holds of a confidential contribution, looked up in every table."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import insert, select

from app.contributions.models import (
    Answer,
    AnswerVersion,
    Contribution,
    ContributionVersion,
    Mode,
    Publication,
)
from app.platform import ids
from app.platform.db import Database
from app.wiring import metadata
from tests import browsing
from tests.contributions.conftest import Scene, entered, keep, receipt_in
from tests.factories import Make

Row = Mapping[str, Any]
# Points of reference that many contributions share; they say nothing about one of them.
SHARED = {"consultation_id", "office_id", "question_id", "scope_id"}
AFTERNOON = datetime.fromisoformat("2026-03-09T14:05:00+00:00")


async def every_row(db: Database) -> list[tuple[str, Row]]:
    """Every row of every table, with the name of its table."""
    async with db.engine.connect() as connection:
        return [
            (table.name, dict(row))
            for table in metadata.sorted_tables
            for row in (await connection.execute(select(table))).mappings()
        ]


def touching(rows: Sequence[tuple[str, Row]], contribution_id: UUID) -> list[tuple[str, Row]]:
    """The rows that hold the contribution's id, or the id of a row that does; its own sources of names aside."""
    known = {str(contribution_id)}
    found: list[tuple[str, Row]] = []
    grown = True
    while grown:
        grown = False
        for name, row in rows:
            own = {key: str(value) for key, value in row.items() if key not in SHARED}
            if (name, row) not in found and any(mark in text for text in own.values() for mark in known):
                found.append((name, row))
                keys = ("id", "text_id", "answer_version_id", "contribution_version_id")
                known |= {own[key] for key in keys if key in own}
                grown = True
    return found


def assert_nobody_stands_behind(rows: Sequence[tuple[str, Row]], secrets: Sequence[str]) -> None:
    for name, row in rows:
        said = f"{name}: {row}"
        for key, value in row.items():
            if isinstance(value, datetime):
                assert value.time() == time(0), f"a time of day stands in {said}"
            if isinstance(value, UUID) and key not in SHARED:
                assert value.version == 4, f"{key} tells the time in {said}"
            if key in {"account_id", "organisation_id", "actor_id", "entered_by_id"}:
                assert value is None, f"somebody stands in {said}"
            if key in {"actor_name", "name", "edited_by_name"}:
                assert not value, f"a name stands in {said}"
            assert not any(secret in str(value) for secret in secrets), f"a secret stands in {said}"


async def test_no_row_tells_who_wrote_confidentially_or_when(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    code = await make.invitation(scene.consultation)
    await browsing.post(client, "/en/start", {"code": code}, page="/en/start")
    receipt = receipt_in((await client.get("/en/start/keep")).text)
    await keep(client)
    (contribution_id,) = [
        row["id"] for name, row in await every_row(db) if name == "contribution" and row["receipt_hash"]
    ]
    home = f"/en/contributions/{contribution_id}"
    for number, words in enumerate(("At the border nobody looks.", "Только на бумаге.")):
        saved = await browsing.post(
            client, f"{home}/questions/{scene.codes[number]}", {"narrative": words, "version": "0"}
        )
        assert saved.status_code == 303, saved.text
    for act in ("submit", "revise", "submit"):
        assert (await browsing.post(client, f"{home}/{act}")).status_code == 303
    await client.get("/en/leave/code")
    await browsing.post(client, "/en/leave/code")
    await browsing.post(client, f"{home}/withdraw")
    await make.night()
    rows = await every_row(db)
    mine = touching(rows, contribution_id)
    names = {name for name, _row in mine}
    assert {
        "contribution",
        "answer",
        "answer_version",
        "contribution_version",
        "text",
        "audit_entry",
    } <= names
    assert_nobody_stands_behind(mine, [code, receipt, ids.fingerprint(code)])
    # The invitation itself stays, used or not: nothing else may hold its fingerprint.
    everything = str([row for row in rows if row[0] != "invitation_code"])
    for secret in (code, receipt, ids.fingerprint(code), ids.fingerprint(receipt)):
        assert secret not in everything


async def test_a_draft_that_gives_up_its_name_leaves_no_trace_of_it(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    full = {"narrative": "Ours.", "law": "no", "evidence": [{"title": "A law"}], "publication": "named"}
    old = await make.answer(scene.draft, scene.codes[0], full)
    await make.answer(scene.draft, scene.codes[1], {"narrative": "Mine.", "publication": "unnamed"})
    await make.answer(scene.draft, scene.codes[2], "Kept back.")
    await make.signed_in(client, scene.drafter)
    assert "Go on without our name" not in (await client.get(scene.home)).text
    await make.signed_in(client, scene.signatory)
    assert "Go on without our name" in (await client.get(scene.home)).text
    page = await client.get(f"{scene.home}/confidential")
    assert len(receipt_in(page.text)) == ids.CODE_LENGTH
    before = dict(client.cookies)
    moved = await keep(client, f"{scene.home}/confidential")
    assert moved.status_code == 303, moved.text
    client.cookies.clear()
    for name, value in before.items():
        client.cookies.set(name, value, domain="testserver.local", path="/")
    again = await browsing.post(client, f"{scene.home}/confidential")
    assert again.headers["location"] == moved.headers["location"], "a reply that got lost costs nothing"
    rows = await every_row(db)
    everything = str(rows)
    assert str(scene.draft.id) not in everything
    assert str(old.id) not in everything
    (fresh,) = [row for name, row in rows if name == "contribution"]
    assert (fresh["mode"], fresh["organisation_id"]) == (Mode.CONFIDENTIAL, None)
    answers = {row["narrative"]: row for name, row in rows if name == "answer"}
    lowered = {words: row["publication"] for words, row in answers.items()}
    assert lowered == {
        "Ours.": Publication.UNNAMED,
        "Mine.": Publication.UNNAMED,
        "Kept back.": Publication.NO,
    }
    assert (answers["Ours."]["law"], answers["Ours."]["evidence"][0]["title"]) == ("no", "A law")
    mine = touching(rows, fresh["id"])
    assert_nobody_stands_behind(mine, [str(scene.league.id), str(scene.drafter.id), str(scene.signatory.id)])
    assert (await client.get(f"/en/contributions/{fresh['id']}")).status_code == 200
    await make.signed_in(client, scene.signatory)
    for place in (scene.home, f"/en/contributions/{fresh['id']}"):
        assert (await client.get(place)).status_code == 404
    assert "Consultation on firearms" not in (await client.get("/en/mine")).text


async def test_a_name_is_given_up_before_the_first_submission_or_never(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    await make.answer(scene.draft, scene.codes[0], "Ours.")
    await make.submit(scene.draft)
    await make.signed_in(client, scene.signatory)
    assert "Go on without our name" not in (await client.get(scene.home)).text
    assert (await browsing.post(client, f"{scene.home}/confidential")).status_code == 403
    await browsing.post(client, f"{scene.home}/revise")
    refused = await browsing.post(client, f"{scene.home}/confidential")
    assert refused.status_code == 403
    assert "already submitted under your name" in refused.text
    home, _receipt = await entered(client, make, scene.consultation)
    assert (await browsing.post(client, f"{home}/confidential")).status_code == 403
    named = await browsing.post(client, f"{home}/questions/{scene.codes[0]}", {"publication": "named"})
    assert named.status_code == 422
    assert "only be published without a name" in named.text


async def test_the_search_for_traces_finds_them(db: Database, make: Make, scene: Scene) -> None:
    """The check above is worth something only if it sees a name or a time where there is one."""
    confidential = await make.contribution(scene.consultation, Mode.CONFIDENTIAL)
    clean = touching(await every_row(db), confidential.id)
    assert {name for name, _row in clean} >= {
        Contribution.__tablename__,
        Answer.__tablename__,
        AnswerVersion.__tablename__,
        ContributionVersion.__tablename__,
    }
    assert_nobody_stands_behind(clean, [])
    job = metadata.tables["job"]
    async with db.write() as session:
        connection = await session.connection()
        row = {"name": "", "args": {"contribution_id": str(confidential.id)}, "attempts": 0, "failed": False}
        values = {"id": ids.random_id(), "error": "", "run_after": AFTERNOON, **row}
        await connection.execute(insert(job).values(values))
    marked = touching(await every_row(db), confidential.id)
    with pytest.raises(AssertionError, match="a time of day stands in job"):
        assert_nobody_stands_behind(marked, [])
