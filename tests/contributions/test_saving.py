"""Saving answers: everything comes back as it was typed, and what cannot be saved is not lost."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from sqlalchemy import func, update
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consultations.models import Consultation
from app.contributions import service
from app.contributions.models import Answer, ContributionVersion, Mode, Publication, SubmittedAnswer
from app.contributions.schemas import NARRATIVE_LIMIT, AnswerInput
from app.organisations.models import Role
from app.platform import clock
from app.platform.db import Database
from app.platform.errors import Forbidden
from app.platform.settings import Settings
from app.questionnaires.positions import Law, Practice
from tests import browsing
from tests.contributions.conftest import Scene
from tests.contributions.fields import fields_of
from tests.factories import Make
from tests.pages.shape import Shape

pytestmark = pytest.mark.databases_differ

SCRIPTS = {
    "ar": "تُفحَص الرخص مرةً واحدة،\nعند الحدود. ١٢٣",
    "zh": "边境只检查一次许可证。\n𠮷野家；其余无人过问。",
    "en": "  Licences are checked once — “at the border”.\n\n<b>Never</b> & again; 100 % ' \"\t\n",
    "fr": "L’été, on ne vérifie « rien ». Cœur, naïf, e\u0301te\u0301.",
    "ru": "Лицензии проверяют один раз.\n№ 5 — «на бумаге».",
    "es": "¿Quién revisa? Nadie. 👩🏽\u200d⚖️ mañana, acción.",
}


async def stored(db: Database, scene: Scene, number: int = 0) -> Answer | None:
    async with db.read() as session:
        query = select(Answer).where(Answer.contribution_id == scene.draft.id)
        rows = (await session.exec(query)).all()
    return rows[number] if number < len(rows) else None


async def close(db: Database, scene: Scene) -> None:
    async with db.write() as session:
        statement = update(Consultation).where(Consultation.id == scene.consultation.id)  # type: ignore[arg-type]
        await session.exec(statement.values(closes_at=clock.now()))


@pytest.mark.one_database
async def test_nothing_is_chosen_before_somebody_starts(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.drafter)
    page = await client.get(scene.start)
    assert page.status_code == 200
    assert page.text.count('name="mode"') == 2
    assert scene.league.name in page.text
    assert "mode" not in fields_of(page.text)
    # Of one organization there is nothing to choose.
    assert fields_of(page.text)["organisation_id"] == str(scene.league.id)
    for missing in ({}, {"mode": "named"}, {"mode": "secret"}, {"mode": "confidential"}):
        refused = await browsing.post(client, scene.start, missing, page=scene.start)
        assert refused.status_code == 422
    fresh = await make.organisation("Haven")
    await make.member(scene.drafter, Role.DRAFTER, at=fresh)
    chosen = {"mode": "named", "organisation_id": str(fresh.id)}
    begun = await browsing.post(client, scene.start, chosen, page=scene.start)
    assert begun.status_code == 303
    again = await browsing.post(client, scene.start, chosen)
    assert again.headers["location"] == begun.headers["location"] != scene.home
    foreign = {"mode": "named", "organisation_id": str((await make.organisation()).id)}
    assert (await browsing.post(client, scene.start, foreign)).status_code == 403


async def test_every_field_comes_back_as_it_was_typed_in_six_scripts(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.drafter)
    for number, (language, words) in enumerate(SCRIPTS.items()):
        one_line = " ".join(words.split())
        typed = {
            "law": "in_part",
            "practice": "does_not_work",
            "narrative": words.replace("\n", "\r\n"),
            "language": language,
            "evidence-0-title": one_line,
            "evidence-0-url": "https://example.org/?a=1&b=%20",
            "evidence-0-publisher": one_line,
            "evidence-0-year": "2026",
            "evidence-0-official": "yes",
            "evidence-1-title": "Second",
            "recommendation-action": words.replace("\n", "\r\n"),
            "recommendation-addressee": one_line,
            "recommendation-priority": "2",
            "publication": "named",
            "version": "0",
            "then": "list",
        }
        place = scene.question(number)
        saved = await browsing.post(client, place, typed, page=place)
        assert saved.status_code == 303, saved.text
        page = await client.get(place)
        shown = fields_of(page.text)
        expected = {**typed, "narrative": words, "recommendation-action": words, "version": "1"}
        del expected["then"]
        assert {name: shown.get(name) for name in expected} == expected
        assert f'lang="{"zh-Hans" if language == "zh" else language}"' in page.text
    async with db.read() as session:
        rows = (await session.exec(select(Answer))).all()
    by_language = {row.language: row for row in rows}
    assert {language: row.narrative for language, row in by_language.items()} == SCRIPTS
    sample = by_language["ru"]
    assert (sample.law, sample.practice, sample.publication) == (
        Law.IN_PART,
        Practice.DOES_NOT_WORK,
        Publication.NAMED,
    )
    assert [source["title"] for source in sample.evidence][1] == "Second"
    assert sample.evidence[0]["official"] is True
    assert sample.recommendation["priority"] == 2


@pytest.mark.one_database
async def test_an_answer_is_begun_changed_emptied_and_skipped(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.drafter)
    place = scene.question()
    first = {"narrative": "At the border.", "law": "no", "evidence-0-title": "A law", "version": "0"}
    saved = await browsing.post(client, place, first)
    assert saved.headers["location"] == scene.question(1)
    follow = await client.get(saved.headers["location"])
    assert "Saved." in follow.text
    assert "Saved." not in (await client.get(scene.question(1))).text
    more = await browsing.post(client, place, {**first, "version": "1", "then": "more"})
    assert more.headers["location"] == place + "?more=1#evidence"
    # A page that was opened has one row for another source.
    assert 'name="evidence-1-title"' in (await client.get(place)).text
    skipped = await browsing.post(client, place, {"version": "1", "then": "skip"})
    assert skipped.headers["location"] == scene.question(1)
    row = await stored(db, scene)
    assert row is not None
    assert (row.version, row.is_empty, row.skipped, row.evidence, row.law) == (2, True, True, [], None)
    assert "Skipped" in (await client.get(scene.home)).text
    last = await browsing.post(
        client, scene.question(len(scene.codes) - 1), {"narrative": "Yes.", "version": "0"}
    )
    assert last.headers["location"] == f"{scene.home}/check"


async def test_an_edit_that_started_from_an_older_version_shows_both_texts(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.drafter)
    place = scene.question()
    await browsing.post(client, place, {"narrative": "Begun together.", "version": "0"})
    await make.answer(scene.draft, scene.codes[0], {"narrative": "Theirs, saved first."}, version=1)
    mine = {"narrative": "Mine, typed meanwhile.", "evidence-0-title": "My law", "law": "no", "version": "1"}
    clash = await browsing.post(client, place, mine)
    assert clash.status_code == 409
    assert "Theirs, saved first." in clash.text
    shown = fields_of(clash.text)
    expected = {**mine, "version": "2"}
    assert {name: shown.get(name) for name in expected} == expected
    assert shown["joined-narrative"] == "Mine, typed meanwhile. Theirs, saved first."
    assert "session" in client.cookies
    assert "said" not in clash.cookies
    joined = {**shown, "joined-narrative": "Theirs and mine.", "then": "list"}
    assert (await browsing.post(client, place, joined)).status_code == 303
    row = await stored(db, scene)
    assert row is not None
    assert (row.narrative, row.version) == ("Theirs and mine.", 3)
    unborn = await browsing.post(client, scene.question(1), {"narrative": "New?", "version": "7"})
    assert unborn.status_code == 409
    assert fields_of(unborn.text)["version"] == "0"


REFUSED: list[tuple[dict[str, str], str]] = [
    ({"narrative": "я" * (NARRATIVE_LIMIT + 1)}, "at most 10000 characters"),
    ({"narrative": "NUL \x00 inside"}, "cannot be stored"),
    ({"evidence-0-url": "javascript:alert(1)"}, "starts with https"),
    ({"evidence-0-publisher": "Somebody"}, "a title or a web address"),
    ({"evidence-2-title": "Two\nlines"}, "on one line"),
    ({"recommendation-priority": "4"}, "too large"),
    ({"language": "xx"}, "Choose one of the answers"),
    ({"law": "perhaps"}, "Choose one of the answers"),
    ({"version": "many"}, "whole number"),
    ({f"evidence-{n}-title": f"Source {n}" for n in range(21)}, "at most 20"),
    ({"law": "perhaps", "evidence-99999999999-title": "", "evidence-²-title": ""}, "Choose one"),
]
NOT_ON_THE_PAGE = {"law", "language", "recommendation-priority"}


@pytest.mark.one_database
async def test_what_cannot_be_saved_comes_back_as_it_was_typed(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.drafter)
    for typed, sentence in REFUSED:
        kept = {"recommendation-action": "Keep\nthis.", "practice": "works", "version": "0", **typed}
        sent = {name: value.replace("\n", "\r\n") for name, value in kept.items()}
        refused = await browsing.post(client, scene.question(), sent)
        assert refused.status_code == 422, sentence
        assert sentence in refused.text
        shown = fields_of(refused.text)
        assert len(shown) < 120, "rows nobody asked for"
        for name, value in kept.items():
            # A choice that is not there cannot be shown, and no page can hold a NUL or a line end in a line.
            if value and name not in NOT_ON_THE_PAGE and "\x00" not in value:
                assert shown[name].split() == value.split(), sentence
    assert await stored(db, scene) is None


async def test_a_commit_that_fails_is_not_called_saved(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make.signed_in(client, scene.signatory)
    await make.answer(scene.draft, scene.codes[1], "Stands.")

    async def fail(_session: AsyncSession) -> None:
        raise OperationalError("COMMIT", {}, Exception("disk full"))

    with monkeypatch.context() as broken:
        broken.setattr(AsyncSession, "commit", fail)
        for place, data in ((scene.question(), {"narrative": "Lost?"}), (f"{scene.home}/submit", {})):
            failed = await browsing.post(client, place, data)
            assert failed.status_code == 503
            assert "location" not in failed.headers
            assert "said" not in failed.cookies
    after = await client.get(scene.home)
    assert "Saved." not in after.text
    assert (await stored(db, scene, 1)) is None
    assert "Check and submit" in after.text


@pytest.mark.one_database
async def test_what_belongs_to_another_organisation_does_not_exist(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    other = await make.contribution(scene.consultation)
    confidential = await make.contribution(scene.consultation, Mode.CONFIDENTIAL)
    await make.signed_in(client, scene.signatory)
    for foreign in (other.id, confidential.id, scene.league.id):
        home = f"/en/contributions/{foreign}"
        for ending in ("", "/check", "/receipt", "/withdraw", "/reasons", f"/questions/{scene.codes[0]}"):
            assert (await client.get(home + ending)).status_code == 404
        for ending in ("/submit", "/revise", "/withdraw", "/confidential", f"/questions/{scene.codes[0]}"):
            assert (await browsing.post(client, home + ending)).status_code == 404
    for ending in ("/questions/FP-99-z", "/questions/S-FP-08-1", "x"):
        assert (await client.get(scene.home + ending)).status_code == 404
    assert (await client.get(scene.home)).status_code == 200


async def test_what_arrives_late_is_refused_and_still_on_the_page(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.signatory)
    await make.answer(scene.draft, scene.codes[1], "In time.")
    await close(db, scene)
    late = {"narrative": "Typed in time,\nsent too late.", "evidence-0-title": "A law", "version": "0"}
    refused = await browsing.post(client, scene.question(), late)
    assert refused.status_code == 403
    assert "This consultation is closed" in refused.text
    shown = fields_of(refused.text)
    assert {name: shown.get(name) for name in ("narrative", "evidence-0-title")} == {
        "narrative": "Typed in time,\nsent too late.",
        "evidence-0-title": "A law",
    }
    assert editable(refused.text) == []
    assert Shape(refused.text).problems() == []
    submitted = await browsing.post(client, f"{scene.home}/submit")
    assert submitted.status_code == 403
    assert "In time." in (await client.get(scene.question(1))).text
    assert len(re.findall(r"Not begun", (await client.get(scene.home)).text)) == len(scene.codes) - 1


async def test_a_request_counts_by_the_instant_it_arrived(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.drafter)

    async def slow(data: dict[str, Any]) -> AsyncIterator[bytes]:
        """A form on a slow line: while it is under way, the consultation closes."""
        body = urlencode(data).encode()
        yield body[:5]
        if data["narrative"] == "Sent in time.":
            await close(db, scene)
        yield body[5:]

    form = {"csrf": browsing.proof_in((await client.get(scene.question())).text), "version": "0"}
    headers = {"content-type": "application/x-www-form-urlencoded"}
    for words, status in (("Sent in time.", 303), ("Sent late.", 403)):
        data = {**form, "narrative": words}
        sent = await client.post(scene.question(), content=slow(data), headers=headers)
        assert sent.status_code == status, words
    row = await stored(db, scene)
    assert row is not None
    assert row.narrative == "Sent in time."


@pytest.mark.one_database
async def test_the_closing_instant_itself_is_too_late(db: Database, make: Make, scene: Scene) -> None:
    behind = make.behind(scene.draft)
    closes_at = scene.consultation.closes_at
    for at, counts in ((closes_at - timedelta(microseconds=1), True), (closes_at, False)):
        token = clock.arrived.set(at)
        try:
            async with db.write() as session:
                data = AnswerInput(narrative="On the minute.", version=0)
                await service.save_answer(session, behind, scene.draft.id, scene.codes[0], data)
        except Forbidden:
            assert not counts
        else:
            assert counts
        finally:
            clock.arrived.reset(token)


def editable(page: str) -> list[str]:
    """The fields of a page that somebody could type into or choose."""
    fields = re.findall(r"<(?:textarea|select|input)\b[^>]*>", page)
    return [tag for tag in fields if "hidden" not in tag and "readonly" not in tag]


async def test_what_is_handed_in_is_shown_to_read_and_can_be_taken_up_again(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.signatory)
    given = {"narrative": "At the border.", "law": "in_part", "evidence-0-title": "A law", "version": "0"}
    await browsing.post(client, scene.question(), given)
    await browsing.post(client, f"{scene.home}/submit")
    shown = await client.get(scene.question())
    assert editable(shown.text) == []
    for words in ("At the border.", "Yes, in part", "A law", "Change my answers"):
        assert words in shown.text
    revised = await browsing.post(client, f"{scene.home}/revise", {"question": scene.codes[0]})
    assert revised.headers["location"] == scene.question()
    assert fields_of((await client.get(scene.question())).text)["narrative"] == "At the border."
    again = await browsing.post(client, f"{scene.home}/revise")
    assert again.headers["location"] == scene.home
    await close(db, scene)
    closed = await client.get(scene.question())
    assert editable(closed.text) == []
    assert "At the border." in closed.text
    assert "Change my answers" not in closed.text
    assert (await browsing.post(client, f"{scene.home}/revise")).status_code == 403


async def test_words_that_came_after_a_colleague_submitted_can_be_saved_with_one_button(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    await make.answer(scene.draft, scene.codes[0], "Begun.")
    await make.submit(scene.draft)
    await make.signed_in(client, scene.drafter)
    typed = {"narrative": "Typed meanwhile.", "version": "1"}
    refused = await browsing.post(client, scene.question(), typed)
    assert refused.status_code == 403
    shown = fields_of(refused.text)
    assert shown["narrative"] == "Typed meanwhile."
    assert "Change my answers and save this" in refused.text
    saved = await browsing.post(client, scene.question(), {**shown, "then": "revise"})
    assert saved.status_code == 303
    row = await stored(db, scene)
    assert row is not None
    assert row.narrative == "Typed meanwhile."


async def test_a_choice_can_be_taken_back_and_an_answer_cleared(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.drafter)
    place = scene.question()
    await browsing.post(client, place, {"law": "yes", "practice": "works", "version": "0"})
    assert "1 question of" in (await client.get(scene.home)).text
    page = await client.get(place)
    unset = re.findall(r'<input type="radio" name="(law|practice)" [^>]*value=""', page.text)
    assert unset == ["law", "practice"]
    await browsing.post(client, place, {**fields_of(page.text), "law": ""})
    row = await stored(db, scene)
    assert row is not None
    assert (row.law, row.practice) == (None, "works")
    assert "0 questions of" in (await client.get(scene.home)).text
    confirm = await client.get(f"{place}/clear")
    assert "It works" in confirm.text
    await make.answer(scene.draft, scene.codes[0], "A colleague's words.", version=2)
    unseen = await browsing.post(client, f"{place}/clear", fields_of(confirm.text))
    assert unseen.status_code == 409
    assert "A colleague&#39;s words." in unseen.text
    cleared = await browsing.post(client, f"{place}/clear", fields_of(unseen.text))
    assert cleared.headers["location"] == scene.home
    row = await stored(db, scene)
    assert row is not None
    assert row.is_empty
    assert "Empty this answer" not in (await client.get(place)).text


async def test_a_cleared_answer_leaves_the_next_submission(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.signatory)
    for number in (0, 1):
        await browsing.post(client, scene.question(number), {"narrative": f"Words {number}", "version": "0"})
    await browsing.post(client, f"{scene.home}/submit")
    await browsing.post(client, f"{scene.home}/revise", {"question": scene.codes[1]})
    page = await client.get(f"{scene.question(1)}/clear")
    assert "then this answer is withdrawn from it" in page.text
    await browsing.post(client, f"{scene.question(1)}/clear", fields_of(page.text))
    await browsing.post(client, f"{scene.home}/submit")
    async with db.read() as session:
        query = (
            select(ContributionVersion.number, func.count())
            .join(SubmittedAnswer, col(SubmittedAnswer.contribution_version_id) == ContributionVersion.id)
            .group_by(col(ContributionVersion.number))
        )
        assert dict((await session.exec(query)).all()) == {1: 2, 2: 1}
        standing = select(Answer.narrative).where(col(Answer.current_version_id).is_not(None))
        assert list(await session.exec(standing)) == ["Words 0"]


@pytest.mark.one_database
async def test_the_way_back_survives_signing_up_and_confirming(
    client: httpx2.AsyncClient,
    settings: Settings,
    scene: Scene,
    run_jobs: Callable[[], Awaitable[int]],
) -> None:
    chosen = await browsing.post(client, scene.start, {"mode": "named"}, page=scene.start)
    place = chosen.headers["location"]
    assert place.startswith("/en/sign-up?next=")
    page = await client.get(place)
    typed = {"organisation": "Haven", "email": "amal@example.org", "password": "four unlikely garden words"}
    await browsing.post(client, "/en/sign-up", {**fields_of(page.text), **typed})
    await run_jobs()
    (mail,) = settings.mail_folder.glob("*.eml")
    found = re.search(r"/en/confirm/[\w-]{43}", mail.read_text())
    assert found
    confirmed = await browsing.post(client, found[0], page=found[0])
    assert confirmed.headers["location"] == scene.start
    begin = await client.get(scene.start)
    assert "Haven" in begin.text


@pytest.mark.one_database
async def test_an_error_on_the_choice_of_an_organisation_leads_to_its_field(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, await make.staff(scene.consultation, Role.EXPERT))
    refused = await browsing.post(client, scene.start, {"mode": "named"}, page=scene.start)
    assert refused.status_code == 422
    assert 'href="#organisation_id"' in refused.text
    assert 'id="organisation_id"' in refused.text


async def test_changing_an_answer_from_the_check_leads_back_to_its_card(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    await make.answer(scene.draft, scene.codes[0], "We saw it.")
    await make.signed_in(client, scene.drafter)
    check = await client.get(f"{scene.home}/check")
    [change] = re.findall(rf'href="([^"]*/{scene.codes[0]}\?then=check)"', check.text)
    page = await client.get(change)
    assert "Save and return to the check" in page.text
    sent = {**fields_of(page.text), "narrative": "We saw it twice.", "then": "check"}
    saved = await browsing.post(client, scene.question(), sent)
    assert saved.headers["location"] == f"{scene.home}/check#{scene.codes[0]}"
    assert f'id="{scene.codes[0]}"' in (again := await client.get(saved.headers["location"])).text
    assert "We saw it twice." in again.text


async def test_saving_in_between_stays_at_the_words(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.drafter)
    sent = {"narrative": "At the border.", "version": "0", "then": "stay"}
    saved = await browsing.post(client, scene.question(), sent)
    assert saved.headers["location"] == scene.question() + "#narrative"
    page = await client.get(saved.headers["location"])
    assert '<p class="saved">Saved, ' in page.text
    assert "At the border." in page.text


async def test_the_check_shows_what_officials_and_the_public_will_read(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    await make.answer(
        scene.draft, scene.codes[0], {"narrative": "Everybody may read this.", "publication": "named"}
    )
    await make.answer(scene.draft, scene.codes[1], "Officials alone may read this.")
    await make.signed_in(client, scene.drafter)
    official = (await client.get(f"{scene.home}/check?as=official")).text
    assert "Everybody may read this." in official
    assert "Officials alone may read this." in official
    public = (await client.get(f"{scene.home}/check?as=public")).text
    assert "Everybody may read this." in public
    assert "Officials alone may read this." not in public
    assert "1 answer is not shown" in public
    assert "Everybody may read this." in (await client.get(f"{scene.home}/check?as=nonsense")).text
