import re
from datetime import timedelta

import httpx2
import pytest

from app.consultations.models import ConsultationState
from app.contributions.models import ContributionState
from app.organisations.models import Role
from app.platform import clock
from app.platform.i18n import CODES
from tests.browsing import post
from tests.factories import Make

DAY = timedelta(days=1)
DESK = ("settings", "codes", "log", "people")

CODE = re.compile(r"<code>(\w+)</code>")


async def test_the_home_page_lists_by_phase_and_hides_drafts(client: httpx2.AsyncClient, make: Make) -> None:
    titles = {
        ConsultationState.OPEN: "Open one",
        ConsultationState.CLOSED: "Closed one",
        ConsultationState.CONCLUDED: "Concluded one",
        ConsultationState.DRAFT: "Secret draft",
    }
    for state, title in titles.items():
        await make.consultation(state=state, titles={"en": title})
    await make.consultation(titles={"en": "Coming one"}, opens_at=clock.now() + 2 * DAY)
    page = (await client.get("/en/")).text
    order = [page.index(title) for title in ("Open one", "Coming one", "Closed one")]
    assert order == sorted(order)
    assert "Concluded one" in page
    assert "Secret draft" not in page


@pytest.mark.parametrize("language", CODES)
async def test_the_public_pages_are_there_in_every_language(
    client: httpx2.AsyncClient, make: Make, language: str
) -> None:
    consultation = await make.consultation()
    for path in ("/", f"/c/{consultation.slug}", f"/c/{consultation.slug}/questions"):
        shown = await client.get(f"/{language}{path}")
        assert shown.status_code == 200
        assert shown.text.count("<h1") == 1


async def test_the_line_of_a_consultation_is_joined_by_its_language_and_keeps_the_order(
    client: httpx2.AsyncClient, make: Make
) -> None:
    """The number of the cluster and the count after it do not run together from left to right."""
    review = await make.review(instruments=["FP", "UNTOC"])
    consultation = await make.consultation(review)
    for path in ("/", f"/c/{consultation.slug}"):
        arabic = (await client.get(f"/ar{path}")).text
        assert "<bdi>I</bdi>" in arabic
        assert "بروتوكول الأسلحة النارية، " in arabic
        assert "بروتوكول الأسلحة النارية, " not in arabic
    english = (await client.get("/en/")).text
    assert "<li>Firearms Protocol, " in english
    assert ", cluster <bdi>I</bdi></li>" in english
    assert "<li>six languages</li>" in english
    few = await make.consultation(review, languages=["en", "fr"])
    assert "<li>English, French</li>" in (await client.get("/en/")).text
    assert '<bdi lang="fr">Français</bdi>' in (await client.get(f"/en/c/{few.slug}")).text


async def test_the_main_button_says_what_one_begins(client: httpx2.AsyncClient, make: Make) -> None:
    consultation = await make.consultation()
    for path in (f"/en/c/{consultation.slug}", f"/en/c/{consultation.slug}/questions"):
        assert f'href="/en/c/{consultation.slug}/start">Start answering</a>' in (await client.get(path)).text


async def test_a_text_that_is_missing_is_labelled_with_the_language_it_is_in(
    client: httpx2.AsyncClient, make: Make
) -> None:
    consultation = await make.consultation(titles={"en": "Only English"})
    page = (await client.get(f"/fr/c/{consultation.slug}")).text
    assert '<h1 lang="en" dir="auto">Only English</h1>' in page


async def test_the_page_of_a_consultation_starts_it_and_shows_the_clock(
    client: httpx2.AsyncClient, make: Make
) -> None:
    consultation = await make.consultation()
    page = (await client.get(f"/en/c/{consultation.slug}")).text
    assert f'href="/en/c/{consultation.slug}/start"' in page
    assert "Answer the self-assessment questionnaire" in page
    assert "Rules of participation" in page
    closed = await make.consultation(state=ConsultationState.CLOSED)
    assert (
        '/start"' not in (await client.get(f"/en/c/{closed.slug}")).text.split("<main")[1].split("</main")[0]
    )


async def test_the_time_of_the_state_stands_beside_utc(client: httpx2.AsyncClient, make: Make) -> None:
    consultation = await make.consultation()
    assert "local time" not in (await client.get(f"/en/c/{consultation.slug}")).text
    async with make.db.write() as session:
        state = await session.get_one(type(await make.state()), "VA")
        state.zone = "Africa/Nairobi"
        session.add(state)
    assert "local time" in (await client.get(f"/en/c/{consultation.slug}")).text


async def test_all_questions_can_be_read_with_what_the_state_is_asked(
    client: httpx2.AsyncClient, make: Make
) -> None:
    consultation = await make.consultation()
    page = (await client.get(f"/en/c/{consultation.slug}/questions")).text
    for code in await make.codes(consultation):
        assert f'id="{code}"' in page
    assert "S-FP-03-1" in page


async def test_nobody_outside_sees_a_draft_or_a_desk(client: httpx2.AsyncClient, make: Make) -> None:
    draft = await make.consultation(state=ConsultationState.DRAFT)
    running = await make.consultation()
    assert (await client.get(f"/en/c/{draft.slug}")).status_code == 404
    assert (await client.get("/en/desk")).status_code == 303
    stranger = await make.account(Role.FOCAL_POINT, at=await make.office("ES"))
    await make.signed_in(client, stranger)
    for path in DESK:
        assert (await client.get(f"/en/desk/{running.slug}/{path}")).status_code == 404
    assert (await post(client, f"/en/desk/{running.slug}/close")).status_code == 404
    member = await make.account(Role.DRAFTER, at=await make.organisation())
    await make.signed_in(client, member)
    assert (await client.get("/en/desk")).status_code == 403
    assert (await client.get("/en/desk/new")).status_code == 403
    assert (await client.get(f"/en/desk/{running.slug}/settings")).status_code == 404


async def test_the_focal_point_walks_from_the_desk_to_an_open_consultation(
    client: httpx2.AsyncClient, make: Make
) -> None:
    office = await make.office()
    civil_society, _state = await make.pair()
    await make.signed_in(client, await make.account(Role.FOCAL_POINT, at=office))
    form = {
        "state_code": "VA",
        "instruments": ["FP"],
        "cluster": "I",
        "phase": "1",
        "started_on": clock.today().isoformat(),
        "working_languages": ["en"],
        "civil_society_version_id": str(civil_society.id),
        "titles-en": "Firearms in Valmora",
        "slug": "valmora-firearms",
        "languages": ["en"],
        "submission_language": "en",
        "opens_at": (clock.now() - DAY).strftime("%Y-%m-%dT%H:%M"),
        "closes_at": (clock.now() + 20 * DAY).strftime("%Y-%m-%dT%H:%M"),
    }
    refused = await post(client, "/en/desk/new", {**form, "slug": "No Spaces"}, page="/en/desk/new")
    assert refused.status_code == 422
    assert "No Spaces" in refused.text
    assert "Firearms in Valmora" in refused.text
    made = await post(client, "/en/desk/new", form)
    assert made.headers["location"] == "/en/desk/valmora-firearms/settings"
    # The summary is missing still: the page says so at its field.
    early = await post(client, "/en/desk/valmora-firearms/open")
    assert early.status_code == 422
    assert 'href="#summaries-en"' in early.text
    assert "Summary in English: fill this in." in early.text
    # What is written beside the button and not saved is not called missing.
    typed = {"texts.summaries-en": "What we ask.", "texts.was": ""}
    unsaved = await post(client, "/en/desk/valmora-firearms/open?part=b2", typed)
    assert 'href="#summaries-en">This is written and not saved yet' in unsaved.text
    assert "What we ask." in unsaved.text
    saved = await post(
        client,
        "/en/desk/valmora-firearms/settings",
        {**form, "summaries-en": "What we ask.", "version": "1"},
        page="/en/desk/valmora-firearms/settings",
    )
    assert saved.status_code == 303
    assert (await post(client, "/en/desk/valmora-firearms/open")).status_code == 303
    assert "Firearms in Valmora" in (await client.get("/en/")).text
    assert "Firearms in Valmora" in (await client.get("/en/desk")).text


async def test_a_title_typed_in_one_language_stays_a_field_in_another(
    client: httpx2.AsyncClient, make: Make
) -> None:
    await make.pair()
    await make.signed_in(client, await make.account(Role.FOCAL_POINT, at=await make.office()))
    typed = {"titles-ar": "مشاورة جديدة", "at": "/desk/new"}
    switched = await post(client, "/en/typed", typed, page="/ar/desk/new")
    page = await client.get(switched.headers["location"])
    assert re.search(r'name="titles-ar"[^>]* value="مشاورة جديدة"', page.text)
    assert 'name="titles-en"' in page.text


async def test_a_late_closing_is_warned_of_and_not_forbidden(client: httpx2.AsyncClient, make: Make) -> None:
    review = await make.review(started_on=clock.today() - 150 * DAY)
    late = await make.consultation(review, closes_in=30 * DAY)
    soon = await make.consultation(review, closes_in=timedelta(hours=1))
    await make.signed_in(client, await make.staff(late, Role.FOCAL_POINT))
    assert "The closing is late" in (await client.get(f"/en/desk/{late.slug}/settings")).text
    assert "The closing is late" not in (await client.get(f"/en/desk/{soon.slug}/settings")).text


async def test_a_stale_set_up_keeps_what_was_typed(client: httpx2.AsyncClient, make: Make) -> None:
    draft = await make.consultation(state=ConsultationState.DRAFT)
    await make.signed_in(client, await make.staff(draft, Role.FOCAL_POINT))
    form = {
        "titles-en": "My new title",
        "languages": ["en"],
        "submission_language": "en",
        "opens_at": "2027-02-02T00:00",
        "closes_at": "2027-03-26T23:59",
        "version": "1",
    }
    path = f"/en/desk/{draft.slug}/settings"
    assert (await post(client, path, form)).status_code == 303
    stale = await post(client, path, {**form, "titles-en": "Typed in another tab"})
    assert stale.status_code == 409
    assert "Typed in another tab" in stale.text
    assert '<bdi lang="en">My new title</bdi>' in stale.text, "what it would replace"


async def test_an_extension_keeps_its_reason_when_the_date_is_wrong(
    client: httpx2.AsyncClient, make: Make
) -> None:
    consultation = await make.consultation(state=ConsultationState.CLOSED)
    await make.signed_in(client, await make.staff(consultation, Role.FOCAL_POINT))
    path = f"/en/desk/{consultation.slug}/extend"
    wrong = await post(client, path, {"closes_at": "2020-01-01T00:00", "reason": "Floods in the north"})
    assert wrong.status_code == 422
    assert "Floods in the north" in wrong.text
    later = (clock.now() + 9 * DAY).strftime("%Y-%m-%dT%H:%M")
    assert (await post(client, path, {"closes_at": later, "reason": "Floods"})).status_code == 303
    log = await client.get(f"/en/desk/{consultation.slug}/log")
    assert "The closing of the consultation was moved." in log.text
    assert "Floods" in log.text


async def test_codes_are_shown_until_they_are_kept(client: httpx2.AsyncClient, make: Make) -> None:
    consultation = await make.consultation()
    await make.signed_in(client, await make.staff(consultation, Role.FACILITATOR))
    path = f"/en/desk/{consultation.slug}/codes"
    made = await post(client, path, {"count": "3"}, page=path)
    assert made.headers["location"] == path
    sheet = await client.get(path)
    assert sheet.text.count('class="receipt-code"') == 3
    in_french = await client.get(path.replace("/en/", "/fr/"))
    assert CODE.findall(in_french.text) == CODE.findall(sheet.text), "the sheet can be loaded again"
    await post(client, f"{path}/kept", page=path)
    again = await client.get(path)
    assert again.text.count('class="receipt-code"') == 0
    assert "<dd>3</dd>" in again.text
    assert "not used" not in again.text
    many = await post(client, path, {"count": "201"})
    assert many.status_code == 422
    assert 'value="201"' in many.text


@pytest.mark.one_database
async def test_codes_are_shown_to_the_person_who_made_them_only(
    client: httpx2.AsyncClient, make: Make
) -> None:
    consultation = await make.consultation()
    path = f"/en/desk/{consultation.slug}/codes"
    await make.signed_in(client, await make.staff(consultation, Role.FACILITATOR))
    await post(client, path, {"count": "3"}, page=path)
    sheet = client.cookies["codes"]
    await make.signed_in(client, await make.staff(consultation, Role.FOCAL_POINT))
    client.cookies.set("codes", sheet, domain="testserver.local", path="/")
    assert CODE.findall((await client.get(path)).text) == []


@pytest.mark.parametrize(
    ("role", "status"), [(Role.AUDITOR, 200), (Role.EXPERT, 200), (Role.TRANSLATOR, 403)]
)
async def test_the_log_is_for_some_of_the_office(
    client: httpx2.AsyncClient, make: Make, role: Role, status: int
) -> None:
    consultation = await make.consultation()
    await make.signed_in(client, await make.staff(consultation, role))
    assert (await client.get(f"/en/desk/{consultation.slug}/log")).status_code == status


async def test_a_hand_over_shuts_the_desk_to_the_old_focal_point(
    client: httpx2.AsyncClient, make: Make
) -> None:
    consultation = await make.consultation()
    expert = await make.staff(consultation, Role.EXPERT)
    old = await make.staff(consultation, Role.FOCAL_POINT)
    await make.signed_in(client, old)
    path = f"/en/desk/{consultation.slug}/people"
    nobody = await client.get(f"{path}/hand-over?account_id=")
    assert nobody.status_code == 422
    assert "New focal point: choose one." in nobody.text
    translator = await make.staff(consultation, Role.TRANSLATOR)
    assert f'value="{translator.id}"' not in (await client.get(path)).text
    assert (await client.get(f"{path}/hand-over?account_id={translator.id}")).status_code == 404
    look = f"{path}/hand-over?account_id={expert.id}"
    shown = await client.get(look)
    assert "The final file is not made." in shown.text
    assert "Close it first." not in shown.text
    nobody = await post(client, f"{path}/focal-point", {"account_id": ""}, page=look)
    assert nobody.status_code == 422
    done = await post(client, f"{path}/focal-point", {"account_id": str(expert.id)})
    assert done.status_code == 303
    assert (await client.get(path)).status_code == 404
    await make.signed_in(client, expert)
    assert (await client.get(path)).status_code == 200
    why = {"reason": "The law changed."}
    assert (await post(client, f"/en/desk/{consultation.slug}/close", why)).status_code == 303


async def test_a_foreign_form_is_refused(client: httpx2.AsyncClient, make: Make) -> None:
    consultation = await make.consultation()
    await make.signed_in(client, await make.staff(consultation, Role.FOCAL_POINT))
    forged = await client.post(f"/en/desk/{consultation.slug}/close", data={"csrf": "x.y"})
    assert forged.status_code == 403


async def test_the_secretariat_begins_a_review(client: httpx2.AsyncClient, make: Make) -> None:
    await make.office()
    await make.signed_in(client, await make.account(Role.SECRETARIAT, at=await make.organisation()))
    form = {
        "state_code": "VA",
        "instruments": ["FP"],
        "cluster": "I",
        "started_on": "2021-11-01",
        "working_languages": ["ar", "fr"],
    }
    wrong = await post(client, "/en/reviews", {**form, "started_on": "1 November"}, page="/en/reviews")
    assert wrong.status_code == 422
    assert "1 November" in wrong.text
    made = await post(client, "/en/reviews", form)
    assert made.status_code == 303
    page = await client.get(made.headers["location"])
    assert "1 May 2022" in page.text
    state = {"code": "ES", "names-en": "Estaria", "zone": "Nowhere/Land", "office_name": "Ministry"}
    assert (await post(client, "/en/states", state)).status_code == 422
    assert (await post(client, "/en/states", {**state, "zone": "Africa/Nairobi"})).status_code == 303
    assert "Estaria" in (await client.get("/en/reviews")).text


async def test_the_office_the_focal_point_and_an_address_are_named_where_help_sends_people(
    client: httpx2.AsyncClient, make: Make
) -> None:
    draft = await make.consultation(state=ConsultationState.DRAFT)
    focal_point = await make.staff(draft, Role.FOCAL_POINT, name="Ana Duarte")
    await make.signed_in(client, focal_point)
    place = f"/en/desk/{draft.slug}/settings"
    fields = {
        **{f"titles-{code}": "Title" for code in CODES},
        **{f"summaries-{code}": "Summary" for code in CODES},
        "languages": list(CODES),
        "submission_language": "en",
        "contact": "review@valmora.example",
        "opens_at": draft.opens_at.strftime("%Y-%m-%dT%H:%M"),
        "closes_at": draft.closes_at.strftime("%Y-%m-%dT%H:%M"),
    }
    assert (await post(client, place, fields, page=place)).status_code == 303
    assert 'value="review@valmora.example"' in (await client.get(place)).text
    await post(client, f"/en/desk/{draft.slug}/open", page=place)
    client.cookies.clear()
    page = (await client.get(f"/en/c/{draft.slug}")).text
    for named in ("Office of VA", "Focal point: Ana Duarte", "mailto:review@valmora.example"):
        assert named in page
    shown = (await client.get(f"/api/v1/consultations/{draft.slug}")).json()
    assert shown["contact"] == "review@valmora.example"
    other = await make.consultation()
    assert "has given no address" in (await client.get(f"/en/c/{other.slug}")).text
    for path in ("/en/help", "/en/accessibility"):
        text = (await client.get(path)).text
        assert "focal point named" not in text
        assert "office" in text


async def test_a_closed_consultation_says_nothing_of_what_comes_before_taking_part(
    client: httpx2.AsyncClient, make: Make
) -> None:
    closed = await make.consultation(state=ConsultationState.CLOSED)
    page = (await client.get(f"/en/c/{closed.slug}")).text
    for sentence in ("Time needed", "Answer what you know", "You choose before the first answer"):
        assert sentence not in page
    opened = await make.consultation()
    page = (await client.get(f"/en/c/{opened.slug}")).text
    assert "Time needed" in page


async def test_home_counts_the_questions_that_the_list_of_answers_holds(
    client: httpx2.AsyncClient, make: Make
) -> None:
    consultation = await make.consultation()
    league = await make.organisation()
    draft = await make.contribution(
        consultation, organisation=league, answers={}, state=ContributionState.DRAFTING
    )
    home = (await client.get("/en/")).text
    await make.signed_in(client, await make.account(Role.DRAFTER, at=league))
    tasks = (await client.get(f"/en/contributions/{draft.id}")).text
    counted = re.search(r"0 questions of (\d+) answered", tasks)
    assert counted
    assert f"{counted[1]} questions; answer what you know" in home


async def test_two_people_who_set_up_a_consultation_see_each_other(
    client: httpx2.AsyncClient, make: Make
) -> None:
    consultation = await make.consultation(state=ConsultationState.DRAFT)
    await make.signed_in(client, await make.staff(consultation, Role.FOCAL_POINT))
    path = f"/en/desk/{consultation.slug}/settings"
    fields = {
        "version": "1",
        "languages": "en",
        "submission_language": "en",
        "opens_at": "2027-01-01T00:00",
        "closes_at": "2027-03-01T00:00",
    }
    first = await post(client, path, {**fields, "titles-en": "Hers", "contact": "a@example.org"})
    assert first.status_code == 303, first.text
    late = await post(client, path, {**fields, "titles-en": "His", "contact": ""})
    assert late.status_code == 409
    assert 'value="His"' in late.text
    assert "What is stored now: <bdi" in " ".join(late.text.split())
    assert ">Hers</bdi>" in late.text
    assert ">a@example.org</bdi>" in late.text, "what she left empty is shown before it is overwritten"
