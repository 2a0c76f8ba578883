from pathlib import Path

import httpx2
import pytest
from sqlmodel import func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.models import Account
from app.audit.models import AuditEntry
from app.consultations.models import Consultation, ConsultationState
from app.contributions import service as contributions
from app.contributions.models import Answer, AnswerVersion, Contribution, Mode, Publication
from app.organisations.models import Organisation, Role
from app.platform.db import Database
from app.platform.errors import Forbidden, Invalid, NotFound
from app.platform.security import Actor
from app.statements import command, queries, service
from app.statements.models import Statement
from app.statements.plan import Fate, Preview, Twin, Why
from tests.browsing import post
from tests.counting import asked
from tests.factories import Make, actor_of
from tests.statements.tables import DIALOGUE, line, table

TWO = table(line(), line(statement="And then sold on.", source="A second meeting"))


class Scene:
    """A consultation with its facilitator."""

    def __init__(self, db: Database, consultation: Consultation, account: Account) -> None:
        self.db, self.consultation, self.account = db, consultation, account
        self.slug = consultation.slug
        self.actor = actor_of(account, [(Role.FACILITATOR, consultation.office_id)])

    async def take_in(self, data: bytes, actor: Actor | None = None) -> Preview:
        async with self.db.write() as session:
            return await service.import_statements(session, actor or self.actor, self.slug, data)

    async def state(self) -> tuple[int, ...]:
        async with self.db.read() as session:
            return await counts(session)


async def counts(session: AsyncSession) -> tuple[int, ...]:
    tables = (Organisation, Contribution, Answer, AnswerVersion, Statement, AuditEntry)
    return tuple([(await session.exec(select(func.count()).select_from(each))).one() for each in tables])


@pytest.fixture
async def scene(db: Database, make: Make) -> Scene:
    consultation = await make.consultation()
    return Scene(db, consultation, await make.staff(consultation, Role.FACILITATOR))


async def test_a_preview_writes_nothing(scene: Scene) -> None:
    before = await scene.state()
    async with scene.db.write() as session:
        seen = await service.preview_statements(session, scene.actor, scene.slug, DIALOGUE.read_bytes())
    assert (len(seen.plan.of(Fate.NEW)), len(seen.plan.of(Fate.KEPT))) == (35, 4)
    nameless = sum(row.is_unattributed for row in seen.plan.speakers.values())
    assert seen.new_organisations == len(seen.plan.speakers) - nameless
    assert nameless
    assert await scene.state() == before


async def test_statements_become_submitted_answers_of_their_organisation(scene: Scene) -> None:
    await scene.take_in(TWO)
    async with scene.db.read() as session:
        contribution = (await session.exec(select(Contribution))).one()
        answer = (await session.exec(select(Answer))).one()
        organisation = await session.get_one(Organisation, contribution.organisation_id)
    assert (contribution.mode, contribution.state.value) == (Mode.NAMED, "submitted")
    assert contribution.entered_by_id == organisation.entered_by_id == scene.consultation.office_id
    assert answer.narrative == "Marks are filed off at the border.\n\nAnd then sold on."
    assert [source["title"] for source in answer.evidence] == [
        "Village meeting of 3 March",
        "A second meeting",
    ]
    assert answer.publication is Publication.NO
    assert answer.current_version_id


async def test_a_statement_without_a_name_is_taken_in_under_a_label(scene: Scene) -> None:
    await scene.take_in(table(line(organisation="", organisation_type="unattributed")))
    async with scene.db.read() as session:
        contribution = (await session.exec(select(Contribution))).one()
    assert (contribution.mode, contribution.organisation_id) == (Mode.CONFIDENTIAL, None)
    assert contribution.label.startswith("K")


async def test_taking_the_same_table_in_twice_changes_nothing(scene: Scene) -> None:
    await scene.take_in(DIALOGUE.read_bytes())
    before = await scene.state()
    async with scene.db.read() as session:
        versions = dict((await session.exec(select(Answer.id, Answer.version))).all())
    again = await scene.take_in(DIALOGUE.read_bytes())
    assert (len(again.plan.of(Fate.KNOWN)), again.has_news) == (39, False)
    assert await scene.state() == before
    async with scene.db.read() as session:
        assert dict((await session.exec(select(Answer.id, Answer.version))).all()) == versions


async def test_a_later_table_adds_a_paragraph_and_hands_in_a_new_version(scene: Scene) -> None:
    await scene.take_in(table(line()))
    await scene.take_in(table(line(), line(statement="More.", organisation="RIVER WATCH")))
    async with scene.db.read() as session:
        contribution = (await session.exec(select(Contribution))).one()
        answer = (await session.exec(select(Answer))).one()
        numbers = (await session.exec(select(AnswerVersion.number).order_by(AnswerVersion.number))).all()
    assert contribution.submitted_versions == 2
    assert (answer.narrative, answer.version) == ("Marks are filed off at the border.\n\nMore.", 2)
    assert numbers == [1, 2]


async def test_another_language_and_an_unknown_topic_wait_for_a_person(scene: Scene) -> None:
    seen = await scene.take_in(
        table(line(), line(language="fr", statement="Limés."), line(article="5", topic="poetry"), line())
    )
    assert [each.why for each in seen.plan.of(Fate.KEPT)] == [Why.LANGUAGE, Why.NO_TOPIC]
    assert len(seen.plan.of(Fate.REPEATED)) == 1
    async with scene.db.read() as session:
        page = await queries.kept_page(session, scene.actor, scene.slug, "en")
    assert [each.why for each in page.rows] == [Why.LANGUAGE, Why.NO_TOPIC]
    french, poem = page.rows
    async with scene.db.write() as session:
        with pytest.raises(Invalid):
            await service.assign_row(session, scene.actor, scene.slug, french.id, "FP-08-1a")
        with pytest.raises(Invalid):
            await service.assign_row(session, scene.actor, scene.slug, poem.id, "no such question")
    async with scene.db.write() as session:
        await service.assign_row(session, scene.actor, scene.slug, poem.id, "FP-05-1a")
    async with scene.db.write() as session:
        page = await queries.kept_page(session, scene.actor, scene.slug, "en")
        assert [each.id for each in page.rows] == [french.id]
        with pytest.raises(NotFound):
            await service.assign_row(session, scene.actor, scene.slug, poem.id, "FP-05-1a")


async def test_an_organisation_that_takes_over_or_takes_back_is_left_alone(scene: Scene, make: Make) -> None:
    await scene.take_in(table(line()))
    async with scene.db.read() as session:
        contribution = (await session.exec(select(Contribution))).one()
    async with scene.db.write() as session:
        await contributions.revise_contribution(session, make.behind(contribution), contribution.id)
    revised = await scene.take_in(table(line(statement="Second.")))
    assert [each.why for each in revised.plan.placed] == [Why.REVISED]
    async with scene.db.write() as session:
        await contributions.withdraw_contribution(session, make.behind(contribution), contribution.id)
    withdrawn = await scene.take_in(table(line(statement="Third.")))
    assert [each.why for each in withdrawn.plan.placed] == [Why.WITHDRAWN]


async def test_what_an_organisation_wrote_itself_is_never_touched(scene: Scene, make: Make) -> None:
    organisation = await make.organisation("River Watch", based_in="MX")
    own = await make.contribution(
        scene.consultation, organisation=organisation, answers={"FP-08-1a": "Our own."}
    )
    seen = await scene.take_in(table(line()))
    assert seen.new_organisations == 0
    async with scene.db.read() as session:
        mine = (await session.exec(select(Answer).where(Answer.contribution_id == own.id))).one()
        every = (await session.exec(select(Contribution.entered_by_id))).all()
    assert mine.narrative == "Our own."
    assert sorted(each is None for each in every) == [False, True]


async def test_an_error_in_the_middle_leaves_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    before = await scene.state()
    monkeypatch.setattr(service.audit, "record", lambda *_a, **_k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        await scene.take_in(TWO)
    assert await scene.state() == before


async def test_only_a_facilitator_of_the_office_takes_in_and_only_while_open(
    scene: Scene, make: Make
) -> None:
    expert = actor_of(scene.account, [(Role.EXPERT, scene.consultation.office_id)])
    with pytest.raises(Forbidden):
        await scene.take_in(TWO, expert)
    elsewhere = actor_of(scene.account, [(Role.FACILITATOR, (await make.office("ZZ")).id)])
    with pytest.raises(NotFound):
        await scene.take_in(TWO, elsewhere)
    closed = await make.consultation(state=ConsultationState.CLOSED)
    async with scene.db.write() as session:
        with pytest.raises(Forbidden):
            await service.import_statements(session, scene.actor, closed.slug, TWO)


async def test_a_facilitator_cannot_hand_in_what_was_not_entered_for_an_organisation(
    scene: Scene, make: Make
) -> None:
    own = await make.contribution(scene.consultation)
    async with scene.db.write() as session:
        with pytest.raises(Forbidden):
            await contributions.submit_for(session, scene.actor, own, scene.consultation)


SPELLINGS = (
    "Amis d'Orsa", "Amis d’Orsa", "Amis dʼOrsa",
    "Port-Watch", "Port‐Watch", "Port‑Watch", "Port–Watch",
    "\u202bجمعية المرفأ\u202c", "جمعية المرفأ", "جمعية\u200f المرفأ",
    "Quay\u00adside", "Quayside", "Ｑｕａｙside",
)  # fmt: skip


async def test_one_organisation_with_many_spellings_stays_one(scene: Scene) -> None:
    rows = [
        line(organisation=name, based_in="QE" if n % 3 else "", statement=f"Sentence {n}.")
        for n, name in enumerate(SPELLINGS)
    ]
    seen = await scene.take_in(table(*rows))
    assert (seen.new_organisations, len(seen.plan.of(Fate.NEW))) == (4, 13)
    told = [str(note.problem) for note in seen.table.notes]
    assert "“Amis d’Orsa” is read as “Amis d'Orsa” of line 2." in told
    async with scene.db.read() as session:
        query = select(Organisation).where(Organisation.entered_by_id.is_not(None))  # type: ignore[union-attr]
        made = (await session.exec(query)).all()
    assert {each.name for each in made} == {"Amis d'Orsa", "Port-Watch", "جمعية المرفأ", "Quayside"}
    assert {each.based_in for each in made} == {"QE"}


async def test_a_name_without_a_place_is_the_one_that_is_known(scene: Scene, make: Make) -> None:
    known = await make.organisation("Port Watch")
    seen = await scene.take_in(table(line(organisation="PORT\u00a0Watch", based_in="QE")))
    assert seen.new_organisations == 0
    async with scene.db.read() as session:
        assert (await session.exec(select(Contribution.organisation_id))).one() == known.id


async def test_the_same_name_in_two_countries_stays_two(scene: Scene) -> None:
    rows = [line(based_in=place, statement=f"Here {place}.") for place in ("QE", "MX", "")]
    assert (await scene.take_in(table(*rows))).new_organisations == 3


async def test_a_name_that_somebody_took_does_not_receive_the_statements_of_its_owner(
    scene: Scene, make: Make
) -> None:
    known = await make.organisation("Port Watch", based_in="QE")
    await make.organisation("Port Watch", namesake_of_id=known.id)
    await scene.take_in(table(line(organisation="Port Watch", based_in="")))
    async with scene.db.read() as session:
        assert (await session.exec(select(Contribution.organisation_id))).one() == known.id


MISTYPED, MENDED = "The registr was closed in 2024.", "The register was closed in 2024."


async def test_a_mended_statement_is_recognized_and_takes_the_place_of_the_first(
    scene: Scene, make: Make, client: httpx2.AsyncClient
) -> None:
    await scene.take_in(table(line(statement=MISTYPED), line(statement="Another sentence stands here.")))
    seen = await scene.take_in(table(line(statement=MENDED)))
    assert [each.why for each in seen.plan.placed] == [Why.NEARLY]
    assert str(seen.plan.placed[0].reason) == "Nearly the same as what is there."
    await make.signed_in(client, scene.account)
    kept = f"/en/desk/{scene.slug}/statements/kept"
    shown = (await client.get(kept)).text
    assert "Put it in the place of what is there" in shown
    assert '<option value="FP-08-1a" lang="en" selected>' in shown
    async with scene.db.read() as session:
        [row] = (await queries.kept_page(session, scene.actor, scene.slug, "en")).rows
    where = f"/en/desk/{scene.slug}/statements/{row.id}/assign"
    assert (await post(client, where, {"code": "FP-08-1a"})).status_code == 422
    assert (await post(client, where, {"code": "FP-08-1a", "twin": "instead"})).status_code == 303
    async with scene.db.read() as session:
        answer = (await session.exec(select(Answer))).one()
    assert answer.narrative == f"{MENDED}\n\nAnother sentence stands here."


async def test_two_statements_that_only_look_alike_may_stand_beside_one_another(scene: Scene) -> None:
    seen = await scene.take_in(table(line(statement=MISTYPED), line(statement=MENDED)))
    assert [each.fate for each in seen.plan.placed] == [Fate.NEW, Fate.KEPT]
    assert str(seen.plan.placed[1].reason) == "Nearly the same as line 2 of this table."
    async with scene.db.read() as session:
        [row] = (await queries.kept_page(session, scene.actor, scene.slug, "en")).rows
    async with scene.db.write() as session:
        await service.assign_row(session, scene.actor, scene.slug, row.id, "FP-08-1a", Twin.BESIDE)
    async with scene.db.read() as session:
        assert (await session.exec(select(Answer))).one().narrative == f"{MISTYPED}\n\n{MENDED}"


async def test_the_pages_lead_from_a_file_to_the_answers(
    scene: Scene, make: Make, client: httpx2.AsyncClient
) -> None:
    await make.signed_in(client, scene.account)
    address = f"/en/desk/{scene.slug}/statements"
    nothing = await post(client, address, {"then": "preview"}, page=address)
    assert nothing.status_code == 422
    data = table(line(), line(article="5", topic="poetry", statement="=1+1"), line(language="de"))
    shown = await post(client, address, {"then": "preview"}, files={"file": ("a.csv", data, "text/csv")})
    assert shown.status_code == 200
    assert "FP-08-1a" in shown.text
    assert "=1+1" in shown.text
    assert "They become answers of their organizations" in shown.text
    assert (await scene.state())[4] == 0
    waits = table(line(article="5", topic="poetry"))
    only_kept = await post(client, address, {"then": "preview", "csv": waits.decode()})
    assert "Take in" in only_kept.text
    assert "They become answers" not in only_kept.text, "none of them does"
    done = await post(client, address, {"then": "import", "csv": data.decode()})
    assert done.headers["location"] == address
    assert (await scene.state())[4] == 2
    again = await post(client, address, {"then": "import", "csv": data.decode().replace("\n", "\r\n")})
    assert again.status_code == 303
    assert (await scene.state())[4] == 2
    kept = await client.get(f"{address}/kept")
    async with scene.db.read() as session:
        row = (await queries.kept_page(session, scene.actor, scene.slug, "en")).rows[0]
    assert row.row.statement in kept.text
    wrong = await post(client, f"{address}/{row.id}/assign", {"code": "nothing"})
    assert wrong.status_code == 422
    assigned = await post(client, f"{address}/{row.id}/assign", {"code": "FP-05-1a"})
    assert assigned.status_code == 303


async def test_a_table_no_page_can_carry_asks_for_the_file_again(
    scene: Scene, make: Make, client: httpx2.AsyncClient
) -> None:
    await make.signed_in(client, scene.account)
    data = table(line(), line(statement="caf\u00e9")).replace("é".encode(), b"\xe9")
    shown = await post(
        client,
        f"/ar/desk/{scene.slug}/statements",
        {"then": "preview"},
        files={"file": ("a.csv", data, "text/csv")},
    )
    assert shown.status_code == 200
    assert 'type="file"' in shown.text


async def test_the_pages_are_closed_to_others_and_say_so_when_the_consultation_is(
    scene: Scene, make: Make, client: httpx2.AsyncClient
) -> None:
    await make.signed_in(client, await make.staff(scene.consultation, Role.EXPERT))
    assert (await client.get(f"/en/desk/{scene.slug}/statements")).status_code == 403
    closed = await make.consultation(state=ConsultationState.CLOSED)
    await make.signed_in(client, scene.account)
    shown = await client.get(f"/en/desk/{closed.slug}/statements")
    assert shown.status_code == 200
    assert "not open" in shown.text
    await make.signed_in(client, await make.account(Role.SIGNATORY))
    assert (await client.get(f"/en/desk/{scene.slug}/statements")).status_code == 404


async def test_a_program_looks_first_and_then_takes_in(
    scene: Scene, make: Make, client: httpx2.AsyncClient
) -> None:
    headers = await make.token(scene.account)
    sent = {"csv": TWO.decode()}
    address = f"/api/v1/desk/{scene.slug}/statements"
    first = await client.post(address, json=sent, headers=headers)
    assert (first.status_code, first.json()["taken_in"], (await scene.state())[4]) == (200, 2, 0)
    then = await client.post(address, json={**sent, "dry_run": False}, headers=headers)
    assert (then.json()["taken_in"], (await scene.state())[4]) == (2, 2)
    assert [row["question"] for row in then.json()["rows"]] == ["FP-08-1a", "FP-08-1a"]


async def test_the_command_line_needs_a_yes(
    scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    email = scene.account.email
    assert await command.run(scene.db, scene.slug, email, TWO, write=False) == 0
    assert (await scene.state())[4] == 0
    assert "--yes" in capsys.readouterr().out
    assert await command.run(scene.db, scene.slug, email, TWO, write=True) == 0
    assert (await scene.state())[4] == 2
    assert await command.run(scene.db, scene.slug, "nobody@example.org", TWO, write=True) == 2
    assert command.read(tmp_path / "missing.csv") is None


async def test_the_number_of_statements_does_not_grow_with_the_rows(scene: Scene) -> None:
    rows = [
        line(statement=f"Statement {n}", topic=topic)
        for n in range(40)
        for topic in ("marking", "private sector")
    ]
    async with scene.db.write() as session:
        await service.preview_statements(session, scene.actor, scene.slug, table(line()))
        with asked(scene.db) as counted:
            await service.preview_statements(session, scene.actor, scene.slug, table(*rows))
    assert len([each for each in counted if each.lstrip().startswith("SELECT")]) <= 6
