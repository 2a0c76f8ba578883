"""What the pages of one consultation show above themselves: the steps of the work, with their counts."""

import re

from fastapi import Request

from app.organisations import deps
from app.platform.db import Database
from app.work import queries

DESK = re.compile(r"/desk/(?!new(?:/|$))([^/]+)(?:/|$)")


async def find_steps(request: Request) -> None:
    """Count before the page is made, so that every page of the staff shows the same numbers."""
    found = DESK.match(request.scope["path"])
    if found is None:
        return
    db: Database = request.app.state.db
    async with db.read() as session:
        actor = await deps.actor_of_request(request, session)
        if actor.is_known:
            request.state.steps = await queries.find_steps(session, actor, found.group(1))
