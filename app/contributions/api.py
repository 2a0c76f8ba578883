"""Contributions as JSON: the same services as the pages."""

from uuid import UUID

from fastapi import APIRouter, Request

from app.accounts import service as accounts
from app.consultations import queries as consultations
from app.contributions import entry, overview, queries, service
from app.contributions.schemas import AnswerInput, AnswerOut, CodeForm, ContributionOut, EntryOut, NamedStart
from app.organisations.deps import AnyActor, CurrentActor
from app.platform import ids
from app.platform.db import Session
from app.platform.errors import StaleEdit
from app.platform.routing import OneOutcome
from app.platform.security import Actor

router = APIRouter(route_class=OneOutcome, tags=["contributions"])


@router.post("/entries", status_code=201)
async def enter(request: Request, data: CodeForm, session: Session, actor: AnyActor) -> EntryOut:
    """Enter with an invitation code, or return with a receipt code; answers with a bearer token.

    Send an `Idempotency-Key` of your own, random and new for each request (16 signs or more): if the answer gets lost, the same request with
    the same key brings it again, receipt code included. Without one the invitation is spent.
    """
    contribution = await entry.look_up(session, data.code)
    receipt = None
    if contribution is None:
        receipt = ids.new_code()
        secret = request.app.state.settings.secret.get_secret_value()
        contribution = await entry.enter(session, secret, data.code, receipt, request.state.language)
    token = accounts.open_bearer_token(session, contribution.id)
    return EntryOut(contribution_id=contribution.id, receipt_code=receipt, token=token)


@router.post("/consultations/{slug}/contributions", status_code=201)
async def start(slug: str, data: NamedStart, session: Session, actor: CurrentActor) -> ContributionOut:
    """Begin a named contribution of an organisation, or find the one it has begun."""
    consultation = await consultations.get_consultation(session, actor, slug)
    made = await service.start_contribution(session, actor, consultation, data.organisation_id)
    return await _shown(session, actor, made.id)


@router.get("/contributions")
async def mine(session: Session, actor: CurrentActor) -> list[ContributionOut]:
    """The contributions this person is behind, without their answers."""
    page = await queries.mine_page(session, actor)
    return [_out(frame, []) for frame in page.frames]


@router.get("/contributions/{contribution_id}")
async def show(contribution_id: UUID, session: Session, actor: CurrentActor) -> ContributionOut:
    """A contribution with the answers being written."""
    return await _shown(session, actor, contribution_id)


@router.put("/contributions/{contribution_id}/answers/{code}")
async def save(
    contribution_id: UUID, code: str, data: AnswerInput, session: Session, actor: CurrentActor
) -> AnswerOut:
    """Save one answer; `version` is the one the writer started from. A 409 brings the answer that stands."""
    try:
        await service.save_answer(session, actor, contribution_id, code, data)
    except StaleEdit as problem:
        if problem.current is not None:
            problem.extra["current"] = queries.as_json(problem.current, code)
        raise
    _frame, _question, answer = await queries.get_with_answer(session, actor, contribution_id, code)
    return AnswerOut.model_validate(queries.as_json(answer, code))  # type: ignore[arg-type]


@router.post("/contributions/{contribution_id}/submit")
async def submit(contribution_id: UUID, session: Session, actor: CurrentActor) -> ContributionOut:
    """Hand in every answer as it stands."""
    await service.submit_contribution(session, actor, contribution_id)
    return await _shown(session, actor, contribution_id)


@router.post("/contributions/{contribution_id}/revise")
async def revise(contribution_id: UUID, session: Session, actor: CurrentActor) -> ContributionOut:
    """Take the answers up again."""
    await service.revise_contribution(session, actor, contribution_id)
    return await _shown(session, actor, contribution_id)


@router.post("/contributions/{contribution_id}/withdraw", status_code=204)
async def withdraw(contribution_id: UUID, session: Session, actor: CurrentActor) -> None:
    """Take everything back; the bearer of a code is out afterwards, with every session and token."""
    await service.withdraw_contribution(session, actor, contribution_id)
    if actor.bearer_of is not None:
        await accounts.close_sessions_of(session, actor)


async def _shown(session: Session, actor: Actor, contribution_id: UUID) -> ContributionOut:
    page = await overview.task_list(session, actor, contribution_id, "en")
    answers = [
        AnswerOut.model_validate(queries.as_json(answer, page.codes[answer.question_id]))
        for answer in sorted(page.answers.values(), key=lambda a: page.codes[a.question_id])
    ]
    kept, missing = ([question.code for question in some] for some in (page.kept, page.missing))
    return _out(page.frame, answers).model_copy(update={"kept": kept, "missing": missing})


def _out(frame: queries.Frame, answers: list[AnswerOut]) -> ContributionOut:
    kept = ("id", "mode", "state", "label", "submitted_versions")
    shown = {name: getattr(frame.contribution, name) for name in kept}
    return ContributionOut(**shown, consultation=frame.consultation.slug, answers=answers)
