"""From draft to approval and back: nothing is missing, and a second person looks."""

import asyncio

import httpx2
import pytest

from app.audit.models import AuditEntry
from app.organisations.models import Role
from app.platform.errors import AppError, Conflict, Forbidden
from app.submissions import service
from app.submissions.models import NationalAnswer, NationalAnswerState, Paragraph
from app.submissions.schemas import ParagraphInput
from app.translations.models import Origin, Translation
from tests import browsing
from tests.factories import Make
from tests.submissions.conftest import FIRST, HIDDEN_WORDS, STATE, Desk, Scene


async def state_of(desk: Desk) -> str:
    (national,) = await desk.all(NationalAnswer)
    return national.state.value


async def test_an_answer_is_sent_for_approval_once_nothing_is_missing_and_cleared_by_a_second_person(
    client: httpx2.AsyncClient, make: Make, desk: Desk, scene: Scene
) -> None:
    await make.signed_in(client, scene.expert)
    for sentence, mend in (
        ("3 answers have no decision or no reason yet.", lambda: desk.decide(scene.open)),
        ("2 answers have no decision or no reason yet.", lambda: desk.decide(scene.hidden)),
        ("1 answer has no decision or no reason yet.", lambda: desk.decide(scene.confidential)),
        ("has no position yet", desk.position),
        ("has no paragraph yet", lambda: add(desk, scene.confidential)),
        ("Paragraph 1 has no text yet.", lambda: write(desk, "Marks are missing.")),
    ):
        refused = await browsing.post(client, f"{scene.desk}/send")
        assert refused.status_code == 403
        assert sentence in refused.text
        assert sentence in (await client.get(scene.desk)).text
        await mend()
    assert (await browsing.post(client, f"{scene.desk}/send", page=scene.desk)).status_code == 303
    page = await client.get(scene.desk)
    assert "Waits for approval" in page.text
    assert "Approve this answer" not in page.text
    late = await browsing.post(client, f"{scene.desk}/paragraphs", {"text": "One more."})
    assert late.status_code == 403
    assert "Take it back to drafting first" in late.text
    for nobody in (scene.expert, scene.second):
        with pytest.raises(Forbidden):
            await desk.act("approve", nobody)
    await make.signed_in(client, scene.focal_point)
    approved = await browsing.post(client, f"{scene.desk}/approve", page=scene.desk)
    assert approved.status_code == 303
    (national,) = await desk.all(NationalAnswer)
    assert (national.state, national.approved_by_id) == (NationalAnswerState.APPROVED, scene.focal_point.id)
    assert national.approved_text == ["Marks are missing."]
    for act in ("send", "approve", "take_back"):
        with pytest.raises((Forbidden, Conflict)):
            await desk.act(act, scene.focal_point if act == "approve" else scene.expert)
    acts = [entry.action for entry in await desk.all(AuditEntry)]
    assert {"submission.sent", "submission.approved", "submission.answer_set"} <= set(acts)


async def add(desk: Desk, contribution: object) -> None:
    await desk.merge(await desk.words(contribution))


async def write(desk: Desk, text: str, number: int = 0) -> None:
    paragraph = sorted(await desk.all(Paragraph), key=lambda p: p.position)[number]
    scene = desk.scene
    async with desk.db.write() as session:
        data = ParagraphInput(text=text, version=paragraph.version)
        actor = scene.actor(scene.expert)
        await service.edit_paragraph(session, actor, scene.slug, STATE, paragraph.id, data)


async def test_who_drafted_cannot_clear_until_another_takes_the_part_over(desk: Desk, scene: Scene) -> None:
    await desk.make_ready()
    own = await desk.merge(await desk.words(scene.open), who=scene.focal_point)
    await desk.act("send", scene.expert)
    with pytest.raises(Forbidden) as refused:
        await desk.act("approve", scene.focal_point)
    assert "You drafted part of this answer" in str(refused.value.detail)
    await desk.act("take_back", scene.focal_point)
    assert await state_of(desk) == "drafting"
    await write(desk, own.text + " We add this.", 1)
    await desk.act("send", scene.second)
    await desk.act("approve", scene.focal_point)
    assert await state_of(desk) == "approved"


@pytest.mark.one_database
async def test_only_the_focal_point_of_this_review_clears_and_reopens(
    make: Make, desk: Desk, scene: Scene
) -> None:
    await desk.make_ready()
    neighbours = await make.consultation(await make.review(await make.state("ES")))
    neighbour = await make.staff(neighbours, Role.FOCAL_POINT)
    former = await make.account(Role.FOCAL_POINT, at=await make.office())
    reader = await make.staff(scene.consultation, Role.GOVERNMENT_READER)
    with pytest.raises(Forbidden):
        await desk.act("send", scene.focal_point)
    await desk.act("send", scene.expert)

    async def nobody_else(act: str, *more: str) -> None:
        for who, role, office in (
            (neighbour, Role.FOCAL_POINT, neighbours.office_id),
            (former, Role.FOCAL_POINT, scene.consultation.office_id),
            (reader, Role.GOVERNMENT_READER, scene.consultation.office_id),
            (scene.second, Role.EXPERT, scene.consultation.office_id),
        ):
            actor = scene.actor(who)
            actor = type(actor)(who.id, who.name, frozenset({(role.value, office)}))
            with pytest.raises(AppError) as refused:
                async with desk.db.write() as session:
                    await getattr(service, f"{act}_answer")(session, actor, scene.slug, STATE, *more)
            assert refused.value.status == (404 if who is neighbour else 403)

    await nobody_else("approve")
    await desk.act("approve", scene.focal_point)
    await nobody_else("reopen", "Something changed.")
    assert await state_of(desk) == "approved"


async def test_reopening_takes_a_reason_and_shows_what_changed_since(
    client: httpx2.AsyncClient, make: Make, desk: Desk, scene: Scene
) -> None:
    await desk.make_ready()
    await desk.act("send", scene.expert)
    await desk.act("approve", scene.focal_point)
    await make.signed_in(client, scene.focal_point)
    assert "Changed since the last approval" not in (await client.get(scene.desk)).text
    refused = await browsing.post(client, f"{scene.desk}/reopen", {"reason": ""}, page=scene.desk)
    assert refused.status_code == 422
    assert await state_of(desk) == "approved"
    reason = {"reason": "A court ruled differently."}
    assert (await browsing.post(client, f"{scene.desk}/reopen", reason)).status_code == 303
    page = await client.get(scene.desk)
    assert "A court ruled differently." in page.text
    assert "Changed since the last approval" not in page.text
    await write(desk, FIRST.replace("22 carried", "25 carried"))
    page = await client.get(scene.desk)
    assert "Changed since the last approval" in page.text
    assert "<del>22 </del><ins>25 </ins>" in page.text
    await desk.act("send", scene.second)
    await desk.act("approve", scene.focal_point)
    page = await client.get(scene.desk)
    assert "Changed since the last approval" not in page.text
    (national,) = await desk.all(NationalAnswer)
    assert "25 carried" in national.approved_text[0]


@pytest.mark.one_database
async def test_hidden_words_and_names_stand_in_the_way(
    client: httpx2.AsyncClient, make: Make, desk: Desk, scene: Scene
) -> None:
    await desk.make_ready()
    await desk.merge(await desk.words(scene.hidden))
    await make.signed_in(client, scene.expert)
    french = "Au poste du fleuve, les agents laissent passer tous les camions la nuit."
    answer = await desk.answer(scene.hidden)
    await make._add(
        # Corrected later: the first translation is stored all the same.
        Translation(text_id=answer.text_id, language="fr", body=french, origin=Origin.MACHINE),
        Translation(
            text_id=answer.text_id, language="fr", number=2, body="Autre chose.", origin=Origin.HUMAN
        ),
    )
    for text, sentence in (
        (f"As one wrote: {HIDDEN_WORDS}", "Paragraph 2 repeats words of Haven"),
        (f"As one wrote: {HIDDEN_WORDS.upper()}", "Paragraph 2 repeats words of Haven"),
        (f"On dit : {french}", "Paragraph 2 repeats words of Haven"),
        ("HAVEN wrote about the river post.", "Paragraph 2 names Haven, who does not allow it."),
    ):
        await write(desk, text, 1)
        assert sentence in (await client.get(scene.desk)).text
        assert (await browsing.post(client, f"{scene.desk}/send")).status_code == 403
    await write(desk, "Checks at the river post end with the day.", 1)
    assert (await browsing.post(client, f"{scene.desk}/send")).status_code == 303


async def test_what_is_cleared_is_what_stands_also_when_somebody_edits_at_that_instant(
    desk: Desk, scene: Scene
) -> None:
    await desk.make_ready()
    await desk.act("send", scene.expert)

    async def take_back_and_edit() -> None:
        await desk.act("take_back", scene.second)
        await write(desk, "Edited at the last moment.")

    done = await asyncio.gather(
        desk.act("approve", scene.focal_point), take_back_and_edit(), return_exceptions=True
    )
    assert sum(isinstance(result, AppError) for result in done) == 1, done
    (national,) = await desk.all(NationalAnswer)
    (paragraph,) = await desk.all(Paragraph)
    if national.state is NationalAnswerState.APPROVED:
        assert national.approved_text == [paragraph.text] == [FIRST]
    else:
        assert (national.approved_text, paragraph.text) == ([], "Edited at the last moment.")
