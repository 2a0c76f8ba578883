"""Pages of the reference data: anybody reads what is published, the secretariat changes a draft."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.organisations.deps import AnyActor, CurrentActor
from app.platform.db import Session
from app.platform.errors import Invalid, StaleEdit
from app.platform.forms import FormOf, JustAButton, form
from app.platform.i18n import _
from app.platform.pages import Link, render, see_other, url
from app.platform.routing import OneOutcome
from app.platform.security import Actor
from app.reference import policy, queries, service
from app.reference.document import Kind
from app.reference.schemas import INPUT_OF, DraftChange, PublishInput

router = APIRouter(route_class=OneOutcome)
STALE = _("Somebody saved another version while you were writing. Saving again replaces it by yours.")
STALE_DRAFT = _("Somebody changed the draft since you read it. Look at it again, then repeat your step.")


def service_nav(actor: Actor) -> list[Link]:
    """The way to the reference data, for those who keep them."""
    return [Link(_("Reference data"), url("reference.page"))] if policy.can_edit(actor) else []


async def row_form(request: Request, kind: Kind, _checked: JustAButton) -> FormOf[Any]:
    """The form of a row, read as the list it belongs to asks."""
    return await form(INPUT_OF[kind])(request)


RowForm = Annotated[FormOf[Any], Depends(row_form)]


@router.get("/reference", name="reference.page")
async def page(request: Request, session: Session, actor: AnyActor) -> Response:
    """Instruments, articles and clusters as they stand, with how sure each row is."""
    return render(request, "reference/page.html", await queries.reference_page(session, actor))


@router.get("/reference/versions", name="reference.versions")
async def versions(request: Request, session: Session, actor: AnyActor) -> Response:
    """The history."""
    return render(request, "reference/versions.html", await queries.versions_page(session, actor))


@router.get("/reference/versions/{number}", name="reference.version")
async def version(request: Request, number: int, session: Session, actor: AnyActor) -> Response:
    """What one version changed."""
    return render(request, "reference/version.html", await queries.version_page(session, actor, number))


@router.post("/reference/versions/{number}/draft", name="reference.start_draft")
async def start_draft(
    request: Request, number: int, form: JustAButton, session: Session, actor: CurrentActor
) -> Response:
    """Begin a draft from a version; number 0 is what stands."""
    await service.start_draft(session, actor, number or None)
    return see_other(request, url("reference.draft"), said=_("The draft is begun."))


@router.get("/reference/draft", name="reference.draft")
async def draft(request: Request, session: Session, actor: CurrentActor) -> Response:
    """The draft with links to change each row."""
    return await _draft(request, session, actor)


async def _draft(
    request: Request, session: Session, actor: Actor, form: FormOf[Any] | None = None, status: int = 200
) -> Response:
    page = await queries.draft_page(session, actor)
    return render(request, "reference/draft.html", page, form, status)


@router.post("/reference/draft/publish", name="reference.publish")
async def publish(
    request: Request,
    form: Annotated[FormOf[PublishInput], Depends(form(PublishInput))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Let the draft stand, with the reason for it."""
    try:
        await service.publish(session, actor, form.valid)
    except Invalid as problem:
        form.errors = form.errors or problem.errors
        return await _draft(request, session, actor, form, 422)
    except StaleEdit as stale:
        form.errors = {"": STALE_DRAFT}
        form.values["version"] = stale.current.version
        return await _draft(request, session, actor, form, 409)
    return see_other(request, url("reference.page"), said=_("The reference data are published."))


@router.post("/reference/draft/discard", name="reference.discard")
async def discard(request: Request, form: JustAButton, session: Session, actor: CurrentActor) -> Response:
    """Throw the draft away."""
    await service.discard_draft(session, actor)
    return see_other(request, url("reference.versions"), said=_("The draft is discarded."))


@router.get("/reference/draft/{kind}", name="reference.new_row")
async def new_row(request: Request, kind: Kind, session: Session, actor: CurrentActor) -> Response:
    """The form for a new row of a list."""
    return render(request, "reference/row.html", await queries.row_page(session, actor, kind))


@router.post("/reference/draft/{kind}", name="reference.add_row")
async def add_row(
    request: Request, kind: Kind, form: RowForm, session: Session, actor: CurrentActor
) -> Response:
    """Put a new row into the draft."""
    try:
        await service.add_row(session, actor, kind, form.valid)
    except (Invalid, StaleEdit) as problem:
        return await _row(request, session, actor, kind, None, form, problem)
    return see_other(request, _list_of(kind), said=_("Saved."))


@router.get("/reference/draft/{kind}/{key}", name="reference.row")
async def row(request: Request, kind: Kind, key: str, session: Session, actor: CurrentActor) -> Response:
    """The form of one row."""
    return render(request, "reference/row.html", await queries.row_page(session, actor, kind, key))


@router.post("/reference/draft/{kind}/{key}", name="reference.edit_row")
async def edit_row(
    request: Request, kind: Kind, key: str, form: RowForm, session: Session, actor: CurrentActor
) -> Response:
    """Change one row."""
    try:
        await service.edit_row(session, actor, kind, key, form.valid)
    except (Invalid, StaleEdit) as problem:
        return await _row(request, session, actor, kind, key, form, problem)
    return see_other(request, _list_of(kind), said=_("Saved."))


@router.post("/reference/draft/{kind}/{key}/remove", name="reference.remove_row")
async def remove_row(
    request: Request,
    kind: Kind,
    key: str,
    form: Annotated[FormOf[DraftChange], Depends(form(DraftChange))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Take one row out of the draft."""
    try:
        await service.remove_row(session, actor, kind, key, form.valid)
    except Invalid as problem:
        page = await queries.row_page(session, actor, kind, key)
        return render(request, "reference/row.html", page, FormOf(errors=problem.errors), 422)
    except StaleEdit:
        page = await queries.row_page(session, actor, kind, key)
        return render(request, "reference/row.html", page, FormOf(errors={"": STALE_DRAFT}), 409)
    return see_other(request, _list_of(kind), said=_("The row is removed."))


async def _row(
    request: Request,
    session: Session,
    actor: Actor,
    kind: Kind,
    key: str | None,
    form: FormOf[Any],
    problem: Invalid | StaleEdit,
) -> Response:
    """The form again with what was typed, and what to do about it."""
    status = 422
    if isinstance(problem, StaleEdit):
        form.errors = {"": STALE}
        form.values["version"] = problem.current.version
        status = 409
    form.errors = form.errors or getattr(problem, "errors", {})
    page = await queries.row_page(session, actor, kind, key)
    return render(request, "reference/row.html", page, form, status)


def _list_of(kind: Kind) -> str:
    return f"{url('reference.draft')}#{kind}"
