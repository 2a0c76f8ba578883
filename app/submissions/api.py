"""Submissions as JSON: the same services as the pages. Old addresses are taken until the next release."""

from uuid import UUID

from fastapi import APIRouter, Request

from app.organisations.deps import CurrentActor
from app.platform.db import Session
from app.platform.routing import OneOutcome
from app.submissions import decisions, desk, former, reasons, service
from app.submissions.queries import ShownParagraph
from app.submissions.schemas import (
    DecisionInput,
    EarlierOut,
    MergeInput,
    NationalAnswerInput,
    NationalAnswerOut,
    ParagraphInput,
    ParagraphOut,
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
    """A national answer with its paragraphs and their sources."""
    page = await desk.desk_page(session, actor, slug, code, request.state.language)
    national = page.frame.national
    return NationalAnswerOut(
        question=code,
        position=national.position,
        status=national.state,
        version=national.version,
        citations=list(national.citations),
        assistance=national.assistance,
        paragraphs=[_paragraph(shown) for shown in page.paragraphs],
        removed=[_paragraph(shown) for shown in page.removed],
        undecided=page.standing.open_decisions,
    )


def _paragraph(shown: ShownParagraph) -> ParagraphOut:
    return ParagraphOut(
        id=shown.paragraph.id,
        text=shown.paragraph.text,
        version=shown.paragraph.version,
        edited_by=shown.paragraph.edited_by_name,
        edited_at=shown.paragraph.edited_at,
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
    """Make words of submitted answers sources of a paragraph."""
    await service.merge_excerpts(session, actor, slug, code, data)
    return await show(request, slug, code, session, actor)


@router.post(HOME + "/paragraphs", status_code=201)
@router.post(HOME + "/passages", status_code=201, deprecated=True)
async def add_paragraph(
    request: Request, slug: str, code: str, data: ParagraphInput, session: Session, actor: CurrentActor
) -> NationalAnswerOut:
    """Add a paragraph of the State's own words."""
    await service.add_paragraph(session, actor, slug, code, data)
    return await show(request, slug, code, session, actor)


@router.put(HOME + "/paragraphs/{paragraph_id}")
@router.put(HOME + "/passages/{paragraph_id}", deprecated=True)
async def edit_paragraph(
    request: Request,
    slug: str,
    code: str,
    paragraph_id: UUID,
    data: ParagraphInput,
    session: Session,
    actor: CurrentActor,
) -> NationalAnswerOut:
    """Change a paragraph; 409 with the version that stands if somebody else did."""
    await service.edit_paragraph(session, actor, slug, code, paragraph_id, data)
    return await show(request, slug, code, session, actor)


@router.delete(HOME + "/paragraphs/{paragraph_id}")
@router.delete(HOME + "/passages/{paragraph_id}", deprecated=True)
async def delete_paragraph(
    request: Request, slug: str, code: str, paragraph_id: UUID, session: Session, actor: CurrentActor
) -> NationalAnswerOut:
    """Take a paragraph out; it can be put back."""
    await service.delete_paragraph(session, actor, slug, code, paragraph_id)
    return await show(request, slug, code, session, actor)


@router.post(HOME + "/paragraphs/{paragraph_id}/restore")
@router.post(HOME + "/passages/{paragraph_id}/restore", deprecated=True)
async def restore_paragraph(
    request: Request, slug: str, code: str, paragraph_id: UUID, session: Session, actor: CurrentActor
) -> NationalAnswerOut:
    """Put a paragraph back that was taken out."""
    await service.restore_paragraph(session, actor, slug, code, paragraph_id)
    return await show(request, slug, code, session, actor)


@router.post("/desk/{slug}/answers/{answer_id}/decisions", status_code=201)
@router.post("/desk/{slug}/answers/{answer_id}/dispositions", status_code=201, deprecated=True)
async def decide(
    slug: str, answer_id: UUID, data: DecisionInput, session: Session, actor: CurrentActor
) -> dict[str, str | int]:
    """Give an answer its decision and reason; 409 where another stands than the `version` that was shown."""
    made = await decisions.decide_answer(session, actor, slug, answer_id, data)
    return {
        "answer_id": str(answer_id),
        "number": made.number,
        "decision": made.kind.value,
        "disposition": former.KINDS[made.kind],
    }


@router.post(HOME + "/send")
@router.post(HOME + "/propose", deprecated=True)
async def send(
    request: Request, slug: str, code: str, session: Session, actor: CurrentActor
) -> NationalAnswerOut:
    """An expert says the answer is ready: it waits for approval."""
    await service.send_answer(session, actor, slug, code)
    return await show(request, slug, code, session, actor)


@router.post(HOME + "/take-back")
async def take_back(
    request: Request, slug: str, code: str, session: Session, actor: CurrentActor
) -> NationalAnswerOut:
    """An answer sent for approval goes back to drafting."""
    await service.take_back_answer(session, actor, slug, code)
    return await show(request, slug, code, session, actor)


@router.post(HOME + "/approve")
@router.post(HOME + "/clear", deprecated=True)
async def approve(
    request: Request, slug: str, code: str, session: Session, actor: CurrentActor
) -> NationalAnswerOut:
    """The focal point approves."""
    await service.approve_answer(session, actor, slug, code)
    return await show(request, slug, code, session, actor)


@router.post(HOME + "/reopen")
async def reopen(
    request: Request, slug: str, code: str, data: ReopenInput, session: Session, actor: CurrentActor
) -> NationalAnswerOut:
    """The focal point reopens a approved answer, with a reason."""
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
            decision=reason.decision.decision.kind if reason.decision else None,
            reason=reason.decision.reason if reason.decision else "",
            paragraphs=[used.text for used in reason.paragraphs],
            earlier=[
                EarlierOut(
                    decision=each.decision.kind,
                    reason=each.reason,
                    decided_on=each.decision.decided_at.date(),
                )
                for each in reason.earlier
            ],
        )
        for reason in page.reasons
    ]
