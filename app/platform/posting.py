"""What every page that takes a form does: try, and redirect; or undo, and show the page again as it was typed."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.platform.errors import Conflict, Forbidden, Invalid
from app.platform.forms import FormOf
from app.platform.pages import render

M = TypeVar("M", bound=BaseModel)
Act = Callable[[M], Awaitable[Response]]
Again = Callable[[int], Awaitable[Response]]


async def submit(session: AsyncSession, form: FormOf[M], act: Act[M], again: Again) -> Response:
    """Do with the form's data what it asks for; `act` answers with a redirect, or with a page that only shows.

    Where the data or the service refuses, everything written so far is undone before the page is made
    again, so that it shows what stands; `again` gets the status, and finds the sentences in `form.errors`
    and what the service raised in `form.problem` (rows in it are gone: look them up again). What `act`
    raises beyond Invalid, Forbidden and Conflict (404, 401, 429) is a page of its own.
    """
    try:
        return await act(form.valid)
    except (Invalid, Forbidden, Conflict) as problem:
        await session.rollback()
        form.problem = problem
        form.errors = form.errors or getattr(problem, "errors", None) or {"": problem.detail}
        return await again(problem.status)


def shown(
    request: Request, form: FormOf[Any], template: str, make: Callable[[], Awaitable[Any]] | None = None
) -> Again:
    """The usual way to show a page again: its template, what `make` finds now, and the form as it was typed."""

    async def again(status: int) -> Response:
        return render(request, template, await make() if make else None, form, status)

    return again
