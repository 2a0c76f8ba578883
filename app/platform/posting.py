"""What every page that takes a form does: try, and redirect; or undo, and show the form again as it was typed."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.platform.errors import Conflict, Forbidden, Invalid
from app.platform.forms import FormOf

M = TypeVar("M", bound=BaseModel)
Act = Callable[[M], Awaitable[Response]]
Again = Callable[[int], Awaitable[Response]]


async def submit(session: AsyncSession, form: FormOf[M], act: Act[M], again: Again) -> Response:
    """Do with the form's data what it asks for; `act` answers with a redirect.

    Where the data or the service refuses, everything written so far is undone before the page is made
    again, so that it shows what stands; `again` gets the status and finds the sentences in `form.errors`.
    What `act` raises beyond Invalid, Forbidden and Conflict (404, 401, 429) is a page of its own.
    """
    try:
        return await act(form.valid)
    except (Invalid, Forbidden, Conflict) as problem:
        await session.rollback()
        form.problem = problem
        form.errors = form.errors or getattr(problem, "errors", None) or {"": problem.detail}
        return await again(problem.status)
