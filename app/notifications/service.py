"""Telling people by e-mail: enqueued in the caller's transaction, sent after it."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.contributions.models import Contribution, ContributionState, Mode
from app.organisations import queries as organisations
from app.organisations.models import Role
from app.platform import queue

JOB = "send_email"


async def notify(session: AsyncSession, to: str, language: str, template: str, **values: str | int) -> None:
    """Send a mail to an address in a language; `template` is its path below templates/email."""
    await queue.enqueue(session, JOB, template=template, to=to, language=language, values=values)


async def notify_account(session: AsyncSession, account_id: UUID, template: str, **values: str | int) -> None:
    """Send a mail to a person, to the address and in the language her account has when it is sent."""
    await queue.enqueue(session, JOB, template=template, account_id=str(account_id), values=values)


async def notify_by_link(session: AsyncSession, link_id: UUID, template: str) -> None:
    """Send a mail with a one-time link, whose secret is made when the mail is."""
    await queue.enqueue(session, JOB, template=template, link_id=str(link_id))


async def notify_signatories(session: AsyncSession, organisation_ids: set[UUID], template: str) -> None:
    """Send a mail to everybody who signs for one of these organisations, once each."""
    for account_id in await organisations.people_with(session, organisation_ids, Role.SIGNATORY):
        await notify_account(session, account_id, template)


async def notify_reasons_ready(session: AsyncSession, consultation_id: UUID) -> None:
    """Tell the organizations that handed in answers under their name that reasons can be read."""
    submitted = col(Contribution.submitted_versions) > 0
    await _notify_contributors(session, consultation_id, "submissions/reasons_ready", submitted)


async def notify_closed_early(session: AsyncSession, consultation_id: UUID) -> None:
    """Tell the organizations that take part, those still writing too, that they lost time."""
    await _notify_contributors(session, consultation_id, "consultations/closed_early")


async def notify_decisions_changed(session: AsyncSession, contribution_ids: Collection[UUID]) -> None:
    """Tell the organizations behind these contributions that a decision they could read is another now."""
    behind = col(Contribution.id).in_(contribution_ids)
    await _notify_contributors(session, None, "submissions/decision_changed", behind)


async def _notify_contributors(
    session: AsyncSession, consultation_id: UUID | None, template: str, *more: ColumnElement[bool]
) -> None:
    """Nobody can be told of a confidential contribution: nothing leads to who wrote it."""
    query = select(Contribution.organisation_id).where(
        Contribution.mode == Mode.NAMED, Contribution.state != ContributionState.WITHDRAWN, *more
    )
    if consultation_id is not None:
        query = query.where(Contribution.consultation_id == consultation_id)
    places = {place for place in (await session.exec(query)).all() if place is not None}
    await notify_signatories(session, places, template)
