"""The words of answers that become sources of a paragraph: cut exactly, and never twice."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.platform.errors import Invalid
from app.reading import queries as reading
from app.reading.queries import ReadAnswer
from app.submissions import merging
from app.submissions.merging import Span
from app.submissions.models import Paragraph, Source
from app.submissions.queries import NationalAnswerContext
from app.submissions.schemas import MergeInput


async def cut_excerpts(
    session: AsyncSession, frame: NationalAnswerContext, mapped: Sequence[UUID], data: MergeInput
) -> list[tuple[ReadAnswer, Span, str]]:
    """The selected words, cut from answers that stand and belong to this question."""
    answers = {a.answer_version_id: a for a in await reading.answers_to(session, frame.consultation, mapped)}
    spans: dict[UUID, list[Span]] = {}
    for chosen in data.selections:
        answer = answers.get(chosen.answer_version_id)
        if answer is None:
            raise Invalid(detail=merging.OUTSIDE)
        start = 0 if chosen.start is None else chosen.start
        end = len(answer.body) if chosen.end is None else chosen.end
        spans.setdefault(answer.answer_version_id, []).append(Span(start, end))
    return [
        (answers[version], span, merging.cut(answers[version].body, span))
        for version, chosen in spans.items()
        for span in merging.joined(answers[version].body, chosen)
    ]


async def add_sources(
    session: AsyncSession,
    paragraph: Paragraph,
    excerpts: Sequence[tuple[ReadAnswer, Span, str]],
    *,
    is_new: bool,
) -> None:
    """Add the excerpts as sources; words that are a source of the paragraph already are not added twice."""
    own = select(Source).where(Source.paragraph_id == paragraph.id)
    standing = [] if is_new else (await session.exec(own)).all()
    known = {(s.answer_version_id, s.starts, s.ends) for s in standing}
    for answer, span, quote in excerpts:
        if (answer.answer_version_id, span.start, span.end) in known:
            continue
        session.add(
            Source(
                paragraph_id=paragraph.id,
                answer_id=answer.answer_id,
                answer_version_id=answer.answer_version_id,
                starts=span.start,
                ends=span.end,
                quote=quote,
            )
        )
    await session.flush()
