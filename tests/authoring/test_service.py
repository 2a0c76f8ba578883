from typing import Any

import pytest
from sqlmodel import col, select

from app.audit.models import AuditEntry
from app.authoring import desk, editing, queries, service, texts
from app.authoring.schemas import (
    ChoiceRow,
    ChoicesInput,
    DriftInput,
    MoveInput,
    NewList,
    NewQuestion,
    NewSection,
    NewTerm,
    PartMove,
    SectionInput,
    TermInput,
    TextsFilter,
    TextsInput,
    UnitInput,
    Where,
)
from app.platform.errors import Conflict, Forbidden, Invalid, NotFound, StaleEdit
from app.platform.i18n import CODES
from app.platform.security import NOBODY
from app.questionnaires import queries as questionnaires
from app.questionnaires.definition import Definition, Progress, Readiness, Unit
from app.questionnaires.models import VersionState
from tests.authoring.scene import Scene
from tests.factories import Make

CODE = "FP-03-a"
PROMPT = f"q:{CODE}:prompt"


def unit_of(definition: Definition, key: str) -> Unit:
    return next(unit for unit in editing.all_units(definition) if unit.key == key)


async def translated(scene: Scene, key: str, language: str, **fields: Any) -> UnitInput:
    """What the page of a text would send back, with these changes."""
    unit = unit_of(await scene.definition(), key)
    given = {
        "text": unit.text(language),
        "state": "draft",
        "started": editing.unit_hash(unit, language),
        "source": editing.fingerprint(unit.source),
    }
    return UnitInput.model_validate({"key": key, **given, **fields})


async def save_texts(scene: Scene, language: str, *units: UnitInput) -> None:
    async with scene.db.write() as session:
        data = TextsInput(units=list(units))
        await service.save_texts(session, scene.officer, scene.where, language, data)


async def test_a_saved_question_keeps_its_translations_and_calls_them_outdated(scene: Scene) -> None:
    before = unit_of(await scene.definition(), PROMPT)
    french = before.text("fr")
    await scene.save(CODE, texts_prompt="Is every weapon covered?")
    after = unit_of(await scene.definition(), PROMPT)
    assert after.source == "Is every weapon covered?"
    assert after.text("fr") == french
    assert {after.readiness(code) for code in CODES} == {Readiness.SOURCE, Readiness.OUTDATED}


async def test_only_the_secretariat_writes_and_only_in_a_draft(scene: Scene, make: Make) -> None:
    published = Where(scene.published.slug, scene.published.edition_path, scene.published.number)
    data = NewQuestion(code="FP-03-z", section="FP-03")
    async with scene.db.write() as session:
        with pytest.raises(NotFound):
            await service.add_question(session, NOBODY, scene.where, data)
        with pytest.raises(Forbidden):
            await service.add_question(session, NOBODY, published, data)
        with pytest.raises(Forbidden):
            await service.add_question(session, scene.officer, published, data)
        with pytest.raises(Forbidden):
            await service.start_version(session, NOBODY, published)
        with pytest.raises(Conflict):
            await service.start_version(session, scene.officer, published)


async def test_a_late_save_of_a_question_is_refused(scene: Scene) -> None:
    fields = await scene.state_of(CODE)
    await scene.save(CODE, texts_topic="First")
    with pytest.raises(StaleEdit):
        await scene.save(CODE, texts_topic="Second", started=fields["started"])
    assert unit_of(await scene.definition(), f"q:{CODE}:topic").source == "First"


async def test_what_others_do_around_a_question_does_not_make_a_save_late(scene: Scene) -> None:
    fields = await scene.state_of("FP-03-c")
    french = await translated(scene, "q:FP-03-c:prompt", "fr", text="Autre texte")
    await save_texts(scene, "fr", french)
    async with scene.db.write() as session:
        up = MoveInput(direction="up")
        await service.move_question(session, scene.officer, scene.where, "FP-03-c", up)
        await service.add_question(
            session, scene.officer, scene.where, NewQuestion(code="FP-03-z", section="FP-03")
        )
    await scene.save("FP-03-c", texts_topic="Saved all the same", started=fields["started"])
    unit = unit_of(await scene.definition(), "q:FP-03-c:topic")
    assert unit.source == "Saved all the same"


@pytest.mark.parametrize(
    ("field", "expression"),
    [
        ("relevant", "${FP-04-1-law} = "),
        ("relevant", "${no-such-question} = 'yes'"),
        ("constraint", "now() > 1"),
        ("required", ". = 'yes'"),
    ],
)
async def test_a_wrong_condition_is_refused_at_its_field(scene: Scene, field: str, expression: str) -> None:
    with pytest.raises(Invalid) as refused:
        await scene.save(CODE, **{field: expression})
    assert field in refused.value.errors
    definition = await scene.definition()
    assert getattr(editing.find_question(definition, CODE), field) == ""


async def test_questions_may_not_wait_for_each_other(scene: Scene) -> None:
    await scene.save(CODE, relevant="${FP-04-1-law} = 'no'")
    with pytest.raises(Invalid) as refused:
        await scene.save("FP-04-1", relevant="${FP-03-a-law} = 'no'")
    assert "relevant" in refused.value.errors


async def test_a_question_moves_within_its_section_and_into_another(scene: Scene) -> None:
    def order(definition: Definition, section: str) -> list[str]:
        return [q.code for q in definition.questions if q.section == section]

    first, second, *_rest = order(await scene.definition(), "FP-03")
    async with scene.db.write() as session:
        for _time in range(2):  # the second has no effect: it is at the end already
            await service.move_question(
                session, scene.officer, scene.where, second, MoveInput(direction="up")
            )
    assert order(await scene.definition(), "FP-03")[:2] == [second, first]
    async with scene.db.write() as session:
        await service.move_question(session, scene.officer, scene.where, first, MoveInput(section="FP-04"))
        with pytest.raises(NotFound):
            await service.move_question(
                session, scene.officer, scene.where, first, MoveInput(section="nowhere")
            )
    definition = await scene.definition()
    assert order(definition, "FP-04")[-1] == first
    assert first not in order(definition, "FP-03")


async def test_a_new_question_needs_a_code_of_its_own_and_a_section(scene: Scene) -> None:
    wrong = {
        "code": [NewQuestion(code=CODE.lower(), section="FP-03"), NewQuestion(code="1 2", section="FP-03")],
        "section": [NewQuestion(code="FP-03-z", section="nowhere")],
    }
    async with scene.db.write() as session:
        for field, given in wrong.items():
            for data in given:
                with pytest.raises(Invalid) as refused:
                    await service.add_question(session, scene.officer, scene.where, data)
                assert field in refused.value.errors
        await service.add_question(
            session, scene.officer, scene.where, NewQuestion(code="FP-03-z", section="FP-03")
        )
    places = editing.outline(await scene.definition())
    assert next(p for p in places if p.section.code == "FP-03").questions[-1].code == "FP-03-z"


async def test_a_translation_is_a_state_and_an_empty_one_deletes_nothing_else(scene: Scene) -> None:
    await save_texts(scene, "fr", await translated(scene, PROMPT, "fr", text="Oui ?", state="reviewed"))
    unit = unit_of(await scene.definition(), PROMPT)
    assert unit.readiness("fr") is Readiness.REVIEWED
    others = {code: unit.text(code) for code in CODES if code != "fr"}
    await save_texts(scene, "fr", await translated(scene, PROMPT, "fr", text=""))
    unit = unit_of(await scene.definition(), PROMPT)
    assert unit.readiness("fr") is Readiness.MISSING
    assert {code: unit.text(code) for code in CODES if code != "fr"} == others
    assert all(others.values())


async def test_a_late_translation_is_refused_and_one_of_an_older_source_stays_outdated(scene: Scene) -> None:
    late = await translated(scene, PROMPT, "fr", text="Trop tard")
    await save_texts(scene, "fr", await translated(scene, PROMPT, "fr", text="Premier"))
    with pytest.raises(StaleEdit) as refused:
        await save_texts(scene, "fr", late)
    assert refused.value.current == {PROMPT}
    began = await translated(scene, PROMPT, "es", text="Nuevo")
    await scene.save(CODE, texts_prompt="Changed meanwhile?")
    unit = unit_of(await scene.definition(), PROMPT)
    began = began.model_copy(update={"started": editing.unit_hash(unit, "es")})
    await save_texts(scene, "es", began)
    unit = unit_of(await scene.definition(), PROMPT)
    assert unit.text("es") == "Nuevo"
    assert unit.readiness("es") is Readiness.OUTDATED


async def test_an_outdated_translation_shows_what_changed_in_its_source(scene: Scene) -> None:
    await scene.save(CODE, texts_prompt="Does the law cover everything?")
    async with scene.db.read() as session:
        page = await texts.question_texts_page(session, scene.officer, scene.where, CODE, "ru")
    row = next(row for row in page.rows if row.kind == "prompt")
    assert row.readiness is Readiness.OUTDATED
    assert row.changed is not None
    assert {kind for kind, _text in row.changed} == {"same", "removed", "added"}
    new = "".join(text for kind, text in row.changed if kind != "removed")
    assert new == "Does the law cover everything?"


async def test_texts_are_shown_page_by_page_and_by_state(scene: Scene) -> None:
    await scene.save(CODE, texts_prompt="Changed?")
    async with scene.db.read() as session:
        everything = await texts.texts_page(session, scene.officer, scene.where, "ar", TextsFilter())
        outdated = await texts.texts_page(
            session, scene.officer, scene.where, "ar", TextsFilter(state=Readiness.OUTDATED)
        )
        with pytest.raises(NotFound):
            await texts.texts_page(session, scene.officer, scene.where, "xx", TextsFilter())
    assert len(everything.rows) == texts.PAGE
    assert everything.pages > 1
    assert [row.key for row in outdated.rows] == [PROMPT]


async def test_sections_are_added_nested_moved_and_never_stand_in_themselves(scene: Scene) -> None:
    async with scene.db.write() as session:
        new = NewSection(code="NEW", title="New", parent="FP-A")
        await service.add_section(session, scene.officer, scene.where, new)
        await service.move_section(session, scene.officer, scene.where, PartMove(code="NEW", direction="up"))
    definition = await scene.definition()
    inner = [section.code for section in definition.sections if section.parent == "FP-A"]
    assert inner[-2] == "NEW"
    outer = editing.find_section(definition, "FP-A")
    data = SectionInput(title="A", parent="NEW", started=editing.content_hash(outer, "en"))
    async with scene.db.write() as session:
        with pytest.raises(Invalid) as refused:
            await service.save_section(session, scene.officer, scene.where, "FP-A", data)
        assert "parent" in refused.value.errors
        with pytest.raises(Invalid):
            await service.add_section(session, scene.officer, scene.where, new)
        stale = SectionInput(title="Late", started="x")
        with pytest.raises(StaleEdit):
            await service.save_section(session, scene.officer, scene.where, "NEW", stale)


async def test_a_list_of_choices_grows_is_ordered_and_keeps_translations(scene: Scene) -> None:
    async with scene.db.write() as session:
        await service.add_list(session, scene.officer, scene.where, NewList(name="sure"))
        rows = [ChoiceRow(value="yes", label="Yes"), ChoiceRow(value="no", label="No"), ChoiceRow()]
        empty = ChoicesInput(rows=rows, started=editing.content_hash([], "en"))
        await service.save_choices(session, scene.officer, scene.where, "sure", empty)
    await save_texts(scene, "fr", await translated(scene, "c:sure/no:label", "fr", text="Non"))
    choices = (await scene.definition()).choice_lists["sure"]
    data = ChoicesInput(rows=rows[:2], started=editing.content_hash(choices, "en"), move="up:no")
    async with scene.db.write() as session:
        await service.save_choices(session, scene.officer, scene.where, "sure", data)
        with pytest.raises(StaleEdit):
            await service.save_choices(session, scene.officer, scene.where, "sure", empty)
    choices = (await scene.definition()).choice_lists["sure"]
    assert [choice.value for choice in choices] == ["no", "yes"]
    assert choices[0].texts["label"] == {"en": "No", "fr": "Non"}
    twice = ChoicesInput(rows=[rows[0], rows[0]], started=editing.content_hash(choices, "en"))
    async with scene.db.write() as session:
        with pytest.raises(Invalid) as refused:
            await service.save_choices(session, scene.officer, scene.where, "sure", twice)
    assert "rows-1-value" in refused.value.errors


async def test_a_term_of_the_glossary_is_added_and_changed(scene: Scene) -> None:
    async with scene.db.write() as session:
        await service.add_term(session, scene.officer, scene.where, NewTerm(key="pistol", term="pistol"))
        await service.move_term(session, scene.officer, scene.where, PartMove(code="pistol", direction="up"))
    term = editing.find_term(await scene.definition(), "pistol")
    data = TermInput(term="alarm pistol", meaning="It makes noise.", started=editing.content_hash(term, "en"))
    async with scene.db.write() as session:
        await service.save_term(session, scene.officer, scene.where, "pistol", data)
        with pytest.raises(StaleEdit):
            await service.save_term(session, scene.officer, scene.where, "pistol", data)
    assert editing.find_term(await scene.definition(), "pistol").texts["meaning"]["en"] == "It makes noise."


async def test_a_part_that_is_still_needed_cannot_be_removed(scene: Scene) -> None:
    async with scene.db.write() as session:
        with pytest.raises(Invalid):
            await service.remove_part(session, scene.officer, scene.where, "s:FP-03")
        with pytest.raises(Invalid):
            await service.remove_part(session, scene.officer, scene.where, "s:FP-A")
        with pytest.raises(NotFound):
            await service.remove_part(session, scene.officer, scene.where, "q:nobody")
        await service.remove_part(session, scene.officer, scene.where, f"q:{CODE}")
    assert CODE not in {question.code for question in (await scene.definition()).questions}
    async with scene.db.read() as session:
        assert CODE in {q.code for q in await questionnaires.questions_of(session, scene.published.id)}


async def test_removing_a_question_tells_who_looks_at_it(scene: Scene) -> None:
    await scene.save("FP-04-1", relevant="${FP-03-a-law} = 'no'")
    async with scene.db.read() as session:
        page = await desk.remove_page(session, scene.officer, scene.where, f"q:{CODE}")
    assert page.readers == ["FP-04-1"]
    assert page.mappings > 0


async def test_a_changed_question_makes_its_mappings_doubtful_until_somebody_settles_them(
    scene: Scene,
) -> None:
    await scene.save(CODE, texts_prompt="Something else?")
    async with scene.db.read() as session:
        page = await texts.drift_page(session, scene.officer, scene.where)
    assert page.drifts
    drift, mine, theirs = page.drifts[0]
    assert (mine.has_changed, theirs.has_changed, mine.is_known) == (True, False, True)
    for decision in ("fits", "remove"):
        data = DriftInput.model_validate(
            {
                "civil_society_question_id": drift.civil_society.id,
                "state_question_id": drift.state.id,
                "decision": decision,
            }
        )
        async with scene.db.write() as session:
            await service.decide_drift(session, scene.officer, scene.where, data)
            assert not [
                each
                for each in await questionnaires.unsettled(session, scene.draft)
                if each.state.id == drift.state.id
            ]
    async with scene.db.write() as session:
        with pytest.raises(NotFound):
            await service.decide_drift(session, scene.officer, scene.where, data)
        await service.map_question(session, scene.officer, scene.where, CODE, drift.state.id, settle=True)
        page_of = await desk.question_page(session, scene.officer, scene.where, CODE)
        assert drift.state.id in {mapped.question.id for mapped in page_of.mapped}
        await service.map_question(session, scene.officer, scene.where, CODE, drift.state.id, settle=False)


async def make_publishable(scene: Scene) -> None:
    """Write every text that is missing, whatever language it is missing in."""
    definition = await scene.definition()
    async with scene.db.write() as session:
        for code in CODES:
            units = [
                UnitInput(
                    key=unit.key,
                    text=f"{unit.source} ({code})",
                    started=editing.unit_hash(unit, code),
                    source=editing.fingerprint(unit.source),
                )
                for unit in editing.all_units(definition)
                if unit.readiness(code) in {Readiness.MISSING, Readiness.OUTDATED}
            ]
            for start in range(0, len(units), 100):
                data = TextsInput(units=units[start : start + 100])
                await service.save_texts(session, scene.officer, scene.where, code, data)
        for drift in await questionnaires.unsettled(session, scene.draft):
            own = drift.civil_society.code
            await service.map_question(session, scene.officer, scene.where, own, drift.state.id, settle=True)


async def test_publishing_reads_its_version_once(scene: Scene, statements: list[str]) -> None:
    await make_publishable(scene)
    statements.clear()
    async with scene.db.write() as session:
        await service.publish(session, scene.officer, scene.where)
    versions = [one for one in statements if one.startswith("SELECT") and "FROM questionnaire_version" in one]
    mappings = [one for one in statements if one.startswith("SELECT") and "FROM question_mapping" in one]
    assert len(mappings) == 1, mappings
    assert len(versions) <= 5, (
        versions
    )  # by its address, locked, its counterpart, what is published, the one before
    assert len(statements) <= 11, statements


async def test_publishing_waits_until_nothing_blocks_and_then_the_version_before_is_replaced(
    scene: Scene,
) -> None:
    await scene.save(CODE, texts_prompt="Something else?")
    async with scene.db.write() as session:
        with pytest.raises(Conflict):
            await service.publish(session, scene.officer, scene.where)
    await make_publishable(scene)
    async with scene.db.read() as session:
        page = await desk.checks_page(session, scene.officer, scene.where)
        assert [mend for mend in page.mends if mend.blocks] == []
    async with scene.db.write() as session:
        with pytest.raises(NotFound):
            await service.publish(session, NOBODY, scene.where)
        await service.publish(session, scene.officer, scene.where)
    async with scene.db.read() as session:
        before = await questionnaires.get_version(session, scene.published.id)
        now = await questionnaires.get_version(session, scene.draft.id)
        assert (before.state, now.state) == (VersionState.RETIRED, VersionState.PUBLISHED)
        history = await queries.history_page(session, scene.officer, scene.where)
        assert history.past[0].by == scene.account.name
        query = select(AuditEntry.action).where(col(AuditEntry.thing_id) == scene.draft.id)
        assert set(await session.exec(query)) == {
            "questionnaire.draft_started",
            "questionnaire.written",
            "questionnaire.published",
        }
    with pytest.raises(Forbidden):
        await scene.save(CODE, texts_topic="Too late")


async def test_the_check_list_leads_to_where_each_thing_is_mended(scene: Scene) -> None:
    async with scene.db.write() as session:
        await service.add_question(
            session, scene.officer, scene.where, NewQuestion(code="FP-03-z", section="FP-03")
        )
    await scene.save(CODE, texts_prompt="Something else?")
    async with scene.db.read() as session:
        page = await desk.checks_page(session, scene.officer, scene.where)
    assert [mend.blocks for mend in page.mends] == sorted((m.blocks for m in page.mends), reverse=True)
    mine = [mend for mend in page.mends if mend.code == "FP-03-z" and mend.field == "prompt"]
    assert mine[0].route == "authoring.question"
    assert mine[0].anchor == "texts-prompt"
    french = [mend for mend in page.mends if mend.code == CODE and mend.language == "fr"]
    assert french[0].route == "authoring.translate"
    assert any(mend.route == "authoring.drift" for mend in page.mends)


async def test_a_draft_can_be_thrown_away(scene: Scene) -> None:
    async with scene.db.write() as session:
        with pytest.raises(NotFound):
            await service.drop(session, NOBODY, scene.where)
        await service.drop(session, scene.officer, scene.where)
    async with scene.db.read() as session:
        with pytest.raises(NotFound):
            await questionnaires.get_version(session, scene.draft.id)


def test_a_reviewed_text_is_the_only_one_called_so() -> None:
    assert UnitInput(key="x", state="reviewed").progress is Progress.REVIEWED
    assert UnitInput(key="x", state="keep").progress is Progress.DRAFT
