"""An answer as it comes from a page, and what the page after it is told."""

import re
from typing import Annotated

from fastapi import Depends, Request
from pydantic import ValidationError
from starlette.responses import Response

from app.contributions import begun, clashing
from app.contributions.relevance_changes import RelevanceChange
from app.contributions.schemas import AnswerForm
from app.organisations import deps
from app.platform.cookies import BEARER_COOKIE, SESSION_COOKIE
from app.platform.db import Database
from app.platform.forms import FormOf, form, sentences
from app.platform.pages import set_cookie
from app.platform.typed import Kept

# The codes of the questions that the last answer changed, for the next page only: an address would
# stay in histories and logs and say there what was answered.
CHANGED_COOKIE = "changed"
MOST_CHANGED = 60


async def _settled(sent: Annotated[FormOf[AnswerForm], Depends(form(AnswerForm))]) -> FormOf[AnswerForm]:
    """What was chosen from two versions counts as if it had been typed, also where it cannot be saved."""
    if not clashing.is_settled(sent.values):
        return sent
    sent.values = clashing.chosen(sent.values)
    sent.data, sent.errors = None, {}
    try:
        sent.data = AnswerForm.model_validate(clashing.as_input(sent.values))
    except ValidationError as problem:
        sent.errors = sentences(problem)
    return sent


SentAnswer = Annotated[FormOf[AnswerForm], Depends(_settled)]


BEFORE = re.compile(r"/(?:c/([^/]+))?")


async def find_begun(request: Request) -> None:
    """For home and the page of a consultation: what this person can go on with."""
    found = BEFORE.fullmatch(request.scope["path"])
    if found is None or request.method not in {"GET", "HEAD"}:
        return
    if not {SESSION_COOKIE, BEARER_COOKIE} & request.cookies.keys():
        return
    db: Database = request.app.state.db
    async with db.read() as session:
        actor = await deps.actor_of_request(request, session)
        request.state.begun = await begun.find_begun(
            session, actor, request.state.language, found.group(1) or ""
        )


def choosing(request: Request) -> tuple[AnswerForm, str, dict[str, str]] | None:
    """What was being chosen from two versions when the language changed or the session ended."""
    kept: Kept | None = getattr(request.state, "kept", None)
    if kept is None or not clashing.is_settled(kept.fields):
        return None
    lists = {"sources", "value"}
    values = {name: each if name in lists else each[-1] for name, each in kept.fields.items()}
    try:
        data = AnswerForm.model_validate(clashing.as_input(values))
    except ValidationError:
        return None
    return data, str(values.get("before", "")), clashing.picked_in(values)


def changed(request: Request) -> list[str]:
    """What the last answer changed, by code; whether a question matters is asked anew."""
    return request.cookies.get(CHANGED_COOKIE, "").split(":")[:MOST_CHANGED]


def tell(request: Request, response: Response, change: RelevanceChange) -> Response:
    """The answer to a save, which tells the next page what it changed."""
    codes = [*change.became_relevant, *change.became_irrelevant][:MOST_CHANGED]
    if codes:
        set_cookie(request, response, CHANGED_COOKIE, ":".join(codes), max_age=60)
    return response


def once(request: Request, response: Response) -> Response:
    """A page that has told it."""
    if CHANGED_COOKIE in request.cookies:
        response.delete_cookie(CHANGED_COOKIE)
    return response
