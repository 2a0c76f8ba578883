"""The portal as it is served, with one route more that does nothing."""

import os
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import PlainTextResponse, Response

from app.main import create_app
from app.platform.routing import RouteIndex
from app.platform.settings import Settings
from tests.bench import world as worlds


async def nothing(_request: Request) -> Response:
    """What everything between server and handler costs."""
    return PlainTextResponse("ok")


def make() -> FastAPI:
    """The portal; uvicorn's entry."""
    world = worlds.load(Path(os.environ["BENCH_WORLD"]))
    portal = create_app(Settings(database_url=world.database_url, pool_size=16))
    more = APIRouter()
    more.add_api_route("/api/nothing", nothing)
    portal.router.routes.insert(0, RouteIndex([more]))
    return portal
