"""Pages of the facilitator: hand in a table, look at what comes of it, place what waits."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from app.organisations.deps import CurrentActor
from app.platform.db import Session
from app.platform.errors import Invalid
from app.platform.forms import FormOf, form
from app.platform.i18n import Message, _
from app.platform.pages import render, see_other, url
from app.platform.posting import Again, shown, submit
from app.platform.routing import OneOutcome
from app.platform.security import Actor
from app.statements import formats, queries, service
from app.statements.plan import Fate, Preview
from app.statements.schemas import PASTED_LIMIT, AssignForm, DismissInput, StatementsForm

router = APIRouter(route_class=OneOutcome)


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """What a table would do; `text` carries it to the next step, unless only the file can."""

    seen: Preview
    text: str | None


@router.get("/desk/{slug}/statements", name="statements.page")
async def statements(request: Request, slug: str, session: Session, actor: CurrentActor) -> Response:
    """Where a table of statements is handed in."""
    return render(request, "statements/page.html", await queries.statements_page(session, actor, slug))


@router.post("/desk/{slug}/statements", name="statements.take_in")
async def take_in(
    request: Request,
    slug: str,
    form: Annotated[FormOf[StatementsForm], Depends(form(StatementsForm))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Look at a table, or take it in once it was looked at."""
    data = await _sent(form.files.get("file")) or (form.data.csv.encode() if form.data else b"")

    async def act(wanted: StatementsForm) -> Response:
        await queries.statements_page(session, actor, slug)  # who may not see the page is told so first
        if not data:
            raise Invalid({"file": _("Choose a file or paste the table.")})
        if wanted.then == "preview":
            seen = await service.preview_statements(session, actor, slug, data)
            return render(request, "statements/preview.html", PreviewPage(seen, _text_of(data)))
        seen = await service.import_statements(session, actor, slug, data)
        return see_other(request, url("statements.page", slug=slug), _what_was_taken_in(seen))

    again = shown(
        request, form, "statements/page.html", lambda: queries.statements_page(session, actor, slug)
    )
    return await submit(session, form, act, again)


def _what_was_taken_in(seen: Preview) -> Message:
    if not seen.has_news:
        return _("Nothing changed: every statement of this table was entered before.")
    new, kept = len(seen.plan.of(Fate.NEW)), len(seen.plan.of(Fate.KEPT))
    return _("Statements entered: %(new)s. Kept for you to place: %(kept)s.", new=new, kept=kept)


async def _sent(upload: UploadFile | None) -> bytes:
    if upload is None:
        return b""
    try:
        return await upload.read()
    finally:
        await upload.close()


def _text_of(data: bytes) -> str | None:
    """The table as the text of a form field, if a field can hold it unchanged."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    fits = len(data) + data.count(b"\n") <= PASTED_LIMIT
    return text if fits and formats.readable(text) == text else None


@router.get("/desk/{slug}/statements/kept", name="statements.kept")
async def kept(
    request: Request, slug: str, session: Session, actor: CurrentActor, after: UUID | None = None
) -> Response:
    """The statements that wait for a person."""
    page = await queries.kept_page(session, actor, slug, request.state.language, after)
    return render(request, "statements/kept.html", page)


@router.post("/desk/{slug}/statements/{row_id}/assign", name="statements.assign")
async def assign(
    request: Request,
    slug: str,
    row_id: UUID,
    form: Annotated[FormOf[AssignForm], Depends(form(AssignForm))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Put a statement that waits into the answer to a question."""

    async def act(data: AssignForm) -> Response:
        await service.assign_row(session, actor, slug, row_id, data.code, data.twin)
        said = _("The statement is part of an answer now.")
        return see_other(request, url("statements.kept", slug=slug), said)

    again = _kept_again(request, session, actor, slug, f"code-{row_id}", form)
    return await submit(session, form, act, again)


@router.post("/desk/{slug}/statements/{row_id}/dismiss", name="statements.dismiss")
async def dismiss(
    request: Request,
    slug: str,
    row_id: UUID,
    form: Annotated[FormOf[DismissInput], Depends(form(DismissInput))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Set a statement that waits aside, with a reason."""

    async def act(data: DismissInput) -> Response:
        await service.dismiss_row(session, actor, slug, row_id, data.reason)
        return see_other(request, url("statements.kept", slug=slug), _("The statement is set aside."))

    again = _kept_again(request, session, actor, slug, f"reason-{row_id}", form)
    return await submit(session, form, act, again)


def _kept_again(
    request: Request, session: Session, actor: Actor, slug: str, name: str, form: FormOf[Any]
) -> Again:
    """The page again; the field of a row has a name of its own there, and so has what is wrong with it."""

    async def again(status: int) -> Response:
        if "" not in form.errors:
            form.errors = {name: next(iter(form.errors.values()))}
        form.values = {name: form.values.get(name.partition("-")[0], "")}
        page = await queries.kept_page(session, actor, slug, request.state.language)
        return render(request, "statements/kept.html", page, form, status)

    return again
