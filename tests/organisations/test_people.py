"""Inviting, accepting and removing people, over HTTP."""

import re
from collections.abc import Awaitable, Callable
from email import message_from_bytes, policy
from uuid import UUID

import httpx2
import pytest
from sqlmodel import select

from app.accounts.models import Account
from app.audit.models import AuditEntry
from app.organisations import policy as rules
from app.organisations import queries, service
from app.organisations.models import Membership, Organisation, OrganisationKind, Role
from app.organisations.policy import ROLES_IN
from app.platform.db import Database
from app.platform.errors import Forbidden
from app.platform.settings import Settings
from tests.browsing import post
from tests.factories import SYSTEM, Make, actor_of

RunJobs = Callable[[], Awaitable[int]]


def people(organisation_id: UUID) -> str:
    return f"/en/my-organisation/{organisation_id}/people"


def newest_mail(settings: Settings) -> tuple[str, str]:
    path = max(settings.mail_folder.glob("*.eml"))
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    return str(message["To"]), str(message.get_content())


async def invite(client: httpx2.AsyncClient, place: Organisation, email: str, role: Role) -> httpx2.Response:
    data = {"email": email, "role": role.value, "language": "es"}
    return await post(client, people(place.id), data, page=people(place.id))


async def accepted_link(settings: Settings) -> str:
    _to, text = newest_mail(settings)
    found = re.search(r"http://testserver(/es/invitation/[\w-]{43})", text)
    assert found, text
    return found.group(1)


async def actions(db: Database) -> list[str]:
    async with db.read() as session:
        entries = (await session.exec(select(AuditEntry).order_by(AuditEntry.at))).all()  # type: ignore[arg-type]
    return [entry.action for entry in entries if entry.action.startswith("organisation.")]


async def test_a_signatory_invites_somebody_who_accepts(
    client: httpx2.AsyncClient, make: Make, db: Database, settings: Settings, run_jobs: RunJobs
) -> None:
    place = await make.organisation("Clear Rivers Network")
    await make.signed_in(client, await make.account(Role.SIGNATORY, at=place))
    sent = await invite(client, place, "Dima@Example.org", Role.DRAFTER)
    assert sent.status_code == 303
    assert "dima@example.org" in (await client.get(people(place.id))).text
    await run_jobs()
    to, text = newest_mail(settings)
    assert to == "dima@example.org"
    assert "Clear Rivers" not in text
    path = await accepted_link(settings)
    client.cookies.clear()
    shown = await client.get(path)
    assert "Clear Rivers Network" in shown.text
    incomplete = await post(client, path, {"name": "", "password": "clear rivers network"}, page=path)
    assert incomplete.status_code == 422
    assert 'id="name-error"' in incomplete.text
    assert 'id="password-error"' in incomplete.text
    done = await post(client, path, {"name": "Dima", "password": "four unlikely garden words"}, page=path)
    assert done.status_code == 303
    assert "Clear Rivers Network" in (await client.get("/en/my-account")).text
    assert await actions(db) == ["organisation.member_invited", "organisation.role_given"]
    async with db.read() as session:
        account = (await session.exec(select(Account).where(Account.email == to))).one()
        assert account.language == "es"
        assert account.email_confirmed
    assert (await client.get(path)).status_code == 404


async def test_somebody_with_an_account_accepts_and_signs_in_as_always(
    client: httpx2.AsyncClient, make: Make, settings: Settings, run_jobs: RunJobs, db: Database
) -> None:
    place = await make.organisation()
    known = await make.account(Role.DRAFTER, email="dima@example.org")
    await make.signed_in(client, await make.account(Role.SIGNATORY, at=place))
    await invite(client, place, known.email, Role.SIGNATORY)
    await run_jobs()
    path = await accepted_link(settings)
    client.cookies.clear()
    assert 'name="password"' not in (await client.get(path)).text
    assert (await post(client, path, page=path)).status_code == 303
    assert (await client.get("/en/my-account")).status_code == 303
    async with db.read() as session:
        assert await queries.find_membership(session, place.id, known.id, Role.SIGNATORY) is not None


async def test_an_invitation_ends_with_the_right_of_whoever_sent_it(
    client: httpx2.AsyncClient, make: Make, settings: Settings, run_jobs: RunJobs, db: Database
) -> None:
    office = await make.office()
    focal_point = await make.account(Role.FOCAL_POINT, at=office)
    await make.signed_in(client, focal_point)
    await invite(client, office, "dima@example.org", Role.EXPERT)
    await run_jobs()
    path = await accepted_link(settings)
    async with db.write() as session:
        await service.remove_member(session, SYSTEM, office.id, focal_point.id, Role.FOCAL_POINT)
    client.cookies.clear()
    path = f"/en{path[3:]}"
    answer = await post(client, path, {"name": "Dima", "password": "four unlikely garden words"}, page=path)
    assert answer.status_code == 404
    assert "Ask for a new invitation" in answer.text
    async with db.read() as session:
        assert (
            await session.exec(select(Account).where(Account.email == "dima@example.org"))
        ).first() is None


@pytest.mark.parametrize(
    ("holds", "gives", "status"),
    [
        (Role.DRAFTER, Role.DRAFTER, 403),
        (Role.SIGNATORY, Role.EXPERT, 403),
        (Role.SIGNATORY, Role.SIGNATORY, 303),
    ],
)
async def test_in_an_organisation_only_signatories_invite(
    client: httpx2.AsyncClient, make: Make, holds: Role, gives: Role, status: int
) -> None:
    place = await make.organisation()
    await make.signed_in(client, await make.account(holds, at=place))
    sent = await post(client, people(place.id), {"email": "dima@example.org", "role": gives.value})
    assert sent.status_code == status


@pytest.mark.one_database
async def test_what_is_wrong_with_an_invitation_is_said_and_kept(
    client: httpx2.AsyncClient, make: Make
) -> None:
    place = await make.organisation()
    await make.signed_in(client, await make.account(Role.SIGNATORY, at=place))
    answer = await post(client, people(place.id), {"email": "dima at example", "role": "drafter"})
    assert answer.status_code == 422
    assert 'value="dima at example"' in answer.text
    assert 'id="email-error"' in answer.text
    assert 'value="drafter" checked' in answer.text


async def test_others_do_not_learn_who_belongs_to_an_organisation(
    client: httpx2.AsyncClient, make: Make
) -> None:
    place = await make.organisation()
    member = await make.account(Role.SIGNATORY, at=place)
    stranger = await make.account(Role.SIGNATORY)
    assert (await client.get(people(place.id))).status_code == 303
    await make.signed_in(client, stranger)
    assert (await client.get(people(place.id))).status_code == 404
    taken = {"account_id": str(member.id), "role": "signatory"}
    assert (await post(client, people(place.id) + "/remove", taken)).status_code == 404
    assert (await post(client, people(place.id), {"email": "a@b.org", "role": "drafter"})).status_code == 404
    headers = await make.token(stranger)
    api = f"/api/v1/organisations/{place.id}"
    assert (await client.get(f"{api}/people", headers=headers)).status_code == 404
    assert (await client.delete(f"{api}/people/{member.id}/signatory", headers=headers)).status_code == 404


async def test_colleagues_see_names_and_not_addresses(client: httpx2.AsyncClient, make: Make) -> None:
    place = await make.organisation()
    signatory = await make.account(Role.SIGNATORY, at=place, email="hidden@example.org")
    await make.signed_in(client, await make.account(Role.DRAFTER, at=place))
    page = (await client.get(people(place.id))).text
    assert signatory.name in page
    assert "hidden@example.org" not in page
    assert "Send the invitation" not in page


async def test_a_role_taken_ends_at_once_and_the_last_signatory_stays(
    client: httpx2.AsyncClient, make: Make, db: Database
) -> None:
    place = await make.organisation()
    first = await make.account(Role.SIGNATORY, at=place)
    second = await make.account(Role.SIGNATORY, at=place)
    headers = await make.token(second)
    await make.signed_in(client, first)
    remove = people(place.id) + "/remove"
    gone = await post(
        client, remove, {"account_id": str(second.id), "role": "signatory"}, page=people(place.id)
    )
    assert gone.status_code == 303
    answer = await client.get(f"/api/v1/organisations/{place.id}/people", headers=headers)
    assert answer.status_code == 404
    kept = await post(client, remove, {"account_id": str(first.id), "role": "signatory"})
    assert kept.status_code == 403
    assert "last signatory" in kept.text
    assert await actions(db) == ["organisation.role_taken"]


async def test_an_invitation_can_be_withdrawn(
    client: httpx2.AsyncClient, make: Make, settings: Settings, run_jobs: RunJobs
) -> None:
    place = await make.organisation()
    signatory = await make.account(Role.SIGNATORY, at=place)
    await make.signed_in(client, signatory)
    await invite(client, place, "dima@example.org", Role.DRAFTER)
    await run_jobs()
    path = await accepted_link(settings)
    page = (await client.get(people(place.id))).text
    withdraw = re.search(r'action="(/en/my-organisation/[^"]+/withdraw)[?"]', page)
    assert withdraw
    assert (await post(client, withdraw.group(1), page=people(place.id))).status_code == 303
    assert (await post(client, withdraw.group(1))).status_code == 404
    assert (await client.get(path)).status_code == 404


async def test_a_program_invites_and_removes(client: httpx2.AsyncClient, make: Make) -> None:
    office = await make.office()
    focal_point = await make.account(Role.FOCAL_POINT, at=office)
    expert = await make.account(Role.EXPERT, at=office)
    headers = await make.token(focal_point)
    api = f"/api/v1/organisations/{office.id}"
    sent = await client.post(
        f"{api}/invitations", headers=headers, json={"email": "dima@example.org", "role": "translator"}
    )
    assert sent.status_code == 201
    refused = await client.post(
        f"{api}/invitations", headers=headers, json={"email": "dima@example.org", "role": "focal_point"}
    )
    assert refused.status_code == 403
    listed = (await client.get(f"{api}/people", headers=headers)).json()
    assert [each["role"] for each in listed["invitations"]] == ["translator"]
    assert (await client.delete(f"{api}/people/{expert.id}/expert", headers=headers)).status_code == 204
    withdrawn = await client.delete(f"{api}/invitations/{sent.json()['id']}", headers=headers)
    assert withdrawn.status_code == 204


MATRIX = {
    # who: the roles she may give in an office, in an NGO, in the secretariat
    Role.FOCAL_POINT: (
        {"expert", "government_reader", "translator", "facilitator", "auditor"},
        set(),
        set(),
    ),
    Role.EXPERT: (set(), set(), set()),
    Role.GOVERNMENT_READER: (set(), set(), set()),
    Role.TRANSLATOR: (set(), set(), set()),
    Role.FACILITATOR: (set(), set(), set()),
    Role.AUDITOR: (set(), set(), set()),
    Role.DRAFTER: (set(), set(), set()),
    Role.SIGNATORY: (set(), {"drafter", "signatory"}, set()),
    # Inside the secretariat; elsewhere it lets in the first person, and nobody once there is one.
    Role.SECRETARIAT: ({"focal_point"}, {"signatory"}, {"secretariat", "auditor"}),
}


@pytest.mark.parametrize("role", Role)
def test_the_matrix_of_who_gives_which_role(role: Role) -> None:
    kinds = (OrganisationKind.GOVERNMENT_OFFICE, OrganisationKind.NGO, OrganisationKind.SECRETARIAT)
    for kind, expected in zip(kinds, MATRIX[role], strict=True):
        place = Organisation(name="Here", kind=kind)
        account = Account(email="a@example.org", name="A")
        here = actor_of(account, [(role, place.id)])
        assert {given.value for given in rules.roles_to_give(here, place, ())} == expected
        elsewhere = Organisation(name="Elsewhere", kind=kind)
        assert rules.roles_to_give(here, elsewhere, ROLES_IN[kind]) == frozenset()


async def test_a_facilitator_registers_an_organisation_under_its_own(make: Make, db: Database) -> None:
    office = await make.office()
    other = await make.organisation()
    facilitator = actor_of(await make.account(), [(Role.FACILITATOR, office.id)])
    drafter = actor_of(await make.account(), [(Role.DRAFTER, other.id)])
    async with db.write() as session:
        made = await service.register_organisation(
            session, facilitator, "Valley elders", OrganisationKind.NGO, "ru", entered_by_id=other.id
        )
        assert made.entered_by_id == office.id
        with pytest.raises(Forbidden):
            await service.register_organisation(session, drafter, "Mine", OrganisationKind.NGO)


async def test_giving_a_role_twice_changes_nothing(make: Make, db: Database) -> None:
    place = await make.organisation()
    account = await make.account()
    for _time in range(2):
        async with db.write() as session:
            await service.give_role(session, SYSTEM, place.id, account.id, Role.DRAFTER)
    async with db.read() as session:
        assert len((await session.exec(select(Membership))).all()) == 1
    assert await actions(db) == ["organisation.role_given"]


@pytest.mark.one_database
async def test_one_person_sends_so_many_invitations_an_hour_and_others_go_on(
    client: httpx2.AsyncClient, make: Make, db: Database
) -> None:
    place = await make.organisation()
    first, second = [await make.account(Role.SIGNATORY, at=place) for _number in range(2)]
    headers = await make.token(first)
    path = f"/api/v1/organisations/{place.id}/invitations"
    for number in range(service.INVITATIONS_AN_HOUR):
        data = {"email": f"person{number}@example.org", "role": "drafter"}
        assert (await client.post(path, json=data, headers=headers)).status_code == 201
    one_more = {"email": "late@example.org", "role": "drafter"}
    refused = await client.post(path, json=one_more, headers=headers)
    assert refused.status_code == 429
    assert "50 invitations" in refused.json()["detail"]
    assert refused.headers["retry-after"]
    async with db.read() as session:
        assert len(await queries.list_invitations(session, place.id)) == service.INVITATIONS_AN_HOUR
    other = await make.token(second)
    assert (await client.post(path, json=one_more, headers=other)).status_code == 201


async def accept(client: httpx2.AsyncClient, settings: Settings, name: str = "Dima") -> httpx2.Response:
    """Accept the newest invitation as somebody who is not signed in."""
    path = f"/en{(await accepted_link(settings))[3:]}"
    client.cookies.clear()
    return await post(client, path, {"name": name, "password": "four unlikely garden words"}, page=path)


async def test_the_secretariat_lets_in_the_first_focal_point_and_nobody_else(
    client: httpx2.AsyncClient, make: Make, settings: Settings, run_jobs: RunJobs, db: Database
) -> None:
    office = await make.office()
    operator = await make.account(
        Role.SECRETARIAT, at=await make.organisation(kind=OrganisationKind.SECRETARIAT)
    )
    await make.signed_in(client, operator)
    for role in ("expert", "government_reader", "facilitator", "auditor", "translator"):
        sent = await post(client, people(office.id), {"email": "dima@example.org", "role": role})
        assert sent.status_code == 403, role
    assert (await invite(client, office, "dima@example.org", Role.FOCAL_POINT)).status_code == 303
    await run_jobs()
    assert (await accept(client, settings)).status_code == 303
    # The office has its people now: whom it lets in, and who they are, is its own affair.
    headers = await make.token(operator)
    api = f"/api/v1/organisations/{office.id}"
    another = {"email": "ada@example.org", "role": "focal_point"}
    assert (await client.get(f"{api}/people", headers=headers)).status_code == 404
    assert (await client.post(f"{api}/invitations", headers=headers, json=another)).status_code == 404
    async with db.read() as session:
        dima = (await session.exec(select(Account).where(Account.email == "dima@example.org"))).one()
    gone = await client.delete(f"{api}/people/{dima.id}/focal_point", headers=headers)
    assert gone.status_code == 404


async def test_the_secretariat_never_lets_itself_in(
    client: httpx2.AsyncClient, make: Make, settings: Settings, run_jobs: RunJobs, db: Database
) -> None:
    secretariat = await make.organisation(kind=OrganisationKind.SECRETARIAT)
    operator = await make.account(Role.SECRETARIAT, at=secretariat)
    colleague = await make.account(Role.SECRETARIAT, at=secretariat)
    later = await make.account(email="dima@example.org")
    office, league = await make.office(), await make.organisation()
    await make.signed_in(client, operator)
    for place, role in ((office, Role.FOCAL_POINT), (league, Role.SIGNATORY)):
        for who in (operator, colleague):
            refused = await post(client, people(place.id), {"email": who.email, "role": role.value})
            assert refused.status_code == 403
            assert "Nobody of the secretariat may have a role" in refused.text
    # Whoever joins the secretariat while the invitation waits does not get in by it either.
    await invite(client, office, "dima@example.org", Role.FOCAL_POINT)
    await run_jobs()
    await make.member(later, Role.SECRETARIAT, at=secretariat)
    assert (await accept(client, settings)).status_code == 404
    async with db.read() as session:
        assert await queries.roles_held(session, office.id) == frozenset()


@pytest.mark.one_database
async def test_of_two_first_invitations_one_counts(
    client: httpx2.AsyncClient, make: Make, settings: Settings, run_jobs: RunJobs
) -> None:
    league = await make.organisation()
    operator = await make.account(
        Role.SECRETARIAT, at=await make.organisation(kind=OrganisationKind.SECRETARIAT)
    )
    await make.signed_in(client, operator)
    await invite(client, league, "dima@example.org", Role.SIGNATORY)
    await run_jobs()
    first = await accepted_link(settings)
    await invite(client, league, "ada@example.org", Role.SIGNATORY)
    await run_jobs()
    assert (await accept(client, settings, "Ada")).status_code == 303
    client.cookies.clear()
    late = await post(client, first, {"name": "Dima", "password": "four unlikely garden words"}, page=first)
    assert late.status_code == 404


async def test_the_office_reads_who_got_a_role_and_hears_of_a_new_focal_point(
    client: httpx2.AsyncClient, make: Make, settings: Settings, run_jobs: RunJobs, db: Database
) -> None:
    consultation = await make.consultation()
    expert = await make.staff(consultation, Role.EXPERT)
    office = await make.office()
    operator = await make.account(
        Role.SECRETARIAT, at=await make.organisation(kind=OrganisationKind.SECRETARIAT), name="Noor"
    )
    await make.signed_in(client, operator)
    await invite(client, office, "dima@example.org", Role.FOCAL_POINT)
    await run_jobs()
    assert (await accept(client, settings)).status_code == 303
    await run_jobs()
    to, text = newest_mail(settings)
    assert to == expert.email
    assert "Somebody was made focal point of your office." in text
    assert "Dima" not in text
    await make.signed_in(client, expert)
    log = (await client.get(f"/en/desk/{consultation.slug}/log")).text
    assert "A role was given. Focal point: <bdi>Dima</bdi>" in log
    assert "Somebody was invited to an organization. Focal point" in log
    assert "<bdi>Noor</bdi>" in log
    async with db.write() as session:
        await service.remove_member(session, SYSTEM, office.id, expert.id, Role.EXPERT)
    await make.signed_in(client, await make.staff(consultation, Role.AUDITOR))
    assert "A role was taken away. Expert" in (await client.get(f"/en/desk/{consultation.slug}/log")).text
