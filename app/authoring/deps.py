"""What the pages of a version share: which one an address names, and what they answer with."""

from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.responses import Response

from app.authoring.schemas import Where
from app.platform.errors import Invalid, NotFound, StaleEdit
from app.platform.forms import FormOf
from app.platform.i18n import _
from app.platform.pages import render, url

VERSION = "/questionnaires/{slug}/{edition}/{number:int}"
SAVED = _("Saved.")

# No edition ever has so many versions, and a database counts only so far.
HIGHEST = 1_000_000


async def where(slug: str, edition: str, number: int) -> Where:
    """The version in the path; a number nobody can reach is not there."""
    if not 0 < number < HIGHEST:
        raise NotFound
    return Where(slug, edition, number)


STALE = _("Somebody saved another version while you were writing. Saving again replaces it by yours.")
WhereIs = Annotated[Where, Depends(where)]


def to(name: str, where: Where, **more: Any) -> str:
    """The address of a page of a version."""
    return url(name, slug=where.slug, edition=where.edition, number=where.number, **more)


def again(
    request: Request, template: str, page: Any, form: FormOf[Any], problem: Invalid | StaleEdit
) -> Response:
    """The same page with what was typed; after a clash it shows what is stored as well."""
    if isinstance(problem, Invalid):
        form.errors = form.errors or problem.errors
        return render(request, template, page, form, status=422)
    form.errors = {"": STALE}
    return render(request, template, page, form, status=409)
