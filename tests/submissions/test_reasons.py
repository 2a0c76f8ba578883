"""What became of each answer, as its contributor sees it, and the walls around the desk."""

import httpx2
import pytest

from app.contributions import service as contributions
from app.contributions.models import Contribution
from app.organisations.models import Role
from app.platform.db import Database
from app.submissions.models import (
    Decision,
    NationalAnswer,
    Paragraph,
    ParagraphVersion,
    Source,
    Submission,
    SubmissionState,
)
from app.translations.models import Origin, Text, Translation
from tests import browsing
from tests.factories import Make
from tests.submissions.conftest import ASKED, FIRST, HIDDEN_WORDS, SECOND, STATE, UNASKED, Desk, Scene

WRITTEN = (Decision, NationalAnswer, Paragraph, ParagraphVersion, Source, Submission, Text)


def reasons(contribution: Contribution, language: str = "en") -> str:
    return f"/{language}/contributions/{contribution.id}/reasons"


async def test_a_contributor_sees_nothing_before_clearance_and_the_reason_and_paragraph_after(
    client: httpx2.AsyncClient, make: Make, desk: Desk, scene: Scene
) -> None:
    await desk.make_ready()
    await desk.decide(scene.open, "used", reason="Your figures stand in the answer.")
    await desk.act("send", scene.expert)
    await make.signed_in(client, scene.signatory)
    before = await client.get(reasons(scene.open))
    assert before.status_code == 200
    assert "0 of 1 answers have their decision" in before.text
    assert "1 answer is not decided yet" in before.text
    for secret in ("Your figures stand", "Used in the answer", "The paragraph that rests on your words"):
        assert secret not in before.text
    await desk.act("approve", scene.focal_point)
    after = await client.get(reasons(scene.open))
    for shown in (
        "1 of 1 answers have their decision",
        "Your figures stand in the answer.",
        "Used in the answer",
        "The paragraph that rests on your words",
        f'<mark class="used">{FIRST}<sup>1</sup></mark>',
        STATE,
    ):
        assert shown in after.text
    assert "not decided yet" not in after.text, "no other answer is left"
    as_json = await client.get(
        f"/api/v1/contributions/{scene.open.id}/reasons", headers=await make.token(scene.signatory)
    )
    (reason,) = as_json.json()
    assert (reason["decision"], reason["reason"]) == ("used", "Your figures stand in the answer.")
    assert reason["paragraphs"] == [FIRST]
    await desk.act("reopen", scene.focal_point, "A court ruled.")
    # What was read once stays readable, and says that it is looked at again.
    again = (await client.get(reasons(scene.open))).text
    assert "Your figures stand" in again
    assert "The government is looking at this question again." in again


async def test_a_paragraph_that_rests_on_two_sentences_stands_once_with_both(
    client: httpx2.AsyncClient, make: Make, desk: Desk, scene: Scene
) -> None:
    paragraph = await desk.make_ready()
    await desk.merge(await desk.words(scene.open, SECOND), into=paragraph)
    await desk.act("send", scene.expert)
    await desk.act("approve", scene.focal_point)
    await make.signed_in(client, scene.signatory)
    page = (await client.get(reasons(scene.open))).text
    assert page.count("The paragraph that rests on your words<") == 1
    for quote in (FIRST, SECOND):
        assert page.count(f'<mark class="used">{quote}<sup>1</sup></mark>') == 1


async def test_words_that_were_changed_since_stand_beside_the_paragraph_that_rests_on_them(
    client: httpx2.AsyncClient, db: Database, make: Make, desk: Desk, scene: Scene
) -> None:
    await desk.make_ready()
    await desk.act("send", scene.expert)
    await desk.act("approve", scene.focal_point)
    async with db.write() as session:
        await contributions.revise_contribution(session, make.behind(scene.open), scene.open.id)
    await make.answer(scene.open, ASKED, "Other words.", 1)
    await make.submit(scene.open)
    await make.signed_in(client, scene.signatory)
    page = (await client.get(reasons(scene.open))).text
    assert "Other words." in page
    assert '<mark class="used">' not in page
    assert f'From an earlier version of your answer:</span> <q lang="en" dir="auto">{FIRST}</q>' in page


@pytest.mark.one_database
async def test_a_reason_is_labelled_with_its_language_and_shown_with_its_translation(
    client: httpx2.AsyncClient, db: Database, make: Make, desk: Desk, scene: Scene
) -> None:
    await desk.make_ready()
    await desk.act("send", scene.expert)
    await desk.act("approve", scene.focal_point)
    await make.signed_in(client, scene.confidential)
    page = await client.get(reasons(scene.confidential, "ru"))
    assert page.status_code == 200
    assert '<p class="reason" lang="en" dir="auto">Because of noted.</p>' in page.text
    given = {d.answer_id: d for d in await desk.all(Decision)}
    answer = await desk.answer(scene.confidential)
    async with db.write() as session:
        session.add(
            Translation(
                text_id=given[answer.answer_id].reason_text_id,
                language="ru",
                body="Принято к сведению.",
                origin=Origin.HUMAN,
            )
        )
    page = await client.get(reasons(scene.confidential, "ru"))
    assert '<p class="translation-open"><span lang="ru" dir="auto">Принято к сведению.</span>' in page.text
    assert '<p class="original" lang="en" dir="auto">Because of noted.</p>' in page.text
    assert "Because of noted." in page.text


async def test_where_the_state_is_not_asked_the_reason_comes_with_the_hand_over(
    client: httpx2.AsyncClient, db: Database, make: Make, desk: Desk, scene: Scene
) -> None:
    off = await make.contribution(
        scene.consultation, organisation=scene.league, answers={UNASKED: "A topic of our own."}
    )
    await desk.make_ready()
    answer = await desk.answer(off, UNASKED)
    await make.signed_in(client, scene.expert)
    data = {"from": "unasked", "code": UNASKED, "decision": "noted", "reason": "For the next review."}
    await browsing.post(client, f"/en/desk/{scene.slug}/decisions/{answer.answer_id}", data)
    await desk.act("send", scene.expert)
    await desk.act("approve", scene.focal_point)
    await make.signed_in(client, scene.signatory)
    assert "For the next review." not in (await client.get(reasons(off))).text
    async with db.write() as session:
        (submission,) = await desk.all(Submission)
        submission = await session.get_one(Submission, submission.id)
        submission.state = SubmissionState.FINAL
        session.add(submission)
    assert "For the next review." in (await client.get(reasons(off))).text


@pytest.mark.one_database
async def test_reasons_belong_to_those_behind_the_contribution(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    for who, own in ((scene.signatory, scene.open), (scene.confidential, scene.confidential)):
        await make.signed_in(client, who)
        for contribution in (scene.open, scene.hidden, scene.confidential):
            expected = 200 if contribution is own else 404
            assert (await client.get(reasons(contribution))).status_code == expected
    for staff in (scene.expert, scene.focal_point):
        await make.signed_in(client, staff)
        assert (await client.get(reasons(scene.open))).status_code == 404


@pytest.mark.one_database
async def test_the_desk_of_another_state_does_not_exist(
    client: httpx2.AsyncClient, make: Make, desk: Desk, scene: Scene
) -> None:
    paragraph = await desk.merge(await desk.words(scene.hidden))
    answer = await desk.answer(scene.hidden)
    neighbours = await make.consultation(await make.review(await make.state("ES")))
    outsiders = [
        await make.staff(neighbours, Role.EXPERT),
        await make.staff(neighbours, Role.FOCAL_POINT),
        await make.staff(scene.consultation, Role.TRANSLATOR),
        await make.staff(scene.consultation, Role.FACILITATOR),
        await make.staff(scene.consultation, Role.AUDITOR),
        scene.signatory,
    ]
    home = f"/en/desk/{scene.slug}"
    acts = {
        f"{scene.desk}/sources": {"words": [str(answer.answer_version_id)]},
        f"{scene.desk}/paragraphs": {"text": "Ours?"},
        f"{scene.desk}/paragraphs/{paragraph.id}": {"text": "Ours?", "version": "1"},
        f"{scene.desk}/paragraphs/{paragraph.id}/delete": {},
        f"{scene.desk}/paragraphs/{paragraph.id}/move": {"direction": "up"},
        f"{scene.desk}/answer": {"position": "yes", "version": "1"},
        f"{scene.desk}/send": {},
        f"{scene.desk}/approve": {},
        f"{scene.desk}/reopen": {"reason": "Ours?"},
        f"{home}/decisions/{answer.answer_id}": {"decision": "noted", "reason": "Ours?", "code": STATE},
    }
    for number, outsider in enumerate(outsiders):
        await make.signed_in(client, outsider)
        # The neighbours learn nothing; those of the office that may not read it are told so or learn nothing.
        allowed = {404} if number < 2 or outsider is scene.signatory else {403, 404}
        for place in (scene.desk, f"{home}/submission", f"{scene.desk}/paragraphs/{paragraph.id}/history"):
            page = await client.get(place)
            assert page.status_code in allowed, place
            assert HIDDEN_WORDS not in page.text
        for place, data in acts.items():
            assert (await browsing.post(client, place, data)).status_code in allowed, place
    own_code = f"/en/desk/{neighbours.slug}/submission/{STATE}"
    await make.signed_in(client, outsiders[0])
    mixed = f"{own_code}/paragraphs/{paragraph.id}"
    assert (await browsing.post(client, mixed, {"text": "Ours?", "version": "1"})).status_code == 404
    assert (await client.get(f"{mixed}/history")).status_code == 404
    await make.signed_in(client, scene.expert)
    for place in (f"{home}/submission/S-FP-99", f"{home}/submission/FP-08-1b", "/en/desk/none/submission"):
        assert (await client.get(place)).status_code == 404


@pytest.mark.one_database
async def test_a_government_reader_reads_the_desk_and_changes_nothing(
    client: httpx2.AsyncClient, make: Make, desk: Desk, scene: Scene
) -> None:
    paragraph = await desk.make_ready()
    reader = await make.staff(scene.consultation, Role.GOVERNMENT_READER)
    await make.signed_in(client, reader)
    page = await client.get(scene.desk)
    assert page.status_code == 200
    assert FIRST in page.text
    for button in ("Use these words", "Add this paragraph", "Send for approval", "Take out"):
        assert button not in page.text
    words = await desk.words(scene.open, FIRST)
    ticked = "{answer_version_id}:{start}:{end}".format(**words)
    (source,) = await desk.all(Source)
    answer = await desk.answer(scene.hidden)
    before = [await desk.all(table) for table in WRITTEN]
    for place, data in (
        ("/sources", {"words": ticked}),
        ("/paragraphs", {"text": "Mine."}),
        (f"/paragraphs/{paragraph.id}", {"text": "Mine.", "version": "1"}),
        (f"/paragraphs/{paragraph.id}/move", {"direction": "down"}),
        (f"/paragraphs/{paragraph.id}/delete", {}),
        (f"/sources/{source.id}/remove", {}),
        ("/answer", {"position": "no", "version": "2"}),
        (
            f"/../../decisions/{answer.answer_id}",
            {"decision": "noted", "reason": "Mine.", "code": STATE},
        ),
        ("/send", {}),
        ("/take-back", {}),
        ("/approve", {}),
        ("/reopen", {"reason": "Mine."}),
    ):
        assert (await browsing.post(client, f"{scene.desk}{place}", data)).status_code == 403, place
    assert [await desk.all(table) for table in WRITTEN] == before
