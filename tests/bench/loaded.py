"""What staff pages cost with the loaded demonstration: statements, time and weight for each of its pages."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import brotli
import httpx2

from tests.browsing import proof_in
from tests.seeded import LOADED

LOAD = "400"  # what a large national consultation gets; `make bench LOAD=10000` tries far more
PRESSES = 5
EXPERT = "danil-marek"
PAGES = {
    "my work": "/en/desk",
    "questions": f"/en/desk/{LOADED}/questions",
    "one question": f"/en/desk/{LOADED}/questions/FP-08-1b",
    "all national answers": f"/en/desk/{LOADED}/submission",
    "write one answer": f"/en/desk/{LOADED}/submission/S-FP-08-2",
    "consultation, public": f"/en/c/{LOADED}",
}


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


async def sign_in(client: httpx2.AsyncClient) -> None:
    """Become the expert of the loaded consultation."""
    form = await client.get("/en/demo")
    answered = await client.post("/en/demo/sign-in", data={"csrf": proof_in(form.text), "key": EXPERT})
    if not answered.is_redirect:
        raise RuntimeError(f"signing in answered {answered.status_code}")


async def lines(client: httpx2.AsyncClient, statements: list[str]) -> Mapping[str, str]:
    """Each page with its statements, the median of its times and its weight."""
    await sign_in(client)
    return {name: await _line(client, path, statements) for name, path in PAGES.items()}


async def _line(client: httpx2.AsyncClient, path: str, statements: list[str]) -> str:
    page = await client.get(path)  # whatever a process reads once is read now
    if page.status_code != httpx2.codes.OK:
        raise RuntimeError(f"{path} answered {page.status_code}")
    times = []
    for _press in _presses(statements):
        began = time.perf_counter()
        await client.get(path)
        times.append(time.perf_counter() - began)
    weight = len(brotli.compress(page.content, quality=5)) / 1000
    return f"{len(statements)}, {statistics.median(times) * 1000:.0f} ms, {weight:.1f} kB"


def _presses(statements: list[str]) -> Iterator[int]:
    for press in range(PRESSES):
        statements.clear()
        yield press
