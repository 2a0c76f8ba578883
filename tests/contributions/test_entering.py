"""Coming in by a code, coming back by a code, leaving without a trace."""

from datetime import timedelta

import httpx2
import pytest
from sqlmodel import func, select

from app.accounts.models import BearerSession, SignedInSession
from app.consultations.models import ConsultationState
from app.contributions.models import Contribution, ContributionState, Mode
from app.platform import clock, ids
from app.platform.db import Database
from tests import browsing
from tests.contributions.conftest import Scene, enter, entered, keep, receipt_in
from tests.factories import Make


async def counted(db: Database, table: type) -> int:
    async with db.read() as session:
        return (await session.exec(select(func.count()).select_from(table))).one()


async def receipt_shown(client: httpx2.AsyncClient, page: str = "/en/start/keep") -> str:
    return receipt_in((await client.get(page)).text)


async def test_an_invitation_code_opens_one_contribution_once_its_receipt_code_is_kept(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    code = await make.invitation(scene.consultation)
    typed = await enter(client, code)
    assert typed.headers["location"] == "/en/start/keep"
    receipt = await receipt_shown(client)
    assert len(receipt) == ids.CODE_LENGTH
    assert receipt != code
    assert await counted(db, Contribution) == 1, "nothing begins before the code is kept"
    assert (await keep(client)).status_code == 303
    assert await counted(db, Contribution) == 2
    await enter(client, code)
    again = await keep(client)
    assert again.status_code == 422
    assert "opens nothing now" in again.text
    assert await counted(db, Contribution) == 2


async def test_a_reply_that_gets_lost_while_entering_costs_nothing(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    code = await make.invitation(scene.consultation)
    await enter(client, code)
    receipt = await receipt_shown(client)
    sent = await client.get("/ar/start/keep")
    assert receipt_in(sent.text) == receipt, "the page can be loaded again, in any language"
    await browsing.post(client, "/en/start", {"code": code}, page="/en/start")
    assert await receipt_shown(client) == receipt, "pressed twice, it shows the same code"
    before = dict(client.cookies)
    first = await keep(client)
    client.cookies.clear()
    for name, value in before.items():
        client.cookies.set(name, value, domain="testserver.local", path="/")
    second = await browsing.post(client, "/en/start/keep")
    assert second.headers["location"] == first.headers["location"]
    assert (await client.get(second.headers["location"])).status_code == 200
    assert await counted(db, Contribution) == 2


@pytest.mark.one_database
async def test_a_code_may_be_typed_small_with_spaces_and_dashes_and_on_any_keyboard(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    code = (await make.invitation(scene.consultation)).lower()
    typed = "  " + "-".join((code[:4], code[4:9])) + " " + " ".join((code[9:20], code[20:])) + " "
    arabic = str.maketrans("23456789", "٢٣٤٥٦٧٨٩")
    full_width = {ord(c): ord(c) + 0xFEE0 for c in "abcdefghijklmnopqrstuvwxyz23456789"}
    cyrillic = str.maketrans("abcehkmptxy", "авсенкмртху")
    greek = str.maketrans("ABEHKMNPTXYZ", "ΑΒΕΗΚΜΝΡΤΧΥΖ")
    variants = (typed, *(typed.translate(each) for each in (arabic, full_width, cyrillic)))
    for variant in (*variants, typed.upper().translate(greek)):
        assert (await enter(client, variant)).headers["location"] == "/en/start/keep"
    receipt = await receipt_shown(client)
    await keep(client)
    back = await enter(client, receipt.lower().translate(arabic))
    assert back.status_code == 303


@pytest.mark.one_database
async def test_the_receipt_code_is_shown_once_and_is_the_way_back(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    home, receipt = await entered(client, make, scene.consultation)
    for place in (home, f"{home}/check", f"{home}/receipt", "/en/leave"):
        page = await client.get(place)
        assert page.status_code == 200
        assert receipt_in(page.text) == ""
        assert receipt not in page.text
    client.cookies.clear()
    assert (await client.get(home)).status_code == 303
    back = await enter(client, receipt)
    assert back.headers["location"] == home
    assert (await client.get(home)).status_code == 200


@pytest.mark.one_database
async def test_what_is_no_code_opens_nothing(client: httpx2.AsyncClient, scene: Scene) -> None:
    for typed in ("", "  ", "K7", "x" * 5000, "00\x0000", "' OR 1=1 --", "رمز", "2" * 28):
        for path in ("/en/start", scene.start):
            page = await enter(client, typed, path)
            assert page.status_code == 422, typed
            assert "error-summary" in page.text
            assert "bearer" not in page.cookies


@pytest.mark.one_database
async def test_a_code_works_on_the_page_of_its_own_consultation_only(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    other = await make.consultation(await make.review(await make.state("ES")))
    code = await make.invitation(other)
    refused = await enter(client, code, scene.start)
    assert refused.status_code == 422
    assert code in refused.text
    page = await enter(client, code, f"/en/c/{other.slug}/start")
    assert page.status_code == 303, "the refusal used the code up"
    receipt = await receipt_shown(client)
    await keep(client)
    assert (await enter(client, receipt, scene.start)).status_code == 422
    assert (await enter(client, receipt)).status_code == 303


@pytest.mark.one_database
async def test_a_closed_consultation_lets_nobody_in_and_those_inside_back(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    closed = await make.consultation(state=ConsultationState.CLOSED)
    refused = await enter(client, await make.invitation(closed))
    unknown = await enter(client, ids.new_code())
    assert refused.status_code == unknown.status_code == 422
    assert "opens nothing now" in refused.text
    client.cookies.clear()
    begin = (await client.get(f"/en/c/{closed.slug}/start")).text
    assert "This consultation is not open." in begin
    assert "/en/sign-up" not in begin, "nobody is led to register for what takes no answers"
    late = await browsing.post(client, f"/en/c/{closed.slug}/start", {"mode": "named"})
    assert late.status_code == 403
    receipt = ids.new_code()
    inside = await make.contribution(closed, Mode.CONFIDENTIAL, receipt_hash=ids.fingerprint(receipt))
    back = await enter(client, receipt)
    assert back.headers["location"] == f"/en/contributions/{inside.id}"
    for page in ("", "/check", "/receipt"):
        shown = (await client.get(f"{back.headers['location']}{page}")).text
        for over in (
            "closes on",
            "You can still change",
            "You can change or withdraw",
            "Until the consultation",
        ):
            assert over not in shown, f"{page}: {over}"


@pytest.mark.one_database
async def test_the_code_of_a_withdrawn_contribution_says_so(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    receipt = ids.new_code()
    await make.contribution(
        scene.consultation,
        Mode.CONFIDENTIAL,
        ContributionState.WITHDRAWN,
        receipt_hash=ids.fingerprint(receipt),
    )
    refused = await enter(client, receipt)
    assert refused.status_code == 403
    assert "was withdrawn" in refused.text


async def test_leaving_ends_every_session_and_clears_the_browser(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    home, receipt = await entered(client, make, scene.consultation)
    elsewhere = client.cookies["bearer"]
    await enter(client, receipt)
    left = await browsing.post(client, "/en/leave", page="/en/leave")
    assert left.status_code == 303
    assert left.headers["clear-site-data"] == '"cache", "cookies", "storage"'
    assert 'bearer=""' in "".join(left.headers.get_list("set-cookie"))
    landed = await client.get(left.headers["location"])
    assert (landed.status_code, left.headers["location"]) == (200, "/en/away")
    for telling in ("Polyphony", "onsultation", "firearm", "reprisals", "<a ", "<form", "<script"):
        assert telling not in landed.text
    assert await counted(db, BearerSession) == 0
    client.cookies.set("bearer", elsewhere, domain="testserver.local", path="/")
    assert (await client.get(home)).status_code == 303
    assert (await enter(client, receipt)).headers["location"] == home


@pytest.mark.one_database
async def test_whoever_opens_the_browser_next_finds_no_receipt_code_in_it(
    client: httpx2.AsyncClient, make: Make, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The code that waits opens the contribution: it goes with the browser, as the session does."""
    await make.signed_in(client, scene.signatory)
    answers = [
        await client.get(f"{scene.home}/confidential"),
        await browsing.post(client, f"{scene.home}/confidential"),
        await client.get("/en/leave/code"),
        await enter(client, await make.invitation(scene.consultation)),
    ]
    for answer in answers:
        # The last one counts (RFC 6265, 5.3): coming in takes the code away before it is given again.
        *_gone, cookie = (c for c in answer.headers.get_list("set-cookie") if c.startswith("receipt="))
        assert "max-age" not in cookie.lower()
        assert "expires" not in cookie.lower()
    assert (await client.get("/en/start/keep")).status_code == 200
    later = clock.now() + timedelta(hours=25)
    monkeypatch.setattr("app.platform.clock.now", lambda: later)
    assert (await client.get("/en/start/keep")).headers["location"] == "/en/start"


@pytest.mark.one_database
async def test_a_new_receipt_code_makes_the_old_one_useless(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    home, old = await entered(client, make, scene.consultation)
    elsewhere = client.cookies["bearer"]
    await enter(client, old)
    new = await receipt_shown(client, "/en/leave/code")
    assert len(new) == ids.CODE_LENGTH
    assert await receipt_shown(client, "/fr/leave/code") == new, "loading it again makes no other code"
    kept_by = dict(client.cookies)
    assert (await enter(client, old)).status_code == 303, "the old one works until the new one is kept"
    client.cookies.clear()
    for name, value in kept_by.items():
        client.cookies.set(name, value, domain="testserver.local", path="/")
    for _press in range(2):
        assert (await keep(client, "/en/leave/code")).headers["location"] == "/en/leave"
    client.cookies.clear()
    client.cookies.set("bearer", elsewhere, domain="testserver.local", path="/")
    assert (await client.get(home)).status_code == 303, "sessions opened with the old code end"
    assert (await enter(client, old)).status_code == 422
    assert (await enter(client, new)).headers["location"] == home
    await make.signed_in(client, scene.signatory)
    assert (await browsing.post(client, "/en/leave/code")).status_code == 403


@pytest.mark.one_database
async def test_entering_by_code_leaves_the_account_alone_and_out_of_sight(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.signatory)
    await browsing.post(client, "/en/start", {"code": await make.invitation(scene.consultation)})
    begun = await keep(client)
    page = await client.get(begun.headers["location"])
    assert page.status_code == 200
    assert scene.signatory.name not in page.text
    async with db.read() as session:
        (account,) = (await session.exec(select(SignedInSession))).all()
        (bearer,) = (await session.exec(select(BearerSession))).all()
    assert account.account_id == scene.signatory.id, "no statement touches both sessions"
    assert begun.headers["location"].endswith(str(bearer.bearer_of))
    assert (await client.get(scene.home)).status_code == 404


@pytest.mark.one_database
async def test_who_leaves_in_a_hurry_after_the_session_ended_sees_the_calendar_all_the_same(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    home, _receipt = await entered(client, make, scene.consultation)
    proof = browsing.proof_in((await client.get(home)).text)
    del client.cookies["bearer"]
    left = await client.post("/en/leave", data={"csrf": proof})
    assert (left.status_code, left.headers["location"]) == (303, "/en/away")
    foreign = await client.post("/en/leave", headers={"sec-fetch-site": "cross-site"})
    assert foreign.status_code == 403


@pytest.mark.one_database
async def test_another_sites_page_ends_no_session(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    await entered(client, make, scene.consultation)
    await client.post("/en/leave", headers={"sec-fetch-site": "cross-site"})
    bearer = client.cookies["bearer"]
    await client.post("/en/leave")
    assert await counted(db, BearerSession) == 1
    client.cookies.set("bearer", bearer, domain="testserver.local", path="/")
    await client.post("/en/leave", headers={"sec-fetch-site": "same-origin"})
    assert await counted(db, BearerSession) == 0


@pytest.mark.one_database
async def test_the_second_tab_on_which_the_name_is_given_up_leads_to_where_the_answers_went(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.signatory)
    place = f"{scene.home}/confidential"
    receipt = receipt_in((await client.get(place)).text)
    before = dict(client.cookies)
    gone = await keep(client, place)
    leads_on = await client.get(place)
    assert leads_on.headers["location"] == gone.headers["location"]
    client.cookies.clear()
    for name, value in before.items():
        client.cookies.set(name, value, domain="testserver.local", path="/")
    again = await client.get(place)
    assert receipt_in(again.text) == receipt, "the reply was lost, and the page is loaded again"
    assert (await keep(client, place)).headers["location"] == gone.headers["location"]


@pytest.mark.one_database
async def test_the_receipt_of_a_confidential_contribution_does_not_say_that_staff_have_it(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    home, _receipt = await entered(client, make, scene.consultation)
    answered = {"version": "0", "narrative": "Nobody answers.", "language": "en", "then": "list"}
    await browsing.post(client, f"{home}/questions/{scene.codes[0]}", answered)
    await browsing.post(client, f"{home}/submit")
    page = (await client.get(f"{home}/receipt")).text
    assert "Your answer to 1 question is here." in page
    assert "with the focal point" not in page
    assert "before you submit" not in (await client.get(f"{home}/check")).text


@pytest.mark.one_database
async def test_a_browser_that_forgot_a_code_which_had_begun_nothing_is_told_so(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    code = await make.invitation(scene.consultation)
    await enter(client, code)
    proof = browsing.proof_in((await client.get("/en/start/keep")).text)
    client.cookies.clear()
    pressed = await client.post("/en/start/keep", data={"csrf": proof})
    assert pressed.headers["location"] == "/en/start"
    assert "begin again with your invitation code" in (await client.get("/en/start")).text
    assert (await enter(client, code)).headers["location"] == "/en/start/keep", (
        "the invitation is not used up"
    )
