"""Every kind of question: what is typed, what is stored, what comes back, what is refused."""

from typing import Any

import httpx2
import pytest

from app.contributions import kinds
from app.contributions.models import Contribution, ContributionState
from app.organisations.models import Organisation, Role
from app.platform.db import Database
from app.platform.errors import Invalid
from app.platform.i18n import CODES
from app.questionnaires import queries as questionnaires
from app.questionnaires.compiled import CompiledVersion
from tests import browsing
from tests.contributions.fields import fields_of
from tests.contributions.forms import every_kind
from tests.factories import Make


@pytest.fixture
async def draft(make: Make, client: httpx2.AsyncClient) -> Contribution:
    """An organisation answers a questionnaire with all kinds; its signatory sits in front of the browser."""
    version = await make.questionnaire(every_kind())
    consultation = await make.consultation(civil_society_version_id=version.id)
    league = await make.organisation()
    await make.signed_in(client, await make.account(Role.SIGNATORY, at=league))
    return await make.contribution(
        consultation, organisation=league, answers={}, state=ContributionState.DRAFTING
    )


def home(draft: Contribution, language: str = "en") -> str:
    return f"/{language}/contributions/{draft.id}"


async def save(
    client: httpx2.AsyncClient, draft: Contribution, code: str, language: str = "en", **typed: Any
) -> httpx2.Response:
    place = f"{home(draft, language)}/questions/{code}"
    return await browsing.post(client, place, {"version": "0", **typed}, page=place)


ONE_OF_EACH: dict[str, tuple[dict[str, Any], str]] = {
    "Q-one": ({"value": "mail", "narrative": "Because."}, "mail"),
    "Q-many": ({"value": ["none", "radio"]}, "radio none"),
    "Q-num": ({"value": "12.5"}, "12.5"),
    "Q-day": ({"value": "2024-02-29"}, "2024-02-29"),
    "Q-short": ({"narrative": "A few words"}, ""),
    "Q-long": ({"narrative": "Many\nwords"}, ""),
}


async def test_each_kind_is_stored_as_xforms_writes_it_and_shown_again(
    client: httpx2.AsyncClient, make: Make, draft: Contribution
) -> None:
    await save(client, draft, "Q-pos", law="yes", practice="works")
    for code, (typed, value) in ONE_OF_EACH.items():
        saved = await save(client, draft, code, **typed)
        assert saved.status_code == 303, saved.text
        shown = await client.get(f"{home(draft)}/questions/{code}")
        if value and code != "Q-many":
            assert fields_of(shown.text)["value"] == value
    assert 'value="radio" checked' in (await client.get(f"{home(draft)}/questions/Q-many")).text
    tasks = (await client.get(home(draft))).text
    assert "7 questions of 7 answered" in tasks
    check = (await client.get(f"{home(draft)}/check")).text
    for said in ("The mail", "The radio, The none", "12.5", "29 February 2024", "A few words", "Because."):
        assert said in check
    await make.submit(draft)
    receipt = (await client.get(f"{home(draft)}/receipt")).text
    assert "7 of 7, version 1" in receipt


@pytest.mark.one_database
async def test_a_note_is_read_and_not_answered(client: httpx2.AsyncClient, draft: Contribution) -> None:
    page = (await client.get(f"{home(draft)}/questions/Q-intro")).text
    assert f'{home(draft)}/questions/Q-pos"' in page
    assert 'name="narrative"' not in page
    assert "Question 1 of" not in page
    assert "Question 1 of 4" in (await client.get(f"{home(draft)}/questions/Q-pos")).text
    refused = await browsing.post(
        client, f"{home(draft)}/questions/Q-intro", {"narrative": "Why?", "version": "0"}
    )
    assert refused.status_code == 422


REFUSED: list[tuple[str, dict[str, Any], str, dict[str, str]]] = [
    ("Q-one", {"value": "pigeon"}, "Choose one of the answers", {}),
    ("Q-one", {"value": ["mail", "radio"]}, "Choose one of the answers", {}),
    ("Q-one", {"law": "yes"}, "does not ask for a position", {}),
    ("Q-pos", {"value": "12"}, "not answered by a value", {}),
    ("Q-num", {"value": "1,250"}, "as two numbers", {"value": "1,250"}),
    ("Q-num", {"value": "many"}, "a number in digits", {"value": "many"}),
    ("Q-num", {"value": "101"}, "Between none and a hundred.", {"value": "101"}),
    ("Q-day", {"value": "30.2.2024"}, "year-month-day", {"value": "30.2.2024"}),
    ("Q-day", {"value": "2024-02-30"}, "year-month-day", {"value": "2024-02-30"}),
    ("Q-day", {"value": "9999-01-01"}, "does not fit what the question asks for", {"value": "9999-01-01"}),
    ("Q-short", {"narrative": "x" * 21}, "at most 20 characters", {"narrative": "x" * 21}),
]


async def test_what_does_not_fit_comes_back_as_it_was_typed(
    client: httpx2.AsyncClient, draft: Contribution
) -> None:
    for code, typed, sentence, kept in REFUSED:
        refused = await save(client, draft, code, **{"narrative": "My words.", **typed})
        assert refused.status_code == 422, (code, typed)
        assert sentence in refused.text, (code, typed)
        shown = fields_of(refused.text)
        expected = {"narrative": "My words.", **kept}
        assert {name: shown.get(name) for name in expected} == expected
    chosen = await save(client, draft, "Q-many", value=["mail", "pigeon"])
    assert 'value="mail" checked' in chosen.text


async def test_a_program_writes_values_too(
    client: httpx2.AsyncClient, make: Make, draft: Contribution
) -> None:
    async with make.db.read() as session:
        league = await session.get_one(Organisation, draft.organisation_id)
    headers = await make.token(await make.account(Role.DRAFTER, at=league))
    answers = f"/api/v1/contributions/{draft.id}/answers"
    for code, sent, stored in (("Q-many", ["none", "mail"], "mail none"), ("Q-num", 7, "7")):
        saved = await client.put(f"{answers}/{code}", json={"value": sent, "version": 0}, headers=headers)
        assert saved.status_code == 200, saved.text
        assert saved.json()["value"] == stored
    refused = await client.put(f"{answers}/Q-one", json={"value": {"a": 1}, "version": 0}, headers=headers)
    assert refused.status_code == 422
    broken = await client.put(f"{answers}/Q-num", json={"value": "-1", "version": 1}, headers=headers)
    assert "Between none and a hundred." in broken.text


@pytest.mark.one_database
async def test_the_sentence_of_a_constraint_speaks_the_readers_language(
    client: httpx2.AsyncClient, draft: Contribution
) -> None:
    refused = await save(client, draft, "Q-num", "ru", value="100,5")
    assert refused.status_code == 422
    assert "Between none and a hundred. (ru)" in refused.text
    assert fields_of(refused.text)["value"] == "100,5"


@pytest.fixture
async def version(make: Make, db: Database) -> CompiledVersion:
    made = await make.questionnaire(every_kind())
    async with db.read() as session:
        return await questionnaires.get_compiled(session, made.id)


NUMBERS = [
    ("en", "12", "12"),
    ("en", "1250,5", "1250.5"),
    ("en", " 0,25 ", "0.25"),
    ("fr", "1 250,5", "1250.5"),
    ("fr", "1\u202f250", "1250"),
    ("fr", "1,250", "1.250"),
    ("es", "1.250", None),
    ("es", "1,250", "1.250"),
    ("en", "1.250", "1.250"),
    ("zh", "1,250", None),
    ("ar", "١٢٫٥", "12.5"),
    ("ar", "−۳", "-3"),
    ("zh", "１２５０", "1250"),
    ("zh", "１２．５", "12.5"),
    ("zh", "１，２５０", None),
    ("zh", "－３", "-3"),
    ("ar", "\u200f١٢٥٠", "1250"),
    ("ar", "١٬٢٥٠", "1250"),
    ("en", "½", None),
    ("en", "-0", "0"),
    ("en", "1e5", None),
    ("en", "0x10", None),
    ("en", "1.2.3", None),
    ("en", "9" * 40, None),
    ("en", "NaN", None),
]


@pytest.mark.one_database
async def test_numbers_are_read_as_their_writers_mean_them(version: CompiledVersion) -> None:
    for language, typed, stored in NUMBERS:
        question = version[language].by_code["Q-num"]
        try:
            found = kinds.checked(question, None, None, "", typed, language)
        except Invalid:
            found = None
        assert found == stored, (language, typed)
        if found and language in CODES:
            # What a page shows in its field is read as the same number again.
            again = kinds.as_typed(question.kind, found, language)
            assert kinds.checked(question, None, None, "", again, language) == found


@pytest.mark.one_database
async def test_days_are_read_from_every_keyboard(version: CompiledVersion) -> None:
    question = version["en"].by_code["Q-day"]
    for typed in (
        "2026-03-09",
        "２０２６-０３-０９",
        "2026‑03‑09",
        "2026–03–09",
        "\u200f٢٠٢٦-٠٣-٠٩",
        "２０２６－０３－０９",
    ):
        assert kinds.checked(question, None, None, "", typed, "en") == "2026-03-09", typed
