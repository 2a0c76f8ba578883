"""The edge of the portal: one pure ASGI layer around everything.

It gives each request an id, takes the language from the path, bounds the body before anybody parses
it, and puts the security headers on every answer, errors and static files included.
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.platform import clock, i18n, ids, logging
from app.platform.security import HEADERS, PRIVATE

BARE = ("/static/", "/api/", "/demo.json", "/health", "/openapi.json", "/icon")


DRAINED = 100_000_000


class BodyTooLarge(HTTPException):
    """More bytes came than the limit allows."""

    def __init__(self) -> None:
        super().__init__(413)


class Answer:
    """The way out: every answer gets the headers; `language` is None for files that may be cached."""

    __slots__ = ("extra", "send", "started")

    def __init__(self, send: Send, rid: str, language: str | None) -> None:
        self.send = send
        self.started = False
        self.extra: list[tuple[bytes, bytes]] = [*HEADERS, (b"x-request-id", rid.encode())]
        if language is not None:
            self.extra += PRIVATE
            self.extra.append((b"content-language", i18n.BY_CODE[language].tag.encode()))

    async def __call__(self, message: Message) -> None:
        """Pass one message on."""
        if message["type"] == "http.response.start":
            self.started = True
            message["headers"] = [*message.get("headers", []), *self.extra]
        await self.send(message)


def _bounded(receive: Receive, limit: int) -> Receive:
    """The way in, which ends when more came than was declared."""
    received = 0

    async def bounded() -> Message:
        nonlocal received
        message = await receive()
        if message["type"] == "http.request":
            received += len(message.get("body", b""))
            if received > limit:
                raise BodyTooLarge
        return message

    return bounded


class Edge:
    """Language, limits, headers and the request id."""

    def __init__(
        self,
        app: ASGIApp,
        body_limit: int,
        uploads: Mapping[str, int],
        refuse: Callable[[Request, Exception], Response],
    ) -> None:
        self.app = app
        self.refuse = refuse
        self.body_limit = body_limit
        self.uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        rid = ids.random_id().hex[:12]
        logging.request_id.set(rid)
        clock.arrived.set(clock.now())
        state = scope.setdefault("state", {})
        state["request_id"] = rid
        headers = dict(scope["headers"])
        self._take_language(scope, state, headers)
        path: str = scope["path"]
        limit = next((n for ending, n in self.uploads.items() if path.endswith(ending)), self.body_limit)
        answer = Answer(send, rid, None if path.startswith("/static/") else state["language"])
        declared = headers.get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > limit:
            await _drain(receive)
            await self.refuse(Request(scope), BodyTooLarge())(scope, receive, answer)
        elif not state["in_path"] and scope["method"] in {"GET", "HEAD"}:
            query = scope["query_string"].decode("latin-1")
            target = f"/{state['language']}{quote(path)}" + (f"?{query}" if query else "")
            reply = RedirectResponse(target, 307, headers={"vary": "Accept-Language"})
            await reply(scope, receive, answer)
        else:
            await self._pass_on(scope, _bounded(receive, limit), answer)

    async def _pass_on(self, scope: Scope, receive: Receive, answer: "Answer") -> None:
        try:
            await self.app(scope, receive, answer)
        except Exception as problem:
            if answer.started:
                raise
            await self.refuse(Request(scope), problem)(scope, receive, answer)

    @staticmethod
    def _take_language(scope: Scope, state: dict[str, Any], headers: Mapping[bytes, bytes]) -> None:
        path: str = scope["path"]
        first, _slash, rest = path[1:].partition("/")
        if first in i18n.BY_CODE:
            state["language"], state["in_path"] = first, True
            scope["path"] = "/" + rest
            scope["raw_path"] = scope["path"].encode("utf-8", "surrogateescape")
        else:
            state["language"] = i18n.negotiate(headers.get(b"accept-language", b"").decode("latin-1"))
            state["in_path"] = path.startswith(BARE)
        state["outer_path"] = path
        i18n.current.set(state["language"])


async def _drain(receive: Receive) -> None:
    """Read on, so that the browser gets to see why it was refused instead of a broken line."""
    taken = 0
    while taken < DRAINED:
        message = await receive()
        taken += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body", False):
            return
