"""Counting answers and decisions, in one statement for all questions."""

from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.contributions.models import Answer, Contribution, ContributionState
from app.submissions.models import (
    Decision,
    NationalAnswer,
    NationalAnswerState,
    Paragraph,
    Source,
    Submission,
)

# Paragraphs that were not taken out.
IN_PLACE = col(Paragraph.removed_at).is_(None)
# Words were taken from another version of the answer than the one that stands.
IS_REVISED = col(Answer.current_version_id).is_not(None) & (
    col(Source.answer_version_id) != col(Answer.current_version_id)
)
# An answer is open without a decision of its submitted version, or where that lost its paragraph and reason.
IS_OPEN = (
    col(Decision.id).is_(None)
    | (col(Decision.answer_version_id) != col(Answer.current_version_id))
    | (col(Decision.reason_text_id).is_(None) & col(Paragraph.id).is_(None))
)


def newest_of(answers: Any) -> Any:
    """The number of the newest decision of each of these answers, looked for once for all of them.

    Looked for at every answer, it costs more than the rest of a page together.
    """
    return (
        select(col(Decision.answer_id).label("answer_id"), func.max(Decision.number).label("number"))
        .join(Answer, col(Answer.id) == Decision.answer_id)
        .where(answers)
        .group_by(col(Decision.answer_id))
        .subquery()
    )


def counted(consultation_id: UUID) -> Any:
    """By question the standing answers of a consultation, and how many of them are open."""
    newest = newest_of(Answer.consultation_id == consultation_id)
    holds = (Decision.answer_id == newest.c.answer_id) & (Decision.number == newest.c.number)
    return (
        select(Answer.question_id, func.count(), func.count().filter(IS_OPEN))
        .join(Contribution, col(Contribution.id) == Answer.contribution_id)
        .outerjoin(newest, newest.c.answer_id == Answer.id)
        .outerjoin(Decision, holds)  # type: ignore[arg-type]
        .outerjoin(Paragraph, (col(Paragraph.id) == Decision.paragraph_id) & IN_PLACE)
        .where(
            col(Answer.current_version_id).is_not(None),
            Contribution.state != ContributionState.WITHDRAWN,
            Answer.consultation_id == consultation_id,
        )
        .group_by(col(Answer.question_id))
    )


async def revised_paragraphs(session: AsyncSession, consultation_id: UUID) -> dict[UUID, int]:
    """By State question: how many paragraphs rest on words whose author changed the answer since."""
    rows = await session.exec(
        select(NationalAnswer.question_id, func.count(func.distinct(Paragraph.id)))
        .join(Submission, Submission.id == NationalAnswer.submission_id)  # type: ignore[arg-type]
        .join(Paragraph, (col(Paragraph.national_answer_id) == NationalAnswer.id) & IN_PLACE)
        .join(Source, col(Source.paragraph_id) == Paragraph.id)
        .join(Answer, col(Answer.id) == Source.answer_id)
        .where(
            Submission.consultation_id == consultation_id,
            NationalAnswer.state != NationalAnswerState.APPROVED,
            IS_REVISED,
        )
        .group_by(col(NationalAnswer.question_id))
    )
    return dict(rows.all())
