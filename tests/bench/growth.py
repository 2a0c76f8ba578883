"""What pages cost as contributions become many: the loaded demonstration at several sizes, on both databases."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import brotli
import httpx2
from sqlalchemy import delete
from sqlmodel import select

from app.consultations.models import Consultation, InvitationCode
from app.contributions import entry
from app.contributions.models import Contribution, ContributionState
from app.platform import ids
from app.platform.db import Database
from app.platform.queue import Job
from app.platform.settings import DEFAULT_SECRET
from tests.browsing import proof_in
from tests.seeded import LOADED

LOADS = "100,1000,10000"
PRESSES = 5
FOCAL_POINT = "amina-reyl"
SUBMITTED = "{contribution}"
DESK = f"/en/desk/{LOADED}"
PAGES = {
    "my work": "/en/desk",
    "desk": DESK,
    "questions": f"{DESK}/questions",
    "one question": f"{DESK}/questions/FP-08-1b",
    "one question, words": f"{DESK}/questions/FP-08-1b?words=register",
    "one question, unread": f"{DESK}/questions/FP-08-1b?unread=yes",
    "one contribution": f"{DESK}/contributions/{SUBMITTED}",
    "texts to translate": f"{DESK}/texts",
    "all national answers": f"{DESK}/submission",
    "write one answer": f"{DESK}/submission/S-FP-08-2",
    "export": f"{DESK}/export",
    "answers as tables": f"{DESK}/answers",
    "log": f"{DESK}/log",
    "consultation, public": f"/en/c/{LOADED}",
}


@dataclass(frozen=True)
class PageCost:
    """One page at one size: statements, milliseconds (median) and kilobytes on the wire."""

    statements: int
    milliseconds: float
    kilobytes: float


def fill(url: str, load: str, folder: Path) -> float:
    """Seed the database at the address as `make run LOAD=` does; gives the seconds the load itself took.

    Mails go to the folder, and beside it stands who one can be: the portal that is measured needs the same.
    """
    own = {
        "PORTAL_DEMONSTRATION": "true",
        "PORTAL_DATABASE_URL": url,
        "PORTAL_MAIL_FOLDER": str(folder),
        "PORTAL_LOG_LEVEL": "ERROR",
    }
    for command in (["migrate"], ["seed"], ["seed", "--load", load]):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-m", "app", *command], env={**os.environ, **own}, check=True)
    return time.perf_counter() - began


async def sign_in(client: httpx2.AsyncClient, key: str) -> None:
    """Become a person of the loaded consultation."""
    form = await client.get("/en/demo")
    answered = await client.post("/en/demo/sign-in", data={"csrf": proof_in(form.text), "key": key})
    if not answered.is_redirect:
        raise RuntimeError(f"signing in answered {answered.status_code}")


async def without_jobs(db: Database) -> None:
    """Drop the mails the load asked for: on SQLite the measured process would send them meanwhile."""
    async with db.write() as session:
        await session.exec(delete(Job))


async def page_costs(
    db: Database, client: httpx2.AsyncClient, statements: list[str]
) -> Mapping[str, PageCost]:
    """Each page, as the focal point opens it; raises RuntimeError where one does not open."""
    found = {}
    await sign_in(client, FOCAL_POINT)
    async with db.read() as session:
        submitted = (
            await session.exec(
                select(Contribution.id)
                .join(Consultation)
                .where(Consultation.slug == LOADED, Contribution.state == ContributionState.SUBMITTED)
                .limit(1)
            )
        ).one()
    for name, path in PAGES.items():
        found[name] = await _page(client, path.replace(SUBMITTED, str(submitted)), statements)
    return found


async def start_cost(db: Database, statements: list[str]) -> PageCost:
    """Entering with a new code, by the service, once a press."""
    times = []
    for _press in _presses(statements):
        code = ids.new_code()
        async with db.write() as session:
            consultation = (
                await session.exec(select(Consultation.id).where(Consultation.slug == LOADED))
            ).one()
            session.add(InvitationCode(code_hash=ids.fingerprint(code), consultation_id=consultation))
        statements.clear()
        began = time.perf_counter()
        async with db.write() as session:  # the time of the commit belongs to it
            await entry.enter(session, DEFAULT_SECRET, code, ids.new_code(), "en")
        times.append(time.perf_counter() - began)
    return PageCost(len(statements), statistics.median(times) * 1000, 0)


async def _page(client: httpx2.AsyncClient, path: str, statements: list[str]) -> PageCost:
    page = await client.get(path)  # whatever a process reads once is read now
    if page.status_code != httpx2.codes.OK:
        raise RuntimeError(f"{path} answered {page.status_code}")
    times, counts = [], []
    for _press in _presses(statements):
        began = time.perf_counter()
        page = await client.get(path)
        times.append(time.perf_counter() - began)
        counts.append(len(statements))
    weight = len(brotli.compress(page.content, quality=5)) / 1000
    # On SQLite the portal works its jobs off beside us: the least of the counts is the page's own.
    return PageCost(min(counts), statistics.median(times) * 1000, weight)


def _presses(statements: list[str]) -> Iterator[int]:
    for press in range(PRESSES):
        statements.clear()
        yield press


def written(sizes: Mapping[str, Mapping[str, PageCost]]) -> Iterator[tuple[str, str]]:
    """A line a page: statements and milliseconds at each size, and how much the largest costs of the smallest."""
    smallest, largest = (list(sizes.values())[place] for place in (0, -1))
    for name, least in smallest.items():
        each = [f"{found[name].milliseconds:.1f}" for found in sizes.values()]
        counts = dict.fromkeys(found[name].statements for found in sizes.values())
        most = largest[name]
        told = "/".join(str(number) for number in counts)
        ratio = most.milliseconds / least.milliseconds
        yield name, f"{told}; {' / '.join(each)} ms; {ratio:.1f} ×; {most.kilobytes:.1f} kB"
