"""Finding the route of a request by looking it up, not by trying one after the other.

With some two hundred routes, trying each cost more than most handlers (docs/decisions/0006).
"""

from collections.abc import Iterable
from itertools import chain

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

Key = tuple[int, str, str]
CHOSEN = "portal.route"
ALLOWED = "portal.allowed"


def _parts(path: str) -> list[str]:
    return path.strip("/").split("/")


def _key(path: str) -> Key:
    """How many parts a path has, its first part, and its third where that is a fixed word."""
    parts = _parts(path)
    third = parts[2] if len(parts) > 2 else ""  # noqa: PLR2004  (the third part is the telling one)
    return len(parts), parts[0], "" if third.startswith("{") else third


class Shelf(BaseRoute):
    """Many routes as one: those that cannot match are never asked, the others in their order."""

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
