"""The digest: who gets it, how often, and what it does not say."""

from datetime import date, timedelta

import httpx2
from sqlmodel import select

from app.organisations.models import Role
from app.platform import queue
from app.platform.db import Database
from app.platform.security import Actor
from app.work import service
from app.work.models import Digest, Every
from tests.browsing import post
from tests.factories import Make

MONDAY, TUESDAY = date(2026, 11, 30), date(2026, 12, 1)


def test_a_digest_is_due_once_a_day_or_once_a_week() -> None:
    def due(every: Every, sent_on: date | None, today: date) -> bool:
        return service.is_due(Digest(account_id=None, every=every, sent_on=sent_on), today)  # type: ignore[arg-type]

    assert not due(Every.NEVER, None, MONDAY)
    assert due(Every.DAY, None, TUESDAY)
    assert not due(Every.DAY, TUESDAY, TUESDAY)
    assert due(Every.WEEK, None, MONDAY)
    assert not due(Every.WEEK, None, TUESDAY), "whoever chose it on a Tuesday waits for Monday"
    assert not due(Every.WEEK, MONDAY, TUESDAY)
    assert due(Every.WEEK, MONDAY - timedelta(days=7), TUESDAY), (
        "a Monday on which nothing ran is made up for"
    )


async def test_whoever_asks_is_told_how_much_waits_and_nothing_else_once_a_day(
    client: httpx2.AsyncClient, db: Database, make: Make
) -> None:
    consultation = await make.consultation()
    expert = await make.staff(consultation, Role.EXPERT)
    await make.contribution(
        consultation, answers={"FP-08-1b": {"narrative": "Nobody marks the rifles at Anse-Rude."}}
    )
    await make.signed_in(client, expert)
    chosen = await post(client, "/en/desk/digest", {"every": "day"}, page="/en/desk")
    assert chosen.status_code == httpx2.codes.SEE_OTHER
    assert 'value="day" checked' in (await client.get("/en/desk")).text
    for _process in range(2):
        async with db.write() as session:
            await service.send_digests(session, Actor.system("digests"))
    async with db.read() as session:
        jobs = (await session.exec(select(queue.Job).where(queue.Job.name == "send_email"))).all()
    told = [job.args for job in jobs if job.args["template"] == "work/digest"]
    assert [job["account_id"] for job in told] == [str(expert.id)]
    assert set(told[0]["values"]) == {"number"}
    assert told[0]["values"]["number"] >= 2


async def test_nothing_is_sent_where_nothing_waits_or_nobody_asked(
    client: httpx2.AsyncClient, db: Database, make: Make
) -> None:
    idle = await make.account(Role.EXPERT)
    await make.signed_in(client, idle)
    await post(client, "/en/desk/digest", {"every": "day"}, page="/en/desk")
    async with db.write() as session:
        assert await service.send_digests(session, Actor.system("digests")) == 0
    refused = await post(client, "/en/desk/digest", {"every": "hourly"}, page="/en/desk")
    assert refused.status_code == httpx2.codes.UNPROCESSABLE_CONTENT
    async with db.read() as session:
        kept = (await session.exec(select(Digest.every))).all()
    assert kept == [Every.DAY]
