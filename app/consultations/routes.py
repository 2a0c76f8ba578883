"""The public pages of consultations, and the desk that prepares, opens, closes and watches over them."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.consultations import desk, queries, service
from app.consultations.models import Step
from app.consultations.schemas import (
    Closing,
    CodesInput,
    ConsultationEdit,
    Extension,
    NewForm,
    OverrideConfirmation,
    OverrideInput,
)
from app.organisations.deps import AnyActor, CurrentActor
from app.platform import ids
from app.platform.db import Session
from app.platform.errors import REPLACES, StaleEdit
from app.platform.forms import FormOf, JustAButton, Nothing, form, read_form
from app.platform.i18n import Message, _
from app.platform.pages import keep_for_browser, kept_by_browser, render, see_other, url
from app.platform.posting import Again, shown, submit
from app.platform.routing import OneOutcome
from app.platform.security import Actor
from app.reviews import service as reviews
from app.reviews.schemas import HandOver

CODES_COOKIE = "codes"
CODES_KEPT = 60 * 60  # seconds in which a sheet of codes can be loaded again
router = APIRouter(route_class=OneOutcome)
NOT_SAVED = _("This is written and not saved yet: save it before you open the consultation.")


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


@router.get("/desk/new", name="consultations.new")
async def new(request: Request, session: Session, actor: CurrentActor) -> Response:
    """The form for a new consultation."""
    return render(request, "consultations/new.html", await desk.new_page(session, actor))


@router.post("/desk/new", name="consultations.create")
async def create(
    request: Request,
    form: Annotated[FormOf[NewForm], Depends(form(NewForm))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Prepare a consultation, with its review where there is none."""

    async def act(data: NewForm) -> Response:
        made = await service.prepare_consultation(session, actor, data)
        return _done(request, made.slug, _("Saved."))

    again = shown(request, form, "consultations/new.html", lambda: desk.new_page(session, actor))
    return await submit(session, form, act, again)


@router.get("/desk/{slug}/settings", name="consultations.settings")
async def set_up(request: Request, slug: str, session: Session, actor: CurrentActor) -> Response:
    """Texts, languages, dates, and the steps of a consultation."""
    return render(request, "consultations/settings.html", await desk.settings_page(session, actor, slug))


def _settings_again(request: Request, slug: str, session: Session, actor: Actor, form: FormOf[Any]) -> Again:
    async def again(status: int) -> Response:
        page = await desk.settings_page(session, actor, slug)
        if isinstance(form.problem, StaleEdit):
            form.errors = {"": REPLACES}
            form.values["version"] = page.desk.consultation.version
        return render(request, "consultations/settings.html", page, form, status)

    return again


@router.post("/desk/{slug}/settings", name="consultations.save_settings")
async def save_settings(
    request: Request,
    slug: str,
    form: Annotated[FormOf[ConsultationEdit], Depends(form(ConsultationEdit))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Save the set-up of a consultation in preparation."""

    async def act(data: ConsultationEdit) -> Response:
        await service.edit_consultation(session, actor, slug, data)
        return _done(request, slug, _("Saved."))

    return await submit(session, form, act, _settings_again(request, slug, session, actor, form))


@router.post("/desk/{slug}/open", name="consultations.open")
async def open_now(
    request: Request, slug: str, form: JustAButton, session: Session, actor: CurrentActor
) -> Response:
    """Make the consultation public."""

    async def act(_button: Nothing) -> Response:
        await service.open_consultation(session, actor, slug)
        return _done(request, slug, _("The consultation is public."))

    async def again(status: int) -> Response:
        unsaved = (await read_form(request)).others
        form.errors = {
            name: NOT_SAVED if any(unsaved.get(f"texts.{name}", ())) else sentence
            for name, sentence in form.errors.items()
        }
        return await _settings_again(request, slug, session, actor, form)(status)

    return await submit(session, form, act, again)


@router.get("/desk/{slug}/closing", name="consultations.closing")
async def closing(request: Request, slug: str, session: Session, actor: CurrentActor) -> Response:
    """The last look before the consultation closes."""
    return render(request, "consultations/closing.html", await desk.closing_page(session, actor, slug))


@router.post("/desk/{slug}/close", name="consultations.close")
async def close(
    request: Request,
    slug: str,
    form: Annotated[FormOf[Closing], Depends(form(Closing))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Take no more answers; before the promised time only with a reason."""

    async def act(data: Closing) -> Response:
        await service.close_consultation(session, actor, slug, data)
        return _done(request, slug, _("The consultation is closed."))

    page = partial(desk.closing_page, session, actor, slug)
    return await submit(session, form, act, shown(request, form, "consultations/closing.html", page))


@router.post("/desk/{slug}/extend", name="consultations.extend")
async def extend(
    request: Request,
    slug: str,
    form: Annotated[FormOf[Extension], Depends(form(Extension))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Move the closing, with a reason."""

    async def act(data: Extension) -> Response:
        await service.extend_consultation(session, actor, slug, data)
        return _done(request, slug, _("The closing date was changed."))

    return await submit(session, form, act, _settings_again(request, slug, session, actor, form))


@router.get("/desk/{slug}/steps/{step}", name="consultations.step")
async def step_page(
    request: Request, slug: str, step: Step, session: Session, actor: CurrentActor
) -> Response:
    """What stands against a step that cannot be taken back, and the button that takes it."""
    return render(request, "consultations/step.html", await desk.step_page(session, actor, slug, step))


def _step_again(
    request: Request, slug: str, step: Step, session: Session, actor: Actor, form: FormOf[Any]
) -> Again:
    page = partial(desk.step_page, session, actor, slug, step)
    return shown(request, form, "consultations/step.html", page)


@router.post("/desk/{slug}/conclude", name="consultations.conclude")
async def conclude(
    request: Request, slug: str, form: JustAButton, session: Session, actor: CurrentActor
) -> Response:
    """Say that the work is done; what stands against it is listed instead."""

    async def act(_button: Nothing) -> Response:
        await service.conclude_consultation(session, actor, slug)
        return _done(request, slug, _("The consultation is concluded."))

    return await submit(session, form, act, _step_again(request, slug, Step.CONCLUDE, session, actor, form))


@router.post("/desk/{slug}/steps/{step}/override", name="consultations.ask_override")
async def ask_override(
    request: Request,
    slug: str,
    step: Step,
    form: Annotated[FormOf[OverrideInput], Depends(form(OverrideInput))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Ask for the step although something stands against it."""

    async def act(data: OverrideInput) -> Response:
        await service.ask_override(session, actor, slug, step, data)
        to = url("consultations.step", slug=slug, step=step.value)
        return see_other(request, to, _("Asked. A second person must confirm it."))

    return await submit(session, form, act, _step_again(request, slug, step, session, actor, form))


@router.post("/desk/{slug}/steps/{step}/confirm", name="consultations.confirm_override")
async def confirm_override(
    request: Request,
    slug: str,
    step: Step,
    form: Annotated[FormOf[OverrideConfirmation], Depends(form(OverrideConfirmation))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Stand behind an override as the second person."""

    async def act(data: OverrideConfirmation) -> Response:
        await service.confirm_override(session, actor, slug, step, data.version)
        to = url("consultations.step", slug=slug, step=step.value)
        return see_other(request, to, _("Confirmed. The public reads the reason."))

    return await submit(session, form, act, _step_again(request, slug, step, session, actor, form))


def _done(request: Request, slug: str, said: Message) -> Response:
    return see_other(request, url("consultations.settings", slug=slug), said=said)


@router.get("/desk/{slug}/codes", name="consultations.codes")
async def codes(request: Request, slug: str, session: Session, actor: CurrentActor) -> Response:
    """How many codes there are, the form that makes more, and new ones until somebody has kept them."""
    page = await desk.codes_page(session, actor, slug, _new_codes(request, slug, actor))
    return render(request, "consultations/codes.html", page)


def _new_codes(request: Request, slug: str, actor: Actor) -> list[str]:
    kept = kept_by_browser(request, CODES_COOKIE)
    is_hers = kept and (kept["slug"], kept["account"]) == (slug, str(actor.account_id))
    return ids.codes_from(kept["seed"], kept["count"]) if kept and is_hers else []


@router.post("/desk/{slug}/codes", name="consultations.make_codes")
async def make_codes(
    request: Request,
    slug: str,
    form: Annotated[FormOf[CodesInput], Depends(form(CodesInput))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Make codes; the next page shows them as a sheet to print."""

    async def act(data: CodesInput) -> Response:
        seed = ids.new_token()
        await service.issue_codes(session, actor, slug, data, seed)
        response = see_other(request, url("consultations.codes", slug=slug))
        kept = {"slug": slug, "account": str(actor.account_id), "seed": seed, "count": data.count}
        keep_for_browser(request, response, CODES_COOKIE, kept, CODES_KEPT)
        return response

    page = partial(desk.codes_page, session, actor, slug)
    return await submit(session, form, act, shown(request, form, "consultations/codes.html", page))


@router.post("/desk/{slug}/codes/kept", name="consultations.codes_kept")
async def codes_kept(
    request: Request, slug: str, form: JustAButton, session: Session, actor: CurrentActor
) -> Response:
    """Show the new codes no more."""
    response = see_other(request, url("consultations.codes", slug=slug))
    response.delete_cookie(CODES_COOKIE)
    return response


@router.get("/desk/{slug}/log", name="consultations.log")
async def log(
    request: Request, slug: str, session: Session, actor: CurrentActor, before: str = ""
) -> Response:
    """Who did what in this country review."""
    page = await desk.log_page(session, actor, slug, before)
    return render(request, "consultations/log.html", page)


@router.get("/desk/{slug}/people", name="consultations.people")
async def people(request: Request, slug: str, session: Session, actor: CurrentActor) -> Response:
    """Who works on this consultation, in which roles."""
    page = await desk.people_page(session, actor, slug)
    return render(request, "consultations/people.html", page)


@router.get("/desk/{slug}/people/hand-over", name="consultations.handing_over")
async def handing_over(
    request: Request, slug: str, session: Session, actor: CurrentActor, account_id: str = ""
) -> Response:
    """What is open, before the role of the focal point goes to another person."""
    try:
        page = await desk.hand_over_page(session, actor, slug, UUID(account_id))
    except ValueError:
        people = await desk.people_page(session, actor, slug)
        chosen: FormOf[Any] = FormOf(errors={"account_id": _("New focal point: choose one.")})
        return render(request, "consultations/people.html", people, chosen)
    return render(request, "consultations/handing_over.html", page)


@router.post("/desk/{slug}/people/focal-point", name="consultations.hand_over")
async def hand_over(
    request: Request,
    slug: str,
    form: Annotated[FormOf[HandOver], Depends(form(HandOver))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Hand the role of the focal point over; the old one loses it with this request."""

    async def act(data: HandOver) -> Response:
        page = await desk.people_page(session, actor, slug)
        await reviews.hand_over_focal_point(session, actor, page.desk.frame.review.id, data.account_id)
        said = _("The role of the focal point is handed over.")
        return see_other(request, url("consultations.home"), said)

    page = partial(desk.people_page, session, actor, slug)
    return await submit(session, form, act, shown(request, form, "consultations/people.html", page))
