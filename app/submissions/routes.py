"""Pages of the writing page, and the reasons as contributors see them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app.organisations.deps import CurrentActor
from app.platform import pages
from app.platform.db import Session
from app.platform.errors import REPLACES, StaleEdit
from app.platform.forms import FormOf, JustAButton, Nothing, form
from app.platform.i18n import Message, _
from app.platform.pages import render, see_other, url
from app.platform.posting import Again, submit
from app.platform.routing import OneOutcome
from app.submissions import conflicts, decisions, desk, reasons, service
from app.submissions.schemas import (
    DecisionInput,
    MergeForm,
    MoveForm,
    NationalAnswerInput,
    OverviewFilter,
    ParagraphInput,
    ReopenInput,
)

router = APIRouter(route_class=OneOutcome)
HOME = "/desk/{slug}/submission/{code}"


def desk_again(
    request: Request,
    session: Session,
    actor: CurrentActor,
    slug: str,
    code: str,
    form: FormOf[Any],
    about: str,
    edit: UUID | None = None,
) -> Again:
    """The writing page, with a form that could not be taken as it was typed; `about` says which one."""

    async def again(status: int) -> Response:
        page = await desk.desk_page(session, actor, slug, code, request.state.language, edit)
        form.values["about"] = about
        if isinstance(form.problem, StaleEdit):
            form.values.pop("version", None)
            if about == "answer":
                form.errors = {"": REPLACES}
        return render(request, "submissions/desk.html", page, form, status)

    return again


def done(request: Request, slug: str, code: str, said: Message, place: str = "") -> Response:
    """Back to the desk after a change."""
    return see_other(request, url("submissions.desk", slug=slug, code=code) + place, said)


@router.get("/desk/{slug}/submission", name="submissions.overview")
async def overview(
    request: Request,
    slug: str,
    wanted: Annotated[OverviewFilter, Query()],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """The whole submission, question by question, or the questions where something waits."""
    page = await desk.overview_page(session, actor, slug, request.state.language, wanted.show)
    return render(request, "submissions/overview.html", page)


@router.get(HOME, name="submissions.desk")
async def writing_page(
    request: Request, slug: str, code: str, session: Session, actor: CurrentActor, edit: UUID | None = None
) -> Response:
    """Answers, national answer and decisions side by side."""
    page = await desk.desk_page(session, actor, slug, code, request.state.language, edit)
    return render(request, "submissions/desk.html", page)


@router.get("/desk/{slug}/unasked/{code}", name="submissions.unasked")
async def unasked(request: Request, slug: str, code: str, session: Session, actor: CurrentActor) -> Response:
    """Answers to a question the State is not asked."""
    page = await desk.unasked_page(session, actor, slug, code, request.state.language)
    return render(request, "submissions/unasked.html", page)


@router.post(HOME + "/sources", name="submissions.merge")
async def merge(
    request: Request,
    slug: str,
    code: str,
    form: Annotated[FormOf[MergeForm], Depends(form(MergeForm))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Put the ticked words into a paragraph, then let its text be written."""

    async def act(data: MergeForm) -> Response:
        paragraph = await service.merge_excerpts(session, actor, slug, code, data.as_input())
        to = url("submissions.desk", slug=slug, code=code, query={"edit": paragraph.id})
        said = _("The words are sources now. Write what the paragraph says.")
        return see_other(request, f"{to}#edit-{paragraph.id}", said)

    again = desk_again(request, session, actor, slug, code, form, "merge")
    return await submit(session, form, act, again)


@router.post(HOME + "/paragraphs", name="submissions.add_paragraph")
async def add_paragraph(
    request: Request,
    slug: str,
    code: str,
    form: Annotated[FormOf[ParagraphInput], Depends(form(ParagraphInput))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """A paragraph of the State's own."""

    async def act(data: ParagraphInput) -> Response:
        await service.add_paragraph(session, actor, slug, code, data)
        return done(request, slug, code, _("The paragraph was added."), "#col-national")

    again = desk_again(request, session, actor, slug, code, form, "new")
    return await submit(session, form, act, again)


@router.post(HOME + "/paragraphs/{paragraph_id}", name="submissions.edit_paragraph")
async def edit_paragraph(
    request: Request,
    slug: str,
    code: str,
    paragraph_id: UUID,
    form: Annotated[FormOf[ParagraphInput], Depends(form(ParagraphInput))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Save a paragraph; when somebody else saved first, both texts come back."""

    async def act(data: ParagraphInput) -> Response:
        await service.edit_paragraph(session, actor, slug, code, paragraph_id, data)
        return done(request, slug, code, _("Saved."), "#col-national")

    async def again(status: int) -> Response:
        if not isinstance(form.problem, StaleEdit):
            return await desk_again(
                request, session, actor, slug, code, form, str(paragraph_id), paragraph_id
            )(status)
        edit, language = (form.valid.version, form.valid.text), request.state.language
        conflict = await conflicts.conflict_page(session, actor, slug, code, language, paragraph_id, edit)
        return render(request, "submissions/conflict.html", conflict, status=status)

    return await submit(session, form, act, again)


@router.get(HOME + "/paragraphs/{paragraph_id}/history", name="submissions.history")
async def history(
    request: Request, slug: str, code: str, paragraph_id: UUID, session: Session, actor: CurrentActor
) -> Response:
    """How a paragraph came to read as it does."""
    page = await desk.history_page(session, actor, slug, code, request.state.language, paragraph_id)
    return render(request, "submissions/history.html", page)


@router.post(HOME + "/paragraphs/{paragraph_id}/move", name="submissions.move_paragraph")
async def move_paragraph(
    request: Request,
    slug: str,
    code: str,
    paragraph_id: UUID,
    form: Annotated[FormOf[MoveForm], Depends(form(MoveForm))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """A paragraph up or down."""
    step = -1 if form.valid.direction == "up" else 1
    await service.move_paragraph(session, actor, slug, code, paragraph_id, step)
    return done(request, slug, code, _("The paragraph was moved."), "#col-national")


@router.post(HOME + "/paragraphs/{paragraph_id}/delete", name="submissions.delete_paragraph")
async def delete_paragraph(
    request: Request,
    slug: str,
    code: str,
    paragraph_id: UUID,
    form: JustAButton,
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Take a paragraph out."""
    await service.delete_paragraph(session, actor, slug, code, paragraph_id)
    return done(request, slug, code, _("The paragraph was taken out. You can put it back."), "#taken-out")


@router.post(HOME + "/paragraphs/{paragraph_id}/restore", name="submissions.restore_paragraph")
async def restore_paragraph(
    request: Request,
    slug: str,
    code: str,
    paragraph_id: UUID,
    form: JustAButton,
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Put a paragraph back."""
    await service.restore_paragraph(session, actor, slug, code, paragraph_id)
    return done(request, slug, code, _("The paragraph is back."), "#col-national")


@router.post(HOME + "/sources/{source_id}/remove", name="submissions.remove_source")
async def remove_source(
    request: Request,
    slug: str,
    code: str,
    source_id: UUID,
    form: JustAButton,
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Take words away from a paragraph."""
    await service.remove_source(session, actor, slug, code, source_id)
    return done(request, slug, code, _("The source was taken away."), "#col-national")


@router.post(HOME + "/answer", name="submissions.set_answer")
async def set_answer(
    request: Request,
    slug: str,
    code: str,
    form: Annotated[FormOf[NationalAnswerInput], Depends(form(NationalAnswerInput))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Set position, citations and assistance."""

    async def act(data: NationalAnswerInput) -> Response:
        await service.set_answer(session, actor, slug, code, data)
        return done(request, slug, code, _("Saved."), "#col-national")

    again = desk_again(request, session, actor, slug, code, form, "answer")
    return await submit(session, form, act, again)


@router.post("/desk/{slug}/decisions/{answer_id}", name="submissions.decide")
async def decide(
    request: Request,
    slug: str,
    answer_id: UUID,
    form: Annotated[FormOf[DecisionInput], Depends(form(DecisionInput))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Give a decision, from the desk of a State question or from a question nobody asks the State."""
    code = str(form.values.get("code", ""))
    from_unasked = form.values.get("from") == "unasked"
    name = "unasked" if from_unasked else "desk"

    async def act(data: DecisionInput) -> Response:
        await decisions.decide_answer(session, actor, slug, answer_id, data)
        to = pages.url(f"submissions.{name}", slug=slug, code=code) + f"#d-{answer_id}"
        return see_other(request, to, _("The decision was saved."))

    async def again(status: int) -> Response:
        show = desk.unasked_page if from_unasked else desk.desk_page
        page = await show(session, actor, slug, code, request.state.language)
        if isinstance(form.problem, StaleEdit):
            form.errors = {}
            conflict = conflicts.decision_conflict(page, answer_id, form.valid)
            return render(request, "submissions/decision_conflict.html", conflict, form, status)
        form.values["about"] = str(answer_id)
        return render(request, f"submissions/{name}.html", page, form, status)

    return await submit(session, form, act, again)


@router.post(HOME + "/send", name="submissions.send")
async def send(
    request: Request, slug: str, code: str, form: JustAButton, session: Session, actor: CurrentActor
) -> Response:
    """Say that the answer is ready."""

    async def act(_button: Nothing) -> Response:
        await service.send_answer(session, actor, slug, code)
        return done(
            request, slug, code, _("The answer was sent for approval. The focal point can approve it.")
        )

    again = desk_again(request, session, actor, slug, code, form, "")
    return await submit(session, form, act, again)


@router.post(HOME + "/take-back", name="submissions.take_back")
async def take_back(
    request: Request, slug: str, code: str, form: JustAButton, session: Session, actor: CurrentActor
) -> Response:
    """Back to drafting."""

    async def act(_button: Nothing) -> Response:
        await service.take_back_answer(session, actor, slug, code)
        return done(request, slug, code, _("The answer is being drafted again."))

    again = desk_again(request, session, actor, slug, code, form, "")
    return await submit(session, form, act, again)


@router.post(HOME + "/approve", name="submissions.approve")
async def approve(
    request: Request, slug: str, code: str, form: JustAButton, session: Session, actor: CurrentActor
) -> Response:
    """Freeze the answer."""

    async def act(_button: Nothing) -> Response:
        await service.approve_answer(session, actor, slug, code)
        return done(request, slug, code, _("The answer is approved."))

    again = desk_again(request, session, actor, slug, code, form, "")
    return await submit(session, form, act, again)


@router.post(HOME + "/reopen", name="submissions.reopen")
async def reopen(
    request: Request,
    slug: str,
    code: str,
    form: Annotated[FormOf[ReopenInput], Depends(form(ReopenInput))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Open a approved answer again, with a reason."""

    async def act(data: ReopenInput) -> Response:
        await service.reopen_answer(session, actor, slug, code, data.reason)
        return done(request, slug, code, _("The answer is being drafted again."))

    again = desk_again(request, session, actor, slug, code, form, "reopen")
    return await submit(session, form, act, again)


@router.get("/contributions/{contribution_id}/reasons", name="submissions.reasons")
async def show_reasons(
    request: Request, contribution_id: UUID, session: Session, actor: CurrentActor
) -> Response:
    """What became of each answer, for those who wrote it."""
    page = await reasons.reasons_page(session, actor, contribution_id, request.state.language)
    return render(request, "submissions/reasons.html", page)
