"""Every answer gets a decision with a reason, kept version by version."""

import asyncio
from typing import Any

import httpx2
import pytest
from sqlalchemy import event, update
from sqlmodel import select

from app.audit.models import AuditEntry
from app.consultations.models import Consultation, ConsultationState
from app.contributions import service as contributions
from app.organisations.models import Role
from app.platform.db import Database
from app.platform.queue import Job
from app.submissions import queries, service
from app.submissions.models import Decision, Paragraph
from app.translations.models import Text
from tests import browsing
from tests.factories import Make
from tests.submissions.conftest import ASKED, FIRST, STATE, UNASKED, Desk, Scene


@pytest.mark.one_database
async def test_a_decision_needs_a_reason_or_the_paragraph_that_took_it_up(
    client: httpx2.AsyncClient, make: Make, desk: Desk, scene: Scene
) -> None:
    await make.signed_in(client, scene.expert)
    answer = await desk.answer(scene.open)
    place = f"/en/desk/{scene.slug}/decisions/{answer.answer_id}"
    for data, sentence in (
        ({}, "Fill this in"),
        ({"decision": ""}, "Fill this in"),
        ({"decision": "liked", "reason": "Kept text."}, "Choose one of the answers"),
        ({"decision": "noted"}, "Write the reason"),
        ({"decision": "not_used", "reason": " \n "}, "Write the reason"),
        ({"decision": "outside_subject", "reason": "x" * 5001}, "too long"),
        ({"decision": "used"}, "or choose the paragraph"),
        ({"decision": "used", "paragraph_id": str(scene.open.id)}, "This paragraph is gone"),
        ({"decision": "noted", "reason": "Kept text.", "paragraph_id": "none"}, "Choose one of"),
    ):
        refused = await browsing.post(client, place, {"code": STATE, **data})
        assert refused.status_code == 422, data
        assert sentence in refused.text
        assert data.get("reason", "") in refused.text
    assert await desk.all(Decision) == []
    paragraph = await desk.merge(await desk.words(scene.open, FIRST))
    bare = {"code": STATE, "decision": "used", "paragraph_id": str(paragraph.id)}
    done = await browsing.post(client, place, bare, page=scene.desk)
    assert done.headers["location"] == f"{scene.desk}#d-{answer.answer_id}"
    assert "1 of 3 have a reason." in (await client.get(scene.desk)).text


async def test_every_decision_is_kept_and_the_last_one_holds(
    client: httpx2.AsyncClient, db: Database, make: Make, desk: Desk, scene: Scene
) -> None:
    await desk.decide(scene.open, "noted", reason="Known before.")
    await desk.decide(scene.open, "used_in_part", reason="On second thought.")
    await make.signed_in(client, scene.expert)
    page = await client.get(scene.desk)
    assert "On second thought." in page.text
    # Staff read both decisions with their reasons, who gave them and when.
    assert "1 earlier decision" in page.text
    assert "Known before." in page.text
    async with db.read() as session:
        kept = await session.exec(
            select(Decision.number, Decision.kind, Text.body, Text.language)
            .join(Text, Text.id == Decision.reason_text_id)  # type: ignore[arg-type]
            .order_by(Decision.number)  # type: ignore[arg-type]
        )
        assert list(kept) == [
            (1, "noted", "Known before.", "en"),
            (2, "used_in_part", "On second thought.", "en"),
        ]
    entries = [entry for entry in await desk.all(AuditEntry) if entry.action == "answer.decided"]
    assert {entry.actor_id for entry in entries} == {scene.expert.id}
    assert {entry.scope_id for entry in entries} == {scene.consultation.country_review_id}
    log = await client.get(f"/en/desk/{scene.slug}/log")
    said = f'An answer was decided. <span class="code">{ASKED}</span> · '
    assert f"{said}Noted" in log.text
    assert f"{said}Used in part" in log.text


async def test_a_decision_is_open_again_when_its_answer_changes(
    client: httpx2.AsyncClient, db: Database, make: Make, desk: Desk, scene: Scene
) -> None:
    await desk.make_ready()
    await make.signed_in(client, scene.expert)
    assert "3 of 3 have a reason." in (await client.get(scene.desk)).text
    async with db.write() as session:
        await contributions.revise_contribution(session, make.behind(scene.hidden), scene.hidden.id)
    await make.answer(scene.hidden, ASKED, "Since spring they look again.", 1)
    # Nothing is open before the change is handed in.
    assert "3 of 3 have a reason." in (await client.get(scene.desk)).text
    await make.submit(scene.hidden)
    page = await client.get(scene.desk)
    assert "2 of 3 have a reason." in page.text
    assert "The answer changed since. It needs another look." in page.text
    assert "Because of noted." in page.text
    overview = await client.get(f"/en/desk/{scene.slug}/submission")
    assert overview.status_code == 200
    refused = await browsing.post(client, f"{scene.desk}/send")
    assert refused.status_code == 403
    assert "1 answer has no decision or no reason yet." in refused.text
    await desk.decide(scene.hidden, "not_used")
    assert (await browsing.post(client, f"{scene.desk}/send")).status_code == 303


async def test_an_answer_taken_up_by_a_paragraph_is_open_again_when_that_is_taken_out(
    client: httpx2.AsyncClient, db: Database, make: Make, desk: Desk, scene: Scene
) -> None:
    await desk.make_ready()
    extra = await desk.merge(await desk.words(scene.confidential))
    await desk.decide(scene.confidential, "used", paragraph_id=extra.id)
    await make.signed_in(client, scene.expert)
    assert "3 of 3 have a reason." in (await client.get(scene.desk)).text
    async with db.write() as session:
        await service.delete_paragraph(session, scene.actor(scene.expert), scene.slug, STATE, extra.id)
    page = await client.get(scene.desk)
    assert "2 of 3 have a reason." in page.text
    assert f'formaction="{scene.desk}/paragraphs/{extra.id}/restore?part=' in page.text
    assert "Write a reason, or choose the paragraph that uses the answer." in page.text
    assert "The answer changed since" not in page.text
    refused = await browsing.post(client, f"{scene.desk}/send")
    assert refused.status_code == 403
    assert "1 answer has no decision or no reason yet." in refused.text


@pytest.mark.one_database
async def test_answers_nobody_asks_the_state_about_get_their_reason_too(
    client: httpx2.AsyncClient, make: Make, desk: Desk, scene: Scene
) -> None:
    off = await make.contribution(scene.consultation, answers={UNASKED: "A topic of our own."})
    await make.signed_in(client, scene.expert)
    page = f"/en/desk/{scene.slug}/unasked/{UNASKED}"
    assert "A topic of our own." in (await client.get(page)).text
    answer = await desk.answer(off, UNASKED)
    place = f"/en/desk/{scene.slug}/decisions/{answer.answer_id}"
    data = {"from": "unasked", "code": UNASKED, "decision": "outside_subject"}
    refused = await browsing.post(client, place, data, page=page)
    assert refused.status_code == 422
    assert "Write the reason" in refused.text
    done = await browsing.post(client, place, {**data, "reason": "Not in this review."})
    assert done.headers["location"] == f"{page}#d-{answer.answer_id}"
    assert "Not in this review." in (await client.get(page)).text
    assert (await client.get(f"/en/desk/{scene.slug}/unasked/none")).status_code == 404


@pytest.mark.one_database
async def test_only_standing_answers_of_this_consultation_are_disposed(
    client: httpx2.AsyncClient, db: Database, make: Make, desk: Desk, scene: Scene
) -> None:
    other = await make.consultation(await make.review(await make.state("ES")))
    foreign = await make.contribution(other, answers={ASKED: "Elsewhere."})
    elsewhere = Desk(db, Scene(**{**vars(scene), "consultation": other}))
    gone = await desk.answer(scene.open)
    async with db.write() as session:
        await contributions.withdraw_contribution(session, make.behind(scene.open), scene.open.id)
    await make.signed_in(client, scene.expert)
    for answer_id in (gone.answer_id, (await elsewhere.answer(foreign)).answer_id, scene.open.id):
        data = {"code": STATE, "decision": "noted", "reason": "Read."}
        place = f"/en/desk/{scene.slug}/decisions/{answer_id}"
        assert (await browsing.post(client, place, data)).status_code == 404
    await desk.merge(await desk.words(scene.hidden))
    (paragraph,) = await desk.all(Paragraph)
    assert paragraph.text == ""
    assert await desk.all(Decision) == []


async def test_two_experts_on_one_answer_see_each_other(
    client: httpx2.AsyncClient, make: Make, desk: Desk, scene: Scene
) -> None:
    answer = await desk.answer(scene.open)
    await desk.decide(scene.open, "noted", reason="Known before.")
    second = await make.staff(scene.consultation, Role.EXPERT)
    place = f"/en/desk/{scene.slug}/decisions/{answer.answer_id}"
    shown = {"code": STATE, "version": "1"}
    await make.signed_in(client, scene.expert)
    assert f'name="d-{answer.answer_id}.version" value="1"' in (await client.get(scene.desk)).text
    first = await browsing.post(client, place, {**shown, "decision": "not_used", "reason": "Not ours."})
    assert first.status_code == 303
    await make.signed_in(client, second)
    mine = {**shown, "decision": "outside_subject", "reason": "Another treaty."}
    late = await browsing.post(client, place, mine)
    assert late.status_code == 409
    for told in (
        f"<bdi>{scene.expert.name}</bdi> decided on this answer while you were writing",
        "Not ours.",
        "Another treaty.",
        "Known before.",
        "Not used",
        '<option value="outside_subject" selected>',
        '.version" value="2"',
        "Keep theirs and discard mine",
    ):
        assert told in late.text
    assert [d.number for d in await desk.all(Decision)] == [1, 2]
    assert (await browsing.post(client, place, {**mine, "version": "2"})).status_code == 303
    # The same decision once more changes nothing, whichever version it says it started from.
    assert (await browsing.post(client, place, mine)).status_code == 303
    assert [d.number for d in await desk.all(Decision)] == [1, 2, 3]


async def test_of_two_decisions_at_the_same_instant_the_second_meets_the_first(
    client: httpx2.AsyncClient, make: Make, desk: Desk, scene: Scene
) -> None:
    answer = await desk.answer(scene.open)
    place = f"/en/desk/{scene.slug}/decisions/{answer.answer_id}"
    await make.signed_in(client, scene.expert)
    data = {"code": STATE, "version": "0", "decision": "noted"}
    sent = await asyncio.gather(
        *(browsing.post(client, place, {**data, "reason": f"Writer {number}."}) for number in range(4))
    )
    assert sorted(reply.status_code for reply in sent) == [303, 409, 409, 409]
    for number, reply in enumerate(sent):
        if reply.status_code == 409:
            assert f"Writer {number}." in reply.text
            assert "decided on this answer while you were writing" in reply.text
    assert len(await desk.all(Decision)) == 1


async def test_programs_say_which_decision_they_saw(
    client: httpx2.AsyncClient, make: Make, desk: Desk, scene: Scene
) -> None:
    await desk.decide(scene.open, "noted", reason="Known before.")
    answer = await desk.answer(scene.open)
    place = f"/api/v1/desk/{scene.slug}/answers/{answer.answer_id}/decisions"
    headers = await make.token(scene.expert)
    data = {"decision": "not_used", "reason": "Not ours."}
    blind = await client.post(place, json=data, headers=headers)
    assert (blind.status_code, blind.json()["current_version"]) == (409, 1)
    seen = await client.post(place, json={**data, "version": 1}, headers=headers)
    assert (seen.status_code, seen.json()["number"]) == (201, 2)


async def test_programs_use_the_names_of_the_glossary_and_until_the_next_release_the_old_ones(
    client: httpx2.AsyncClient, make: Make, desk: Desk, scene: Scene
) -> None:
    headers = await make.token(scene.expert)
    answer = await desk.answer(scene.open)
    home = f"/api/v1/desk/{scene.slug}"
    for number, (place, data) in enumerate(
        (
            ("decisions", {"decision": "not_used", "reason": "Not ours."}),
            ("dispositions", {"disposition": "out_of_scope", "reason": "Another treaty."}),
            ("decisions", {"decision": "taken_up_in_part", "reason": "The first sentence."}),
        )
    ):
        made = await client.post(
            f"{home}/answers/{answer.answer_id}/{place}", json={**data, "version": number}, headers=headers
        )
        assert made.status_code == 201, made.text
    assert made.json().items() >= {"decision": "used_in_part", "disposition": "taken_up_in_part"}.items()
    added = await client.post(
        f"{home}/submission/{STATE}/passages", json={"text": "In practice it differs."}, headers=headers
    )
    assert added.status_code == 201
    assert added.json()["passages"] == added.json()["paragraphs"] != []
    assert added.json()["undecided"] == added.json()["open_dispositions"]
    assert (added.json()["status"], added.json()["state"]) == ("drafting", "drafting")
    described = (await client.get("/openapi.json")).json()["paths"]
    old = described["/api/v1/desk/{slug}/answers/{answer_id}/dispositions"]["post"]
    assert old["deprecated"]
    assert "deprecated" not in described["/api/v1/desk/{slug}/answers/{answer_id}/decisions"]["post"]


async def test_a_decision_after_clearance_needs_reopening_and_a_changed_one_is_told(
    client: httpx2.AsyncClient, db: Database, make: Make, desk: Desk, scene: Scene
) -> None:
    await desk.make_ready()
    await desk.act("send", scene.expert)
    await desk.act("approve", scene.focal_point)
    answer = await desk.answer(scene.open)
    place = f"/en/desk/{scene.slug}/decisions/{answer.answer_id}"
    change = {"code": STATE, "version": "1", "decision": "outside_subject", "reason": "Another treaty."}
    await make.signed_in(client, scene.expert)
    assert f'action="{place}"' not in (await client.get(scene.desk)).text
    refused = await browsing.post(client, place, change)
    assert refused.status_code == 403
    assert f"{STATE} is approved. The focal point reopens it with a reason; then decide." in refused.text
    await desk.act("reopen", scene.focal_point, "A court ruled.")
    assert (await browsing.post(client, place, change)).status_code == 303
    reasons = f"/en/contributions/{scene.open.id}/reasons"
    await make.signed_in(client, scene.signatory)
    meanwhile = (await client.get(reasons)).text
    assert "Because of noted." in meanwhile
    assert "The government is looking at this question again." in meanwhile
    assert "Another treaty." not in meanwhile
    assert await told_of_changes(db) == []
    await desk.act("send", scene.expert)
    await desk.act("approve", scene.focal_point)
    after = (await client.get(reasons)).text
    for said in ("Another treaty.", "Because of noted.", "This decision was changed on"):
        assert said in after
    assert await told_of_changes(db) == [str(scene.signatory.id)]
    as_json = await client.get(
        f"/api/v1{reasons.removeprefix('/en')}", headers=await make.token(scene.signatory)
    )
    (reason,) = as_json.json()
    assert (reason["decision"], [each["reason"] for each in reason["earlier"]]) == (
        "outside_subject",
        ["Because of noted."],
    )
    # Approved once more without another decision, nobody is told again.
    await desk.act("reopen", scene.focal_point, "A comma.")
    await desk.act("send", scene.expert)
    await desk.act("approve", scene.focal_point)
    assert await told_of_changes(db) == [str(scene.signatory.id)]


async def told_of_changes(db: Database) -> list[str]:
    async with db.read() as session:
        jobs = (await session.exec(select(Job))).all()
    return [job.args["account_id"] for job in jobs if job.args["template"] == "submissions/decision_changed"]


@pytest.mark.parametrize("state", [ConsultationState.CONCLUDED, ConsultationState.ARCHIVED])
async def test_after_the_conclusion_decisions_and_paragraphs_stand(
    client: httpx2.AsyncClient, db: Database, make: Make, desk: Desk, scene: Scene, state: ConsultationState
) -> None:
    paragraph = await desk.make_ready()
    async with db.write() as session:
        statement = update(Consultation).where(Consultation.id == scene.consultation.id)
        await session.exec(statement.values(state=state))
    answer = await desk.answer(scene.open)
    await make.signed_in(client, scene.expert)
    change = {"code": STATE, "version": "1", "decision": "outside_subject", "reason": "Another treaty."}
    for place, data in (
        (f"/en/desk/{scene.slug}/decisions/{answer.answer_id}", change),
        (f"{scene.desk}/paragraphs/{paragraph.id}/delete", {}),
        (f"{scene.desk}/paragraphs/{paragraph.id}/restore", {}),
    ):
        refused = await browsing.post(client, place, data)
        assert refused.status_code == 403
        assert "This consultation is concluded: its answers and decisions stand." in refused.text


@pytest.mark.one_database
async def test_the_newest_decisions_are_looked_for_once_and_not_at_every_answer(
    db: Database, scene: Scene
) -> None:
    asked: list[tuple[str, Any]] = []

    def listen(_connection: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            asked.append((statement, parameters))

    event.listen(db.reading.sync_engine, "before_cursor_execute", listen)
    async with db.read() as session:
        await queries.answer_counts(session, scene.consultation.id)
        ((statement, parameters),) = asked
        connection = await session.connection()
        plan = (await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)).all()
    event.remove(db.reading.sync_engine, "before_cursor_execute", listen)
    assert plan
    assert not [step for step in plan if "CORRELATED" in step[-1]]
