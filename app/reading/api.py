"""Reading as JSON: the same services as the pages, recorded in the same way."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from app.organisations.deps import CurrentActor, RecordedActor
from app.platform.db import RecordingSession, Session
from app.platform.routing import OneOutcome
from app.reading import service
from app.reading.pages import ShownAnswer
from app.reading.schemas import (
    AnswerFilter,
    AnswersOut,
    MarkedOut,
    MarkInput,
    ReadAnswerOut,
    TranslationInput,
    TranslationOut,
)
from app.translations.models import Translation

router = APIRouter(route_class=OneOutcome, tags=["reading"])


@router.get("/desk/{slug}/questions/{code}/answers")
async def answers(
    request: Request,
    slug: str,
    code: str,
    wanted: Annotated[AnswerFilter, Query()],
    session: RecordingSession,
    actor: RecordedActor,
) -> AnswersOut:
    """One page of the answers to a question; `after` takes the `next` of the page before."""
    page = await service.read_question(session, actor, slug, code, wanted, request.state.language)
    return AnswersOut(
        question=code,
        total=page.counts.total,
        law={value.value: number for value, number in page.counts.law.items()},
        practice={value.value: number for value, number in page.counts.practice.items()},
        answers=[_answer(item) for item in page.answers],
        next=page.next_after,
    )


@router.post("/desk/{slug}/answers/marks")
async def mark(slug: str, data: MarkInput, session: Session, actor: CurrentActor) -> MarkedOut:
    """Mark answers as read or as unread, for oneself."""
    marked = await service.mark_answers(session, actor, slug, data.version_ids, is_read=data.is_read)
    return MarkedOut(marked=marked)


@router.post("/desk/{slug}/contributions/{contribution_id}/name", status_code=204)
async def verify_name(slug: str, contribution_id: UUID, session: Session, actor: CurrentActor) -> None:
    """Say that an organisation is the one whose name it has."""
    await service.verify_name(session, actor, slug, contribution_id)


@router.post("/desk/{slug}/texts/{text_id}/translations", status_code=201)
async def translate(
    slug: str, text_id: UUID, data: TranslationInput, session: Session, actor: CurrentActor
) -> TranslationOut:
    """Set a translation beside a text."""
    return _translation(await service.write_translation(session, actor, slug, text_id, data))


def _answer(item: ShownAnswer) -> ReadAnswerOut:
    answer = item.answer
    return ReadAnswerOut(
        id=answer.answer_id,
        version_id=answer.answer_version_id,
        version=answer.version_number,
        contribution_id=answer.contribution_id,
        contributor=answer.name,
        confidential=answer.is_confidential,
        unattributed=answer.is_unattributed,
        unverified=answer.is_unverified,
        language=answer.language,
        text_id=answer.text_id,
        narrative=answer.body,
        law=answer.law,
        practice=answer.practice,
        value=answer.value,
        evidence=[dict(source) for source in answer.evidence],
        recommendation=dict(answer.recommendation),
        publication=answer.publication,
        submitted_on=answer.submitted_on,
        is_read=item.is_read,
        translations=[_translation(translation) for translation in item.translations],
    )


def _translation(made: Translation) -> TranslationOut:
    return TranslationOut(
        language=made.language,
        number=made.number,
        body=made.body,
        origin=made.origin.value,
        author=made.author_name,
    )
