"""Pages of those who contribute."""

from collections.abc import Awaitable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.accounts import service as accounts
from app.contributions import carrying, deps, overview, queries, service
from app.contributions.schemas import CarryOverForm, ReviseForm
from app.organisations.deps import CurrentActor
from app.organisations.models import CONTRIBUTORS
from app.platform.cookies import BEARER_COOKIE
from app.platform.db import Session
from app.platform.forms import FormOf, JustAButton, Nothing, form
from app.platform.i18n import _
from app.platform.pages import Link, render, see_other, url
from app.platform.posting import Again, shown, submit
from app.platform.routing import OneOutcome, may_repeat
from app.platform.security import Actor

router = APIRouter(route_class=OneOutcome)


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
        session, actor, contribution_id, request.state.language, deps.changed(request)
    )
    return deps.once(request, render(request, "contributions/tasks.html", page))


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

    async def act(data: CarryOverForm) -> Response:
        number = await carrying.carry_over(session, actor, contribution_id, data.codes)
        said = _("Answers taken over: %(number)s. Nobody may publish them until you say so.", number=number)
        return see_other(request, url("contributions.tasks", contribution_id=contribution_id), said)

    return await submit(session, form, act, _offers(request, session, actor, contribution_id, form))


def _offers(
    request: Request, session: Session, actor: Actor, contribution_id: UUID, form: FormOf[Any]
) -> Again:
    def page() -> Awaitable[carrying.CarryOverPage]:
        return carrying.carry_over_page(session, actor, contribution_id, request.state.language)

    return shown(request, form, "contributions/carry_over.html", page)


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

    async def act(_data: Nothing) -> Response:
        await carrying.carry_over_one(session, actor, contribution_id, code)
        said = _("Your earlier answer is here. Read it against the question as it is asked now.")
        to = url("contributions.answer", contribution_id=contribution_id, code=code)
        return see_other(request, to, said)

    return await submit(session, form, act, _offers(request, session, actor, contribution_id, form))


@router.get("/contributions/{contribution_id}/check", name="contributions.check")
async def check(request: Request, contribution_id: UUID, session: Session, actor: CurrentActor) -> Response:
    """Check the answers before submitting."""
    page = await overview.task_list(
        session, actor, contribution_id, request.state.language, deps.changed(request)
    )
    return deps.once(request, render(request, "contributions/check.html", page))


@router.post("/contributions/{contribution_id}/submit", name="contributions.submit")
async def hand_in(
    request: Request, contribution_id: UUID, form: JustAButton, session: Session, actor: CurrentActor
) -> Response:
    """Hand in; a second press of the button finds it done and shows the same receipt."""

    async def act(_data: Nothing) -> Response:
        frame = await queries.get_frame(session, actor, contribution_id, lock=True)
        if frame.contribution.state.value != "submitted":
            await service.submit_contribution(session, actor, contribution_id)
        return see_other(request, url("contributions.receipt", contribution_id=contribution_id))

    async def again(status: int) -> Response:
        if form.problem is not None:  # the page has no fields; the sentence names the questions
            form.errors = {"": form.problem.detail}
        page = await overview.task_list(session, actor, contribution_id, request.state.language)
        return render(request, "contributions/check.html", page, form, status)

    return await submit(session, form, act, again)


@router.get("/contributions/{contribution_id}/receipt", name="contributions.receipt")
async def receipt(request: Request, contribution_id: UUID, session: Session, actor: CurrentActor) -> Response:
    """What was received, and what happens next."""
    page = await overview.receipt_page(session, actor, contribution_id)
    return render(request, "contributions/receipt.html", page)


@router.post("/contributions/{contribution_id}/revise", name="contributions.revise")
async def revise(
    request: Request,
    contribution_id: UUID,
    form: Annotated[FormOf[ReviseForm], Depends(form(ReviseForm))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Take the answers up again, and go on with the question where that was asked."""
    may_repeat(request)
    await service.resume_contribution(session, actor, contribution_id)
    said = _("You can change your answers. What you submitted stands until you submit again.")
    to = url("contributions.tasks", contribution_id=contribution_id)
    if form.valid.question:
        to = url("contributions.answer", contribution_id=contribution_id, code=form.valid.question)
    return see_other(request, to, said)


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
