"""The edge of the portal: one pure ASGI layer around everything.

It gives each request an id, takes the language from the path, bounds the body before anybody parses
it, and puts the security headers on every answer, errors and static files included.
"""

import asyncio
import logging as std_logging
from collections.abc import Callable, Collection, Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.platform import clock, cookies, i18n, ids, logging
from app.platform.errors import AppError
from app.platform.security import HEADERS, PRIVATE, STRICT_TRANSPORT

BARE = ("/static/", "/api/", "/demo.json", "/health", "/ready", "/openapi.json", "/icon", "/.well-known/")
# Asked by machines that know the portal by a number only; they say nothing and lead nowhere.
ANY_HOST = frozenset({"/health", "/ready"})
DRAINED = 100_000_000
GIVEN_BACK = 4  # times the limit: a form up to this size is refused with its words
# A request counts from the instant its head arrived, so its body must not take its time.
BODY_SECONDS, UPLOAD_SECONDS = 60.0, 300.0
log = std_logging.getLogger("portal")


class BodyTooLarge(HTTPException):
    """More bytes came than the limit allows."""

    def __init__(self) -> None:
        super().__init__(413)


class BodyTooSlow(HTTPException):
    """The body did not come in the time it may take."""

    def __init__(self) -> None:
        super().__init__(408, headers={"connection": "close"})


class HeaderInjectingSend:
    """The way out: every answer gets the headers; `language` is None for files that may be cached."""

    __slots__ = ("extra", "head_only", "secure", "send", "started")

    def __init__(
        self, send: Send, rid: str, language: str | None, *, secure: bool = False, head_only: bool = False
    ) -> None:
        self.send = send
        self.started = False
        self.secure = secure
        self.head_only = head_only
        self.extra: list[tuple[bytes, bytes]] = [*HEADERS, (b"x-request-id", rid.encode())]
        if secure:
            self.extra.append(STRICT_TRANSPORT)
        if language is not None:
            self.extra += PRIVATE
            self.extra.append((b"content-language", i18n.BY_CODE[language].tag.encode()))

    async def __call__(self, message: Message) -> None:
        """Pass one message on."""
        if message["type"] == "http.response.start":
            self.started = True
            headers = [*message.get("headers", []), *self.extra]
            if self.secure:
                headers = [(n, cookies.outward(v) if n == b"set-cookie" else v) for n, v in headers]
            message["headers"] = headers
        elif self.head_only and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self.send(message)


def _bounded(receive: Receive, limit: int, seconds: float) -> Receive:
    """The way in, which ends when more came than may come, or not all in time."""
    received = 0
    complete = False
    until = asyncio.get_running_loop().time() + seconds

    async def bounded() -> Message:
        nonlocal received, complete
        if complete:
            return await receive()
        try:
            async with asyncio.timeout_at(until):
                message = await receive()
        except TimeoutError as problem:
            raise BodyTooSlow from problem
        received += len(message.get("body", b""))
        complete = not message.get("more_body", False)
        if received > limit:
            raise BodyTooLarge
        return message

    return bounded


class RequestContextMiddleware:
    """Host, language, limits, headers and the request id."""

    def __init__(
        self,
        app: ASGIApp,
        body_limit: int,
        uploads: Mapping[str, int],
        refuse: Callable[[Request, Exception], Response],
        hosts: Collection[str],
        *,
        secure: bool = False,
    ) -> None:
        self.app = app
        self.refuse = refuse
        self.body_limit = body_limit
        self.uploads = uploads
        self.hosts = hosts
        self.secure = secure

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
        if self.secure:
            scope["headers"] = [(n, cookies.inward(v) if n == b"cookie" else v) for n, v in scope["headers"]]
        headers = dict(scope["headers"])
        self._take_language(scope, state, headers)
        path: str = scope["path"]
        language = None if path.startswith("/static/") else state["language"]
        head_only = scope["method"] == "HEAD"
        answer = HeaderInjectingSend(send, rid, language, secure=self.secure, head_only=head_only)
        if head_only:
            # The same answer without its body (RFC 9110, 9.3.2); the server keeps what it was asked.
            scope = {**scope, "method": "GET"}
        limit = next((n for ending, n in self.uploads.items() if path.endswith(ending)), None)
        most = limit or self.body_limit
        declared = headers.get(b"content-length", b"0")
        size = int(declared) if declared.isdigit() else 0
        if most < size <= GIVEN_BACK * most and _is_form(path, headers):
            # Too much to be taken, and read all the same: whoever wrote it gets it back to shorten it.
            state["too_large"], most = True, size
        bounded = _bounded(receive, most, UPLOAD_SECONDS if limit else BODY_SECONDS)
        if not self._is_ours(path, headers):
            log.info("portal.host_refused")  # an operator who sees many of these looks at PORTAL_PUBLIC_URL
            await self.refuse(Request(scope), HTTPException(400))(scope, receive, answer)
        elif size > most:
            await self._refuse_large(scope, receive, answer)
        elif (target := _elsewhere(scope, state)) is not None:
            reply = RedirectResponse(target, 307, headers={"vary": "Accept-Language"})
            await reply(scope, receive, answer)
        else:
            await self._pass_on(scope, bounded, answer)

    def _is_ours(self, path: str, headers: Mapping[bytes, bytes]) -> bool:
        """Whether the request names this portal; what it names otherwise could end up in an address."""
        return path in ANY_HOST or _host_in(headers.get(b"host", b"")) in self.hosts

    async def _refuse_large(self, scope: Scope, receive: Receive, answer: HeaderInjectingSend) -> None:
        problem: HTTPException = BodyTooLarge()
        try:
            await _drain(_bounded(receive, DRAINED, BODY_SECONDS))
        except HTTPException as found:
            problem = found
        await self.refuse(Request(scope), problem)(scope, receive, answer)

    async def _pass_on(self, scope: Scope, receive: Receive, answer: HeaderInjectingSend) -> None:
        try:
            await self.app(scope, receive, answer)
        except ClientDisconnect:
            # Nobody is there to answer, and nothing is wrong with us.
            log.info("portal.line_broken")
        except Exception as problem:
            if answer.started:
                raise
            await self._told(Request(scope), problem)(scope, receive, answer)

    def _told(self, request: Request, problem: Exception) -> Response:
        """The page for a failure of ours; a plain line where that page fails as well."""
        try:
            return self.refuse(request, problem)
        except Exception:
            log.exception("portal.failed_twice")
            return PlainTextResponse(str(AppError.default), 500)

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


def _elsewhere(scope: Scope, state: Mapping[str, Any]) -> str | None:
    """Where a page is that was asked for without its language, or with a stroke too many at the end."""
    if scope["method"] != "GET":
        return None
    path: str = scope["path"]
    plain = path.rstrip("/")
    is_page = not path.startswith(BARE)
    one_too_many = is_page and plain != "" and path == plain + "/"
    if state["in_path"] and not one_too_many:
        return None
    query = scope["query_string"].decode("latin-1")
    kept = plain if one_too_many else path
    return f"/{state['language']}{quote(kept)}" + (f"?{query}" if query else "")


def _host_in(header: bytes) -> str:
    """The name in a Host header, without its port; nothing where it holds anything else."""
    try:
        found = urlsplit("//" + header.decode("ascii"))
    except ValueError:  # odd bytes and odd brackets
        return ""
    only_a_name = found.path == found.query == found.fragment == "" and "@" not in found.netloc
    return found.hostname or "" if only_a_name else ""


def _is_form(path: str, headers: Mapping[bytes, bytes]) -> bool:
    is_urlencoded = headers.get(b"content-type", b"").startswith(b"application/x-www-form-urlencoded")
    return is_urlencoded and not path.startswith(BARE)


async def _drain(receive: Receive) -> None:
    """Read on, so that the browser gets to see why it was refused instead of a broken line."""
    taken = 0
    while taken < DRAINED:
        message = await receive()
        taken += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body", False):
            return
