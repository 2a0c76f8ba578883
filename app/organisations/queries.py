"""Reading organisations, members and the person behind a session."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts import queries as accounts
from app.accounts.models import Account, ApiToken, BearerSession, OneTimeToken, Purpose, SignedInSession
from app.organisations import names, policy
from app.organisations.models import STAFF, Membership, Organisation, OrganisationKind, Role
from app.platform import clock
from app.platform.errors import NotFound
from app.platform.i18n import Message
from app.platform.security import NOBODY, Actor, Permission


def _holder(table: type[SignedInSession] | type[ApiToken], *more: Any) -> Any:
    return (
        select(table.account_id, Account.name, Membership.role, Membership.organisation_id, *more)
        .outerjoin(Account, (Account.id == table.account_id) & Account.is_active)  # type: ignore[arg-type]
        .outerjoin(Membership, Membership.account_id == Account.id)  # type: ignore[arg-type]
        .where(table.token_hash == bindparam("hash"), table.expires_at > bindparam("now"))
    )


HOLDER_OF_SESSION = _holder(SignedInSession)
HOLDER_OF_TOKEN = _holder(ApiToken, ApiToken.bearer_of)


async def find_actor(session: AsyncSession, token_hash: str, *, of_token: bool = False) -> Actor:
    """Who holds this session (or API token), with every role, in one statement; nobody if it ended."""
    statement = HOLDER_OF_TOKEN if of_token else HOLDER_OF_SESSION
    found = await session.exec(statement, params={"hash": token_hash, "now": clock.now()})
    rows = found.all()
    if not rows:
        return NOBODY
    account_id, name = rows[0][:2]
    if account_id is None:
        return Actor(bearer_of=rows[0].bearer_of) if of_token and rows[0].bearer_of else NOBODY
    if name is None:
        return NOBODY
    roles = frozenset((row.role.value, row.organisation_id) for row in rows if row.role is not None)
    return Actor(account_id=account_id, name=name, roles=roles)


async def actor_of(session: AsyncSession, account: Account) -> Actor:
    """A person as she would act if she signed in now, for what is done on her behalf."""
    rows = await session.exec(select(Membership).where(Membership.account_id == account.id))
    roles = frozenset((row.role.value, row.organisation_id) for row in rows)
    return Actor(account_id=account.id, name=account.name, roles=roles)


async def find_bearer(session: AsyncSession, token_hash: str) -> Actor:
    """Who came with a code and holds this session; nobody if it ended."""
    query = select(BearerSession.bearer_of).where(
        BearerSession.token_hash == token_hash, BearerSession.expires_on >= clock.today()
    )
    found = (await session.exec(query)).first()
    return Actor(bearer_of=found) if found else NOBODY


async def get_organisation(session: AsyncSession, organisation_id: UUID) -> Organisation:
    """An organisation by its id; raises NotFound."""
    found = await session.get(Organisation, organisation_id)
    if found is None:
        raise NotFound
    return found


async def namesakes_of(session: AsyncSession, name: str) -> list[tuple[UUID, OrganisationKind]]:
    """The organisations whose names a reader would take for this one, the oldest first.

    Names are compared here: the two databases do not agree on the small letters of all scripts.
    """
    query = select(Organisation.id, Organisation.kind, Organisation.name)
    rows = await session.exec(query.order_by(Organisation.created_at, Organisation.id))  # type: ignore[arg-type]
    wanted = names.same(name)
    return [(place, OrganisationKind(kind)) for place, kind, other in rows if names.same(other) == wanted]


async def find_secretariat(session: AsyncSession) -> Organisation | None:
    """The body that runs the portal; the oldest, should there be several."""
    query = select(Organisation).where(Organisation.kind == OrganisationKind.SECRETARIAT)
    return (await session.exec(query.order_by(col(Organisation.created_at)).limit(1))).first()


async def organisations_of(session: AsyncSession, actor: Actor) -> list[Organisation]:
    """The organisations the person is a member of, by name."""
    places = {place for _role, place in actor.roles}
    if not places:
        return []
    query = select(Organisation).where(Organisation.id.in_(places)).order_by(Organisation.name)  # type: ignore[attr-defined]
    return list((await session.exec(query)).all())


@dataclass(frozen=True, slots=True)
class SignUpPage:
    """The kinds of organisations that may sign up, and the page somebody came from."""

    kinds: Sequence[tuple[str, Message]]
    next: str


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with her roles in an organisation."""

    account_id: UUID
    name: str
    email: str | None
    roles: Sequence[Role]


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation that waits for an answer."""

    id: UUID
    email: str
    role: Role
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """The people of an organisation, and what the reader may change."""

    organisation: Organisation
    members: Sequence[Member]
    invitations: Sequence[Invitation]
    may_manage: Permission
    roles: Sequence[Role]
    takes: frozenset[Role]
    own_id: UUID | None

    def may_take(self, member: Member, role: Role) -> bool:
        """Whether the reader may take this role from this member."""
        own = member.account_id == self.own_id and role is not Role.FOCAL_POINT
        is_last = role is Role.SIGNATORY and sum(role in other.roles for other in self.members) == 1
        return (own or role in self.takes) and not is_last


async def people_page(session: AsyncSession, actor: Actor, organisation_id: UUID) -> PeoplePage:
    """Members and waiting invitations of an organisation of one's own; raises NotFound."""
    organisation = await get_visible(session, actor, organisation_id)
    held = await roles_held(session, organisation_id)
    roles = policy.roles_to_give(actor, organisation, held)
    rows = await session.exec(
        select(Account.id, Account.name, Account.email, Membership.role)
        .join(Membership, Membership.account_id == Account.id)  # type: ignore[arg-type]
        .where(Membership.organisation_id == organisation_id)
        .order_by(Account.name, Account.id)  # type: ignore[arg-type]
    )
    members: dict[UUID, Member] = {}
    for account_id, name, email, role in rows:
        # Colleagues know each other by name; addresses are for those who manage them.
        shown = email if roles or account_id == actor.account_id else None
        known = members.get(account_id) or Member(account_id, name, shown, ())
        members[account_id] = replace(known, roles=(*known.roles, Role(role)))
    return PeoplePage(
        organisation,
        tuple(members.values()),
        await list_invitations(session, organisation_id) if roles else (),
        policy.can_manage(actor, organisation, held),
        tuple(role for role in Role if role in roles),
        policy.roles_in_hand(actor, organisation),
        actor.account_id,
    )


async def list_invitations(session: AsyncSession, organisation_id: UUID) -> Sequence[Invitation]:
    """The invitations of an organisation that wait."""
    query = (
        select(OneTimeToken)
        .where(
            OneTimeToken.organisation_id == organisation_id,
            OneTimeToken.purpose == Purpose.INVITATION,
            OneTimeToken.used == False,  # noqa: E712
            OneTimeToken.expires_at > clock.now(),
        )
        .order_by(OneTimeToken.email, OneTimeToken.id)  # type: ignore[arg-type]
    )
    links = (await session.exec(query)).all()
    return [Invitation(link.id, link.email, Role(link.payload["role"]), link.expires_at) for link in links]


async def get_visible(
    session: AsyncSession, actor: Actor, organisation_id: UUID, *, lock: bool = False
) -> Organisation:
    """An organisation whose people somebody may know, locked for a change if asked; raises NotFound."""
    query = select(Organisation).where(Organisation.id == organisation_id, policy.visible(actor))
    found = (await session.exec(query.with_for_update() if lock else query)).first()
    if found is None:
        raise NotFound
    return found


async def find_membership(
    session: AsyncSession, organisation_id: UUID, account_id: UUID, role: Role
) -> Membership | None:
    """Somebody's one role in an organisation."""
    query = select(Membership).where(
        Membership.organisation_id == organisation_id,
        Membership.account_id == account_id,
        Membership.role == role,
    )
    return (await session.exec(query)).first()


async def roles_held(session: AsyncSession, organisation_id: UUID) -> frozenset[Role]:
    """The roles that somebody holds in an organisation."""
    query = select(Membership.role).where(Membership.organisation_id == organisation_id).distinct()
    return frozenset(map(Role, (await session.exec(query)).all()))


async def is_of_secretariat(session: AsyncSession, account_id: UUID) -> bool:
    """Whether somebody works for the secretariat."""
    query = select(Membership.id).where(
        Membership.account_id == account_id, Membership.role == Role.SECRETARIAT
    )
    return (await session.exec(query)).first() is not None


async def count_holders(session: AsyncSession, organisation_id: UUID, role: Role) -> int:
    """How many people hold a role in an organisation."""
    query = select(func.count()).where(Membership.organisation_id == organisation_id, Membership.role == role)
    return (await session.exec(query)).one()


async def find_staff_account(session: AsyncSession, email: str) -> Account | None:
    """The account an identity provider may open: active, confirmed, and somebody of the staff."""
    is_staff = select(Membership.id).where(
        Membership.account_id == Account.id,
        Membership.role.in_(STAFF),  # type: ignore[attr-defined]
    )
    query = select(Account).where(
        Account.email == email, Account.is_active, Account.email_confirmed, is_staff.exists()
    )
    return (await session.exec(query)).first()


async def people_with(session: AsyncSession, organisation_ids: set[UUID], *roles: Role) -> Sequence[UUID]:
    """The active accounts that hold one of these roles in one of these organisations."""
    if not organisation_ids:
        return []
    query = (
        select(Account.id)
        .join(Membership, Membership.account_id == Account.id)  # type: ignore[arg-type]
        .where(
            Membership.organisation_id.in_(organisation_ids),  # type: ignore[attr-defined]
            Membership.role.in_(roles),  # type: ignore[attr-defined]
            Account.is_active,
        )
        .distinct()
    )
    return (await session.exec(query)).all()


async def names_around(session: AsyncSession, account_id: UUID | None) -> list[str]:
    """The names of the organisations of an account: poor passwords."""
    query = (
        select(Organisation.name)
        .join(Membership, Membership.organisation_id == Organisation.id)  # type: ignore[arg-type]
        .where(Membership.account_id == account_id)
    )
    return list((await session.exec(query)).all())


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation somebody belongs to, with her roles there."""

    organisation: Organisation
    roles: Sequence[Role]


@dataclass(frozen=True, slots=True)
class OwnPage:
    """A person's account: who she is here and where she belongs."""

    account: Account
    places: Sequence[Place]

    @property
    def may_watch(self) -> bool:
        """Whether the page about running the portal is open to her."""
        return any(place.organisation.kind is OrganisationKind.SECRETARIAT for place in self.places)


async def own_page(session: AsyncSession, actor: Actor) -> OwnPage:
    """The account of who asks; raises NotFound for somebody without one."""
    account = await accounts.get_account(session, actor.account_id)
    organisations = await organisations_of(session, actor)
    return OwnPage(
        account,
        [Place(each, [role for role in Role if actor.holds(role, each.id)]) for each in organisations],
    )


@dataclass(frozen=True, slots=True)
class InvitationPage:
    """What an invitation offers; who has an account already need not fill in anything."""

    token: str
    email: str
    organisation: Organisation
    role: Role
    is_known: bool
    by: UUID | None


async def invitation_page(session: AsyncSession, token: str) -> InvitationPage:
    """The page of an invitation that still waits; raises NotFound."""
    link = await accounts.get_link(session, token, Purpose.INVITATION)
    organisation = await session.get(Organisation, link.organisation_id)
    if organisation is None:
        raise NotFound
    known = await accounts.find_account(session, link.email)
    role, by = Role(link.payload["role"]), link.payload["by"]
    return InvitationPage(token, link.email, organisation, role, known is not None, UUID(by) if by else None)


async def inviting_actor(session: AsyncSession, account_id: UUID | None) -> Actor:
    """Who sent an invitation, with the roles she has today; the portal itself if nobody did."""
    if account_id is None:
        return Actor.system("invitation")
    query = (
        select(Account.name, Membership.role, Membership.organisation_id)
        .join(Membership, Membership.account_id == Account.id)  # type: ignore[arg-type]
        .where(Account.id == account_id, Account.is_active)
    )
    rows = (await session.exec(query)).all()
    roles = frozenset((Role(role).value, place) for _name, role, place in rows)
    return Actor(account_id, rows[0][0] if rows else "", roles)
