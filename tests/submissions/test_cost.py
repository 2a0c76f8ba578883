"""Merging asks the database for what it needs, and begins nothing twice."""

import pytest

from app.questionnaires import queries as questionnaires
from app.submissions import service
from app.submissions.schemas import MergeInput
from tests.submissions.conftest import STATE, Desk, Scene


@pytest.mark.one_database
async def test_merging_into_a_new_paragraph_costs_eight_statements(
    desk: Desk, scene: Scene, statements: list[str]
) -> None:
    async def merge() -> int:
        words = await desk.words(scene.open)
        statements.clear()
        async with desk.db.write() as session:
            data = MergeInput.model_validate({"selections": [words]})
            await service.merge_excerpts(session, scene.actor(scene.expert), scene.slug, STATE, data)
        return len(statements)

    async with desk.db.read() as session:  # the questionnaires are in memory now
        own = scene.consultation
        await questionnaires.get_pair(session, own.civil_society_version_id, own.state_version_id)
    assert await merge() == 11, statements  # the submission and the national answer are begun
    assert await merge() == 8, statements
