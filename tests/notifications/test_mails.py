"""Mails: who gets one, in which language, and what none of them says."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from sqlmodel import select

from app.accounts import service as accounts
from app.accounts.models import OneTimeToken, Purpose
from app.contributions import service as contributions
from app.contributions.models import Contribution, ContributionState, Mode
from app.notifications import jobs, service
from app.organisations.models import Role
from app.platform import clock, i18n, pages
from app.platform.db import Database
from app.platform.queue import Job
from app.platform.settings import Settings
from app.reviews import service as reviews
from tests.factories import Make, actor_of

RunJobs = Callable[[], Awaitable[int]]
TEMPLATES = sorted(
    path.relative_to(pages.TEMPLATES / "email").as_posix().removesuffix(".subject.txt")
    for path in (pages.TEMPLATES / "email").rglob("*.subject.txt")
)
VALUES = {"token": "t" * 43, "number": 3}

pytestmark = pytest.mark.usefixtures("app")


def mails(settings: Settings) -> dict[str, list[str]]:
    """Subject and text of every mail, by address."""
    found: dict[str, list[str]] = {}
    for path in sorted(settings.mail_folder.glob("*.eml")):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        found.setdefault(str(message["To"]), []).append(f"{message['Subject']}\n{message.get_content()}")
    return found


@pytest.mark.one_database
@pytest.mark.parametrize("language", i18n.CODES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_mail_can_be_made_in_every_language(settings: Settings, template: str, language: str) -> None:
    subject, text = jobs.render(settings, template, language, VALUES)
    assert subject
    assert "\n" not in subject
    links = re.findall(r"https?://\S+", text)
    assert links
    assert all(link.startswith(f"{settings.public_url}/{language}") for link in links)
    assert "<" not in text
    assert "&" not in text
    assert "{" not in text
    assert "\n\n\n" not in text


@pytest.mark.one_database
def test_words_of_others_keep_their_own_direction(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Env:
        def get_template(self, _name: str) -> "Env":
            return self

        def render(self, shown: dict[str, str]) -> str:
            return shown["name"] + shown["token"]

    monkeypatch.setattr(jobs, "environment", lambda _language: Env())
    _subject, text = jobs.render(settings, "any", "ar", {"name": "Amal <b>", "token": "abc"})
    assert text == "\u2068Amal <b>\u2069abc\n"


async def test_a_named_contribution_is_confirmed_to_its_signatories(
    make: Make, settings: Settings, run_jobs: RunJobs
) -> None:
    place = await make.organisation("Clear Rivers Network")
    signatory = await make.account(Role.SIGNATORY, Role.DRAFTER, at=place, language="fr")
    await make.account(Role.DRAFTER, at=place)
    await make.account(Role.SIGNATORY, at=place, is_active=False)
    consultation = await make.consultation(slug="estaria-firearms")
    await make.contribution(consultation, organisation=place)
    await run_jobs()
    sent = mails(settings)
    assert list(sent) == [signatory.email]
    [text] = sent[signatory.email]
    assert "http://testserver/fr/mine" in text
    for secret in ("Clear Rivers", "estaria", "irearms", "State VA"):
        assert secret not in text


async def test_a_withdrawal_is_confirmed_too(make: Make, settings: Settings, run_jobs: RunJobs) -> None:
    place = await make.organisation()
    signatory = await make.account(Role.SIGNATORY, at=place)
    await make.contribution(organisation=place, state=ContributionState.WITHDRAWN)
    await run_jobs()
    assert len(mails(settings)[signatory.email]) == 2


async def test_nobody_is_ever_told_of_a_confidential_contribution(
    make: Make, db: Database, settings: Settings, run_jobs: RunJobs
) -> None:
    place = await make.organisation()
    await make.account(Role.SIGNATORY, at=place)
    consultation = await make.consultation()
    await make.contribution(consultation, mode=Mode.CONFIDENTIAL, state=ContributionState.WITHDRAWN)
    made = await make.contribution(consultation, mode=Mode.CONFIDENTIAL)
    async with db.write() as session:
        await service.notify_reasons_ready(session, consultation.id)
    async with db.read() as session:
        names = (await session.exec(select(Job.name).where(Job.name == service.JOB))).all()
        kept = await session.get_one(Contribution, made.id)
    assert names == []
    assert kept.organisation_id is None
    await run_jobs()
    assert mails(settings) == {}


async def test_reasons_are_announced_once_to_each_signatory(
    make: Make, db: Database, settings: Settings, run_jobs: RunJobs
) -> None:
    consultation = await make.consultation()
    first, second, late = [await make.organisation() for _number in range(3)]
    both = await make.account(Role.SIGNATORY, at=first)
    await make.member(both, Role.SIGNATORY, at=second)
    drafting = await make.account(Role.SIGNATORY, at=late)
    await make.contribution(consultation, organisation=first)
    await make.contribution(consultation, organisation=second)
    await make.contribution(consultation, organisation=late, state=ContributionState.DRAFTING)
    await run_jobs()
    before = len(mails(settings)[both.email])
    async with db.write() as session:
        await service.notify_reasons_ready(session, consultation.id)
    await run_jobs()
    sent = mails(settings)
    assert len(sent[both.email]) == before + 1
    assert drafting.email not in sent
    assert sent[both.email][-1].startswith("New message in your account")


async def test_what_is_rolled_back_sends_nothing(make: Make, db: Database, run_jobs: RunJobs) -> None:
    contribution = await make.contribution(state=ContributionState.DRAFTING)
    await make.account(Role.SIGNATORY)

    async def submit_and_fail() -> None:
        async with db.write() as session:
            await contributions.submit_contribution(session, make.behind(contribution), contribution.id)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await submit_and_fail()
    assert await run_jobs() == 0


async def test_a_mail_sent_twice_holds_two_secrets_and_the_newer_works(
    make: Make, db: Database, settings: Settings
) -> None:
    account = await make.account()
    async with db.write() as session:
        link = OneTimeToken(
            purpose=Purpose.RESET_PASSWORD,
            email=account.email,
            account_id=account.id,
            expires_at=clock.now().replace(year=clock.now().year + 1),
        )
        session.add(link)
    for _time in range(2):
        await jobs.send_email(db, settings, template="accounts/reset", link_id=str(link.id))
    first, second = mails(settings)[account.email]
    assert first != second
    await jobs.send_email(db, settings, template="accounts/reset", link_id=str(account.id))
    await jobs.send_email(db, settings, template="accounts/reset", account_id=str(link.id))
    assert len(mails(settings)[account.email]) == 2


async def test_both_people_are_told_when_the_role_of_the_focal_point_goes(
    make: Make, settings: Settings, run_jobs: RunJobs
) -> None:
    consultation = await make.consultation()
    expert = await make.staff(consultation, Role.EXPERT)
    old = await make.staff(consultation, Role.FOCAL_POINT)
    async with make.db.write() as session:
        actor = actor_of(old, [(Role.FOCAL_POINT, consultation.office_id)])
        await reviews.hand_over_focal_point(session, actor, consultation.country_review_id, expert.id)
    await run_jobs()
    (told,) = mails(settings)[expert.email]
    assert "You are the focal point of a country review now." in told
    (told,) = mails(settings)[old.email]
    assert "You are no longer the focal point" in told


@pytest.mark.one_database
async def test_a_mail_carries_what_a_serious_sender_writes(
    make: Make, db: Database, settings: Settings
) -> None:
    account = await make.account(language="zh")
    for _time in range(2):
        await jobs.send_email(db, settings, template="accounts/address_known", account_id=str(account.id))
    first, second = [
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in sorted(settings.mail_folder.glob("*.eml"))
    ]
    assert abs((first["Date"].datetime - clock.now()).total_seconds()) < 60
    assert re.fullmatch(r"<[0-9a-f]{32}@polyphony\.example>", first["Message-ID"])
    assert first["Message-ID"] != second["Message-ID"]
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Content-Language"] == "zh-Hans"


@pytest.mark.one_database
async def test_a_link_that_waited_a_day_for_its_mail_works_as_long_as_any_other(
    make: Make, db: Database, settings: Settings
) -> None:
    account = await make.account()
    async with db.write() as session:
        link = await accounts.add_link(
            session, Purpose.RESET_PASSWORD, account.email, "en", account_id=account.id
        )
        waited = clock.now() + timedelta(hours=26)
        assert link.expires_at > waited
    await jobs.send_email(db, settings, template="accounts/reset", link_id=str(link.id))
    async with db.read() as session:
        kept = await session.get_one(OneTimeToken, link.id)
    assert kept.expires_at - clock.now() <= timedelta(hours=2)
