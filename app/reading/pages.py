"""The two screens of answers: all answers to one question, and everything one contribution handed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consultations.models import Consultation
from app.contributions.models import Answer, AnswerVersion, Contribution
from app.contributions.queries import STANDING
from app.platform.errors import NotFound
from app.platform.i18n import Message, _, n_
from app.platform.security import Actor
from app.questionnaires import queries as questionnaires
from app.questionnaires.compiled import CompiledQuestion
from app.questionnaires.positions import Practice
from app.reading import policy
from app.reading.models import ReadMark
from app.reading.queries import SUBMITTED, ReadAnswer, StanceCounts, as_read, counted, read_by
from app.reading.schemas import AnswerFilter
from app.translations.models import Text, Translation
from app.translations.queries import latest_for

PAGE = 50


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """An answer with the translations that hold.

    `is_new` says that the reader never had it before her, `is_read` that she marked it as read.
    """

    answer: ReadAnswer
    translations: Sequence[Translation]
    is_new: bool
    is_read: bool


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """All answers to one question side by side, a page at a time."""

    consultation: Consultation
    question: CompiledQuestion
    mapped: Sequence[CompiledQuestion]
    counts: StanceCounts
    read: int
    answers: Sequence[ShownAnswer]
    filter: AnswerFilter
    next_after: str | None
    may_translate: bool

    @property
    def says(self) -> Message:
        """What the bar shows, in a sentence."""
        if not self.counts.total:
            return _("No contribution has answered this question.")
        practice = self.counts.practice
        return n_(
            "%(num)s contribution answered. It does not work: %(worse)s. It works in part: %(part)s. "
            "It works: %(works)s.",
            "%(num)s contributions answered. It does not work: %(worse)s. It works in part: %(part)s. "
            "It works: %(works)s.",
            self.counts.total,
            worse=practice[Practice.DOES_NOT_WORK],
            part=practice[Practice.WORKS_IN_PART],
            works=practice[Practice.WORKS],
        )

    @property
    def unread(self) -> int:
        """How many answers the reader did not mark as read."""
        return self.counts.total - self.read


@dataclass(frozen=True, slots=True)
class ContributionPage:
    """Everything one contribution has handed in, in the order of the questions."""

    consultation: Consultation
    id: UUID
    name: str
    is_confidential: bool
    is_unverified: bool
    is_unattributed: bool
    submitted_on: date
    items: Sequence[tuple[CompiledQuestion, ShownAnswer]]
    may_translate: bool
    may_verify: bool


def _with_marks(actor: Actor) -> Any:
    """SUBMITTED with two last columns, empty where the reader never had the version before her."""
    mine = (ReadMark.answer_version_id == AnswerVersion.id) & (ReadMark.account_id == actor.account_id)
    return SUBMITTED.add_columns(
        col(ReadMark.account_id).label("had_by"), col(ReadMark.is_read).label("is_read")
    ).outerjoin(ReadMark, mine)  # type: ignore[arg-type]


def _narrowed(query: Any, wanted: AnswerFilter) -> Any:
    if wanted.law:
        query = query.where(AnswerVersion.law == wanted.law)
    if wanted.practice:
        query = query.where(AnswerVersion.practice == wanted.practice)
    if wanted.language:
        query = query.where(AnswerVersion.language == wanted.language)
    if wanted.words:
        query = query.where(col(Text.body).icontains(wanted.words, autoescape=True))
    if wanted.unread:
        query = query.where(col(ReadMark.is_read).is_not(True))
    if wanted.after:
        query = query.where(Contribution.label > wanted.after)
    return query


async def _shown(session: AsyncSession, rows: Sequence[Any]) -> list[ShownAnswer]:
    translations = await latest_for(session, [row.text_id for row in rows if row.body])
    return [
        ShownAnswer(
            as_read(row),
            tuple(translations.get(row.text_id, {}).values()),
            is_new=row.had_by is None,
            is_read=bool(row.is_read),
        )
        for row in rows
    ]


async def question_page(
    session: AsyncSession,
    actor: Actor,
    consultation: Consultation,
    code: str,
    wanted: AnswerFilter,
    language: str,
) -> QuestionPage:
    """One page of the answers to a question, in three statements; raises NotFound."""
    pair = await questionnaires.get_pair(
        session, consultation.civil_society_version_id, consultation.state_version_id
    )
    question = pair.civil_society[language].by_code.get(code)
    if question is None:
        raise NotFound
    rows = await _page_of(session, actor, consultation, question.id, wanted)
    counts, read = await _counts(session, actor, consultation, question.id)
    return QuestionPage(
        consultation=consultation,
        question=question,
        mapped=[pair.state[language].by_id[place] for place in pair.to_state.get(question.id, ())],
        counts=counts,
        read=read,
        answers=await _shown(session, rows[:PAGE]),
        filter=wanted,
        next_after=rows[PAGE - 1].label if len(rows) > PAGE else None,
        may_translate=bool(policy.can_translate(actor, consultation)),
    )


async def _page_of(
    session: AsyncSession, actor: Actor, consultation: Consultation, question_id: UUID, wanted: AnswerFilter
) -> Sequence[Any]:
    """The answers of one page and one more, chosen before anything is read that only their lines show.

    Joined first and cut afterwards, the texts of every answer are read for the fifty that are shown.
    """
    chosen: Any = (
        select(Answer.id)
        .join(AnswerVersion, AnswerVersion.id == Answer.current_version_id)  # type: ignore[arg-type]
        .join(Contribution, Contribution.id == Answer.contribution_id)  # type: ignore[arg-type]
        .where(STANDING, Answer.consultation_id == consultation.id, Answer.question_id == question_id)
        .order_by(Contribution.label)
        .limit(PAGE + 1)
    )
    if wanted.words:
        chosen = chosen.join(Text, col(Text.id) == AnswerVersion.text_id)
    if wanted.unread:
        chosen = chosen.outerjoin(ReadMark, read_by(actor))
    chosen = _narrowed(chosen, wanted).subquery()
    query = _with_marks(actor).join(chosen, chosen.c.id == Answer.id)
    return (await session.exec(query)).all()  # type: ignore[no-any-return]


async def _counts(
    session: AsyncSession, actor: Actor, consultation: Consultation, question_id: UUID
) -> tuple[StanceCounts, int]:
    """The positions of all answers to a question, and how many of them the reader marked as read."""
    mine = read_by(actor)
    query = (
        select(
            AnswerVersion.law,
            AnswerVersion.practice,
            func.count().label("answers"),
            func.count(col(ReadMark.account_id)).label("read"),
        )
        .select_from(Answer)
        .join(AnswerVersion, AnswerVersion.id == Answer.current_version_id)  # type: ignore[arg-type]
        .join(Contribution, Contribution.id == Answer.contribution_id)  # type: ignore[arg-type]
        .outerjoin(ReadMark, mine)  # type: ignore[arg-type]
        .where(STANDING, Answer.consultation_id == consultation.id, Answer.question_id == question_id)
        .group_by(col(AnswerVersion.law), col(AnswerVersion.practice))
    )
    groups: Sequence[Any] = (await session.exec(query)).all()
    positions = counted((group.law, group.practice, group.answers) for group in groups)
    return positions, sum(group.read for group in groups)


async def contribution_page(
    session: AsyncSession, actor: Actor, consultation: Consultation, contribution_id: UUID, language: str
) -> ContributionPage:
    """What one contribution handed in; raises NotFound for one that does not stand."""
    query = _with_marks(actor).where(
        Answer.consultation_id == consultation.id, Answer.contribution_id == contribution_id
    )
    rows = (await session.exec(query)).all()
    if not rows:
        raise NotFound
    version = await questionnaires.get_compiled(session, consultation.civil_society_version_id)
    shown = {item.answer.question_id: item for item in await _shown(session, rows)}
    first = as_read(rows[0])
    return ContributionPage(
        consultation=consultation,
        id=first.contribution_id,
        name=first.name,
        is_confidential=first.is_confidential,
        is_unverified=first.is_unverified,
        is_unattributed=first.is_unattributed,
        submitted_on=max(item.answer.submitted_on for item in shown.values()),
        items=[(q, shown[q.id]) for q in version[language].questions if q.id in shown],
        may_translate=bool(policy.can_translate(actor, consultation)),
        may_verify=bool(policy.can_verify_name(actor, consultation)),
    )
