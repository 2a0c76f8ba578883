"""Entering by code: no account, no membership, nothing that links a code to what is written."""

from uuid import UUID

from sqlalchemy import delete
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consultations.models import Consultation, InvitationCode
from app.contributions import policy, service
from app.contributions.models import Contribution, ContributionState, Mode
from app.platform import clock, ids
from app.platform.errors import Forbidden, Invalid
from app.platform.i18n import _
from app.platform.security import Actor, require

UNKNOWN = _("This code does not open anything. Check it letter by letter; an invitation code works once.")


async def enter(
    session: AsyncSession, code: str, language: str, consultation_id: UUID | None = None
) -> tuple[Contribution, str | None]:
    """Open what a code stands for: a new contribution with its receipt code, or the one begun before.

    An invitation code is deleted as it is used. On the page of one consultation a code for another
    opens nothing: nobody shall write to another government than the one she reads on the page.
    Raises Invalid for a code nobody was given.
    """
    code_hash = ids.fingerprint(ids.plain_code(code))
    row = (
        await session.exec(
            select(InvitationCode, Consultation)
            .join(Consultation, Consultation.id == InvitationCode.consultation_id)  # type: ignore[arg-type]
            .where(InvitationCode.code_hash == code_hash)
        )
    ).first()
    if row is None:
        contribution = await _return(session, code_hash)
        _check_place(contribution.consultation_id, consultation_id)
        return contribution, None
    consultation = row[1]
    _check_place(consultation.id, consultation_id)
    require(policy.can_enter(consultation, clock.arrival()))
    used = await session.exec(delete(InvitationCode).where(InvitationCode.code_hash == code_hash))  # type: ignore[arg-type]
    if used.rowcount != 1:
        raise Invalid({"code": UNKNOWN})
    receipt = ids.new_code()
    contribution = await service.new_contribution(
        session,
        consultation,
        Mode.CONFIDENTIAL,
        receipt_hash=ids.fingerprint(receipt),
        language=language,
    )
    return contribution, receipt


def _check_place(opened: UUID, wanted: UUID | None) -> None:
    if wanted is not None and opened != wanted:
        raise Invalid({"code": UNKNOWN})


async def _return(session: AsyncSession, code_hash: str) -> Contribution:
    query = select(Contribution).where(Contribution.receipt_hash == code_hash)
    contribution = (await session.exec(query)).first()
    if contribution is None:
        raise Invalid({"code": UNKNOWN})
    if contribution.state is ContributionState.WITHDRAWN:
        raise Forbidden(_("This contribution was withdrawn."))
    return contribution


async def renew_receipt(session: AsyncSession, actor: Actor) -> str:
    """A new receipt code for the bearer's contribution; the one before stops working."""
    contribution = await _own(session, actor.bearer_of)
    code = ids.new_code()
    contribution.receipt_hash = ids.fingerprint(code)
    session.add(contribution)
    return code


async def _own(session: AsyncSession, contribution_id: UUID | None) -> Contribution:
    found = await session.get(Contribution, contribution_id) if contribution_id else None
    if found is None:
        raise Forbidden(policy.NOT_YOURS)
    return found
