"""Merging words into paragraphs, and what several people do to one paragraph."""

import asyncio

import httpx2
import pytest

from app.contributions import service as contributions
from app.platform.db import Database
from app.platform.errors import Conflict, Invalid
from app.submissions import service
from app.submissions.models import NationalAnswer, Paragraph, ParagraphVersion, Source, Submission
from app.submissions.schemas import ParagraphInput
from tests import browsing
from tests.contributions.fields import fields_of
from tests.factories import Make
from tests.submissions.conftest import (
    ASKED,
    FIRST,
    HIDDEN_WORDS,
    OPEN_WORDS,
    RUSSIAN_WORDS,
    SECOND,
    STATE,
    Desk,
    Scene,
)

pytestmark = pytest.mark.databases_differ


async def edited(desk: Desk, paragraph: Paragraph, text: str) -> Paragraph:
    """The paragraph after the second expert gave it this text."""
    scene = desk.scene
    async with desk.db.write() as session:
        return await service.edit_paragraph(
            session,
            scene.actor(scene.second),
            scene.slug,
            STATE,
            paragraph.id,
            ParagraphInput(text=text, version=paragraph.version),
        )


async def test_selected_words_begin_a_paragraph_and_join_one_that_stands(desk: Desk, scene: Scene) -> None:
    russian = RUSSIAN_WORDS.partition(". ")[0] + "."
    paragraph = await desk.merge(
        await desk.words(scene.open, SECOND), await desk.words(scene.confidential, russian)
    )
    # What is said in another language stands beside; the paragraph speaks the submission's.
    assert paragraph.text == SECOND
    sources = {source.quote: source for source in await desk.all(Source)}
    assert set(sources) == {SECOND, russian}
    answer = await desk.answer(scene.open)
    source = sources[SECOND]
    assert answer.body[source.starts : source.ends] == SECOND
    assert (source.answer_id, source.answer_version_id) == (answer.answer_id, answer.answer_version_id)
    # The same words again, and others into the same paragraph.
    await desk.merge(await desk.words(scene.open, SECOND), into=paragraph)
    await desk.merge(await desk.words(scene.open, FIRST), await desk.words(scene.open, FIRST), into=paragraph)
    assert [p.text for p in await desk.all(Paragraph)] == [SECOND]
    assert sorted(s.quote for s in await desk.all(Source)) == sorted([SECOND, russian, FIRST])


@pytest.mark.one_database
async def test_neighbouring_sentences_are_one_excerpt_and_a_whole_answer_too(
    desk: Desk, scene: Scene
) -> None:
    await desk.merge(await desk.words(scene.open, SECOND), await desk.words(scene.open, FIRST))
    await desk.merge(await desk.words(scene.open))
    assert [source.quote for source in await desk.all(Source)] == [OPEN_WORDS] * 2
    assert [paragraph.text for paragraph in await desk.all(Paragraph)] == [OPEN_WORDS] * 2
    assert [paragraph.position for paragraph in await desk.all(Paragraph)] == [1, 2]


@pytest.mark.one_database
async def test_hidden_words_are_a_source_and_never_a_first_text(desk: Desk, scene: Scene) -> None:
    alone = await desk.merge(await desk.words(scene.hidden))
    both = await desk.merge(await desk.words(scene.hidden), await desk.words(scene.open, FIRST))
    assert (alone.text, both.text) == ("", FIRST)
    assert [source.quote for source in await desk.all(Source)].count(HIDDEN_WORDS) == 2


@pytest.mark.one_database
async def test_words_that_may_not_be_used_are_refused_and_leave_nothing(
    db: Database, make: Make, desk: Desk, scene: Scene
) -> None:
    other = await make.consultation(await make.review(await make.state("ES")))
    foreign = await make.contribution(other, answers={ASKED: "Elsewhere."})
    elsewhere = Desk(db, Scene(**{**vars(scene), "consultation": other}))
    off_topic = await make.contribution(scene.consultation, answers={"FP-03-a": "Another question."})
    own = await desk.answer(scene.open)
    gone = await desk.words(scene.hidden)
    old = await desk.words(scene.confidential)
    async with db.write() as session:
        await contributions.withdraw_contribution(session, make.behind(scene.hidden), scene.hidden.id)
        await contributions.revise_contribution(
            session, make.behind(scene.confidential), scene.confidential.id
        )
    await make.answer(scene.confidential, ASKED, {"narrative": "Уже иначе.", "language": "ru"}, 1)
    await make.submit(scene.confidential)
    off_topic_version = (await desk.answer(off_topic, "FP-03-a")).answer_version_id
    end = len(own.body)
    selections: list[dict[str, object]] = [
        await elsewhere.words(foreign),
        gone,
        old,
        {"answer_version_id": off_topic_version},
        {"answer_version_id": scene.open.id},
        *(
            {"answer_version_id": own.answer_version_id, "start": start, "end": stop}
            for start, stop in ((0, end + 1), (end, end), (9, 4), (0, 10**30), (len(FIRST), len(FIRST) + 1))
        ),
    ]
    for refused in selections:
        same = refused["answer_version_id"] == own.answer_version_id
        beside = [] if same else [await desk.words(scene.open, FIRST)]
        with pytest.raises(Invalid):
            await desk.merge(*beside, refused)
    assert await desk.all(Paragraph) == []
    assert await desk.all(Submission) == []


@pytest.mark.one_database
async def test_a_desk_form_that_makes_no_sense_is_a_page_not_a_failure(
    client: httpx2.AsyncClient, make: Make, desk: Desk, scene: Scene
) -> None:
    own = await desk.answer(scene.open)
    await make.signed_in(client, scene.expert)
    version = str(own.answer_version_id)
    for words in ([], [""], ["none"], [f"{version}:a:b"], [f"{version}:5:1"], [f"{version}:0:99999"], ["::"]):
        page = await browsing.post(client, f"{scene.desk}/sources", {"words": words, "into": "new"})
        assert page.status_code == 422, words
        assert "error-summary" in page.text
    for into, status in (("nowhere", 422), (str(scene.open.id), 404)):
        data = {"words": [version], "into": into}
        assert (await browsing.post(client, f"{scene.desk}/sources", data)).status_code == status
    empty = await browsing.post(client, f"{scene.desk}/paragraphs", {"text": ""})
    assert empty.status_code == 422
    long = await browsing.post(client, f"{scene.desk}/paragraphs", {"text": "x" * 20_001})
    assert (long.status_code, fields_of(long.text)["new.text"]) == (422, "x" * 20_001)
    assert await desk.all(Paragraph) == []


@pytest.mark.one_database
async def test_provenance_is_shown_at_the_words_and_at_the_paragraph(
    client: httpx2.AsyncClient, make: Make, desk: Desk, scene: Scene
) -> None:
    await make.signed_in(client, scene.expert)
    page = await client.get(scene.desk)
    assert page.status_code == 200
    assert '<mark class="used">' not in page.text
    own = await desk.answer(scene.open)
    end = len(FIRST)
    ticked = {"words": [f"{own.answer_version_id}:0:{end}"], "into": "new"}
    assert f'value="{ticked["words"][0]}"' in page.text
    merged = await browsing.post(client, f"{scene.desk}/sources", ticked, page=scene.desk)
    (paragraph,) = await desk.all(Paragraph)
    assert merged.headers["location"] == f"{scene.desk}?edit={paragraph.id}#edit-{paragraph.id}"
    assert f"\n{FIRST}</textarea>" in (await client.get(merged.headers["location"])).text
    page = await client.get(scene.desk)
    assert f'<mark class="used">{FIRST}</mark></label> <a class="used-in" href="#p1">' in page.text
    assert f'<mark class="used">{SECOND}</mark>' not in page.text
    assert 'id="p1"' in page.text
    assert f'<q lang="en" dir="auto">{FIRST}</q>' in page.text
    assert "<bdi>Orsa Valley Legal Aid</bdi>" in page.text


async def test_withdrawn_words_leave_a_mark_and_nothing_else(
    client: httpx2.AsyncClient, db: Database, make: Make, desk: Desk, scene: Scene
) -> None:
    await make.signed_in(client, scene.expert)
    paragraph = await desk.merge(await desk.words(scene.open, FIRST))
    paragraph = await edited(desk, paragraph, "Marks are missing on imported arms.")
    assert FIRST in (await client.get(scene.desk)).text
    async with db.write() as session:
        await contributions.withdraw_contribution(session, make.behind(scene.open), scene.open.id)
    page = await client.get(scene.desk)
    assert FIRST not in page.text
    assert "Withdrawn by its author" in page.text
    assert "Orsa Valley Legal Aid" not in page.text
    shown = await client.get(
        f"/api/v1/desk/{scene.slug}/submission/{STATE}", headers=await make.token(scene.expert)
    )
    (source,) = shown.json()["paragraphs"][0]["sources"]
    assert (source["quote"], source["voice"]) == (None, scene.open.label)
    assert len(await desk.all(Source)) == 1


async def test_one_answer_that_its_author_took_out_leaves_a_mark_as_well(
    client: httpx2.AsyncClient, make: Make, desk: Desk, scene: Scene
) -> None:
    await make.signed_in(client, scene.expert)
    paragraph = await desk.merge(await desk.words(scene.open, FIRST))
    await edited(desk, paragraph, "Marks are missing on imported arms.")
    behind = make.behind(scene.open)
    async with desk.db.write() as session:
        await contributions.revise_contribution(session, behind, scene.open.id)
    other = next(code for code in await make.codes(scene.consultation) if code != ASKED)
    await make.answer(scene.open, other, "Something else stands.")
    await make.answer(scene.open, ASKED, {"version": 1})
    assert FIRST in (await client.get(scene.desk)).text, "until they submit again it stands"
    await make.submit(scene.open)
    page = await client.get(scene.desk)
    assert FIRST not in page.text
    assert "Withdrawn by its author" in page.text


async def test_a_paragraph_that_repeats_withdrawn_words_cannot_be_proposed(
    client: httpx2.AsyncClient, db: Database, make: Make, desk: Desk, scene: Scene
) -> None:
    await desk.make_ready()
    async with db.write() as session:
        await contributions.withdraw_contribution(session, make.behind(scene.open), scene.open.id)
    await make.signed_in(client, scene.expert)
    page = await client.get(scene.desk)
    assert "Words in paragraph 1 were withdrawn. Say it in your own words." in page.text
    assert FIRST not in page.text
    assert (await browsing.post(client, f"{scene.desk}/send")).status_code == 403
    (paragraph,) = await desk.all(Paragraph)
    await edited(desk, paragraph, "Marks are missing on imported arms.")
    assert (await browsing.post(client, f"{scene.desk}/send")).status_code == 303


async def test_the_second_save_of_a_paragraph_meets_all_three_texts(
    client: httpx2.AsyncClient, make: Make, desk: Desk, scene: Scene
) -> None:
    paragraph = await desk.merge(await desk.words(scene.open, FIRST))
    await edited(desk, paragraph, "Theirs says this.")
    await make.signed_in(client, scene.expert)
    place = f"{scene.desk}/paragraphs/{paragraph.id}"
    clash = await browsing.post(client, place, {"text": "Mine says that.", "version": "1"})
    assert clash.status_code == 409
    plain = clash.text.replace("<del>", "").replace("</del>", "").replace("<ins>", "").replace("</ins>", "")
    for text in (FIRST, "Theirs says", "Mine says"):
        assert text in plain
    assert scene.second.name in clash.text
    typed = fields_of(clash.text)
    part = f"p-{paragraph.id}"
    assert (typed[f"{part}.text"], typed[f"{part}.version"]) == ("Mine says that.", "2")
    assert (await desk.all(Paragraph))[0].text == "Theirs says this."
    joined = {"text": "Both say so.", "version": typed[f"{part}.version"]}
    assert (await browsing.post(client, place, joined)).status_code == 303
    history = await client.get(f"{place}/history")
    for text in (FIRST, "Theirs", "Both", scene.second.name, scene.expert.name):
        assert text in history.text
    assert [v.text for v in sorted(await desk.all(ParagraphVersion), key=lambda v: v.number)] == [
        FIRST,
        "Theirs says this.",
        "Both say so.",
    ]
    unknown = await browsing.post(client, place, {"text": "From nowhere.", "version": "77"})
    assert unknown.status_code == 409
    assert fields_of(unknown.text)[f"{part}.text"] == "From nowhere."


async def test_of_two_edits_at_the_same_instant_the_second_meets_both_texts(
    client: httpx2.AsyncClient, make: Make, desk: Desk, scene: Scene
) -> None:
    paragraph = await desk.merge(await desk.words(scene.open, FIRST))
    await make.signed_in(client, scene.expert)
    place = f"{scene.desk}/paragraphs/{paragraph.id}"
    typed = [f"Writer {number} says this." for number in range(4)]
    sent = await asyncio.gather(
        *(browsing.post(client, place, {"text": text, "version": "1"}) for text in typed)
    )
    assert sorted(reply.status_code for reply in sent) == [303, 409, 409, 409]
    for text, reply in zip(typed, sent, strict=True):
        if reply.status_code == 409:
            shown = fields_of(reply.text)
            assert shown[f"p-{paragraph.id}.text"] == text
            assert shown[f"p-{paragraph.id}.version"] == "2"


async def test_of_two_positions_at_the_same_instant_the_second_is_not_lost(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.expert)
    # Before anybody has begun the national answer, and after.
    for version in (0, 2):
        facts = [
            {"position": "yes", "assistance": f"Round {version}, writer {number}.", "version": str(version)}
            for number in range(4)
        ]
        sent = await asyncio.gather(*(browsing.post(client, f"{scene.desk}/answer", data) for data in facts))
        assert sorted(reply.status_code for reply in sent) == [303, 409, 409, 409]
        stands = next(d["assistance"] for d, reply in zip(facts, sent, strict=True) if reply.is_redirect)
        for data, reply in zip(facts, sent, strict=True):
            if reply.status_code == 409:
                shown = fields_of(reply.text)
                assert shown["answer.assistance"] == data["assistance"]
                assert shown["answer.version"] == str(max(version + 1, 2))
                assert f'What is stored now: <bdi lang="en">{stands}</bdi>' in reply.text


async def test_two_people_who_begin_the_same_national_answer_lose_nothing(desk: Desk, scene: Scene) -> None:
    await asyncio.gather(
        desk.merge(await desk.words(scene.open, FIRST)),
        desk.merge(await desk.words(scene.open, SECOND), who=scene.second),
        desk.merge(await desk.words(scene.confidential), who=scene.focal_point),
    )
    assert len(await desk.all(Submission)) == 1
    assert len(await desk.all(NationalAnswer)) == 1
    assert {paragraph.text for paragraph in await desk.all(Paragraph)} == {FIRST, SECOND, ""}
    assert {source.quote for source in await desk.all(Source)} == {FIRST, SECOND, RUSSIAN_WORDS}


async def test_paragraphs_are_moved_taken_out_and_freed_of_a_source(
    client: httpx2.AsyncClient, make: Make, desk: Desk, scene: Scene
) -> None:
    await make.signed_in(client, scene.expert)
    for text in ("One.", "Two.", "Three."):
        data = {"text": text, "version": "0"}
        assert (await browsing.post(client, f"{scene.desk}/paragraphs", data)).status_code == 303
    by_text = {paragraph.text: paragraph for paragraph in await desk.all(Paragraph)}

    async def order() -> list[str]:
        in_place = [p for p in await desk.all(Paragraph) if p.removed_at is None]
        return [p.text for p in sorted(in_place, key=lambda p: p.position)]

    for text, direction, expected in (
        ("Three.", "up", ["One.", "Three.", "Two."]),
        ("One.", "up", ["One.", "Three.", "Two."]),
        ("One.", "down", ["Three.", "One.", "Two."]),
    ):
        place = f"{scene.desk}/paragraphs/{by_text[text].id}"
        await browsing.post(client, f"{place}/move", {"direction": direction})
        assert await order() == expected
    sideways = await browsing.post(client, f"{place}/move", {"direction": "left"})
    assert sideways.status_code == 422
    await desk.merge(await desk.words(scene.open, FIRST), into=by_text["One."])
    (source,) = await desk.all(Source)
    assert (await browsing.post(client, f"{scene.desk}/sources/{source.id}/remove")).status_code == 303
    assert await desk.all(Source) == []
    await desk.merge(await desk.words(scene.open, FIRST), into=by_text["One."])
    assert (await browsing.post(client, f"{place}/delete")).status_code == 303
    assert await order() == ["Three.", "Two."]
    # What was taken out is out of reach of editing, and still to be read with its history and its source.
    assert len(await desk.all(Source)) == 1
    edited = await browsing.post(client, place, {"text": "x"})
    assert edited.status_code == 409
    assert "This paragraph was taken out meanwhile." in edited.text
    assert "History of a paragraph that was taken out" in (await client.get(f"{place}/history")).text
    shown = (await client.get(scene.desk)).text
    assert "1 paragraph taken out" in shown
    assert f"Taken out by <bdi>{scene.expert.name}</bdi>" in shown
    as_json = await client.get(
        f"/api/v1{scene.desk.removeprefix('/en')}", headers=await make.token(scene.expert)
    )
    assert [each["text"] for each in as_json.json()["removed"]] == ["One."]
    with pytest.raises(Conflict):
        await desk.merge(await desk.words(scene.open, FIRST), into=by_text["One."])
    assert (await browsing.post(client, f"{place}/restore", page=scene.desk)).status_code == 303
    assert await order() == ["Three.", "One.", "Two."]
    assert "taken out" not in (await client.get(scene.desk)).text


async def test_a_form_from_before_the_addresses_changed_arrives_with_its_words(
    client: httpx2.AsyncClient, make: Make, desk: Desk, scene: Scene
) -> None:
    await make.signed_in(client, scene.expert)
    sent = await browsing.post(client, f"{scene.desk}/passages", {"text": "Typed before."}, page=scene.desk)
    assert (sent.status_code, sent.headers["location"]) == (308, f"{scene.desk}/paragraphs")
    await browsing.post(client, sent.headers["location"], {"text": "Typed before."}, page=scene.desk)
    assert [paragraph.text for paragraph in await desk.all(Paragraph)] == ["Typed before."]
    moved = await client.get(f"/ar/desk/{scene.slug}/set-up?a=1")
    assert (moved.status_code, moved.headers["location"]) == (308, f"/ar/desk/{scene.slug}/settings?a=1")
    assert (await client.get(f"/en/desk/{scene.slug}/nothing")).status_code == 404
