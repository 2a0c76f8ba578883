"""The blank questionnaire: every answer has its place, on paper and in Word, in six languages."""

import io
import shutil
import subprocess
import time
import zipfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest
from lxml import etree

from app.blank import form as blanks
from app.blank.form import Blank, make_blank
from app.blank.word import write_blank
from app.organisations.models import Role
from app.platform.db import Database
from app.platform.i18n import CODES
from app.platform.word import TAGS
from app.questionnaires import queries
from app.questionnaires import service as questionnaires
from app.questionnaires.compiled import CompiledVersion, compile_version
from app.questionnaires.definition import Choice, Definition, QuestionDefinition, Section, Term
from app.questionnaires.models import Edition, Kind, Question, QuestionnaireVersion
from app.questionnaires.shipped import read_pair, shipped_slugs
from app.questionnaires.tables import describe, row_values
from app.reference.shipped import shipped_reference
from tests.factories import SYSTEM, Make

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
MADE = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
LAW = ["yes", "in_part", "no", "dont_know", "not_applicable"]
PRACTICE = ["works", "works_in_part", "does_not_work", "not_tested", "dont_know"]
EDITIONS = [(slug, edition) for slug in shipped_slugs() for edition in Edition]


class Control(NamedTuple):
    """What a reader of a document finds at one tag."""

    kind: str
    text: str
    value: str
    is_placeholder: bool
    lock: str
    options: dict[str, str]


def part_of(document: bytes, name: str) -> Any:
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        return etree.fromstring(archive.read(name))


def read_controls(document: bytes) -> dict[str, Control]:
    """Every tag of a document with what stands there: an answer where it is no placeholder."""
    found: dict[str, Control] = {}
    for control in part_of(document, "word/document.xml").iter(f"{W}sdt"):
        properties = control.find(f"{W}sdtPr")
        tag = properties.find(f"{W}tag").get(f"{W}val")
        text = "".join(
            "\n" if piece.tag == f"{W}br" else piece.text or ""
            for piece in control.find(f"{W}sdtContent").iter(f"{W}t", f"{W}br")
        )
        options = {i.get(f"{W}displayText"): i.get(f"{W}value") for i in properties.iter(f"{W}listItem")}
        checked = properties.find(f"{W14}checkbox/{W14}checked")
        kind = etree.QName(properties[-1]).localname
        value = (
            options.get(text, "") if options else checked.get(f"{W14}val") if checked is not None else text
        )
        assert tag not in found, f"{tag} stands twice"
        found[tag] = Control(
            kind,
            text,
            value,
            properties.find(f"{W}showingPlcHdr") is not None,
            properties.find(f"{W}lock").get(f"{W}val"),
            options,
        )
    return found


def compiled_of(definition: Definition) -> CompiledVersion:
    version = QuestionnaireVersion(
        slug=definition.slug, edition=definition.edition, number=3, texts={}, sections=[], checksum=""
    )
    describe(version, definition)
    rows = [
        Question(version_id=version.id, **row_values(question, place, definition))
        for place, question in enumerate(definition.questions)
    ]
    return compile_version(version, rows, shipped_reference())


@cache
def shipped(slug: str, edition: Edition) -> CompiledVersion | None:
    pair = read_pair(slug)
    definition = pair.civil_society if edition is Edition.CIVIL_SOCIETY else pair.state
    return compiled_of(definition) if definition else None


def sample(**more: Any) -> Definition:
    """A questionnaire with a question of every kind."""
    texts = {"topic": {"en": "Topic", "ar": "موضوع"}, "prompt": {"en": "What do you see?", "ar": "ماذا ترى؟"}}
    kinds = {"choices": "colours"}
    return Definition(
        slug="sample",
        edition=Edition.CIVIL_SOCIETY,
        texts={"title": {"en": "All kinds"}},
        sections=[
            Section(code="A", texts={"title": {"en": "Outer"}}),
            Section(code="B", parent="A", texts={"title": {"en": "Inner"}}),
        ],
        choice_lists={
            "colours": [
                Choice(value="red", texts={"label": {"en": "Dark", "ar": "داكن"}}),
                Choice(value="blue", texts={"label": {"en": "Dark", "ar": "داكن"}}),
                Choice(value="x" * 64, texts={"label": {"en": "Light", "ar": "فاتح"}}),
            ]
        },
        glossary=[Term(key="gun", texts={"term": {"en": "gun"}, "meaning": {"en": "A weapon."}})],
        questions=[
            QuestionDefinition(code="P", section="B", terms=["gun"], texts=texts | more.get("p", {})),
            QuestionDefinition(code="ONE", section="B", kind=Kind.SINGLE_CHOICE, texts=texts, **kinds),
            QuestionDefinition(code="SOME", section="B", kind=Kind.MULTIPLE_CHOICE, texts=texts, **kinds),
            QuestionDefinition(code="SHORT", section="B", kind=Kind.SHORT_TEXT, texts=texts),
            QuestionDefinition(code="LONG", section="B", kind=Kind.LONG_TEXT, longest=250, texts=texts),
            QuestionDefinition(code="N", section="B", kind=Kind.NUMBER, texts=texts),
            QuestionDefinition(code="D", section="B", kind=Kind.DATE, texts=texts, relevant=more.get("relevant", "")),
            QuestionDefinition(code="NOTE", section="B", kind=Kind.NOTE, texts=texts),
        ],
    )  # fmt: skip


def blank_of(definition: Definition, language: str = "en", *, is_draft: bool = False) -> Blank:
    return make_blank(compiled_of(definition), language, MADE, is_draft=is_draft)


@pytest.mark.long
@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize(("slug", "edition"), EDITIONS)
def test_every_shipped_question_has_its_controls(slug: str, edition: Edition, language: str) -> None:
    compiled = shipped(slug, edition)
    if compiled is None:
        assert (slug, edition) == ("short", Edition.STATE)
        return
    controls = read_controls(write_blank(make_blank(compiled, language, MADE, is_draft=False)))
    wanted = {"version", "language"}
    for question in compiled[language].questions:
        tag = f"q:{question.code}"
        if question.kind is Kind.POSITION and edition is Edition.STATE:
            wanted |= {tag, f"{tag}:position"}
            assert list(controls[f"{tag}:position"].options.values()) == LAW[:3]
        elif question.kind is Kind.POSITION:
            wanted |= {tag, f"{tag}:law", f"{tag}:practice"}
            assert list(controls[f"{tag}:law"].options.values()) == LAW
            assert list(controls[f"{tag}:practice"].options.values()) == PRACTICE
        elif question.kind is Kind.MULTIPLE_CHOICE:
            wanted |= {f"{tag}={choice.value}" for choice in question.choices} | {f"{tag}:narrative"}
        elif question.kind is not Kind.NOTE:
            wanted |= {tag} | ({f"{tag}:narrative"} if question.kind in blanks.VALUED else set())
    assert set(controls) == wanted
    assert (controls["version"].text, controls["language"].text) == (blank_name(compiled), language)
    answers = [control for tag, control in controls.items() if tag.startswith("q:")]
    assert all(control.lock == "sdtLocked" for control in answers)
    assert all(control.is_placeholder for control in answers if control.kind != "checkbox")


def blank_name(compiled: CompiledVersion) -> str:
    return f"{compiled.slug}/{compiled.edition.value.replace('_', '-')}/3"


def test_each_kind_of_question_has_its_kind_of_control() -> None:
    controls = read_controls(write_blank(blank_of(sample())))
    assert {tag: control.kind for tag, control in controls.items()} == {
        "version": "text",
        "language": "text",
        "q:P": "text",
        "q:P:law": "dropDownList",
        "q:P:practice": "dropDownList",
        "q:ONE": "dropDownList",
        "q:ONE:narrative": "text",
        "q:SOME=red": "checkbox",
        "q:SOME=blue": "checkbox",
        "q:SOME=#2": "checkbox",
        "q:SOME:narrative": "text",
        "q:SHORT": "text",
        "q:LONG": "text",
        "q:N": "text",
        "q:N:narrative": "text",
        "q:D": "date",
        "q:D:narrative": "text",
    }
    assert controls["q:ONE"].options == {"Dark (red)": "red", "Dark (blue)": "blue", "Light": "x" * 64}


def test_tags_and_names_are_as_short_as_word_wants_them() -> None:
    root = part_of(write_blank(blank_of(sample())), "word/document.xml")
    assert max(len(each.get(f"{W}val")) for each in root.iter(f"{W}tag", f"{W}alias")) <= 64
    numbers = [each.get(f"{W}val") for each in root.iterfind(f".//{W}sdtPr/{W}id")]
    assert len(numbers) == len(set(numbers))


ORDER = ["rPr", "alias", "tag", "id", "lock", "placeholder", "showingPlcHdr"]


@pytest.mark.parametrize("language", CODES)
def test_controls_are_written_as_the_standard_orders_them(language: str) -> None:
    document = write_blank(blank_of(sample(), language))
    for properties in part_of(document, "word/document.xml").iter(f"{W}sdtPr"):
        names = [etree.QName(child).localname for child in properties]
        assert names[:-1] == [name for name in ORDER if name in names]
    settings = [etree.QName(child).localname for child in part_of(document, "word/settings.xml")]
    assert (
        settings.index("proofState") < settings.index("documentProtection") < settings.index("defaultTabStop")
    )


@pytest.mark.parametrize("language", CODES)
def test_every_control_stands_inside_its_paragraph(language: str) -> None:
    """Around a paragraph, LibreOffice prints the first value of a list before whatever comes next."""
    root = part_of(write_blank(blank_of(sample(), language)), "word/document.xml")
    assert {etree.QName(control.getparent()).localname for control in root.iter(f"{W}sdt")} == {"p"}
    assert not list(root.iterfind(f".//{W}sdtContent/{W}p"))


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not on this machine")
@pytest.mark.parametrize("language", ["en", "ar"])
def test_libreoffice_shows_no_word_of_the_machine(language: str, tmp_path: Path) -> None:
    compiled = shipped("short", Edition.CIVIL_SOCIETY)
    assert compiled is not None
    blank = tmp_path / "blank.docx"
    blank.write_bytes(write_blank(make_blank(compiled, language, MADE, is_draft=False)))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "txt:Text (encoded):UTF8", "--outdir"]
    subprocess.run([*command, str(tmp_path), str(blank)], check=True, capture_output=True, timeout=120)
    text = (tmp_path / "blank.txt").read_text("utf-8")
    assert str(compiled[language].questions[0].prompt) in text
    assert [line for line in text.splitlines() if line.startswith(("yes", "works"))] == []


def test_only_answers_can_be_changed() -> None:
    document = write_blank(blank_of(sample()))
    protection = part_of(document, "word/settings.xml").find(f"{W}documentProtection")
    assert dict(protection.attrib) == {f"{W}edit": "forms", f"{W}enforcement": "1"}
    controls = read_controls(document)
    assert controls["version"].lock == controls["language"].lock == "sdtContentLocked"


def test_arabic_runs_from_the_right_and_says_so() -> None:
    document = write_blank(blank_of(sample(), "ar"))
    styles = part_of(document, "word/styles.xml")
    answer = styles.find(f".//{W}style[@{W}styleId='Answer']/{W}pPr")
    assert [etree.QName(child).localname for child in answer] == ["pBdr", "shd", "bidi", "spacing"]
    root = part_of(document, "word/document.xml")
    assert root.find(f"{W}body/{W}sectPr/{W}bidi") is not None
    assert all(p.find(f"{W}rPr/{W}rtl") is not None for p in root.iter(f"{W}sdtPr"))
    english = part_of(write_blank(blank_of(sample(), "en")), "word/document.xml")
    assert not list(english.iter(f"{W}bidi", f"{W}rtl"))


@pytest.mark.parametrize("language", CODES)
def test_a_document_says_its_language_and_version_and_no_names(language: str) -> None:
    document = write_blank(blank_of(sample(), language))
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        core = archive.read("docProps/core.xml").decode()
    assert f"<dc:language>{TAGS[language]}</dc:language>" in core
    assert "<dc:identifier>sample/civil-society/3</dc:identifier>" in core
    assert "<dc:creator>Polyphony</dc:creator>" in core
    assert "python-docx" not in core


def test_the_same_version_gives_the_same_bytes() -> None:
    first = write_blank(blank_of(sample(), "ru"))
    assert first == write_blank(blank_of(sample(), "ru"))


def test_what_is_filled_in_is_read_back() -> None:
    document = write_blank(blank_of(sample(), "ar"))
    given = {
        "q:P": "سطر أول\nسطر ثانٍ & <b>",
        "q:P:law": "نعم، جزئياً",
        "q:SHORT": "Кратко",
        "q:N": "12",
        "q:D": "2026-03-09",
    }
    filled = fill(document, given, ticked={"q:SOME=blue"})
    controls = read_controls(filled)
    assert {tag: controls[tag].text for tag in given} == given
    assert not any(controls[tag].is_placeholder for tag in given)
    assert controls["q:P:law"].value == "in_part"
    assert [controls[f"q:SOME={v}"].value for v in ("red", "blue", "#2")] == ["0", "1", "0"]
    assert controls["q:LONG"].is_placeholder


def fill(document: bytes, given: dict[str, str], ticked: set[str]) -> bytes:
    """The document as somebody leaves it who typed into some of its controls."""
    root = part_of(document, "word/document.xml")
    for control in root.iter(f"{W}sdt"):
        properties = control.find(f"{W}sdtPr")
        tag = properties.find(f"{W}tag").get(f"{W}val")
        if tag in ticked:
            properties.find(f".//{W14}checked").set(f"{W14}val", "1")
        if tag in given:
            properties.remove(properties.find(f"{W}showingPlcHdr"))
            content = control.find(f"{W}sdtContent")
            for run in content.findall(f"{W}r"):
                content.remove(run)
            run = etree.SubElement(content, f"{W}r")
            for place, line in enumerate(given[tag].split("\n")):
                if place:
                    etree.SubElement(run, f"{W}br")
                etree.SubElement(run, f"{W}t").text = line
    filled = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(document)) as before, zipfile.ZipFile(filled, "w") as after:
        for name in before.namelist():
            after.writestr(name, etree.tostring(root) if name == "word/document.xml" else before.read(name))
    return filled.getvalue()


@pytest.mark.parametrize(
    ("condition", "sentence", "clauses"),
    [
        ("${P-law} = 'in_part'", "only if this is so", ["P (Topic), in law: the answer is “Yes, in part”"]),
        ("selected(${SOME}, 'blue')", "only if this is so", ["SOME (Topic): “Dark” is chosen"]),
        ("not(selected(${SOME},'blue'))", "only if this is so", ["SOME (Topic): “Dark” is not chosen"]),
        (
            "(${N} >= 3) and ${SHORT} != ''",
            "only if all of this",
            ["N (Topic): the answer is at least 3", "SHORT (Topic): there is an answer"],
        ),
        (
            "${ONE}='blue' or ${P-practice}!='works' or ${N} < -2",
            "at least one of these",
            [
                "ONE (Topic): the answer is “Dark”",
                "P (Topic), in practice: the answer is not “It works”",
                "N (Topic): the answer is less than -2",
            ],
        ),
        (
            "count-selected(${SOME}) > 1 and ${N} = 1",
            "depends on your answers to",
            ["SOME (Topic)", "N (Topic)"],
        ),
        (
            "${N} = 1 and ${N} = 2 or ${ONE} = 'red'",
            "depends on your answers to",
            ["ONE (Topic)", "N (Topic)"],
        ),
    ],
)
def test_conditions_are_said_in_words(condition: str, sentence: str, clauses: list[str]) -> None:
    blank = blank_of(sample(relevant=condition))
    item = next(item for item in blank.items if item.question.code == "D")
    assert [sentence in str(only_if.sentence) for only_if in item.only_if] == [True]
    assert [str(clause) for clause in item.only_if[0].clauses] == clauses
    text = "".join(part_of(write_blank(blank), "word/document.xml").itertext())
    assert all(clause in text for clause in clauses)


def test_sections_keep_their_nesting_and_a_draft_says_so() -> None:
    blank = blank_of(sample(), is_draft=True)
    assert [(part.number, str(part.title), part.level) for part in blank.parts] == [
        ("1", "Outer", 1),
        ("1.1", "Inner", 2),
    ]
    root = part_of(write_blank(blank), "word/document.xml")
    styles = [style.get(f"{W}val") for style in root.iter(f"{W}pStyle")]
    assert [name for name in styles if name.startswith(("Title", "Heading"))] == [
        "Title",
        "Heading1",
        "Heading2",
        *["Heading3"] * 8,
        "Heading1",
    ]
    assert "DRAFT" in "".join(part_of(write_blank(blank), "word/header1.xml").itertext())


def test_sixty_questions_are_written_in_a_moment() -> None:
    compiled = shipped("full", Edition.CIVIL_SOCIETY)
    assert compiled is not None
    started = time.perf_counter()
    document = write_blank(make_blank(compiled, "ar", MADE, is_draft=False))
    assert time.perf_counter() - started < 10
    assert len(document) < 500_000


# With a database.


@pytest.mark.parametrize("language", ["ar", "en"])
async def test_anybody_can_print_what_is_published(
    client: httpx2.AsyncClient, make: Make, language: str
) -> None:
    await make.pair()
    here = f"/{language}/questionnaires/firearms/civil-society/1"
    page = await client.get(f"{here}/print")
    assert page.status_code == 200
    compiled = shipped("firearms", Edition.CIVIL_SOCIETY)
    assert compiled is not None
    assert [code for code in compiled.ids if f'id="{code}"' not in page.text] == []
    assert "☐" in page.text
    document = await client.get(f"{here}/blank.zh.docx")
    assert document.headers["content-type"].endswith("wordprocessingml.document")
    assert 'filename="firearms-civil-society-1.zh.docx"' in document.headers["content-disposition"]
    assert read_controls(document.content)["language"].text == "zh"
    wrong = (
        f"{here}/blank.de.docx",
        here.replace("/1", "/9") + "/print",
        here.replace("civil", "un") + "/print",
    )
    assert [(await client.get(address)).status_code for address in wrong] == [404, 404, 404]


async def test_drafts_are_for_those_who_write_them(
    client: httpx2.AsyncClient, make: Make, db: Database
) -> None:
    async with db.write() as session:
        await questionnaires.import_definition(session, SYSTEM, sample())
    here = "/en/questionnaires/sample/civil-society/1"
    assert (await client.get(f"{here}/print")).status_code == 404
    assert (await client.get(f"{here}/blank.en.docx")).status_code == 404
    await make.signed_in(client, await make.account(Role.SECRETARIAT))
    assert "DRAFT: not published" in (await client.get(f"{here}/print")).text
    assert (await client.get(f"{here}/blank.en.docx")).status_code == 200
    async with db.write() as session:
        circle = sample(relevant="${SHORT} != ''")
        circle.questions[3].relevant = "${D} != ''"
        draft = await queries.get_numbered(session, SYSTEM, "sample", "civil-society", 1)
        await questionnaires.replace_content(session, SYSTEM, draft, circle)
    assert (await client.get(f"{here}/print")).status_code == 409
