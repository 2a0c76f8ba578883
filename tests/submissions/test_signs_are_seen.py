"""Wherever people's words are read, an invisible sign among them is seen and turns nothing around it."""

import re

import httpx2
import pytest

from app.organisations.models import Role
from app.platform.db import Database
from app.platform.security import ALLOW
from app.questionnaires.positions import Position
from app.submissions import service
from app.submissions.schemas import NationalAnswerInput, ParagraphInput
from app.translations import service as translations
from tests.factories import Make
from tests.submissions.conftest import ASKED, STATE, UNASKED, Desk, Scene

RLO = "\u202e"
FIELD = re.compile(r"<textarea.*?</textarea>|<input[^>]*>|<title>.*?</title>", re.DOTALL)


def turned(what: str) -> str:
    return f"The {what} was {RLO}paid."


@pytest.mark.one_database
async def test_no_page_of_the_desk_and_none_of_the_contributor_writes_backwards(
    client: httpx2.AsyncClient, db: Database, make: Make, desk: Desk, scene: Scene
) -> None:
    evidence = [{"title": turned("file"), "publisher": turned("printer"), "year": "2026"}]
    given = {
        "narrative": turned("clerk"),
        "evidence": evidence,
        "recommendation": {"action": turned("judge"), "addressee": turned("court")},
        "publication": "named",
    }
    league = await make.organisation()
    signatory = await make.account(Role.SIGNATORY, at=league)
    mine = await make.contribution(
        scene.consultation, organisation=league, answers={ASKED: given, UNASKED: given}
    )
    expert = scene.actor(scene.expert)
    paragraph = await desk.merge(await desk.words(mine))
    async with db.write() as session:
        edited = ParagraphInput(text=turned("State"), version=paragraph.version)
        await service.edit_paragraph(session, expert, scene.slug, STATE, paragraph.id, edited)
        version = (await service._drafting(session, expert, scene.slug, STATE))[1].version
        data = NationalAnswerInput.model_validate(
            {
                "position": Position.YES,
                "citations": [{"title": turned("law")}],
                "assistance": turned("trainer"),
                "version": version,
            }
        )
        await service.set_answer(session, expert, scene.slug, STATE, data)
        text_id = (await desk.answer(mine)).text_id
        await translations.add_translation(session, expert, ALLOW, text_id, "fr", turned("greffier"))
    for contribution in (mine, scene.open, scene.hidden, scene.confidential):
        await desk.decide(contribution, reason=turned("reason"))
    await desk.act("send", scene.expert)
    await desk.act("approve", scene.focal_point)
    await make.signed_in(client, signatory)
    own = f"/en/contributions/{mine.id}"
    await seen(client, f"{own}/check", "clerk", "file", "judge", "court")
    await seen(client, f"{own}/reasons", "clerk", "reason", "State")
    await desk.act("reopen", scene.focal_point, turned("appeal"))
    await make.signed_in(client, scene.expert)
    home = f"/en/desk/{scene.slug}"
    await seen(client, scene.desk, "clerk", "State", "reason", "appeal", "greffier")
    await seen(client, f"{scene.desk}/paragraphs/{paragraph.id}/history")
    await desk.decide(mine, reason=turned("second reason"))
    await seen(client, scene.desk, "reason", "second reason")
    async with db.write() as session:
        await service.delete_paragraph(session, expert, scene.slug, STATE, paragraph.id)
    await seen(client, scene.desk, "State")
    async with db.write() as session:
        await service.restore_paragraph(session, expert, scene.slug, STATE, paragraph.id)
    await seen(client, f"{home}/unasked/{UNASKED}", "clerk")
    await seen(client, f"{home}/questions/{ASKED}", "clerk", "file", "printer", "judge", "court", "greffier")
    await seen(client, f"{home}/contributions/{mine.id}", "clerk", "judge", "greffier")
    await seen(client, f"{home}/texts/{text_id}", "clerk", "greffier")
    await make.signed_in(client, await make.staff(scene.consultation, Role.GOVERNMENT_READER))
    await seen(client, scene.desk, "State", "law", "trainer", "reason")
    await desk.act("send", scene.expert)
    await desk.act("approve", scene.focal_point)
    await make.signed_in(client, signatory)
    await seen(client, f"{own}/reasons", "reason", "second reason")


async def seen(client: httpx2.AsyncClient, path: str, *words: str) -> None:
    """These words stand on the page with the mark, and nothing but a field holds the sign itself."""
    page = await client.get(path)
    assert page.status_code == 200, path
    text = FIELD.sub("", page.text)
    assert RLO not in text, f"{path}: …{text[text.find(RLO) - 200 : text.find(RLO) + 20]}"
    assert "U+202E</bdi>" in text, path
    for what in words:
        assert re.search(rf"The {what} was <bdi[^>]*>U\+202E</bdi>paid", text), f"{path}: {what}"
