"""Giving decisions: what became of each answer and why, kept version by version."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, exists, update
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit import service as audit
from app.consultations import queries as consultations
from app.consultations.models import Consultation
from app.contributions.models import Answer
from app.contributions.queries import STANDING
from app.platform.errors import Invalid, NotFound, StaleEdit
from app.platform.i18n import _
from app.platform.security import Actor, require
from app.questionnaires import queries as questionnaires
from app.questionnaires.compiled import CompiledPair
from app.submissions import policy
from app.submissions.models import Decision, NationalAnswer, NationalAnswerState, Paragraph, Submission
from app.submissions.numbers import IN_PLACE
from app.submissions.schemas import DecisionInput
from app.translations.models import Text

_later = aliased(Decision)
NEWEST = ~exists().where(_later.answer_id == Decision.answer_id, _later.number > Decision.number)  # type: ignore[arg-type]


async def decide_answer(
    session: AsyncSession, actor: Actor, slug: str, answer_id: UUID, data: DecisionInput
) -> Decision:
    """Give a submitted answer its decision and reason; an earlier one is kept as a version.

    Raises StaleEdit if another decision stands than the one the writer was shown. A decision that says
    what stands already changes nothing.
    """
    consultation = await consultations.get_desk_consultation(session, actor, slug)
    await session.refresh(consultation, with_for_update={"read": True})
    pair = await questionnaires.get_pair(
        session, consultation.civil_society_version_id, consultation.state_version_id
    )
    submission, approved = await approved_questions(session, consultation.id, lock=True)
    answer = await _find_answer(session, consultation, answer_id)
    held = held_by(pair, answer.question_id, approved) if answer else set()
    require(policy.can_decide(actor, consultation, submission, held))
    if answer is None or answer.current_version_id is None:
        raise NotFound
    current = await _newest(session, answer_id)
    if current is not None and await _says_the_same(session, current, answer.current_version_id, data):
        return current
    if data.version != (current.number if current else 0):
        raise StaleEdit(current)
    if data.paragraph_id is not None:
        await _check_paragraph(session, consultation, data.paragraph_id)
    decided_on = (answer_id, answer.current_version_id)
    made = await _add(session, actor, consultation, decided_on, data, data.version + 1)
    audit.record(
        session,
        actor,
        "answer.decided",
        made,
        scope_id=consultation.country_review_id,
        answer=answer_id,
        question=pair.civil_society.codes[answer.question_id],
        kind=data.decision.value,
    )
    return made


async def _add(
    session: AsyncSession,
    actor: Actor,
    consultation: Consultation,
    answer: tuple[UUID, UUID],
    data: DecisionInput,
    number: int,
) -> Decision:
    """Keep a decision; `answer` is the answer and its version."""
    reason = None
    if data.reason.strip():
        reason = Text(language=consultation.submission_language, body=data.reason)
        session.add(reason)
        await session.flush()
    made = Decision(
        answer_id=answer[0],
        answer_version_id=answer[1],
        number=number,
        kind=data.decision,
        reason_text_id=reason.id if reason else None,
        paragraph_id=data.paragraph_id,
        decided_by_id=actor.account_id,
        decided_by_name=actor.name,
    )
    session.add(made)
    await session.flush()
    return made


async def approved_questions(
    session: AsyncSession, consultation_id: UUID, *, lock: bool = False
) -> tuple[Submission | None, set[UUID]]:
    """The submission and the State questions that are approved; locked, nobody clears one meanwhile."""
    if lock:
        held = select(Submission.id).where(Submission.consultation_id == consultation_id)
        await session.exec(held.with_for_update(read=True))
    rows = (
        await session.exec(
            select(Submission, NationalAnswer.question_id, NationalAnswer.state)
            .outerjoin(NationalAnswer, NationalAnswer.submission_id == Submission.id)  # type: ignore[arg-type]
            .where(Submission.consultation_id == consultation_id)
        )
    ).all()
    approved = {question for _submission, question, state in rows if state is NationalAnswerState.APPROVED}
    return (rows[0][0] if rows else None), approved


def held_by(pair: CompiledPair, question_id: UUID, approved: Collection[UUID]) -> set[str]:
    """The codes of the approved State questions that answers to this question inform."""
    return {pair.state.codes[other] for other in pair.to_state.get(question_id, ()) if other in approved}


async def _find_answer(session: AsyncSession, consultation: Consultation, answer_id: UUID) -> Answer | None:
    """A standing answer of this consultation, locked: of two people who decide, one comes second."""
    query = select(Answer).where(Answer.id == answer_id, Answer.consultation_id == consultation.id, STANDING)
    locked = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return (await session.exec(locked)).first()


async def _newest(session: AsyncSession, answer_id: UUID) -> Decision | None:
    query = select(Decision).where(Decision.answer_id == answer_id)
    return (await session.exec(query.order_by(col(Decision.number).desc()).limit(1))).first()


async def _says_the_same(
    session: AsyncSession, current: Decision, version_id: UUID, data: DecisionInput
) -> bool:
    same = (current.kind, current.paragraph_id, current.answer_version_id) == (
        data.decision,
        data.paragraph_id,
        version_id,
    )
    if not same:
        return False
    reason = await session.get(Text, current.reason_text_id) if current.reason_text_id else None
    return (reason.body if reason else "") == (data.reason if data.reason.strip() else "")


async def _check_paragraph(session: AsyncSession, consultation: Consultation, paragraph_id: UUID) -> None:
    query = (
        select(Paragraph.id)
        .join(NationalAnswer, NationalAnswer.id == Paragraph.national_answer_id)  # type: ignore[arg-type]
        .join(Submission, Submission.id == NationalAnswer.submission_id)  # type: ignore[arg-type]
        .where(Paragraph.id == paragraph_id, Submission.consultation_id == consultation.id, IN_PLACE)
    )
    if (await session.exec(query)).first() is None:
        raise Invalid({"paragraph_id": _("This paragraph is gone. Choose another.")})


def _about(consultation_id: UUID, question_ids: Collection[UUID] | None) -> ColumnElement[bool]:
    """Decisions of the answers to these questions, or of all of a consultation."""
    answers = select(Answer.id).where(Answer.consultation_id == consultation_id)
    if question_ids is not None:
        answers = answers.where(col(Answer.question_id).in_(question_ids))
    return col(Decision.answer_id).in_(answers)


async def mark_released(
    session: AsyncSession, consultation_id: UUID, question_ids: Collection[UUID] | None
) -> None:
    """Remember that contributors can read the decisions as they stand."""
    newest = _about(consultation_id, question_ids) & NEWEST & col(Decision.was_released).is_(False)
    statement = update(Decision).where(newest).values(was_released=True)
    await session.exec(statement.execution_options(synchronize_session=False))


async def changed_since_read(
    session: AsyncSession, consultation_id: UUID, question_ids: Collection[UUID]
) -> frozenset[UUID]:
    """The contributions that could read another decision before than the one that holds now."""
    earlier = aliased(Decision)
    query = (
        select(Answer.contribution_id)
        .join(Decision, Decision.answer_id == Answer.id)  # type: ignore[arg-type]
        .where(
            _about(consultation_id, question_ids),
            NEWEST,
            col(Decision.was_released).is_(False),
            exists().where(earlier.answer_id == Decision.answer_id, earlier.was_released),  # type: ignore[arg-type]
        )
    )
    return frozenset((await session.exec(query)).all())
