"""What comes in and goes out about running the portal."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from app.platform.forms import Input


class RetryInput(Input):
    """Which mail to send again; none means all of them."""

    mail: UUID | None = None


class MailOut(BaseModel):
    """A mail that did not go out yet."""

    id: UUID
    template: str
    to: str
    attempts: int
    given_up: bool
    error: str
    next_try_at: datetime | None


class RecordOut(BaseModel):
    """One act that belongs to no country review."""

    at: datetime
    who: str
    action: str
    sentence: str


class OperationOut(BaseModel):
    """What those who run the portal look at."""

    mails: list[MailOut]
    overdue: int
    entries: list[RecordOut]
    before: str | None
