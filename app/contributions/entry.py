"""Entering by code: no account, no membership, nothing that links a code to what is written.

Entering takes two steps, so that a reply that gets lost costs nothing. The first looks at the code and
writes nothing; the browser is given a receipt code. The second, when somebody says that she has kept it,
begins the contribution and spends the invitation. Both may come twice.
"""

from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts import service as accounts
from app.consultations.models import Consultation, InvitationCode, SpentCode
from app.contributions import policy, service
from app.contributions.models import Contribution, ContributionState, Mode
from app.platform import clock, ids
from app.platform.db import insert_into
from app.platform.errors import Forbidden, Invalid
from app.platform.i18n import _
from app.platform.security import Actor, require

# One sentence for every code that opens nothing now, used or not: who holds a list of codes must not
# learn from the answer which of them were used (security.md, oracle).
UNKNOWN = _(
    "This code opens nothing now. Check it letter by letter. "
    "An invitation code works once, and only while its consultation is open."
)


async def look_up(
    session: AsyncSession, code: str, consultation_id: UUID | None = None
) -> Contribution | None:
    """What a code stands for: the contribution of a receipt code, or None for an invitation.

    On the page of one consultation a code for another opens nothing: nobody shall write to another
    government than the one she reads on the page. Raises Invalid for a code that opens nothing now.
    """
    code_hash = ids.fingerprint(ids.plain_code(code))
    consultation = await _invited_to(session, code_hash)
    if consultation is not None:
        if not policy.can_enter(consultation, clock.arrival()):
            raise Invalid({"code": UNKNOWN})
        _check_place(consultation.id, consultation_id)
        return None
    contribution = await find_by_receipt(session, code)
    if contribution is None:
        raise Invalid({"code": UNKNOWN})
    _check_place(contribution.consultation_id, consultation_id)
    if contribution.state is ContributionState.WITHDRAWN:
        raise Forbidden(_("This contribution was withdrawn."))
    return contribution


async def enter(session: AsyncSession, secret: str, code: str, receipt: str, language: str) -> Contribution:
    """Begin the contribution that an invitation stands for, under a receipt code somebody has kept.

    The same again finds what was begun. That the invitation is spent is kept under a digest that needs
    the portal's `secret`: the tables alone do not say which code it was. Raises Invalid for an
    invitation that opens nothing, or that was spent for another receipt code.
    """
    begun = await find_by_receipt(session, receipt)
    if begun is not None:
        return begun
    consultation = await _invited_to(session, ids.fingerprint(ids.plain_code(code)))
    if consultation is None:
        raise Invalid({"code": UNKNOWN})
    require(policy.can_enter(consultation, clock.arrival()))
    mark = ids.signed(secret, "spent", ids.plain_code(code))
    row = {"mark": mark, "consultation_id": consultation.id}
    spend = insert_into(session, SpentCode).values(row).on_conflict_do_nothing()
    if (await session.exec(spend.returning(SpentCode.mark))).first() is None:  # type: ignore[arg-type]
        # The same browser may have sent this twice at once: then the other request began it just now.
        begun = await find_by_receipt(session, receipt)
        if begun is not None:
            return begun
        raise Invalid({"code": UNKNOWN})
    return await service.new_contribution(
        session,
        consultation,
        Mode.CONFIDENTIAL,
        receipt_hash=ids.fingerprint(ids.plain_code(receipt)),
        language=language,
    )


async def _invited_to(session: AsyncSession, code_hash: str) -> Consultation | None:
    query = (
        select(Consultation)
        .join(InvitationCode, InvitationCode.consultation_id == Consultation.id)  # type: ignore[arg-type]
        .where(InvitationCode.code_hash == code_hash)
    )
    return (await session.exec(query)).first()


def _check_place(opened: UUID, wanted: UUID | None) -> None:
    if wanted is not None and opened != wanted:
        raise Invalid({"code": UNKNOWN})


async def find_by_receipt(session: AsyncSession, receipt: str) -> Contribution | None:
    """The contribution that a receipt code opens."""
    query = select(Contribution).where(Contribution.receipt_hash == ids.fingerprint(ids.plain_code(receipt)))
    return (await session.exec(query)).first()


async def renew_receipt(session: AsyncSession, actor: Actor, receipt: str, keep_session: str) -> None:
    """Put a receipt code that the bearer has kept in the place of the one before, which stops working.

    Every other session that was opened with the old code ends; `keep_session` is the one that asks.
    """
    require(policy.can_hold_receipt(actor))
    contribution = await session.get_one(Contribution, actor.bearer_of)
    fresh = ids.fingerprint(ids.plain_code(receipt))
    if contribution.receipt_hash == fresh:
        return
    contribution.receipt_hash = fresh
    session.add(contribution)
    await accounts.close_other_sessions(session, actor, keep_session)
