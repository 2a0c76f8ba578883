"""Reading organisations, members and the person behind a session."""

from uuid import UUID

from sqlalchemy import bindparam
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.models import Account, ApiToken, SignedInSession
from app.organisations.models import Membership, Organisation
from app.platform import clock
from app.platform.errors import NotFound
from app.platform.security import NOBODY, Actor


def _holder(table: type[SignedInSession] | type[ApiToken]):  # type: ignore[no-untyped-def]
    return (
        select(table.account_id, table.bearer_of, Account.name, Membership.role, Membership.organisation_id)
        .outerjoin(Account, (Account.id == table.account_id) & Account.is_active)  # type: ignore[arg-type]
        .outerjoin(Membership, Membership.account_id == Account.id)  # type: ignore[arg-type]
        .where(table.token_hash == bindparam("hash"), table.expires_at > bindparam("now"))
    )


HOLDER_OF_SESSION = _holder(SignedInSession)
HOLDER_OF_TOKEN = _holder(ApiToken)


async def find_actor(session: AsyncSession, token_hash: str, *, of_token: bool = False) -> Actor:
    """Who holds this session (or API token), with every role, in one statement; nobody if it ended."""
    statement = HOLDER_OF_TOKEN if of_token else HOLDER_OF_SESSION
    found = await session.exec(statement, params={"hash": token_hash, "now": clock.now()})
    rows = found.all()
    if not rows:
        return NOBODY
    account_id, bearer_of, name, _role, _place = rows[0]
    if account_id is None:
        return Actor(bearer_of=bearer_of) if bearer_of else NOBODY
    if name is None:
        return NOBODY
    roles = frozenset((row[3].value, row[4]) for row in rows if row[3] is not None)
    return Actor(account_id=account_id, name=name, roles=roles)


async def get_organisation(session: AsyncSession, organisation_id: UUID) -> Organisation:
    """An organisation by its id; raises NotFound."""
    found = await session.get(Organisation, organisation_id)
    if found is None:
        raise NotFound
    return found


async def names_of(session: AsyncSession, organisation_ids: set[UUID]) -> dict[UUID, str]:
    """The names of these organisations."""
    if not organisation_ids:
        return {}
    query = select(Organisation.id, Organisation.name).where(Organisation.id.in_(organisation_ids))  # type: ignore[attr-defined]
    return dict((await session.exec(query)).all())


async def organisations_of(session: AsyncSession, actor: Actor) -> list[Organisation]:
    """The organisations the person is a member of, by name."""
    places = {place for _role, place in actor.roles}
    if not places:
        return []
    query = select(Organisation).where(Organisation.id.in_(places)).order_by(Organisation.name)  # type: ignore[attr-defined]
    return list((await session.exec(query)).all())
