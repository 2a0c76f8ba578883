"""Submissions as JSON: the same services as the pages. Old addresses are taken until the next release."""

from uuid import UUID

from fastapi import APIRouter, Request

from app.organisations.deps import CurrentActor
from app.platform.db import Session
from app.platform.routing import OneOutcome
from app.submissions import desk, dispositions, reasons, service
from app.submissions.queries import ShownPassage
from app.submissions.schemas import (
    DECISIONS,
    DispositionInput,
    EarlierOut,
    MergeInput,
    NationalAnswerInput,
    NationalAnswerOut,
    PassageInput,
    PassageOut,
    ReasonOut,
    ReopenInput,
    SourceOut,
)

router = APIRouter(route_class=OneOutcome, tags=["submissions"])
HOME = "/desk/{slug}/submission/{code}"


@router.get(HOME)
async def show(
    request: Request, slug: str, code: str, session: Session, actor: CurrentActor
) -> NationalAnswerOut:
    """A national answer with its passages and their sources."""
    page = await desk.desk_page(session, actor, slug, code, request.state.language)
    national = page.frame.national
    return NationalAnswerOut(
        question=code,
        position=national.position,
        state=national.state,
        version=national.version,
        citations=list(national.citations),
        assistance=national.assistance,
        paragraphs=[_passage(shown) for shown in page.passages],
        removed=[_passage(shown) for shown in page.removed],
        undecided=page.standing.open_dispositions,
    )


def _passage(shown: ShownPassage) -> PassageOut:
    return PassageOut(
        id=shown.passage.id,
        text=shown.passage.text,
        version=shown.passage.version,
        edited_by=shown.passage.edited_by_name,
        edited_at=shown.passage.edited_at,
        sources=[
            SourceOut(
                id=s.id,
                answer_version_id=s.answer_version_id,
                start=s.span.start,
                end=s.span.end,
                quote=s.quote,
                language=s.language,
                voice=s.voice,
            )
            for s in shown.sources
        ],
    )


@router.patch(HOME)
async def set_answer(
    request: Request, slug: str, code: str, data: NationalAnswerInput, session: Session, actor: CurrentActor
) -> NationalAnswerOut:
    """Set position, citations and assistance; `version` is the one the writer started from."""
    await service.set_answer(session, actor, slug, code, data)
    await session.flush()
    return await show(request, slug, code, session, actor)


@router.post(HOME + "/sources", status_code=201)
async def merge(
    request: Request, slug: str, code: str, data: MergeInput, session: Session, actor: CurrentActor
) -> NationalAnswerOut:
    """Make words of submitted answers sources of a passage."""
    await service.merge_excerpts(session, actor, slug, code, data)
    return await show(request, slug, code, session, actor)


@router.post(HOME + "/paragraphs", status_code=201)
@router.post(HOME + "/passages", status_code=201, deprecated=True)
async def add_passage(
    request: Request, slug: str, code: str, data: PassageInput, session: Session, actor: CurrentActor
) -> NationalAnswerOut:
    """Add a passage of the State's own words."""
    await service.add_passage(session, actor, slug, code, data)
    return await show(request, slug, code, session, actor)


@router.put(HOME + "/paragraphs/{passage_id}")
@router.put(HOME + "/passages/{passage_id}", deprecated=True)
async def edit_passage(
    request: Request,
    slug: str,
    code: str,
    passage_id: UUID,
    data: PassageInput,
    session: Session,
    actor: CurrentActor,
) -> NationalAnswerOut:
    """Change a passage; 409 with the version that stands if somebody else did."""
    await service.edit_passage(session, actor, slug, code, passage_id, data)
    return await show(request, slug, code, session, actor)


@router.delete(HOME + "/paragraphs/{passage_id}")
@router.delete(HOME + "/passages/{passage_id}", deprecated=True)
async def delete_passage(
    request: Request, slug: str, code: str, passage_id: UUID, session: Session, actor: CurrentActor
) -> NationalAnswerOut:
    """Take a passage out; it can be put back."""
    await service.delete_passage(session, actor, slug, code, passage_id)
    return await show(request, slug, code, session, actor)


@router.post(HOME + "/paragraphs/{passage_id}/restore")
@router.post(HOME + "/passages/{passage_id}/restore", deprecated=True)
async def restore_passage(
    request: Request, slug: str, code: str, passage_id: UUID, session: Session, actor: CurrentActor
) -> NationalAnswerOut:
    """Put a passage back that was taken out."""
    await service.restore_passage(session, actor, slug, code, passage_id)
    return await show(request, slug, code, session, actor)


@router.post("/desk/{slug}/answers/{answer_id}/decisions", status_code=201)
@router.post("/desk/{slug}/answers/{answer_id}/dispositions", status_code=201, deprecated=True)
async def dispose(
    slug: str, answer_id: UUID, data: DispositionInput, session: Session, actor: CurrentActor
) -> dict[str, str | int]:
    """Give an answer its disposition and reason; 409 where another stands than the `version` that was shown."""
    made = await dispositions.dispose_answer(session, actor, slug, answer_id, data)
    return {
        "answer_id": str(answer_id),
        "number": made.number,
        "decision": DECISIONS[made.kind],
        "disposition": made.kind.value,
    }


@router.post(HOME + "/send")
@router.post(HOME + "/propose", deprecated=True)
async def propose(
    request: Request, slug: str, code: str, session: Session, actor: CurrentActor
) -> NationalAnswerOut:
    """An expert says the answer is ready."""
    await service.propose_answer(session, actor, slug, code)
    return await show(request, slug, code, session, actor)


@router.post(HOME + "/take-back")
async def take_back(
    request: Request, slug: str, code: str, session: Session, actor: CurrentActor
) -> NationalAnswerOut:
    """A proposed answer goes back to drafting."""
    await service.take_back_answer(session, actor, slug, code)
    return await show(request, slug, code, session, actor)


@router.post(HOME + "/approve")
@router.post(HOME + "/clear", deprecated=True)
async def clear(
    request: Request, slug: str, code: str, session: Session, actor: CurrentActor
) -> NationalAnswerOut:
    """The focal point clears."""
    await service.clear_answer(session, actor, slug, code)
    return await show(request, slug, code, session, actor)


@router.post(HOME + "/reopen")
async def reopen(
    request: Request, slug: str, code: str, data: ReopenInput, session: Session, actor: CurrentActor
) -> NationalAnswerOut:
    """The focal point reopens a cleared answer, with a reason."""
    await service.reopen_answer(session, actor, slug, code, data.reason)
    return await show(request, slug, code, session, actor)


@router.get("/contributions/{contribution_id}/reasons")
async def show_reasons(
    request: Request, contribution_id: UUID, session: Session, actor: CurrentActor
) -> list[ReasonOut]:
    """What became of each submitted answer."""
    page = await reasons.reasons_page(session, actor, contribution_id, request.state.language)
    return [
        ReasonOut(
            question=reason.question.code,
            disposition=reason.disposition.disposition.kind if reason.disposition else None,
            reason=reason.disposition.reason if reason.disposition else "",
            paragraphs=[used.text for used in reason.passages],
            earlier=[
                EarlierOut(
                    disposition=each.disposition.kind,
                    reason=each.reason,
                    decided_on=each.disposition.decided_at.date(),
                )
                for each in reason.earlier
            ],
        )
        for reason in page.reasons
    ]
