from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from app.accounts.models import Account
from app.audit.models import AuditEntry
from app.organisations.models import Membership, Organisation, Role
from app.organisations.queries import find_actor
from app.platform import clock, ids
from app.platform.db import Database
from app.platform.errors import Conflict, Forbidden, Invalid, NotFound
from app.platform.security import NOBODY
from app.reviews import queries, service
from app.reviews.schemas import ReviewInput, StateInput
from tests.factories import SYSTEM, Make, actor_of

NAMES: dict[Any, str] = {"en": "Estaria", "fr": "Estarie"}


def review_input(**more: Any) -> ReviewInput:
    given = {
        "state_code": "VA",
        "instruments": ["FP"],
        "cluster": "I",
        "started_on": date(2021, 11, 1),
        "working_languages": ["en"],
    }
    return ReviewInput.model_validate(given | more)


async def roles_of(db: Database, account: Account, office: Organisation) -> set[Role]:
    query = select(Membership.role).where(
        Membership.account_id == account.id, Membership.organisation_id == office.id
    )
    async with db.read() as session:
        return {Role(role) for role in await session.exec(query)}


async def actions(db: Database) -> list[str]:
    async with db.read() as session:
        return list((await session.exec(select(AuditEntry.action).order_by(col(AuditEntry.at)))).all())


async def test_the_secretariat_adds_a_state_with_its_office(db: Database, make: Make) -> None:
    place = await make.organisation("Secretariat")
    officer = actor_of(await make.account(), [(Role.SECRETARIAT, place.id)])
    data = StateInput(code="ES", names=NAMES, zone="Africa/Nairobi", office_name="Ministry")
    async with db.write() as session:
        made = await service.create_state(session, officer, data)
    assert made.names == NAMES
    async with db.write() as session:
        with pytest.raises(Invalid) as refused:
            await service.create_state(session, officer, data)
        assert "code" in refused.value.errors
        with pytest.raises(Forbidden):
            await service.create_state(session, NOBODY, data)


async def test_who_had_the_name_of_an_office_before_it_came_is_marked(db: Database, make: Make) -> None:
    impostor = await make.organisation("MINISTRY\u200b of the Interior")
    place = await make.organisation("Secretariat")
    officer = actor_of(await make.account(), [(Role.SECRETARIAT, place.id)])
    data = StateInput(code="ES", names=NAMES, zone="Africa/Nairobi", office_name="Ministry of the Interior")
    async with db.write() as session:
        made = await service.create_state(session, officer, data)
        marked = await session.get_one(Organisation, impostor.id)
        assert marked.namesake_of_id == made.office_id


async def test_a_focal_point_who_begins_a_review_is_its_focal_point(db: Database, make: Make) -> None:
    office = await make.office()
    account = await make.account(Role.FOCAL_POINT, at=office)
    actor = actor_of(account, [(Role.FOCAL_POINT, office.id)])
    async with db.write() as session:
        review = await service.create_review(session, actor, review_input())
    assert review.focal_point_id == account.id
    assert review.office_id == office.id
    async with db.write() as session:
        with pytest.raises(Invalid) as twin:
            await service.create_review(session, actor, review_input())
        assert "instruments" in twin.value.errors
        with pytest.raises(Invalid):
            await service.create_review(session, actor, review_input(state_code="XX"))
    assert await actions(db) == ["review.created", "review.focal_point_set"]


async def test_a_review_names_only_what_the_reference_data_list(db: Database, make: Make) -> None:
    await make.office()
    async with db.write() as session:
        for field, wrong in (("instruments", ["FP", "ATT"]), ("cluster", "V")):
            with pytest.raises(Invalid) as refused:
                await service.create_review(session, SYSTEM, review_input(**{field: wrong}))
            assert set(refused.value.errors) == {field}


@pytest.mark.parametrize("role", [Role.EXPERT, Role.TRANSLATOR, Role.AUDITOR])
async def test_others_of_the_office_do_not_begin_a_review(db: Database, make: Make, role: Role) -> None:
    office = await make.office()
    actor = actor_of(await make.account(role, at=office), [(role, office.id)])
    async with db.write() as session:
        with pytest.raises(Forbidden):
            await service.create_review(session, actor, review_input())


async def test_a_hand_over_takes_the_role_from_the_old_one_at_once(db: Database, make: Make) -> None:
    office = await make.office()
    old = await make.account(Role.FOCAL_POINT, at=office)
    new = await make.account(Role.EXPERT, at=office)
    review = await make.review(focal_point=old)
    actor = actor_of(old, [(Role.FOCAL_POINT, office.id)])
    async with db.write() as session:
        await service.hand_over_focal_point(session, actor, review.id, new.id)
    assert await roles_of(db, old, office) == set()
    assert await roles_of(db, new, office) == {Role.EXPERT, Role.FOCAL_POINT}
    assert await actions(db) == ["review.focal_point_handed_over"]
    async with db.write() as session:
        with pytest.raises(Forbidden):
            await service.hand_over_focal_point(session, actor, review.id, old.id)


async def test_a_session_that_is_open_during_the_hand_over_has_no_role_any_more(
    db: Database, make: Make
) -> None:
    office = await make.office()
    old = await make.account(Role.FOCAL_POINT, at=office)
    new = await make.account(Role.EXPERT, at=office)
    review = await make.review(focal_point=old)
    token = (await make.token(old))["authorization"].removeprefix("Bearer ")
    async with db.write() as session:
        await service.hand_over_focal_point(session, SYSTEM, review.id, new.id)
    async with db.read() as session:
        actor = await find_actor(session, ids.fingerprint(token), of_token=True)
        assert actor.roles == frozenset()
        with pytest.raises(NotFound):
            await queries.get_review(session, actor, review.id)


async def test_who_leads_another_review_of_the_office_stays_a_focal_point(db: Database, make: Make) -> None:
    office = await make.office()
    old = await make.account(Role.FOCAL_POINT, at=office)
    new = await make.account(Role.EXPERT, at=office)
    review = await make.review(focal_point=old)
    await make.review(focal_point=old, instruments=["UNTOC"])
    async with db.write() as session:
        await service.hand_over_focal_point(session, SYSTEM, review.id, new.id)
    assert await roles_of(db, old, office) == {Role.FOCAL_POINT}


async def test_the_role_goes_to_nobody_outside_the_office(db: Database, make: Make) -> None:
    office = await make.office()
    old = await make.account(Role.FOCAL_POINT, at=office)
    stranger = await make.account(Role.EXPERT, at=await make.office("ES"))
    review = await make.review(focal_point=old)
    async with db.write() as session:
        for account in (stranger, old):
            with pytest.raises(Invalid) as refused:
                await service.hand_over_focal_point(session, SYSTEM, review.id, account.id)
            assert "account_id" in refused.value.errors


async def test_the_first_focal_point_is_appointed_once(db: Database, make: Make) -> None:
    office = await make.office()
    first = await make.account(Role.EXPERT, at=office)
    second = await make.account(Role.EXPERT, at=office)
    review = await make.review()
    async with db.write() as session:
        await service.set_focal_point(session, SYSTEM, review.id, first.id)
        with pytest.raises(Conflict):
            await service.set_focal_point(session, SYSTEM, review.id, second.id)


async def test_a_review_of_another_state_does_not_exist(db: Database, make: Make) -> None:
    review = await make.review()
    office = await make.office("ES")
    actor = actor_of(await make.account(), [(Role.FOCAL_POINT, office.id)])
    async with db.write() as session:
        with pytest.raises(NotFound):
            await queries.get_review(session, actor, review.id)
        with pytest.raises(NotFound):
            await service.hand_over_focal_point(session, actor, review.id, actor.account_id or ids.new_id())
        assert await queries.list_reviews(session, actor) == []
        assert await queries.list_reviews(session, NOBODY) == []


async def test_the_day_of_the_answer_starts_the_clock_of_the_feedback(db: Database, make: Make) -> None:
    review = await make.review(started_on=date(2021, 11, 1))
    async with db.write() as session:
        await service.record_questionnaire_answered(session, SYSTEM, review.id, date(2022, 8, 31))
    async with db.read() as session:
        frame = await queries.get_frame(session, SYSTEM, review.id)
    assert frame.clock[-1].due_on == date(2023, 2, 28)


@pytest.mark.parametrize("day", [date(2021, 10, 31), clock.today() + timedelta(days=2)])
async def test_an_answer_is_received_between_the_start_and_today(db: Database, make: Make, day: date) -> None:
    review = await make.review(started_on=date(2021, 11, 1))
    async with db.write() as session:
        with pytest.raises(Invalid) as refused:
            await service.record_questionnaire_answered(session, SYSTEM, review.id, day)
    assert "answered_on" in refused.value.errors
