"""What somebody who holds the files can join, and what not: one line a question."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy import text, update

from app import wiring
from app.audit.models import WaitingAct
from app.consultations.models import Consultation
from app.contributions.models import ContributionVersion
from app.platform import clock, ids, traces
from app.platform.db import Database
from tests.factories import Make
from tests.leaks import files
from tests.leaks.acts import Told, take_part
from tests.leaks.files import Files

BY_CHANCE = 3.7  # in standard deviations: one look of five thousand is further off
# What one contribution is made of, and the note of the night that gave all of it one age: rows of other
# tables may not share its transaction.
THEIRS = {
    "contribution",
    "answer",
    "contribution_version",
    "answer_version",
    "submitted_answer",
    "text",
    "waiting_act",
    "daily_work",
}
FEW_TABLES = ("contribution", "answer", "text", "audit_entry")


@dataclass
class Report:
    """Questions, each with what was found; empty means nothing."""

    backend: str
    lines: list[tuple[str, str, list[str]]] = field(default_factory=list)

    def add(self, when: str, question: str, found: Sequence[str]) -> None:
        """Take one answer down."""
        self.lines.append((when, question, sorted(set(found))))

    def found(self, when: str, question: str) -> list[str]:
        """What was found to one question."""
        return next(found for at, asked, found in self.lines if (at, asked) == (when, question))


async def contribute(app: FastAPI, make: Make, number: int) -> tuple[Consultation, list[Told]]:
    """So many confidential contributors, one after the other, and staff acts between them."""
    consultation = await make.consultation()
    question = (await make.codes(consultation))[0]
    told = []
    for each in range(number):
        told.append(await take_part(app, make, consultation, each, question))
        await make.invitation(consultation)
    return consultation, told


async def night(db: Database, settings: Any) -> None:
    """The day is over, and the schedule does what it does."""
    yesterday = clock.today() - timedelta(days=1)
    async with db.write() as session:
        await session.exec(update(WaitingAct).values(day=yesterday))
        await session.exec(update(ContributionVersion).values(submitted_on=yesterday))
    for name in wiring.SCHEDULE:
        await wiring.JOBS[name](db, settings)
    for _hour in range(3):  # a table that the server itself was tidying is left for the next hour
        await asyncio.sleep(0.3)
        await wiring.JOBS["traces.forget_order"](db, settings)


async def look(
    db: Database,
    settings: Any,
    told: Sequence[Told],
    log: Callable[[], str],
    folder: Path | None = None,
) -> Report:
    """Everything there is to ask, in the evening and after the night."""
    report = Report("SQLite" if db.is_sqlite else "PostgreSQL")

    async def carried_away() -> Files:
        if db.is_sqlite or folder is None:
            return files.of_sqlite(db) if db.is_sqlite else Files(b"", b"")
        return await files.of_postgres(db, folder)

    for when in ("evening", "morning"):
        if when == "morning":
            await night(db, settings)
        await _ask_rows(report, when, db, told)
        _ask_bytes(report, when, await carried_away(), told)
        if not db.is_sqlite:
            await _ask_dead_rows(report, when, db)
        await _ask_order(report, when, db, told)
    _ask_log(report, log(), told)
    return report


async def _ask_rows(report: Report, when: str, db: Database, told: Sequence[Told]) -> None:
    rows = await files.every_row(db)
    unordered = {table.name for table in traces.unordered_tables()}
    joined, people, late, ordered = [], [], [], []
    for each in told:
        theirs = files.touching(rows, [str(each.contribution_id)])
        shown = str([(name, {k: str(v) for k, v in row.items()}) for name, row in theirs])
        if each.code and (each.code in shown or ids.fingerprint(each.code) in shown):
            joined.append(each.kind)
        if str(each.person.id) in shown or str(each.organisation) in shown:
            people.append(each.kind)
        late += files.instants(theirs)
        ordered += [name for name, _row in theirs if name not in unordered]
    everything = str(rows)
    open_codes = [
        each.kind for each in told for code in (each.code, each.receipt) if code and code in everything
    ]
    report.add(when, "rows: code joined to contribution", joined)
    report.add(when, "rows: account or organization joined to contribution", people)
    report.add(when, "rows: a time of day beside a contribution", late)
    report.add(when, "rows: in a table that keeps the order of writing", ordered)
    report.add(when, "rows: a code in clear", open_codes)


def _ask_bytes(report: Report, when: str, carried: Files, told: Sequence[Told]) -> None:
    gone = [each for each in told if each.kind == "deletes"]
    for name, content in (("tables", carried.tables), ("log of changes", carried.changes)):
        secrets_of = {"code": [each.code for each in told], "receipt code": [each.receipt for each in told]}
        clear = [what for what, many in secrets_of.items() if any(s and s.encode() in content for s in many)]
        deleted = [each.kind for each in gone if each.words.encode() in content]
        report.add(when, f"{name}: a code in clear", clear)
        report.add(when, f"{name}: words of a deleted draft", deleted)
    kept = [e.kind for e in told if e.kind == "withdraws" and e.words.encode() in carried.tables]
    report.add(when, "tables: words of a withdrawn answer", kept)
    ours = [each for each in told if each.contribution_id and _written(carried.changes, each.contribution_id)]
    report.add(when, "log of changes: contributions in the order of writing", [each.kind for each in ours])


def _written(content: bytes, key: UUID) -> bool:
    return key.bytes in content or key.hex.encode() in content


async def _ask_dead_rows(report: Report, when: str, db: Database) -> None:
    found = await files.dead_rows(db)
    if found is None:
        report.add(when, "dead rows: not asked, pageinspect is missing", ["?"])
        return
    made = found["contribution"][0]
    entered = [name for name in ("invitation_code", "signed_in_session") if made & found[name][1]]
    report.add(when, "dead rows: deleted by the transaction of a contribution", entered)
    beside = [name for name in sorted(found) if name not in THEIRS and made & found[name][0]]
    report.add(when, "rows: written by the transaction of a contribution (xmin)", beside)
    many = [name for name in FEW_TABLES if len(found[name][0]) > 1]
    report.add(when, "rows: an order of transactions (xmin)", many)


async def _ask_order(report: Report, when: str, db: Database, told: Sequence[Told]) -> None:
    came = [each.contribution_id for each in told if each.contribution_id]
    async with db.read() as session:
        connection = await session.connection()
        by_file = "" if db.is_sqlite else " ORDER BY ctid"
        rows = (await connection.execute(text(f"SELECT id FROM contribution{by_file}"))).scalars()  # noqa: S608
        placed = [key if isinstance(key, UUID) else UUID(str(key)) for key in rows]
    alike = files.ordered_alike(came, placed)
    report.add(
        when, "rows: their place tells who came first", [f"{alike:.1f}"] if abs(alike) > BY_CHANCE else []
    )


def _ask_log(report: Report, log: str, told: Sequence[Told]) -> None:
    planted = {
        "words": [each.words for each in told],
        "code": [each.code for each in told],
        "fingerprint": [ids.fingerprint(each.code) for each in told if each.code],
        "receipt code": [each.receipt for each in told],
        "contribution": [str(each.contribution_id) for each in told],
        "account": [str(each.person.id) for each in told] + [each.person.email for each in told],
    }
    found = [what for what, many in planted.items() if any(one and one in log for one in many)]
    report.add("always", "log lines: anything of a contributor", found)
