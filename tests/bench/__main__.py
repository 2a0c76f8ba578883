"""Run the bench and print it; a few minutes. Only loopback, only a bounded number of requests."""

import asyncio
import contextlib
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import brotli
import httpx2
import psycopg

from app.main import create_app
from app.platform.db import Database
from app.platform.i18n import CODES
from app.platform.settings import Settings
from tests.bench import growth, questionnaires, world
from tests.bench.load import CLIENTS, Cost, get, press
from tests.counting import asked

ANSWERS = 50
EACH = 100


def say(name: str, value: str, bar: str = "") -> None:
    """One line of the report."""
    print(f"{name:<46} {value:<34} {bar}")  # noqa: T201  (the report is the purpose)


@contextlib.contextmanager
def served(entry: str, path: Path) -> Iterator[tuple[int, int]]:
    """A server process of its own; gives its process id and port, and stops it by that id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [
        "-m",
        "uvicorn",
        entry,
        "--factory",
        "--port",
        str(port),
        "--log-level",
        "warning",
        "--no-access-log",
    ]
    process = subprocess.Popen([sys.executable, *words], env={**os.environ, "BENCH_WORLD": str(path)})
    try:
        for _attempt in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield process.pid, port
    finally:
        process.terminate()
        process.wait(20)


def post(path: str, cookie: str, token: str) -> Callable[[int], bytes]:
    """A save of one answer, of other words each time; each names the version that the one before it made."""

    def make(number: int) -> bytes:
        fields = {
            "csrf": token,
            "law": "yes",
            "practice": "works",
            "narrative": f"{world.WORDS} {number}",
            "language": "en",
        }
        body = urllib.parse.urlencode({**fields, "then": "list", "version": number + 1}).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: {cookie}\r\n"
            f"content-type: application/x-www-form-urlencoded\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    return make


def bare_post(_number: int) -> bytes:
    """A body of the same size for the bare upsert."""
    body = world.WORDS.encode()
    return b"POST /upsert HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: %d\r\n\r\n" % len(body) + body


async def tokens(port: int, here: world.World) -> list[str]:
    """The proof each form needs, as a browser would read it from the page."""
    found = []
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        for own, cookie in zip(here.contributions, here.cookies, strict=True):
            page = await client.get(answer_path(own), headers={"cookie": cookie})
            match = re.search(r'name="csrf" value="([^"]+)"', page.text)
            found.append(match[1] if match else "")
    return found


def answer_path(own: str, language: str = "en") -> str:
    """The page of the measured question."""
    return f"/{language}/contributions/{own}/questions/{world.QUESTION}"


async def measure(here: world.World, path: Path) -> None:
    """Press both servers in turn and print the ratios."""
    with served("tests.bench.ceiling:make", path) as (pid, port):
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
            await client.get("/ready")
        same = [get] * CLIENTS
        ceiling = {
            name: await press(pid, port, [make(f"/template?name={name}") for make in same], EACH)
            for name in ("contributions/answer.html", "contributions/tasks.html", "reading/question.html")
        }
        bare = await press(pid, port, [make("/bare") for make in same], 4 * EACH)
        upsert = await press(pid, port, [bare_post] * CLIENTS, EACH)
    with served("tests.bench.portal:make", path) as (pid, port):
        await portal_lines(here, pid, port, ceiling, bare, upsert)


async def portal_lines(
    here: world.World, pid: int, port: int, ceiling: dict[str, Cost], bare: Cost, upsert: Cost
) -> None:
    """What the portal costs, beside its ceiling."""
    pairs = list(zip(here.contributions, here.cookies, strict=True))
    question = await press(pid, port, [get(answer_path(own), c) for own, c in pairs], EACH)
    tasks = await press(pid, port, [get(f"/en/contributions/{own}", c) for own, c in pairs], EACH)
    desk = f"/en/desk/{here.slug}/questions/{world.QUESTION}"
    screen = await press(pid, port, [get(desk, here.staff_cookie)] * CLIENTS, EACH)
    nothing = await press(pid, port, [get("/api/nothing")] * CLIENTS, 4 * EACH)
    csrf = await tokens(port, here)
    save = await press(
        pid,
        port,
        [post(answer_path(own), c, token) for (own, c), token in zip(pairs, csrf, strict=True)],
        EACH,
        b"303",
    )
    say("question page", question.of(ceiling["contributions/answer.html"]), "must 35 %, aim 65 %")
    say("task list", tasks.of(ceiling["contributions/tasks.html"]), "must 25 %, aim 50 %")
    say(
        f"question screen, {ANSWERS} answers",
        screen.of(ceiling["reading/question.html"]),
        "must 25 %, aim 50 %",
    )
    say("save of one answer, durable", save.of(upsert), "must 30 %, aim 60 %")
    say("between server and handler", f"+{nothing.cpu - bare.cpu:.0f} µs CPU", "must +300, aim +150")
    say(
        "worst pause of 1,600 question pages",
        f"{question.worst / question.median:.1f} × the median",
        "must 6 ×, aim 2.5 ×",
    )
    languages = {
        code: await press(pid, port, [get(answer_path(own, code), c) for own, c in pairs], EACH // 2)
        for code in CODES
    }
    slowest = max(languages, key=lambda code: languages[code].cpu)
    slower = languages[slowest].cpu / languages["en"].cpu - 1
    say("slowest language", f"{slowest}: {slower:+.0%} against English", "must +10 %, aim +3 %")
    for name, cost in {
        "question page": question,
        "task list": tasks,
        "question screen": screen,
        "save": save,
    }.items():
        say(f"  {name}", f"{cost.per_second:.0f}/s, {cost.cpu:.0f} µs CPU, median {cost.median:.1f} ms")


@contextlib.asynccontextmanager
async def counted(url: str, **more: Any) -> AsyncIterator[tuple[httpx2.AsyncClient, list[str]]]:
    """The portal on this database in this process, with its statements written down."""
    portal = create_app(Settings(database_url=url, public_url="http://testserver", **more))
    transport = httpx2.ASGITransport(app=portal)
    with asked(portal.state.db) as statements:
        async with (
            portal.router.lifespan_context(portal),
            httpx2.AsyncClient(transport=transport, base_url="http://testserver") as client,
        ):
            yield client, statements


async def questionnaire_lines(here: world.World) -> None:
    """What a large questionnaire costs when a process first sees it, and when it comes in as a form."""
    db = Database(here.database_url)
    milliseconds, statements = await questionnaires.loading(db)
    say("300 questions in six languages, loaded", f"{milliseconds:.0f} ms once", "must 150 ms")
    say("statements: the same version again", f"{statements}", "must 0")
    say("500 questions imported from XLSForm", f"{await questionnaires.importing(db):.1f} s", "must 5 s")
    await db.close()


async def counts_and_weights(here: world.World) -> None:
    """Statements a request, and what a page weighs on the wire."""
    own, cookie = here.contributions[0], here.cookies[0]
    as_writer, as_staff = {"cookie": cookie}, {"cookie": here.staff_cookie}
    pages = {
        "question page": (answer_path(own), as_writer, "must 4, aim 2"),
        "task list": (f"/en/contributions/{own}", as_writer, ""),
        "question screen": (f"/en/desk/{here.slug}/questions/{world.QUESTION}", as_staff, "must 8, aim 5"),
        "write one answer": (f"/en/desk/{here.slug}/submission/S-FP-08-2", as_staff, ""),
    }
    async with counted(here.database_url) as (client, statements):
        for name, (path, headers, bar) in pages.items():
            await client.get(path, headers=headers)
            statements.clear()
            page = await client.get(path, headers=headers)
            if page.status_code != httpx2.codes.OK:
                raise RuntimeError(f"{path} answered {page.status_code}")
            weight = len(brotli.compress(page.content))
            say(f"statements: {name}", f"{len(statements)}, {weight / 1000:.1f} kB brotli", bar)
        token = re.search(
            r'name="csrf" value="([^"]+)"', (await client.get(answer_path(own), headers=as_writer)).text
        )
        statements.clear()
        fields = {
            "csrf": token[1] if token else "",
            "narrative": "words",
            "then": "list",
            "version": str(EACH + 1),
        }
        saved = await client.post(answer_path(own), headers=as_writer, data=fields)
        say("statements: save", f"{len(statements)} (answered {saved.status_code})", "must 5, aim 3")
    css = Path(create_app.__code__.co_filename).parent / "static" / "polyphony.css"
    say("stylesheet", f"{len(brotli.compress(css.read_bytes())) / 1000:.1f} kB brotli", "limit 13 kB")


def growth_lines() -> None:
    """What pages cost with the contributions they are for, at each size on both databases."""
    loads = (os.environ.get("LOAD") or growth.LOADS).split(",")
    for database in ("PostgreSQL", "SQLite"):
        sizes = {load: _grown(database, load) for load in loads}
        for name, line in growth.written(sizes):
            say(f"{database}, {'/'.join(loads)}: {name}", line, "must 1.5 ×, statements the same")


def _grown(database: str, load: str) -> Mapping[str, growth.PageCost]:
    """The costs on a database of its own, filled with so many contributions."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as after:
        url = f"sqlite+aiosqlite:///{folder}/portal.sqlite3"
        if database == "PostgreSQL":
            server = world.DurablePostgres()
            after.callback(server.stop)
            url = server.url.render_as_string(hide_password=False)
        mails = Path(folder) / "mail"
        say(f"{database}: loading {load}", f"{growth.fill(url, load, mails):.0f} s", "10,000 in 300 s")
        return asyncio.run(_grown_costs(url, mails))


async def _grown_costs(url: str, mails: Path) -> Mapping[str, growth.PageCost]:
    db = Database(url)
    await growth.without_jobs(db)
    async with counted(url, demonstration=True, mail_folder=mails) as (client, statements):
        try:
            with asked(db) as of_services:
                started = await growth.start_cost(db, of_services)
            return {"start a contribution": started, **await growth.page_costs(db, client, statements)}
        finally:
            await db.close()


def main() -> None:
    """The whole run."""
    server = world.DurablePostgres()
    try:
        url = server.url.render_as_string(hide_password=False)
        with psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as connection:
            connection.execute(
                "CREATE TABLE bench_answer (contribution_id uuid, question_id uuid, narrative text, "
                "version int, PRIMARY KEY (contribution_id, question_id))"
            )
        here = asyncio.run(world.build(url, ANSWERS, CLIENTS))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "world.json"
            here.save(path)
            asyncio.run(measure(here, path))
            asyncio.run(counts_and_weights(here))
            asyncio.run(questionnaire_lines(here))
    finally:
        server.stop()
    growth_lines()


if __name__ == "__main__":
    main()
