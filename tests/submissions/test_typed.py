"""Whatever is typed on the writing page stands there again after every button of it."""

import re

import httpx2
import pytest

from app.accounts import passwords
from app.organisations.models import Organisation, Role
from app.submissions import service
from app.submissions.models import Paragraph
from tests import browsing
from tests.factories import Make
from tests.pages.forms import Forms, Press
from tests.submissions.conftest import FIRST, STATE, Desk, Scene

pytestmark = pytest.mark.one_database
PASSWORD = "a long enough passphrase 7"
OWN, OTHER, SHORT = "A paragraph not added yet.", "Better words, not saved.", "不采纳"


async def press(
    client: httpx2.AsyncClient, page: httpx2.Response, action: str, at: str = "", **typed: str
) -> httpx2.Response:
    """Type into the page's form, press the button that leads to this action, and go where it leads."""
    (form,) = (form for form in Forms(page.text).forms if form.id == "page-form")
    chosen = next(p for p in form.presses if action in p.action and at in p.value)
    data = form.sent(Press(chosen.action, chosen.name, chosen.value), fill=False)
    data |= {name.replace("__", "."): [text] for name, text in typed.items()}
    answered = await client.post(chosen.action, data=data)
    return await client.get(answered.headers["location"]) if answered.status_code == 303 else answered


async def test_a_paragraph_is_opened_for_editing_and_left_again_without_losing_the_rest(
    client: httpx2.AsyncClient, make: Make, desk: Desk, scene: Scene
) -> None:
    paragraph = await desk.merge(await desk.words(scene.open, FIRST))
    await make.signed_in(client, scene.expert)
    shown = await client.get(scene.desk)
    editing = await press(client, shown, "/typed", "edit=", new__text=OWN)
    assert f'id="edit-{paragraph.id}"' in editing.text
    assert OWN in editing.text
    left = await press(client, editing, f"/typed?part=p-{paragraph.id}", **{f"p-{paragraph.id}__text": OTHER})
    assert OWN in left.text
    assert OTHER not in left.text
    assert f'id="edit-{paragraph.id}"' not in left.text


async def test_what_is_being_edited_stays_open_when_something_else_is_saved(
    client: httpx2.AsyncClient, make: Make, desk: Desk, scene: Scene
) -> None:
    paragraph = await desk.merge(await desk.words(scene.open, FIRST))
    await desk.decide(scene.open)
    decided = await desk.answer(scene.open)
    await make.signed_in(client, scene.expert)
    editing = await client.get(scene.desk, params={"edit": str(paragraph.id)})
    typed = {f"p-{paragraph.id}__text": OTHER, f"d-{decided.answer_id}__reason": SHORT, "new__text": OWN}
    added = await press(client, editing, f"{STATE}/paragraphs?part=new", **typed)
    assert "The paragraph was added." in added.text
    assert OTHER in added.text[added.text.index(f'id="edit-{paragraph.id}"') :]
    assert "homeless" not in added.text
    # The decision that was being changed is not folded away.
    item = added.text[added.text.index(f'id="d-{decided.answer_id}"') :]
    assert '<details class="aside-details" open>' in item[: item.index(SHORT)]


async def test_words_without_a_field_are_shown_however_short(
    client: httpx2.AsyncClient, make: Make, desk: Desk, scene: Scene
) -> None:
    await desk.make_ready()
    answer = await desk.answer(scene.hidden)
    await make.signed_in(client, scene.expert)
    shown = await client.get(scene.desk)
    ticked = f"{answer.answer_version_id}:0:9"
    typed = {"new__text": SHORT, "merge__words": ticked, "answer__position": "no"}
    sent = await press(client, shown, "/send", **typed)
    rest = sent.text[sent.text.index('id="homeless"') :]
    assert SHORT in rest
    assert ">\nNo</textarea>" in rest
    # What nobody wrote is not shown as words.
    assert ticked not in rest
    assert rest.count("<textarea") == 2


async def test_of_two_texts_theirs_is_kept_without_losing_the_rest(
    client: httpx2.AsyncClient, make: Make, desk: Desk, scene: Scene
) -> None:
    paragraph = await desk.merge(await desk.words(scene.open, FIRST))
    await make.signed_in(client, scene.expert)
    editing = await client.get(scene.desk, params={"edit": str(paragraph.id)})
    await make.signed_in(client, scene.second)
    own = f"{scene.desk}/paragraphs/{paragraph.id}"
    await browsing.post(client, own, {"text": "Theirs.", "version": "1"})
    await make.signed_in(client, scene.expert)
    fresh = browsing.proof_in((await client.get(scene.desk)).text)
    typed = {f"p-{paragraph.id}__text": OTHER, "new__text": OWN, "csrf": fresh}
    conflict = await press(client, editing, own.removeprefix(scene.desk), **typed)
    assert conflict.status_code == 409
    (form,) = (form for form in Forms(conflict.text).forms if "paragraphs" in form.action)
    theirs = next(p for p in form.presses if f"/typed?part=p-{paragraph.id}" in p.action)
    # In another language the text that is not saved stands in its own field of the desk.
    russian = Press("/ru/typed")
    switched = await client.post(russian.action, data=form.sent(russian, fill=False))
    page = await client.get(switched.headers["location"])
    assert OTHER in page.text[page.text.index(f'id="edit-{paragraph.id}"') :]
    assert OWN in page.text
    kept = await client.post(theirs.action, data=form.sent(theirs, fill=False))
    page = await client.get(kept.headers["location"])
    assert OWN in page.text
    assert OTHER not in page.text
    assert [p.text for p in await desk.all(Paragraph)] == ["Theirs."]


async def test_what_is_wrong_is_linked_to_its_field(
    client: httpx2.AsyncClient, make: Make, desk: Desk, scene: Scene
) -> None:
    paragraph = await desk.merge(await desk.words(scene.open, FIRST))
    answer = await desk.answer(scene.open)
    await make.signed_in(client, scene.expert)
    page = await client.get(scene.desk, params={"edit": str(paragraph.id)})
    for action, typed, field in (
        ("/paragraphs?part=new", {"new__text": ""}, "new-paragraph"),
        (f"/paragraphs/{paragraph.id}?part=", {f"p-{paragraph.id}__text": ""}, f"edit-{paragraph.id}"),
        (f"/decisions/{answer.answer_id}", {}, f"k-{answer.answer_id}"),
        (
            f"/decisions/{answer.answer_id}",
            {f"d-{answer.answer_id}__decision": "noted"},
            f"r-{answer.answer_id}",
        ),
    ):
        refused = await press(client, page, action, **typed)
        assert refused.status_code == 422
        assert f'<li><a href="#{field}">' in refused.text, action
        assert f'id="{field}"' in refused.text


async def test_a_refusal_that_is_sent_again_brings_every_part_once(
    client: httpx2.AsyncClient, make: Make, desk: Desk, scene: Scene
) -> None:
    paragraph = await desk.merge(await desk.words(scene.open, FIRST))
    await make.signed_in(client, scene.expert)
    editing = await client.get(scene.desk, params={"edit": str(paragraph.id)})
    async with desk.db.write() as session:
        await service.delete_paragraph(session, scene.actor(scene.second), scene.slug, STATE, paragraph.id)
    ticked = f"{(await desk.answer(scene.open)).answer_version_id}:0:9"
    typed = {f"p-{paragraph.id}__text": OTHER, "new__text": OWN, "merge__words": ticked}
    refused = await press(client, editing, f"/paragraphs/{paragraph.id}?part=", **typed)
    assert refused.status_code == 409
    assert ticked not in re.sub(r'<input type="hidden"[^>]*>', "", refused.text)
    assert OTHER in refused.text, "the paragraph is gone, what was written for it is not"
    async with desk.db.write() as session:
        await service.restore_paragraph(session, scene.actor(scene.second), scene.slug, STATE, paragraph.id)
    (desk_form,) = (form for form in Forms(refused.text).forms if form.id == "page-form")
    data = desk_form.sent(desk_form.presses[0], fill=False)
    assert (data[f"p-{paragraph.id}.text"], data["new.text"]) == ([OTHER], [OWN])
    kept = await client.post(desk_form.action, data=data)
    (back,) = (
        form
        for form in Forms((await client.get(kept.headers["location"])).text).forms
        if form.id == "page-form"
    )
    stands = back.sent(back.presses[0], fill=False)
    assert (stands[f"p-{paragraph.id}.text"], stands["new.text"]) == ([OTHER], [OWN])


@pytest.mark.parametrize("way", ["merge", "d-"])
async def test_words_come_along_when_the_session_had_ended(
    client: httpx2.AsyncClient, make: Make, desk: Desk, scene: Scene, way: str
) -> None:
    email, office = "danil@example.org", scene.consultation.office_id
    danil = await make.account(email=email, password_hash=await passwords.hashed(PASSWORD))
    await make.member(
        danil, Role.EXPERT, at=next(each for each in await desk.all(Organisation) if each.id == office)
    )
    await make.signed_in(client, danil)
    page = await client.get(scene.desk)
    client.cookies.delete("session")
    ended = await press(client, page, f"part={way}", new__text=OWN, answer__assistance=OTHER)
    assert "Your session has ended" in ended.text
    assert ">into<" not in ended.text
    (form,) = (form for form in Forms(ended.text).forms if form.action == "/en/sign-in")
    data = form.sent(Press(form.action), fill=False)
    assert [name for name in data if name.startswith("new.")] == []
    data |= {"email": [email], "password": [PASSWORD], "kept.new.text": [f"{OWN} More."]}
    entered = await client.post(form.action, data=data)
    back = await client.get(entered.headers["location"])
    assert f">\n{OWN} More.</textarea>" in back.text
    assert f">\n{OTHER}</textarea>" in back.text


async def test_enter_without_scripts_saves_nothing_and_says_so(
    client: httpx2.AsyncClient, make: Make, desk: Desk, scene: Scene
) -> None:
    await make.signed_in(client, scene.expert)
    kept = await press(client, await client.get(scene.desk), "/typed?kept=1", new__text=OWN)
    assert "It is not saved yet: press the button below it." in kept.text
    assert f">\n{OWN}</textarea>" in kept.text
    assert await desk.all(Paragraph) == []


async def test_the_second_position_is_shown_beside_the_first_and_replaces_it_knowingly(
    client: httpx2.AsyncClient, make: Make, desk: Desk, scene: Scene
) -> None:
    await desk.position()
    await make.signed_in(client, scene.expert)
    page = await client.get(scene.desk)
    theirs = {"position": "no", "assistance": "Machines to mark.", "version": "2"}
    assert (await browsing.post(client, f"{scene.desk}/answer", theirs)).status_code == 303
    late = await press(
        client, page, "/answer?part=answer", answer__assistance=OTHER, answer__position="in_part"
    )
    assert late.status_code == 409
    assert "Saving again replaces it by yours." in late.text
    assert "Machines to mark." in late.text
    assert f">\n{OTHER}</textarea>" in late.text
    saved = await press(client, late, "/answer?part=answer")
    assert OTHER in saved.text
    assert "Machines to mark." not in saved.text
