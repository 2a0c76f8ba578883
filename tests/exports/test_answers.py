"""All answers as a table: every answer once, no word changed, nothing above the wall, memory flat."""

import csv
import io
import tempfile
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import update
from sqlmodel import select

from app.audit.models import AuditEntry
from app.consultations.models import Consultation
from app.contributions.models import Answer, Contribution, ContributionState, Mode
from app.exports import tables
from app.exports.answers import COLUMNS
from app.organisations.models import Role
from app.platform.db import Database
from app.submissions import decisions
from app.submissions.models import Decision
from app.submissions.schemas import DecisionInput
from tests.factories import Make, actor_of

CODE, OTHER = "FP-08-1b", "FP-03-a"
DANGEROUS = '=HYPERLINK("http://example.org","press here")'
ARABIC = "لا تُفحص التراخيص إلا مرة واحدة،\nعلى الحدود."
PRESENT = {
    "narrative": ARABIC,
    "language": "ar",
    "law": "yes",
    "practice": "does_not_work",
    "evidence": [{"title": "Report; with, signs", "url": "https://example.org/r"}],
    "recommendation": {"action": "Check twice.", "priority": 1},
}


@pytest.fixture
async def slug(make: Make) -> str:
    consultation = await make.consultation()
    league = await make.organisation("Orsa Valley Legal Aid")
    await make.contribution(consultation, organisation=league, answers={CODE: PRESENT, OTHER: DANGEROUS})
    await make.contribution(consultation, Mode.CONFIDENTIAL, answers={CODE: "Nobody looks."})
    await make.contribution(consultation, answers={CODE: "Draft."}, state=ContributionState.DRAFTING)
    await make.contribution(consultation, answers={CODE: "Taken back."}, state=ContributionState.WITHDRAWN)
    return consultation.slug


async def sign_in(make: Make, client: httpx2.AsyncClient, slug: str, role: Role = Role.EXPERT) -> None:
    async with make.db.read() as session:
        consultation = (await session.exec(select(Consultation).where(Consultation.slug == slug))).one()
    await make.signed_in(client, await make.staff(consultation, role))


def rows_in(content: bytes) -> list[dict[str, str]]:
    assert content.startswith("\ufeff".encode())
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


async def test_each_submitted_answer_is_one_row_with_its_words(
    client: httpx2.AsyncClient, make: Make, db: Database, slug: str
) -> None:
    await sign_in(make, client, slug)
    got = await client.get(f"/en/desk/{slug}/answers/all.csv")
    assert got.headers["content-type"] == "text/csv; charset=utf-8"
    rows = rows_in(got.content)
    async with db.read() as session:
        label = (
            await session.exec(select(Contribution.label).where(Contribution.mode == Mode.CONFIDENTIAL))
        ).one()
    assert {(row["contribution"], row["kind"], row["question"]) for row in rows} == {
        ("Orsa Valley Legal Aid", "named", CODE),
        ("Orsa Valley Legal Aid", "named", OTHER),
        (label, "confidential", CODE),
    }
    (own,) = [row for row in rows if row["language"] == "ar"]
    assert own["words"] == ARABIC
    assert (own["law"], own["practice"], own["priority"]) == ("yes", "does_not_work", "1")
    assert own["evidence"] == "Report; with, signs, https://example.org/r"
    (dangerous,) = [row for row in rows if row["question"] == OTHER]
    assert dangerous["words"] == "'" + DANGEROUS
    async with db.read() as session:
        entries = (await session.exec(select(AuditEntry).where(AuditEntry.action == "answers.taken"))).all()
    assert [entry.details["format"] for entry in entries] == ["csv"]


async def test_the_workbook_has_the_words_as_they_are_and_its_dictionary(
    client: httpx2.AsyncClient, make: Make, slug: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    await sign_in(make, client, slug)
    content = (await client.get(f"/fr/desk/{slug}/answers/all.xlsx")).content
    assert [path.name for path in tmp_path.rglob("*answers*")] == []  # nothing is left of it here
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    heads, *rows = book.get_sheet_by_name("answers").to_python()
    assert heads == [column.name for column in COLUMNS]
    words = heads.index("words")
    assert {row[words] for row in rows} == {ARABIC, DANGEROUS, "Nobody looks."}
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    told = book.get_sheet_by_name("columns").to_python()
    assert ["law", "yes", "Oui"] in told
    assert {line[0] for line in told[1:]} == set(heads)


async def test_what_does_not_fit_into_a_sheet_stands_in_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 3)

    async def rows() -> AsyncIterator[list[list[str]]]:
        for piece in (["1", "2"], ["3", "4"], ["5"]):
            yield [[cell] for cell in piece]

    await tables.write_workbook(tmp_path / "x.xlsx", ["number"], rows(), [("columns", [["a"]])])
    book = CalamineWorkbook.from_path(tmp_path / "x.xlsx")
    assert book.sheet_names == ["answers", "answers 2", "answers 3", "columns"]
    found = [row[0] for name in book.sheet_names[:3] for row in book.get_sheet_by_name(name).to_python()]
    assert found == ["number", "1", "2", "number", "3", "4", "number", "5"]


async def test_a_decision_that_no_longer_holds_is_none_in_the_table(
    client: httpx2.AsyncClient, make: Make, db: Database, slug: str
) -> None:
    await sign_in(make, client, slug)
    async with db.read() as session:
        consultation = (await session.exec(select(Consultation).where(Consultation.slug == slug))).one()
        answer = (await session.exec(select(Answer).where(Answer.narrative == "Nobody looks."))).one()
    expert = await make.staff(consultation, Role.EXPERT)
    actor = actor_of(expert, [(Role.EXPERT, consultation.office_id)])
    given = {"decision": "noted", "reason": "Said by others too."}
    async with db.write() as session:
        data = DecisionInput.model_validate(given)
        await decisions.decide_answer(session, actor, slug, answer.id, data)
    table = f"/en/desk/{slug}/answers/all.csv"
    (row,) = [row for row in rows_in((await client.get(table)).content) if row["kind"] == "confidential"]
    assert (row["decision"], row["reason"]) == ("noted", "Said by others too.")
    async with db.write() as session:
        await session.exec(update(Decision).values(reason_text_id=None))
    (row,) = [row for row in rows_in((await client.get(table)).content) if row["kind"] == "confidential"]
    assert (row["decision"], row["reason"]) == ("", "")


@pytest.mark.parametrize("role", [Role.TRANSLATOR, Role.FACILITATOR, Role.AUDITOR])
async def test_who_may_not_read_answers_gets_no_table(
    client: httpx2.AsyncClient, make: Make, db: Database, slug: str, role: Role
) -> None:
    await sign_in(make, client, slug, role)
    for path in ("answers", "answers/all.csv", "answers/all.xlsx"):
        assert (await client.get(f"/en/desk/{slug}/{path}")).status_code == 403
    async with db.read() as session:
        assert not (await session.exec(select(AuditEntry).where(AuditEntry.action == "answers.taken"))).all()


async def test_another_state_and_another_ending_do_not_exist(
    client: httpx2.AsyncClient, make: Make, slug: str
) -> None:
    await sign_in(make, client, slug)
    assert (await client.get(f"/en/desk/{slug}/answers/all.ods")).status_code == 404
    await make.signed_in(client, await make.account(Role.EXPERT, at=await make.office("QV")))
    assert (await client.get(f"/en/desk/{slug}/answers/all.csv")).status_code == 404


async def test_programs_get_the_same_table(client: httpx2.AsyncClient, make: Make, slug: str) -> None:
    async with make.db.read() as session:
        consultation = (await session.exec(select(Consultation).where(Consultation.slug == slug))).one()
    expert = await make.token(await make.staff(consultation, Role.EXPERT))
    got = await client.get(f"/api/v1/desk/{slug}/answers/all.csv", headers=expert)
    assert len(rows_in(got.content)) == 3


def test_a_cell_that_looks_like_a_formula_is_harmless() -> None:
    for cell in ("=1+1", "+49 30", "-3", "@SUM(A1)", "\t=1"):
        assert tables.harmless(cell) == "'" + cell
    for cell in ("", "3", "a=1", "١+١", "“=1”"):
        assert tables.harmless(cell) == cell
