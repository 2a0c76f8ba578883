"""Statements as JSON: the same services as the pages."""

from collections.abc import Iterable
from uuid import UUID

from fastapi import APIRouter

from app.organisations.deps import CurrentActor
from app.platform.db import Session
from app.platform.routing import OneOutcome
from app.statements import service
from app.statements.formats import Finding
from app.statements.plan import Fate, Preview
from app.statements.schemas import DismissInput, FindingOut, PlacedOut, StatementsInput, StatementsOut

router = APIRouter(route_class=OneOutcome, tags=["statements"])


@router.post("/desk/{slug}/statements")
@router.post("/desk/{slug}/intake", deprecated=True)
async def take_in(slug: str, data: StatementsInput, session: Session, actor: CurrentActor) -> StatementsOut:
    """Look at a table of statements; take it in if `dry_run` is false."""
    act = service.preview_statements if data.dry_run else service.import_statements
    return report(await act(session, actor, slug, data.csv.encode()), dry_run=data.dry_run)


@router.post("/desk/{slug}/statements/{row_id}/dismiss", status_code=204)
@router.post("/desk/{slug}/intake/{row_id}/dismiss", status_code=204, deprecated=True)
async def dismiss(slug: str, row_id: UUID, data: DismissInput, session: Session, actor: CurrentActor) -> None:
    """Set a statement that waits aside, with a reason."""
    await service.dismiss_row(session, actor, slug, row_id, data.reason)


def report(seen: Preview, *, dry_run: bool) -> StatementsOut:
    """The whole report on a table, line by line."""
    plan = seen.plan
    return StatementsOut(
        dry_run=dry_run,
        taken_in=len(plan.of(Fate.NEW)),
        kept=len(plan.of(Fate.KEPT)),
        known=len(plan.of(Fate.KNOWN)),
        repeated=len(plan.of(Fate.REPEATED)),
        new_organisations=seen.new_organisations,
        contributions=len(plan.speakers),
        answers=len(plan.drafts),
        problems=_findings(seen.table.problems),
        notes=_findings(seen.table.notes),
        rows=[
            PlacedOut(
                line=each.row.line,
                organisation=each.row.organisation,
                fate=each.fate.value,
                question=seen.version.codes[each.question_id] if each.question_id else None,
                how=each.how.value if each.how else None,
                why=str(each.reason) if each.why else None,
            )
            for each in plan.placed
        ],
    )


def _findings(findings: Iterable[Finding]) -> list[FindingOut]:
    return [
        FindingOut(line=each.line, column=each.column, problem=str(each.problem), remedy=str(each.remedy))
        for each in findings
    ]
