"""The same acts as JSON, with bearer tokens and problem documents."""

from typing import Any

import httpx2
import pytest

from app.contributions.models import Mode
from tests.contributions.conftest import Scene
from tests.factories import Make

API = "/api/v1"
PROBLEM = "application/problem+json"


def assert_problem(reply: httpx2.Response, status: int, code: str) -> None:
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == PROBLEM
    body = reply.json()
    assert (body["status"], body["type"]) == (status, f"urn:polyphony:{code}")
    assert body["title"]
    assert body["detail"]


async def test_a_contribution_is_written_submitted_revised_and_withdrawn_by_a_program(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    signatory = await make.token(scene.signatory)
    started = await client.post(
        f"{API}/consultations/{scene.consultation.slug}/contributions",
        json={"organisation_id": str(scene.league.id)},
        headers=signatory,
    )
    assert started.status_code == 201
    assert started.json()["id"] == str(scene.draft.id)
    home = f"{API}/contributions/{scene.draft.id}"
    one = f"{home}/answers/{scene.codes[0]}"
    typed = {
        "law": "in_part",
        "practice": "works",
        "value": "",
        "narrative": "На границе.\r\nОдин раз. 👩🏽‍⚖️",
        "language": "ru",
        "evidence": [
            {
                "title": "Закон",
                "url": "https://example.org",
                "publisher": "",
                "year": "2026",
                "official": True,
            }
        ],
        "recommendation": {"action": "Проверять", "addressee": "Полиция", "priority": 1},
        "publication": "named",
        "skipped": False,
    }
    saved = await client.put(one, json=typed, headers=signatory)
    assert saved.status_code == 200
    assert saved.json() == {"question": scene.codes[0], **typed, "version": 1}
    stale = await client.put(one, json={**typed, "law": "no", "version": 0}, headers=signatory)
    assert_problem(stale, 409, "stale-edit")
    assert stale.json()["current_version"] == 1
    for act, state in (("submit", "submitted"), ("revise", "drafting"), ("submit", "submitted")):
        done = await client.post(f"{home}/{act}", headers=signatory)
        assert (done.status_code, done.json()["state"]) == (200, state)
    assert done.json()["submitted_versions"] == 2
    shown = await client.get(home, headers=signatory)
    assert shown.json() == done.json()
    assert [each["id"] for each in (await client.get(f"{API}/contributions", headers=signatory)).json()] == [
        str(scene.draft.id)
    ]
    assert (await client.post(f"{home}/withdraw", headers=signatory)).status_code == 204
    assert_problem(await client.post(f"{home}/revise", headers=signatory), 403, "forbidden")


@pytest.mark.one_database
async def test_a_program_is_refused_in_words_it_can_read(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    home = f"{API}/contributions/{scene.draft.id}"
    one = f"{home}/answers/{scene.codes[0]}"
    nobody = await client.get(home)
    assert_problem(nobody, 401, "sign-in-required")
    assert nobody.headers["www-authenticate"] == "Bearer"
    await make.signed_in(client, scene.signatory)
    assert_problem(await client.get(home), 401, "sign-in-required")
    assert_problem(await client.get(home, headers={"authorization": "Bearer guess"}), 401, "sign-in-required")
    drafter = await make.token(scene.drafter)
    for wrong, field in (
        ({"law": "perhaps"}, "law"),
        ({"narrative": "x" * 10_001}, "narrative"),
        ({"version": -1}, "version"),
        ({"evidence": [{"url": "ftp://example.org", "title": "A"}]}, "evidence-0-url"),
        ({"recommendation": {"priority": 9}}, "recommendation-priority"),
    ):
        refused = await client.put(one, json=wrong, headers=drafter)
        assert_problem(refused, 422, "invalid")
        assert list(refused.json()["errors"]) == [field]
    for body in (b"{", b"[]", b'"text"', b'{"narrative": "NUL \\u0000"}'):
        assert_problem(await client.put(one, content=body, headers=drafter), 422, "invalid")
    assert_problem(await client.post(f"{home}/submit", headers=drafter), 403, "forbidden")
    signatory = await make.token(scene.signatory)
    assert_problem(await client.post(f"{home}/submit", headers=signatory), 422, "invalid")
    other = await make.contribution(scene.consultation)
    for foreign in (f"{API}/contributions/{other.id}", f"{API}/contributions/none", f"{home}/answers/FP-99"):
        method = client.put if "answers" in foreign else client.get
        more: dict[str, Any] = {"json": {}} if "answers" in foreign else {}
        assert_problem(await method(foreign, headers=signatory, **more), 404, "not-found")


@pytest.mark.one_database
async def test_a_code_gives_a_token_for_its_own_contribution_and_nothing_else(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    code = await make.invitation(scene.consultation)
    entered = await client.post(f"{API}/entries", json={"code": code})
    assert entered.status_code == 201
    made = entered.json()
    headers = {"authorization": f"Bearer {made['token']}"}
    own = f"{API}/contributions/{made['contribution_id']}"
    shown = await client.get(own, headers=headers)
    assert (shown.json()["mode"], shown.json()["state"]) == ("confidential", "drafting")
    back = await client.post(f"{API}/entries", json={"code": made["receipt_code"]})
    assert (back.json()["contribution_id"], back.json()["receipt_code"]) == (made["contribution_id"], None)
    assert_problem(await client.post(f"{API}/entries", json={"code": code}), 422, "invalid")
    foreign = f"{API}/contributions/{scene.draft.id}"
    assert_problem(await client.get(foreign, headers=headers), 404, "not-found")
    start = f"{API}/consultations/{scene.consultation.slug}/contributions"
    body = {"organisation_id": str(scene.league.id)}
    assert_problem(await client.post(start, json=body, headers=headers), 403, "forbidden")
    assert_problem(
        await client.put(
            f"{own}/answers/{scene.codes[0]}",
            json={"publication": "named", "narrative": "x"},
            headers=headers,
        ),
        422,
        "invalid",
    )


async def test_a_withdrawal_by_a_program_ends_the_sessions_and_tokens_of_the_bearer(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    bearer = await make.contribution(scene.consultation, Mode.CONFIDENTIAL)
    here, elsewhere = await make.token(bearer), await make.token(bearer)
    home = f"{API}/contributions/{bearer.id}"
    assert (await client.post(f"{home}/withdraw", headers=here)).status_code == 204
    for headers in (here, elsewhere):
        assert (await client.get(home, headers=headers)).status_code == 401
