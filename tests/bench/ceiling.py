"""The ceiling: a bare Starlette server with an empty route, the same templates from memory, a bare upsert."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg_pool
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from app import wiring
from app.contributions import asking, overview
from app.main import create_app
from app.organisations import queries as organisations
from app.platform import ids, pages
from app.platform.db import Database
from app.platform.settings import Settings
from app.reading import service as reading
from app.reading.schemas import AnswerFilter
from tests.bench import world as worlds

UPSERT = (
    "INSERT INTO bench_answer (contribution_id, question_id, narrative, version) VALUES (%s, %s, %s, 1) "
    "ON CONFLICT (contribution_id, question_id) "
    "DO UPDATE SET narrative = excluded.narrative, version = bench_answer.version + 1"
)


def fingerprint_of(cookie: str) -> str:
    """What the tables know of a cookie."""
    return ids.fingerprint(cookie.partition("=")[2])


async def prepared(world: worlds.World) -> dict[str, Any]:
    """The page objects of the measured pages, read once."""
    db = Database(world.database_url)
    async with db.read() as session:
        actor = await organisations.find_bearer(session, fingerprint_of(world.cookies[0]))
        own = UUID(world.contributions[0])
        found: dict[str, Any] = {
            "contributions/answer.html": await asking.answer_page(session, actor, own, worlds.QUESTION, "en"),
            "contributions/tasks.html": await overview.task_list(session, actor, own, "en"),
        }
    async with db.write() as session:  # what somebody reads there is recorded
        expert = await organisations.find_actor(session, fingerprint_of(world.staff_cookie))
        found["reading/question.html"] = await reading.read_question(
            session, expert, world.slug, worlds.QUESTION, AnswerFilter(), "en"
        )
    await db.close()
    return found


def make() -> Starlette:
    """The server; uvicorn's entry."""
    world = worlds.load(Path(os.environ["BENCH_WORLD"]))
    portal = create_app(Settings(database_url=world.database_url))
    pages.learn_vocabulary(wiring.VOCABULARY)
    state: dict[str, Any] = {}

    @asynccontextmanager
    async def life(_app: Starlette) -> AsyncIterator[None]:
        state.update(await prepared(world))
        plain = world.database_url.replace("postgresql+psycopg", "postgresql")
        async with psycopg_pool.AsyncConnectionPool(plain, min_size=16, max_size=16, open=False) as pool:
            state["pool"] = pool
            yield

    async def bare(_request: Request) -> Response:
        return PlainTextResponse("ok")

    async def template(request: Request) -> Response:
        name = request.query_params["name"]
        language = request.query_params.get("language", "en")
        body = (
            pages.environment(language)
            .get_template(name)
            .render(page=state[name], chrome=state["chrome"], form=None)
        )
        return HTMLResponse(body)

    async def with_chrome(request: Request) -> Response:
        request.scope["app"] = portal
        request.scope.setdefault("state", {})["language"] = "en"
        state["chrome"] = pages.chrome_of(request, "token")
        return PlainTextResponse("ready")

    async def upsert(request: Request) -> Response:
        body = await request.body()
        async with state["pool"].connection() as connection:
            await connection.execute(UPSERT, (uuid4(), uuid4(), body.decode()))
        return PlainTextResponse("saved")

    routes = [
        Route("/bare", bare),
        Route("/ready", with_chrome),
        Route("/template", template),
        Route("/upsert", upsert, methods=["POST"]),
    ]
    return Starlette(routes=routes, lifespan=life)
