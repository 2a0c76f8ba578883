import re

import httpx2
import pytest

from app.authoring import editing
from tests.authoring.scene import Scene
from tests.browsing import post
from tests.factories import Make
from tests.pages.forms import Forms

PAGES = (
    "", "/questions/FP-03-a", "/questions/FP-03-a/fr", "/questions/FP-03-a/en", "/texts/ar", "/texts/en",
    "/texts/ar?group=s&state=draft&page=1", "/sections", "/sections/FP-03", "/choices", "/glossary", "/checks",
    "/drift", "/preview/ar", "/preview/zh?question=FP-03-a", "/history", "/changes/1", "/drop",
    "/remove?what=q:FP-03-a", "/remove?what=s:FP-03",
)  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("page", PAGES)
async def test_the_secretariat_opens_every_page_of_a_draft(
    page: str, scene: Scene, client: httpx2.AsyncClient, make: Make
) -> None:
    await make.signed_in(client, scene.account)
    shown = await client.get(scene.path(page))
    assert shown.status_code == 200, shown.text
    await make.signed_in(client, await make.account())
    assert (await client.get(scene.path(page))).status_code == 404


async def test_everybody_reads_what_is_published_and_nobody_sees_who_published_it(
    scene: Scene, client: httpx2.AsyncClient
) -> None:
    published = scene.path().replace("/2", "/1")
    for page in ("", "/history", "/preview/ru", "/changes/1"):
        shown = await client.get(published + page)
        assert shown.status_code == 200, page
        assert "Published by" not in shown.text
        assert "<form" not in shown.text, "where nothing is typed, languages are links"
    assert "Begin a new version" not in (await client.get("/en/questionnaires")).text
    assert (await client.get(published + "/changes/2")).status_code == 404
    assert (await client.get(published + "/preview/xx")).status_code == 404
    assert (await client.get(scene.path())).status_code == 404
    assert (await client.get("/en/questionnaires/firearms/nobody/1")).status_code == 404
    assert (await client.get("/en/questionnaires/firearms/state/99999999999999999999")).status_code == 404


@pytest.mark.parametrize("page", ["/questions/FP-03-a", "/texts/fr", "/sections", "/checks", "/drop"])
async def test_a_published_version_has_no_page_to_change_it(
    page: str, scene: Scene, client: httpx2.AsyncClient, make: Make
) -> None:
    await make.signed_in(client, scene.account)
    assert (await client.get(scene.path(page).replace("/2", "/1"))).status_code == 403


async def test_saving_and_moving_a_question_by_its_form(
    scene: Scene, client: httpx2.AsyncClient, make: Make
) -> None:
    await make.signed_in(client, scene.account)
    page = scene.path("/questions/FP-03-c")
    fields = await scene.state_of("FP-03-c")
    fields |= {"texts-topic": "Parts and ammunition, again", "topics": "parts, , ammunition", "move": "up"}
    saved = await post(client, page, fields, page=page)
    assert saved.status_code == 303
    definition = await scene.definition()
    assert definition.questions[0].code == "FP-03-c"
    assert definition.questions[0].texts["topic"]["en"] == "Parts and ammunition, again"
    assert definition.questions[0].topics == ["parts", "ammunition"]
    moved = await post(client, page + "/move", {"direction": "down"}, page=page)
    assert moved.status_code == 303
    assert (await scene.definition()).questions[1].code == "FP-03-c"


def on_the_page(page: str) -> dict[str, list[str]]:
    """Everything that the one form of a page with several parts would send."""
    form = next(form for form in Forms(page).forms if form.id == "page-form")
    fields: dict[str, list[str]] = {}
    for each in form.controls:
        if each.is_on:
            fields.setdefault(each.name, []).append(each.value)
    return fields


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("page", "field", "act"),
    [
        ("/questions/FP-03-a", "wording.texts-topic", "/questions/FP-03-a/move?part=place"),
        ("", "question.code", "/questions/FP-03-a/move?part={button}"),
        ("/sections", "section.title", "/sections/move?part={button}"),
        ("/glossary", "term.meaning", "/glossary/move?part={button}"),
    ],
)
async def test_words_typed_beside_a_move_stand_there_after_it(
    scene: Scene, client: httpx2.AsyncClient, make: Make, page: str, field: str, act: str
) -> None:
    await make.signed_in(client, scene.account)
    shown = (await client.get(scene.path(page))).text
    fields = on_the_page(shown)
    assert field in fields
    if "{button}" in act:
        pressed = re.escape(scene.path(act.partition("{")[0])) + r"(\w+)"
        act = act.format(button=re.findall(f'formaction="{pressed}"', shown)[0])
    moved = await client.post(scene.path(act), data=fields | {field: "What I typed"})
    assert moved.status_code == 303, moved.text
    after = (await client.get(moved.headers["location"])).text
    fields = on_the_page(after)
    assert fields[field] == ["What I typed"]
    if field.startswith("wording."):
        saved = await client.post(scene.path(f"{page}?part=wording"), data=fields)
        assert saved.status_code == 303, "the move is no edit of somebody else"
        question = editing.find_question(await scene.definition(), "FP-03-a")
        assert question.texts["topic"]["en"] == "What I typed"


@pytest.mark.one_database
async def test_what_nobody_touched_does_not_go_along(
    scene: Scene, client: httpx2.AsyncClient, make: Make
) -> None:
    """A list in which nothing is chosen sends its first line, and that is no change."""
    await make.signed_in(client, scene.account)
    for page in ("", "/questions/FP-03-a"):
        fields = on_the_page((await client.get(scene.path(page))).text)
        kept = await client.post("/fr/typed", data=fields)
        assert "typed=" not in kept.headers["location"], page


async def test_a_late_save_shows_both_texts_and_can_be_repeated(
    scene: Scene, client: httpx2.AsyncClient, make: Make
) -> None:
    await make.signed_in(client, scene.account)
    page = scene.path("/questions/FP-03-a")
    fields = await scene.state_of("FP-03-a") | {"texts-topic": "What I typed"}
    await scene.save("FP-03-a", texts_topic="What another saved")
    late = await post(client, page, fields, page=page)
    assert late.status_code == 409
    assert "What I typed" in late.text
    assert "What another saved" in late.text
    started = re.findall(r'name="wording\.started" value="(\w+)"', late.text)[0]
    assert "Saving again replaces it by yours." in late.text
    again = await post(client, page, fields | {"started": started}, page=page)
    assert again.status_code == 303
    assert editing.find_question(await scene.definition(), "FP-03-a").texts["topic"]["en"] == "What I typed"


async def test_a_wrong_condition_comes_back_with_what_was_typed_and_the_reason(
    scene: Scene, client: httpx2.AsyncClient, make: Make
) -> None:
    await make.signed_in(client, scene.account)
    page = scene.path("/questions/FP-03-a")
    fields = await scene.state_of("FP-03-a") | {"relevant": "${FP-04-1-law} = = 'no'", "texts-topic": "Kept"}
    refused = await post(client, page, fields, page=page)
    assert refused.status_code == 422
    assert "${FP-04-1-law} = = &#39;no&#39;" in refused.text
    assert 'id="relevant-error"' in refused.text
    assert "Kept" in refused.text


def units(page: str) -> dict[str, str]:
    """The hidden fields of a page of texts."""
    return dict(re.findall(r'name="(units-\d+-\w+)" value="([^"]*)"', page)) | dict.fromkeys(
        re.findall(r'name="(units-\d+-state)"', page), "draft"
    )


async def test_a_late_translation_shows_both_texts(
    scene: Scene, client: httpx2.AsyncClient, make: Make
) -> None:
    await make.signed_in(client, scene.account)
    page = scene.path("/questions/FP-03-a/fr")
    fields = units((await client.get(page)).text)
    place = next(name for name, value in fields.items() if value == "q:FP-03-a:topic").split("-")[1]
    texts = {f"units-{n}-text": f"Texte {n}" for n in range(8)}
    assert (await post(client, page, fields | texts, page=page)).status_code == 303
    mine = texts | {f"units-{place}-text": "Le mien"}
    late = await post(client, page, fields | mine)
    assert late.status_code == 409
    assert "Le mien" in late.text
    assert 'class="saved"' not in late.text, "the sentence of the save before does not stand on a refusal"
    assert f"Texte {place}" in late.text
    again = await post(client, page, units(late.text) | mine, page=page)
    assert again.status_code == 303
    topic = editing.find_question(await scene.definition(), "FP-03-a").texts["topic"]
    assert topic["fr"] == "Le mien"


async def test_a_page_of_texts_returns_to_where_it_was(
    scene: Scene, client: httpx2.AsyncClient, make: Make
) -> None:
    await make.signed_in(client, scene.account)
    page = scene.path("/texts/zh?group=s&state=draft")
    fields = units((await client.get(page)).text)
    given = fields | {"units-0-text": "第一", "group": "s", "state": "draft", "page": "1"}
    saved = await post(client, scene.path("/texts/zh"), given, page=page)
    assert saved.status_code == 303
    assert saved.headers["location"].endswith("/texts/zh?group=s&state=draft&page=1")


async def test_parts_are_added_through_their_forms_and_removed_only_when_confirmed(
    scene: Scene, client: httpx2.AsyncClient, make: Make
) -> None:
    await make.signed_in(client, scene.account)
    added = {
        "/sections": {"code": "NEW", "title": "New"},
        "/choices": {"name": "sure"},
        "/glossary": {"key": "pistol", "term": "pistol"},
        "/questions": {"code": "NEW-1", "section": "FP-03", "kind": "date"},
    }
    for rest, fields in added.items():
        page = scene.path("" if rest == "/questions" else rest)
        assert (await post(client, scene.path(rest), fields, page=page)).status_code == 303
        twice = await post(client, scene.path(rest), fields, page=page)
        assert twice.status_code == 422, rest
    for what in ("q:NEW-1", "s:NEW", "l:sure", "g:pistol"):
        asked = scene.path(f"/remove?what={what}")
        assert (await post(client, scene.path("/remove"), {"what": what}, page=asked)).status_code == 303
        assert (await client.get(asked)).status_code == 404
    kept = await post(client, scene.path("/remove"), {"what": "s:FP-03"})
    assert kept.status_code == 422


async def test_publishing_too_early_answers_with_the_check_list(
    scene: Scene, client: httpx2.AsyncClient, make: Make
) -> None:
    await make.signed_in(client, scene.account)
    await scene.save("FP-03-a", texts_prompt="Changed?")
    early = await post(client, scene.path("/publish"), page=scene.path("/sections"))
    assert early.status_code == 409
    assert "before this version can be published" in early.text
    assert "Publish this version" not in early.text
    gone = await post(client, scene.path("/drop"), page=scene.path("/drop"))
    assert gone.status_code == 303
    assert (await client.get(scene.path())).status_code == 404
