"""Carrying over: an organisation takes its answers along to a new version of the questionnaire."""

from dataclasses import dataclass

import httpx2
import pytest
from sqlmodel import select

from app.contributions import carrying
from app.contributions.models import Answer, Contribution, ContributionState, Mode, Publication
from app.organisations.models import Organisation, Role
from app.platform.db import Database
from app.platform.errors import Forbidden, NotFound
from app.questionnaires.definition import Definition
from app.questionnaires.models import Kind
from app.questionnaires.positions import Law
from tests import browsing
from tests.contributions.forms import asks, choices, definition
from tests.factories import Make, in_all


def first() -> Definition:
    return definition(
        asks("C-same"),
        asks("C-list", Kind.SINGLE_CHOICE, choices="means"),
        asks("C-words"),
        asks("C-kind"),
        asks("C-gone", Kind.LONG_TEXT),
        asks("C-kept"),
    )


def second() -> Definition:
    """One question asks for something else, one is answered otherwise, one has other choices, one is gone."""
    return definition(
        asks("C-same"),
        asks("C-list", Kind.SINGLE_CHOICE, choices="means"),
        asks("C-words", texts={"prompt": in_all("What is asked since then?")}),
        asks("C-kind", Kind.LONG_TEXT),
        asks("C-kept"),
        asks("C-new"),
        choice_lists={"means": choices("radio", "pigeon")},
    )


@dataclass
class Twice:
    """An organisation that answered the first version and has begun to answer the second."""

    league: Organisation
    before: Contribution
    draft: Contribution

    @property
    def home(self) -> str:
        return f"/en/contributions/{self.draft.id}"


@pytest.fixture
async def twice(make: Make, client: httpx2.AsyncClient) -> Twice:
    league = await make.organisation()
    review = await make.review()
    old = await make.questionnaire(first())
    before = await make.contribution(
        await make.consultation(review, civil_society_version_id=old.id),
        organisation=league,
        answers={
            "C-same": {
                "law": "no",
                "practice": "works",
                "narrative": "Как прежде.",
                "language": "ru",
                "evidence": [{"title": "A report"}],
                "recommendation": {"action": "Do it."},
                "publication": "named",
            },
            "C-list": {"value": "mail", "narrative": "By mail."},
            "C-words": "Old words.",
            "C-kind": {"law": "yes", "narrative": "Old kind."},
            "C-gone": "Gone words.",
            "C-kept": "Old and kept.",
        },
    )
    new = await make.questionnaire(second())
    draft = await make.contribution(
        await make.consultation(review, civil_society_version_id=new.id),
        organisation=league,
        answers={"C-kept": "Written anew."},
        state=ContributionState.DRAFTING,
    )
    await make.signed_in(client, await make.account(Role.DRAFTER, at=league))
    return Twice(league, before, draft)


async def standing(db: Database, draft: Contribution) -> dict[str, Answer]:
    """The answers of a draft by their words."""
    async with db.read() as session:
        rows = (await session.exec(select(Answer).where(Answer.contribution_id == draft.id))).all()
    return {row.narrative: row for row in rows}


async def test_the_list_tells_what_stayed_what_changed_and_what_is_gone(
    client: httpx2.AsyncClient, twice: Twice
) -> None:
    assert f'href="{twice.home}/carry-over"' in (await client.get(twice.home)).text
    page = (await client.get(f"{twice.home}/carry-over")).text
    same, _mark, rest = page.partition("The question has changed")
    changed, _mark, gone = rest.partition("The question does not exist any more")
    assert 'value="C-same" checked' in same
    assert page.count('name="same.codes"') == 1
    for code in ("C-list", "C-words", "C-kind"):
        assert f"/carry-over/{code}" in changed
    assert "Prompt of C-words." in changed
    assert "What is asked since then?" in changed
    assert "The mail" in changed
    assert "Gone words." in gone
    assert "Old and kept." not in page


async def test_answers_become_drafts_that_nobody_may_publish(
    client: httpx2.AsyncClient, db: Database, twice: Twice
) -> None:
    place = f"{twice.home}/carry-over"
    # What changed and what is answered is not taken over by this button, whatever is sent.
    chosen = {"codes": ["C-same", "C-words", "C-kept", "C-gone"]}
    done = await browsing.post(client, place, chosen, page=place)
    assert "Answers taken over: 1." in (await client.get(done.headers["location"])).text
    found = await standing(db, twice.draft)
    assert set(found) == {"Как прежде.", "Written anew."}
    taken = found["Как прежде."]
    assert (taken.law, taken.language, taken.publication, taken.version) == (Law.NO, "ru", Publication.NO, 1)
    assert [source["title"] for source in taken.evidence] == ["A report"]
    assert taken.recommendation["action"] == "Do it."
    assert taken.current_version_id is None
    again = await browsing.post(client, place, chosen)
    assert "Answers taken over: 0." in (await client.get(again.headers["location"])).text


async def test_an_answer_to_a_changed_question_is_taken_over_as_far_as_it_fits(
    client: httpx2.AsyncClient, db: Database, make: Make, twice: Twice
) -> None:
    place = f"{twice.home}/carry-over"
    await make.answer(twice.draft, "C-list", {"skipped": True})
    for code in ("C-words", "C-kind", "C-list"):
        done = await browsing.post(client, f"{place}/{code}", page=place)
        assert done.headers["location"] == f"{twice.home}/questions/{code}"
        assert "Your earlier answer is here." in (await client.get(done.headers["location"])).text
    found = await standing(db, twice.draft)
    assert (found["Old kind."].law, found["By mail."].value, found["By mail."].version) == (None, "", 2)
    assert found["By mail."].skipped is False
    for code in ("C-gone", "C-kept", "C-new", "C-words"):
        assert (await browsing.post(client, f"{place}/{code}")).status_code == 404
    saved = await make.answer(twice.draft, "C-list", {"value": "radio"}, version=2)
    assert saved.version == 3


async def test_nobody_else_finds_what_was_answered_before(
    client: httpx2.AsyncClient, make: Make, twice: Twice
) -> None:
    async def opens(draft: Contribution) -> bool:
        home = f"/en/contributions/{draft.id}"
        offered = "/carry-over" in (await client.get(home)).text
        status = (await client.get(f"{home}/carry-over")).status_code
        assert (status == 200) == offered
        return offered

    async with make.db.read() as session:
        page = await carrying.carry_over_page(session, make.behind(twice.draft), twice.draft.id, "en")
    consultation = page.frame.consultation
    other = await make.organisation()
    theirs = await make.contribution(
        consultation, organisation=other, answers={}, state=ContributionState.DRAFTING
    )
    await make.signed_in(client, await make.account(Role.SIGNATORY, at=other))
    assert not await opens(theirs)
    assert (await client.get(f"{twice.home}/carry-over")).status_code == 404
    # A confidential contribution has no past.
    silent = await make.contribution(
        consultation, Mode.CONFIDENTIAL, answers={}, state=ContributionState.DRAFTING
    )
    await make.signed_in(client, silent)
    assert not await opens(silent)
    # Nor does an answer go from one government to another.
    await make.signed_in(client, await make.account(Role.SIGNATORY, at=twice.league))
    elsewhere = await make.consultation(
        await make.review(await make.state("VB")),
        civil_society_version_id=consultation.civil_society_version_id,
    )
    abroad = await make.contribution(
        elsewhere, organisation=twice.league, answers={}, state=ContributionState.DRAFTING
    )
    assert not await opens(abroad)


@pytest.mark.one_database
async def test_only_a_draft_takes_answers_over(make: Make, twice: Twice) -> None:
    await make.submit(twice.draft)
    behind = make.behind(twice.draft)
    async with make.db.write() as session:
        with pytest.raises(Forbidden):
            await carrying.carry_over(session, behind, twice.draft.id, ["C-same"])
        with pytest.raises(NotFound):
            await carrying.carry_over_page(session, make.behind(twice.before), twice.before.id, "en")
