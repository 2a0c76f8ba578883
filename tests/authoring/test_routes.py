import httpx2
import pytest

from tests.authoring.scene import Scene
from tests.factories import Make

PAGES = (
    "", "/questions/FP-03-a", "/questions/FP-03-a/fr", "/questions/FP-03-a/en", "/texts/ar", "/texts/en",
    "/texts/ar?group=s&state=draft&page=1", "/sections", "/sections/FP-03", "/choices", "/glossary", "/checks",
    "/drift", "/preview/ar", "/preview/zh?question=FP-03-a", "/history", "/changes/1", "/drop",
    "/remove?what=q:FP-03-a", "/remove?what=s:FP-03",
)  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
async def test_the_secretariat_opens_every_page_of_a_draft(
    page: str, scene: Scene, client: httpx2.AsyncClient, make: Make
) -> None:
    await make.signed_in(client, scene.account)
    shown = await client.get(scene.path(page))
    assert shown.status_code == 200, shown.text
    await make.signed_in(client, await make.account())
    assert (await client.get(scene.path(page))).status_code == 404
