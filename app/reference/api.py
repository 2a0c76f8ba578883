"""The reference data as JSON: the same services as the pages."""

from fastapi import APIRouter

from app.organisations.deps import AnyActor, CurrentActor
from app.platform.db import Session
from app.platform.routing import OneOutcome
from app.reference import queries, service
from app.reference.models import ReferenceVersion
from app.reference.schemas import DocumentInput, PublishInput, ReferenceOut

router = APIRouter(route_class=OneOutcome, tags=["reference"])


@router.get("/reference")
async def published(session: Session, actor: AnyActor) -> ReferenceOut:
    """What stands now; version number 0 is what ships with the portal."""
    page = await queries.reference_page(session, actor)
    if page.version is not None:
        return _out(page.version)
    return ReferenceOut(number=0, state="published", since=None, note="", version=0, data=page.data)


@router.get("/reference/versions/{number}")
async def version(number: int, session: Session, actor: AnyActor) -> ReferenceOut:
    """One version; a draft is for the secretariat."""
    return _out(await queries.get_version(session, actor, number))


@router.post("/reference/draft", status_code=201)
async def start_draft(session: Session, actor: CurrentActor) -> ReferenceOut:
    """Begin a draft with the rows that stand."""
    return _out(await service.start_draft(session, actor))


@router.put("/reference/draft")
async def replace_draft(data: DocumentInput, session: Session, actor: CurrentActor) -> ReferenceOut:
    """Put a whole document into the draft."""
    return _out(await service.replace_draft(session, actor, data))


@router.post("/reference/draft/publication", status_code=201)
async def publish(data: PublishInput, session: Session, actor: CurrentActor) -> ReferenceOut:
    """Let the draft stand."""
    return _out(await service.publish(session, actor, data))


def _out(version: ReferenceVersion) -> ReferenceOut:
    return ReferenceOut(
        number=version.number,
        state=version.state,
        since=version.state_since,
        note=version.note,
        version=version.version,
        data=queries.data_of(version),
    )
