"""The invited focal point is the focal point: of every review of her office that has none."""

import httpx2
import pytest
from sqlmodel import col, select

from app.accounts.models import Account
from app.audit.models import AuditEntry
from app.organisations.models import OrganisationKind, Role
from app.platform.db import Database
from app.platform.errors import Invalid
from app.platform.settings import Settings
from app.reviews import service
from app.reviews.models import CountryReview
from tests.browsing import post
from tests.factories import Make, actor_of
from tests.organisations.test_people import RunJobs, accept, invite
from tests.reviews.test_reviews import review_input


@pytest.fixture
async def operator(make: Make) -> Account:
    return await make.account(Role.SECRETARIAT, at=await make.organisation(kind=OrganisationKind.SECRETARIAT))


async def focal_points(db: Database) -> list[str | None]:
    query = (
        select(Account.name)
        .select_from(CountryReview)
        .outerjoin(Account, col(Account.id) == CountryReview.focal_point_id)
        .order_by(col(CountryReview.phase))
    )
    async with db.read() as session:
        return list((await session.exec(query)).all())


async def test_accepting_makes_her_the_focal_point_of_the_reviews_that_wait(
    client: httpx2.AsyncClient,
    make: Make,
    db: Database,
    settings: Settings,
    run_jobs: RunJobs,
    operator: Account,
) -> None:
    office = await make.office()
    led = await make.account(email="former@example.org", name="Former")
    waiting = await make.review()
    await make.review(focal_point=led, phase=2)
    await make.signed_in(client, operator)
    await invite(client, office, "dima@example.org", Role.FOCAL_POINT)
    await run_jobs()
    accepted = await accept(client, settings)
    assert accepted.headers["location"] == "/en/my-work"
    assert (await client.get("/en/my-work")).headers["location"] == "/en/desk"
    desk = (await client.get("/en/desk")).text
    assert "Focal point: <bdi>Dima</bdi>" in " ".join(desk.split())
    assert "No focal point yet" not in desk
    assert await focal_points(db) == ["Dima", "Former"]
    async with db.read() as session:
        entries = await session.exec(
            select(AuditEntry.scope_id).where(AuditEntry.action == "review.focal_point_set")
        )
        assert list(entries) == [waiting.id]
    # What is left to do is hers: she may prepare the consultation of that review.
    assert (await client.get("/en/desk/new")).status_code == 200


@pytest.mark.one_database
async def test_a_review_that_is_begun_later_has_the_only_focal_point(
    make: Make, db: Database, operator: Account
) -> None:
    office = await make.office()
    dima = await make.account(Role.FOCAL_POINT, at=office, name="Dima")
    actor = actor_of(operator, [(Role.SECRETARIAT, office.id)])
    async with db.write() as session:
        review = await service.create_review(session, actor, review_input())
    assert review.focal_point_id == dima.id
    await make.account(Role.FOCAL_POINT, at=office)
    async with db.write() as session:
        later = await service.create_review(session, actor, review_input(phase=2))
    assert later.focal_point_id is None


@pytest.mark.one_database
async def test_after_a_hand_over_the_secretariat_is_back_at_the_review(
    client: httpx2.AsyncClient, make: Make, operator: Account
) -> None:
    office = await make.office()
    review = await make.review(focal_point=await make.account(Role.FOCAL_POINT, at=office))
    expert = await make.account(Role.EXPERT, at=office)
    await make.signed_in(client, operator)
    address = f"/en/reviews/{review.id}"
    page = await client.get(address)
    assert "Invite people and change roles" not in page.text
    done = await post(client, f"{address}/focal-point", {"account_id": str(expert.id)}, page=address)
    assert done.headers["location"] == address


@pytest.mark.one_database
async def test_the_secretariat_hands_the_role_to_nobody_of_its_own(
    make: Make, db: Database, operator: Account
) -> None:
    office = await make.office()
    review = await make.review(focal_point=await make.account(Role.FOCAL_POINT, at=office))
    # From before the secretariat was kept out of offices.
    await make.member(operator, Role.EXPERT, at=office)
    actor = actor_of(operator, [(Role.SECRETARIAT, office.id), (Role.EXPERT, office.id)])
    async with db.write() as session:
        with pytest.raises(Invalid):
            await service.hand_over_focal_point(session, actor, review.id, operator.id)
