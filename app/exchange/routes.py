"""Pages and downloads that exchange questionnaires with other tools and with paper."""

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import Response

from app.exchange import queries, service, xliff
from app.organisations.deps import AnyActor, CurrentActor
from app.platform.db import Session
from app.platform.errors import Invalid, NotFound
from app.platform.forms import JustAButton
from app.platform.i18n import CODES, _
from app.platform.pages import render
from app.platform.security import require
from app.questionnaires import queries as questionnaires
from app.questionnaires.models import QuestionnaireVersion

router = APIRouter()


def download(version: QuestionnaireVersion, ending: str, content: bytes, media: str) -> Response:
    """A file named after the version it holds."""
    name = f"{version.slug}-{version.edition_path}-{version.number}.{ending}"
    return Response(
        content, media_type=media, headers={"content-disposition": f'attachment; filename="{name}"'}
    )


async def sent_file(form: JustAButton) -> bytes:
    """The bytes of the one file of a form; raises Invalid where none was chosen."""
    upload: UploadFile | None = form.files.get("file")
    data = b""
    if upload is not None:
        try:
            data = await upload.read()
        finally:
            await upload.close()
    if not data:
        raise Invalid({"file": _("Choose a file.")})
    return data


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
    form: JustAButton,
    session: Session,
    actor: CurrentActor,
) -> Response:
    """Take a translator's file in and tell what it did, text by text."""
    version = await questionnaires.get_numbered(session, actor, slug, edition, number)
    try:
        report = await service.import_texts(session, actor, version.id, await sent_file(form))
    except Invalid as problem:
        form.errors = problem.errors
        page = await queries.texts_page(session, actor, slug, edition, number)
        require(page.may_edit)
        return render(request, "exchange/xliff.html", page, form)
    page = await queries.texts_page(session, actor, slug, edition, number, report)
    return render(request, "exchange/xliff_taken.html", page)


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
