"""Reading that leaves a mark, and translating what was read."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit import service as audit
from app.consultations import queries as consultations
from app.consultations.models import Consultation
from app.platform.db import insert_into
from app.platform.security import Actor, require
from app.reading import pages, policy, queries, texts
from app.reading.models import ReadMark
from app.reading.schemas import AnswerFilter, TranslationInput
from app.translations import service as translations
from app.translations.models import Translation


async def read_question(
    session: AsyncSession, actor: Actor, slug: str, code: str, wanted: AnswerFilter, language: str
) -> pages.QuestionPage:
    """The answers to one question; that she had them before her is recorded, read is what she marks."""
    consultation = await consultations.get_desk_consultation(session, actor, slug)
    require(policy.can_read(actor, consultation))
    page = await pages.question_page(session, actor, consultation, code, wanted, language)
    new = [item.answer.answer_version_id for item in page.answers if item.is_new]
    await _mark(session, actor, consultation, new, question=code)
    return page


async def read_contribution(
    session: AsyncSession, actor: Actor, slug: str, contribution_id: UUID, language: str
) -> pages.ContributionPage:
    """Everything one contribution handed in; recorded in the same way."""
    consultation = await consultations.get_desk_consultation(session, actor, slug)
    require(policy.can_read(actor, consultation))
    page = await pages.contribution_page(session, actor, consultation, contribution_id, language)
    new = [item.answer.answer_version_id for _question, item in page.items if item.is_new]
    await _mark(session, actor, consultation, new, contribution=contribution_id)
    return page


async def verify_name(session: AsyncSession, actor: Actor, slug: str, contribution_id: UUID) -> None:
    """Say that the organisation of a contribution is the one whose name it has; raises NotFound."""
    consultation = await consultations.get_desk_consultation(session, actor, slug)
    require(policy.can_verify_name(actor, consultation))
    organisation = await queries.get_contributor(session, consultation, contribution_id)
    if organisation.namesake_of_id is None:
        return
    organisation.namesake_of_id = None
    session.add(organisation)
    scope = consultation.country_review_id
    audit.record(session, actor, "organisation.name_verified", organisation, scope_id=scope)


async def read_text(
    session: AsyncSession, actor: Actor, slug: str, text_id: UUID, language: str
) -> texts.TextPage:
    """One text to translate; that its answer was before the translator is recorded."""
    consultation = await consultations.get_desk_consultation(session, actor, slug)
    require(policy.can_translate(actor, consultation))
    page = await texts.text_page(session, consultation, text_id, language)
    await _mark(session, actor, consultation, [page.answer_version_id], text=text_id)
    return page


async def mark_answers(
    session: AsyncSession, actor: Actor, slug: str, version_ids: Collection[UUID], *, is_read: bool
) -> int:
    """Mark answers as read or as unread, for oneself; returns how many stand to be marked."""
    consultation = await consultations.get_desk_consultation(session, actor, slug)
    require(policy.can_read(actor, consultation))
    standing = await queries.standing_versions(session, consultation, version_ids)
    await _mark(session, actor, consultation, standing)
    own = update(ReadMark).where(
        col(ReadMark.account_id) == actor.account_id, col(ReadMark.answer_version_id).in_(standing)
    )
    await session.exec(own.values(is_read=is_read))
    return len(standing)


async def _mark(
    session: AsyncSession,
    actor: Actor,
    consultation: Consultation,
    versions: Collection[UUID],
    **where: object,
) -> None:
    """Note what somebody has before her for the first time; one entry in the record for all of it."""
    if not versions or actor.account_id is None:
        return
    rows = [
        {"account_id": actor.account_id, "answer_version_id": version, "is_read": False}
        for version in versions
    ]
    statement = insert_into(session, ReadMark).values(rows).on_conflict_do_nothing()
    new = (await session.exec(statement.returning(col(ReadMark.answer_version_id)))).all()
    if new:
        scope = consultation.country_review_id
        audit.record(session, actor, "answers.read", consultation, scope_id=scope, number=len(new), **where)


async def write_translation(
    session: AsyncSession, actor: Actor, slug: str, text_id: UUID, data: TranslationInput
) -> Translation:
    """Set a translation beside a text of an answer that stands; raises NotFound and Invalid."""
    consultation = await consultations.get_desk_consultation(session, actor, slug)
    decision = policy.can_translate(actor, consultation)
    require(decision)
    await texts.text_page(session, consultation, text_id, data.language)
    made = await translations.add_translation(session, actor, decision, text_id, data.language, data.body)
    audit.record(
        session,
        actor,
        "translation.written",
        made,
        scope_id=consultation.country_review_id,
        text=text_id,
        language=made.language,
        number=made.number,
    )
    return made
