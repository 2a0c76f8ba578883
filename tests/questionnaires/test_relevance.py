from datetime import date
from uuid import UUID

import pytest

from app.platform.db import Database
from app.platform.security import Actor
from app.questionnaires import queries, service
from app.questionnaires.compiled import CompiledVersion
from app.questionnaires.definition import Section
from app.questionnaires.models import Kind
from app.questionnaires.relevance import Given
from tests.questionnaires.definitions import choices, civil_society, question, words

pytestmark = pytest.mark.one_database
TODAY = date(2026, 11, 22)


@pytest.fixture
async def version(db: Database) -> CompiledVersion:
    definition = civil_society(
        question("Q-1"),
        question("Q-4", relevant="${Q-3} > 10"),
        question("Q-2", kind=Kind.MULTIPLE_CHOICE, choices="needs", relevant="${Q-1-law} != 'no'"),
        question("Q-3", "B", kind=Kind.NUMBER, constraint=". >= 0 and . < 100", required="true()"),
        question("Q-5", "C", kind=Kind.DATE, constraint=". <= today()"),
        question("Q-6", "C", kind=Kind.NOTE),
        sections=[
            Section(code="A", **words(title="First")),
            Section(code="B", relevant="selected(${Q-2}, 'money')", **words(title="Second")),
            Section(code="C", parent="B", **words(title="Inner")),
        ],
        choice_lists={"needs": choices("money", "training", "dont_know")},
    )
    async with db.write() as session:
        system = Actor.system("tests")
        made = await service.import_definition(session, system, definition)
        await service.publish_version(session, system, made.id)
        return await queries.get_compiled(session, made.id)


def left_out(version: CompiledVersion, **given: Given) -> set[str]:
    by_id = {version.ids[code.replace("_", "-")]: answer for code, answer in given.items()}
    return {version.codes[found] for found in version.rules.irrelevant(by_id, TODAY)}


def test_without_answers_only_what_waits_for_one_is_left_out(version: CompiledVersion) -> None:
    assert left_out(version) == {"Q-3", "Q-4", "Q-5", "Q-6"}


def test_an_answer_brings_a_section_in_and_another_takes_everything_behind_it_out(
    version: CompiledVersion,
) -> None:
    chosen = {"Q_2": Given(value="training money"), "Q_3": Given(value="12")}
    assert left_out(version, **chosen) == set()
    # The answers behind it are there still, but count for nothing now.
    assert left_out(version, Q_1=Given(law="no"), **chosen) == {"Q-2", "Q-3", "Q-4", "Q-5", "Q-6"}


def test_a_constraint_looks_at_the_own_answer_and_at_none_if_there_is_none(version: CompiledVersion) -> None:
    def breaks(code: str, value: str) -> bool:
        question_id: UUID = version.ids[code]
        return version.rules.breaks(question_id, {question_id: Given(value=value)}, TODAY)

    assert breaks("Q-3", "100")
    assert not breaks("Q-3", "99.5")
    assert not breaks("Q-3", "")
    assert breaks("Q-5", "2026-11-23")
    assert not breaks("Q-5", "2026-11-22")
    assert not breaks("Q-1", "anything")


def test_what_is_required_and_what_is_read_is_known(version: CompiledVersion) -> None:
    assert version.rules.asks_for(version.ids["Q-3"], {}, TODAY)
    assert not version.rules.asks_for(version.ids["Q-1"], {}, TODAY)
    assert {version.codes[key] for key in version.rules.read} == {"Q-1", "Q-2", "Q-3"}


def test_sections_keep_their_numbers_and_their_place_in_each_other(version: CompiledVersion) -> None:
    sections = version["fr"].sections
    assert [(s.code, s.number, [str(t) for t in s.trail]) for s in sections] == [
        ("A", "1", []),
        ("B", "2", []),
        ("C", "2.1", ["Second (fr)"]),
    ]
    assert [q.code for q in version["en"].questions] == ["Q-1", "Q-4", "Q-2", "Q-3", "Q-5", "Q-6"]


def test_choices_are_labelled_in_the_language(version: CompiledVersion) -> None:
    asked = version["es"].by_code["Q-2"]
    assert asked.label_of("training money") == "Training (es), Money (es)"
    assert asked.label_of("gone") == "gone"
