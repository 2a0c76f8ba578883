"""Routes: found by looking them up, and each request one transaction with one outcome.

With some two hundred routes, trying each cost more than most handlers (docs/decisions/0006).
"""

from collections.abc import Callable, Coroutine, Iterable, Mapping
from http import HTTPStatus
from itertools import chain
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from app.platform import idempotency, typed
from app.platform.cookies import FORM_COOKIE
from app.platform.db import READING
from app.platform.forms import Fields, Sent
from app.platform.pages import browser_secret, set_cookie

Key = tuple[int, str, str]
CHOSEN = "portal.route"
# The part that holds what a refused form brought, on the page on which somebody signs in again.
BROUGHT = "kept."
REFUSED = HTTPStatus.BAD_REQUEST  # this status and every higher one
ALLOWED = "portal.allowed"


def _parts(path: str) -> list[str]:
    return path.strip("/").split("/")


def _key(path: str) -> Key:
    """How many parts a path has, its first part, and its third where that is a fixed word."""
    parts = _parts(path)
    third = parts[2] if len(parts) > 2 else ""  # noqa: PLR2004  (the third part is the telling one)
    return len(parts), parts[0], "" if third.startswith("{") else third


class RouteIndex(BaseRoute):
    """An index of routes by their number of parts, the first part, and the third where it is a fixed word."""

    def __init__(self, routers: Iterable[APIRouter], prefix: str = "") -> None:
        self.prefix = prefix
        self.table: dict[Key, list[tuple[int, APIRoute]]] = {}
        routes = chain.from_iterable(router.routes for router in routers)
        for place, route in enumerate(route for route in routes if isinstance(route, APIRoute)):
            self.table.setdefault(_key(route.path_format), []).append((place, route))

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The first route that takes the path and the method, else the first that takes the path."""
        if scope["type"] != "http" or not scope["path"].startswith(self.prefix):
            return Match.NONE, {}
        inner = {**scope, "root_path": scope.get("root_path", "") + self.prefix} if self.prefix else scope
        partial: tuple[Match, Scope] | None = None
        allowed: set[str] = set()
        for _place, route in self._candidates(scope["path"][len(self.prefix) :]):
            match, child = route.matches(inner)
            found = match, {**child, CHOSEN: route}
            if match is Match.FULL:
                return found
            if match is Match.PARTIAL:
                allowed |= route.methods or set()
                partial = partial or found
        if partial is None:
            return Match.NONE, {}
        return partial[0], {**partial[1], ALLOWED: allowed}

    def _candidates(self, path: str) -> list[tuple[int, APIRoute]]:
        count, first, third = _key(path)
        exact = self.table.get((count, first, third), [])
        if not third:
            return exact
        return sorted([*exact, *self.table.get((count, first, ""), ())], key=lambda placed: placed[0])

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to the route that was found; what no route takes is told which methods are."""
        if ALLOWED in scope:
            methods = {*scope[ALLOWED], "HEAD"} if "GET" in scope[ALLOWED] else scope[ALLOWED]
            raise HTTPException(405, headers={"allow": ", ".join(sorted(methods))})
        route: APIRoute = scope[CHOSEN]
        await route.handle(scope, receive, send)


class Moved(BaseRoute):
    """Addresses of earlier releases, for what no route takes: the parts after the third by their new names.

    It answers 308, so that a form sent from a tab that stood open while the portal was renewed arrives with
    everything in it (RFC 9110, section 15.4.9).
    """

    def __init__(self, under: str, parts: Mapping[str, str]) -> None:
        self.under = under
        self.parts = parts

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether the path lies there and holds a former part."""
        if scope["type"] != "http" or self._new(scope["path"]) == scope["path"]:
            return Match.NONE, {}
        return Match.FULL, {}

    def _new(self, path: str) -> str:
        if not path.startswith(self.under):
            return path
        fixed, rest = path.split("/")[:3], path.split("/")[3:]
        return "/".join([*fixed, *(self.parts.get(part, part) for part in rest)])

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Say where it is now."""
        request = Request(scope)
        query = f"?{request.url.query}" if request.url.query else ""
        to = f"/{request.state.language}{quote(self._new(scope['path']))}{query}"
        await Response(status_code=HTTPStatus.PERMANENT_REDIRECT, headers={"location": to})(
            scope, receive, send
        )


class OneOutcome(APIRoute):
    """The route of every page and of the JSON interface (docs/decisions/0010).

    A refusal writes nothing, whatever the handler did before it knew: the transaction of an answer that
    is no success is rolled back. A page that changed something redirects. A request that comes twice has
    one outcome. What stood in the other forms of the page goes along to the page that follows.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with what every request has in common around it."""
        handle: Callable[[Request], Any] = super().get_route_handler()

        async def handler(request: Request) -> Response:
            for prepare in getattr(request.app.state, "before_page", ()):
                await prepare(request)
            if request.method in READING:
                if typed.PARAMETER in request.query_params:
                    request.state.kept = await typed.load(request, request.cookies.get(FORM_COOKIE, ""))
                return await handle(request)  # type: ignore[no-any-return]
            idempotency.check_key(request)
            try:
                return await _settle(request, await handle(request))
            finally:
                await request.close()  # the files of the form

        return handler


def keep_although_refused(request: Request) -> None:
    """Let a refusal write what the service wrote: only for counting tries to sign in."""
    request.state.keeps = True


def may_repeat(request: Request) -> None:
    """Say that the service itself gives equal requests one outcome, so that no key need be kept."""
    request.state.repeats = True


def carry(request: Request, fields: Fields) -> None:
    """Take these fields along to the page that follows; `typed.keep` says how."""
    request.state.carried = fields


async def _settle(request: Request, response: Response) -> Response:
    session = getattr(request.state, "session", None)
    if session is None:
        return response
    is_page = not request.scope["path"].startswith("/api/")
    succeeded = response.status_code == HTTPStatus.SEE_OTHER if is_page else response.status_code < REFUSED
    key = idempotency.key_in(request)
    if not succeeded:
        if getattr(request.state, "keeps", False):
            return response
        await session.rollback()
        # What is refused now may have succeeded a moment ago, when the same request came first.
        earlier = await idempotency.find(session, key) if key and response.status_code >= REFUSED else None
        return earlier or response
    if is_page:
        _carry(request, response)
    if key is None or getattr(request.state, "repeats", False):
        return response
    await session.flush()
    if await idempotency.keep(session, key, response):
        return response
    await session.rollback()
    return await idempotency.find(session, key) or response


def _carry(request: Request, response: Response) -> None:
    """Keep the words that stood elsewhere on the page for the page that follows."""
    sent: Sent | None = getattr(request.state, "sent", None)
    to = response.headers["location"]
    fields = _carried(request, sent, to) if sent is not None else {}
    if not fields:
        return
    browser, is_fresh = browser_secret(request)
    if is_fresh:
        set_cookie(request, response, FORM_COOKIE, browser, max_age=None)
    unseen = {name.removeprefix(BROUGHT) for name in sent.unseen} if sent is not None else set()
    response.headers["location"] = typed.keep(request.state.session, browser, to, fields, unseen)


def _carried(request: Request, sent: Sent, to: str) -> Fields:
    """What goes along: everything on a change of language, the parts not sent where the page stays the same."""
    everything: Fields | None = getattr(request.state, "carried", None)
    if everything is not None:
        return everything
    brought = {n.removeprefix(BROUGHT): v for n, v in sent.others.items() if n.startswith(BROUGHT)}
    if brought:
        return brought
    return sent.others if typed.page_of(sent.at) == typed.page_of(to) else {}
