"""The application: made from settings and wiring, nothing hidden."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app import wiring
from app.platform import events, pages, problems, queue, readiness
from app.platform.db import Database
from app.platform.middleware import Edge
from app.platform.routing import Shelf
from app.platform.settings import Settings


class CachedFiles(StaticFiles):
    """Static files: an address that changes with its content is kept for ever, others for a day."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, to be cached."""
        response = await super().get_response(path, scope)
        versioned = scope["query_string"].startswith(b"v=")
        kept = "max-age=31536000, immutable" if versioned else "max-age=86400"
        response.headers["cache-control"] = f"public, {kept}"
        return response


# The ends of addresses that take files.
UPLOADS = ("/statements", "/intake", "/texts", "/questionnaires/import")


def create_app(settings: Settings) -> FastAPI:
    """The portal for these settings; its database is opened when it starts."""
    app = FastAPI(
        title="Polyphony",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        lifespan=_life,
        redirect_slashes=False,  # it would take the Host header into the address
    )
    app.state.settings = settings
    app.state.db = Database(settings.database_url, settings.pool_size)
    app.state.before_page = wiring.BEFORE_PAGE
    routers = [*wiring.ROUTERS]
    if settings.demonstration:
        routers += wiring.DEMONSTRATION_ROUTERS
    pages.learn_vocabulary(wiring.VOCABULARY)
    pages.learn_routes(routers)
    pages.learn_navigation(wiring.SERVICE_NAV)
    events.register(wiring.HANDLERS)
    problems.install(app)
    app.mount("/static", CachedFiles(directory=pages.STATIC))
    app.add_api_route("/health", health, include_in_schema=False)
    app.add_api_route("/ready", ready, include_in_schema=False)
    app.router.routes += [Shelf(routers), Shelf(wiring.API_ROUTERS, "/api/v1"), wiring.MOVED]
    for router in wiring.API_ROUTERS:
        app.include_router(router, prefix="/api/v1")  # for the description at /openapi.json
    app.add_middleware(GZipMiddleware, minimum_size=600, compresslevel=4)
    app.add_middleware(
        Edge,
        body_limit=settings.body_limit,
        uploads=dict.fromkeys(UPLOADS, settings.upload_limit),
        refuse=problems.answer,
        hosts=settings.hosts,
        secure=settings.secure_cookies,
    )
    return app


async def health(request: Request) -> Response:
    """Whether the portal and its database answer; for the operator's monitoring."""
    if await readiness.answers(request.app.state.db):
        return PlainTextResponse("ok")
    return PlainTextResponse("the database does not answer", 503, {"retry-after": "30"})


async def ready(request: Request) -> Response:
    """Whether the portal can also save, which it cannot on a full disk."""
    if await readiness.takes_writes(request.app.state.db):
        return PlainTextResponse("ok")
    return PlainTextResponse("the database takes no writes", 503, {"retry-after": "30"})


@asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    """Work off jobs in this process where there is no separate worker; close the database at the end."""
    settings: Settings = app.state.settings
    stop = asyncio.Event()
    worker = None
    if app.state.db.is_sqlite:
        worker = asyncio.create_task(queue.work(app.state.db, wiring.JOBS, settings, stop, wiring.SCHEDULE))
    # Everything made so far lives as long as the process: the collector need not look at it again.
    gc.collect()
    gc.freeze()
    yield
    stop.set()
    if worker is not None:
        await worker
    await app.state.db.close()
