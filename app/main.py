"""The application: made from settings and wiring, nothing hidden."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from fastapi import FastAPI, Request
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app import wiring
from app.platform import clock, events, pages, problems, queue, readiness
from app.platform.db import Database
from app.platform.i18n import CODES
from app.platform.middleware import RequestContextMiddleware
from app.platform.routing import RouteIndex
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


CONTACT_HOLDS = timedelta(days=90)  # RFC 9116 5.3 wants less than a year
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
    app.add_api_route("/.well-known/security.txt", security_txt, include_in_schema=False)
    app.router.routes += [RouteIndex(routers), RouteIndex(wiring.API_ROUTERS, "/api/v1"), wiring.MOVED]
    for router in wiring.API_ROUTERS:
        app.include_router(router, prefix="/api/v1")  # for the description at /openapi.json
    app.add_middleware(GZipMiddleware, minimum_size=600, compresslevel=4)
    app.add_middleware(
        RequestContextMiddleware,
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


async def security_txt(request: Request) -> Response:
    """Where to report a weakness (RFC 9116); 404 where the operator names nobody."""
    settings: Settings = request.app.state.settings
    if not settings.security_contact:
        return PlainTextResponse("no contact is set", 404)
    lines = (
        f"Contact: {settings.security_contact}",
        f"Expires: {clock.now() + CONTACT_HOLDS:%Y-%m-%dT00:00:00Z}",
        f"Preferred-Languages: {', '.join(CODES)}",
        f"Canonical: {settings.public_url}/.well-known/security.txt",
    )
    return PlainTextResponse("\n".join((*lines, "")))


@asynccontextmanager
async def _life(app: FastAPI) -> AsyncIterator[None]:
    """Work off jobs in this process where there is no separate worker; close the database at the end."""
    settings: Settings = app.state.settings
    stop = asyncio.Event()
    worker = None
    if app.state.db.is_sqlite:
        worker = asyncio.create_task(queue.work(app.state.db, wiring.JOBS, settings, stop, wiring.SCHEDULE))
    yield
    stop.set()
    if worker is not None:
        await worker
    await app.state.db.close()
