from datetime import UTC, datetime, time, timedelta

from sqlmodel import select

from app.audit import queries
from app.audit import service as audit
from app.audit.models import AuditEntry, WaitingAct
from app.audit.queries import LogEntry
from app.consultations.models import Consultation
from app.contributions.models import Mode
from app.platform import clock, ids
from app.platform.db import Database
from app.platform.security import Actor
from app.submissions import former
from tests.factories import SYSTEM, Make

PERSON = Actor(account_id=ids.new_id(), name="Amina Reyl")


async def written(db: Database, consultation: Consultation, *acts: tuple[Actor, str]) -> list[LogEntry]:
    async with db.write() as session:
        for actor, action in acts:
            audit.record(session, actor, action, consultation, scope_id=consultation.country_review_id)
    await Make(db).night()
    async with db.read() as session:
        return list((await queries.list_entries(session, consultation.country_review_id)).entries)


async def test_contributors_have_no_name_and_no_time_in_the_log(db: Database, make: Make) -> None:
    consultation = await make.consultation()
    member = (PERSON, "contribution.submitted")
    bearer = (Actor(bearer_of=ids.random_id()), "contribution.submitted")
    rebuilt = (PERSON, "outcome.rebuilt")
    for entry in await written(db, consultation, member, bearer, rebuilt):
        assert str(entry.who) == "A contributor"
        assert entry.day_only


async def test_staff_and_the_portal_are_named(db: Database, make: Make) -> None:
    consultation = await make.consultation()
    entries = await written(
        db, consultation, (PERSON, "consultation.opened"), (SYSTEM, "consultation.closed")
    )
    assert {str(entry.who) for entry in entries} == {"Amina Reyl", "The portal"}
    assert not any(entry.day_only for entry in entries)


async def test_an_act_without_a_sentence_is_shown_by_its_name(db: Database, make: Make) -> None:
    entries = await written(db, await make.consultation(), (PERSON, "thing.done"))
    assert [str(entry.sentence) for entry in entries] == ["thing.done"]


async def test_acts_that_were_recorded_under_an_earlier_name_are_told_as_those_of_today(
    db: Database, make: Make
) -> None:
    consultation = await make.consultation()
    async with db.write() as session:
        audit.record(
            session, PERSON, "answer.disposed", consultation, consultation.country_review_id, kind="taken_up"
        )
    (entry,) = await written(db, consultation)
    assert (entry.action, str(entry.sentence)) == ("answer.decided", "An answer was decided.")
    assert str(former.NAMES[entry.decision]) == "Used in the answer"


async def test_the_pages_of_the_log_hold_every_act_once(db: Database, make: Make) -> None:
    consultation = await make.consultation()
    scope = consultation.country_review_id
    midnight = datetime.combine(clock.today(), time(0), UTC)
    async with db.write() as session:
        for number in range(7):  # several acts at the same instant: the key tells them apart
            at = midnight - timedelta(days=number // 3)
            session.add(
                AuditEntry(at=at, action=f"a.{number}", thing="X", thing_id=ids.new_id(), scope_id=scope)
            )
        session.add(AuditEntry(action="b.other", thing="X", thing_id=ids.new_id(), scope_id=ids.new_id()))
    seen: list[str] = []
    before = ""
    async with db.read() as session:
        while True:
            page = await queries.list_entries(session, scope, before, limit=2)
            seen += [entry.action for entry in page.entries]
            if page.before is None:
                break
            before = page.before
    assert sorted(seen) == [f"a.{number}" for number in range(7)]


async def test_a_key_nobody_gave_out_begins_anew(db: Database, make: Make) -> None:
    consultation = await make.consultation()
    await written(db, consultation, (PERSON, "consultation.opened"))
    async with db.read() as session:
        for key in ("nonsense", "2026-01-01_x", "2026-01-01T00:00:00_" + str(ids.new_id())):
            page = await queries.list_entries(session, consultation.country_review_id, key)
            assert len(page.entries) == 1


async def test_contributors_acts_tell_no_order_and_no_time_between_the_timed_ones(
    db: Database, make: Make
) -> None:
    """Named ones stood between acts that have a time; the key of a page held the instant itself."""
    consultation = await make.consultation()
    scope = consultation.country_review_id
    acts = [(PERSON, f"timed.{number}") for number in range(3)]
    named = [(PERSON, "contribution.submitted"), (PERSON, "contribution.withdrawn")]
    bearers = [(Actor(bearer_of=ids.random_id()), "contribution.submitted") for _number in range(2)]
    entries = await written(
        db, consultation, acts[0], named[0], acts[1], bearers[0], named[1], acts[2], bearers[1]
    )
    assert [entry.action for entry in entries if not entry.day_only] == ["timed.2", "timed.1", "timed.0"]
    today = [entry for entry in entries if entry.at.date() == clock.today()]
    assert [entry.day_only for entry in today] == [False] * 3 + [True] * 2
    assert all(entry.at.time() == time(0) for entry in entries if entry.day_only)
    keys, before = [], ""
    async with db.read() as session:
        while True:
            page = await queries.list_entries(session, scope, before, limit=1)
            if page.before is None:
                break
            before = page.before
            if page.entries[-1].day_only:
                keys.append(before)
        rows = (await session.exec(select(AuditEntry))).all()
    assert keys
    assert all("T00:00:00+00:00_" in key for key in keys)
    assert all(row.at.time() == time(0) for row in rows if row.action.startswith("contribution."))


async def test_a_confidential_act_is_recorded_with_it_and_enters_when_its_day_is_over(
    db: Database, make: Make
) -> None:
    contribution = await make.contribution(mode=Mode.CONFIDENTIAL)
    async with db.write() as session:
        assert await audit.enter_waiting_acts(session, SYSTEM) == 0, "its day is not over"
    async with db.read() as session:
        (waiting,) = (await session.exec(select(WaitingAct))).all()
    assert (waiting.thing_id, waiting.day) == (contribution.id, clock.today())
    await make.night()
    async with db.read() as session:
        assert (await session.exec(select(WaitingAct))).all() == []
        query = select(AuditEntry).where(AuditEntry.thing_id == contribution.id)
        (entry,) = (await session.exec(query)).all()
    assert entry.at == clock.day_only(clock.now()) - timedelta(days=1)
    assert (entry.actor_id, entry.actor_name) == (None, "")
