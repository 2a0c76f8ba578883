"""Consultations as JSON: the same services as the pages."""

from typing import Literal

from fastapi import APIRouter, Request

from app.audit.queries import LogEntry
from app.consultations import desk, queries, service
from app.consultations.models import Step
from app.consultations.schemas import (
    Closing,
    CodesInput,
    CodesOut,
    ConsultationEdit,
    ConsultationOut,
    CreateInput,
    Extension,
    LogEntryOut,
    LogOut,
    ObstacleOut,
    OverrideConfirmation,
    OverrideInput,
    QuestionOut,
    StepOut,
)
from app.organisations.deps import AnyActor, CurrentActor
from app.platform import clock
from app.platform.db import Session
from app.platform.routing import OneOutcome
from app.platform.security import Actor

router = APIRouter(route_class=OneOutcome, tags=["consultations"])


@router.get("/consultations")
async def public(session: Session, actor: AnyActor) -> list[ConsultationOut]:
    """Every consultation that is or was open."""
    listed = await queries.list_public(session, clock.arrival())
    return [
        ConsultationOut(
            **queries.as_json(item.consultation, item.phase),
            country=item.state.code,
            instruments=list(item.instrument_codes),
            cluster=item.cluster,
        )
        for item in listed
    ]


@router.post("/consultations", status_code=201)
async def create(data: CreateInput, session: Session, actor: CurrentActor) -> ConsultationOut:
    """Prepare a consultation of a country review."""
    made = await service.create_consultation(session, actor, data.country_review_id, data)
    return await _shown(session, actor, made.slug)


@router.get("/consultations/{slug}")
async def show(slug: str, session: Session, actor: AnyActor) -> ConsultationOut:
    """One consultation."""
    return await _shown(session, actor, slug)


@router.get("/consultations/{slug}/questions")
async def questions(request: Request, slug: str, session: Session, actor: AnyActor) -> list[QuestionOut]:
    """All questions in the language that was asked for."""
    page = await queries.questions_page(session, actor, slug, request.state.language)
    return [
        QuestionOut(
            code=question.code,
            section=question.section,
            instrument=question.instrument,
            article=question.article,
            paragraph=question.paragraph,
            texts={kind: str(words) for kind, words in question.texts.items()},
            informs=[asked.code for asked in page.informs(question)],
        )
        for question in page.edition.questions
    ]


@router.put("/consultations/{slug}")
async def edit(slug: str, data: ConsultationEdit, session: Session, actor: CurrentActor) -> ConsultationOut:
    """Change a consultation in preparation; `version` is the one the writer started from."""
    await service.edit_consultation(session, actor, slug, data)
    return await _shown(session, actor, slug)


@router.post("/consultations/{slug}/open")
async def open_now(slug: str, session: Session, actor: CurrentActor) -> ConsultationOut:
    """Make a prepared consultation public."""
    await service.open_consultation(session, actor, slug)
    return await _shown(session, actor, slug)


@router.post("/consultations/{slug}/close")
async def close(
    slug: str, session: Session, actor: CurrentActor, data: Closing | None = None
) -> ConsultationOut:
    """Take no more answers; before the promised time only with a reason, which the public reads."""
    await service.close_consultation(session, actor, slug, data)
    return await _shown(session, actor, slug)


@router.post("/consultations/{slug}/extend")
async def extend(slug: str, data: Extension, session: Session, actor: CurrentActor) -> ConsultationOut:
    """Move the closing, with a reason."""
    await service.extend_consultation(session, actor, slug, data)
    return await _shown(session, actor, slug)


@router.post("/consultations/{slug}/conclude")
async def conclude(slug: str, session: Session, actor: CurrentActor) -> ConsultationOut:
    """Say that the work is done; 409 with what stands against it."""
    await service.conclude_consultation(session, actor, slug)
    return await _shown(session, actor, slug)


@router.get("/consultations/{slug}/steps/{step}")
async def show_step(slug: str, step: Step, session: Session, actor: CurrentActor) -> StepOut:
    """What stands against publishing or concluding."""
    page = await desk.step_page(session, actor, slug, step)
    override = page.override
    given: Literal["asked", "confirmed"] = "confirmed" if override and override.confirmed_at else "asked"
    return StepOut(
        step=step,
        obstacles=[
            ObstacleOut(key=each.key, number=each.number, sentence=str(each.message))
            for each in page.obstacles
        ],
        is_clear=page.is_clear,
        override=given if override else "none",
        override_reason=override.reason if override else "",
        override_version=override.version if override else 0,
    )


@router.post("/consultations/{slug}/steps/{step}/override", status_code=201)
async def ask_override(
    slug: str, step: Step, data: OverrideInput, session: Session, actor: CurrentActor
) -> StepOut:
    """Ask for a step although something stands against it; a second person has to confirm."""
    await service.ask_override(session, actor, slug, step, data)
    return await show_step(slug, step, session, actor)


@router.post("/consultations/{slug}/steps/{step}/confirm")
async def confirm_override(
    slug: str, step: Step, data: OverrideConfirmation, session: Session, actor: CurrentActor
) -> StepOut:
    """Stand behind an override as the second person."""
    await service.confirm_override(session, actor, slug, step, data.version)
    return await show_step(slug, step, session, actor)


@router.post("/consultations/{slug}/codes", status_code=201)
async def make_codes(slug: str, data: CodesInput, session: Session, actor: CurrentActor) -> CodesOut:
    """Make invitation codes; they are shown this once."""
    return CodesOut(codes=await service.issue_codes(session, actor, slug, data))


@router.get("/consultations/{slug}/log")
async def log(slug: str, session: Session, actor: CurrentActor, before: str = "") -> LogOut:
    """The record of the country review, newest first."""
    page = await desk.log_page(session, actor, slug, before)
    return LogOut(entries=[_entry(entry) for entry in page.entries], before=page.before)


async def _shown(session: Session, actor: Actor, slug: str) -> ConsultationOut:
    page = await queries.consultation_page(session, actor, slug)
    return ConsultationOut(
        **queries.as_json(page.consultation, page.phase),
        country=page.frame.state.code,
        instruments=page.frame.review.instruments,
        cluster=page.frame.review.cluster,
    )


def _entry(entry: LogEntry) -> LogEntryOut:
    return LogEntryOut(
        on=entry.at.date(),
        at=None if entry.day_only else entry.at,
        who=str(entry.who),
        action=entry.action,
        sentence=str(entry.sentence),
        question=entry.question,
        decision=entry.decision,
        reason=entry.reason,
    )
