"""Running the portal as JSON, for monitoring."""

from fastapi import APIRouter

from app.operation import queries, service
from app.operation.schemas import MailOut, OperationOut, RecordOut, RetryInput
from app.organisations.deps import CurrentActor
from app.platform.db import Session
from app.platform.routing import OneOutcome

router = APIRouter(route_class=OneOutcome, tags=["operation"])


@router.get("/operation")
async def operation(session: Session, actor: CurrentActor, before: str = "") -> OperationOut:
    """E-mail that did not go out, and one page of the record."""
    page = await queries.operation_page(session, actor, before)
    mails = [
        MailOut(
            id=mail.id,
            template=mail.template,
            to=mail.to,
            attempts=mail.attempts,
            given_up=mail.next_try_at is None,
            error=mail.error,
            next_try_at=mail.next_try_at,
        )
        for mail in page.mails
    ]
    entries = [
        RecordOut(at=entry.at, who=str(entry.who), action=entry.action, sentence=str(entry.sentence))
        for entry in page.entries
    ]
    return OperationOut(mails=mails, overdue=page.overdue, entries=entries, before=page.before)


@router.post("/operation/mail")
async def retry(data: RetryInput, session: Session, actor: CurrentActor) -> dict[str, int]:
    """Send one again, or all of them."""
    return {"tried_again": await service.retry_mails(session, actor, data.mail)}
