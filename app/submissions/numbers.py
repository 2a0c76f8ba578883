"""Counting answers and decisions, in one statement for all questions."""

from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.contributions.models import Answer, Contribution, ContributionState
from app.submissions.models import (
    Disposition,
    NationalAnswer,
    NationalAnswerState,
    Passage,
    Source,
    Submission,
)

# Passages that were not taken out.
IN_PLACE = col(Passage.removed_at).is_(None)
# Words were taken from another version of the answer than the one that stands.
IS_REVISED = col(Answer.current_version_id).is_not(None) & (
    col(Source.answer_version_id) != col(Answer.current_version_id)
)
# An answer is open without a disposition of its submitted version, or where that lost its passage and reason.
IS_OPEN = (
    col(Disposition.id).is_(None)
    | (col(Disposition.answer_version_id) != col(Answer.current_version_id))
    | (col(Disposition.reason_text_id).is_(None) & col(Passage.id).is_(None))
)


def newest_of(answers: Any) -> Any:
    """The number of the newest disposition of each of these answers, looked for once for all of them.

    Looked for at every answer, it costs more than the rest of a page together.
    """
    return (
        select(col(Disposition.answer_id).label("answer_id"), func.max(Disposition.number).label("number"))
        .join(Answer, col(Answer.id) == Disposition.answer_id)
        .where(answers)
        .group_by(col(Disposition.answer_id))
        .subquery()
    )


def counted(consultation_id: UUID) -> Any:
    """By question the standing answers of a consultation, and how many of them are open."""
    newest = newest_of(Answer.consultation_id == consultation_id)
    holds = (Disposition.answer_id == newest.c.answer_id) & (Disposition.number == newest.c.number)
    return (
        select(Answer.question_id, func.count(), func.count().filter(IS_OPEN))
        .join(Contribution, col(Contribution.id) == Answer.contribution_id)
        .outerjoin(newest, newest.c.answer_id == Answer.id)
        .outerjoin(Disposition, holds)  # type: ignore[arg-type]
        .outerjoin(Passage, (col(Passage.id) == Disposition.passage_id) & IN_PLACE)
        .where(
            col(Answer.current_version_id).is_not(None),
            Contribution.state != ContributionState.WITHDRAWN,
            Answer.consultation_id == consultation_id,
        )
        .group_by(col(Answer.question_id))
    )


async def revised_passages(session: AsyncSession, consultation_id: UUID) -> dict[UUID, int]:
    """By State question: how many passages rest on words whose author changed the answer since."""
    rows = await session.exec(
        select(NationalAnswer.question_id, func.count(func.distinct(Passage.id)))
        .join(Submission, Submission.id == NationalAnswer.submission_id)  # type: ignore[arg-type]
        .join(Passage, (col(Passage.national_answer_id) == NationalAnswer.id) & IN_PLACE)
        .join(Source, col(Source.passage_id) == Passage.id)
        .join(Answer, col(Answer.id) == Source.answer_id)
        .where(
            Submission.consultation_id == consultation_id,
            NationalAnswer.state != NationalAnswerState.CLEARED,
            IS_REVISED,
        )
        .group_by(col(NationalAnswer.question_id))
    )
    return dict(rows.all())
