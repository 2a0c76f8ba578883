import re

import httpx2
import pytest

from app.organisations.models import OrganisationKind, Role
from app.platform.db import Database
from app.reference import queries, service
from app.reference.document import Kind
from app.reference.models import Mark
from tests.factories import SYSTEM, Make

PART = {
    "cluster": "I",
    "instrument": "FP",
    "articles": "3, 5, 8",
    "mark": "verified",
    "sources": ["U13", "U10"],
}


@pytest.fixture
async def loaded(db: Database) -> None:
    async with db.write() as session:
        await service.load_reference(session, SYSTEM)


@pytest.fixture
async def officer(client: httpx2.AsyncClient, make: Make, loaded: None) -> httpx2.AsyncClient:
    place = await make.organisation("Secretariat", OrganisationKind.SECRETARIAT)
    await make.signed_in(client, await make.account(Role.SECRETARIAT, at=place))
    return client


async def csrf(client: httpx2.AsyncClient, path: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', (await client.get(path)).text)
    assert found, path
    return found[1]


async def post(client: httpx2.AsyncClient, path: str, fields: dict[str, object]) -> httpx2.Response:
    token = await csrf(client, "/en/reference/versions")
    return await client.post(path, data={**fields, "csrf": token})


async def test_anybody_reads_what_is_published_and_what_is_unverified(
    client: httpx2.AsyncClient, loaded: None
) -> None:
    page = await client.get("/en/reference")
    assert page.status_code == 200
    assert "Unverified" in page.text
    assert 'href="#parts-III-FP"' in page.text
    assert "Common use, not verified" in page.text
    assert "/reference/draft" not in page.text
    arabic = await client.get("/ar/reference")
    assert "بروتوكول الأسلحة النارية" in arabic.text
    assert (await client.get("/en/reference/versions/1")).status_code == 200
    assert (await client.get("/en/reference/versions/2")).status_code == 404
    assert (await client.get("/en/reference/draft", follow_redirects=False)).status_code in {303, 401}


async def test_the_interface_gives_the_published_rows_to_anybody(
    client: httpx2.AsyncClient, loaded: None
) -> None:
    found = (await client.get("/api/v1/reference")).json()
    assert found["number"] == 1
    parts = {f"{row['cluster']}-{row['instrument']}": row for row in found["data"]["parts"]}
    assert parts["I-UNTOC"]["mark"] == "verified"
    assert parts["III-FP"]["sources"] == ["none"]
    assert (await client.post("/api/v1/reference/draft")).status_code == 401


async def test_the_secretariat_puts_in_a_whole_document(
    client: httpx2.AsyncClient, make: Make, loaded: None
) -> None:
    place = await make.organisation("Secretariat", OrganisationKind.SECRETARIAT)
    headers = await make.token(await make.account(Role.SECRETARIAT, at=place))
    draft = (await client.post("/api/v1/reference/draft", headers=headers)).json()
    assert (draft["number"], draft["state"]) == (2, "draft")
    assert (await client.get("/api/v1/reference/versions/2")).status_code == 404
    data = draft["data"]
    data["phases"][1]["cluster"] = "IV"
    whole = {"data": data, "version": draft["version"]}
    changed = await client.put("/api/v1/reference/draft", json=whole, headers=headers)
    assert changed.status_code == 200, changed.text
    assert (await client.put("/api/v1/reference/draft", json=whole, headers=headers)).status_code == 409
    data["phases"][1]["cluster"] = "XX"
    refused = await client.put("/api/v1/reference/draft", json={"data": data}, headers=headers)
    assert refused.status_code == 422
    done = await client.post(
        "/api/v1/reference/draft/publication", json={"note": "Decided."}, headers=headers
    )
    assert done.status_code == 201, done.text
    found = (await client.get("/api/v1/reference")).json()
    assert (found["number"], found["data"]["phases"][1]["cluster"]) == (2, "IV")


@pytest.mark.parametrize("number", ["0", "-1", "99999999999999999999999", "one"])
async def test_a_version_that_is_not_there_is_not_found(
    client: httpx2.AsyncClient, loaded: None, number: str
) -> None:
    assert (await client.get(f"/en/reference/versions/{number}")).status_code == 404
    assert (await client.get(f"/api/v1/reference/versions/{number}")).status_code == 404


async def test_the_secretariat_edits_and_publishes(officer: httpx2.AsyncClient, db: Database) -> None:
    begun = await post(officer, "/en/reference/versions/0/draft", {})
    assert begun.status_code == 303
    form = await officer.get("/en/reference/draft/parts/I-FP")
    assert 'value="3, 5, 8"' in form.text
    saved = await post(officer, "/en/reference/draft/parts/I-FP", PART)
    assert saved.status_code == 303, saved.text
    draft = await officer.get("/en/reference/draft")
    assert "Verified in the source" in draft.text
    empty = await post(officer, "/en/reference/draft/publish", {"note": ""})
    assert empty.status_code == 422
    done = await post(officer, "/en/reference/draft/publish", {"note": "Checked against the toolkit."})
    assert done.status_code == 303
    async with db.read() as session:
        row = (await queries.current(session)).data.find(Kind.PARTS, "I-FP")
        assert row is not None
        assert (row.mark, row.sources) == (Mark.VERIFIED, ["U13", "U10"])
    history = await officer.get("/en/reference/versions/2")
    assert "Checked against the toolkit." in history.text
    assert "<ins" in history.text


async def test_a_stale_form_keeps_what_was_typed(officer: httpx2.AsyncClient) -> None:
    await post(officer, "/en/reference/versions/0/draft", {})
    typed = {**PART, "articles": "3, 5, 8, 10", "version": "1"}
    assert (await post(officer, "/en/reference/draft/parts/I-FP", typed)).status_code == 303
    again = await post(officer, "/en/reference/draft/parts/I-FP", {**typed, "articles": "3, 5, 9"})
    assert again.status_code == 409
    assert 'value="3, 5, 9"' in again.text
    assert 'name="row.version" value="2"' in again.text


async def test_a_wrong_row_is_explained_at_its_field(officer: httpx2.AsyncClient) -> None:
    await post(officer, "/en/reference/versions/0/draft", {})
    wrong = await post(officer, "/en/reference/draft/parts/I-FP", {**PART, "articles": "three"})
    assert wrong.status_code == 422
    assert "Write the number of an article" in wrong.text
    assert 'value="three"' in wrong.text
    unknown = await post(officer, "/en/reference/draft/parts/I-FP", {**PART, "articles": "99"})
    assert unknown.status_code == 422
    assert "FP-99" in unknown.text
    needed = await post(officer, "/en/reference/draft/instruments/FP/remove", {})
    assert needed.status_code == 422
    assert (await officer.get("/en/reference/draft/nothing")).status_code == 404


@pytest.mark.parametrize("kind", list(Kind))
async def test_every_list_has_its_forms(officer: httpx2.AsyncClient, kind: Kind) -> None:
    await post(officer, "/en/reference/versions/0/draft", {})
    new = await officer.get(f"/en/reference/draft/{kind}")
    assert new.status_code == 200, new.text
    key = {"instruments": "FP", "articles": "UNTOC-6", "clusters": "I", "parts": "I-FP", "phases": "2"}
    row = await officer.get(f"/en/reference/draft/{kind}/{key.get(kind, 'U10')}")
    assert row.status_code == 200, row.text


async def test_an_article_is_saved_as_its_form_shows_it(officer: httpx2.AsyncClient, db: Database) -> None:
    await post(officer, "/en/reference/versions/0/draft", {})
    page = (await officer.get("/en/reference/draft/articles/UNTOC-5")).text
    fields: dict[str, object] = dict(
        re.findall(r'<input id="[^"]+" name="row\.([^"]+)"[^>]* value="([^"]*)"', page)
    )
    places = re.findall(
        r'<select id="[^"]+" name="row\.([^"]+)".*?<option value="(\w+)"[^>]* selected', page, re.DOTALL
    )
    fields |= dict(places) | {"mark": "verified", "sources": ["U10"], "paragraphs-0-remove": "yes"}
    saved = await post(officer, "/en/reference/draft/articles/UNTOC-5", fields)
    assert saved.status_code == 303, saved.text
    async with db.read() as session:
        draft = await queries.find_draft(session)
        assert draft is not None
        row = queries.data_of(draft).find(Kind.ARTICLES, "UNTOC-5")
        stood = (await queries.current(session)).data.find(Kind.ARTICLES, "UNTOC-5")
    assert row is not None
    assert stood is not None
    assert row.paragraphs == stood.paragraphs[1:]
    assert row.names == stood.names
    assert row.mark is Mark.VERIFIED


async def test_others_do_not_edit(client: httpx2.AsyncClient, make: Make, loaded: None) -> None:
    await make.signed_in(client, await make.account(Role.FOCAL_POINT, at=await make.office()))
    token = await csrf(client, "/en/reference")
    refused = await client.post("/en/reference/versions/0/draft", data={"csrf": token})
    assert refused.status_code == 403
    assert (await client.get("/en/reference/draft")).status_code == 404
