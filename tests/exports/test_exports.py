import io
from collections.abc import Iterable
from uuid import UUID

import docx
import httpx2
import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.models import Account
from app.audit.models import AuditEntry
from app.consultations.models import Consultation, ConsultationState
from app.contributions import queries as contribution_queries
from app.contributions import service as contributions
from app.contributions.models import AnswerVersion, Contribution, Mode
from app.exports import queries, service
from app.exports.document import Document, checksum
from app.exports.models import Export
from app.organisations.models import Role
from app.platform import clock
from app.platform.db import Database
from app.platform.errors import Forbidden, NotFound
from app.platform.security import Actor
from app.questionnaires import queries as questionnaires
from app.questionnaires.positions import Position
from app.submissions import decisions
from app.submissions import service as submissions
from app.submissions.models import DecisionKind, NationalAnswer, NationalAnswerState, Paragraph, Submission
from app.submissions.schemas import (
    DecisionInput,
    MergeInput,
    NationalAnswerInput,
    ParagraphInput,
    Selection,
)
from tests.browsing import post
from tests.factories import Make, actor_of

FIRST = "S-FP-03-1"
SAID = "Alarm pistols are sold here without a licence and turned into guns in one afternoon."


class Scene:
    """A consultation with an expert, a focal point and three answers to one question."""

    def __init__(self, db: Database, consultation: Consultation, expert: Account, focal: Account) -> None:
        self.db, self.consultation, self.slug = db, consultation, consultation.slug
        self.accounts = {"expert": expert, "focal": focal}
        office = consultation.office_id
        self.expert = actor_of(expert, [(Role.EXPERT, office)])
        self.focal = actor_of(focal, [(Role.FOCAL_POINT, office)])
        self.given: dict[str, Contribution] = {}

    async def codes(self) -> list[str]:
        async with self.db.read() as session:
            return list((await questionnaires.get_compiled(session, self.consultation.state_version_id)).ids)

    async def merge(self, code: str = FIRST) -> None:
        """One paragraph that rests on every answer."""
        async with self.db.write() as session:
            paragraph = await submissions.add_paragraph(
                session, self.expert, self.slug, code, ParagraphInput(text="Converted weapons are a gap.")
            )
            versions = (await session.exec(select(AnswerVersion.id))).all()
            chosen = [Selection(answer_version_id=each) for each in versions]
            data = MergeInput(selections=chosen, paragraph_id=paragraph.id)
            await submissions.merge_excerpts(session, self.expert, self.slug, code, data)

    async def decide(self) -> None:
        async with self.db.write() as session:
            for contribution in self.given.values():
                for answer in (await contribution_queries.answers_of(session, contribution.id)).values():
                    await decisions.decide_answer(
                        session,
                        self.expert,
                        self.slug,
                        answer.id,
                        DecisionInput(decision=DecisionKind.NOTED, reason="It is noted."),
                    )

    async def clear(self, codes: Iterable[str]) -> None:
        for code in codes:
            async with self.db.write() as session:
                data = NationalAnswerInput.model_validate(
                    {
                        "position": "in_part",
                        "citations": [{"title": "Arms Act, section 4", "url": "https://law.example/4"}],
                        "version": await self._version(code),
                    }
                )
                await submissions.set_answer(session, self.expert, self.slug, code, data)
            async with self.db.write() as session:
                await submissions.send_answer(session, self.expert, self.slug, code)
            async with self.db.write() as session:
                await submissions.approve_answer(session, self.focal, self.slug, code)

    async def _version(self, code: str) -> int:
        async with self.db.read() as session:
            frame = await submissions.queries.get_frame(session, self.expert, self.slug, code)
            return frame.national.version

    async def clear_everything(self) -> None:
        await self.merge()
        await self.decide()
        await self.clear([FIRST])
        async with self.db.write() as session:
            submission = (await session.exec(select(Submission))).one()
            compiled = await questionnaires.get_compiled(session, self.consultation.state_version_id)
            for code, question_id in list(compiled.ids.items())[1:]:
                await self._approved(session, submission, code, question_id)

    @staticmethod
    async def _approved(session: AsyncSession, submission: Submission, code: str, question_id: UUID) -> None:
        national = NationalAnswer(
            submission_id=submission.id,
            question_id=question_id,
            position=Position.YES,
            state=NationalAnswerState.APPROVED,
            approved_at=clock.now(),
        )
        session.add(national)
        await session.flush()
        session.add(Paragraph(national_answer_id=national.id, position=1, text=f"The law answers {code}."))

    async def withdraw(self, make: Make, *keys: str) -> None:
        async with self.db.write() as session:
            for key in keys:
                given = self.given[key]
                await contributions.withdraw_contribution(session, make.behind(given), given.id)

    async def forget_the_withdrawn(self) -> None:
        """Take the sources away whose words their authors took back."""
        async with self.db.write() as session:
            frame = await submissions.queries.get_frame(session, self.expert, self.slug, FIRST)
            for shown in await submissions.queries.paragraphs_of(session, frame.national):
                for source in shown.sources:
                    if source.quote is None:
                        await submissions.remove_source(session, self.expert, self.slug, FIRST, source.id)

    async def obstacles(self) -> list[str]:
        async with self.db.read() as session:
            page = await queries.export_page(session, self.focal, self.slug)
        return [each.code for each in page.obstacles]

    async def hand_over(self, actor: Actor | None = None) -> tuple[Export, bool]:
        async with self.db.write() as session:
            return await service.hand_over(session, actor or self.focal, self.slug)

    async def rewrite(self, text: str, code: str = FIRST) -> None:
        """Reopen an answer, change its paragraph, clear it again."""
        async with self.db.write() as session:
            await submissions.reopen_answer(session, self.focal, self.slug, code, "A new law.")
        async with self.db.write() as session:
            paragraph = (await session.exec(select(Paragraph).order_by(Paragraph.id))).first()
            assert paragraph
            data = ParagraphInput(text=text, version=paragraph.version)
            await submissions.edit_paragraph(session, self.expert, self.slug, code, paragraph.id, data)
        await self.clear([code])


@pytest.fixture
async def scene(db: Database, make: Make) -> Scene:
    consultation = await make.consultation(state=ConsultationState.CLOSED)
    expert = await make.staff(consultation, Role.EXPERT)
    made = Scene(db, consultation, expert, await make.staff(consultation, Role.FOCAL_POINT))
    answer = {"narrative": SAID, "language": "en"}
    river = await make.organisation("River Watch")
    hills = await make.organisation("Hill Watch")
    made.given = {
        "named": await make.contribution(
            consultation, answers={"FP-03-a": {**answer, "publication": "named"}}, organisation=river
        ),
        "unnamed": await make.contribution(
            consultation, answers={"FP-03-a": {**answer, "publication": "unnamed"}}, organisation=hills
        ),
        "no": await make.contribution(consultation, Mode.CONFIDENTIAL, answers={"FP-03-a": answer}),
    }
    return made


async def test_nothing_is_handed_over_while_something_stands_in_the_way(scene: Scene) -> None:
    async with scene.db.read() as session:
        page = await queries.export_page(session, scene.focal, scene.slug)
    pages = {(each.page, each.code) for each in page.obstacles}
    assert ("submissions.desk", FIRST) in pages
    assert len(page.obstacles) == 1 + len(await scene.codes())
    assert not page.may_hand_over
    with pytest.raises(Forbidden):
        await scene.hand_over()


async def test_a_hand_over_makes_a_numbered_export_and_a_record(scene: Scene) -> None:
    await scene.clear_everything()
    export, is_new = await scene.hand_over()
    assert (export.number, is_new) == (1, True)
    async with scene.db.read() as session:
        stored = (await session.exec(select(Export))).one()
        submission = (await session.exec(select(Submission))).one()
        acts = (await session.exec(select(AuditEntry).where(AuditEntry.action == "submission.final"))).all()
    assert submission.state.value == "final"
    assert stored.checksum == checksum(stored.content)
    assert [act.details["number"] for act in acts] == ["1"]


async def test_a_document_shows_no_more_of_its_sources_than_they_allowed(scene: Scene) -> None:
    await scene.clear_everything()
    document: Document = (await scene.hand_over())[0].content
    question = document["questions"][0]
    assert question["paragraphs"][0]["sources"] == {
        "organisations": ["River Watch"],
        "unnamed": 1,
        "not_public": 1,
    }
    whole = str(document)
    assert "Hill Watch" not in whole
    assert scene.given["no"].label not in whole
    assert SAID not in whole


async def test_only_the_focal_point_of_the_review_hands_over(scene: Scene, make: Make) -> None:
    await scene.clear_everything()
    for actor in (
        scene.expert,
        actor_of(await make.account(), [(Role.FOCAL_POINT, scene.consultation.office_id)]),
    ):
        with pytest.raises(Forbidden):
            await scene.hand_over(actor)
    with pytest.raises(NotFound):
        await scene.hand_over(
            actor_of(await make.account(), [(Role.FOCAL_POINT, (await make.office("ZZ")).id)])
        )


async def test_handing_the_same_text_over_again_makes_no_export(scene: Scene) -> None:
    await scene.clear_everything()
    await scene.hand_over()
    assert (await scene.hand_over())[1] is False
    async with scene.db.write() as session:
        await submissions.reopen_answer(session, scene.focal, scene.slug, FIRST, "A second look.")
    with pytest.raises(Forbidden):
        await scene.hand_over()
    await scene.clear([FIRST])
    export, is_new = await scene.hand_over()
    assert (export.number, is_new) == (1, False)
    async with scene.db.read() as session:
        assert (await session.exec(select(Submission))).one().state.value == "final"


async def test_a_second_export_shows_what_changed(scene: Scene) -> None:
    await scene.clear_everything()
    await scene.hand_over()
    await scene.rewrite("Converted weapons are a known gap.")
    export, is_new = await scene.hand_over()
    assert (export.number, is_new) == (2, True)
    async with scene.db.read() as session:
        view = await queries.get_export(session, scene.expert, scene.slug, 2)
    assert [change.code for change in view.changes] == [FIRST]
    assert ("added", "known ") in view.changes[0].paragraphs[0].parts


async def test_words_taken_back_after_clearance_stop_the_hand_over(scene: Scene, make: Make) -> None:
    await scene.clear_everything()
    async with scene.db.write() as session:
        await submissions.reopen_answer(session, scene.focal, scene.slug, FIRST, "Quote it.")
    await scene.withdraw(make, "no", "unnamed")
    await scene.forget_the_withdrawn()
    await _quote(scene)
    assert await scene.obstacles() == []
    await scene.withdraw(make, "named")
    assert await scene.obstacles() == [FIRST]
    with pytest.raises(Forbidden):
        await scene.hand_over()


async def _quote(scene: Scene) -> None:
    """A approved paragraph that repeats the withdrawn words."""
    async with scene.db.write() as session:
        paragraph = (await session.exec(select(Paragraph).order_by(Paragraph.id))).first()
        assert paragraph
        data = ParagraphInput(text=SAID, version=paragraph.version)
        await submissions.edit_paragraph(session, scene.expert, scene.slug, FIRST, paragraph.id, data)
    await scene.clear([FIRST])


async def test_the_pages_and_files_follow_the_submission(
    scene: Scene, make: Make, client: httpx2.AsyncClient
) -> None:
    address = f"/en/desk/{scene.slug}/export"
    await make.signed_in(client, scene.accounts["focal"])
    shown = await client.get(address)
    assert f"/en/desk/{scene.slug}/submission/{FIRST}" in shown.text
    assert (await post(client, address)).status_code == 403
    draft = await client.get(f"{address}/draft.docx")
    assert draft.status_code == 200
    assert "DRAFT" in docx.Document(io.BytesIO(draft.content)).sections[0].header.paragraphs[0].text
    await scene.clear_everything()
    assert (await post(client, address, page=address)).status_code == 303
    await scene.rewrite("Converted weapons are a known gap.")
    assert (await post(client, address, page=address)).status_code == 303
    word = await client.get(f"{address}/2.docx")
    assert word.headers["content-disposition"] == f'attachment; filename="{scene.slug}-export-2.docx"'
    assert word.headers["x-content-type-options"] == "nosniff"
    assert word.content == (await client.get(f"{address}/2.docx")).content
    texts = [paragraph.text for paragraph in docx.Document(io.BytesIO(word.content)).paragraphs]
    assert "Converted weapons are a known gap." in texts
    assert "What changed since final file 1" in texts
    assert (await client.get(f"{address}/2.json")).json()["changes"][0]["code"] == FIRST
    changed = await client.get(f"{address}/2/changes")
    assert "<ins>known </ins>" in changed.text
    assert (await client.get(f"{address}/1/changes")).status_code == 200
    for wrong in ("3.docx", "2.pdf", "0.json", f"{10**30}.docx", "3/changes"):
        assert (await client.get(f"{address}/{wrong}")).status_code == 404


async def test_readers_may_look_and_others_may_not(
    scene: Scene, make: Make, client: httpx2.AsyncClient
) -> None:
    address = f"/en/desk/{scene.slug}/export"
    for role, status in ((Role.GOVERNMENT_READER, 200), (Role.EXPERT, 200), (Role.FACILITATOR, 403)):
        await make.signed_in(client, await make.staff(scene.consultation, role))
        assert (await client.get(address)).status_code == status
        assert (await client.get(f"{address}/draft.docx")).status_code == status
    await make.signed_in(client, await make.account(Role.EXPERT, at=await make.office("ZZ")))
    assert (await client.get(address)).status_code == 404


async def test_a_program_hands_over_and_reads_the_document(
    scene: Scene, make: Make, client: httpx2.AsyncClient
) -> None:
    await scene.clear_everything()
    headers = await make.token(scene.accounts["focal"])
    address = f"/api/v1/desk/{scene.slug}/exports"
    assert (await client.post(address, headers=headers)).status_code == 201
    again = await client.post(address, headers=headers)
    assert (again.status_code, again.json()["is_new"]) == (200, False)
    assert [each["number"] for each in (await client.get(address, headers=headers)).json()] == [1]
    one = (await client.get(f"{address}/1", headers=headers)).json()
    assert one["checksum"] == checksum(one["document"])
    assert (await client.get(f"{address}/2", headers=headers)).status_code == 404
