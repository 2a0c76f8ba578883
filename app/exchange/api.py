"""Questionnaires as JSON: what a version says, whole, and a way to hand one in."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from app.organisations.deps import AnyActor, CurrentActor
from app.platform.db import Session
from app.platform.routing import OneOutcome
from app.platform.security import require
from app.questionnaires import policy, queries, service
from app.questionnaires.definition import Definition
from app.questionnaires.models import Edition, Origin, QuestionnaireVersion, VersionState
from app.xlsform.limits import check_bounds

router = APIRouter(route_class=OneOutcome, tags=["questionnaires"])


class VersionOut(BaseModel):
    """One version of one edition; `edition_path` is how its address calls the edition."""

    slug: str
    edition: Edition
    edition_path: str
    number: int
    state: VersionState
    origin: Origin
    source_language: str
    titles: dict[str, str]
    checksum: str


@router.get("/questionnaires")
async def all_questionnaires(session: Session, actor: AnyActor) -> list[VersionOut]:
    """Every version that this account may read, by name and newest first."""
    found = await queries.list_versions(session)
    return [_out(version) for version in found if policy.can_read(actor, version)]


@router.get("/questionnaires/{slug}/{edition}/{number}")
async def one_questionnaire(
    slug: str, edition: str, number: int, session: Session, actor: AnyActor
) -> Definition:
    """What a version says; a draft for those who write it."""
    version = await queries.get_numbered(session, actor, slug, edition, number)
    return await queries.read_definition(session, version)


@router.post("/questionnaires", status_code=201)
async def take_in(
    data: Definition,
    session: Session,
    actor: CurrentActor,
    over: Annotated[str, Query(max_length=64)] = "",
) -> VersionOut:
    """Make a draft that says this, or make the draft that there is say it.

    A draft that says something else is replaced only where `over` names the `checksum` of what it says now.
    """
    require(policy.can_write(actor))
    check_bounds(data)
    return _out(await service.import_definition(session, actor, data, over))


def _out(version: QuestionnaireVersion) -> VersionOut:
    return VersionOut(
        slug=version.slug,
        edition=version.edition,
        edition_path=version.edition_path,
        number=version.number,
        state=version.state,
        origin=version.origin,
        source_language=version.source_language,
        titles=version.texts.get("title", {}),
        checksum=version.checksum,
    )
