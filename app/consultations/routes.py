"""The public pages of consultations."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.consultations import queries
from app.organisations.deps import AnyActor
from app.platform.db import Session
from app.platform.i18n import _
from app.platform.pages import Link, render, url
from app.platform.security import Actor
from app.reviews import policy as review_policy

router = APIRouter()


def service_nav(actor: Actor) -> list[Link]:
    """The way to the desk, for those who work there."""
    return [Link(_("Desk"), url("consultations.desk"))] if review_policy.can_enter(actor) else []


@router.get("/", name="consultations.home")
async def home(request: Request, session: Session, actor: AnyActor) -> Response:
    """What is open, what is coming, what is closed."""
    return render(request, "consultations/home.html", await queries.home_page(session))


@router.get("/c/{slug}", name="consultations.page")
async def page(request: Request, slug: str, session: Session, actor: AnyActor) -> Response:
    """One consultation: dates, who sees what, rules, the clock of its review."""
    return render(request, "consultations/page.html", await queries.consultation_page(session, actor, slug))


@router.get("/c/{slug}/questions", name="consultations.questions")
async def questions(request: Request, slug: str, session: Session, actor: AnyActor) -> Response:
    """All questions on one page, to be read and printed."""
    shown = await queries.questions_page(session, actor, slug, request.state.language)
    return render(request, "consultations/questions.html", shown)
