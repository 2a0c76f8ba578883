"""Counting answers and decisions, in one statement for all questions."""

from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select

from app.contributions.models import Answer, Contribution, ContributionState
from app.submissions.models import Disposition, Passage

# An answer is open without a disposition of its submitted version, or where that lost its passage and reason.
IS_OPEN = (
    col(Disposition.id).is_(None)
    | (col(Disposition.answer_version_id) != col(Answer.current_version_id))
    | (col(Disposition.reason_text_id).is_(None) & col(Passage.id).is_(None))
)


def counted(consultation_id: UUID) -> Any:
    """By question the standing answers of a consultation, and how many of them are open.

    The newest disposition of each answer is looked for once, for all of them: looked for at every answer,
    it costs more than the rest of the page together.
    """
    newest = (
        select(col(Disposition.answer_id).label("answer_id"), func.max(Disposition.number).label("number"))
        .join(Answer, col(Answer.id) == Disposition.answer_id)
        .where(Answer.consultation_id == consultation_id)
        .group_by(col(Disposition.answer_id))
        .subquery()
    )
    holds = (Disposition.answer_id == newest.c.answer_id) & (Disposition.number == newest.c.number)
    return (
        select(Answer.question_id, func.count(), func.count().filter(IS_OPEN))
        .join(Contribution, col(Contribution.id) == Answer.contribution_id)
        .outerjoin(newest, newest.c.answer_id == Answer.id)
        .outerjoin(Disposition, holds)  # type: ignore[arg-type]
        .outerjoin(Passage, (col(Passage.id) == Disposition.passage_id) & col(Passage.removed_at).is_(None))
        .where(
            col(Answer.current_version_id).is_not(None),
            Contribution.state != ContributionState.WITHDRAWN,
            Answer.consultation_id == consultation_id,
        )
        .group_by(col(Answer.question_id))
    )
