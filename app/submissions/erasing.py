"""Taking withdrawn words out of what the State wrote, while it is still known which words they are."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.contributions.events import WordsTakenBack
from app.contributions.models import Answer, AnswerVersion, Contribution, ContributionState
from app.platform.security import Actor, require
from app.submissions import policy
from app.submissions.models import (
    Decision,
    NationalAnswer,
    Paragraph,
    ParagraphVersion,
    Source,
    Submission,
)
from app.submissions.recognizing import Wording
from app.translations.models import Text, Translation
from app.translations.queries import bodies_of


async def withdrawn_wording(session: AsyncSession, contribution_id: UUID) -> Wording:
    """Every submitted word of a contribution, its recommendations and evidence and all translations."""
    rows = await session.exec(
        select(  # type: ignore[call-overload]
            Text.id, Text.body, Text.language, AnswerVersion.recommendation, AnswerVersion.evidence
        )
        .join(AnswerVersion, col(AnswerVersion.text_id) == Text.id)
        .join(Answer, col(Answer.id) == AnswerVersion.answer_id)
        .where(Answer.contribution_id == contribution_id)
    )
    words: list[tuple[str, str]] = []
    texts: list[UUID] = []
    for text_id, body, language, recommendation, evidence in rows:
        texts.append(text_id)
        beside = [recommendation.get("action"), *(source.get("title") for source in evidence)]
        words += [(str(said), language) for said in (body, *beside) if said]
    for made in (await bodies_of(session, texts)).values():
        words += made
    return Wording(words)


async def spare_what_others_say(session: AsyncSession, event: WordsTakenBack, wording: Wording) -> None:
    """Words that another answer to the same questions says, too, are not taken back."""
    asked = select(Answer.question_id).where(Answer.contribution_id == event.contribution_id)
    rows = await session.exec(
        select(Text.body)
        .join(AnswerVersion, col(AnswerVersion.text_id) == Text.id)
        .join(Answer, col(Answer.current_version_id) == AnswerVersion.id)
        .join(Contribution, col(Contribution.id) == Answer.contribution_id)
        .where(
            Answer.consultation_id == event.consultation_id,
            col(Answer.question_id).in_(asked),
            Contribution.state != ContributionState.WITHDRAWN,
            Contribution.id != event.contribution_id,
        )
    )
    for body in rows:
        if wording.is_in(body):
            wording.leave(body)


async def take_out_withdrawn(session: AsyncSession, actor: Actor, event: WordsTakenBack) -> None:
    """Take a withdrawn contribution's words out of its excerpts, and out of every text that repeats them."""
    require(policy.can_take_out(actor))
    wording = await withdrawn_wording(session, event.contribution_id)
    answers = select(Answer.id).where(Answer.contribution_id == event.contribution_id)
    quoted = update(Source).where(col(Source.answer_id).in_(answers))
    await session.exec(quoted.values(quote="", translation_id=None))
    repeating = [each for query in _texts(event) for each in await _repeating(session, query, wording)]
    if repeating:
        await spare_what_others_say(session, event, wording)
    for thing in repeating:
        _redact(session, thing, wording)
    await session.flush()


def _texts(event: WordsTakenBack) -> Iterable[Any]:
    """What the State wrote: paragraphs and how they came to be, approved texts, reasons and their translations."""
    own = Submission.consultation_id == event.consultation_id
    answers = select(NationalAnswer).join(Submission, col(Submission.id) == NationalAnswer.submission_id)
    paragraphs = (
        select(Paragraph)
        .join(NationalAnswer, col(NationalAnswer.id) == Paragraph.national_answer_id)
        .join(Submission, col(Submission.id) == NationalAnswer.submission_id)
    )
    versions = (
        select(ParagraphVersion)
        .join(Paragraph, col(Paragraph.id) == ParagraphVersion.paragraph_id)
        .join(NationalAnswer, col(NationalAnswer.id) == Paragraph.national_answer_id)
        .join(Submission, col(Submission.id) == NationalAnswer.submission_id)
    )
    # A reason repeats the answers to its own question, if any.
    asked = select(Answer.question_id).where(Answer.contribution_id == event.contribution_id)
    reasons = (
        select(Decision.reason_text_id)
        .join(Answer, col(Answer.id) == Decision.answer_id)
        .where(Answer.consultation_id == event.consultation_id, col(Answer.question_id).in_(asked))
    )
    return (
        # Whoever writes there at this moment is waited for.
        paragraphs.where(own).with_for_update(of=Paragraph),
        versions.where(own),
        answers.where(own).with_for_update(of=NationalAnswer),
        select(Text).where(col(Text.id).in_(reasons)),
        select(Translation).where(col(Translation.text_id).in_(reasons)),
    )


async def _repeating(session: AsyncSession, query: Any, wording: Wording) -> list[Any]:
    return [thing for thing in await session.exec(query) if any(map(wording.is_in, _said(thing)))]


def _said(thing: Any) -> list[str]:
    if isinstance(thing, NationalAnswer):
        return [*thing.approved_text, thing.assistance, thing.reopened_reason]
    return [thing.text if isinstance(thing, Paragraph | ParagraphVersion) else thing.body]


def _redact(session: AsyncSession, thing: Any, wording: Wording) -> None:
    session.add(thing)
    if isinstance(thing, NationalAnswer):
        thing.approved_text = [wording.redacted(text) for text in thing.approved_text]
        thing.assistance = wording.redacted(thing.assistance)
        thing.reopened_reason = wording.redacted(thing.reopened_reason)
    elif isinstance(thing, Paragraph):
        thing.text = wording.redacted(thing.text)
        # Whoever is editing meets the text without the words, as after any other change.
        kept = ParagraphVersion(paragraph_id=thing.id, number=thing.version + 1, text=thing.text)
        session.add(kept)
    elif isinstance(thing, ParagraphVersion):
        thing.text = wording.redacted(thing.text)
    else:
        thing.body = wording.redacted(thing.body)
