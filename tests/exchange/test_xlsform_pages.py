"""The pages and the JSON that hand questionnaires in and out."""

import io
import re
import zipfile
from html import unescape
from typing import Any

import httpx2
from sqlmodel import select

from app.audit.models import AuditEntry
from app.organisations.models import Role
from app.platform.db import Database
from app.questionnaires import queries
from app.questionnaires.definition import Definition
from app.questionnaires.models import Edition, Origin, VersionState
from app.xlsform.reader import read_form
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


def hidden(page: str) -> dict[str, str]:
    """The fields that a page carries along, as a browser would send them back."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found if name != "csrf"}


async def prompts(client: httpx2.AsyncClient) -> list[str]:
    sent = await client.get("/en/questionnaires/arms/state/1/form.xlsx")
    definition = read_form(sent.content, "x").definition
    assert definition is not None
    return [question.texts["prompt"]["en"] for question in definition.questions]


def changed_cell(book: bytes, old: str, new: str) -> bytes:
    """The workbook after somebody wrote another text in one cell."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as before, zipfile.ZipFile(target, "w") as after:
        for part in before.infolist():
            after.writestr(part, before.read(part).replace(old.encode(), new.encode()))
    return target.getvalue()


async def test_a_form_becomes_a_draft_and_leaves_as_it_came(
    client: httpx2.AsyncClient, make: Make, db: Database
) -> None:
    await make.signed_in(client, await make.account(Role.SECRETARIAT))
    assert "Upload a form" in (await client.get(HERE)).text
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


async def test_the_same_form_sent_twice_is_one_draft(client: httpx2.AsyncClient, make: Make) -> None:
    await make.signed_in(client, await make.account(Role.SECRETARIAT))
    for _time in range(2):
        sent = await post(client, HERE, files=file(form([HEADER, ["text", "a", "Why?"]], **SETTINGS)))
        assert sent.headers["location"].endswith("/arms/state/1")


async def test_a_form_with_the_name_of_a_draft_shows_what_would_change_and_whose_it_is(
    client: httpx2.AsyncClient, make: Make
) -> None:
    noor = await make.account(Role.SECRETARIAT, name="Noor Halden")
    await make.signed_in(client, noor)
    rows = [HEADER, ["text", "a", "Why?"], ["text", "b", "Where?"]]
    assert (await post(client, HERE, files=file(form(rows, **SETTINGS)))).status_code == 303
    await make.signed_in(client, await make.account(Role.SECRETARIAT, name="Somebody Else"))
    other = form([HEADER, ["text", "a", "Why not?"]], **SETTINGS)
    asked = await post(client, HERE, files=file(other))
    assert asked.status_code == 200
    for said in ("There is a draft of this name", "Noor Halden", "Questions that would be gone:", ">b<"):
        assert said in asked.text
    assert await prompts(client) == ["Why?", "Where?"]
    replaced = await post(client, HERE, {**hidden(asked.text), "then": "take"})
    assert replaced.headers["location"].endswith("/arms/state/1")
    assert await prompts(client) == ["Why not?"]


async def test_who_wrote_on_the_pages_is_named_as_the_last_writer(
    client: httpx2.AsyncClient, db: Database, make: Make
) -> None:
    await make.signed_in(client, await make.account(Role.SECRETARIAT, name="Noor Halden"))
    await post(client, HERE, files=file(form([HEADER, ["text", "a", "Why?"]], **SETTINGS)))
    await make.signed_in(client, await make.account(Role.SECRETARIAT, name="Ada Fenn"))
    glossary = "/en/questionnaires/arms/state/1/glossary"
    term = {"key": "gun", "term": "Firearm"}
    assert (await post(client, glossary, term)).status_code == 303
    page = await client.get(f"{glossary}/gun")
    unchanged = {**term, "started": hidden(page.text)["started"]}
    assert (await post(client, f"{glossary}/gun", unchanged)).status_code == 303
    asked = await post(client, HERE, files=file(form([HEADER, ["text", "a", "Why not?"]], **SETTINGS)))
    assert "Last written by <bdi>Ada Fenn</bdi>" in asked.text
    async with db.read() as session:
        acts = (await session.exec(select(AuditEntry.action))).all()
    assert acts.count("questionnaire.written") == 1, "what changes nothing is not recorded"


async def test_what_a_file_would_do_is_shown_in_the_language_that_is_chosen(
    client: httpx2.AsyncClient, make: Make
) -> None:
    await make.signed_in(client, await make.account(Role.SECRETARIAT))
    for label in ("Why?", "Why not?"):
        asked = await post(client, HERE, files=file(form([HEADER, ["text", "a", label]], **SETTINGS)))
    [bar] = set(re.findall(r'<button[^>]*formaction="([^"]+)"[^>]*lang="fr"', asked.text))
    in_french = await post(client, bar, hidden(asked.text))
    assert in_french.status_code == 200
    assert 'lang="fr"' in in_french.text
    assert hidden(in_french.text)["carried"] == hidden(asked.text)["carried"]
    replaced = await post(client, HERE.replace("/en/", "/fr/"), {**hidden(in_french.text), "then": "take"})
    assert replaced.status_code == 303
    assert await prompts(client) == ["Why not?"]


async def test_a_draft_that_changed_after_it_was_shown_is_not_replaced(
    client: httpx2.AsyncClient, make: Make
) -> None:
    await make.signed_in(client, await make.account(Role.SECRETARIAT))
    for label in ("Why?", "Why not?"):
        asked = await post(client, HERE, files=file(form([HEADER, ["text", "a", label]], **SETTINGS)))
    shown = hidden(asked.text)
    theirs = await post(client, HERE, files=file(form([HEADER, ["text", "a", "Who?"]], **SETTINGS)))
    assert (await post(client, HERE, {**hidden(theirs.text), "then": "take"})).status_code == 303
    late = await post(client, HERE, {**shown, "then": "take"})
    assert late.status_code == 422
    assert "The draft changed since this page was made" in late.text
    assert await prompts(client) == ["Who?"]


async def test_a_form_can_be_taken_in_beside_the_draft_of_its_name(
    client: httpx2.AsyncClient, make: Make
) -> None:
    await make.signed_in(client, await make.account(Role.SECRETARIAT))
    for label in ("Why?", "Why not?"):
        asked = await post(client, HERE, files=file(form([HEADER, ["text", "a", label]], **SETTINGS)))
    beside = await post(client, HERE, {**hidden(asked.text), "then": "apart"})
    assert beside.headers["location"].endswith("/arms-2/state/1")
    assert await prompts(client) == ["Why?"]


async def test_a_workbook_written_from_the_draft_replaces_it_unless_somebody_wrote_since(
    client: httpx2.AsyncClient, make: Make
) -> None:
    await make.signed_in(client, await make.account(Role.SECRETARIAT))
    await post(client, HERE, files=file(form([HEADER, ["text", "a", "Why?"]], **SETTINGS)))
    ours = (await client.get("/en/questionnaires/arms/state/1/form.xlsx")).content
    edited = changed_cell(ours, "Why?", "Why not?")
    assert (await post(client, HERE, files=file(edited))).status_code == 303
    assert await prompts(client) == ["Why not?"]
    older = changed_cell(ours, "Why?", "Wherefore?")
    asked = await post(client, HERE, files=file(older))
    assert asked.status_code == 200
    assert "There is a draft of this name" in asked.text
    assert await prompts(client) == ["Why not?"]


async def test_an_empty_file_is_called_empty(client: httpx2.AsyncClient, make: Make) -> None:
    await make.signed_in(client, await make.account(Role.SECRETARIAT))
    assert "This file is empty." in (await post(client, HERE, files=file(b""))).text
    none_chosen = await post(client, HERE, files={"file": ("", b"", "application/octet-stream")})
    assert "Choose a file." in none_chosen.text


async def test_a_name_made_of_a_file_is_a_free_one(client: httpx2.AsyncClient, make: Make) -> None:
    await make.signed_in(client, await make.account(Role.SECRETARIAT))
    named = {name: text for name, text in SETTINGS.items() if name != "form_id"}
    made = []
    for name, label in (("استبيان.xlsx", "Why?"), ("问卷.xlsx", "Where?"), ("问卷.xlsx", "Where?")):
        content = form([HEADER, ["text", "a", label]], **named)
        sent = await post(client, HERE, files={"file": (name, content, XLSX)})
        made.append(sent.headers["location"].split("/")[-3])
    assert made[:2] == ["form", "form-2"]


async def test_a_form_with_the_name_of_a_published_questionnaire_is_asked_about(
    client: httpx2.AsyncClient, make: Make, db: Database
) -> None:
    await make.pair()
    await make.signed_in(client, await make.account(Role.SECRETARIAT))
    sent = form([HEADER, ["text", "a", "Why?"]], **{**SETTINGS, "form_id": "firearms"})
    asked = await post(client, HERE, files=file(sent))
    assert "There is a questionnaire of this name" in asked.text
    async with db.read() as session:
        assert not await queries.find_version(session, "firearms", Edition.STATE, state=VersionState.DRAFT)
    taken = await post(client, HERE, {**hidden(asked.text), "then": "take"})
    assert taken.headers["location"].endswith("/firearms/state/2")


async def test_what_would_be_left_out_is_told_before_anything_is_written(
    client: httpx2.AsyncClient, make: Make
) -> None:
    await make.signed_in(client, await make.account(Role.SECRETARIAT))
    rows = [[*HEADER, "default"], ["text", "a", "Why?", "Because"]]
    asked = await post(client, HERE, files=file(form(rows, **SETTINGS)))
    assert asked.status_code == 200
    assert "This column is left out." in asked.text
    assert (await client.get("/en/questionnaires/arms/state/1")).status_code == 404
    sent = await post(client, HERE, {**hidden(asked.text), "then": "take"})
    assert sent.headers["location"].endswith("/questionnaires/arms/state/1")


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


async def test_a_program_replaces_only_the_draft_that_it_names(
    client: httpx2.AsyncClient, make: Make, db: Database
) -> None:
    headers = await make.token(await make.account(Role.SECRETARIAT, name="Noor Halden"))
    body: dict[str, Any] = {"slug": "arms", "edition": "state", "sections": [{"code": "s"}]}
    body["questions"] = [{"code": "a", "section": "s", "kind": "date"}]
    made = await client.post(API, json=body, headers=headers)
    again = await client.post(API, json=body, headers=headers)
    assert (made.status_code, again.status_code) == (201, 201)
    assert made.json() == again.json()
    body["questions"][0]["kind"] = "number"
    refused = await client.post(API, json=body, headers=headers)
    assert refused.status_code == 409
    assert "1 question, last written by Noor Halden" in refused.json()["detail"]
    assert (await client.post(f"{API}?over=0", json=body, headers=headers)).status_code == 409
    seen = made.json()["checksum"]
    assert (await client.post(f"{API}?over={seen}", json=body, headers=headers)).status_code == 201
    async with db.read() as session:
        [last] = await session.exec(select(AuditEntry).where(AuditEntry.action == "questionnaire.replaced"))
        assert last.actor_name == "Noor Halden"


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
