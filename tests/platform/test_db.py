"""The unit of work: nothing is lost, nothing is half done, readers cannot write."""

import asyncio
from typing import Annotated

import httpx2
import pytest
from fastapi import Depends, FastAPI
from sqlalchemy import delete, func, insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import select

from app.consultations.models import Consultation
from app.organisations.models import Organisation, OrganisationKind
from app.platform import ids
from app.platform.db import Database, Session, session_of
from app.platform.queue import Job
from app.reviews.models import State
from tests.browsing import post
from tests.factories import Make

pytestmark = pytest.mark.databases_differ

WRITERS = 8


async def test_eight_who_read_and_then_write_lose_nothing(db: Database) -> None:
    async with db.write() as session:
        session.add(Job(name="count"))

    async def add_one() -> None:
        async with db.write() as session:
            job = (await session.exec(select(Job).with_for_update())).one()
            await asyncio.sleep(0.01)
            job.attempts += 1
            session.add(job)

    await asyncio.gather(*(add_one() for _ in range(WRITERS)))
    async with db.read() as session:
        assert (await session.exec(select(Job.attempts))).one() == WRITERS


async def test_without_a_lock_a_late_writer_is_told_and_nothing_is_overwritten(
    db: Database, make: Make
) -> None:
    consultation = await make.consultation()

    async def rename(number: int) -> bool:
        try:
            async with db.write() as session:
                mine = await session.get_one(Consultation, consultation.id)
                await asyncio.sleep(0.01)
                mine.titles = {**mine.titles, f"x{number}": "changed"}
                session.add(mine)
        except StaleDataError:
            return False
        return True

    told = await asyncio.gather(*(rename(number) for number in range(WRITERS)))
    async with db.read() as session:
        kept = await session.get_one(Consultation, consultation.id)
    assert sum(name.startswith("x") for name in kept.titles) == sum(told) >= 1
    assert kept.version == 1 + sum(told)


async def test_a_failure_takes_everything_back(db: Database) -> None:
    async def half_done() -> None:
        async with db.write() as session:
            session.add(Job(name="never"))
            await session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await half_done()
    async with db.read() as session:
        assert (await session.exec(select(func.count()).select_from(Job))).one() == 0


async def test_who_reads_cannot_write(db: Database) -> None:
    for statement in (insert(Job).values(id=ids.random_id(), name="never"), delete(Job)):
        with pytest.raises(DBAPIError, match=r"read-?only"):
            async with db.read() as session:
                await session.exec(statement)
    async with db.read() as session:
        session.add(Job(name="never"))
        with pytest.raises(DBAPIError, match=r"read-?only"):
            await session.flush()
    async with db.write() as session:
        assert (await session.exec(select(Job))).all() == []


async def test_a_statement_that_is_read_again_is_prepared(db: Database) -> None:
    if db.is_sqlite:
        return  # its driver keeps statements by their text
    for _time in range(8):
        async with db.read() as session:
            await session.exec(select(Job).where(Job.name == "never"))
    async with db.read() as session:
        found = (await session.exec(text("SELECT statement FROM pg_prepared_statements"))).scalars().all()
    assert [each for each in found if "FROM job" in each]


async def test_a_row_is_written_after_the_rows_it_points_to(db: Database) -> None:
    async with db.write() as session:
        office = Organisation(name="Office", kind=OrganisationKind.GOVERNMENT_OFFICE)
        session.add(State(code="VA", names={"en": "Valmora"}, office_id=office.id))
        session.add(office)


async def test_both_databases_keep_foreign_keys(db: Database, make: Make) -> None:
    office = await make.office()
    with pytest.raises(IntegrityError):
        async with db.write() as session:
            await session.delete(await session.get_one(Organisation, office.id))


async def add(session: Session) -> dict[str, str]:
    session.add(Job(name="added"))
    return {}


async def add_and_fail(
    session: Session, _again: Annotated[object, Depends(session_of, scope="function")]
) -> None:
    session.add(Job(name="added"))
    await session.flush()
    raise RuntimeError


async def test_a_page_that_is_read_cannot_write(
    client: httpx2.AsyncClient, app: FastAPI, db: Database
) -> None:
    app.add_api_route("/add", add, methods=["GET", "POST"])
    app.add_api_route("/fail", add_and_fail, methods=["POST"])

    async def rows() -> int:
        async with db.read() as session:
            return (await session.exec(select(func.count()).select_from(Job))).one()

    assert (await client.get("/en/add")).status_code == httpx2.codes.OK
    assert await rows() == 0
    assert (await client.post("/en/fail")).status_code == httpx2.codes.INTERNAL_SERVER_ERROR
    assert await rows() == 0
    assert (await client.post("/en/add")).status_code == httpx2.codes.OK
    assert await rows() == 1


async def test_eight_forms_at_once_are_all_answered(client: httpx2.AsyncClient) -> None:
    answers = await asyncio.gather(
        *(post(client, "/en/start", {"code": f"unknown {number}"}) for number in range(WRITERS))
    )
    assert {answer.status_code for answer in answers} == {httpx2.codes.UNPROCESSABLE_CONTENT}
