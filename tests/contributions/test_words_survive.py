"""Words outlive the session, a change of language and a refusal, with nothing but forms."""

import re
from html import unescape
from urllib.parse import urlencode

import httpx2
import pytest
from sqlalchemy.exc import OperationalError

from app.accounts import passwords
from app.contributions import service
from app.contributions.models import LAW_NAMES, PRACTICE_NAMES, Law, Practice
from app.organisations.models import Role
from app.platform.forms import FORM_COOKIE
from tests import browsing
from tests.contributions.conftest import Scene, entered
from tests.factories import Make
from tests.pages.forms import FormOnPage, Forms

pytestmark = pytest.mark.one_database

CHINESE = "“临时进口”没有期限。我们见过凭一张比赛邀请函入境、两年后被出售的手枪。"
ARABIC = "لا يُوسم السلاح عند دخوله.\nرأينا ذلك مرتين."
PASSWORD = "a long enough passphrase 7"
TYPED = {
    "law": "in_part",
    "practice": "does_not_work",
    "narrative": CHINESE,
    "language": "zh",
    "evidence-0-title": "《贸易简报》",
    "recommendation-action": ARABIC,
    "recommendation-priority": "2",
    "publication": "unnamed",
}


def answer_form(page: str) -> FormOnPage:
    return next(f for f in Forms(page).forms if any(c.name.endswith("narrative") for c in f.controls))


def standing(page: str) -> dict[str, str]:
    """What stands in the form of an answer."""
    form = answer_form(page)
    return {c.name: unescape(c.value) for c in form.controls if c.is_on and c.value}


async def send_form(
    client: httpx2.AsyncClient, form: FormOnPage, action: str, **typed: str
) -> httpx2.Response:
    """Send a form as it stands, with some fields typed over."""
    data = {c.name: c.value for c in form.controls if c.is_on} | typed
    return await client.post(
        action,
        content=urlencode(data).encode(),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )


async def ended(client: httpx2.AsyncClient, page: str, place: str, cookie: str) -> str:
    """Type an answer, lose the session, and send it; returns the page that answers."""
    del client.cookies[cookie]
    sent = await send_form(client, answer_form(page), place, **TYPED)
    assert sent.status_code in {401, 403}, sent.text
    return sent.text


async def test_after_the_session_every_field_stands_on_the_page_and_signing_in_brings_them_home(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    writer = await make.account(
        Role.DRAFTER,
        at=scene.league,
        email="writer@example.org",
        password_hash=await passwords.hashed(PASSWORD),
    )
    await make.signed_in(client, writer)
    place = scene.question()
    page = await ended(client, (await client.get(place)).text, place, "session")
    chosen = map(str, (LAW_NAMES[Law.IN_PART], PRACTICE_NAMES[Practice.DOES_NOT_WORK]))
    for words in (CHINESE, "《贸易简报》", "Your session has ended", *chosen):
        assert words in unescape(page), words
    form = Forms(page).forms[0]
    wrong = await send_form(client, form, "/en/sign-in", email=writer.email, password="not the right one")
    assert wrong.status_code == 422
    again = next(f for f in Forms(wrong.text).forms if f.action == "/en/sign-in")
    back = await send_form(client, again, "/en/sign-in", email=writer.email, password=PASSWORD)
    assert back.status_code == 303, back.text
    shown = await client.get(back.headers["location"])
    assert standing(shown.text).items() >= TYPED.items()
    saved = await send_form(client, answer_form(shown.text), place, then="list")
    assert saved.status_code == 303
    assert standing((await client.get(place)).text).items() >= TYPED.items()


async def test_a_bearer_whose_session_ended_comes_back_with_her_code_and_her_words(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    home, receipt = await entered(client, make, scene.consultation)
    place = f"{home}/questions/{scene.codes[0]}"
    page = await ended(client, (await client.get(place)).text, place, "bearer")
    form = Forms(page).forms[0]
    back = await send_form(client, form, "/en/start", code=receipt)
    assert back.headers["location"].startswith(place), back.text
    assert standing((await client.get(back.headers["location"])).text).items() >= TYPED.items()


async def test_a_change_of_language_where_the_session_ended_keeps_the_words_on_every_way_in(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    home, receipt = await entered(client, make, scene.consultation)
    place = f"{home}/questions/{scene.codes[0]}"
    page = await ended(client, (await client.get(place)).text, place, "bearer")
    moved = await send_form(client, Forms(page).forms[0], "/ru/typed")
    ways = (await client.get((await client.get(moved.headers["location"])).headers["location"])).text
    entrances = [unescape(way) for way in re.findall(r'href="(/ru/(?:start|sign-up)\?[^"]+)"', ways)]
    assert len(entrances) == 2, ways
    assert all("typed%3D" in way for way in entrances)
    enter = next(way for way in entrances if way.startswith("/ru/start"))
    form = next(f for f in Forms((await client.get(enter)).text).forms if f.action == "/ru/start")
    wrong = await send_form(client, form, "/ru/start", code="WRONG")
    again = next(f for f in Forms(wrong.text).forms if f.action == "/ru/start")
    back = await send_form(client, again, "/ru/start", code=receipt)
    assert back.headers["location"].startswith(place.replace("/en/", "/ru/")), back.text
    assert standing((await client.get(back.headers["location"])).text).items() >= TYPED.items()


@pytest.mark.parametrize("refused", [False, True])
async def test_the_language_bar_takes_typed_words_along_without_a_script(
    client: httpx2.AsyncClient, make: Make, scene: Scene, refused: bool
) -> None:
    await make.signed_in(client, scene.drafter)
    place = scene.question()
    page = await client.get(place)
    typed = dict(TYPED)
    if refused:
        typed["narrative"] = "字" * 10_001
        page = await send_form(client, answer_form(page.text), place, **typed)
        assert page.status_code == 422
    form = answer_form(page.text)
    buttons = re.findall(r'<button[^>]* form="([^"]+)" formaction="(/\w\w/typed)"', page.text)
    assert {action for _owner, action in buttons} == {
        f"/{code}/typed" for code in ("ar", "zh", "fr", "ru", "es")
    }
    assert {owner for owner, _action in buttons} == {form.id}
    moved = await send_form(client, form, "/fr/typed", **typed)
    assert moved.headers["location"].startswith(place.replace("/en/", "/fr/"))
    shown = await client.get(moved.headers["location"])
    assert standing(shown.text).items() >= typed.items()
    other_browser = dict(client.cookies) | {FORM_COOKIE: "somebody else"}
    client.cookies.clear()
    for name, value in other_browser.items():
        client.cookies.set(name, value, domain="testserver.local", path="/")
    elsewhere = await client.get(moved.headers["location"])
    assert typed["narrative"] not in unescape(elsewhere.text), "only the browser that typed them sees them"


async def test_nothing_is_kept_where_nothing_was_typed(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.drafter)
    place = scene.question()
    form = answer_form((await client.get(place)).text)
    moved = await send_form(client, form, "/ru/typed")
    assert moved.headers["location"] == place.replace("/en/", "/ru/")


async def test_an_old_form_comes_back_whole_and_can_be_sent_again(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.drafter)
    place = scene.question()
    form = answer_form((await client.get(place)).text)
    await make.signed_in(client, scene.drafter)
    sent = await send_form(client, form, place, **TYPED)
    assert sent.status_code == 403
    assert CHINESE in unescape(sent.text)
    again = next(f for f in Forms(sent.text).forms if f.action == place)
    saved = await send_form(client, again, place)
    assert saved.status_code == 303
    assert standing((await client.get(place)).text).items() >= TYPED.items()


async def test_what_is_too_large_comes_back_to_be_shortened(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.drafter)
    place = scene.question()
    form = answer_form((await client.get(place)).text)
    much = "字" * 300_000  # 2.7 MB as a browser sends it, of 2 MB that are taken
    sent = await send_form(client, form, place, **{**TYPED, "narrative": f"{CHINESE}{much}"})
    assert sent.status_code == 413
    again = next(f for f in Forms(sent.text).forms if f.action == place)
    assert next(c.value for c in again.controls if c.name == "narrative") == CHINESE + much
    saved = await send_form(client, again, place, narrative=CHINESE)
    assert saved.status_code == 303
    assert standing((await client.get(place)).text).items() >= TYPED.items()


@pytest.mark.parametrize("failure", [OperationalError("", {}, Exception("locked")), RuntimeError("broken")])
async def test_what_fails_on_our_side_gives_every_field_back(
    client: httpx2.AsyncClient, make: Make, scene: Scene, failure: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_given: object) -> None:
        raise failure

    await make.signed_in(client, scene.drafter)
    place = scene.question()
    form = answer_form((await client.get(place)).text)
    with monkeypatch.context() as patch:
        patch.setattr(service, "save_answer", fail)
        sent = await send_form(client, form, place, **TYPED)
    assert sent.status_code in {500, 503}
    again = next(f for f in Forms(sent.text).forms if f.action == place)
    assert (await send_form(client, again, place)).status_code == 303
    assert standing((await client.get(place)).text).items() >= TYPED.items()


async def test_what_another_site_sends_is_never_shown(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.drafter)
    reply = await client.post(
        scene.question(), data={"narrative": "Buy this."}, headers={"sec-fetch-site": "cross-site"}
    )
    assert reply.status_code == 403
    assert "Buy this." not in reply.text


async def test_a_secret_that_was_typed_never_comes_back(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    reply = await client.post("/en/start", data={"code": "K3PT SECR ET22"})
    assert reply.status_code == 403
    assert "SECR" not in reply.text
    assert (
        (await browsing.post(client, "/en/typed", {"password": "hunter", "at": "//evil.example/x"}))
        .headers["location"]
        .startswith("/en/")
    )


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
    wrong = await send_form(client, Forms(sent.text).forms[0], "/en/start", code="WRONG")
    again = next(f for f in Forms(wrong.text).forms if f.action == "/en/start")
    back = await send_form(client, again, "/en/start", code=other_receipt)
    shown = unescape((await client.get(back.headers["location"])).text)
    assert "no field on this page" in shown
    assert "不查</textarea>" in shown
    assert str(LAW_NAMES[Law.IN_PART]) in shown
    for hidden in ('"publication":', ">base<", ">version<"):
        assert hidden not in shown, hidden
