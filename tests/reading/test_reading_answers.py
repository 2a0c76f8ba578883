"""Who reads which answers, under which name, and what reading leaves behind."""

import httpx2
import pytest
from sqlmodel import select

from app.audit.models import AuditEntry
from app.contributions import service as contributions
from app.contributions.models import AnswerVersion, Contribution, Mode, Publication
from app.contributions.queries import count_voices
from app.organisations.models import READERS, Role
from app.platform.db import Database
from app.questionnaires import queries as questionnaires
from app.questionnaires.positions import Practice
from app.reading import pages, queries
from app.reading.models import ReadMark
from tests.browsing import post
from tests.factories import Make
from tests.reading.conftest import CODE, Scene

pytestmark = pytest.mark.databases_differ


async def question_ids(db: Database, scene: Scene) -> list:
    async with db.read() as session:
        version = await questionnaires.get_compiled(session, scene.consultation.civil_society_version_id)
        return [version.ids[CODE], version.ids["FP-03-a"]]


async def read_now(db: Database, scene: Scene) -> list[queries.ReadAnswer]:
    ids = await question_ids(db, scene)
    async with db.read() as session:
        return await queries.answers_to(session, scene.consultation, ids)


async def test_a_name_or_a_label_stands_beside_the_words(db: Database, scene: Scene) -> None:
    found = await read_now(db, scene)
    assert {(a.name, a.is_confidential) for a in found} == {
        ("Orsa Valley Legal Aid", False),
        (scene.confidential.label, True),
    }
    counts = queries.stance_counts(found)
    assert (counts.total, counts.practice[Practice.DOES_NOT_WORK], counts.practice[Practice.WORKS]) == (
        3,
        1,
        0,
    )


async def test_only_the_last_submission_of_a_standing_contribution_is_read(
    db: Database, make: Make, scene: Scene
) -> None:
    behind = make.behind(scene.named)
    async with db.write() as session:
        await contributions.revise_contribution(session, behind, scene.named.id)
    await make.answer(scene.named, CODE, {"narrative": "Only drafted.", "publication": "no"}, version=1)
    (answer,) = [a for a in await read_now(db, scene) if not a.is_confidential]
    assert answer.body.startswith("Of 61 rifles")
    # The permission that was taken back counts before the next submission.
    assert answer.publication is Publication.NO
    await make.submit(scene.named)
    (answer,) = [a for a in await read_now(db, scene) if not a.is_confidential]
    assert (answer.body, answer.version_number) == ("Only drafted.", 2)
    async with db.write() as session:
        await contributions.withdraw_contribution(session, behind, scene.named.id)
    assert all(a.is_confidential for a in await read_now(db, scene))


@pytest.mark.parametrize("role", sorted(READERS))
async def test_staff_reads_the_question_screen(
    client: httpx2.AsyncClient, make: Make, scene: Scene, role: Role
) -> None:
    await make.signed_in(client, scene.staff[role])
    page = await client.get(f"/en/desk/{scene.slug}/questions/{CODE}")
    assert page.status_code == 200, page.text
    assert "Of 61 rifles seized" in page.text
    assert "Orsa Valley Legal Aid" in page.text
    assert f"<bdi>{scene.confidential.label}</bdi>, confidential" in page.text
    assert "Court files of 2026" in page.text
    assert ("Translate" in page.text) is (role is not Role.GOVERNMENT_READER)
    assert (await client.get(f"/en/desk/{scene.slug}")).status_code == 200
    assert (await client.get(f"/en/desk/{scene.slug}/questions")).status_code == 200
    whole = await client.get(f"/en/desk/{scene.slug}/contributions/{scene.confidential.id}")
    assert whole.status_code == 200
    assert "Orsa Valley" not in whole.text


@pytest.mark.one_database
@pytest.mark.parametrize("role", [Role.FACILITATOR, Role.TRANSLATOR, Role.AUDITOR])
@pytest.mark.parametrize("path", ["/questions", f"/questions/{CODE}", "/contributions/{id}"])
async def test_the_others_are_told_why_not(
    client: httpx2.AsyncClient, make: Make, scene: Scene, role: Role, path: str
) -> None:
    await make.signed_in(client, scene.staff[role])
    page = await client.get(f"/en/desk/{scene.slug}{path.format(id=scene.named.id)}")
    assert page.status_code == 403
    assert "Orsa Valley" not in page.text
    assert {Role.FACILITATOR: "facilitator", Role.TRANSLATOR: "translator", Role.AUDITOR: "auditor"}[
        role
    ] in page.text


@pytest.mark.one_database
async def test_another_state_finds_nothing(client: httpx2.AsyncClient, make: Make, scene: Scene) -> None:
    elsewhere = await make.consultation(await make.review(await make.state("OR")))
    expert = await make.staff(elsewhere, Role.EXPERT)
    await make.signed_in(client, expert)
    for path in ("", "/questions", f"/questions/{CODE}", f"/contributions/{scene.named.id}", "/texts"):
        assert (await client.get(f"/en/desk/{scene.slug}{path}")).status_code == 404, path
    own = await client.get(f"/en/desk/{elsewhere.slug}/contributions/{scene.named.id}")
    assert own.status_code == 404
    assert (await client.get(f"/en/desk/{elsewhere.slug}/questions/NO-SUCH")).status_code == 404


async def test_reading_is_recorded_once(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.staff[Role.EXPERT])
    for _time in range(2):
        await client.get(f"/en/desk/{scene.slug}/questions/{CODE}")
    async with db.read() as session:
        entries = (await session.exec(select(AuditEntry).where(AuditEntry.action == "answers.read"))).all()
        marks = (await session.exec(select(ReadMark))).all()
    (entry,) = entries
    assert entry.scope_id == scene.consultation.country_review_id
    assert entry.details == {"number": "2", "question": CODE}
    assert len(marks) == 2


async def test_the_question_screen_costs_the_same_for_many_answers(
    client: httpx2.AsyncClient, make: Make, scene: Scene, statements: list[str]
) -> None:
    await make.signed_in(client, scene.staff[Role.EXPERT])
    here = f"/en/desk/{scene.slug}/questions/{CODE}"
    await client.get(here.replace(CODE, "FP-03-c"))  # both questionnaires are in memory now
    statements.clear()
    await client.get(here)
    few = len(statements)
    for _number in range(4):
        await make.contribution(scene.consultation, answers={CODE: "More words."})
    statements.clear()
    await client.get(here)
    assert len(statements) == few <= 11  # three of them for the steps above every page
    statements.clear()
    await client.get(here)
    assert len(statements) <= 8, statements  # three of them for the steps above every page
    statements.clear()
    await client.get(f"/en/desk/{scene.slug}")
    assert len(statements) <= 7, statements  # three of them for the steps above every page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("practice=does_not_work", {"Of 61 rifles"}),
        ("language=ar", {"آلة الوسم"}),
        ("words=IMPORT%20mark", {"Of 61 rifles"}),
        ("words=100%25", set()),
        ("practice=&language=&words=", {"Of 61 rifles", "آلة الوسم"}),
    ],
)
async def test_answers_can_be_filtered(
    client: httpx2.AsyncClient, make: Make, scene: Scene, query: str, shown: set[str]
) -> None:
    await make.signed_in(client, scene.staff[Role.EXPERT])
    page = await client.get(f"/en/desk/{scene.slug}/questions/{CODE}?{query}")
    assert page.status_code == 200
    assert {words for words in ("Of 61 rifles", "آلة الوسم") if words in page.text} == shown


@pytest.mark.one_database
async def test_pages_follow_one_another_by_label(
    client: httpx2.AsyncClient, make: Make, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE", 1)
    headers = await make.token(scene.staff[Role.EXPERT])
    path, seen, after = f"/api/v1/desk/{scene.slug}/questions/{CODE}/answers", [], ""
    while after is not None:
        answered = await client.get(path, params={"after": after}, headers=headers)
        assert answered.status_code == 200, answered.text
        seen += [answer["contributor"] for answer in answered.json()["answers"]]
        after = answered.json()["next"]
    by_label = sorted([scene.named, scene.confidential], key=lambda made: made.label)
    names = {scene.named.id: "Orsa Valley Legal Aid", scene.confidential.id: scene.confidential.label}
    assert seen == [names[made.id] for made in by_label]


@pytest.mark.one_database
async def test_a_withdrawn_contribution_is_gone(client: httpx2.AsyncClient, make: Make, scene: Scene) -> None:
    async with make.db.write() as session:
        await contributions.withdraw_contribution(
            session, make.behind(scene.confidential), scene.confidential.id
        )
    await make.signed_in(client, scene.staff[Role.FOCAL_POINT])
    page = await client.get(f"/en/desk/{scene.slug}/contributions/{scene.confidential.id}")
    assert page.status_code == 404
    assert "آلة الوسم" not in (await client.get(f"/en/desk/{scene.slug}/questions/{CODE}")).text


@pytest.mark.one_database
@pytest.mark.parametrize("language", ["ar", "zh", "en", "fr", "ru", "es"])
async def test_every_page_opens_in_every_language(
    client: httpx2.AsyncClient, make: Make, scene: Scene, language: str
) -> None:
    await make.signed_in(client, scene.staff[Role.FOCAL_POINT])
    for path in ("", "/questions", f"/questions/{CODE}", f"/contributions/{scene.named.id}", "/texts"):
        page = await client.get(f"/{language}/desk/{scene.slug}{path}")
        assert page.status_code == 200, path
        assert page.text.count("<h1") == 1


@pytest.mark.one_database
async def test_a_question_without_answers_and_one_nobody_asks_the_state(
    client: httpx2.AsyncClient, make: Make, scene: Scene
) -> None:
    async with make.db.read() as session:
        pinned = scene.consultation
        pair = await questionnaires.get_pair(
            session, pinned.civil_society_version_id, pinned.state_version_id
        )
    unasked = next(code for code, made in pair.civil_society.ids.items() if not pair.to_state.get(made))
    await make.signed_in(client, scene.staff[Role.EXPERT])
    page = await client.get(f"/en/desk/{scene.slug}/questions/{unasked}")
    assert "No contribution has answered this question." in page.text
    assert "the State is not asked about this" in page.text


@pytest.mark.one_database
async def test_a_label_replaces_whatever_name_a_confidential_row_may_hold(
    db: Database, make: Make, scene: Scene
) -> None:
    other = await make.organisation("Must stay unknown")
    async with db.write() as session:
        row = await session.get_one(Contribution, scene.confidential.id)
        row.organisation_id = other.id
        session.add(row)
    assert row.mode is Mode.CONFIDENTIAL
    assert "Must stay unknown" not in {a.name for a in await read_now(db, scene)}


async def test_statements_without_a_name_are_not_called_confidential(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    office = scene.consultation.office_id
    statements = [
        await make.contribution(
            scene.consultation, Mode.CONFIDENTIAL, answers={CODE: "Nobody looks."}, entered_by_id=office
        )
        for _number in range(2)
    ]
    async with db.read() as session:
        spoke = await count_voices(session, scene.consultation.id)
    assert (spoke.organisations, spoke.confidential, spoke.statements) == (1, 1, 2)
    await make.signed_in(client, scene.staff[Role.EXPERT])
    overview = (await client.get(f"/en/desk/{scene.slug}")).text
    assert "What 2 contributions say" in overview
    assert "Statements without a name" in overview
    page = (await client.get(f"/en/desk/{scene.slug}/questions/{CODE}")).text
    assert (
        page.count(", confidential") == page.count(f"<bdi>{scene.confidential.label}</bdi>, confidential") > 0
    )
    assert page.count("A statement without a name, entered by a facilitator.") == 2
    whole = (await client.get(f"/en/desk/{scene.slug}/contributions/{statements[0].id}")).text
    assert "nobody asked for confidentiality" in whole
    assert "the portal does not know" not in whole
    answers = await client.get(
        f"/api/v1/desk/{scene.slug}/questions/{CODE}/answers",
        headers=await make.token(scene.staff[Role.EXPERT]),
    )
    kinds = [(one["confidential"], one["unattributed"]) for one in answers.json()["answers"]]
    assert sorted(kinds) == [(False, False), (False, True), (False, True), (True, False)]


async def test_opening_marks_nothing_as_read_and_a_mark_can_be_taken_back(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    await make.signed_in(client, scene.staff[Role.EXPERT])
    here = f"/en/desk/{scene.slug}/questions/{CODE}"
    overview = f"/en/desk/{scene.slug}"
    for _time in range(2):
        page = (await client.get(here)).text
    assert "Marked as read by you: 0." in page
    assert "Mark these 2 as read" in page
    assert "<b>3</b> <span><a" in (await client.get(overview)).text
    ids = {a.question_id: a.answer_version_id for a in await read_now(db, scene)}
    assert len(ids) == 2
    version = str(next(a.answer_version_id for a in await read_now(db, scene) if not a.is_confidential))
    one = {"version_ids": [version], "is_read": "true"}
    marked = await post(client, f"{here}/marks?practice=does_not_work", one)
    assert marked.headers["location"] == f"{here}?practice=does_not_work"
    unread = (await client.get(f"{here}?unread=true")).text
    assert "Of 61 rifles" not in unread
    assert "آلة الوسم" in unread
    assert "<b>2</b> <span><a" in (await client.get(overview)).text
    assert "Mark as unread" in (await client.get(here)).text
    await post(client, f"{here}/marks", {**one, "is_read": "false"})
    assert "Of 61 rifles" in (await client.get(f"{here}?unread=true")).text
    whole = f"/en/desk/{scene.slug}/contributions/{scene.named.id}"
    assert (await post(client, f"{whole}/marks", one, page=whole)).headers["location"] == whole
    async with db.read() as session:
        marks = {str(m.answer_version_id): m.is_read for m in (await session.exec(select(ReadMark))).all()}
    assert marks[version] is True
    assert list(marks.values()).count(True) == 1


async def test_programs_mark_answers_and_only_those_of_their_own_consultation(
    client: httpx2.AsyncClient, make: Make, db: Database, scene: Scene
) -> None:
    path = f"/api/v1/desk/{scene.slug}"
    headers = await make.token(scene.staff[Role.EXPERT])
    answers = (await client.get(f"{path}/questions/{CODE}/answers", headers=headers)).json()["answers"]
    assert {answer["is_read"] for answer in answers} == {False}
    elsewhere = await make.consultation(await make.review(await make.state("OR")))
    await make.contribution(elsewhere)
    async with db.read() as session:
        foreign = (await session.exec(select(AnswerVersion.id).order_by(AnswerVersion.id))).all()
    wanted = {"version_ids": [str(each) for each in foreign]}
    marked = await client.post(f"{path}/answers/marks", json=wanted, headers=headers)
    assert marked.json() == {"marked": 3}
    answers = (await client.get(f"{path}/questions/{CODE}/answers", headers=headers)).json()["answers"]
    assert {answer["is_read"] for answer in answers} == {True}
    translator = await make.token(scene.staff[Role.TRANSLATOR])
    assert (await client.post(f"{path}/answers/marks", json=wanted, headers=translator)).status_code == 403


@pytest.mark.one_database
async def test_an_invisible_sign_is_seen_by_its_readers_and_by_its_author_and_stays_stored(
    client: httpx2.AsyncClient, db: Database, make: Make, scene: Scene
) -> None:
    words = "The judge was \u202epaid twice. The clerk \u202bknew."
    league = await make.organisation()
    signatory = await make.account(Role.SIGNATORY, at=league)
    given = {"narrative": words, "recommendation": {"action": "Ask \u2067him."}}
    mine = await make.contribution(scene.consultation, organisation=league, answers={CODE: given})
    await make.signed_in(client, scene.staff[Role.EXPERT])
    await assert_seen(client, f"/en/desk/{scene.slug}/questions/{CODE}")
    await assert_seen(client, f"/en/desk/{scene.slug}/contributions/{mine.id}")
    async with db.write() as session:
        await contributions.revise_contribution(session, make.behind(mine), mine.id)
    await make.signed_in(client, signatory)
    await assert_seen(client, f"/en/contributions/{mine.id}/check")
    field = (await client.get(f"/en/contributions/{mine.id}/questions/{CODE}")).text
    assert words in field
    (answer,) = [a for a in await read_now(db, scene) if a.contribution_id == mine.id]
    assert answer.body == words


async def assert_seen(client: httpx2.AsyncClient, path: str) -> None:
    page = await client.get(path)
    assert page.status_code == 200, path
    for sign in ("U+202E", "U+202B", "U+2067"):
        assert f"{sign}</bdi>" in page.text
    assert "\u202e" not in page.text
    assert "knew.\u202c" in page.text
    assert "him.\u2069" in page.text


async def test_a_reader_is_told_of_a_name_that_nobody_verified_until_the_focal_point_has(
    client: httpx2.AsyncClient, make: Make, scene: Scene, db: Database
) -> None:
    known = await make.organisation("Quay Watch")
    other = await make.organisation("Quay Watch", namesake_of_id=known.id)
    mine = await make.contribution(scene.consultation, organisation=other, answers={CODE: {"law": "no"}})
    there = f"/en/desk/{scene.slug}/contributions/{mine.id}"
    marked = "Name not verified: another organization has the same name."
    await make.signed_in(client, scene.staff[Role.EXPERT])
    assert (await client.get(f"/en/desk/{scene.slug}/questions/{CODE}")).text.count(marked) == 1
    assert (await client.get(f"/en/desk/{scene.slug}/submission/S-FP-08-2")).text.count(marked) == 1
    shown = (await client.get(there)).text
    assert "Nobody has made sure that it is the same." in shown
    assert "I made sure" not in shown
    assert (await post(client, f"{there}/name")).status_code == 403
    await make.signed_in(client, scene.staff[Role.FOCAL_POINT])
    assert "I made sure" in (await client.get(there)).text
    confidential = f"/en/desk/{scene.slug}/contributions/{scene.confidential.id}/name"
    assert (await post(client, confidential)).status_code == 404
    assert (await post(client, f"{there}/name")).status_code == 303
    assert (await post(client, f"{there}/name")).status_code == 303
    assert "ot verified" not in (await client.get(there)).text
    async with db.read() as session:
        [act] = await session.exec(
            select(AuditEntry).where(AuditEntry.action == "organisation.name_verified")
        )
        assert act.thing_id == other.id
