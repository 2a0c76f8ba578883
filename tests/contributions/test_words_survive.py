"""Words outlive the session, a change of language and a refusal, with nothing but forms."""

import re
from html import unescape
from unittest.mock import AsyncMock
from urllib.parse import urlencode

import httpx2
import pytest
from sqlalchemy.exc import OperationalError

from app.accounts import passwords
from app.contributions import entry, service
from app.contributions.models import Answer
from app.organisations.models import Role
from app.platform.cookies import FORM_COOKIE
from app.platform.errors import TooMany
from app.platform.sheets import Sheet
from app.questionnaires.positions import LAW_NAMES, PRACTICE_NAMES, Law, Practice
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


def way_in(page: str) -> FormOnPage:
    """The form through which somebody comes back in; the way out of the page stands before it."""
    return next(form for form in Forms(page).forms if not form.action.endswith("/leave"))


def answer_form(page: str) -> FormOnPage:
    return next(f for f in Forms(page).forms if any(c.name.endswith("narrative") for c in f.controls))


def form_with(page: str, name: str) -> FormOnPage:
    return next(form for form in Forms(page).forms if any(c.name == name for c in form.controls))


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
    form = way_in(page)
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
    form = way_in(page)
    back = await send_form(client, form, "/en/start", code=receipt)
    assert back.headers["location"].startswith(place), back.text
    assert standing((await client.get(back.headers["location"])).text).items() >= TYPED.items()


async def test_a_bearer_who_mistypes_her_code_and_changes_the_language_keeps_her_words(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    home, receipt = await entered(client, make, scene.consultation)
    place = f"{home}/questions/{scene.codes[0]}"
    page = await ended(client, (await client.get(place)).text, place, "bearer")
    wrong = await send_form(client, way_in(page), "/en/start", code="WRONG")
    assert wrong.status_code == 422
    moved = await send_form(client, form_with(wrong.text, "code"), "/ar/typed", code="")
    asked = await client.get(moved.headers["location"], follow_redirects=True)
    assert asked.url.path == "/ar/sign-in"
    [way] = set(re.findall(r'href="(/ar/start\?next=[^"]+)"', unescape(asked.text)))
    for waiting in (asked, start := await client.get(way)):
        assert '<p role="status">' in waiting.text, "the page says that her words wait"
    back = await send_form(client, form_with(start.text, "code"), "/ar/start", code=receipt)
    assert back.headers["location"].startswith(place.replace("/en/", "/ar/"))
    assert standing((await client.get(back.headers["location"])).text).items() >= TYPED.items()


async def test_a_bearer_who_tries_a_password_first_keeps_her_words(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    home, receipt = await entered(client, make, scene.consultation)
    place = f"{home}/questions/{scene.codes[0]}"
    page = await ended(client, (await client.get(place)).text, place, "bearer")
    wrong = await send_form(client, way_in(page), "/en/sign-in", email="a@b.example", password="x")
    assert wrong.status_code == 422
    back = await send_form(client, form_with(wrong.text, "code"), "/en/start", code=receipt)
    assert back.headers["location"].startswith(place)
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


async def test_what_is_too_large_comes_back_with_its_words_and_can_be_sent_shorter(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.drafter)
    place = scene.question()
    form = answer_form((await client.get(place)).text)
    for action in (place, "/fr/typed"):
        sent = await send_form(client, form, action, **(TYPED | {"narrative": CHINESE + "字" * 250_000}))
        assert sent.status_code == 413
        again = next(f for f in Forms(sent.text).forms if f.action == action)
        assert standing(sent.text)["recommendation-action"] == ARABIC
        assert standing(sent.text)["narrative"].startswith(CHINESE)
        shorter = await send_form(client, again, action, narrative=CHINESE)
        assert shorter.status_code == 303
        assert standing((await client.get(shorter.headers["location"])).text) or action == place
    assert standing((await client.get(place)).text).items() >= TYPED.items()


async def test_a_bearer_finds_the_way_in_with_her_code_from_the_page_for_passwords(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    home, receipt = await entered(client, make, scene.consultation)
    form = answer_form((await client.get(f"{home}/questions/{scene.codes[0]}")).text)
    await browsing.post(client, "/en/leave")
    client.cookies.set("bearer", "one that is over", domain="testserver.local", path="/")
    form = FormOnPage(form.id, form.method, form.action, [c for c in form.controls if c.name != "csrf"])
    moved = await send_form(client, form, "/fr/typed", **TYPED, csrf=browsing._own_proof(client))
    asked = await client.get(moved.headers["location"])
    sign_in = await client.get(asked.headers["location"])
    link = re.search(r'href="(/fr/start\?[^"]+)"', sign_in.text)
    assert link, "the way in with a code leads to the page that was wanted"
    shown = await client.get(unescape(link.group(1)))
    start = next(f for f in Forms(shown.text).forms if f.action == "/fr/start")
    back = await send_form(client, start, "/fr/start", code=receipt)
    assert standing((await client.get(back.headers["location"])).text).items() >= TYPED.items()


@pytest.mark.parametrize("failure", ["a sign-in in another tab", "too many tries"])
async def test_a_sign_in_that_is_refused_keeps_the_words_that_came_along(
    client: httpx2.AsyncClient,
    make: Make,
    scene: Scene,
    failure: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home, receipt = await entered(client, make, scene.consultation)
    place = f"{home}/questions/{scene.codes[0]}"
    page = await ended(client, (await client.get(place)).text, place, "bearer")
    form = way_in(page)
    if failure == "too many tries":
        refuse = AsyncMock(side_effect=TooMany())
        with monkeypatch.context() as patch:
            patch.setattr(entry, "look_up", refuse)
            refused = await send_form(client, form, "/en/start", code=receipt)
    else:
        client.cookies.set("session", "of another tab", domain="testserver.local", path="/")
        refused = await send_form(client, form, "/en/start", code=receipt)
    assert refused.status_code in {403, 429}
    assert CHINESE in unescape(refused.text)
    back = await send_form(client, way_in(refused.text), "/en/start", code=receipt)
    assert standing((await client.get(back.headers["location"])).text).items() >= TYPED.items()


async def test_what_is_changed_on_the_page_of_an_ended_session_comes_along_from_every_refusal_of_it(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    home, receipt = await entered(client, make, scene.consultation)
    place = f"{home}/questions/{scene.codes[0]}"
    page = await ended(client, (await client.get(place)).text, place, "bearer")
    client.cookies.set("session", "of another tab", domain="testserver.local", path="/")
    refused = await send_form(client, way_in(page), "/fr/typed")
    again = way_in(refused.text)
    names = [c.name for c in again.controls if c.name.endswith("narrative")]
    assert len(names) == 1, "it stands there once"
    moved = await send_form(client, again, "/fr/typed", **{names[0]: ARABIC})
    asked = await client.get(moved.headers["location"])
    link = await client.get(asked.headers["location"].replace("/sign-in", "/start"))
    start = next(f for f in Forms(link.text).forms if f.action == "/fr/start")
    back = await send_form(client, start, "/fr/start", code=receipt)
    expected = TYPED | {"narrative": ARABIC}
    assert standing((await client.get(back.headers["location"])).text).items() >= expected.items()


async def test_words_that_come_back_after_the_answers_were_handed_in_can_be_saved(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    await make.answer(scene.draft, scene.codes[1], "Something to hand in.")
    await make.signed_in(client, scene.signatory)
    place = scene.question()
    form = answer_form((await client.get(place)).text)
    await make.submit(scene.draft)
    moved = await send_form(client, form, "/fr/typed", **TYPED)
    shown = await client.get(moved.headers["location"])
    assert standing(shown.text).items() >= TYPED.items()
    saved = await send_form(client, answer_form(shown.text), place, then="revise")
    assert saved.status_code == 303
    assert standing((await client.get(place)).text).items() >= TYPED.items()


async def test_how_urgent_it_is_can_be_said_before_what_it_is(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.drafter)
    place = scene.question()
    form = answer_form((await client.get(place)).text)
    saved = await send_form(client, form, place, **{"recommendation-priority": "2"})
    assert saved.status_code == 303
    assert standing((await client.get(place)).text)["recommendation-priority"] == "2"
    recommends = {"action": "", "addressee": "", "priority": 2}
    about = {"consultation_id": scene.consultation.id, "question_id": scene.draft.id}
    answer = Answer(contribution_id=scene.draft.id, recommendation=recommends, **about)
    assert answer.is_empty, "how urgent nothing is, is nothing to hand in"


async def conflict(client: httpx2.AsyncClient, make: Make, scene: Scene) -> httpx2.Response:
    """The page of two versions, mine in Chinese."""
    await make.signed_in(client, scene.drafter)
    form = answer_form((await client.get(scene.question())).text)
    await make.answer(scene.draft, scene.codes[0], "What a colleague saved meanwhile.")
    page = await send_form(client, form, scene.question(), **TYPED)
    assert page.status_code == 409
    return page


async def test_the_page_of_two_versions_stays_one_in_another_language(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    page = await conflict(client, make, scene)
    form = next(f for f in Forms(page.text).forms if f.id == "answer")
    chosen = {"keep-narrative": "theirs", "joined-narrative": "Both."}
    moved = await send_form(client, form, "/fr/typed", **chosen)
    shown = await client.get(moved.headers["location"])
    for words in (CHINESE, ARABIC, "What a colleague saved meanwhile."):
        assert words in unescape(shown.text), words
    form = next(f for f in Forms(shown.text).forms if f.id == "answer")
    assert {c.name: c.value for c in form.controls if c.is_on}["keep-narrative"] == "theirs"
    assert (await send_form(client, form, scene.question())).status_code == 303
    expected = TYPED | {"narrative": "What a colleague saved meanwhile."}
    assert standing((await client.get(scene.question())).text).items() >= expected.items()


async def test_a_failure_gives_a_choice_between_versions_back_without_fields_that_do_not_count(
    client: httpx2.AsyncClient, make: Make, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await conflict(client, make, scene)
    form = next(f for f in Forms(page.text).forms if f.id == "answer")
    with monkeypatch.context() as patch:
        patch.setattr(service, "save_answer", AsyncMock(side_effect=RuntimeError))
        failed = await send_form(client, form, scene.question(), **{"keep-narrative": "theirs"})
    assert failed.status_code == 500
    again = next(f for f in Forms(failed.text).forms if f.action == scene.question())
    typed_here = {c.name for c in again.controls if c.kind != "hidden"}
    assert typed_here == {"evidence-0-title", "recommendation-action", "recommendation-priority"}
    assert CHINESE in unescape(failed.text)
    assert "keep" not in unescape(re.sub("<[^>]*>", "", failed.text))
    assert (await send_form(client, again, scene.question())).status_code == 303


def test_short_words_that_have_no_field_any_more_are_shown() -> None:
    sheet = Sheet({"narrative": ["枪支未打标记"], "version": ["3"], "keep-narrative": ["mine"], "law": [""]})
    assert sheet.homeless == {"narrative": "枪支未打标记"}
