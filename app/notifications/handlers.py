"""Which mail follows what; a handler only enqueues."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.events import PasswordResetAsked
from app.consultations.events import ConsultationClosedEarly
from app.contributions.events import ContributionSubmitted, ContributionWithdrawn
from app.contributions.models import Contribution, Mode
from app.notifications import service
from app.organisations import queries as organisations
from app.organisations.events import MemberInvited, RoleGiven, SignUpRepeated, SignUpStarted
from app.organisations.models import STAFF, Role
from app.platform.events import Handler
from app.reviews.events import FocalPointChanged
from app.submissions.events import DecisionsChanged, FinalFileMade


async def sign_up_started(session: AsyncSession, event: SignUpStarted) -> None:
    """Ask the address to confirm."""
    await service.notify_by_link(session, event.link_id, "accounts/confirm")


async def sign_up_repeated(session: AsyncSession, event: SignUpRepeated) -> None:
    """Tell the one who has the account; the page told nobody."""
    await service.notify_account(session, event.account_id, "accounts/address_known")


async def reset_asked(session: AsyncSession, event: PasswordResetAsked) -> None:
    """Send the link for a new password."""
    await service.notify_by_link(session, event.link_id, "accounts/reset")


async def member_invited(session: AsyncSession, event: MemberInvited) -> None:
    """Send the invitation."""
    await service.notify_by_link(session, event.link_id, "organisations/invitation")


async def role_given(session: AsyncSession, event: RoleGiven) -> None:
    """Tell the people of an office who leads it from now on: nobody becomes that unseen."""
    if event.role is Role.FOCAL_POINT:
        for account_id in await organisations.people_with(session, {event.organisation_id}, *STAFF):
            if account_id != event.account_id:
                await service.notify_account(session, account_id, "organisations/focal_point")


async def contribution_submitted(session: AsyncSession, event: ContributionSubmitted) -> None:
    """Confirm that the answers arrived."""
    await _tell_signatories(session, event.contribution_id, "contributions/received")


async def contribution_withdrawn(session: AsyncSession, event: ContributionWithdrawn) -> None:
    """Confirm that the answers are withdrawn."""
    await _tell_signatories(session, event.contribution_id, "contributions/withdrawn")


async def final_file_made(session: AsyncSession, event: FinalFileMade) -> None:
    """Say that the reasons can be read."""
    await service.notify_reasons_ready(session, event.consultation_id)


async def closed_early(session: AsyncSession, event: ConsultationClosedEarly) -> None:
    """Say that the promised time was not kept."""
    await service.notify_closed_early(session, event.consultation_id)


async def decisions_changed(session: AsyncSession, event: DecisionsChanged) -> None:
    """Say that a decision is another than the one that was read."""
    await service.notify_decisions_changed(session, event.contribution_ids)


async def focal_point_changed(session: AsyncSession, event: FocalPointChanged) -> None:
    """Tell the one who has the role now, and the one who had it."""
    await service.notify_account(session, event.account_id, "reviews/focal_point_now")
    if event.former_id is not None:
        await service.notify_account(session, event.former_id, "reviews/focal_point_handed_over")


async def _tell_signatories(session: AsyncSession, contribution_id: UUID, template: str) -> None:
    contribution = await session.get(Contribution, contribution_id)
    # A contribution that became confidential has an organisation no longer, and no mail ever.
    if contribution is None or contribution.mode is not Mode.NAMED or contribution.organisation_id is None:
        return
    await service.notify_signatories(session, {contribution.organisation_id}, template)


HANDLERS: Mapping[type, Sequence[Handler]] = {
    SignUpStarted: (sign_up_started,),
    SignUpRepeated: (sign_up_repeated,),
    PasswordResetAsked: (reset_asked,),
    MemberInvited: (member_invited,),
    RoleGiven: (role_given,),
    ContributionSubmitted: (contribution_submitted,),
    ContributionWithdrawn: (contribution_withdrawn,),
    FinalFileMade: (final_file_made,),
    ConsultationClosedEarly: (closed_early,),
    DecisionsChanged: (decisions_changed,),
    FocalPointChanged: (focal_point_changed,),
}
