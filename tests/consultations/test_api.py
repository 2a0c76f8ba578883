from datetime import timedelta
from typing import Any

import httpx2

from app.consultations.models import ConsultationState
from app.organisations.models import Role
from app.platform import clock
from tests.factories import Make, in_all

API = "/api/v1/consultations"


async def test_anybody_reads_public_consultations_and_their_questions(
    client: httpx2.AsyncClient, make: Make
) -> None:
    consultation = await make.consultation()
    await make.consultation(state=ConsultationState.DRAFT)
    listed = (await client.get(API)).json()
    assert [item["slug"] for item in listed] == [consultation.slug]
    one = (await client.get(f"{API}/{consultation.slug}")).json()
    assert (one["phase"], one["country"], one["instruments"]) == ("open", "VA", ["FP"])
    questions = (await client.get(f"{API}/{consultation.slug}/questions")).json()
    assert [question["code"] for question in questions] == await make.codes(consultation)
    assert (await client.get(f"{API}/none")).status_code == 404


async def test_a_program_leads_a_consultation_through_its_life(
    client: httpx2.AsyncClient, make: Make
) -> None:
    office = await make.office()
    account = await make.account(Role.FOCAL_POINT, at=office)
    review = await make.review(focal_point=account)
    civil_society, _state = await make.pair()
    headers = await make.token(account)
    body: dict[str, Any] = {
        "country_review_id": str(review.id),
        "civil_society_version_id": str(civil_society.id),
        "slug": "valmora",
        "titles": in_all("Firearms"),
        "summaries": in_all("What we ask."),
        "rules": {},
        "languages": ["en", "fr"],
        "submission_language": "en",
        "opens_at": clock.now().isoformat(),
        "closes_at": (clock.now() + timedelta(days=20)).isoformat(),
    }
    made = await client.post(API, json=body, headers=headers)
    assert made.status_code == 201, made.text
    assert (await client.post(API, json=body, headers=headers)).json()["errors"].keys() == {"slug"}
    changed = await client.put(f"{API}/valmora", json={**body, "titles": in_all("Weapons")}, headers=headers)
    assert changed.json()["titles"]["en"] == "Weapons"
    assert (await client.get(f"{API}/valmora")).status_code == 404
    assert (await client.post(f"{API}/valmora/open", headers=headers)).json()["state"] == "open"
    codes = await client.post(f"{API}/valmora/codes", json={"count": 2}, headers=headers)
    assert len(codes.json()["codes"]) == 2
    unsaid = await client.post(f"{API}/valmora/close", headers=headers)
    assert (unsaid.status_code, unsaid.json()["errors"].keys()) == (422, {"reason"})
    why = {"reason": "The law changed."}
    closed = (await client.post(f"{API}/valmora/close", json=why, headers=headers)).json()
    assert (closed["state"], closed["closed_early_reason"]) == ("closed", "The law changed.")
    assert closed["promised_closes_at"] > closed["closes_at"]
    later = {"closes_at": (clock.now() + timedelta(days=30)).isoformat(), "reason": "Floods"}
    assert (await client.post(f"{API}/valmora/extend", json=later, headers=headers)).json()["state"] == "open"
    await client.post(f"{API}/valmora/close", json=why, headers=headers)
    refused = await client.post(f"{API}/valmora/conclude", headers=headers)
    assert refused.status_code == 409
    assert {"unapproved-S-FP-03-1", "no-final-file", "not-published"} <= refused.json()["errors"].keys()
    step = f"{API}/valmora/steps/conclude"
    asked = await client.post(
        f"{step}/override", json={"reason": "The review was called off."}, headers=headers
    )
    assert asked.json()["override"] == "asked"
    again = {"version": asked.json()["override_version"]}
    assert (await client.post(f"{step}/confirm", json=again, headers=headers)).status_code == 403
    expert = await make.token(await make.account(Role.EXPERT, at=office))
    assert (await client.post(f"{step}/confirm", json={"version": 9}, headers=expert)).status_code == 409
    assert (await client.post(f"{step}/confirm", json=again, headers=expert)).json()["is_clear"] is True
    assert (await client.post(f"{API}/valmora/conclude", headers=expert)).status_code == 403
    assert (await client.post(f"{API}/valmora/conclude", headers=headers)).json()["state"] == "concluded"
    assert (await client.post(f"{API}/valmora/conclude", headers=headers)).status_code == 409
    log = (await client.get(f"{API}/valmora/log", headers=headers)).json()
    assert [entry["action"] for entry in log["entries"]][:4] == [
        "consultation.concluded",
        "consultation.override_confirmed",
        "consultation.override_asked",
        "consultation.closed",
    ]
    assert (await client.get(f"{API}/valmora/log")).status_code == 401


async def test_the_clock_of_a_review_is_there_for_programs(client: httpx2.AsyncClient, make: Make) -> None:
    office = await make.office()
    account = await make.account(Role.FOCAL_POINT, at=office)
    other = await make.account(Role.EXPERT, at=office)
    headers = await make.token(account)
    body = {
        "state_code": "VA",
        "instruments": ["FP"],
        "cluster": "I",
        "started_on": "2021-11-01",
        "working_languages": ["en"],
    }
    made = (await client.post("/api/v1/reviews", json=body, headers=headers)).json()
    path = f"/api/v1/reviews/{made['id']}"
    assert [step["due_on"] for step in made["clock"]][:4] == [
        "2021-11-15",
        "2021-11-29",
        "2021-12-13",
        "2022-05-01",
    ]
    answered = await client.put(f"{path}/answer", json={"answered_on": "2022-08-31"}, headers=headers)
    assert answered.json()["clock"][-1]["due_on"] == "2023-02-28"
    given = await client.post(f"{path}/focal-point", json={"account_id": str(other.id)}, headers=headers)
    assert given.status_code == 204
    assert (await client.get(path, headers=headers)).status_code == 404
    assert (await client.get("/api/v1/reviews", headers=await make.token(other))).json()[0]["id"] == made[
        "id"
    ]
