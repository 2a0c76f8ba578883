"""Pages of the exports: what is missing, what was made final, the files, the differences."""

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from app.exports import answers, files, queries, service, tables
from app.organisations.deps import CurrentActor, RecordedActor
from app.platform.db import RecordingSession, Session
from app.platform.errors import NotFound
from app.platform.forms import JustAButton
from app.platform.i18n import _
from app.platform.pages import render, see_other, url
from app.platform.routing import OneOutcome

router = APIRouter(route_class=OneOutcome)


@router.get("/desk/{slug}/export", name="exports.page")
async def export(request: Request, slug: str, session: Session, actor: CurrentActor) -> Response:
    """What stands in the way, and what was made final."""
    return render(request, "exports/page.html", await queries.export_page(session, actor, slug))


@router.post("/desk/{slug}/export", name="exports.make")
async def hand_over(
    request: Request, slug: str, form: JustAButton, session: Session, actor: CurrentActor
) -> Response:
    """Hand the submission over."""
    made, is_new = await service.hand_over(session, actor, slug)
    said = _("The final file is made. It has the number %(number)s.", number=made.number)
    if not is_new:
        said = _("Nothing changed since final file %(number)s, so that file stands.", number=made.number)
    return see_other(request, url("exports.page", slug=slug), said)


@router.get("/desk/{slug}/answers", name="exports.answers")
async def all_answers(request: Request, slug: str, session: Session, actor: CurrentActor) -> Response:
    """What the table of all answers holds, and the two files."""
    return render(request, "exports/answers.html", await answers.answers_page(session, actor, slug))


@router.get("/desk/{slug}/answers/all.{ending}", name="exports.answers_file")
async def answers_file(
    request: Request, slug: str, ending: str, session: RecordingSession, actor: RecordedActor
) -> Response:
    """All answers as a table; that somebody took it is recorded before the first byte goes."""
    if ending not in tables.MEDIA:
        raise NotFound
    consultation = await service.take_answers(session, actor, slug, ending)
    made = answers.file_of(request.app.state.db, consultation, ending, request.state.language)
    attached = f'attachment; filename="{files.safe_name(slug)}-answers.{ending}"'
    return StreamingResponse(made, media_type=tables.MEDIA[ending], headers={"content-disposition": attached})


@router.get("/desk/{slug}/export/draft.docx", name="exports.draft")
async def draft(slug: str, session: Session, actor: CurrentActor) -> Response:
    """A working copy of the submission as it stands."""
    document = await service.draft(session, actor, slug)
    return _file(slug, "draft", "docx", await run_in_threadpool(files.as_word, document))


@router.get("/desk/{slug}/export/{number:int}/changes", name="exports.changes")
async def changes(
    request: Request, slug: str, number: int, session: Session, actor: CurrentActor
) -> Response:
    """What changed since the export before."""
    return render(request, "exports/changes.html", await queries.get_export(session, actor, slug, number))


@router.get("/desk/{slug}/export/{number:int}.{ending}", name="exports.download")
async def download(slug: str, number: int, ending: str, session: Session, actor: CurrentActor) -> Response:
    """An export as a file."""
    view = await queries.get_export(session, actor, slug, number)
    make = {"docx": files.as_word, "json": files.as_json}.get(ending)
    if make is None:
        raise NotFound
    export = view.export
    content = await run_in_threadpool(make, view.document, export.checksum, view.changes, export.redacted_on)
    return _file(slug, f"export-{number}", ending, content)


def _file(slug: str, name: str, ending: str, content: bytes) -> Response:
    attached = f'attachment; filename="{files.safe_name(slug)}-{name}.{ending}"'
    return Response(content, media_type=files.MEDIA[ending], headers={"content-disposition": attached})
