"""Submitting, revising and withdrawing: what was handed in is kept, version by version."""

import re
from collections.abc import Sequence
from typing import Any

import httpx2
import pytest
from sqlmodel import col, select

from app.audit.models import AuditEntry
from app.contributions.models import (
    Answer,
    AnswerVersion,
    Contribution,
    ContributionState,
    ContributionVersion,
    Mode,
    SubmittedAnswer,
)
from app.organisations.models import Role
from app.platform.db import Database
from app.translations.models import Text
from tests import browsing
from tests.contributions.conftest import Scene, entered
from tests.factories import Make

pytestmark = pytest.mark.databases_differ

PADLOCK = "M8 0a4.5"  # how its drawing begins


async def handed_in(db: Database) -> list[tuple[int, list[tuple[str, int]]]]:
    """Every submission with the words and version numbers of its answers."""
    async with db.read() as session:
        rows = await session.exec(
            select(ContributionVersion.number, Text.body, AnswerVersion.number)
            .join(SubmittedAnswer, col(SubmittedAnswer.contribution_version_id) == ContributionVersion.id)
            .join(AnswerVersion, col(AnswerVersion.id) == SubmittedAnswer.answer_version_id)
            .join(Text, col(Text.id) == AnswerVersion.text_id)
        )
        found: dict[int, list[tuple[str, int]]] = {}
        for number, body, version in rows:
            found.setdefault(number, []).append((body, version))
    return sorted((number, sorted(answers)) for number, answers in found.items())


async def rows_of(db: Database, table: type) -> Sequence[Any]:
    query: Any = select(table)
    if table is AuditEntry:
        query = query.where(col(AuditEntry.action).startswith("contribution."))
    async with db.read() as session:
        return (await session.exec(query)).all()


@pytest.mark.one_database
async def test_a_drafter_writes_and_a_signatory_submits(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    await make.answer(scene.draft, scene.codes[0], "At the border.")
    await make.signed_in(client, scene.drafter)
    check = await client.get(f"{scene.home}/check")
    assert "Only a signatory of your organization may submit." in check.text
    assert "Submit contribution" not in check.text
    assert (await browsing.post(client, f"{scene.home}/submit")).status_code == 403
    assert (await browsing.post(client, f"{scene.home}/withdraw")).status_code == 403
    assert await rows_of(db, ContributionVersion) == []
    await make.signed_in(client, scene.signatory)
    sent = await browsing.post(client, f"{scene.home}/submit", page=f"{scene.home}/check")
    receipt = await client.get(sent.headers["location"])
    assert "Contribution received" in receipt.text
    assert f"1 of {len(scene.codes)}, version 1" in receipt.text
    refused = await browsing.post(client, scene.question(), {"narrative": "Later.", "version": "1"})
    assert refused.status_code == 403
    assert "To change them, choose" in refused.text
    assert "Later." in refused.text


@pytest.mark.one_database
async def test_there_must_be_something_to_submit(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.signatory)
    await browsing.post(client, scene.question(), {"version": "0", "then": "skip"})
    refused = await browsing.post(client, f"{scene.home}/submit")
    assert refused.status_code == 422
    assert "nothing to submit yet" in refused.text
    assert (await client.get(f"{scene.home}/receipt")).status_code == 200
    assert await rows_of(db, ContributionVersion) == []


async def test_a_resubmission_makes_new_versions_only_of_what_changed(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.signatory)
    for number, words in enumerate(("First.", "Second.", "Third.")):
        await make.answer(scene.draft, scene.codes[number], words)
    assert (await browsing.post(client, f"{scene.home}/submit")).status_code == 303
    said = await browsing.post(client, f"{scene.home}/revise", page=scene.home)
    assert "What you submitted stands" in (await client.get(said.headers["location"])).text
    assert await handed_in(db) == [(1, [("First.", 1), ("Second.", 1), ("Third.", 1)])]
    await make.answer(scene.draft, scene.codes[1], {"narrative": "Second.", "publication": "named"}, 1)
    await make.answer(scene.draft, scene.codes[2], "", 1)
    await make.answer(scene.draft, scene.codes[3], "Fourth.")
    # Until the new version is handed in, the one before stands whole.
    assert [number for number, _answers in await handed_in(db)] == [1]
    async with db.read() as session:
        standing = await session.exec(select(Answer).where(col(Answer.current_version_id).is_not(None)))
        assert len(standing.all()) == 3
    await browsing.post(client, f"{scene.home}/submit")
    await browsing.post(client, f"{scene.home}/revise")
    await make.answer(scene.draft, scene.codes[2], "Third, again.", 2)
    await browsing.post(client, f"{scene.home}/submit")
    assert await handed_in(db) == [
        (1, [("First.", 1), ("Second.", 1), ("Third.", 1)]),
        (2, [("First.", 1), ("Fourth.", 1), ("Second.", 2)]),
        (3, [("First.", 1), ("Fourth.", 1), ("Second.", 2), ("Third, again.", 2)]),
    ]
    receipt = await client.get(f"{scene.home}/receipt")
    assert f"4 of {len(scene.codes)}, version 3" in receipt.text


async def test_what_was_never_handed_in_is_deleted_without_a_trace(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    await make.answer(scene.draft, scene.codes[0], "Never mind.")
    await make.signed_in(client, scene.signatory)
    page = await client.get(f"{scene.home}/withdraw")
    assert "leave no trace" in page.text
    gone = await browsing.post(client, f"{scene.home}/withdraw", page=f"{scene.home}/withdraw")
    assert gone.headers["location"] == "/en/mine"
    for table in (Contribution, Answer, AuditEntry):
        assert await rows_of(db, table) == []
    assert (await client.get(scene.home)).status_code == 404
    home, _receipt = await entered(client, make, scene.consultation)
    await browsing.post(
        client, f"{home}/questions/{scene.codes[0]}", {"narrative": "Nor this.", "version": "0"}
    )
    left = await browsing.post(client, f"{home}/withdraw")
    assert left.status_code == 303
    assert 'bearer=""' in "".join(left.headers.get_list("set-cookie"))
    for table in (Contribution, Answer, AuditEntry):
        assert await rows_of(db, table) == []


@pytest.mark.one_database
async def test_what_was_handed_in_can_be_withdrawn_for_good(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    await make.answer(scene.draft, scene.codes[0], "At the border.")
    await make.submit(scene.draft)
    await make.signed_in(client, scene.signatory)
    gone = await browsing.post(client, f"{scene.home}/withdraw", page=f"{scene.home}/withdraw")
    assert gone.status_code == 303
    page = await client.get(scene.home)
    assert "Check and submit" not in page.text
    assert "Revise" not in page.text
    for act in ("revise", "submit", "withdraw", "confidential"):
        assert (await browsing.post(client, f"{scene.home}/{act}")).status_code == 403
    late = await browsing.post(client, scene.question(), {"narrative": "Back?", "version": "1"})
    assert late.status_code == 403
    async with db.read() as session:
        (entry,) = (
            await session.exec(select(AuditEntry).where(AuditEntry.action == "contribution.withdrawn"))
        ).all()
    assert (entry.actor_id, entry.scope_id) == (scene.signatory.id, scene.consultation.country_review_id)
    # The organization may begin anew; its withdrawn one is not found again.
    chosen = {"mode": "named", "organisation_id": str(scene.league.id)}
    anew = await browsing.post(client, scene.start, chosen)
    assert anew.headers["location"] != scene.home


@pytest.mark.one_database
async def test_submitting_is_recorded_and_drafting_is_not(db: Database, make: Make, scene: Scene) -> None:
    await make.answer(scene.draft, scene.codes[0], "At the border.")
    assert await rows_of(db, AuditEntry) == []
    await make.submit(scene.draft)
    await make.contribution(scene.consultation, Mode.CONFIDENTIAL)
    await make.night()
    entries = await rows_of(db, AuditEntry)
    assert [entry.action for entry in entries] == ["contribution.submitted"] * 2
    by_name = {entry.actor_name: entry for entry in entries}
    assert set(by_name) == {"Somebody", ""}
    assert by_name[""].actor_id is None


@pytest.mark.one_database
async def test_a_drafter_is_offered_what_a_drafter_may_do_and_told_what_she_may_not(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.drafter)
    tasks = (await client.get(scene.home)).text
    assert "Check the answers" in tasks
    assert "Check and submit" not in tasks
    assert "Only a signatory of your organization may submit." in tasks
    await make.signed_in(client, scene.signatory)
    assert "Check and submit" in (await client.get(scene.home)).text


@pytest.mark.one_database
async def test_my_answers_tell_what_stands_and_until_when_it_can_change(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    await make.answer(scene.draft, scene.codes[0], "Ours.")
    await make.signed_in(client, scene.signatory)
    for act in ("submit", "revise"):
        await browsing.post(client, f"{scene.home}/{act}")
    mine = (await client.get("/en/mine")).text
    assert "Version 1 stands until you submit again." in mine
    assert "Closes on" in mine
    assert f'href="{scene.home}">Continue' in mine


@pytest.mark.one_database
async def test_the_padlock_stands_only_where_the_name_is_hidden(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.signatory)
    for place in (scene.home, scene.question(), f"{scene.home}/check"):
        page = (await client.get(place)).text
        assert 'class="who-sees who-sees-named"' in page, place
        assert PADLOCK not in page, place
    home, _code = await entered(client, make, scene.consultation)
    page = (await client.get(home)).text
    assert PADLOCK in page
    assert "who-sees-named" not in page


@pytest.mark.one_database
async def test_a_question_has_one_name_on_its_page_on_the_page_to_check_and_among_the_decisions(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    await make.answer(scene.draft, scene.codes[0], "We saw it.")
    await make.signed_in(client, scene.signatory)
    name = re.search(r"<h1[^>]*>([^<]+)</h1>", (await client.get(scene.question())).text)
    assert name is not None
    assert f"<title>{name.group(1)}" in (await client.get(scene.question())).text
    check = (await client.get(f"{scene.home}/check")).text
    assert f'dir="auto">{name.group(1)}</span></h3>' in check
    other = re.search(r"<h1[^>]*>([^<]+)</h1>", (await client.get(scene.question(1))).text)
    assert other is not None
    assert f'{scene.codes[1]}?then=check" lang="en" dir="auto">{other.group(1)}</a>' in check
    await make.submit(scene.draft)
    assert f'dir="auto">{name.group(1)}</span></h3>' in (await client.get(f"{scene.home}/reasons")).text


async def test_submitting_costs_the_same_for_many_answers(
    client: httpx2.AsyncClient, make: Make, statements: list[str]
) -> None:
    consultation = await make.consultation()
    costs = []
    for number in (1, 40):
        league = await make.organisation()
        answers = dict.fromkeys((await make.codes(consultation))[:number], "Licences are checked once.")
        draft = await make.contribution(
            consultation, organisation=league, answers=answers, state=ContributionState.DRAFTING
        )
        await make.signed_in(client, await make.account(Role.SIGNATORY, at=league))
        page = f"/en/contributions/{draft.id}/check"
        await client.get(page)
        statements.clear()
        assert (await browsing.post(client, f"/en/contributions/{draft.id}/submit")).status_code == 303
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 16, costs
