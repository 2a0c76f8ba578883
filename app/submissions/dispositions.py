"""Giving dispositions: what became of each answer and why, kept version by version."""

from uuid import UUID

from sqlalchemy import func
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit import service as audit
from app.consultations import queries as consultations
from app.consultations.models import Consultation
from app.contributions.models import Answer
from app.contributions.queries import STANDING
from app.platform.errors import Invalid, NotFound
from app.platform.i18n import _
from app.platform.security import Actor, require
from app.submissions import policy
from app.submissions.models import Disposition, NationalAnswer, Passage, Submission
from app.submissions.schemas import DispositionInput
from app.translations.models import Text


async def dispose_answer(
    session: AsyncSession, actor: Actor, slug: str, answer_id: UUID, data: DispositionInput
) -> Disposition:
    """Give a submitted answer its disposition and reason; an earlier one is kept as a version."""
    consultation = await consultations.get_desk_consultation(session, actor, slug)
    require(policy.can_dispose(actor, consultation.office_id))
    version_id = await _submitted_version(session, consultation, answer_id)
    if data.passage_id is not None:
        await _check_passage(session, consultation, data.passage_id)
    reason = None
    if data.reason.strip():
        reason = Text(language=consultation.submission_language, body=data.reason)
        session.add(reason)
        await session.flush()
    highest = await session.exec(
        select(func.max(Disposition.number)).where(Disposition.answer_id == answer_id)
    )
    disposition = Disposition(
        answer_id=answer_id,
        answer_version_id=version_id,
        number=(highest.one() or 0) + 1,
        kind=data.disposition,
        reason_text_id=reason.id if reason else None,
        passage_id=data.passage_id,
        decided_by_id=actor.account_id,
        decided_by_name=actor.name,
    )
    session.add(disposition)
    await session.flush()
    audit.record(
        session,
        actor,
        "answer.disposed",
        disposition,
        scope_id=consultation.country_review_id,
        answer=answer_id,
        kind=data.disposition.value,
    )
    return disposition


async def _submitted_version(session: AsyncSession, consultation: Consultation, answer_id: UUID) -> UUID:
    """The submitted version of a standing answer of this consultation; raises NotFound."""
    query = select(Answer.current_version_id).where(
        STANDING, Answer.id == answer_id, Answer.consultation_id == consultation.id
    )
    version_id = (await session.exec(query)).first()
    if version_id is None:
        raise NotFound
    return version_id


async def _check_passage(session: AsyncSession, consultation: Consultation, passage_id: UUID) -> None:
    query = (
        select(Passage.id)
        .join(NationalAnswer, NationalAnswer.id == Passage.national_answer_id)  # type: ignore[arg-type]
        .join(Submission, Submission.id == NationalAnswer.submission_id)  # type: ignore[arg-type]
        .where(Passage.id == passage_id, Submission.consultation_id == consultation.id)
    )
    if (await session.exec(query)).first() is None:
        raise Invalid({"passage_id": _("This passage is gone. Choose another.")})
