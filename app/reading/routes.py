"""Pages of those who read answers, and of those who translate them."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.consultations import queries as consultations
from app.organisations.deps import CurrentActor, RecordedActor
from app.platform.db import RecordingSession, Session
from app.platform.forms import FormOf, JustAButton, form
from app.platform.i18n import Message, _
from app.platform.pages import render, see_other, url
from app.platform.posting import shown, submit
from app.platform.routing import OneOutcome
from app.platform.security import require
from app.reading import numbers, policy, service, texts
from app.reading.schemas import AnswerFilter, MarkInput, TextFilter, TranslationInput

router = APIRouter(route_class=OneOutcome)


@router.get("/desk/{slug}", name="reading.overview")
async def overview(request: Request, slug: str, session: Session, actor: CurrentActor) -> Response:
    """What the contributions say, in numbers; somebody who only translates goes on to the texts."""
    consultation = await consultations.get_desk_consultation(session, actor, slug)
    if policy.only_translates(actor, consultation):
        return see_other(request, url("reading.texts", slug=slug))
    require(policy.can_read(actor, consultation))
    page = await numbers.overview(session, actor, consultation, request.state.language)
    return render(request, "reading/overview.html", page)


@router.get("/desk/{slug}/questions", name="reading.questions")
async def questions(
    request: Request, slug: str, session: Session, actor: CurrentActor, *, unread: bool = False
) -> Response:
    """The questions with their numbers of answers; with `unread` those where some are not read yet."""
    consultation = await consultations.get_desk_consultation(session, actor, slug)
    require(policy.can_read(actor, consultation))
    page = await numbers.question_list(session, actor, consultation, request.state.language, unread=unread)
    return render(request, "reading/questions.html", page)


@router.get("/desk/{slug}/questions/{code}", name="reading.question")
async def question(
    request: Request,
    slug: str,
    code: str,
    wanted: Annotated[AnswerFilter, Query()],
    session: RecordingSession,
    actor: RecordedActor,
) -> Response:
    """All answers to one question side by side."""
    page = await service.read_question(session, actor, slug, code, wanted, request.state.language)
    return render(request, "reading/question.html", page)


@router.post("/desk/{slug}/questions/{code}/marks", name="reading.mark")
async def mark(
    request: Request,
    slug: str,
    code: str,
    wanted: Annotated[AnswerFilter, Query()],
    form: Annotated[FormOf[MarkInput], Depends(form(MarkInput))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Mark answers to a question as read or as unread, and go back to the same page of them."""
    await service.mark_answers(session, actor, slug, form.valid.version_ids, is_read=form.valid.is_read)
    to = url("reading.question", slug=slug, code=code, query=wanted.as_query())
    return see_other(request, to, _marked(form.valid))


def _marked(data: MarkInput) -> Message:
    return _("Marked as read.") if data.is_read else _("Marked as unread.")


@router.post("/desk/{slug}/contributions/{contribution_id}/marks", name="reading.mark_contribution")
async def mark_contribution(
    request: Request,
    slug: str,
    contribution_id: UUID,
    form: Annotated[FormOf[MarkInput], Depends(form(MarkInput))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Mark answers of one contribution as read or as unread."""
    await service.mark_answers(session, actor, slug, form.valid.version_ids, is_read=form.valid.is_read)
    to = url("reading.contribution", slug=slug, contribution_id=contribution_id)
    return see_other(request, to, _marked(form.valid))


@router.get("/desk/{slug}/contributions/{contribution_id}", name="reading.contribution")
async def contribution(
    request: Request, slug: str, contribution_id: UUID, session: RecordingSession, actor: RecordedActor
) -> Response:
    """Everything one contribution handed in."""
    page = await service.read_contribution(session, actor, slug, contribution_id, request.state.language)
    return render(request, "reading/contribution.html", page)


@router.get("/desk/{slug}/texts", name="reading.texts")
async def list_texts(
    request: Request,
    slug: str,
    wanted: Annotated[TextFilter, Query()],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """The texts to translate, without names."""
    consultation = await consultations.get_desk_consultation(session, actor, slug)
    require(policy.can_translate(actor, consultation))
    page = await texts.texts_page(session, consultation, wanted, request.state.language)
    return render(request, "reading/texts.html", page)


@router.post("/desk/{slug}/contributions/{contribution_id}/name", name="reading.verify_name")
async def verify_name(
    request: Request,
    slug: str,
    contribution_id: UUID,
    form: JustAButton,
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Take the mark from the name of an organisation."""
    await service.verify_name(session, actor, slug, contribution_id)
    where = url("reading.contribution", slug=slug, contribution_id=contribution_id)
    return see_other(request, where, _("The name is no longer marked."))


@router.get("/desk/{slug}/texts/{text_id}", name="reading.translate")
async def text(
    request: Request, slug: str, text_id: UUID, session: RecordingSession, actor: RecordedActor
) -> Response:
    """One text, and room for its translation."""
    page = await service.read_text(session, actor, slug, text_id, request.state.language)
    return render(request, "reading/translate.html", page)


@router.post("/desk/{slug}/texts/{text_id}", name="reading.write_translation")
async def write_translation(
    request: Request,
    slug: str,
    text_id: UUID,
    form: Annotated[FormOf[TranslationInput], Depends(form(TranslationInput))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Save a translation; what cannot be saved comes back as it was typed."""

    async def act(data: TranslationInput) -> Response:
        await service.write_translation(session, actor, slug, text_id, data)
        return see_other(request, url("reading.translate", slug=slug, text_id=text_id), _("Saved."))

    page = partial(service.read_text, session, actor, slug, text_id, request.state.language)
    return await submit(session, form, act, shown(request, form, "reading/translate.html", page))
