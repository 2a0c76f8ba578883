"""Pages of the reference data: anybody reads what is published, the secretariat changes a draft."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.organisations.deps import AnyActor, CurrentActor
from app.platform.db import Session
from app.platform.errors import REPLACES, StaleEdit
from app.platform.forms import FormOf, JustAButton, Nothing, form
from app.platform.i18n import Message, _
from app.platform.pages import Link, render, see_other, url
from app.platform.posting import shown, submit
from app.platform.routing import OneOutcome
from app.platform.security import Actor
from app.reference import policy, queries, service
from app.reference.document import Kind
from app.reference.schemas import INPUT_OF, DraftChange, PublishInput

router = APIRouter(route_class=OneOutcome)
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

    async def act(_data: Nothing) -> Response:
        await service.start_draft(session, actor, number or None)
        return see_other(request, url("reference.draft"), said=_("The draft is begun."))

    again = shown(request, form, "reference/versions.html", lambda: queries.versions_page(session, actor))
    return await submit(session, form, act, again)


@router.get("/reference/draft", name="reference.draft")
async def draft(request: Request, session: Session, actor: CurrentActor) -> Response:
    """The draft with links to change each row."""
    return render(request, "reference/draft.html", await queries.draft_page(session, actor))


@router.post("/reference/draft/publish", name="reference.publish")
async def publish(
    request: Request,
    form: Annotated[FormOf[PublishInput], Depends(form(PublishInput))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Let the draft stand, with the reason for it."""

    async def act(data: PublishInput) -> Response:
        await service.publish(session, actor, data)
        return see_other(request, url("reference.page"), said=_("The reference data are published."))

    async def again(status: int) -> Response:
        _tell_of_a_clash(form, STALE_DRAFT)
        return render(request, "reference/draft.html", await queries.draft_page(session, actor), form, status)

    return await submit(session, form, act, again)


@router.post("/reference/draft/discard", name="reference.discard")
async def discard(request: Request, form: JustAButton, session: Session, actor: CurrentActor) -> Response:
    """Throw the draft away."""

    async def act(_data: Nothing) -> Response:
        await service.discard_draft(session, actor)
        return see_other(request, url("reference.versions"), said=_("The draft is discarded."))

    again = shown(request, form, "reference/draft.html", lambda: queries.draft_page(session, actor))
    return await submit(session, form, act, again)


@router.get("/reference/draft/{kind}", name="reference.new_row")
async def new_row(request: Request, kind: Kind, session: Session, actor: CurrentActor) -> Response:
    """The form for a new row of a list."""
    return render(request, "reference/row.html", await queries.row_page(session, actor, kind))


@router.post("/reference/draft/{kind}", name="reference.add_row")
async def add_row(
    request: Request, kind: Kind, form: RowForm, session: Session, actor: CurrentActor
) -> Response:
    """Put a new row into the draft."""

    async def act(data: Any) -> Response:
        await service.add_row(session, actor, kind, data)
        return see_other(request, _list_of(kind), said=_("Saved."))

    async def again(status: int) -> Response:
        _tell_of_a_clash(form, REPLACES)
        page = await queries.row_page(session, actor, kind)
        return render(request, "reference/row.html", page, form, status)

    return await submit(session, form, act, again)


@router.get("/reference/draft/{kind}/{key}", name="reference.row")
async def row(request: Request, kind: Kind, key: str, session: Session, actor: CurrentActor) -> Response:
    """The form of one row."""
    return render(request, "reference/row.html", await queries.row_page(session, actor, kind, key))


@router.post("/reference/draft/{kind}/{key}", name="reference.edit_row")
async def edit_row(
    request: Request, kind: Kind, key: str, form: RowForm, session: Session, actor: CurrentActor
) -> Response:
    """Change one row."""

    async def act(data: Any) -> Response:
        await service.edit_row(session, actor, kind, key, data)
        return see_other(request, _list_of(kind), said=_("Saved."))

    async def again(status: int) -> Response:
        _tell_of_a_clash(form, REPLACES)
        page = await queries.row_page(session, actor, kind, key)
        return render(request, "reference/row.html", page, form, status)

    return await submit(session, form, act, again)


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

    async def act(data: DraftChange) -> Response:
        await service.remove_row(session, actor, kind, key, data)
        return see_other(request, _list_of(kind), said=_("The row is removed."))

    async def again(status: int) -> Response:
        _tell_of_a_clash(form, STALE_DRAFT)
        page = await queries.row_page(session, actor, kind, key)
        return render(request, "reference/row.html", page, form, status)

    return await submit(session, form, act, again)


def _tell_of_a_clash(form: FormOf[Any], sentence: Message) -> None:
    """Say what to do where somebody else was faster, and let the next try count from what stands now."""
    if isinstance(form.problem, StaleEdit):
        form.errors = {"": sentence}
        form.values.pop("version", None)


def _list_of(kind: Kind) -> str:
    return f"{url('reference.draft')}#{kind}"
