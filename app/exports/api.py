"""Exports as JSON: the same services as the pages."""

from fastapi import APIRouter, Request, Response
from starlette.responses import StreamingResponse

from app.exports import answers, queries, service, tables
from app.exports.models import Export
from app.exports.schemas import DocumentOut, ExportOut, HandedOver
from app.organisations.deps import CurrentActor, RecordedActor
from app.platform import i18n
from app.platform.db import RecordingSession, Session
from app.platform.errors import NotFound
from app.platform.routing import OneOutcome

router = APIRouter(route_class=OneOutcome, tags=["exports"])


@router.get("/desk/{slug}/exports")
async def exports(slug: str, session: Session, actor: CurrentActor) -> list[ExportOut]:
    """What was made final, the newest first."""
    return [ExportOut(**_shown(each)) for each in await queries.list_of(session, actor, slug)]


@router.post("/desk/{slug}/exports", status_code=201)
async def hand_over(slug: str, response: Response, session: Session, actor: CurrentActor) -> HandedOver:
    """Hand the submission over; answers 200 with the last export where nothing changed."""
    made, is_new = await service.hand_over(session, actor, slug)
    if not is_new:
        response.status_code = 200
    return HandedOver(**_shown(made), is_new=is_new)


@router.get("/desk/{slug}/exports/{number}")
async def export(slug: str, number: int, session: Session, actor: CurrentActor) -> DocumentOut:
    """The document of an export and what changed since the one before."""
    view = await queries.get_export(session, actor, slug, number)
    changes = [change.as_json() for change in view.changes]
    return DocumentOut(**_shown(view.export), document=view.document, changes=changes)


@router.get("/desk/{slug}/answers/all.{ending}", response_class=Response)
async def answers_file(
    request: Request, slug: str, ending: str, session: RecordingSession, actor: RecordedActor
) -> Response:
    """All answers as a table, `csv` or `xlsx`, one row an answer; recorded."""
    if ending not in tables.MEDIA:
        raise NotFound
    consultation = await service.take_answers(session, actor, slug, ending)
    made = answers.file_of(request.app.state.db, consultation, ending, i18n.current.get())
    return StreamingResponse(made, media_type=tables.MEDIA[ending])


def _shown(export: Export) -> dict[str, object]:
    return {
        "number": export.number,
        "made_at": export.made_at,
        "made_by": export.made_by_name,
        "checksum": export.checksum,
        "redacted_on": export.redacted_on,
    }
