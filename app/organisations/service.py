"""Setting up organisations; giving and taking roles."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts import passwords
from app.accounts import queries as account_queries
from app.accounts import service as accounts
from app.accounts.models import Account, OneTimeToken, Purpose
from app.audit import service as audit
from app.organisations import events, policy, queries
from app.organisations.models import OPEN_KINDS, Membership, Organisation, OrganisationKind, Role
from app.organisations.schemas import SignUpInput
from app.platform.errors import Conflict, Invalid, NotFound, TooMany
from app.platform.events import publish
from app.platform.i18n import _
from app.platform.security import Actor, Permission, require

FIRST_ROLES = (Role.DRAFTER, Role.SIGNATORY)
INVITATIONS_AN_HOUR = 50
TOO_MANY_INVITED = _(
    "You sent %(most)s invitations in one hour. Wait an hour, then go on.", most=INVITATIONS_AN_HOUR
)
NO_LONGER = _("Whoever invited you may not do so any more. Ask for a new invitation.")
OFFICE_NAME = _(
    "This is the name of an office of this portal. Offices take part by invitation. Write the name of your own "
    "organization."
)
HAS_ACCOUNT = _("This address has an account already. Sign in, or choose “I forgot my password”.")


async def register_organisation(
    session: AsyncSession,
    actor: Actor,
    name: str,
    kind: OrganisationKind,
    language: str = "en",
    based_in: str = "",
    entered_by_id: UUID | None = None,
) -> Organisation:
    """Set up an organisation; one entered by a facilitator says so for good."""
    require(policy.can_register(actor))
    if not actor.is_system and not actor.has_role(Role.SECRETARIAT):
        places = actor.places(Role.FACILITATOR)
        entered_by_id = entered_by_id if entered_by_id in places else places[0]
    organisation = Organisation(
        name=name, kind=kind, language=language, based_in=based_in, entered_by_id=entered_by_id
    )
    session.add(organisation)
    await session.flush()
    audit.record(session, actor, "organisation.registered", organisation, entered_by=entered_by_id or "")
    return organisation


async def mark_namesakes(session: AsyncSession, actor: Actor, office: Organisation) -> None:
    """Mark the organisations that had the name of an office before the office came."""
    require(policy.can_register(actor))
    known = await queries.namesakes_of(session, office.name)
    for place in [place for place, kind in known if kind in OPEN_KINDS and place != office.id]:
        organisation = await queries.get_organisation(session, place)
        organisation.namesake_of_id = office.id
        session.add(organisation)


async def give_role(
    session: AsyncSession, actor: Actor, organisation_id: UUID, account_id: UUID, role: Role
) -> Membership:
    """Give somebody a role in an organisation; giving it twice changes nothing."""
    organisation = await queries.get_visible(session, actor, organisation_id)
    require(await _may_invite(session, actor, organisation, role, account_id))
    return await _give(session, actor, organisation_id, account_id, role)


async def _may_invite(
    session: AsyncSession, actor: Actor, organisation: Organisation, role: Role, account_id: UUID | None
) -> Permission:
    held = await queries.roles_held(session, organisation.id)
    to_secretariat = account_id is not None and await queries.is_of_secretariat(session, account_id)
    return policy.can_invite(actor, organisation, role, held, to_secretariat=to_secretariat)


async def _give(
    session: AsyncSession, actor: Actor, organisation_id: UUID, account_id: UUID, role: Role
) -> Membership:
    standing = await queries.find_membership(session, organisation_id, account_id, role)
    if standing is not None:
        return standing
    membership = Membership(account_id=account_id, organisation_id=organisation_id, role=role)
    session.add(membership)
    await session.flush()
    await _record_role(session, actor, "organisation.role_given", membership)
    await publish(session, events.RoleGiven(organisation_id, account_id, role))
    return membership


async def _record_role(session: AsyncSession, actor: Actor, action: str, membership: Membership) -> None:
    """Record it where the people of the organisation can read it: in the log of their office."""
    organisation = await queries.get_organisation(session, membership.organisation_id)
    # Who works for an organisation that contributes is nobody else's business.
    is_office = organisation.kind is OrganisationKind.GOVERNMENT_OFFICE
    person = await session.get(Account, membership.account_id) if is_office else None
    audit.record(
        session,
        actor,
        action,
        membership,
        scope_id=membership.organisation_id,
        person=person.name if person else "",
        organisation=membership.organisation_id,
        account=membership.account_id,
        role=membership.role.value,
    )


async def _check_name(session: AsyncSession, name: str) -> UUID | None:
    """The organisation that has this name already, if one has; raises Invalid for the name of an office."""
    known = await queries.namesakes_of(session, name)
    if any(kind not in OPEN_KINDS for _place, kind in known):
        raise Invalid({"organisation": OFFICE_NAME})
    return known[0][0] if known else None


async def sign_up(session: AsyncSession, actor: Actor, data: SignUpInput, language: str) -> None:
    """Begin an organisation's way in; nothing exists until its address is confirmed.

    Whether the address has an account is said in the mail only. Raises Invalid for a poor password, and
    for the name of an office.
    """
    require(policy.can_sign_up(actor))
    problem = passwords.problem_with(data.password, data.organisation, data.email)
    if problem is not None:
        raise Invalid({"password": problem})
    password_hash = await passwords.hashed(data.password)  # before the first statement: nobody waits for it
    await _check_name(session, data.organisation)
    may = await accounts.may_send(session, "sign-up", data.email)
    known = await account_queries.find_account(session, data.email)
    if not may:
        return
    if known is not None:
        await publish(session, events.SignUpRepeated(known.id))
        return
    payload = {
        "password_hash": password_hash,
        "name": data.name or data.email.partition("@")[0],
        "organisation": data.organisation,
        "kind": data.kind.value,
        "next": data.next,
    }
    link = await accounts.add_link(session, Purpose.CONFIRM_EMAIL, data.email, language, payload=payload)
    await publish(session, events.SignUpStarted(link.id))


async def send_again(session: AsyncSession, actor: Actor, email: str) -> None:
    """Send the link of a sign-up that waits once more; the one before works too. Says nothing either way."""
    require(policy.can_sign_up(actor))
    may = await accounts.may_send(session, "sign-up", email)
    pending = await account_queries.find_waiting(session, email)
    if may and pending is not None and await account_queries.find_account(session, email) is None:
        link = await accounts.add_link(
            session, Purpose.CONFIRM_EMAIL, email, pending.language, payload=dict(pending.payload)
        )
        await publish(session, events.SignUpStarted(link.id))


async def confirm_sign_up(session: AsyncSession, actor: Actor, token: str) -> UUID:
    """Make the account and the organisation that were asked for; returns the account.

    An organisation with the name of another is marked for its readers until somebody made sure of it.
    """
    require(policy.can_sign_up(actor))
    pending = await account_queries.get_link(session, token, Purpose.CONFIRM_EMAIL, lock=True)
    if await account_queries.find_account(session, pending.email) is not None:
        raise Conflict(HAS_ACCOUNT)
    try:
        namesake = await _check_name(session, pending.payload["organisation"])
    except Invalid as problem:
        raise Conflict(OFFICE_NAME) from problem
    link = await accounts.use_link(session, token, Purpose.CONFIRM_EMAIL)
    portal = Actor.system("sign-up")
    account = await accounts.register_account(
        session, portal, link.email, link.payload["name"], link.language, link.payload["password_hash"]
    )
    kind = OrganisationKind(link.payload["kind"])
    organisation = await register_organisation(
        session, portal, link.payload["organisation"], kind, link.language
    )
    organisation.namesake_of_id = namesake
    for role in FIRST_ROLES:
        await _give(session, portal, organisation.id, account.id, role)
    return account.id


async def invite_member(
    session: AsyncSession, actor: Actor, organisation_id: UUID, email: str, role: Role, language: str
) -> OneTimeToken:
    """Invite somebody to a role by e-mail; an invitation to the same role is sent anew."""
    organisation = await queries.get_visible(session, actor, organisation_id, lock=True)
    email = email.strip().lower()
    known = await account_queries.find_account(session, email)
    require(await _may_invite(session, actor, organisation, role, known.id if known else None))
    if actor.account_id and not await accounts.may_send(
        session, "invite", str(actor.account_id), INVITATIONS_AN_HOUR
    ):
        raise TooMany(TOO_MANY_INVITED)
    for waiting in await queries.list_invitations(session, organisation_id):
        if (waiting.email, waiting.role) == (email, role):
            await _end_link(session, waiting.id)
    payload = {"role": role.value, "by": str(actor.account_id or "")}
    link = await accounts.add_link(
        session, Purpose.INVITATION, email, language, organisation_id=organisation_id, payload=payload
    )
    audit.record(
        session,
        actor,
        "organisation.member_invited",
        organisation,
        scope_id=organisation_id,
        role=role.value,
        invitation=link.id,
    )
    await publish(session, events.MemberInvited(link.id))
    return link


async def _end_link(session: AsyncSession, link_id: UUID) -> None:
    link = await session.get(OneTimeToken, link_id)
    if link is not None:
        await session.delete(link)


async def withdraw_invitation(
    session: AsyncSession, actor: Actor, organisation_id: UUID, invitation_id: UUID
) -> None:
    """Take back an invitation nobody accepted yet; raises NotFound if there is none."""
    organisation = await queries.get_visible(session, actor, organisation_id)
    waiting = {each.id: each for each in await queries.list_invitations(session, organisation_id)}
    invitation = waiting.get(invitation_id)
    if invitation is None:
        raise NotFound
    require(await _may_invite(session, actor, organisation, invitation.role, None))
    await _end_link(session, invitation_id)
    role = invitation.role.value
    audit.record(
        session,
        actor,
        "organisation.invitation_withdrawn",
        organisation,
        scope_id=organisation_id,
        role=role,
    )


async def accept_invitation(
    session: AsyncSession, actor: Actor, token: str, name: str = "", password: str = ""
) -> UUID | None:
    """Take the role an invitation offers; returns the account if it is new, and so signed in.

    Who has an account proves only that the mail arrived: she signs in as always. An invitation ends with
    the right of whoever sent it. Raises Invalid, NotFound.
    """
    require(policy.can_accept(actor))
    password_hash = await passwords.hashed(password) if password else ""  # before the first statement
    page = await queries.invitation_page(session, token)
    if not page.is_known:
        _check_newcomer(name, password, page)
    inviting = await queries.inviting_actor(session, page.by)
    known = await account_queries.find_account(session, page.email)
    if not await _may_invite(session, inviting, page.organisation, page.role, known.id if known else None):
        raise NotFound(NO_LONGER)
    link = await accounts.use_link(session, token, Purpose.INVITATION)
    portal = Actor.system("invitation")
    account = await account_queries.find_account(session, link.email)
    if account is None:
        account = await accounts.register_account(
            session, portal, link.email, name, link.language, password_hash
        )
    await _give(session, inviting, page.organisation.id, account.id, page.role)
    await accounts.record_act(session, "account.invitation_accepted", account.id)
    return None if page.is_known else account.id


def _check_newcomer(name: str, password: str, page: queries.InvitationPage) -> None:
    errors = {} if name else {"name": _("Fill this in.")}
    problem = passwords.problem_with(password, page.organisation.name, page.email, name)
    if problem is not None:
        errors["password"] = problem
    if errors:
        raise Invalid(errors)


async def remove_member(
    session: AsyncSession, actor: Actor, organisation_id: UUID, account_id: UUID, role: Role
) -> None:
    """Take a role from somebody, at once; the last signatory stays. Raises NotFound."""
    organisation = await queries.get_visible(session, actor, organisation_id, lock=True)
    membership = await queries.find_membership(session, organisation_id, account_id, role)
    if membership is None:
        raise NotFound
    is_last = await queries.count_holders(session, organisation_id, role) == 1
    own = account_id == actor.account_id
    require(policy.can_remove(actor, organisation, role, own=own, is_last=is_last))
    await _record_role(session, actor, "organisation.role_taken", membership)
    await session.delete(membership)
    await session.flush()


async def reset_password(session: AsyncSession, actor: Actor, token: str, password: str) -> UUID:
    """Choose a new password by a link; it may not be what everybody knows. Raises Invalid, NotFound."""
    require(policy.can_accept(actor))
    password_hash = await passwords.hashed(password)  # before the first statement
    link = await account_queries.get_link(session, token, Purpose.RESET_PASSWORD)
    names = await queries.names_around(session, link.account_id)
    problem = passwords.problem_with(password, link.email, *names)
    if problem is not None:
        raise Invalid({"password": problem})
    return await accounts.set_password(session, actor, token, password_hash)
