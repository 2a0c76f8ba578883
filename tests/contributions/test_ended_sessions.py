"""What a page says and brings along where a session ended: on every way in, and for a button alone."""

import re
from html import unescape

import httpx2
import pytest
from sqlalchemy import delete

from app.accounts.models import SignedInSession
from app.platform.db import Database
from app.questionnaires.positions import LAW_NAMES, Law
from tests.contributions.conftest import Scene, entered
from tests.contributions.test_words_survive import TYPED, answer_form, ended, send_form, standing, way_in
from tests.factories import Make
from tests.pages.forms import Forms

pytestmark = pytest.mark.one_database


async def test_a_change_of_language_where_the_session_ended_keeps_the_words_on_every_way_in(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    home, receipt = await entered(client, make, scene.consultation)
    place = f"{home}/questions/{scene.codes[0]}"
    page = await ended(client, (await client.get(place)).text, place, "bearer")
    moved = await send_form(client, way_in(page), "/ru/typed")
    ways = (await client.get((await client.get(moved.headers["location"])).headers["location"])).text
    entrances = [unescape(way) for way in re.findall(r'href="(/ru/(?:start|sign-up|sign-in)\?[^"]+)"', ways)]
    assert {way.partition("?")[0] for way in entrances} == {"/ru/start", "/ru/sign-up", "/ru/sign-in"}
    assert all("typed%3D" in way for way in entrances)
    enter = next(way for way in entrances if way.startswith("/ru/start"))
    form = next(f for f in Forms((await client.get(enter)).text).forms if f.action == "/ru/start")
    wrong = await send_form(client, form, "/ru/start", code="WRONG")
    again = next(f for f in Forms(wrong.text).forms if f.action == "/ru/start")
    back = await send_form(client, again, "/ru/start", code=receipt)
    assert back.headers["location"].startswith(place.replace("/en/", "/ru/")), back.text
    assert standing((await client.get(back.headers["location"])).text).items() >= TYPED.items()


async def test_a_button_pressed_after_the_session_ended_is_told_so_and_gives_back_no_hidden_field(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.drafter)
    place = scene.question()
    await send_form(client, answer_form((await client.get(place)).text), place, **TYPED)
    page = (await client.get(f"{place}/clear")).text
    button = next(f for f in Forms(page).forms if f.action == f"{place}/clear")
    del client.cookies["session"]
    sent = await send_form(client, button, button.action)
    assert sent.status_code == 403
    assert "Your session has ended" in sent.text
    for untrue in (
        "came from another site",
        "Your words are still here",
        "should still be on the page",
        "kept.",
    ):
        assert untrue not in sent.text, untrue
    assert f'name="next" value="{place}/clear"' in sent.text


async def test_a_button_with_an_old_proof_can_be_pressed_again_where_it_is_refused(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.drafter)
    place = scene.question()
    await send_form(client, answer_form((await client.get(place)).text), place, **TYPED)
    page = (await client.get(f"{place}/clear")).text
    button = next(f for f in Forms(page).forms if f.action == f"{place}/clear")
    await make.signed_in(client, scene.drafter)
    sent = await send_form(client, button, button.action)
    assert sent.status_code == 403
    assert "should still be on the page" not in sent.text
    again = next(f for f in Forms(sent.text).forms if f.action == button.action)
    assert (await send_form(client, again, again.action)).status_code == 303
    assert "narrative" not in standing((await client.get(place)).text)


async def test_words_that_come_to_a_page_without_their_field_are_shown_however_short(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    _other, other_receipt = await entered(client, make, scene.consultation)
    own, _receipt = await entered(client, make, scene.consultation)
    question = f"{own}/questions/{scene.codes[0]}"
    form = answer_form((await client.get(question)).text)
    del client.cookies["bearer"]
    sent = await send_form(client, form, question, narrative="不查", law="in_part")
    wrong = await send_form(client, way_in(sent.text), "/en/start", code="WRONG")
    again = next(f for f in Forms(wrong.text).forms if f.action == "/en/start")
    back = await send_form(client, again, "/en/start", code=other_receipt)
    shown = unescape((await client.get(back.headers["location"])).text)
    assert "no field on this page" in shown
    assert "不查</textarea>" in shown
    assert str(LAW_NAMES[Law.IN_PART]) in shown
    for hidden in ('"publication":', ">base<", ">version<"):
        assert hidden not in shown, hidden


async def test_the_way_back_somebody_used_before_comes_first(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.drafter)
    place = scene.question()
    before = (await client.get(place)).text
    async with db.write() as session:
        await session.exec(delete(SignedInSession))
    form = next(form for form in Forms(before).forms if form.id == "answer")
    page = (await send_form(client, form, place, narrative="Not saved yet.")).text
    assert page.index('name="password"') < page.index('name="code"')
    home, _receipt = await entered(client, make, scene.consultation)
    held = f"{home}/questions/{scene.codes[0]}"
    page = await ended(client, (await client.get(held)).text, held, "bearer")
    assert page.index('name="code"') < page.index('name="password"')
