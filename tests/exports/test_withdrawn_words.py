"""What a contributor takes back is gone: from pages, files and tables; a mark says that something was there."""

import io
import json

import docx
import httpx2
import pytest
from sqlmodel import SQLModel, select, update

from app import wiring
from app.contributions import service as contributions
from app.contributions.models import Contribution, ContributionState
from app.exports.document import checksum
from app.exports.models import Export
from app.platform.db import Database
from app.publication import service as publication
from app.publication.models import Outcome
from app.submissions import service as submissions
from app.submissions.models import Decision, NationalAnswer, Paragraph, ParagraphVersion, Source
from app.submissions.recognizing import REDACTED
from app.submissions.schemas import ParagraphInput
from app.translations.models import Origin, Text, Translation
from tests.exports.test_exports import FIRST, SAID, Scene, scene  # noqa: F401  (the scene is a fixture)
from tests.factories import SYSTEM, Make

ANSWER = "FP-03-a"
PLANTED = "Behind the mill at Orsa a tinker turns alarm pistols into guns, one in an afternoon."
IN_FRENCH = "Derrière le moulin d'Orsa, un bricoleur transforme des pistolets d'alarme en armes."
REPORT = "Pistols of the mill: a report of nine workshops in the valley"
ADVICE = "Close the workshop behind the mill at Orsa, and the two beside the bridge."
ANOTHER = "Everybody knows that the shops by the river sell them without asking for a name."
TRACES = (PLANTED, IN_FRENCH, REPORT, ADVICE)


async def everything(db: Database) -> str:
    """Every row of every table, as text."""
    rows: list[object] = []
    async with db.read() as session:
        connection = await session.connection()
        for table in SQLModel.metadata.sorted_tables:
            rows += [(table.name, *map(str, row)) for row in await connection.execute(table.select())]
    return json.dumps(rows, ensure_ascii=False).casefold()


async def planted(scene: Scene, make: Make) -> None:  # noqa: F811
    """A third answer whose words, translation and evidence stand everywhere the State writes; made final."""
    full = {
        "narrative": PLANTED,
        "publication": "named",
        "evidence": [{"title": REPORT, "url": "https://mill.example/report"}],
        "recommendation": {"action": ADVICE, "addressee": "Police", "priority": 1},
    }
    scene.given["planted"] = await make.contribution(scene.consultation, answers={ANSWER: full})
    await scene.clear_everything()
    async with scene.db.write() as session:
        answer = (await session.exec(select(Text).where(Text.body == PLANTED))).one()
        made = Translation(text_id=answer.id, language="fr", body=IN_FRENCH, origin=Origin.HUMAN)
        reason = (await session.exec(select(Decision.reason_text_id))).first()
        session.add(made)
        await session.flush()
        await session.exec(update(Source).where(Source.quote == PLANTED).values(translation_id=made.id))
        await session.exec(update(Text).where(Text.id == reason).values(body=f"One wrote: {PLANTED.upper()}"))
        session.add(Translation(text_id=reason, language="es", body=IN_FRENCH, origin=Origin.HUMAN))
        await session.exec(
            update(NationalAnswer).values(assistance=f"We need help: {ADVICE}")  # every answer asks for it
        )
        await submissions.reopen_answer(session, scene.focal, scene.slug, FIRST, "Quote it.")
    async with scene.db.write() as session:
        paragraph = (
            await session.exec(select(Paragraph).where(Paragraph.text.startswith("Converted")))
        ).one()
        said = f"At the mill: {PLANTED} {IN_FRENCH} {ANOTHER}"
        data = ParagraphInput(text=said, version=paragraph.version)
        await submissions.edit_paragraph(session, scene.expert, scene.slug, FIRST, paragraph.id, data)
    await scene.clear([FIRST])
    await scene.hand_over()
    async with scene.db.write() as session:
        await publication.publish_outcome(session, scene.focal, scene.slug)


async def test_withdrawn_words_leave_every_table_page_and_file(
    client: httpx2.AsyncClient,
    db: Database,
    make: Make,
    scene: Scene,  # noqa: F811
) -> None:
    await planted(scene, make)
    before = await everything(db)
    for words in TRACES:
        assert words.casefold() in before, words
    async with db.read() as session:
        (handed_over,) = (await session.exec(select(Export))).all()
    given = scene.given["planted"]
    async with db.write() as session:
        await contributions.withdraw_contribution(session, make.behind(given), given.id)
    after = await everything(db)
    for words in TRACES:
        for start in range(0, len(words) - 40, 20):
            assert words[start : start + 40].casefold() not in after, words
    async with db.read() as session:
        (export,) = (await session.exec(select(Export))).all()
        paragraphs = (await session.exec(select(Paragraph))).all()
        versions = (await session.exec(select(ParagraphVersion))).all()
        outcomes = (await session.exec(select(Outcome).order_by(Outcome.number))).all()
    assert [outcome.number for outcome in outcomes] == [1, 2]
    # What stood beside the words stands; the version somebody may be editing is another one.
    (paragraph,) = [each for each in paragraphs if REDACTED in each.text]
    assert paragraph.text == f"At the mill: {REDACTED} {REDACTED} {ANOTHER}"
    assert (paragraph.id, paragraph.version) in {(each.paragraph_id, each.number) for each in versions}
    # The checksum is that of what was made final, and the page says so.
    assert export.checksum == handed_over.checksum == checksum(handed_over.content)
    assert export.redacted_on is not None
    assert REDACTED in str(export.content)
    await make.signed_in(client, scene.accounts["focal"])
    address = f"/en/desk/{scene.slug}/export"
    page = (await client.get(address)).text
    assert "Withdrawn words were taken out on" in page
    assert f"{FIRST}: words in a paragraph were withdrawn." in page
    document = docx.Document(io.BytesIO((await client.get(f"{address}/1.docx")).content))
    said = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "Words in this file were withdrawn by their author." in said
    answered = (await client.get(f"{address}/1.json")).json()
    assert (answered["checksum"], answered["redacted_on"]) == (
        export.checksum,
        export.redacted_on.isoformat(),
    )
    draft = docx.Document(io.BytesIO((await client.get(f"{address}/draft.docx")).content))
    desk = await client.get(f"/en/desk/{scene.slug}/submission/{FIRST}")
    for shown in (said, desk.text, "\n".join(paragraph.text for paragraph in draft.paragraphs)):
        assert PLANTED[:40] not in shown
    assert "Withdrawn by its author" in desk.text


@pytest.mark.one_database
async def test_words_that_another_answer_says_too_stay(
    client: httpx2.AsyncClient,
    db: Database,
    make: Make,
    scene: Scene,  # noqa: F811
) -> None:
    await planted(scene, make)
    await make.contribution(scene.consultation, answers={ANSWER: f"We sign this, too: {PLANTED}"})
    given = scene.given["planted"]
    async with db.write() as session:
        await contributions.withdraw_contribution(session, make.behind(given), given.id)
    async with db.read() as session:
        texts = (await session.exec(select(Paragraph.text))).all()
    assert f"At the mill: {PLANTED} {REDACTED} {ANOTHER}" in texts


@pytest.mark.one_database
async def test_what_was_withdrawn_under_an_earlier_version_is_erased_by_a_job(
    client: httpx2.AsyncClient,
    db: Database,
    make: Make,
    scene: Scene,  # noqa: F811
) -> None:
    await planted(scene, make)
    given = scene.given["planted"]
    async with db.write() as session:
        own = update(Contribution).where(Contribution.id == given.id)
        await session.exec(own.values(state=ContributionState.WITHDRAWN))
    assert PLANTED.casefold() in await everything(db)
    await wiring.JOBS["contributions.erase_withdrawn"](db, None)
    after = await everything(db)
    assert not [words for words in TRACES if words.casefold() in after]
    # What stands is left alone, and the second time there is nothing to do.
    assert SAID.casefold() in after
    async with db.write() as session:
        assert await contributions.erase_withdrawn(session, SYSTEM) == 0
