"""Pages and downloads that exchange questionnaires with other tools and with paper."""

from base64 import b64decode, b64encode
from contextlib import suppress
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import Response

from app.blank import word as blank_word
from app.exchange import queries, service
from app.exchange.schemas import CARRIED, ImportForm, TextsForm
from app.organisations.deps import AnyActor, CurrentActor
from app.platform.db import Session
from app.platform.errors import Conflict, Invalid, NotFound
from app.platform.forms import FormOf, form
from app.platform.i18n import CODES, _
from app.platform.pages import render, see_other, url
from app.platform.posting import shown, submit
from app.platform.routing import OneOutcome
from app.platform.security import require
from app.questionnaires import policy
from app.questionnaires import queries as questionnaires
from app.questionnaires import service as writing
from app.questionnaires.models import QuestionnaireVersion
from app.xliff import document as xliff
from app.xlsform import reader as xlsform_in
from app.xlsform import writer as xlsform_out

router = APIRouter(route_class=OneOutcome)


EMPTY = _("This file is empty. Choose another one.")
TAKEN = _("The form was imported as a draft.")
ImportOf = Annotated[FormOf[ImportForm], Depends(form(ImportForm))]


def download(version: QuestionnaireVersion, ending: str, content: bytes, media: str) -> Response:
    """A file named after the version it holds."""
    name = f"{version.slug}-{version.edition_path}-{version.number}.{ending}"
    return Response(
        content, media_type=media, headers={"content-disposition": f'attachment; filename="{name}"'}
    )


async def sent_file(form: FormOf[Any]) -> bytes:
    """The bytes of the one file of a form, or of the field that carries it; none if neither came."""
    upload: UploadFile | None = form.files.get("file")
    data = b""
    if upload is not None:
        try:
            data = await upload.read()
        finally:
            await upload.close()
    if not data:
        with suppress(ValueError):
            data = b64decode(form.values.get("carried", ""), validate=True)
    return data


def needed(form: FormOf[Any], data: bytes) -> bytes:
    """The file without which there is nothing to do; raises Invalid, with a word of its own for an empty one."""
    if not data:
        upload = form.files.get("file")
        raise Invalid({"file": EMPTY if upload is not None and upload.filename else _("Choose a file.")})
    return data


def carried(data: bytes) -> str:
    """A file as the field of a page, if it is small enough for one."""
    return b64encode(data).decode() if len(data) <= CARRIED else ""


@router.get("/questionnaires/import", name="exchange.import")
async def import_page(request: Request, session: Session, actor: CurrentActor) -> Response:
    """Where a form is handed in."""
    require(policy.can_write(actor))
    return render(request, "exchange/import.html", None)


@router.post("/questionnaires/import", name="exchange.take_form")
async def take_form(request: Request, form: ImportOf, session: Session, actor: CurrentActor) -> Response:
    """Make a draft of a form; what it would replace or leave out is shown before anything is written."""
    upload = form.files.get("file")
    name = (upload.filename if upload else "") or form.values.get("name", "")
    data = await sent_file(form)
    require(policy.can_write(actor))  # only now: the file that was sent has to be closed

    async def act(sent: ImportForm) -> Response:
        read = await run_in_threadpool(xlsform_in.read_form, needed(form, data), name)
        if read.definition is None:
            form.errors = {"file": _("The form was not imported. The table says why.")}
            return render(request, "exchange/import.html", read, form)
        seen = await queries.look_at_form(session, read, read.definition)
        if sent.then == "apart":
            seen.definition.slug = seen.free_slug
        elif seen.asks and (sent.then, sent.over) != ("take", seen.over):
            if sent.then == "take":
                form.errors = {"": service.CHANGED}
            seen = replace(seen, filename=name, carried=carried(data))
            return render(request, "exchange/look.html", seen, form)
        draft = await writing.import_definition(session, actor, seen.definition, seen.over)
        where = url("authoring.version", slug=draft.slug, edition=draft.edition_path, number=draft.number)
        return see_other(request, where, TAKEN)

    return await submit(session, form, act, shown(request, form, "exchange/import.html"))


@router.get("/questionnaires/{slug}/{edition}/{number:int}/form.xlsx", name="exchange.form")
async def form_file(slug: str, edition: str, number: int, session: Session, actor: AnyActor) -> Response:
    """A version as an XLSForm workbook."""
    version = await questionnaires.get_numbered(session, actor, slug, edition, number)
    definition = await questionnaires.read_definition(session, version)
    content = await run_in_threadpool(xlsform_out.write_form, definition)
    return download(version, "xlsx", content, xlsform_out.MEDIA)


@router.get("/questionnaires/{slug}/{edition}/{number:int}/texts", name="exchange.texts")
async def texts(
    request: Request, slug: str, edition: str, number: int, session: Session, actor: AnyActor
) -> Response:
    """The languages of a version as files for translators, and the form that takes a file back."""
    page = await queries.texts_page(session, actor, slug, edition, number)
    return render(request, "exchange/xliff.html", page)


@router.post("/questionnaires/{slug}/{edition}/{number:int}/texts", name="exchange.take_texts")
async def take_texts(
    request: Request,
    slug: str,
    edition: str,
    number: int,
    form: Annotated[FormOf[TextsForm], Depends(form(TextsForm))],
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Tell text by text what a translator's file would do, or take it in."""
    data = await sent_file(form)

    async def act(sent: TextsForm) -> Response:
        version = await questionnaires.get_numbered(session, actor, slug, edition, number)
        file = needed(form, data)
        if sent.then == "take":
            report = await service.import_texts(session, actor, version.id, file, sent.over)
            where = url("exchange.texts", slug=slug, edition=edition, number=number)
            return see_other(request, where, _("Texts changed: %(number)s.", number=report.changed))
        return await look(version.id)

    async def look(version_id: UUID, status: int = 200) -> Response:
        report = await service.look_at_texts(session, actor, version_id, data)
        page = await queries.texts_page(session, actor, slug, edition, number, report)
        page = replace(page, carried=carried(data))
        return render(request, "exchange/xliff_look.html", page, form if form.errors else None, status)

    async def again(status: int) -> Response:
        if isinstance(form.problem, Conflict):
            return await look(
                (await questionnaires.get_numbered(session, actor, slug, edition, number)).id, status
            )
        page = await queries.texts_page(session, actor, slug, edition, number)
        require(page.may_edit)
        return render(request, "exchange/xliff.html", page, form, status)

    return await submit(session, form, act, again)


@router.get("/questionnaires/{slug}/{edition}/{number:int}/texts.{lang}.xlf", name="exchange.xliff")
async def texts_file(
    slug: str, edition: str, number: int, lang: str, session: Session, actor: AnyActor
) -> Response:
    """One language of a version as XLIFF 2.0."""
    version = await questionnaires.get_numbered(session, actor, slug, edition, number)
    if lang not in CODES or lang == version.source_language:
        raise NotFound
    definition = await questionnaires.read_definition(session, version)
    content = await run_in_threadpool(xliff.write_texts, definition, lang, version.number)
    return download(version, f"{lang}.xlf", content, xliff.MEDIA)


@router.get("/questionnaires/{slug}/{edition}/{number:int}/print", name="exchange.print")
async def print_page(
    request: Request, slug: str, edition: str, number: int, session: Session, actor: AnyActor
) -> Response:
    """The blank questionnaire in the language of the page, to be printed and filled in by hand."""
    page = await queries.blank_page(session, actor, slug, edition, number, request.state.language)
    return render(request, "exchange/print.html", page)


@router.get("/questionnaires/{slug}/{edition}/{number:int}/blank.{lang}.docx", name="exchange.blank")
async def blank_file(
    slug: str, edition: str, number: int, lang: str, session: Session, actor: AnyActor
) -> Response:
    """The blank questionnaire in one language as a Word document."""
    if lang not in CODES:
        raise NotFound
    page = await queries.blank_page(session, actor, slug, edition, number, lang)
    content = await run_in_threadpool(blank_word.write_blank, page.blank)
    return download(page.version, f"{lang}.docx", content, blank_word.MEDIA)
