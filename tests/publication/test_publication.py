"""From the handed-over submission to the public page, and out again when somebody withdraws."""

import re
import sys
from dataclasses import dataclass
from uuid import UUID

import httpx2
import pytest
from sqlmodel import select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit.models import AuditEntry
from app.consultations.models import Consultation, ConsultationState
from app.contributions import service as contributions
from app.contributions.models import Answer, AnswerVersion, Contribution, Mode
from app.organisations.models import Role
from app.platform import clock
from app.platform.db import Database
from app.platform.security import ALLOW, Actor
from app.publication import gathering
from app.publication.models import Outcome
from app.questionnaires import queries as questionnaires
from app.questionnaires.positions import Position
from app.submissions.models import (
    Decision,
    DecisionKind,
    NationalAnswer,
    NationalAnswerState,
    Paragraph,
    Source,
    Submission,
    SubmissionState,
)
from app.translations import service as translations
from app.translations.models import Text
from tests.browsing import post
from tests.counting import asked
from tests.factories import Make

CODE = "FP-08-1b"
LEAGUE = "Orsa Valley Legal Aid"
NAMED = "Of 61 rifles seized in Orsa in 2026, 22 were imported after 2020 and carried no import mark."
UNNAMED = "آلة الوسم في معبر تارمو معطّلة منذ آب/أغسطس 2024 ولم يصلحها أحد حتى الآن."
SILENT = "The guard on the night shift takes money for letting the lorries through without a check."


@dataclass
class Scene:
    consultation: Consultation
    named: Contribution
    unnamed: Contribution
    silent: Contribution
    state_code: str

    @property
    def public(self) -> str:
        return f"/en/c/{self.consultation.slug}/outcome"

    @property
    def desk(self) -> str:
        return f"/en/desk/{self.consultation.slug}/outcome"


async def handed_over(db: Database, make: Make, consultation: Consultation, given: list[Contribution]) -> str:
    """A approved national answer that rests on one sentence of each contribution; returns its code."""
    async with db.write() as session:
        pair = await questionnaires.get_pair(
            session, consultation.civil_society_version_id, consultation.state_version_id
        )
        asked, state = pair.civil_society, pair.state
        question_id = pair.to_state[asked.ids[CODE]][0]
        submission = Submission(
            consultation_id=consultation.id,
            office_id=consultation.office_id,
            language="en",
            state=SubmissionState.FINAL,
        )
        session.add(submission)
        await session.flush()
        national = NationalAnswer(
            submission_id=submission.id,
            question_id=question_id,
            position=Position.IN_PART,
            citations=[{"title": "Act No. 14", "url": "https://law.example/14"}],
            state=NationalAnswerState.APPROVED,
        )
        session.add(national)
        await session.flush()
        paragraph = Paragraph(national_answer_id=national.id, position=1, text="Marking at import is uneven.")
        session.add(paragraph)
        await session.flush()
        for contribution in given:
            await _used(session, contribution, paragraph)
        return state.codes[question_id]


async def _used(session: AsyncSession, contribution: Contribution, paragraph: Paragraph) -> None:
    row = await session.exec(
        select(Answer, AnswerVersion, Text)
        .join(AnswerVersion, AnswerVersion.id == Answer.current_version_id)
        .join(Text, Text.id == AnswerVersion.text_id)
        .where(Answer.contribution_id == contribution.id)
    )
    answer, version, text = row.one()
    reason = Text(language="en", body=f"Reason for the answer with {len(text.body)} characters.")
    session.add(reason)
    await session.flush()
    session.add(
        Source(
            paragraph_id=paragraph.id,
            answer_id=answer.id,
            answer_version_id=version.id,
            starts=0,
            ends=len(text.body),
            quote=text.body,
        )
    )
    session.add(
        Decision(
            answer_id=answer.id,
            answer_version_id=version.id,
            kind=DecisionKind.USED,
            reason_text_id=reason.id,
        )
    )


@pytest.fixture
async def scene(db: Database, make: Make) -> Scene:
    consultation = await make.consultation(state=ConsultationState.CLOSED)
    league = await make.organisation(LEAGUE)
    given = [
        await make.contribution(
            consultation, organisation=league, answers={CODE: {"narrative": NAMED, "publication": "named"}}
        ),
        await make.contribution(
            consultation,
            Mode.CONFIDENTIAL,
            answers={CODE: {"narrative": UNNAMED, "language": "ar", "publication": "unnamed"}},
        ),
        await make.contribution(consultation, Mode.CONFIDENTIAL, answers={CODE: {"narrative": SILENT}}),
    ]
    code = await handed_over(db, make, consultation, given)
    named, unnamed, silent = given
    return Scene(consultation, named, unnamed, silent, code)


async def publish(client: httpx2.AsyncClient, make: Make, scene: Scene) -> None:
    await make.signed_in(client, await make.staff(scene.consultation, Role.FOCAL_POINT))
    done = await post(client, scene.desk, page=scene.desk)
    assert (done.status_code, done.headers["location"]) == (303, scene.public)
    client.cookies.clear()


async def withdraw(make: Make, contribution: Contribution) -> None:
    async with make.db.write() as session:
        await contributions.withdraw_contribution(session, make.behind(contribution), contribution.id)


async def test_the_public_reads_what_authors_allow(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    before = await client.get(scene.public)
    assert (before.status_code, "not published yet" in before.text) == (200, True)
    await publish(client, make, scene)
    overview = await client.get(scene.public)
    assert "Marking at import is uneven." in overview.text
    page = (await client.get(f"{scene.public}?q={scene.state_code}")).text
    assert page.count(NAMED) == 2  # as a source and as an answer
    assert page.count(UNNAMED) == 2
    assert f"<bdi>{LEAGUE}</bdi>" in page
    assert "Contribution without a name" in page
    assert SILENT not in page
    assert "Act No. 14" in page
    assert f"Reason for the answer with {len(NAMED)} characters." in page
    assert f"Reason for the answer with {len(SILENT)} characters." not in page
    for contribution in (scene.named, scene.unnamed, scene.silent):
        assert f">{contribution.label}<" not in page
        assert str(contribution.id) not in page
    assert (await client.get(f"{scene.public}?q=NO-SUCH")).status_code == 404


@pytest.fixture
def turned(monkeypatch: pytest.MonkeyPatch) -> None:
    """The words that are published hold an order to write backwards."""
    monkeypatch.setattr(
        sys.modules[__name__], "NAMED", "Of 61 rifles \u202eseized, 22 carried no import mark."
    )


@pytest.mark.one_database
@pytest.mark.usefixtures("turned")
async def test_nothing_the_public_reads_is_written_backwards(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    await publish(client, make, scene)
    page = (await client.get(f"{scene.public}?q={scene.state_code}")).text
    assert page.count("U+202E</bdi>seized") == 2  # as a source and as an answer
    assert "\u202e" not in page


async def test_the_same_as_json(client: httpx2.AsyncClient, make: Make, scene: Scene) -> None:
    path = f"/api/v1/consultations/{scene.consultation.slug}/outcome"
    assert (await client.get(path)).status_code == 404
    await publish(client, make, scene)
    answered = (await client.get(path)).json()
    assert answered["number"] == 1
    content = answered["content"]
    assert (content["contributions"], content["answers"]) == ("<5", "<5")
    (question,) = [one for one in content["questions"] if one["code"] == scene.state_code]
    assert {answer["name"] for answer in question["answers"]} == {LEAGUE, None}
    # One of three is silent, and two are published: neither the total nor its paragraph says "one".
    assert question["paragraphs"][0]["counted"] is None
    # Names of earlier releases stand beside those of today, until the next one.
    assert question["passages"] == question["paragraphs"]
    assert set(question["dispositions"].values()) == set(question["decisions"].values())
    assert {answer["disposition"] for answer in question["answers"]} == {"taken_up"}
    assert (question["total"], question["decisions"]["used"]) == (None, None)
    assert SILENT not in str(content)
    assert "key" not in str(content)


@pytest.mark.parametrize("leaving", ["named", "unnamed"])
async def test_a_withdrawal_takes_the_words_out_at_once(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene, leaving: str
) -> None:
    await publish(client, make, scene)
    # The submission is reopened meanwhile: what is drafted there must not get out by a withdrawal.
    async with db.write() as session:
        await session.exec(update(Paragraph).values(text="A draft nobody has approved."))
    await withdraw(make, getattr(scene, leaving))
    page = (await client.get(f"{scene.public}?q={scene.state_code}")).text
    gone, left = (NAMED, UNNAMED) if leaving == "named" else (UNNAMED, NAMED)
    assert gone not in page
    assert page.count(left) == 2
    assert (LEAGUE in page) is (leaving != "named")
    assert "were withdrawn by their author" in page
    assert "A draft nobody has approved." not in page
    assert "Marking at import is uneven." in page
    await make.night()
    async with db.read() as session:
        first, second = (await session.exec(select(Outcome).order_by(Outcome.number))).all()
        actions = (await session.exec(select(AuditEntry.action))).all()
    assert (first.number, second.number) == (1, 2)
    assert first.published_at == second.published_at, "the public reads when somebody withdrew"
    assert second.id.version == 4, "its identifier tells when somebody withdrew"
    assert {"outcome.published", "outcome.rebuilt"} <= set(actions)


@pytest.mark.one_database
async def test_what_was_withdrawn_before_is_never_published(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    await withdraw(make, scene.named)
    await publish(client, make, scene)
    page = (await client.get(f"{scene.public}?q={scene.state_code}")).text
    assert NAMED not in page
    assert LEAGUE not in page
    assert "were withdrawn by their author" in page


@pytest.mark.one_database
async def test_a_permission_taken_back_in_a_draft_counts(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    async with db.write() as session:
        await session.exec(
            update(Answer).where(Answer.contribution_id == scene.named.id).values(publication="unnamed")
        )
    await publish(client, make, scene)
    page = (await client.get(f"{scene.public}?q={scene.state_code}")).text
    assert NAMED in page
    assert LEAGUE not in page


async def test_only_the_focal_point_publishes_and_only_what_is_handed_over(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, await make.staff(scene.consultation, Role.EXPERT))
    preview = await client.get(scene.desk)
    assert preview.status_code == 200
    assert "Only the focal point of this review may publish the outcome." in preview.text
    assert (await post(client, scene.desk)).status_code == 403
    async with db.write() as session:
        await session.exec(update(Submission).values(state=SubmissionState.APPROVED))
    await make.signed_in(client, await make.staff(scene.consultation, Role.FOCAL_POINT))
    preview = await client.get(scene.desk)
    assert "when the final file has been made" in preview.text
    assert (await post(client, scene.desk)).status_code == 403
    async with db.read() as session:
        assert (await session.exec(select(Outcome))).first() is None


@pytest.mark.one_database
async def test_the_desk_page_is_behind_the_wall(client: httpx2.AsyncClient, make: Make, scene: Scene) -> None:
    elsewhere = await make.consultation(await make.review(await make.state("OR")))
    await make.signed_in(client, await make.staff(elsewhere, Role.FOCAL_POINT))
    assert (await client.get(scene.desk)).status_code == 404
    assert (await post(client, scene.desk)).status_code == 404
    await make.signed_in(client, await make.staff(scene.consultation, Role.AUDITOR))
    assert (await client.get(scene.desk)).status_code == 403
    draft = await make.consultation(state=ConsultationState.DRAFT)
    client.cookies.clear()
    assert (await client.get(f"/en/c/{draft.slug}/outcome")).status_code == 404


@pytest.mark.one_database
@pytest.mark.parametrize("language", ["ar", "zh", "en", "fr", "ru", "es"])
async def test_every_page_opens_in_every_language(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene, language: str
) -> None:
    async with db.write() as session:
        version = (
            await session.exec(select(AnswerVersion.text_id).where(AnswerVersion.language == "ar"))
        ).one()
        if language != "ar":
            await translations.add_translation(
                session, Actor(name="Dana"), ALLOW, UUID(str(version)), language, "TRANSLATED"
            )
    await make.signed_in(client, await make.staff(scene.consultation, Role.FOCAL_POINT))
    assert (await client.get(scene.desk.replace("/en/", f"/{language}/"))).status_code == 200
    await publish(client, make, scene)
    page = await client.get(f"{scene.public}?q={scene.state_code}".replace("/en/", f"/{language}/"))
    assert page.status_code == 200
    assert page.text.count("<h1") == 1
    assert ("TRANSLATED" in page.text) is (language != "ar")


async def test_the_public_page_costs_few_statements(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    await publish(client, make, scene)
    await client.get(scene.public)
    with asked(db) as counted:
        await client.get(scene.public)
    assert len(counted) == 2, counted


async def test_the_public_counts_are_of_each_kind_and_keep_the_small_number_rule(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    office = scene.consultation.office_id
    for _number in range(6):
        given = await make.contribution(
            scene.consultation, Mode.CONFIDENTIAL, answers={CODE: "Nobody looks."}, entered_by_id=office
        )
        async with make.db.write() as session:
            paragraph = (await session.exec(select(Paragraph))).one()
            await _used(session, given, paragraph)
    await publish(client, make, scene)
    page = (await client.get(scene.public)).text
    # Three contributions; the sentences a facilitator took in are none, and their kinds are too few to tell.
    assert 'Contributions: <bdi dir="ltr">&lt;5</bdi>.' in page
    assert "Organizations:" not in page
    assert "Statements gathered without a name: 6." in page
    content = (await client.get(f"/api/v1/consultations/{scene.consultation.slug}/outcome")).json()["content"]
    assert (content["contributions"], content["organisations"], content["confidential"]) == ("<5", None, None)
    assert (content["statements"], content["decided"]) == (6, True)


async def test_a_decision_whose_paragraph_was_taken_out_is_none_for_the_public_either(
    db: Database, scene: Scene
) -> None:
    async with db.write() as session:
        paragraph_id = (await session.exec(select(Paragraph.id))).one()
        await session.exec(update(Decision).values(reason_text_id=None, paragraph_id=paragraph_id))
        assert (await gathering.content_of(session, scene.consultation))["decided"] is True
        await session.exec(update(Paragraph).values(removed_at=clock.now()))
        assert (await gathering.content_of(session, scene.consultation))["decided"] is False


async def test_the_first_page_counts_only_what_can_be_read_and_offers_the_whole(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    await publish(client, make, scene)
    page = (await client.get(scene.public)).text
    # Two of three answers are published: the third is in no figure.
    assert "answers whose words are published here</dt><dd>2</dd>" in page
    assert page.index('id="figures"') < page.index('id="questions"') < page.index('id="files"')
    one = (await client.get(f"{scene.public}?q={scene.state_code}")).text
    assert 'id="figures"' not in one
    (address,) = re.findall(r'href="(/api/v1/[^"]+)" download="([^"]+)"', page)
    taken = await client.get(address[0])
    assert (taken.status_code, taken.json()["number"]) == (200, 1)
    assert address[1] == f"{scene.consultation.slug}-outcome-1.json"


async def test_home_invites_to_a_conclusion_with_figures_of_its_newest_outcome(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    await publish(client, make, scene)
    await publish(client, make, scene)
    async with db.write() as session:
        await session.exec(update(Consultation).values(state=ConsultationState.CONCLUDED))
    home = (await client.get("/en/")).text
    assert "question whose national answer rests on published words</dt><dd>1 of 1</dd>" in home
    # Fewer than five answered: how many is not told here either.
    assert "each with a decision and its reason" not in home
