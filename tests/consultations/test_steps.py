"""Steps that say the work is done ask what they imply; two people may override that, and the public reads why."""

from typing import Any

import httpx2
import pytest
from sqlmodel import select

from app.audit.models import AuditEntry
from app.consultations.models import Consultation, ConsultationState, Override, Step
from app.contributions.models import Answer, ContributionState, Mode
from app.organisations.models import Role
from app.platform import clock
from app.platform.db import Database
from app.platform.queue import Job
from app.publication.models import Outcome
from app.questionnaires import queries as questionnaires
from app.statements.models import Statement
from app.submissions.models import (
    Decision,
    DecisionKind,
    NationalAnswer,
    NationalAnswerState,
    Submission,
    SubmissionState,
)
from app.translations.models import Text
from tests.browsing import post
from tests.factories import Make

ALL_DECIDED = "This consultation is concluded. Every answer has a reply with a reason."
NOT_ALL = "This consultation is concluded. Not every answer has a reply with a reason."


async def finished(db: Database, consultation: Consultation) -> None:
    """Everything that concluding asks for: all decided, approved, handed over, published."""
    async with db.write() as session:
        state = await questionnaires.get_compiled(session, consultation.state_version_id)
        submission = Submission(
            consultation_id=consultation.id,
            office_id=consultation.office_id,
            language="en",
            state=SubmissionState.FINAL,
        )
        session.add(submission)
        await session.flush()
        session.add_all(
            NationalAnswer(
                submission_id=submission.id, question_id=question_id, state=NationalAnswerState.APPROVED
            )
            for question_id in state.codes
        )
        for answer in (await session.exec(select(Answer))).all():
            reason = Text(language="en", body="Read with care.")
            session.add(reason)
            await session.flush()
            session.add(
                Decision(
                    answer_id=answer.id,
                    answer_version_id=answer.current_version_id,
                    kind=DecisionKind.NOTED,
                    reason_text_id=reason.id,
                )
            )
        content: dict[str, Any] = {"questions": [], "contributions": 0, "answers": 0}
        session.add(Outcome(consultation_id=consultation.id, number=1, content=content))


async def statement(db: Database, consultation: Consultation) -> Statement:
    """A statement of the statements that waits for somebody."""
    row = Statement(
        consultation_id=consultation.id,
        fingerprint="0" * 64,
        row={"statement": "Nobody looks.", "language": "en", "organisation": "Orsa Legal Aid"},
    )
    async with db.write() as session:
        session.add(row)
    return row


async def closed(make: Make) -> Consultation:
    consultation = await make.consultation(state=ConsultationState.CLOSED)
    await make.contribution(consultation)
    return consultation


async def test_concluding_lists_what_stands_against_it_and_refuses(
    client: httpx2.AsyncClient, make: Make, db: Database
) -> None:
    consultation = await closed(make)
    await statement(db, consultation)
    await make.signed_in(client, await make.staff(consultation, Role.FOCAL_POINT))
    home = f"/en/desk/{consultation.slug}"
    set_up = await client.get(f"{home}/settings")
    assert f'href="{home}/steps/conclude"' in set_up.text
    assert f'action="{home}/conclude"' not in set_up.text
    assert "becomes public" not in set_up.text
    step = await client.get(f"{home}/steps/conclude")
    for shown in (
        f'<a href="{home}/submission/S-FP-03-1">S-FP-03-1: there is no national answer yet.</a>',
        "1 answer has no decision yet.",
        f'<a href="{home}/statements/kept">1 statement waits',
        f'<a href="{home}/export">The final file is not made.</a>',
        f'<a href="{home}/outcome">The outcome that belongs to the final file is not published.</a>',
    ):
        assert shown in step.text
    assert f'action="{home}/conclude"' not in step.text
    refused = await post(client, f"{home}/conclude")
    assert refused.status_code == 409
    assert "The final file is not made." in refused.text
    async with db.read() as session:
        assert (await session.get_one(Consultation, consultation.id)).state is ConsultationState.CLOSED
    assert "concluded" not in (await client.get(f"/en/c/{consultation.slug}")).text


async def test_what_is_done_is_concluded_after_a_last_look_and_the_public_reads_what_was_counted(
    client: httpx2.AsyncClient, make: Make, db: Database
) -> None:
    consultation = await closed(make)
    await finished(db, consultation)
    await make.signed_in(client, await make.staff(consultation, Role.FOCAL_POINT))
    page = f"/en/desk/{consultation.slug}/steps/conclude"
    shown = await client.get(page)
    assert "Nothing is missing" in shown.text
    assert "This cannot be undone." in shown.text
    done = await post(client, f"/en/desk/{consultation.slug}/conclude", page=page)
    assert done.status_code == 303
    public = await client.get(f"/en/c/{consultation.slug}")
    assert ALL_DECIDED in public.text
    assert "Read the outcome" in public.text
    assert "This consultation is concluded." in (await client.get(page)).text


@pytest.mark.parametrize("asks", [Role.EXPERT, Role.FOCAL_POINT])
async def test_two_people_conclude_all_the_same_and_the_public_reads_their_reason(
    client: httpx2.AsyncClient, make: Make, db: Database, asks: Role
) -> None:
    consultation = await closed(make)
    people = {role: await make.staff(consultation, role) for role in (Role.EXPERT, Role.FOCAL_POINT)}
    second = next(role for role in people if role is not asks)
    page = f"/en/desk/{consultation.slug}/steps/conclude"
    await make.signed_in(client, people[asks])
    assert (await post(client, f"{page}/override", {"reason": " "})).status_code == 422
    why = {"reason": "The review was called off by the conference."}
    assert (await post(client, f"{page}/override", why, page=page)).status_code == 303
    own = await post(client, f"{page}/confirm", {"version": "1"})
    assert own.status_code == 403
    assert "another person must confirm it" in own.text
    await make.signed_in(client, await make.staff(consultation, Role.GOVERNMENT_READER))
    assert (await post(client, f"{page}/confirm", {"version": "1"})).status_code == 403
    await make.signed_in(client, people[second])
    shown = await client.get(page)
    assert why["reason"] in shown.text
    assert (await post(client, f"{page}/confirm", {"version": "7"})).status_code == 409
    assert (await post(client, f"{page}/confirm", {"version": "1"}, page=page)).status_code == 303
    await make.signed_in(client, people[Role.FOCAL_POINT])
    done = await post(client, f"/en/desk/{consultation.slug}/conclude", page=page)
    assert done.status_code == 303
    client.cookies.clear()
    public = (await client.get(f"/en/c/{consultation.slug}")).text
    assert NOT_ALL in public
    assert ALL_DECIDED not in public
    # Nothing is promised that did not happen, and nothing to read that is not there.
    assert "There is no exception." not in public
    assert "Read the outcome" not in public
    assert why["reason"] in public
    async with db.read() as session:
        acts = (await session.exec(select(AuditEntry).where(AuditEntry.thing == "Override"))).all()
    assert {(act.action, act.actor_id) for act in acts} == {
        ("consultation.override_asked", people[asks].id),
        ("consultation.override_confirmed", people[second].id),
    }


async def test_an_override_covers_no_more_than_both_people_saw(
    client: httpx2.AsyncClient, make: Make, db: Database
) -> None:
    consultation = await closed(make)
    expert, focal = [await make.staff(consultation, role) for role in (Role.EXPERT, Role.FOCAL_POINT)]
    page = f"/en/desk/{consultation.slug}/steps/conclude"
    await make.signed_in(client, expert)
    await post(client, f"{page}/override", {"reason": "Only this one."})
    await make.signed_in(client, focal)
    await post(client, f"{page}/confirm", {"version": "1"})
    await statement(db, consultation)
    assert (await post(client, f"/en/desk/{consultation.slug}/conclude")).status_code == 409
    assert "More stands against it now than both saw." in (await client.get(page)).text
    async with db.read() as session:
        (override,) = (await session.exec(select(Override))).all()
    assert (override.step, override.covers["undecided-FP-03-a"]) == (Step.CONCLUDE, 1)


async def test_publishing_asks_for_statements_and_late_answers(
    client: httpx2.AsyncClient, make: Make, db: Database
) -> None:
    consultation = await closed(make)
    await finished(db, consultation)
    row = await statement(db, consultation)
    await make.signed_in(client, await make.staff(consultation, Role.FOCAL_POINT))
    home = f"/en/desk/{consultation.slug}"
    assert f'href="{home}/steps/publish"' in (await client.get(f"{home}/outcome")).text
    assert (await post(client, f"{home}/outcome")).status_code == 409
    assert "1 statement waits" in (await client.get(f"{home}/steps/publish")).text
    await make.signed_in(client, await make.staff(consultation, Role.FACILITATOR))
    assert (await post(client, f"{home}/statements/{row.id}/dismiss", {"reason": ""})).status_code == 422
    done = await post(client, f"{home}/statements/{row.id}/dismiss", {"reason": "It speaks of another law."})
    assert done.status_code == 303
    assert "No statement waits." in (await client.get(f"{home}/statements/kept")).text
    await make.signed_in(client, await make.staff(consultation, Role.FOCAL_POINT))
    assert (await post(client, f"{home}/outcome", page=f"{home}/steps/publish")).status_code == 303


async def test_closing_early_needs_a_reason_keeps_the_promised_date_and_tells_who_takes_part(
    client: httpx2.AsyncClient, make: Make, db: Database
) -> None:
    consultation = await make.consultation()
    place = await make.organisation()
    signatory = await make.account(Role.SIGNATORY, at=place)
    await make.contribution(consultation, organisation=place, state=ContributionState.DRAFTING, answers={})
    await make.contribution(consultation, Mode.CONFIDENTIAL)
    await make.signed_in(client, await make.staff(consultation, Role.FOCAL_POINT))
    home = f"/en/desk/{consultation.slug}"
    assert f'action="{home}/close"' not in (await client.get(f"{home}/settings")).text
    unsaid = await post(client, f"{home}/close", {"reason": " "}, page=f"{home}/closing")
    assert unsaid.status_code == 422
    assert "Say why it closes early." in unsaid.text
    done = await post(client, f"{home}/close", {"reason": "The law changed."})
    assert done.status_code == 303
    public = (await client.get(f"/en/c/{consultation.slug}")).text
    assert "The law changed." in public
    assert consultation.closes_at.strftime("%H:%M") in public
    async with db.read() as session:
        jobs = [job.args for job in (await session.exec(select(Job))).all()]
    told = [job for job in jobs if job.get("template") == "consultations/closed_early"]
    assert [job["account_id"] for job in told] == [str(signatory.id)]
    later = (clock.now() + (consultation.closes_at - clock.now()) * 2).strftime("%Y-%m-%dT%H:%M")
    await post(client, f"{home}/extend", {"closes_at": later, "reason": "More time."})
    assert "The law changed." not in (await client.get(f"/en/c/{consultation.slug}")).text


@pytest.mark.one_database
async def test_reasons_for_what_was_not_promised_turn_nothing_around_them(
    client: httpx2.AsyncClient, make: Make
) -> None:
    consultation = await make.consultation()
    await make.contribution(consultation)
    expert, focal = [await make.staff(consultation, role) for role in (Role.EXPERT, Role.FOCAL_POINT)]
    home, public = f"/en/desk/{consultation.slug}", f"/en/c/{consultation.slug}"
    page = f"{home}/steps/conclude"
    await make.signed_in(client, focal)
    await post(client, f"{home}/close", {"reason": "The roof \u202efell."}, page=f"{home}/closing")
    await make.signed_in(client, expert)
    await post(client, f"{page}/override", {"reason": "The files \u202eburned."})
    await make.signed_in(client, focal)
    for path, said in ((page, ["burned."]), (f"{home}/log", ["fell.", "burned."])):
        await seen(client, path, said)
    await post(client, f"{page}/confirm", {"version": "1"})
    await post(client, f"{home}/conclude", page=page)
    client.cookies.clear()
    await seen(client, public, ["fell.", "burned."])


async def seen(client: httpx2.AsyncClient, path: str, said: list[str]) -> None:
    """The words stand on the page behind the mark of the sign, and the sign itself does not."""
    page = (await client.get(path)).text
    assert "\u202e" not in page, path
    for words in said:
        assert f"U+202E</bdi>{words}" in page, path


async def test_a_refused_opening_names_each_field(client: httpx2.AsyncClient, make: Make) -> None:
    draft = await make.consultation(
        state=ConsultationState.DRAFT, titles={}, summaries={}, languages=["en", "fr"]
    )
    await make.signed_in(client, await make.staff(draft, Role.FOCAL_POINT))
    refused = await post(client, f"/en/desk/{draft.slug}/open")
    assert refused.status_code == 422
    assert '<a href="#titles-fr">Title in Français: fill this in.</a>' in refused.text
    assert '<a href="#summaries-en">Summary in English: fill this in.</a>' in refused.text


async def test_what_is_open_is_neither_concluded_nor_overridden(
    client: httpx2.AsyncClient, make: Make
) -> None:
    consultation = await make.consultation()
    await make.signed_in(client, await make.staff(consultation, Role.FOCAL_POINT))
    home = f"/en/desk/{consultation.slug}"
    page = await client.get(f"{home}/steps/conclude")
    assert f'<a href="{home}/closing">The consultation is still open. Close it first.</a>' in page.text
    assert "Ask a second person" not in page.text
    refused = await post(client, f"{home}/steps/conclude/override", {"reason": "Now."})
    assert refused.status_code == 403
    assert (await post(client, f"{home}/conclude")).status_code == 409
