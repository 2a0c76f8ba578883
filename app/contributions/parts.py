"""The page of one question: reading, saving, choosing between two versions, emptying."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.contributions import asking, deps, service
from app.contributions.asking import AnswerPage
from app.contributions.deps import SentAnswer
from app.contributions.schemas import AnswerForm, AnswerInput, ClearForm
from app.organisations.deps import CurrentActor
from app.platform.db import Session
from app.platform.errors import StaleEdit
from app.platform.forms import FormOf, form
from app.platform.i18n import _
from app.platform.pages import render, see_other, url
from app.platform.posting import submit
from app.platform.routing import OneOutcome, may_repeat
from app.questionnaires.models import Kind

router = APIRouter(route_class=OneOutcome)
MOST_ROWS = 40


@router.get("/contributions/{contribution_id}/questions/{code}", name="contributions.answer")
async def answer(
    request: Request, contribution_id: UUID, code: str, session: Session, actor: CurrentActor
) -> Response:
    """One question; its two versions again, where they were being chosen from."""
    again = deps.choosing(request)
    if again is not None:
        data, base, picked = again
        clash = await asking.clash_page(
            session, actor, contribution_id, code, request.state.language, data, base, picked
        )
        return render(request, "contributions/clash.html", clash)
    page = await asking.answer_page(
        session, actor, contribution_id, code, request.state.language, deps.changed(request)
    )
    return deps.once(request, render(request, "contributions/answer.html", page))


@router.post("/contributions/{contribution_id}/questions/{code}", name="contributions.save")
async def save(
    request: Request,
    contribution_id: UUID,
    code: str,
    form: SentAnswer,
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Save the answer and go on; what cannot be saved comes back as it was typed."""
    may_repeat(request)
    language = request.state.language

    async def act(sent: AnswerForm) -> Response:
        data = sent.model_copy(update={"skipped": sent.then == "skip"})
        if data.then == "revise":
            await service.resume_contribution(session, actor, contribution_id)
        saved = await service.save_answer(session, actor, contribution_id, code, data)
        to = _after(contribution_id, data.then, code, saved.next)
        return deps.tell(request, see_other(request, to, _("Saved.")), saved.change)

    async def again(status: int) -> Response:
        if isinstance(form.problem, StaleEdit):
            base = str(form.values.get("base", ""))
            clash = await asking.clash_page(session, actor, contribution_id, code, language, form.valid, base)
            return render(request, "contributions/clash.html", clash, status=status)
        page = await asking.answer_page(session, actor, contribution_id, code, language)
        return _again(request, page, form, status)

    return await submit(session, form, act, again)


@router.get("/contributions/{contribution_id}/questions/{code}/clear", name="contributions.clear")
async def clear(
    request: Request, contribution_id: UUID, code: str, session: Session, actor: CurrentActor
) -> Response:
    """What clearing an answer means, before it is done."""
    page = await asking.answer_page(session, actor, contribution_id, code, request.state.language)
    return render(request, "contributions/clear.html", page)


@router.post("/contributions/{contribution_id}/questions/{code}/clear", name="contributions.clear_now")
async def clear_now(
    request: Request,
    contribution_id: UUID,
    code: str,
    form: Annotated[FormOf[ClearForm], Depends(form(ClearForm))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Empty the answer that was shown; a newer one is shown first."""
    may_repeat(request)
    language = request.state.language

    async def act(data: ClearForm) -> Response:
        nothing = AnswerInput(version=data.version, language=language)
        saved = await service.save_answer(session, actor, contribution_id, code, nothing)
        to = url("contributions.tasks", contribution_id=contribution_id)
        return deps.tell(request, see_other(request, to, _("The answer is empty again.")), saved.change)

    async def again(status: int) -> Response:
        if form.problem is not None:  # the page has no field to which a sentence could belong
            form.errors = {"": form.problem.detail}
        page = await asking.answer_page(session, actor, contribution_id, code, language)
        return render(request, "contributions/clear.html", page, form, status)

    return await submit(session, form, act, again)


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


def _again(request: Request, page: AnswerPage, form: FormOf[AnswerForm], status: int) -> Response:
    """The same page with what was typed, also when it came too late."""
    fields: dict[str, Any] = {name: getattr(page, name) for name in page.__slots__}
    # Only numbers a page could have had: a made-up one must not make a page of a million rows.
    rows = [row + 1 for row in range(MOST_ROWS) if any(n.startswith(f"evidence-{row}-") for n in form.values)]
    fields["evidence_rows"] = max(page.evidence_rows, *rows, 1)
    # Several choices stay a list; a field that holds one text wants it as such.
    chosen = form.values.get("value")
    if page.question.kind is Kind.MULTIPLE_CHOICE:
        form.values["value"] = chosen.split() if isinstance(chosen, str) else chosen or []
    elif isinstance(chosen, list):
        form.values["value"] = chosen[-1] if chosen else ""
    return render(request, "contributions/answer.html", AnswerPage(**fields), form, status)


def _after(contribution_id: UUID, then: str, code: str, following: str | None) -> str:
    """Where to go after saving."""

    def question(code: str, **query: int) -> str:
        return url("contributions.answer", query=query, contribution_id=contribution_id, code=code)

    check = url("contributions.check", contribution_id=contribution_id)
    ways = {
        "stay": question(code) + "#narrative",
        "more": question(code, more=1) + "#evidence",
        "list": url("contributions.tasks", contribution_id=contribution_id),
        "check": f"{check}#{code}",
    }
    return ways.get(then) or (check if following is None else question(following))
