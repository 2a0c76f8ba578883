"""Pages of questionnaires: reading and comparing versions, writing questions, translating, publishing."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.authoring import desk, queries, service, texts
from app.authoring.deps import SAVED, VERSION, WhereIs, to
from app.authoring.schemas import (
    DriftInput,
    MoveInput,
    NewQuestion,
    PairInput,
    QuestionInput,
    TextsFilter,
    TextsInput,
    Where,
)
from app.organisations.deps import AnyActor, CurrentActor
from app.platform.db import Session
from app.platform.forms import FormOf, JustAButton, Nothing, form
from app.platform.i18n import _
from app.platform.pages import Link, render, see_other, url
from app.platform.posting import shown, submit
from app.platform.routing import OneOutcome
from app.platform.security import Actor
from app.questionnaires import policy

router = APIRouter(route_class=OneOutcome)
MOST_UNITS = 100


def service_nav(actor: Actor) -> list[Link]:
    """The way to the questionnaires, for those who write them."""
    return [Link(_("Questionnaires"), url("authoring.list"))] if policy.can_write(actor) else []


@router.get("/questionnaires", name="authoring.list")
async def all_questionnaires(request: Request, session: Session, actor: AnyActor) -> Response:
    """All questionnaires with their editions."""
    return render(request, "authoring/list.html", await queries.list_page(session, actor))


@router.get(VERSION, name="authoring.version")
async def version(request: Request, where: WhereIs, session: Session, actor: AnyActor) -> Response:
    """One version in the order of reading."""
    return render(request, "authoring/version.html", await queries.version_page(session, actor, where))


@router.post(VERSION + "/draft", name="authoring.start")
async def start(
    request: Request, where: WhereIs, form: JustAButton, session: Session, actor: CurrentActor
) -> Response:
    """Begin a new version."""

    async def act(_data: Nothing) -> Response:
        draft = await service.start_version(session, actor, where)
        there = Where(draft.slug, draft.edition_path, draft.number)
        said = _("The new version is a draft. Write in it.")
        return see_other(request, to("authoring.version", there), said)

    again = shown(
        request, form, "authoring/version.html", lambda: queries.version_page(session, actor, where)
    )
    return await submit(session, form, act, again)


@router.get(VERSION + "/drop", name="authoring.drop")
async def drop(request: Request, where: WhereIs, session: Session, actor: CurrentActor) -> Response:
    """What dropping a draft means, before it is done."""
    page = await queries.get_frame(session, actor, where, writing=True)
    return render(request, "authoring/drop.html", page)


@router.post(VERSION + "/drop", name="authoring.drop_now")
async def drop_now(
    request: Request, where: WhereIs, form: JustAButton, session: Session, actor: CurrentActor
) -> Response:
    """Throw the draft away."""
    await service.drop(session, actor, where)
    return see_other(request, url("authoring.list"), _("The draft is gone."))


@router.get(VERSION + "/checks", name="authoring.checks")
async def checks(request: Request, where: WhereIs, session: Session, actor: CurrentActor) -> Response:
    """What is to mend before publishing."""
    return render(request, "authoring/checks.html", await desk.checks_page(session, actor, where))


@router.post(VERSION + "/publish", name="authoring.publish")
async def publish(
    request: Request, where: WhereIs, form: JustAButton, session: Session, actor: CurrentActor
) -> Response:
    """Publish, unless something stands in the way."""

    async def act(_data: Nothing) -> Response:
        await service.publish(session, actor, where)
        return see_other(request, to("authoring.version", where), _("The version is published."))

    again = shown(request, form, "authoring/checks.html", lambda: desk.checks_page(session, actor, where))
    return await submit(session, form, act, again)


@router.post(VERSION + "/questions", name="authoring.add_question")
async def add_question(
    request: Request,
    where: WhereIs,
    form: Annotated[FormOf[NewQuestion], Depends(form(NewQuestion))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Put a question at the end of a section, and go there."""

    async def act(data: NewQuestion) -> Response:
        await service.add_question(session, actor, where, data)
        return see_other(request, to("authoring.question", where, code=data.code))

    again = shown(
        request, form, "authoring/version.html", lambda: queries.version_page(session, actor, where)
    )
    return await submit(session, form, act, again)


@router.get(VERSION + "/questions/{code}", name="authoring.question")
async def question(
    request: Request, where: WhereIs, code: str, session: Session, actor: CurrentActor
) -> Response:
    """The editor of one question."""
    page = await desk.question_page(session, actor, where, code)
    return render(request, "authoring/question.html", page)


@router.post(VERSION + "/questions/{code}", name="authoring.save_question")
async def save_question(
    request: Request,
    where: WhereIs,
    code: str,
    form: Annotated[FormOf[QuestionInput], Depends(form(QuestionInput))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Save a question in the source language."""

    async def act(data: QuestionInput) -> Response:
        await service.save_question(session, actor, where, code, data)
        return see_other(request, to("authoring.question", where, code=code), SAVED)

    again = shown(
        request, form, "authoring/question.html", lambda: desk.question_page(session, actor, where, code)
    )
    return await submit(session, form, act, again)


@router.post(VERSION + "/questions/{code}/move", name="authoring.move_question")
async def move_question(
    request: Request,
    where: WhereIs,
    code: str,
    form: Annotated[FormOf[MoveInput], Depends(form(MoveInput))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """One place up or down, or into another section."""

    async def act(data: MoveInput) -> Response:
        await service.move_question(session, actor, where, code, data)
        if data.section:
            return see_other(request, to("authoring.question", where, code=code), _("The question is moved."))
        return see_other(request, to("authoring.version", where) + f"#{code}", _("The question is moved."))

    again = shown(
        request, form, "authoring/question.html", lambda: desk.question_page(session, actor, where, code)
    )
    return await submit(session, form, act, again)


@router.post(VERSION + "/questions/{code}/maps", name="authoring.map")
async def map_question(
    request: Request,
    where: WhereIs,
    code: str,
    form: Annotated[FormOf[PairInput], Depends(form(PairInput))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Map a question, or say that a mapping still fits."""
    return await _mapped(request, where, code, form, session, actor, settle=True)


@router.post(VERSION + "/questions/{code}/unmap", name="authoring.unmap")
async def unmap_question(
    request: Request,
    where: WhereIs,
    code: str,
    form: Annotated[FormOf[PairInput], Depends(form(PairInput))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Take a mapping away."""
    return await _mapped(request, where, code, form, session, actor, settle=False)


async def _mapped(
    request: Request,
    where: Where,
    code: str,
    form: FormOf[PairInput],
    session: Session,
    actor: Actor,
    *,
    settle: bool,
) -> Response:
    async def act(data: PairInput) -> Response:
        await service.map_question(session, actor, where, code, data.question_id, settle=settle)
        return see_other(request, to("authoring.question", where, code=code) + "#maps", SAVED)

    again = shown(
        request, form, "authoring/question.html", lambda: desk.question_page(session, actor, where, code)
    )
    return await submit(session, form, act, again)


@router.get(VERSION + "/questions/{code}/{lang}", name="authoring.translate")
async def translate(
    request: Request, where: WhereIs, code: str, lang: str, session: Session, actor: CurrentActor
) -> Response:
    """The texts of one question in one language."""
    page = await texts.question_texts_page(session, actor, where, code, lang)
    return render(request, "authoring/texts.html", page)


@router.post(VERSION + "/questions/{code}/{lang}", name="authoring.save_translation")
async def save_translation(
    request: Request,
    where: WhereIs,
    code: str,
    lang: str,
    form: Annotated[FormOf[TextsInput], Depends(form(TextsInput))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Save the texts of one question in one language."""

    async def act(data: TextsInput) -> Response:
        await service.save_texts(session, actor, where, lang, data)
        return see_other(request, to("authoring.translate", where, code=code, lang=lang), SAVED)

    again = shown(
        request,
        form,
        "authoring/texts.html",
        lambda: texts.question_texts_page(session, actor, where, code, lang, _keys(form)),
    )
    return await submit(session, form, act, again)


def _keys(form: FormOf[TextsInput]) -> Sequence[str]:
    """Which texts a form was about, each in its place."""
    return [str(form.values.get(f"units-{place}-key", "")) for place in range(MOST_UNITS)]


@router.get(VERSION + "/texts/{lang}", name="authoring.texts")
async def all_texts(
    request: Request, where: WhereIs, lang: str, session: Session, actor: CurrentActor
) -> Response:
    """The texts of a version in one language, page by page."""
    wanted = _filter(request.query_params)
    page = await texts.texts_page(session, actor, where, lang, wanted)
    return render(request, "authoring/texts.html", page)


def _filter(given: Any) -> TextsFilter:
    """What the address asks for; what makes no sense there is not asked for."""
    try:
        return TextsFilter.model_validate({key: value for key, value in given.items() if value})
    except ValueError:
        return TextsFilter()


@router.post(VERSION + "/texts/{lang}", name="authoring.save_texts")
async def save_texts(
    request: Request,
    where: WhereIs,
    lang: str,
    form: Annotated[FormOf[TextsInput], Depends(form(TextsInput))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Save a page of texts."""
    wanted = _filter(form.values)

    async def act(data: TextsInput) -> Response:
        await service.save_texts(session, actor, where, lang, data)
        back = wanted.model_dump(mode="json", exclude_none=True)
        return see_other(request, to("authoring.texts", where, lang=lang, query=back), SAVED)

    again = shown(
        request,
        form,
        "authoring/texts.html",
        lambda: texts.texts_page(session, actor, where, lang, wanted, _keys(form)),
    )
    return await submit(session, form, act, again)


@router.get(VERSION + "/preview/{lang}", name="authoring.preview")
async def preview(
    request: Request, where: WhereIs, lang: str, session: Session, actor: AnyActor, question: str = ""
) -> Response:
    """The version as its readers will see it, whole or one question of it."""
    page = await queries.preview_page(session, actor, where, lang, question)
    return render(request, "authoring/preview.html", page)


@router.get(VERSION + "/drift", name="authoring.drift")
async def drift(request: Request, where: WhereIs, session: Session, actor: CurrentActor) -> Response:
    """Mappings that a change made doubtful."""
    return render(request, "authoring/drift.html", await texts.drift_page(session, actor, where))


@router.post(VERSION + "/drift", name="authoring.decide_drift")
async def decide_drift(
    request: Request,
    where: WhereIs,
    form: Annotated[FormOf[DriftInput], Depends(form(DriftInput))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Settle a mapping, or take it away."""

    async def act(data: DriftInput) -> Response:
        await service.decide_drift(session, actor, where, data)
        return see_other(request, to("authoring.drift", where), SAVED)

    again = shown(request, form, "authoring/drift.html", lambda: texts.drift_page(session, actor, where))
    return await submit(session, form, act, again)


@router.get(VERSION + "/history", name="authoring.history")
async def history(request: Request, where: WhereIs, session: Session, actor: AnyActor) -> Response:
    """All versions of an edition."""
    return render(request, "authoring/history.html", await queries.history_page(session, actor, where))


@router.get(VERSION + "/changes/{other:int}", name="authoring.changes")
async def changes(
    request: Request, where: WhereIs, other: int, session: Session, actor: AnyActor, language: str = ""
) -> Response:
    """What differs between two versions."""
    page = await queries.changes_page(session, actor, where, other, language or request.state.language)
    return render(request, "authoring/changes.html", page)
