"""Two writers of one answer see each other's words, and nothing is overwritten that was not shown."""

import json
from typing import Any

import httpx2
import pytest
from sqlmodel import select

from app.contributions import clashing
from app.contributions.clashing import Content, choices_between, content_of, sources_between
from app.contributions.models import Answer
from app.organisations.models import Role
from app.platform.db import Database
from tests import browsing
from tests.contributions.conftest import Scene, entered
from tests.contributions.fields import fields_of
from tests.factories import Make
from tests.pages.shape import Shape

BEGUN: dict[str, Any] = {
    "law": "in_part",
    "practice": "works",
    "narrative": "Marking works in the port. There is no machine at the border.",
    "evidence": [{"title": "The decree"}, {"title": "The register"}],
    "recommendation": {"action": "Buy a machine.", "addressee": "Customs"},
}


async def stored(db: Database) -> list[Answer]:
    async with db.read() as session:
        return list((await session.exec(select(Answer))).all())


async def opened(client: httpx2.AsyncClient, place: str) -> dict[str, str]:
    """The fields of the question page, as a browser holds them; the proof belongs to who opened it."""
    shown = fields_of((await client.get(place)).text)
    return {name: value for name, value in shown.items() if name != "csrf"}


def sources_of(page: str) -> list[str]:
    """The numbers of the marked sources: a form sends each of them."""
    boxes = [tag for tag in page.split("<") if 'name="sources"' in tag and " checked" in tag]
    return [tag.split('value="')[1].split('"')[0] for tag in boxes]


async def press(client: httpx2.AsyncClient, place: str, page: str, **more: Any) -> httpx2.Response:
    """Send the page of two versions as it stands, but for what is chosen otherwise."""
    return await browsing.post(client, place, {**fields_of(page), "sources": sources_of(page), **more})


async def clash(client: httpx2.AsyncClient, make: Make, scene: Scene) -> httpx2.Response:
    """Two colleagues began from one version; the other saved first and changed another half of it."""
    await make.answer(scene.draft, scene.codes[0], BEGUN)
    await make.signed_in(client, scene.drafter)
    place = scene.question()
    mine = await opened(client, place)
    await make.signed_in(client, scene.signatory)
    theirs = await opened(client, place)
    theirs |= {
        "narrative": theirs["narrative"].replace("machine at", "machine since 2022 at"),
        "recommendation-action": "Buy two machines.",
        "evidence-2-title": "A report of theirs",
        "publication": "named",
        "law": "no",
    }
    assert (await browsing.post(client, place, theirs)).status_code == 303
    await make.signed_in(client, scene.drafter)
    mine |= {
        "narrative": mine["narrative"].replace("works in the port", "works in both ports"),
        "evidence-0-title": "",
        "evidence-2-title": "A report of mine",
        "law": "yes",
    }
    return await browsing.post(client, place, mine)


async def test_every_field_that_differs_is_shown_with_who_saved_it_and_what_was_before(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    page = await clash(client, make, scene)
    assert page.status_code == 409
    assert Shape(page.text).problems() == []
    assert f"{scene.signatory.name} saved this answer while you were writing" in page.text
    assert f"Keep what {scene.signatory.name} saved" in page.text
    for words in (
        "<ins>since 2022 </ins>",
        "<ins>both</ins>",
        "<ins>machines</ins>",
        "A report of theirs",
        "A report of mine",
        "The decree",
        "Yes, with our name",
    ):
        assert words in page.text, words
    assert "Before both: Yes, in part" in " ".join(page.text.split())
    shown = fields_of(page.text)
    assert shown["joined-narrative"] == (
        "Marking works in both ports. There is no machine since 2022 at the border."
    )
    kept = {
        name: shown.get(f"keep-{name}") for name in ("narrative", "action", "publication", "law", "practice")
    }
    assert kept == {
        "narrative": "joined",
        "action": "theirs",
        "publication": "theirs",
        "law": "mine",
        "practice": None,
    }
    assert "The same in both" in page.text


async def test_what_is_chosen_field_by_field_is_saved(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    page = await clash(client, make, scene)
    assert (await press(client, scene.question(), page.text, **{"keep-law": "theirs"})).status_code == 303
    (answer,) = await stored(db)
    assert answer.version == 3
    assert answer.narrative == "Marking works in both ports. There is no machine since 2022 at the border."
    assert (answer.law, answer.practice, answer.publication) == ("no", "works", "named")
    assert answer.recommendation["action"] == "Buy two machines."
    titles = [source["title"] for source in answer.evidence]
    # I took the decree out, and nobody asked for it again.
    assert titles == ["The register", "A report of mine", "A report of theirs"]
    assert answer.saved_by_id == scene.drafter.id


async def test_everything_of_mine_or_everything_of_theirs_can_stay(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    page = await clash(client, make, scene)
    shown = fields_of(page.text)
    chosen = {name: "mine" for name in shown if name.startswith("keep-")}
    mine = [
        tag.split('value="')[1].split('"')[0]
        for tag in page.text.split("<input")[1:]
        if "Only in yours" in tag
    ]
    await press(client, scene.question(), page.text, **{**chosen, "sources": mine})
    (answer,) = await stored(db)
    assert answer.narrative == BEGUN["narrative"].replace("in the port", "in both ports")
    assert [source["title"] for source in answer.evidence] == ["The register", "A report of mine"]
    assert (answer.law, answer.publication, answer.recommendation["action"]) == (
        "yes",
        "no",
        "Buy a machine.",
    )


async def test_a_third_save_between_the_two_is_shown_before_it_is_overwritten(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    page = await clash(client, make, scene)
    third = {**BEGUN, "narrative": "A third colleague began anew."}
    await make.answer(scene.draft, scene.codes[0], third, version=2)
    again = await press(client, scene.question(), page.text)
    assert again.status_code == 409
    assert "A third colleague began anew." in again.text
    shown = fields_of(again.text)
    assert shown["narrative"].startswith("Marking works in both ports.")
    assert shown["version"] == "3"
    (answer,) = await stored(db)
    assert answer.narrative == "A third colleague began anew."
    assert (
        await press(client, scene.question(), again.text, **{"keep-narrative": "theirs"})
    ).status_code == 303


async def test_a_joined_text_that_is_too_long_comes_back_to_be_shortened(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    page = await clash(client, make, scene)
    long = "Long. " * 2000
    refused = await press(client, scene.question(), page.text, **{"joined-narrative": long})
    assert refused.status_code == 422
    shown = fields_of(refused.text)
    assert shown["narrative"].strip() == long.strip()
    assert (shown["publication"], shown["evidence-1-title"], shown["version"]) == (
        "named",
        "A report of mine",
        "2",
    )
    saved = await browsing.post(client, scene.question(), {**shown, "narrative": "Short."})
    assert saved.status_code == 303
    assert [each.narrative for each in await stored(db)] == ["Short."]


async def test_nobody_is_told_who_saved_a_confidential_answer_or_when(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    home, _code = await entered(client, make, scene.consultation)
    place = f"{home}/questions/{scene.codes[0]}"
    await browsing.post(client, place, {"narrative": "Begun.", "version": "0"})
    page = await opened(client, place)
    await browsing.post(client, place, {**page, "narrative": "From my telephone."})
    other = await browsing.post(client, place, {**page, "narrative": "From my desk."})
    assert other.status_code == 409
    assert "saved in another tab or on another device" in other.text
    assert "omebody" not in other.text
    assert "Saved on" not in other.text
    (answer,) = await stored(db)
    assert (answer.saved_by_id, answer.saved_at) == (None, None)
    mine = fields_of(other.text)
    assert mine["joined-narrative"] == "From my desk. From my telephone."


async def test_who_saved_is_forgotten_when_it_is_handed_in_or_the_name_is_given_up(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.signatory)
    await browsing.post(client, scene.question(), {"narrative": "Ours.", "version": "0"})
    assert [each.saved_by_id for each in await stored(db)] == [scene.signatory.id]
    await browsing.post(client, f"{scene.home}/submit")
    assert [(each.saved_by_id, each.saved_at) for each in await stored(db)] == [(None, None)]
    other = await make.organisation()
    await make.member(scene.signatory, Role.SIGNATORY, at=other)
    draft = await make.contribution(
        scene.consultation, organisation=other, answers={}, state=scene.draft.state
    )
    home = f"/en/contributions/{draft.id}"
    await browsing.post(client, f"{home}/questions/{scene.codes[0]}", {"narrative": "Mine.", "version": "0"})
    await client.get(f"{home}/confidential")
    await browsing.post(client, f"{home}/confidential")
    rows = await stored(db)
    assert {each.narrative for each in rows} == {"Ours.", "Mine."}
    assert {(each.saved_by_id, each.saved_at) for each in rows} == {(None, None)}


async def test_a_save_that_equals_what_is_stored_goes_on_as_saved(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.drafter)
    typed = {"narrative": "Once.", "law": "yes", "evidence-0-title": "A law", "version": "0", "then": "list"}
    for _press in range(3):
        saved = await browsing.post(client, scene.question(), typed)
        assert (saved.status_code, saved.headers["location"]) == (303, scene.home)
    (answer,) = await stored(db)
    assert answer.version == 1
    differs = await browsing.post(client, scene.question(), {**typed, "law": "no"})
    assert differs.status_code == 409


@pytest.mark.one_database
async def test_a_program_gets_the_answer_that_stands_with_the_refusal(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    token = await make.token(scene.drafter)
    place = f"/api/v1/contributions/{scene.draft.id}/answers/{scene.codes[0]}"
    first = await client.put(place, json={"narrative": "First.", "law": "yes"}, headers=token)
    stale = await client.put(place, json={"narrative": "Second."}, headers=token)
    assert stale.status_code == 409
    assert stale.json()["current"] == first.json()
    assert stale.json()["current_version"] == 1
    again = await client.put(place, json={"narrative": "First.", "law": "yes"}, headers=token)
    assert (again.status_code, again.json()) == (200, first.json())


def test_a_form_that_says_something_else_than_a_version_knows_none() -> None:
    whole = content_of({"law": None, "narrative": "Words", "recommendation": {"priority": 2}, "evidence": []})
    assert clashing.read(clashing.written(whole)) == whole
    for text in (
        "",
        "[]",
        "null",
        "[1, 2]",
        "{}",
        '[{"law": 1}, []]',
        "[" * 5_000,
        json.dumps([dict.fromkeys(clashing.FIELDS, "x" * 50_000), []]),
        '["a", ["b"]]',
    ):
        assert clashing.read(text) is None


def test_what_only_one_side_changed_is_proposed() -> None:
    before = Content({"law": "yes", "narrative": "A b c."}, [{"title": "Old"}])
    mine = Content({"law": "yes", "narrative": "A b c d."}, [{"title": "Old"}, {"title": "New"}])
    theirs = Content({"law": "no", "narrative": "A b c."}, [])
    assert {each.name: each.keep for each in choices_between(before, mine, theirs)} == {
        "law": "theirs",
        "narrative": "mine",
    }
    assert [(each.source["title"], each.keep) for each in sources_between(before, mine, theirs)] == [
        ("Old", False),
        ("New", True),
    ]
    assert [each.keep for each in choices_between(None, mine, theirs)] == ["mine", "joined"]


async def test_a_change_of_language_keeps_what_was_being_chosen(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    page = await clash(client, make, scene)
    picked = {"joined-narrative": "Corrected by hand.", "keep-law": "theirs", "sources": []}
    moved = await browsing.post(
        client, "/fr/typed", {**fields_of(page.text), **picked, "at": scene.question()}
    )
    shown = await client.get(moved.headers["location"])
    assert moved.headers["location"].startswith(scene.question().replace("/en/", "/fr/"))
    assert shown.status_code == 200
    fields = fields_of(shown.text)
    assert {name: fields.get(name) for name in ("joined-narrative", "keep-law", "version")} == {
        "joined-narrative": "Corrected by hand.",
        "keep-law": "theirs",
        "version": "2",
    }
    assert sources_of(shown.text) == []
    for words in ("<ins>both</ins>", "A report of theirs"):
        assert words in shown.text
    place = scene.question().replace("/en/", "/fr/")
    assert (await press(client, place, shown.text)).status_code == 303
    (answer,) = await stored(db)
    assert (answer.narrative, answer.law) == ("Corrected by hand.", "no")
    assert [source["title"] for source in answer.evidence] == ["The register"]
