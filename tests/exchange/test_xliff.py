"""XLIFF: what goes out comes back unchanged, and nothing harmful comes in."""

import contextlib
import copy
import re
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from sqlmodel import select

from app.audit.models import AuditEntry
from app.exchange import service
from app.organisations.models import Role
from app.platform.db import Database
from app.platform.errors import Forbidden, Invalid, NotFound
from app.platform.i18n import CODES
from app.platform.security import Actor
from app.questionnaires import queries
from app.questionnaires import service as questionnaires
from app.questionnaires.definition import (
    Choice,
    Definition,
    Mark,
    Progress,
    QuestionDefinition,
    Readiness,
    Section,
    Term,
    Unit,
    fingerprint,
    units_of,
)
from app.questionnaires.models import Edition, Kind, QuestionnaireVersion
from app.xliff import changes as texts
from app.xliff import document as xliff
from app.xliff import safe_xml
from app.xliff.changes import Outcome, TextsReport
from tests.browsing import post
from tests.factories import SYSTEM, Make

N = "{urn:oasis:names:tc:xliff:document:2.0}"
SECRETARIAT = Actor(uuid4(), "Secretariat", frozenset({(Role.SECRETARIAT.value, uuid4())}))
SIX = {
    "ar": "  هل يغطي التعريف «الأسلحة» & <الأجزاء>؟\nنعم ",
    "zh": "法律定义是否涵盖所有枪支？ ",
    "en": '  Does "it" cover A & B, 1 < 2 > 0?\nYes\t',
    "fr": "  La définition couvre-t-elle « tout » ?",
    "ru": "Охватывает ли определение всё — да?",
    "es": "¿Abarca la definición legal todo?",
}
OTHERS = [code for code in CODES if code != "en"]


def sample(prompt: dict[str, str] | None = None) -> Definition:
    """A questionnaire with a text at every place that can have one."""
    both = {"en": "A place", "fr": "Un lieu"}
    made = Definition(
        slug="sample",
        edition=Edition.CIVIL_SOCIETY,
        texts={"title": both, "introduction": {"en": "Read this.", "ar": "اقرأ هذا."}},
        sections=[Section(code="S", texts={"title": both})],
        choice_lists={"kinds": [Choice(value="one", texts={"label": both})]},
        glossary=[Term(key="gun", texts={"term": both, "meaning": {"en": "A weapon."}})],
        questions=[
            QuestionDefinition(
                code="Q-1",
                section="S",
                kind=Kind.SINGLE_CHOICE,
                choices="kinds",
                texts={
                    "topic": {"en": "Topic"},
                    "task": {"en": "Task"},
                    "prompt": dict(prompt or SIX),
                },
            )
        ],
    )
    for unit in units_of(made):
        for code in OTHERS:
            if unit.text(code):
                unit.put(code, unit.text(code), Progress.DRAFT)
    return made


def unit_of(definition: Definition, key: str = "q:Q-1:prompt") -> Unit:
    return next(unit for unit in units_of(definition) if unit.key == key)


def sent(definition: Definition, file: bytes) -> TextsReport:
    return texts.take(definition, xliff.read_texts(file, definition))


def changed(file: bytes, change: Callable[[Any], object], unit: str = "q:Q-1:prompt") -> bytes:
    """The file after something was done to one of its units."""
    root = etree.fromstring(file)
    change(root.find(f".//{N}unit[@id='{unit}']"))
    return etree.tostring(root)


def with_target(text: str, state: str = "translated") -> Callable[[Any], object]:
    def change(unit: Any) -> None:
        segment = unit.find(f"{N}segment")
        segment.set("state", state)
        segment.attrib.pop("subState", None)
        target = segment.find(f"{N}target")
        target = etree.SubElement(segment, f"{N}target") if target is None else target
        for child in list(target):
            target.remove(child)
        target.text = text

    return change


def line_of(report: TextsReport, unit: str = "q:Q-1:prompt") -> texts.Line:
    return next(line for line in report.lines if line.id == unit)


def refusal(file: bytes, definition: Definition | None = None) -> str:
    with pytest.raises(Invalid) as refused:
        xliff.read_texts(file, definition or sample())
    return str(refused.value.errors["file"])


@pytest.mark.parametrize("language", OTHERS)
def test_what_goes_out_comes_back_as_it_was(language: str) -> None:
    definition = sample()
    before = definition.model_dump()
    report = sent(definition, xliff.write_texts(definition, language, 1))
    assert report.changed == 0
    assert report.count(Outcome.SAME, Outcome.EMPTY) == len(report.lines) == len(list(units_of(definition)))
    assert definition.model_dump() == before
    assert len(report.lines) == 9


@pytest.mark.parametrize("language", OTHERS)
def test_a_file_fills_a_questionnaire_that_has_only_its_source(language: str) -> None:
    full = sample()
    bare = sample()
    for unit in units_of(bare):
        unit.carrier.texts[unit.kind] = {"en": unit.source}
        unit.carrier.states.clear()
    file = xliff.write_texts(full, language, 1)
    assert sent(bare, file).changed > 0
    assert [unit.text(language) for unit in units_of(bare)] == [
        unit.text(language) for unit in units_of(full)
    ]
    assert [u.readiness(language) for u in units_of(bare)] == [u.readiness(language) for u in units_of(full)]
    assert sent(bare, file).changed == 0


PLAIN = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00\x85\u2028"), min_size=1, max_size=80
)
CODE_LIKE = st.sampled_from(["${Q-1}", "%(name)s", "<b>", "</b>", "<br/>", "{count}", " & ", "\x0b", "٪(n)s"])
TEXT = st.lists(PLAIN | CODE_LIKE, min_size=1, max_size=6).map("".join)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(source=TEXT, target=TEXT.filter(str.strip), state=st.sampled_from(list(Progress)))
def test_any_text_survives_the_way_out_and_in(source: str, target: str, state: Progress) -> None:
    definition = sample({"en": source})
    unit = unit_of(definition)
    if source:
        unit.put("ru", target, state)
    before = definition.model_dump()
    file = xliff.write_texts(definition, "ru", 1)
    entry = next(entry for entry in xliff.read_texts(file, definition).units if entry.id == unit.key)
    assert (entry.source, entry.target, entry.progress) == (source, target, state)
    assert sent(definition, file).changed == 0
    assert definition.model_dump() == before


def test_states_go_out_and_come_back() -> None:
    definition = sample()
    unit_of(definition).put("fr", "Revu", Progress.REVIEWED)
    unit_of(definition, "v:title").put("fr", "Vieux", Progress.DRAFT)
    definition.texts["title"]["en"] = "Another place"
    file = xliff.write_texts(definition, "fr", 1)
    root = etree.fromstring(file)
    states = {u.get("id"): dict(u.find(f"{N}segment").attrib) for u in root.iter(f"{N}unit")}
    assert states["q:Q-1:prompt"] == {"state": "reviewed"}
    assert states["v:title"] == {"state": "translated", "subState": "polyphony:outdated"}
    assert states["q:Q-1:topic"] == {"state": "initial"}
    assert states["c:kinds:one:label"] == {"state": "translated"}
    report = sent(definition, file)
    assert report.changed == 0
    assert line_of(report, "v:title").outcome is Outcome.OUTDATED
    assert unit_of(definition, "v:title").readiness("fr") is Readiness.OUTDATED


def test_the_file_says_where_a_text_stands_and_keeps_its_spaces() -> None:
    file = xliff.write_texts(sample(), "fr", 7)
    unit = etree.fromstring(file).find(f".//{N}unit[@id='q:Q-1:prompt']")
    assert unit.get("{http://www.w3.org/XML/1998/namespace}space") == "preserve"
    assert [note.text for note in unit.iter(f"{N}note")] == ["Q-1: Question", "At most 10000 characters."]
    assert [child.tag for child in unit] == [f"{N}notes", f"{N}segment"]
    assert unit.findtext(f"{N}segment/{N}source") == SIX["en"]


def test_a_confirmed_translation_is_of_today_again() -> None:
    definition = sample()
    unit = unit_of(definition)
    unit.carrier.texts["prompt"]["en"] = "Does the new law cover it?"
    assert unit.readiness("fr") is Readiness.OUTDATED
    file = changed(xliff.write_texts(definition, "fr", 1), with_target(SIX["fr"], "final"))
    assert line_of(sent(definition, file)).outcome is Outcome.TAKEN
    assert unit.readiness("fr") is Readiness.REVIEWED
    assert sent(definition, file).changed == 0


def test_a_translation_of_an_older_text_is_taken_as_outdated() -> None:
    definition = sample()
    file = changed(xliff.write_texts(definition, "fr", 1), with_target("Nouvelle traduction"))
    unit = unit_of(definition)
    unit.carrier.texts["prompt"]["en"] = "Something else altogether"
    line = line_of(sent(definition, file))
    assert (line.outcome, line.changed) == (Outcome.OUTDATED, True)
    assert unit.text("fr") == "Nouvelle traduction"
    assert unit.readiness("fr") is Readiness.OUTDATED
    assert unit.carrier.states["prompt"]["fr"] == Mark(state=Progress.DRAFT, source=fingerprint(SIX["en"]))
    again = sent(definition, file)
    assert (again.changed, line_of(again).outcome) == (0, Outcome.OUTDATED)


def test_an_older_file_does_not_replace_a_translation_of_today() -> None:
    definition = sample()
    file = changed(xliff.write_texts(definition, "fr", 1), with_target("Ancienne traduction"))
    unit = unit_of(definition)
    unit.carrier.texts["prompt"]["en"] = "Something else altogether"
    unit.put("fr", "Tout autre chose", Progress.REVIEWED)
    report = sent(definition, file)
    assert (report.changed, line_of(report).outcome) == (0, Outcome.STAYS)
    assert unit.text("fr") == "Tout autre chose"


def test_an_empty_target_deletes_nothing() -> None:
    definition = sample()
    file = changed(xliff.write_texts(definition, "fr", 1), with_target("  "))
    assert line_of(sent(definition, file)).outcome is Outcome.EMPTY
    assert unit_of(definition).text("fr") == SIX["fr"]


def test_a_source_that_a_tool_copied_is_no_translation() -> None:
    definition = sample()
    file = changed(xliff.write_texts(definition, "fr", 1), with_target(SIX["en"], "initial"))
    assert line_of(sent(definition, file)).outcome is Outcome.EMPTY
    assert unit_of(definition).text("fr") == SIX["fr"]
    said = changed(xliff.write_texts(definition, "fr", 1), with_target(SIX["en"], "translated"))
    assert line_of(sent(definition, said)).outcome is Outcome.TAKEN


def test_one_copied_segment_keeps_the_whole_text_untranslated() -> None:
    def cut(unit: Any) -> None:
        for old in unit.findall(f"{N}segment"):
            unit.remove(old)
        for state, source, target in (("translated", "One.", "Un."), ("initial", "Two.", "Two.")):
            segment = etree.SubElement(unit, f"{N}segment", state=state)
            etree.SubElement(segment, f"{N}source").text = source
            etree.SubElement(segment, f"{N}target").text = target

    definition = sample({"en": "One.Two.", "fr": "Une.Deux."})
    file = changed(xliff.write_texts(definition, "fr", 1), cut)
    assert line_of(sent(definition, file)).outcome is Outcome.EMPTY


def test_the_white_space_of_an_indented_target_is_not_part_of_the_text() -> None:
    definition = sample({"en": "Does it cover all?", "fr": "Avant"})
    indented = "\n        La couvre-t-elle\n        toute ?\n      "
    file = changed(xliff.write_texts(definition, "fr", 1), with_target(indented))
    file = changed(file, lambda unit: setattr(unit.find(f"{N}segment"), "text", "\n      "))
    assert line_of(sent(definition, file)).outcome is Outcome.TAKEN
    assert unit_of(definition).text("fr") == "La couvre-t-elle toute ?"


@pytest.mark.parametrize("tag", ["fr_FR", "FR", "fr-CA"])
def test_the_language_of_a_file_is_known_however_it_is_written(tag: str) -> None:
    root = etree.fromstring(xliff.write_texts(sample(), "fr", 1))
    root.set("trgLang", tag)
    assert xliff.read_texts(etree.tostring(root), sample()).language == "fr"


def test_texts_that_are_not_ours_or_not_there_are_told() -> None:
    definition = sample()
    root = etree.fromstring(xliff.write_texts(definition, "fr", 1))
    first, second = root.findall(f".//{N}unit")[:2]
    first.set("id", "q:NOBODY:prompt")
    second.getparent().remove(second)
    report = sent(definition, etree.tostring(root))
    assert line_of(report, "q:NOBODY:prompt").outcome is Outcome.UNKNOWN
    assert report.count(Outcome.ABSENT) == 2
    assert report.changed == 0


def test_a_text_that_comes_twice_is_refused() -> None:
    definition = sample()
    file = changed(
        xliff.write_texts(definition, "fr", 1),
        lambda unit: unit.addnext(etree.fromstring(etree.tostring(unit))),
    )
    report = sent(definition, file)
    assert [line.outcome for line in report.lines if line.id == "q:Q-1:prompt"] == [Outcome.REFUSED] * 2


PROTECTED = {"en": "Give ${Q-1} to <b>%(name)s</b>.", "fr": "Donnez ${Q-1} à <b>%(name)s</b>."}


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("Donnez ${Q-2} à <b>%(name)s</b>.", "${Q-1} is missing, ${Q-2} is too much"),
        ("Donnez ${Q-1} à <b>%(nom)s</b>.", "%(name)s is missing, %(nom)s is too much"),
        ("Donnez ${Q-1} à %(name)s.", "missing: <b>, </b>"),
        ("Donnez ${Q-1} ${Q-1} à <b>%(name)s</b>.", "not in the source: ${Q-1}"),
        ("Donnez ${Q-1} à <b>%(name)s</b><script>.", "not in the source: <script>"),
        ("x" * 10_001, "too long"),
    ],
)
def test_a_translation_with_other_placeholders_is_refused(target: str, reason: str) -> None:
    definition = sample(PROTECTED)
    file = changed(xliff.write_texts(definition, "fr", 1), with_target(target))
    line = line_of(sent(definition, file))
    assert line.outcome is Outcome.REFUSED
    assert reason in str(line.reason)
    assert unit_of(definition).text("fr") == PROTECTED["fr"]


def inline_target(xml: str) -> Callable[[Any], object]:
    def change(unit: Any) -> None:
        segment = unit.find(f"{N}segment")
        old = segment.find(f"{N}target")
        segment.replace(old, etree.fromstring(f'<target xmlns="{N[1:-1]}">{xml}</target>'))

    return change


@pytest.mark.parametrize(
    "xml",
    [
        # our own numbers without data, as tools keep them
        'Or <ph id="1"/> et <ph id="2"/><ph id="3"/><ph id="4"/>',
        # a pair of tags
        'Or <ph id="1" dataRef="d1"/> et <pc id="2" dataRefStart="d2" dataRefEnd="d4"><ph id="3" dataRef="d3"/></pc>',
        # the ends of a pair, and a remark
        'Or <mrk id="m" type="comment">${Q-1}</mrk> et <sc id="2" dataRef="d2"/>%(name)s<ec id="4" dataRef="d4"/>',
        # as plain text
        "Or ${Q-1} et &lt;b&gt;%(name)s&lt;/b&gt;",
    ],
)
def test_inline_elements_of_other_tools_are_understood(xml: str) -> None:
    definition = sample(PROTECTED)
    file = changed(xliff.write_texts(definition, "fr", 1), inline_target(xml))
    line = line_of(sent(definition, file))
    assert line.outcome is Outcome.TAKEN, str(line.reason)
    assert unit_of(definition).text("fr") == "Or ${Q-1} et <b>%(name)s</b>"


@pytest.mark.parametrize(
    "xml", ['<pc id="9">gras</pc>', '<ph id="9"/>', '<b xmlns="">x</b>', '<cp hex="zz"/>']
)
def test_inline_elements_that_the_source_has_not_are_refused(xml: str) -> None:
    definition = sample()
    file = changed(xliff.write_texts(definition, "fr", 1), inline_target(xml))
    assert line_of(sent(definition, file)).outcome is Outcome.REFUSED


def test_a_text_cut_into_segments_is_put_together() -> None:
    definition = sample({"en": "One. Two.", "fr": "Un."})

    def cut(unit: Any) -> None:
        unit.remove(unit.find(f"{N}segment"))
        for xml in (
            '<segment state="final"><source>One.</source><target order="3">Un.</target></segment>',
            "<ignorable><source> </source></ignorable>",
            '<segment state="reviewed"><source>Two.</source><target order="1">Deux.</target></segment>',
        ):
            unit.append(etree.fromstring(xml.replace(">", f' xmlns="{N[1:-1]}">', 1)))

    file = changed(xliff.write_texts(definition, "fr", 1), cut)
    assert line_of(sent(definition, file)).outcome is Outcome.TAKEN
    assert unit_of(definition).text("fr") == "Deux. Un."
    assert unit_of(definition).readiness("fr") is Readiness.REVIEWED


def swapped(old: bytes, new: bytes) -> bytes:
    file = xliff.write_texts(sample(), "fr", 1)
    assert old in file
    return file.replace(old, new)


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (b"", "well-formed"),
        (b"PK\x03\x04 not XML", "well-formed"),
        (b"<xliff", "well-formed"),
        (b"<?xml version='1.0' encoding='utf-99'?><a/>", "well-formed"),
        (b"<html/>", "not an XLIFF"),
        (b'<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2"/>', "XLIFF 1.2 file. Save it as"),
        (swapped(b'version="2.0"', b'version="1.2"'), "XLIFF 1.2 file"),
        (swapped(b'srcLang="en"', b'srcLang="fr"'), "translates from fr"),
        (swapped(b'trgLang="fr"', b'trgLang="de"'), "does not name a language"),
        (swapped(b'trgLang="fr"', b'trgLang="en"'), "does not name a language"),
        (swapped(b'trgLang="fr"', b""), "does not name a language"),
        (swapped(b'original="sample/', b'original="other/'), "another questionnaire: other/"),
        (b"<a>" * 50 + b"</a>" * 50, "nested too deeply"),
        (b"<a>" + b"<b/>" * 300_001 + b"</a>", "too many elements"),
        (b"<a>" + b" " * safe_xml.LARGEST + b"</a>", "too large"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "DOCTYPE"),
        (b'<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd"><x/>', "DOCTYPE"),
        ('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x [<!ENTITY a "b">]><x/>'.encode("utf-16"), "DOCTYPE"),
        (b'<xliff version="2.0" xmlns="urn:oasis:names:tc:xliff:document:2.0" srcLang="en" trgLang="fr"/>', "no texts"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_says_why(file: bytes, reason: str) -> None:
    started = time.perf_counter()
    assert reason in refusal(file)
    assert time.perf_counter() - started < 2


def test_a_thousand_laughs_are_never_told() -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE x [<!ENTITY l0 "ha">{levels}]><x a="&l9;">&l9;</x>'
    started = time.perf_counter()
    assert "DOCTYPE" in refusal(bomb.encode())
    assert time.perf_counter() - started < 0.5


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_file_taken_apart_is_refused_or_told_and_breaks_nothing(data: st.DataObject) -> None:
    definition = sample(PROTECTED)
    root = etree.fromstring(xliff.write_texts(definition, "fr", 1))
    for _change in range(data.draw(st.integers(1, 5))):
        elements = list(root.iter())
        one, other = (elements[data.draw(st.integers(0, len(elements) - 1))] for _each in range(2))
        act = data.draw(st.sampled_from(["remove", "rename", "empty", "attribute", "copy", "text"]))
        if act == "remove" and one.getparent() is not None:
            one.getparent().remove(one)
        elif act == "rename":
            one.tag = data.draw(st.sampled_from([f"{N}segment", f"{N}unit", f"{N}pc", "x", f"{N}source"]))
        elif act == "empty":
            one.clear()
        elif act == "attribute" and one.attrib:
            one.set(
                data.draw(st.sampled_from(sorted(one.attrib))),
                data.draw(st.sampled_from(["", "x", "9" * 30])),
            )
        elif act == "copy" and root not in (one, other):
            one.append(copy.deepcopy(other))
        elif act == "text":
            one.text = "${other} <b>"
    with contextlib.suppress(Invalid):
        assert sent(definition, etree.tostring(root)).lines


@given(st.binary(max_size=300))
def test_noise_is_refused(noise: bytes) -> None:
    assert refusal(noise)
    assert refusal(b'<?xml version="1.0"?>' + noise)


@pytest.mark.parametrize("language", CODES)
def test_refusals_speak_the_language_of_the_reader(language: str) -> None:
    with pytest.raises(Invalid) as refused:
        xliff.read_texts(b'<xliff version="1.2"/>', sample())
    assert "1.2" in refused.value.errors["file"].in_language(language)


# With a database.


@pytest.fixture
async def draft(db: Database) -> QuestionnaireVersion:
    async with db.write() as session:
        return await questionnaires.import_definition(session, SYSTEM, sample())


async def definition_of(db: Database, version: QuestionnaireVersion) -> Definition:
    async with db.read() as session:
        return await queries.read_definition(session, await queries.get_version(session, version.id))


async def test_a_file_changes_the_rows_once(db: Database, draft: QuestionnaireVersion) -> None:
    file = xliff.write_texts(await definition_of(db, draft), "ru", 1)
    file = changed(file, with_target("Новый перевод", "final"))
    file = changed(file, with_target("Предмет"), "q:Q-1:topic")
    file = changed(file, with_target("Оружие"), "g:gun:meaning")
    counts = []
    for _time in range(2):
        async with db.write() as session:
            report = await service.import_texts(session, SECRETARIAT, draft.id, file, draft.checksum)
            counts.append(report.changed)
    assert counts == [3, 0]
    now = await definition_of(db, draft)
    assert unit_of(now).text("ru") == "Новый перевод"
    assert unit_of(now).readiness("ru") is Readiness.REVIEWED
    assert unit_of(now, "g:gun:meaning").text("ru") == "Оружие"
    async with db.read() as session:
        recorded = (await session.exec(select(AuditEntry.action))).all()
    assert list(recorded).count("questionnaire.translated") == 1


async def test_only_the_secretariat_takes_texts_in_and_only_into_drafts(
    db: Database, draft: QuestionnaireVersion
) -> None:
    file = xliff.write_texts(sample(), "fr", 1)
    for actor in (Actor(), Actor(uuid4(), "Expert", frozenset({(Role.EXPERT.value, uuid4())}))):
        with pytest.raises(NotFound):
            async with db.write() as session:
                await service.import_texts(session, actor, draft.id, file, draft.checksum)
    async with db.write() as session:
        version = await queries.get_version(session, draft.id)
        await questionnaires._release(session, SYSTEM, version)
    with pytest.raises(Forbidden):
        async with db.write() as session:
            await service.import_texts(session, SECRETARIAT, draft.id, file, draft.checksum)


async def test_the_pages_of_texts(
    client: httpx2.AsyncClient, make: Make, draft: QuestionnaireVersion
) -> None:
    here = f"/en/questionnaires/sample/civil-society/{draft.number}/texts"
    assert (await client.get(here)).status_code == 404
    assert (await client.get(f"{here}.fr.xlf")).status_code == 404
    await make.signed_in(client, await make.account(Role.SECRETARIAT))
    assert "Hand a translated file in" in (await client.get(here)).text
    file = await client.get(f"{here}.fr.xlf")
    assert file.headers["content-type"] == "application/xliff+xml"
    assert 'filename="sample-civil-society-1.fr.xlf"' in file.headers["content-disposition"]
    assert [(await client.get(f"{here}.{code}.xlf")).status_code for code in ("en", "de")] == [404, 404]
    new = changed(file.content, with_target("Une question"))
    look = await post(client, here, files={"file": ("fr.xlf", new, "application/xliff+xml")})
    assert look.status_code == 200
    assert "<dd>1</dd>" in look.text
    assert "Nothing is written yet." in look.text
    assert "Une question" not in (await client.get(f"{here}.fr.xlf")).text
    [carried] = re.findall(r'name="carried" value="([^"]+)"', look.text)
    [over] = re.findall(r'name="over" value="([^"]+)"', look.text)
    take = {"carried": carried, "over": over, "then": "take"}
    assert (await post(client, here, take)).headers["location"] == here
    assert "Une question" in (await client.get(f"{here}.fr.xlf")).text
    again = await post(client, here, files={"file": ("fr.xlf", new, "application/xliff+xml")})
    assert "Nothing would change." in again.text
    wrong = await post(client, here, files={"file": ("fr.xlf", b"<html/>", "text/html")})
    assert wrong.status_code == 422
    assert "This is not an XLIFF file." in wrong.text
    assert (await post(client, here, data={})).status_code == 422


async def test_a_translation_written_since_the_look_is_not_overwritten_unseen(
    client: httpx2.AsyncClient, db: Database, make: Make, draft: QuestionnaireVersion
) -> None:
    here = f"/en/questionnaires/sample/civil-society/{draft.number}/texts"
    await make.signed_in(client, await make.account(Role.SECRETARIAT))
    file = changed(xliff.write_texts(sample(), "fr", 1), with_target("Du fichier"))
    look = await post(client, here, files={"file": ("fr.xlf", file, "application/xliff+xml")})
    found = dict(re.findall(r'name="(carried|over)" value="([^"]+)"', look.text))
    async with db.write() as session:
        other = changed(xliff.write_texts(sample(), "fr", 1), with_target("De la page"))
        await service.import_texts(session, SECRETARIAT, draft.id, other, draft.checksum)
    again = await post(client, here, {**found, "then": "take"})
    assert again.status_code == 409
    assert "The draft changed since this page was made." in again.text
    assert unit_of(await definition_of(db, draft)).text("fr") == "De la page"
    found = dict(re.findall(r'name="(carried|over)" value="([^"]+)"', again.text))
    assert (await post(client, here, {**found, "then": "take"})).headers["location"] == here
    assert unit_of(await definition_of(db, draft)).text("fr") == "Du fichier"
