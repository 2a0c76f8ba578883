"""Changing the reference data: always in a draft, which is then published as a whole."""

from pydantic import ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit import service as audit
from app.platform.db import check_version
from app.platform.errors import Conflict, Invalid, NotFound
from app.platform.forms import sentences
from app.platform.i18n import _
from app.platform.security import Actor, require
from app.platform.states import move
from app.reference import policy, queries
from app.reference.document import AnyRow, Kind, ReferenceData, problems
from app.reference.models import MOVES, ReferenceState, ReferenceVersion
from app.reference.schemas import DocumentInput, DraftChange, PublishInput, RowInput
from app.reference.shipped import read_reference, shipped_reference

TAKEN = _("There is such a row already.")


async def load_reference(
    session: AsyncSession, actor: Actor, shipped: ReferenceData | None = None
) -> ReferenceVersion | None:
    """Publish what ships with the portal, once for each content; returns what was made.

    Where the secretariat has published data of its own, those stand: what is new only enters the history,
    and a draft can be started from it.
    """
    require(policy.can_edit(actor))
    data = shipped or read_reference()
    if await queries.has_checksum(session, data.checksum()):
        return None
    stands = await queries.find_published(session, lock=True)
    made = await _add(session, data)
    if stands is not None and stands.note:
        move(made, MOVES, ReferenceState.PUBLISHED)
        move(made, MOVES, ReferenceState.RETIRED)
        audit.record(session, actor, "reference.offered", made, number=made.number)
        await session.flush()
        return made
    await _stand(session, made, stands)
    audit.record(session, actor, "reference.published", made, number=made.number)
    return made


async def start_draft(session: AsyncSession, actor: Actor, number: int | None = None) -> ReferenceVersion:
    """A draft with the rows of the version that stands, or of another one."""
    require(policy.can_edit(actor))
    if await queries.find_draft(session) is not None:
        raise Conflict(_("There is a draft already. Go on with that one, or discard it first."))
    if number is not None:
        source = queries.data_of(await queries.get_version(session, actor, number))
    else:
        stands = await queries.find_published(session)
        source = queries.data_of(stands) if stands else shipped_reference().data
    return await _add(session, source)


async def add_row(session: AsyncSession, actor: Actor, kind: Kind, data: RowInput) -> ReferenceVersion:
    """Put a new row into the draft."""
    draft, document = await _for_change(session, actor, data)
    row = _row(kind, data)
    if document.find(kind, row.key) is not None:
        raise Invalid({"": TAKEN})
    return await _keep(session, draft, document.with_row(kind, row))


async def edit_row(
    session: AsyncSession, actor: Actor, kind: Kind, key: str, data: RowInput
) -> ReferenceVersion:
    """Change one row of the draft; raises StaleEdit if somebody changed the draft in between."""
    draft, document = await _for_change(session, actor, data)
    if document.find(kind, key) is None:
        raise NotFound
    row = _row(kind, data)
    if row.key != key and document.find(kind, row.key) is not None:
        raise Invalid({"": TAKEN})
    return await _keep(session, draft, document.with_row(kind, row, instead_of=key))


async def remove_row(
    session: AsyncSession, actor: Actor, kind: Kind, key: str, data: DraftChange
) -> ReferenceVersion:
    """Take one row out of the draft, unless another row needs it."""
    draft, document = await _for_change(session, actor, data)
    if document.find(kind, key) is None:
        raise NotFound
    return await _keep(session, draft, document.without_row(kind, key))


async def replace_draft(session: AsyncSession, actor: Actor, data: DocumentInput) -> ReferenceVersion:
    """Put a whole document into the draft."""
    draft, _document = await _for_change(session, actor, data)
    return await _keep(session, draft, data.data.in_order())


async def discard_draft(session: AsyncSession, actor: Actor) -> None:
    """Throw the draft away; what is published stands."""
    draft = await queries.get_draft(session, actor, lock=True)
    require(policy.can_edit(actor))
    await session.delete(draft)
    audit.record(session, actor, "reference.draft_discarded", draft, number=draft.number)
    await session.flush()


async def publish(session: AsyncSession, actor: Actor, data: PublishInput) -> ReferenceVersion:
    """Let the draft stand in place of the version before it."""
    draft, _document = await _for_change(session, actor, data)
    stands = await queries.find_published(session, lock=True)
    if stands is not None and stands.checksum == draft.checksum:
        raise Conflict(_("The draft changes nothing. There is nothing to publish."))
    draft.note = data.note
    await _stand(session, draft, stands)
    audit.record(session, actor, "reference.published", draft, number=draft.number, reason=data.note)
    return draft


async def _add(session: AsyncSession, data: ReferenceData) -> ReferenceVersion:
    _check(data)
    made = ReferenceVersion(
        number=await queries.last_number(session) + 1,
        data=data.model_dump(mode="json"),
        checksum=data.checksum(),
    )
    session.add(made)
    await session.flush()
    return made


async def _stand(session: AsyncSession, version: ReferenceVersion, stands: ReferenceVersion | None) -> None:
    if stands is not None:
        move(stands, MOVES, ReferenceState.RETIRED)
        session.add(stands)
    move(version, MOVES, ReferenceState.PUBLISHED)
    session.add(version)
    await session.flush()


async def _for_change(
    session: AsyncSession, actor: Actor, data: DraftChange
) -> tuple[ReferenceVersion, ReferenceData]:
    draft = await queries.get_draft(session, actor, lock=True)
    require(policy.can_edit(actor))
    check_version(draft, data.version)
    return draft, queries.data_of(draft)


async def _keep(session: AsyncSession, draft: ReferenceVersion, data: ReferenceData) -> ReferenceVersion:
    _check(data)
    draft.data = data.model_dump(mode="json")
    draft.checksum = data.checksum()
    session.add(draft)
    await session.flush()
    return draft


def _row(kind: Kind, data: RowInput) -> AnyRow:
    try:
        return data.row(kind)
    except ValidationError as problem:
        raise Invalid(sentences(problem)) from problem


def _check(data: ReferenceData) -> None:
    found = problems(data)
    if found:
        raise Invalid({"": found[0]}, found[0])
