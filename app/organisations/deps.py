"""Who is asking: loaded once a request, from the session cookie or a bearer token, never both."""

from typing import Annotated

from fastapi import Depends, Request
from sqlmodel.ext.asyncio.session import AsyncSession

from app.organisations import queries
from app.platform import ids
from app.platform.cookies import BEARER_COOKIE, SESSION_COOKIE
from app.platform.db import RecordingSession, Session
from app.platform.errors import SignInRequired
from app.platform.security import NOBODY, Actor


async def actor_of_request(request: Request, session: AsyncSession) -> Actor:
    """Whoever asks, nobody included; looked for once a request."""
    found: Actor | None = getattr(request.state, "actor", None)
    if found is not None:
        return found
    if request.scope["path"].startswith("/api/"):
        scheme, _space, token = request.headers.get("authorization", "").partition(" ")
        known = scheme.lower() == "bearer" and token
        actor = await queries.find_actor(session, ids.fingerprint(token), of_token=True) if known else NOBODY
    elif bearer := request.cookies.get(BEARER_COOKIE):
        # Whoever came with a code is nobody else, even where an account is signed in beside it.
        actor = await queries.find_bearer(session, ids.fingerprint(bearer))
    else:
        cookie = request.cookies.get(SESSION_COOKIE)
        actor = await queries.find_actor(session, ids.fingerprint(cookie)) if cookie else NOBODY
    request.state.actor = actor
    return actor


async def any_actor(request: Request, session: Session) -> Actor:
    """Whoever asks, nobody included."""
    return await actor_of_request(request, session)


async def current_actor(request: Request, session: Session) -> Actor:
    """Somebody who is signed in or holds a code; raises SignInRequired."""
    actor = await actor_of_request(request, session)
    if not actor.is_known:
        raise SignInRequired
    return actor


async def recorded_actor(request: Request, session: RecordingSession) -> Actor:
    """Somebody signed in or with a code, on a page whose reading is recorded; raises SignInRequired."""
    actor = await actor_of_request(request, session)
    if not actor.is_known:
        raise SignInRequired
    return actor


AnyActor = Annotated[Actor, Depends(any_actor)]
CurrentActor = Annotated[Actor, Depends(current_actor)]
RecordedActor = Annotated[Actor, Depends(recorded_actor)]
