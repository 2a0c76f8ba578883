"""What goes out as JSON."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel


class ExportOut(BaseModel):
    """One export in a list; `redacted_on` is the day on which words withdrawn since were taken out of it.

    `checksum` is that of the document as it was made final.
    """

    number: int
    made_at: datetime
    made_by: str
    checksum: str
    redacted_on: date | None = None


class HandedOver(ExportOut):
    """The export that stands; `is_new` is false where nothing had changed."""

    is_new: bool


class DocumentOut(ExportOut):
    """An export with its document and what changed since the one before."""

    document: dict[str, Any]
    changes: list[dict[str, Any]]
