"""Conditions: what does not matter is left out, kept, and comes back; what must be answered is asked for."""

from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from sqlmodel import col, select

from app.contributions import queries, service, submitting
from app.contributions.models import Answer, AnswerVersion, Contribution, ContributionState
from app.organisations.models import Organisation, Role
from app.platform import ids
from app.platform.db import Database
from app.platform.errors import Invalid
from app.questionnaires.definition import Definition
from tests import browsing
from tests.contributions.forms import asks, definition, every_kind, section, without_conditions
from tests.counting import asked as asked_of
from tests.factories import Make


async def begun(make: Make, client: httpx2.AsyncClient, asked: Definition) -> Contribution:
    """A draft on this questionnaire, with its signatory in front of the browser."""
    version = await make.questionnaire(asked)
    consultation = await make.consultation(civil_society_version_id=version.id)
    league = await make.organisation()
    await make.signed_in(client, await make.account(Role.SIGNATORY, at=league))
    return await make.contribution(
        consultation, organisation=league, answers={}, state=ContributionState.DRAFTING
    )


@pytest.fixture
async def draft(make: Make, client: httpx2.AsyncClient) -> Contribution:
    return await begun(make, client, every_kind())


def home(draft: Contribution) -> str:
    return f"/en/contributions/{draft.id}"


async def say(client: httpx2.AsyncClient, draft: Contribution, code: str, **typed: Any) -> httpx2.Response:
    place = f"{home(draft)}/questions/{code}"
    return await browsing.post(client, place, {"version": "0", **typed})


async def test_the_page_after_saving_says_what_the_answer_changed(
    client: httpx2.AsyncClient, draft: Contribution
) -> None:
    tasks = (await client.get(home(draft))).text
    assert "Q-num" not in tasks
    assert "0 questions of 4 answered" in tasks
    saved = await say(client, draft, "Q-many", value=["radio"])
    assert saved.headers["location"] == f"{home(draft)}/questions/Q-num"
    following = (await client.get(saved.headers["location"])).text
    assert "Because of your answer, 1 more question matters now" in following
    assert f'href="{home(draft)}/questions/Q-num"' in following
    # It is said once.
    assert "Because of your answer" not in (await client.get(saved.headers["location"])).text
    await say(client, draft, "Q-num", value="10")
    back = await say(client, draft, "Q-many", value=["mail"], version="1", then="list")
    tasks = (await client.get(back.headers["location"])).text
    assert "Because of your answer, 2 questions do not matter any more" in tasks
    assert f'href="{home(draft)}/questions/Q-num"' not in tasks
    same = await say(client, draft, "Q-many", value=["mail"], narrative="As before.", version="2")
    assert "changed" not in "".join(same.headers.get_list("set-cookie"))
    # The way on leads past what does not matter.
    assert same.headers["location"] == f"{home(draft)}/questions/Q-short"


async def current(db: Database) -> dict[str, int]:
    """The words that are handed in, with the number of their version."""
    async with db.read() as session:
        query = select(Answer.narrative, AnswerVersion.number).join(
            AnswerVersion, col(AnswerVersion.id) == Answer.current_version_id
        )
        return dict((await session.exec(query)).all())


async def test_an_answer_that_does_not_matter_is_kept_and_comes_back(
    client: httpx2.AsyncClient, db: Database, make: Make, draft: Contribution
) -> None:
    await make.answer(draft, "Q-many", {"value": "radio", "narrative": "many"})
    await make.answer(draft, "Q-num", {"value": "10", "narrative": "num"})
    await make.answer(draft, "Q-long", "long")
    await make.submit(draft)
    assert await current(db) == {"many": 1, "num": 1, "long": 1}
    await browsing.post(client, f"{home(draft)}/revise")
    await make.answer(draft, "Q-many", {"value": "mail", "narrative": "many"}, version=1)
    check = (await client.get(f"{home(draft)}/check")).text
    kept = check.partition("Kept and not handed in")[2]
    assert "Q-num" in kept
    assert "Q-long" in kept
    page = (await client.get(f"{home(draft)}/questions/Q-num")).text
    assert "It is kept and not handed in." in page
    assert 'value="10"' in page
    await make.submit(draft)
    assert await current(db) == {"many": 2}
    assert "1 of 4, version 2" in (await client.get(f"{home(draft)}/receipt")).text
    await browsing.post(client, f"{home(draft)}/revise")
    await make.answer(draft, "Q-many", {"value": "radio", "narrative": "many"}, version=2)
    await make.submit(draft)
    assert await current(db) == {"many": 3, "num": 1, "long": 1}


async def test_what_must_be_answered_is_asked_for_only_where_it_matters(
    client: httpx2.AsyncClient, make: Make, draft: Contribution
) -> None:
    await make.answer(draft, "Q-one", {"value": "radio"})
    assert "must be answered" not in (await client.get(f"{home(draft)}/check")).text
    assert "Answer what you know" in (await client.get(f"{home(draft)}/questions/Q-short")).text
    await make.answer(draft, "Q-one", {"value": "mail"}, version=1)
    assert "You must answer this" in (await client.get(f"{home(draft)}/questions/Q-short")).text
    check = (await client.get(f"{home(draft)}/check")).text
    assert f'href="{home(draft)}/questions/Q-short?then=check"' in check.partition("must be answered")[2]
    assert "Submit contribution" not in check
    refused = await browsing.post(client, f"{home(draft)}/submit")
    assert refused.status_code == 422
    assert "Some questions must be answered before you submit: Q-short" in refused.text
    async with make.db.write() as session:
        with pytest.raises(Invalid):
            await service.submit_contribution(session, make.behind(draft), draft.id)
    await make.answer(draft, "Q-short", "Now")
    assert (await browsing.post(client, f"{home(draft)}/submit")).status_code == 303


@pytest.mark.one_database
async def test_the_fragment_says_what_an_answer_would_change_and_saves_nothing(
    client: httpx2.AsyncClient, db: Database, make: Make, draft: Contribution
) -> None:
    page = (await client.get(f"{home(draft)}/questions/Q-many")).text
    place = f"{home(draft)}/questions/Q-many/effect"
    assert f'data-effect="{place}"' in page
    assert "data-effect" not in (await client.get(f"{home(draft)}/questions/Q-one")).text
    asked = await browsing.post(client, place, {"value": ["radio", "mail"]})
    assert asked.status_code == 200
    assert "1 more question matters now" in asked.text
    assert "<html" not in asked.text
    for nothing in ({"value": "mail"}, {"value": "pigeon"}, {"narrative": "x" * 10_001, "value": "radio"}):
        assert "Because" not in (await browsing.post(client, place, nothing)).text
    assert (await client.post(place, data={"value": "radio"})).status_code == 403
    async with db.read() as session:
        assert (await session.exec(select(Answer))).all() == []
    await make.signed_in(client, await make.account(Role.SIGNATORY))
    assert (await browsing.post(client, place, {"value": "radio"})).status_code == 404


@pytest.mark.one_database
async def test_sections_have_their_numbers_and_stand_in_one_another(
    client: httpx2.AsyncClient, make: Make
) -> None:
    nested = definition(
        asks("N-1", section="s-deep"),
        asks("N-2", section="s-main"),
        asks("N-3", section="s-away"),
        sections=[
            section("s-out"),
            section("s-in", "s-out"),
            section("s-deep", "s-in"),
            section("s-main", "s-out"),
            section("s-away", relevant="${N-1-law} = 'yes'"),
        ],
        slug="nested",
    )
    page = (await client.get(home(await begun(make, client, nested)))).text
    for level, number, code in (
        (2, "1", "s-out"),
        (3, "1.1", "s-in"),
        (4, "1.1.1", "s-deep"),
        (3, "1.2", "s-main"),
    ):
        before, _title, after = page.partition(f"Section {code}</span>")
        assert after.startswith(f"</h{level}>"), code
        heading = before.rpartition(f"<h{level}")[2]
        assert f">{number}. " in heading or "sections-head" not in heading, (
            "a heading around others is numbered"
        )
    assert page.count("Section s-out<") == 1
    assert "s-away" not in page


@pytest.mark.parametrize(
    ("asked", "code", "page_costs", "save_costs"),
    [
        (without_conditions, "P-1", 2, 3),
        (every_kind, "Q-pos", 3, 4),
    ],
)
async def test_conditions_cost_one_statement_and_none_where_there_is_none(
    client: httpx2.AsyncClient,
    make: Make,
    asked: Callable[[], Definition],
    code: str,
    page_costs: int,
    save_costs: int,
) -> None:
    draft = await begun(make, client, asked())
    place = f"{home(draft)}/questions/{code}"
    await client.get(place)  # the questionnaire is in memory now
    with asked_of(make.db) as counted:
        await client.get(place)
        assert len(counted) == page_costs, counted
        counted.clear()
        saved = await browsing.post(client, place, {"law": "yes", "version": "0"})
    assert saved.status_code == 303
    assert len(counted) == save_costs, counted


async def test_a_draft_that_loses_its_name_keeps_its_values(make: Make, client: httpx2.AsyncClient) -> None:
    draft = await begun(make, client, every_kind())
    await make.answer(draft, "Q-many", {"value": "radio mail"})
    async with make.db.write() as session:
        behind = make.behind(draft)
        fresh = await service.become_confidential(session, behind, draft.id, ids.new_code())
    async with make.db.read() as session:
        (answer,) = (await session.exec(select(Answer).where(Answer.contribution_id == fresh.id))).all()
        assert answer.value == "radio mail"
        assert await session.get(Organisation, draft.organisation_id)


@pytest.mark.one_database
async def test_what_was_entered_for_somebody_is_handed_in_without_conditions(
    make: Make, client: httpx2.AsyncClient, db: Database
) -> None:
    draft = await begun(make, client, every_kind())
    await make.answer(draft, "Q-one", {"value": "mail", "narrative": "one"})
    await make.answer(draft, "Q-num", {"value": "10", "narrative": "num"})
    async with db.write() as session:
        frame = await queries.get_frame(session, make.behind(draft), draft.id, lock=True)
        await submitting.hand_in(
            session, make.behind(draft), frame.contribution, frame.consultation, is_own=False
        )
    assert await current(db) == {"one": 1, "num": 1}


@pytest.mark.one_database
async def test_a_program_learns_what_is_kept_and_what_is_missing(
    make: Make, client: httpx2.AsyncClient
) -> None:
    draft = await begun(make, client, every_kind())
    await make.answer(draft, "Q-one", {"value": "mail"})
    await make.answer(draft, "Q-num", {"value": "10"})
    async with make.db.read() as session:
        league = await session.get_one(Organisation, draft.organisation_id)
    headers = await make.token(await make.account(Role.SIGNATORY, at=league))
    here = f"/api/v1/contributions/{draft.id}"
    shown = (await client.get(here, headers=headers)).json()
    assert (shown["kept"], shown["missing"]) == (["Q-num"], ["Q-short"])
    assert [answer["question"] for answer in shown["answers"]] == ["Q-num", "Q-one"]
    refused = await client.post(f"{here}/submit", headers=headers)
    assert refused.status_code == 422
    assert "Q-short" in refused.json()["detail"]
