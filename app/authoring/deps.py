"""What the pages of a version share: which one an address names, and what they answer with."""

from typing import Annotated, Any

from fastapi import Depends

from app.authoring.schemas import Where
from app.platform.errors import NotFound
from app.platform.i18n import _
from app.platform.pages import url

VERSION = "/questionnaires/{slug}/{edition}/{number:int}"
SAVED = _("Saved.")

# No edition ever has so many versions, and a database counts only so far.
HIGHEST = 1_000_000


async def where(slug: str, edition: str, number: int) -> Where:
    """The version in the path; a number nobody can reach is not there."""
    if not 0 < number < HIGHEST:
        raise NotFound
    return Where(slug, edition, number)


WhereIs = Annotated[Where, Depends(where)]


def to(name: str, where: Where, **more: Any) -> str:
    """The address of a page of a version."""
    return url(name, slug=where.slug, edition=where.edition, number=where.number, **more)
