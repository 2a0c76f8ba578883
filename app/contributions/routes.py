"""Pages of those who contribute."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.accounts import service as accounts
from app.contributions import asking, carrying, overview, queries, service
from app.contributions.asking import AnswerPage
from app.contributions.effects import Change
from app.contributions.schemas import AnswerForm, CarryOverForm
from app.organisations.deps import CurrentActor
from app.organisations.models import CONTRIBUTORS
from app.platform.db import Session
from app.platform.errors import Forbidden, Invalid, StaleEdit
from app.platform.forms import BEARER_COOKIE, FormOf, JustAButton, form
from app.platform.i18n import _
from app.platform.pages import Link, render, see_other, set_cookie, url
from app.platform.routing import OneOutcome, may_repeat
from app.platform.security import Actor
from app.questionnaires.models import Kind

router = APIRouter(route_class=OneOutcome)
MOST_ROWS = 40
# The codes of the questions that the last answer changed, for the next page only: an address would
# stay in histories and logs and say there what was answered.
CHANGED_COOKIE = "changed"
MOST_CHANGED = 60


def service_nav(actor: Actor) -> list[Link]:
    """The way back to one's own answers."""
    if actor.bearer_of is not None:
        return [Link(_("My answers"), url("contributions.tasks", contribution_id=actor.bearer_of))]
    if actor.places(*CONTRIBUTORS):
        return [Link(_("My answers"), url("contributions.mine"))]
    return []


@router.get("/mine", name="contributions.mine")
async def mine(request: Request, session: Session, actor: CurrentActor) -> Response:
    """Everything this person is behind."""
    return render(request, "contributions/mine.html", await queries.mine_page(session, actor))


@router.get("/contributions/{contribution_id}", name="contributions.tasks")
async def tasks(request: Request, contribution_id: UUID, session: Session, actor: CurrentActor) -> Response:
    """The task list: all questions and how far each answer is."""
    page = await overview.task_list(
        session, actor, contribution_id, request.state.language, _changed(request)
    )
    return _once(request, render(request, "contributions/tasks.html", page))


@router.get("/contributions/{contribution_id}/questions/{code}", name="contributions.answer")
async def answer(
    request: Request, contribution_id: UUID, code: str, session: Session, actor: CurrentActor
) -> Response:
    """One question."""
    page = await asking.answer_page(
        session, actor, contribution_id, code, request.state.language, _changed(request)
    )
    return _once(request, render(request, "contributions/answer.html", page))


@router.post("/contributions/{contribution_id}/questions/{code}", name="contributions.save")
async def save(
    request: Request,
    contribution_id: UUID,
    code: str,
    form: Annotated[FormOf[AnswerForm], Depends(form(AnswerForm))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Save the answer and go on; what cannot be saved comes back as it was typed."""
    may_repeat(request)
    try:
        data = form.valid.model_copy(update={"skipped": form.valid.then == "skip"})
        saved = await service.save_answer(session, actor, contribution_id, code, data)
    except (Invalid, StaleEdit, Forbidden) as problem:
        page = await asking.answer_page(session, actor, contribution_id, code, request.state.language)
        return _again(request, page, form, problem)
    to = _after(contribution_id, data.then, code, saved.next)
    return _tell(request, see_other(request, to, _("Saved.")), saved.change)


@router.post("/contributions/{contribution_id}/questions/{code}/effect", name="contributions.effect")
async def effect(
    request: Request,
    contribution_id: UUID,
    code: str,
    form: Annotated[FormOf[AnswerForm], Depends(form(AnswerForm))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """A piece of a page: which questions this answer would change, without saving it."""
    page = await asking.effect_page(session, actor, contribution_id, code, form.data, request.state.language)
    return render(request, "contributions/changes.html", page)


def _changed(request: Request) -> list[str]:
    """What the last answer changed, by code; whether a question matters is asked anew."""
    return request.cookies.get(CHANGED_COOKIE, "").split(":")[:MOST_CHANGED]


def _tell(request: Request, response: Response, change: Change) -> Response:
    codes = [*change.began, *change.fell][:MOST_CHANGED]
    if codes:
        set_cookie(request, response, CHANGED_COOKIE, ":".join(codes), max_age=60)
    return response


def _once(request: Request, response: Response) -> Response:
    if CHANGED_COOKIE in request.cookies:
        response.delete_cookie(CHANGED_COOKIE)
    return response


def _again(
    request: Request, page: AnswerPage, form: FormOf[AnswerForm], problem: Invalid | StaleEdit | Forbidden
) -> Response:
    """The same page with what was typed, also when it came too late; after a clash, with the stored text."""
    fields: dict[str, Any] = {name: getattr(page, name) for name in page.__slots__}
    # Only numbers a page could have had: a made-up one must not make a page of a million rows.
    rows = [row + 1 for row in range(MOST_ROWS) if any(n.startswith(f"evidence-{row}-") for n in form.values)]
    fields["evidence_rows"] = max(page.evidence_rows, *rows, 1)
    # Several choices stay a list; a field that holds one text wants it as such.
    chosen = form.values.get("value")
    if isinstance(chosen, list) and page.question.kind is not Kind.MULTIPLE_CHOICE:
        form.values["value"] = chosen[-1] if chosen else ""
    if isinstance(problem, Invalid):
        form.errors = form.errors or problem.errors
        return render(request, "contributions/answer.html", AnswerPage(**fields), form)
    form.errors = {"": problem.detail}
    if isinstance(problem, Forbidden):
        return render(request, "contributions/answer.html", AnswerPage(**fields), form, status=403)
    fields["stored"] = page.answer
    form.values["version"] = str(page.answer.version)
    return render(request, "contributions/answer.html", AnswerPage(**fields), form, status=409)


def _after(contribution_id: UUID, then: str, code: str, following: str | None) -> str:
    """Where to go after saving."""
    if then == "more":
        return url("contributions.answer", contribution_id=contribution_id, code=code) + "#evidence"
    if then == "list":
        return url("contributions.tasks", contribution_id=contribution_id)
    if following is None:
        return url("contributions.check", contribution_id=contribution_id)
    return url("contributions.answer", contribution_id=contribution_id, code=following)


@router.get("/contributions/{contribution_id}/carry-over", name="contributions.carry_over")
async def carry_over(
    request: Request, contribution_id: UUID, session: Session, actor: CurrentActor
) -> Response:
    """What an earlier contribution of the organisation has for this one."""
    page = await carrying.carry_over_page(session, actor, contribution_id, request.state.language)
    return render(request, "contributions/carry_over.html", page)


@router.post("/contributions/{contribution_id}/carry-over", name="contributions.carry_over_now")
async def carry_over_now(
    request: Request,
    contribution_id: UUID,
    form: Annotated[FormOf[CarryOverForm], Depends(form(CarryOverForm))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Take the chosen answers over as drafts."""
    number = await carrying.carry_over(session, actor, contribution_id, form.valid.codes)
    said = _("Answers taken over: %(number)s. Nobody may publish them until you say so.", number=number)
    return see_other(request, url("contributions.tasks", contribution_id=contribution_id), said)


@router.post("/contributions/{contribution_id}/carry-over/{code}", name="contributions.carry_over_one")
async def carry_over_one(
    request: Request,
    contribution_id: UUID,
    code: str,
    form: JustAButton,
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Take one answer over to a question that changed, and edit it."""
    await carrying.carry_over_one(session, actor, contribution_id, code)
    said = _("Your earlier answer is here. Read it against the question as it is asked now.")
    to = url("contributions.answer", contribution_id=contribution_id, code=code)
    return see_other(request, to, said)


@router.get("/contributions/{contribution_id}/check", name="contributions.check")
async def check(request: Request, contribution_id: UUID, session: Session, actor: CurrentActor) -> Response:
    """Check the answers before submitting."""
    page = await overview.task_list(
        session, actor, contribution_id, request.state.language, _changed(request)
    )
    return _once(request, render(request, "contributions/check.html", page))


@router.post("/contributions/{contribution_id}/submit", name="contributions.submit")
async def submit(
    request: Request, contribution_id: UUID, form: JustAButton, session: Session, actor: CurrentActor
) -> Response:
    """Hand in; a second press of the button finds it done and shows the same receipt."""
    frame = await queries.get_frame(session, actor, contribution_id, lock=True)
    try:
        if frame.contribution.state.value != "submitted":
            await service.submit_contribution(session, actor, contribution_id)
    except Invalid as problem:
        form.errors = {"": problem.detail}
        page = await overview.task_list(session, actor, contribution_id, request.state.language)
        return render(request, "contributions/check.html", page, form)
    return see_other(request, url("contributions.receipt", contribution_id=contribution_id))


@router.get("/contributions/{contribution_id}/receipt", name="contributions.receipt")
async def receipt(request: Request, contribution_id: UUID, session: Session, actor: CurrentActor) -> Response:
    """What was received, and what happens next."""
    page = await overview.receipt_page(session, actor, contribution_id)
    return render(request, "contributions/receipt.html", page)


@router.post("/contributions/{contribution_id}/revise", name="contributions.revise")
async def revise(
    request: Request, contribution_id: UUID, form: JustAButton, session: Session, actor: CurrentActor
) -> Response:
    """Take the answers up again."""
    await service.revise_contribution(session, actor, contribution_id)
    said = _("You can change your answers. What you submitted stands until you submit again.")
    return see_other(request, url("contributions.tasks", contribution_id=contribution_id), said)


@router.get("/contributions/{contribution_id}/withdraw", name="contributions.withdraw")
async def withdraw(
    request: Request, contribution_id: UUID, session: Session, actor: CurrentActor
) -> Response:
    """What withdrawing means, before it is done."""
    page = await overview.task_list(session, actor, contribution_id, request.state.language)
    return render(request, "contributions/withdraw.html", page)


@router.post("/contributions/{contribution_id}/withdraw", name="contributions.withdraw_now")
async def withdraw_now(
    request: Request, contribution_id: UUID, form: JustAButton, session: Session, actor: CurrentActor
) -> Response:
    """Take everything back."""
    await service.withdraw_contribution(session, actor, contribution_id)
    if actor.bearer_of is None:
        return see_other(request, url("contributions.mine"), _("Your contribution was withdrawn."))
    await accounts.close_sessions_of(session, actor)
    response = see_other(request, url("consultations.home"), _("Your contribution was withdrawn."))
    response.delete_cookie(BEARER_COOKIE)
    return response
