"""The portal with the demonstration in it, asked without a browser."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from fastapi import FastAPI
from pydantic import SecretStr

from app import wiring
from app.main import create_app
from app.platform import pages, queue
from app.platform.settings import Settings
from tests.pages.readers import Readers
from tests.seeded import Seeded, seed_once


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Seeded:
    """A copy of the demonstration for these tests: signing in writes."""
    return seed_once(tmp_path_factory).copy(tmp_path_factory.mktemp("pages") / "seeded")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def standing(seeded: Seeded) -> AsyncIterator[FastAPI]:
    """The portal, started once; its jobs wait."""

    async def wait(*given: Any) -> None:
        stop = next(each for each in given if isinstance(each, asyncio.Event))
        await stop.wait()

    patch = pytest.MonkeyPatch()
    patch.setattr(queue, "work", wait)
    settings = Settings(
        database_url=f"sqlite+aiosqlite:///{seeded.database}",
        secret=SecretStr("a secret for tests only"),
        public_url="http://testserver",
        mail_folder=seeded.mails,
        demonstration=True,
    )
    app = create_app(settings)
    # Whoever made templates before there was a portal made them without its vocabulary.
    pages.environment.cache_clear()
    async with app.router.lifespan_context(app):
        yield app
    patch.undo()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def everybody(standing: FastAPI, seeded: Seeded) -> AsyncIterator[Readers]:
    """People with a client each, signed in once."""
    made = Readers(standing, seeded)
    yield made
    await made.close()


@pytest.fixture
def readers(everybody: Readers) -> Readers:
    """The same; another test may have made a portal with other routes in between."""
    pages.learn_routes([*wiring.ROUTERS, *wiring.DEMONSTRATION_ROUTERS])
    return everybody


@pytest_asyncio.fixture(loop_scope="session")
async def nobody(readers: Readers) -> httpx2.AsyncClient:
    """Somebody who is not signed in."""
    return await readers.called("nobody")
