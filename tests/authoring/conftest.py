import pytest

from app.platform.db import Database
from tests.authoring.scene import Scene, begin
from tests.factories import Make


@pytest.fixture
async def scene(db: Database, make: Make) -> Scene:
    return await begin(db, make)
