from dataclasses import dataclass

import pytest

from app.organisations.models import OrganisationKind, Role
from app.platform.db import Database
from app.platform.errors import Conflict, Forbidden, Invalid, NotFound
from app.platform.security import Actor
from app.questionnaires import queries, service
from app.questionnaires.definition import Definition
from app.questionnaires.models import Edition, Origin, QuestionnaireVersion, VersionState
from app.questionnaires.shipped import ShippedPair, read_pair
from tests.factories import Make, actor_of
from tests.questionnaires import definitions
from tests.questionnaires.definitions import civil_society, question, renew, reword, state

SYSTEM = Actor.system("tests")


@dataclass
class Desk:
    """A secretariat and its questionnaires."""

    db: Database
    actor: Actor

    async def publish(self, *imported: Definition) -> list[QuestionnaireVersion]:
        made = []
        for definition in imported:
            async with self.db.write() as session:
                draft = await service.import_definition(session, self.actor, definition)
                made.append(await service.publish_version(session, self.actor, draft.id))
        return made

    async def draft_of(self, version: QuestionnaireVersion) -> QuestionnaireVersion:
        async with self.db.write() as session:
            return await service.start_draft(session, self.actor, version.id)

    async def say(self, definition: Definition) -> None:
        async with self.db.write() as session:
            seen = await queries.find_standing(session, definition.slug, definition.edition)
            over = seen.definition.checksum if seen else ""
            await service.import_definition(session, self.actor, definition, over)

    async def read(self, version: QuestionnaireVersion) -> Definition:
        async with self.db.read() as session:
            return await queries.read_definition(session, await queries.get_version(session, version.id))

    async def pairs(self) -> list[tuple[str, int, int]]:
        async with self.db.read() as session:
            return [(c.slug, c.number, s.number) for c, s in await queries.list_pairs(session)]


@pytest.fixture
async def desk(db: Database, make: Make) -> Desk:
    office = await make.organisation("Secretariat", OrganisationKind.SECRETARIAT)
    account = await make.account(Role.SECRETARIAT, at=office)
    return Desk(db, actor_of(account, [(Role.SECRETARIAT, office.id)]))


async def test_what_was_imported_reads_back_the_same(desk: Desk) -> None:
    await desk.publish(state())
    (version,) = await desk.publish(civil_society())
    assert await desk.read(version) == civil_society()
    assert (version.number, version.state, version.origin) == (1, VersionState.PUBLISHED, Origin.IMPORTED)


async def test_only_the_secretariat_writes_and_publishes(desk: Desk, make: Make) -> None:
    stranger = actor_of(await make.account())
    async with desk.db.write() as session:
        with pytest.raises(Forbidden):
            await service.import_definition(session, stranger, state())
        draft = await service.import_definition(session, desk.actor, state())
        with pytest.raises(Forbidden):
            await service.publish_version(session, stranger, draft.id)
        with pytest.raises(Forbidden):
            await service.start_draft(session, stranger, draft.id)
        with pytest.raises(NotFound):
            await queries.get_numbered(session, stranger, "small", "state", 1)
        assert await queries.get_numbered(session, desk.actor, "small", "state", 1)


async def test_a_draft_is_not_replaced_by_who_has_not_seen_it(desk: Desk) -> None:
    async with desk.db.write() as session:
        draft = await service.import_definition(session, desk.actor, state())
    with pytest.raises(Conflict) as refused:
        await desk.publish(reword(state(), "v:title", "Another title"))
    assert refused.value.detail.params["by"] == desk.actor.name
    assert await desk.read(draft) == state()


async def test_a_broken_structure_is_refused_with_its_places(desk: Desk) -> None:
    broken = civil_society(question("Q-1", relevant="${Q-9-law} = 'no'"), question("Q-1"))
    async with desk.db.write() as session:
        with pytest.raises(Invalid) as refused:
            await service.import_definition(session, desk.actor, broken)
    assert set(refused.value.errors) == {"q:Q-1"}


async def test_a_missing_or_outdated_translation_stops_publishing(desk: Desk) -> None:
    (version,) = await desk.publish(state())
    draft = await desk.draft_of(version)
    changed = reword(state(), "q:S-1:prompt", "Is it another question?")
    await desk.say(changed)
    async with desk.db.write() as session:
        with pytest.raises(Conflict):
            await service.publish_version(session, desk.actor, draft.id)
    await desk.say(renew(changed))
    async with desk.db.write() as session:
        published = await service.publish_version(session, desk.actor, draft.id)
    assert (published.number, published.state) == (2, VersionState.PUBLISHED)


async def test_a_published_version_retires_the_one_before_it_and_never_changes(desk: Desk) -> None:
    (first,) = await desk.publish(state())
    (second,) = await desk.publish(renew(reword(state(), "q:S-1:prompt", "What now?")))
    async with desk.db.read() as session:
        assert (await queries.get_version(session, first.id)).state is VersionState.RETIRED
        assert (await queries.get_compiled(session, first.id))["en"].by_code["S-1"].prompt.text == (
            "Prompt of S-1."
        )
        found = await queries.find_version(session, "small", Edition.STATE)
        assert found is not None
        assert found.id == second.id
    assert (await desk.read(first)).questions[0].texts["prompt"]["en"] == "Prompt of S-1."


async def test_there_is_one_draft_of_an_edition_at_a_time(desk: Desk) -> None:
    (version,) = await desk.publish(state())
    draft = await desk.draft_of(version)
    assert draft.based_on_id == version.id
    async with desk.db.write() as session:
        with pytest.raises(Conflict):
            await service.start_draft(session, desk.actor, version.id)
        await service.drop_draft(session, desk.actor, draft.id)
        again = await service.start_draft(session, desk.actor, version.id)
    assert again.number == 2


async def test_a_changed_question_leaves_its_mappings_to_be_settled(desk: Desk) -> None:
    await desk.publish(state(), civil_society())
    (state_version,) = [v for v in await _published(desk) if v.edition is Edition.STATE]
    draft = await desk.draft_of(state_version)
    await desk.say(renew(reword(state(), "q:S-1:prompt", "Is something else asked now?")))
    async with desk.db.write() as session:
        draft = await queries.get_version(session, draft.id)
        doubtful = await queries.unsettled(session, draft)
        assert [(d.civil_society.code, d.state.code, d.state_changed) for d in doubtful] == [
            ("Q-1", "S-1", True),
            ("Q-2", "S-1", True),
        ]
        with pytest.raises(Conflict):
            await service.publish_version(session, desk.actor, draft.id)
        first, second = doubtful
        await service.settle_mapping(session, desk.actor, first.civil_society.id, first.state.id)
        await service.remove_mapping(session, desk.actor, second.civil_society.id, second.state.id)
        assert not await queries.unsettled(session, draft)
        await service.publish_version(session, desk.actor, draft.id)
    assert await desk.pairs() == [("small", 1, 2)]


async def test_a_question_that_asks_the_same_keeps_its_mappings_settled(desk: Desk) -> None:
    await desk.publish(state(), civil_society())
    changed = reword(civil_society(), "q:Q-1:example", "Another example, the same question.")
    await desk.publish(renew(changed))
    assert await desk.pairs() == [("small", 2, 1)]


async def test_the_map_between_published_versions_does_not_change(desk: Desk) -> None:
    await desk.publish(state(), civil_society())
    versions = {v.edition: v for v in await _published(desk)}
    async with desk.db.write() as session:
        mine = (await queries.questions_of(session, versions[Edition.CIVIL_SOCIETY].id))[0]
        theirs = (await queries.questions_of(session, versions[Edition.STATE].id))[0]
        with pytest.raises(Forbidden):
            await service.remove_mapping(session, desk.actor, mine.id, theirs.id)
        with pytest.raises(Forbidden):
            await service.settle_mapping(session, desk.actor, theirs.id, mine.id)


async def _published(desk: Desk) -> list[QuestionnaireVersion]:
    async with desk.db.read() as session:
        return list(await queries.list_versions(session, VersionState.PUBLISHED))


@pytest.fixture
def shipped() -> ShippedPair:
    return ShippedPair("small", civil_society(), state(), "small", "")


async def test_what_ships_is_loaded_once_and_again_when_it_changed(desk: Desk, shipped: ShippedPair) -> None:
    async with desk.db.write() as session:
        first = await service.load_pair(session, SYSTEM, shipped)
        again = await service.load_pair(session, SYSTEM, shipped)
    assert [v.id for v in first] == [v.id for v in again]
    changed = ShippedPair("small", reword(civil_society(), "q:Q-2:prompt", "New?"), state(), "small", "")
    async with desk.db.write() as session:
        newer, same = await service.load_pair(session, SYSTEM, changed)
    assert (newer.number, same.id) == (2, first[1].id)
    assert await desk.pairs() == [("small", 2, 1)]


async def test_what_the_secretariat_wrote_is_not_replaced_by_what_ships(
    desk: Desk, shipped: ShippedPair
) -> None:
    async with desk.db.write() as session:
        await service.load_pair(session, SYSTEM, shipped)
    (own,) = await desk.publish(renew(reword(state(), "q:S-1:example", "Our own example.")))
    changed = ShippedPair("small", civil_society(), reword(state(), "q:S-2:prompt", "New?"), "small", "")
    async with desk.db.write() as session:
        _mine, theirs = await service.load_pair(session, SYSTEM, changed)
    assert theirs.id == own.id


async def test_a_short_question_informs_what_the_questions_it_covers_inform(
    desk: Desk, shipped: ShippedPair
) -> None:
    short = civil_society(question("K-1", covers=["Q-1", "Q-2"]), slug="short")
    async with desk.db.write() as session:
        await service.load_pair(session, SYSTEM, shipped)
        pair = ShippedPair("short", short, None, "small", "small")
        made, of_state = await service.load_pair(session, SYSTEM, pair)
        definition = await queries.read_definition(session, made)
    assert of_state.slug == "small"
    assert definition.questions[0].covers == ["Q-1", "Q-2"]
    assert definition.questions[0].maps_to == ["S-1", "S-2"]


@pytest.mark.one_database
async def test_the_shipped_pairs_load_and_pair_up(desk: Desk) -> None:
    async with desk.db.write() as session:
        for slug in ("firearms", "untoc", "full", "short"):
            await service.load_pair(session, SYSTEM, read_pair(slug))
    assert await desk.pairs() == [("firearms", 1, 1), ("full", 1, 1), ("short", 1, 1), ("untoc", 1, 1)]


def test_definitions_for_tests_are_complete() -> None:
    assert definitions.renew(civil_society()) == civil_society()


async def test_a_pair_maps_only_between_its_own_two_versions(desk: Desk, shipped: ShippedPair) -> None:
    short = civil_society(question("K-1", covers=["Q-1", "Q-2"]), slug="short")
    async with desk.db.write() as session:
        asked, of_state = await service.load_pair(session, SYSTEM, shipped)
        await service.load_pair(session, SYSTEM, ShippedPair("short", short, None, "small", "small"))
        before = await queries.get_pair(session, asked.id, of_state.id)
        await service.start_draft(session, desk.actor, asked.id)
        after = await queries.get_pair(session, asked.id, of_state.id)
    codes = {
        before.state.codes[key]: {before.civil_society.codes[other] for other in others}
        for key, others in after.to_civil_society.items()
    }
    assert codes == {"S-1": {"Q-1", "Q-2"}, "S-2": {"Q-2"}}
