from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, func, select

from app.accounts.models import Account
from app.audit.models import AuditEntry
from app.consultations import jobs, queries, service
from app.consultations.models import Consultation, ConsultationState, InvitationCode
from app.consultations.schemas import (
    Closing,
    CodesInput,
    ConsultationEdit,
    ConsultationInput,
    Extension,
    NewForm,
)
from app.organisations.models import Role
from app.platform import clock, ids
from app.platform.db import Database
from app.platform.errors import AppError, Conflict, Forbidden, Invalid, MoveNotAllowed, NotFound, StaleEdit
from app.platform.security import NOBODY, Actor
from app.reviews import queries as reviews
from tests.factories import SYSTEM, Make, actor_of, in_all

DAY = timedelta(days=1)


def draft(**more: Any) -> dict[str, Any]:
    return {
        "slug": "estaria-firearms",
        "titles": in_all("Firearms"),
        "summaries": in_all("What we ask."),
        "rules": in_all("Be fair."),
        "languages": ["en", "fr"],
        "submission_language": "en",
        "opens_at": clock.now() + DAY,
        "closes_at": clock.now() + 30 * DAY,
        **more,
    }


async def focal_point(make: Make, consultation: Consultation) -> Actor:
    account = await make.staff(consultation, Role.FOCAL_POINT)
    return actor_of(account, [(Role.FOCAL_POINT, consultation.office_id)])


async def other_staff(make: Make, consultation: Consultation, role: Role) -> Actor:
    return actor_of(await make.staff(consultation, role), [(role, consultation.office_id)])


async def recorded(db: Database) -> list[str]:
    async with db.read() as session:
        return list((await session.exec(select(AuditEntry.action).order_by(col(AuditEntry.at)))).all())


async def stored(db: Database, slug: str) -> Consultation:
    async with db.read() as session:
        return await queries.get_consultation(session, SYSTEM, slug)


async def new_review(make: Make) -> tuple[Any, Account, Actor]:
    office = await make.office()
    account = await make.account(Role.FOCAL_POINT, at=office)
    review = await make.review(focal_point=account, working_languages=["en", "fr"])
    return review, account, actor_of(account, [(Role.FOCAL_POINT, office.id)])


async def test_a_focal_point_prepares_a_consultation_on_a_published_pair(db: Database, make: Make) -> None:
    review, _account, actor = await new_review(make)
    civil_society, of_state = await make.pair()
    data = ConsultationInput(civil_society_version_id=civil_society.id, **draft())
    async with db.write() as session:
        made = await service.create_consultation(session, actor, review.id, data)
    assert made.state is ConsultationState.DRAFT
    assert made.state_version_id == of_state.id
    async with db.read() as session:
        with pytest.raises(NotFound):
            await queries.get_consultation(session, NOBODY, made.slug)
    assert await recorded(db) == ["questionnaire.published"] * 2 + ["consultation.created"]


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("closes_at", {"closes_at": clock.now()}),
        ("submission_language", {"submission_language": "ru"}),
        ("civil_society_version_id", {"civil_society_version_id": ids.new_id()}),
    ],
)
async def test_what_makes_no_sense_is_refused_at_its_field(
    db: Database, make: Make, field: str, more: dict[str, Any]
) -> None:
    review, _account, actor = await new_review(make)
    civil_society, _state = await make.pair()
    data = ConsultationInput.model_validate({"civil_society_version_id": civil_society.id, **draft(), **more})
    async with db.write() as session:
        with pytest.raises(Invalid) as refused:
            await service.create_consultation(session, actor, review.id, data)
    assert field in refused.value.errors


async def test_a_taken_address_is_an_error_at_its_field(db: Database, make: Make) -> None:
    standing = await make.consultation()
    review, _account, actor = await new_review(make)
    data = ConsultationInput(
        civil_society_version_id=standing.civil_society_version_id, **draft(slug=standing.slug)
    )
    async with db.write() as session:
        with pytest.raises(Invalid) as refused:
            await service.create_consultation(session, actor, review.id, data)
    assert list(refused.value.errors) == ["slug"]


async def test_the_review_begins_with_its_first_consultation(db: Database, make: Make) -> None:
    office = await make.office()
    account = await make.account(Role.FOCAL_POINT, at=office)
    actor = actor_of(account, [(Role.FOCAL_POINT, office.id)])
    civil_society, _state = await make.pair()
    begun = {"state_code": "VA", "instruments": ["FP"], "cluster": "I", "working_languages": ["en"]}
    data = draft(civil_society_version_id=civil_society.id, **begun)
    async with db.write() as session:
        with pytest.raises(Invalid) as refused:
            await service.prepare_consultation(session, actor, NewForm.model_validate(data))
        assert list(refused.value.errors) == ["started_on"]
        assert await reviews.list_reviews(session, actor) == []
        complete = NewForm.model_validate({**data, "started_on": clock.today()})
        made = await service.prepare_consultation(session, actor, complete)
        assert (await reviews.get_review(session, actor, made.country_review_id)).focal_point_id == account.id


async def test_only_the_focal_point_of_the_review_moves_it(db: Database, make: Make) -> None:
    consultation = await make.consultation(state=ConsultationState.DRAFT)
    await make.staff(consultation, Role.FOCAL_POINT)
    expert = await other_staff(make, consultation, Role.EXPERT)
    former = actor_of(await make.account(), [(Role.FOCAL_POINT, consultation.office_id)])
    later = Extension(closes_at=clock.now() + 90 * DAY, reason="More time")
    data = ConsultationEdit.model_validate(draft())
    for actor in (expert, former):
        async with db.write() as session:
            for act in (service.open_consultation, service.close_consultation, service.conclude_consultation):
                with pytest.raises(Forbidden):
                    await act(session, actor, consultation.slug)
            with pytest.raises(Forbidden):
                await service.extend_consultation(session, actor, consultation.slug, later)
            with pytest.raises(Forbidden):
                await service.edit_consultation(session, actor, consultation.slug, data)


async def test_another_state_does_not_learn_that_it_exists(db: Database, make: Make) -> None:
    consultation = await make.consultation(state=ConsultationState.DRAFT)
    office = await make.office("ES")
    stranger = actor_of(await make.account(), [(Role.FOCAL_POINT, office.id)])
    async with db.write() as session:
        for actor in (stranger, NOBODY):
            with pytest.raises(NotFound):
                await service.open_consultation(session, actor, consultation.slug)
            with pytest.raises(NotFound):
                await service.issue_codes(session, actor, consultation.slug, CodesInput(count=1))


async def test_opening_needs_title_and_summary_in_every_language(db: Database, make: Make) -> None:
    consultation = await make.consultation(
        state=ConsultationState.DRAFT, titles={"en": "Firearms"}, languages=["en", "fr"]
    )
    actor = await focal_point(make, consultation)
    async with db.write() as session:
        with pytest.raises(Invalid) as refused:
            await service.open_consultation(session, actor, consultation.slug)
        assert list(refused.value.errors) == ["titles-fr"]
        data = ConsultationEdit.model_validate(draft())
        await service.edit_consultation(session, actor, consultation.slug, data)
        await service.open_consultation(session, actor, consultation.slug)
    opened = await stored(db, consultation.slug)
    assert opened.state is ConsultationState.OPEN
    async with db.write() as session:
        with pytest.raises(Conflict):
            await service.open_consultation(session, actor, consultation.slug)
        with pytest.raises(Forbidden):
            await service.edit_consultation(session, actor, consultation.slug, data)


async def test_nothing_opens_that_would_be_closed(db: Database, make: Make) -> None:
    consultation = await make.consultation(state=ConsultationState.DRAFT, closes_in=-DAY)
    actor = await focal_point(make, consultation)
    async with db.write() as session:
        with pytest.raises(Invalid) as refused:
            await service.open_consultation(session, actor, consultation.slug)
    assert "closes_at" in refused.value.errors


async def test_an_edit_that_began_from_another_version_is_refused(db: Database, make: Make) -> None:
    consultation = await make.consultation(state=ConsultationState.DRAFT)
    actor = await focal_point(make, consultation)
    data = ConsultationEdit.model_validate(draft(version=consultation.version))
    async with db.write() as session:
        await service.edit_consultation(session, actor, consultation.slug, data)
    async with db.write() as session:
        with pytest.raises(StaleEdit):
            await service.edit_consultation(session, actor, consultation.slug, data)


async def test_closing_early_says_so_in_its_date(db: Database, make: Make) -> None:
    consultation = await make.consultation()
    actor = await focal_point(make, consultation)
    async with db.write() as session:
        await service.close_consultation(
            session, actor, consultation.slug, Closing(reason="The law changed.")
        )
    closed = await stored(db, consultation.slug)
    assert closed.state is ConsultationState.CLOSED
    assert closed.closes_at < consultation.closes_at
    assert (closed.promised_closes_at, closed.closed_early_reason) == (
        consultation.closes_at,
        "The law changed.",
    )
    assert "consultation.closed" in await recorded(db)


async def test_an_extension_opens_a_closed_consultation_again(db: Database, make: Make) -> None:
    consultation = await make.consultation(state=ConsultationState.CLOSED)
    actor = await focal_point(make, consultation)
    later = Extension(closes_at=clock.now() + 7 * DAY, reason="Floods in the north")
    async with db.write() as session:
        await service.extend_consultation(session, actor, consultation.slug, later)
    assert (await stored(db, consultation.slug)).takes_answers(clock.now())
    async with db.write() as session:
        with pytest.raises(Invalid):
            await service.extend_consultation(session, actor, consultation.slug, later)
    async with db.read() as session:
        entry = (
            await session.exec(select(AuditEntry).where(AuditEntry.action == "consultation.extended"))
        ).one()
    assert entry.details["reason"] == "Floods in the north"
    assert entry.scope_id == consultation.country_review_id


@pytest.mark.parametrize("state", [ConsultationState.DRAFT, ConsultationState.OPEN])
async def test_only_what_is_closed_is_concluded(db: Database, make: Make, state: ConsultationState) -> None:
    consultation = await make.consultation(state=state)
    actor = await focal_point(make, consultation)
    async with db.write() as session:
        with pytest.raises(MoveNotAllowed):
            await service.conclude_consultation(session, actor, consultation.slug)


async def test_a_concluded_consultation_stays_so(db: Database, make: Make) -> None:
    consultation = await make.consultation(state=ConsultationState.CLOSED)
    actor = await focal_point(make, consultation)
    async with db.write() as session:
        consultation = await session.merge(consultation)
        consultation.state = ConsultationState.CONCLUDED
        await session.flush()
        later = Extension(closes_at=clock.now() + 7 * DAY, reason="Too late")
        for refused in (
            service.conclude_consultation(session, actor, consultation.slug),
            service.close_consultation(session, actor, consultation.slug),
            service.extend_consultation(session, actor, consultation.slug, later),
            service.issue_codes(session, actor, consultation.slug, CodesInput(count=1)),
        ):
            with pytest.raises(AppError):
                await refused


async def test_codes_are_kept_as_fingerprints_only(db: Database, make: Make) -> None:
    consultation = await make.consultation()
    actor = await other_staff(make, consultation, Role.FACILITATOR)
    async with db.write() as session:
        codes = await service.issue_codes(session, actor, consultation.slug, CodesInput(count=200))
    assert len(set(codes)) == 200
    async with db.read() as session:
        hashes = set((await session.exec(select(InvitationCode.code_hash))).all())
        entry = (
            await session.exec(select(AuditEntry).where(AuditEntry.action == "consultation.codes_issued"))
        ).one()
    assert hashes == {ids.fingerprint(code) for code in codes}
    assert entry.details == {"count": "200"}


async def test_the_codes_of_what_is_concluded_go_together_and_those_of_what_may_reopen_stay(
    db: Database, make: Make
) -> None:
    kept = await make.consultation(state=ConsultationState.CLOSED)
    for state in (ConsultationState.CONCLUDED, ConsultationState.ARCHIVED):
        await make.invitation(await make.consultation(state=state))
    await make.invitation(kept)
    await jobs.delete_codes(db, None)
    async with db.read() as session:
        left = (await session.exec(select(InvitationCode.consultation_id))).all()
    assert list(left) == [kept.id]


@pytest.mark.parametrize("role", [Role.EXPERT, Role.GOVERNMENT_READER, Role.TRANSLATOR, Role.AUDITOR])
async def test_those_who_read_answers_make_no_codes(db: Database, make: Make, role: Role) -> None:
    consultation = await make.consultation()
    actor = await other_staff(make, consultation, role)
    async with db.write() as session:
        with pytest.raises(Forbidden):
            await service.issue_codes(session, actor, consultation.slug, CodesInput(count=1))
        assert (await session.exec(select(func.count()).select_from(InvitationCode))).one() == 0


async def test_the_job_closes_what_is_past_and_leaves_the_rest(db: Database, make: Make) -> None:
    past = await make.consultation(closes_in=-timedelta(minutes=20))
    just_now = await make.consultation(closes_in=-timedelta(minutes=1))
    running = await make.consultation()
    await jobs.close_due_consultations(db, None)
    closed = await stored(db, past.slug)
    assert closed.state is ConsultationState.CLOSED
    assert closed.closes_at == past.closes_at
    # An answer that arrived in time may still be on its way.
    assert (await stored(db, just_now.slug)).state is ConsultationState.OPEN
    assert (await stored(db, running.slug)).state is ConsultationState.OPEN
    async with db.read() as session:
        entry = (
            await session.exec(select(AuditEntry).where(AuditEntry.action == "consultation.closed"))
        ).one()
    assert (entry.actor_id, entry.actor_name) == (None, "deadline")


@pytest.mark.parametrize(
    "slug", ["ab", "Estaria", "a" * 61, "-estaria", "estaria-", "new", "a b c", "été-2027"]
)
def test_an_address_is_short_and_plain(slug: str) -> None:
    with pytest.raises(ValueError, match="lower-case"):
        ConsultationInput.model_validate(draft(slug=slug, civil_society_version_id=ids.new_id()))


@pytest.mark.parametrize("year", [1, 1970, 9999])
def test_a_year_far_away_is_refused(year: int) -> None:
    with pytest.raises(ValueError, match="2018"):
        ConsultationEdit.model_validate(draft(opens_at=f"{year:04}-01-01T00:00+14:00"))
