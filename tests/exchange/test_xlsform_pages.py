"""The pages and the JSON that hand questionnaires in and out."""

from typing import Any

import httpx2

from app.exchange.xlsform_in import read_form
from app.organisations.models import Role
from app.platform.db import Database
from app.questionnaires import queries
from app.questionnaires.definition import Definition
from app.questionnaires.models import Edition, Origin, VersionState
from tests.browsing import post
from tests.exchange.forms import form
from tests.factories import Make

HERE = "/en/questionnaires/import"
API = "/api/v1/questionnaires"
HEADER = ["type", "name", "label::English (en)"]
SETTINGS = {"form_id": "arms", "polyphony::edition": "state", "default_language": "English (en)"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def file(content: bytes) -> dict[str, tuple[str, bytes, str]]:
    return {"file": ("arms.xlsx", content, XLSX)}


async def test_a_form_becomes_a_draft_and_leaves_as_it_came(
    client: httpx2.AsyncClient, make: Make, db: Database
) -> None:
    await make.signed_in(client, await make.account(Role.SECRETARIAT))
    assert "Hand in a form" in (await client.get(HERE)).text
    sent = await post(client, HERE, files=file(form([HEADER, ["text", "a", "Why?"]], **SETTINGS)))
    assert sent.status_code == 303, sent.text
    assert sent.headers["location"].endswith("/questionnaires/arms/state/1")
    async with db.read() as session:
        draft = await queries.find_version(session, "arms", Edition.STATE, state=VersionState.DRAFT)
        assert draft is not None
        assert draft.origin is Origin.IMPORTED
        definition = await queries.read_definition(session, draft)
    back = await client.get("/en/questionnaires/arms/state/1/form.xlsx")
    assert back.headers["content-type"] == XLSX
    assert 'filename="arms-state-1.xlsx"' in back.headers["content-disposition"]
    assert read_form(back.content, "arms.xlsx").definition == definition


async def test_the_same_form_again_replaces_the_draft(client: httpx2.AsyncClient, make: Make) -> None:
    await make.signed_in(client, await make.account(Role.SECRETARIAT))
    for label in ("Why?", "Why not?"):
        sent = await post(client, HERE, files=file(form([HEADER, ["text", "a", label]], **SETTINGS)))
        assert sent.headers["location"].endswith("/arms/state/1")
    back = read_form((await client.get("/en/questionnaires/arms/state/1/form.xlsx")).content, "x").definition
    assert back is not None
    assert [question.texts["prompt"]["en"] for question in back.questions] == ["Why not?"]


async def test_what_was_left_out_is_told(client: httpx2.AsyncClient, make: Make) -> None:
    await make.signed_in(client, await make.account(Role.SECRETARIAT))
    rows = [[*HEADER, "default"], ["text", "a", "Why?", "Because"]]
    sent = await post(client, HERE, files=file(form(rows, **SETTINGS)))
    assert sent.status_code == 200
    assert "This column is left out." in sent.text
    assert "/questionnaires/arms/state/1" in sent.text


async def test_a_form_that_cannot_be_taken_is_answered_cell_by_cell(
    client: httpx2.AsyncClient, make: Make
) -> None:
    await make.signed_in(client, await make.account(Role.SECRETARIAT))
    rows = [HEADER, ["geopoint", "a", "Where?"], ["text", "b", "<script>${a}</script>"]]
    sent = await post(client, HERE, files=file(form(rows, **SETTINGS)))
    assert sent.status_code == 422
    for said in ("Ask for the place as a text.", "The text shows an answer", "label::English (en)"):
        assert said in sent.text
    assert (await post(client, HERE, files=file(b"PK\x03\x04 no"))).status_code == 422
    assert (await post(client, HERE, data={})).status_code == 422


async def test_only_the_secretariat_hands_forms_in(client: httpx2.AsyncClient, make: Make) -> None:
    assert (await client.get(HERE)).status_code in {303, 401}
    await make.signed_in(client, await make.account(Role.FOCAL_POINT, at=await make.office()))
    assert (await client.get(HERE)).status_code == 403
    sent = await post(client, HERE, files=file(form([HEADER, ["text", "a", "Why?"]], **SETTINGS)))
    assert sent.status_code == 403


async def test_a_program_reads_and_hands_in_questionnaires(
    client: httpx2.AsyncClient, make: Make, db: Database
) -> None:
    civil_society, _state = await make.pair()
    one = f"{API}/{civil_society.slug}/civil-society/{civil_society.number}"
    listed = (await client.get(API)).json()
    assert {(item["slug"], item["edition"], item["state"]) for item in listed} == {
        ("firearms", "civil_society", "published"),
        ("firearms", "state", "published"),
    }
    definition = (await client.get(one)).json()
    async with db.read() as session:
        version = await queries.get_version(session, civil_society.id)
        assert Definition.model_validate(definition) == await queries.read_definition(session, version)
    definition["slug"] = "copied"
    assert (await client.post(API, json=definition)).status_code == 401
    expert = await make.token(await make.account(Role.EXPERT, at=await make.office()))
    assert (await client.post(API, json=definition, headers=expert)).status_code == 403
    headers = await make.token(await make.account(Role.SECRETARIAT))
    made = await client.post(API, json=definition, headers=headers)
    assert made.status_code == 201, made.text
    assert (made.json()["state"], made.json()["number"], made.json()["origin"]) == ("draft", 1, "imported")
    there = f"{API}/copied/civil-society/1"
    assert (await client.get(there)).status_code == 404
    assert (await client.get(there, headers=headers)).json()["questions"] == [
        {**question, "maps_to": []} for question in definition["questions"]
    ]
    assert len((await client.get(API, headers=headers)).json()) == 3


async def test_a_program_is_told_what_is_wrong_with_a_questionnaire(
    client: httpx2.AsyncClient, make: Make
) -> None:
    headers = await make.token(await make.account(Role.SECRETARIAT))
    question: dict[str, Any] = {"code": "a", "section": "s", "kind": "text", "instrument": "x" * 17}
    body: dict[str, Any] = {"slug": "Not A Slug", "edition": "state", "sections": [{"code": "s"}]}
    body["questions"] = [question]
    assert (await client.post(API, json=body, headers=headers)).status_code == 422
    question["kind"] = "date"
    wrong = await client.post(API, json=body, headers=headers)
    assert wrong.json()["errors"].keys() == {"slug", "q:a"}
    questions = [{**question, "instrument": "", "relevant": "${b} ="}]
    body = {**body, "slug": "right", "questions": questions}
    wrong = await client.post(API, json=body, headers=headers)
    assert wrong.status_code == 422
    assert wrong.json()["errors"].keys() == {"q:a"}
    unkept = {**body, "texts": {"title": {"en": "\x00"}}}
    assert (await client.post(API, json=unkept, headers=headers)).json()["errors"].keys() == {"texts"}
