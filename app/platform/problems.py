"""Every failure becomes one clear page, or one problem document for the interface (RFC 9457)."""

import logging
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, RedirectResponse, Response

from app.platform import errors, idempotency, pages
from app.platform import typed as typed_words
from app.platform.cookies import BEARER_COOKIE, FORM_COOKIE, SESSION_COOKIE
from app.platform.csrf import Forged, form_secret, is_foreign
from app.platform.db import READING
from app.platform.forms import Sent, counts, is_for_the_page, read_form, sentences, written
from app.platform.i18n import Message, _
from app.platform.routing import BROUGHT

log = logging.getLogger("portal")
SESSION_ENDED = _("Your session has ended. Your words are still here")
PRESSED = _("Your session has ended")
PRESSED_DETAIL = _(
    "You were away for a while, so the portal closed your session. "
    "What you asked for was not done. Come back in and press the button again."
)
SESSION_ENDED_DETAIL = _(
    "You were away for a while, so the portal closed your session. Everything you sent is on this page, not saved yet."
)


@dataclass(frozen=True, slots=True)
class TypedField:
    """One field of a refused form: the name it had there, and what was typed or chosen.

    `is_open` says that a change to it would be taken.
    """

    name: str
    label: Message | str
    values: Sequence[str]
    is_seen: bool
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """What an error page says, with the form that was refused.

    `again` is where the form can be sent once more; it is empty where that would not help. `pressed` says
    that it was a button alone: then there is nothing to lose, and nothing to give back.
    """

    status: int
    title: Message
    detail: Message
    request_id: str
    text_is_safe: bool
    problems: tuple[Message, ...] = ()
    typed: tuple[TypedField, ...] = ()
    again: str = ""
    back: str = ""
    has_file: bool = False
    parts: tuple[str, ...] = ()
    pressed: bool = False
    had_account: bool = False  # she was signed in here: that way back comes first

    @property
    def fields(self) -> dict[str, str]:
        """What goes with a button, to be sent again."""
        return {field.name: value for field in self.typed for value in field.values}


SECRETS = frozenset({"password", "token"})
CODE_PATHS = ("/start",)  # there, and nowhere else, `code` is a secret
ENTRANCES = frozenset({"/sign-in", "/start"})
# What each database says when it cannot: the kinds of SQLite, the states and classes of PostgreSQL.
SQLITE: dict[int, type[errors.AppError]] = {
    sqlite3.SQLITE_BUSY: errors.Busy,
    sqlite3.SQLITE_LOCKED: errors.Busy,
    sqlite3.SQLITE_FULL: errors.StorageFull,
    sqlite3.SQLITE_READONLY: errors.Unavailable,
    sqlite3.SQLITE_IOERR: errors.Unavailable,
    sqlite3.SQLITE_CANTOPEN: errors.Unreachable,
}
POSTGRESQL: dict[str, type[errors.AppError]] = {
    "53100": errors.StorageFull,
    "53": errors.Busy,  # too many connections, out of memory
    "40": errors.Busy,  # a deadlock, or two who wanted the same
    "55": errors.Busy,  # a lock that did not come
    "57014": errors.Busy,  # it took too long
    "57": errors.Unreachable,  # it is being stopped or started
    "58": errors.Unavailable,
    "08": errors.Unreachable,
}


def _typed(request: Request) -> tuple[TypedField, ...]:
    """Every field that came with a refused form, so that the error page can give it back.

    What somebody brought to a way in is given back under the names it had where she wrote it.
    """
    sent: Sent | None = getattr(request.state, "sent", None)
    if sent is None or is_foreign(request):
        return ()
    secrets = SECRETS | ({"code"} if request.scope["path"].endswith(CODE_PATHS) else frozenset())
    own = request.query_params.get("part", "")
    prefix = f"{own}." if own else ""
    fields = {f"{prefix}{name}": values for name, values in sent.fields.items()} | dict(sent.others)
    brought = {n.removeprefix(BROUGHT): v for n, v in fields.items() if n.startswith(BROUGHT)}
    if brought or _is_way_in(request):
        fields = brought
    return tuple(
        TypedField(
            name,
            pages.field_name(name),
            values,
            is_seen=bool(written(name, values)) and name not in sent.unseen and not is_for_the_page(name),
            is_open=counts(name, fields),
        )
        for name, values in fields.items()
        if _last(name) not in secrets
    )


def _is_way_in(request: Request) -> bool:
    """Whether somebody was coming in, or loading the page where one does in another language."""
    sent: Sent | None = getattr(request.state, "sent", None)
    stood_at = pages.own_address(sent.at) if sent is not None else None
    return bool({request.scope["path"], urlsplit(stood_at or "").path} & ENTRANCES)


def _brings_words(request: Request, typed: Sequence[TypedField]) -> bool:
    """Whether words come with a form of a way in, or wait for the page it leads to."""
    if request.method != "POST" or not _is_way_in(request) or is_foreign(request):
        return False
    return bool(typed) or typed_words.PARAMETER in parse_qs(urlsplit(_page_before(request)).query)


def _page_before(request: Request) -> str:
    """Where the refused form stood; of a way in, the page that it leads back to."""
    sent: Sent | None = getattr(request.state, "sent", None)
    wanted = sent.typed.get("next", "") if sent is not None and _is_way_in(request) else ""
    here = pages.own_address(wanted) or pages.here_of(request)
    if urlsplit(here).path in ENTRANCES:
        # A way in that was loaded in another language is no page to come back to.
        here = pages.own_address(parse_qs(urlsplit(here).query).get("next", [""])[0]) or here
    return f"/{getattr(request.state, 'language', 'en')}{here}"


def _other_parts(request: Request) -> tuple[str, ...]:
    sent: Sent | None = getattr(request.state, "sent", None)
    return tuple(sorted({name.partition(".")[0] for name in sent.others})) if sent is not None else ()


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _translate(problem: Exception) -> errors.AppError:
    """The expected failure that stands for whatever was raised."""
    if isinstance(problem, errors.AppError):
        return problem
    if isinstance(problem, RequestValidationError):
        if any(error["loc"] and error["loc"][0] == "path" for error in problem.errors()):
            return errors.NotFound()
        return errors.Invalid(sentences(list(problem.errors())))
    if isinstance(problem, HTTPException):
        known = {404: errors.NotFound, 413: errors.TooLarge}.get(problem.status_code)
        if known:
            return known()
        expected = errors.AppError(errors.TITLES.get(problem.status_code), problem.headers)
        expected.status = problem.status_code
        return expected
    if isinstance(problem, StaleDataError | IntegrityError):
        return errors.Conflict()
    if isinstance(problem, DataError):
        return errors.Invalid()
    if isinstance(problem, PoolTimeout):
        return errors.Busy()
    if isinstance(problem, OperationalError | InterfaceError):
        return _unavailable(problem)
    return errors.AppError()


def _unavailable(problem: OperationalError | InterfaceError) -> errors.AppError:
    """What is known of why the database did not do it; a mistake of ours stays one."""
    cause = problem.orig
    code = getattr(cause, "sqlite_errorcode", None)
    state = getattr(cause, "sqlstate", None) or ""
    if code is not None:
        # The lower byte is the kind, the upper ones say more of it (sqlite.org/rescode.html).
        return SQLITE.get(code & 0xFF, errors.AppError)()
    if state:
        found = POSTGRESQL.get(state) or POSTGRESQL.get(state[:2])
        return found() if found else errors.AppError()
    return errors.Unreachable()


def answer(request: Request, problem: Exception) -> Response:
    """The page or document for a failure."""
    expected = _translate(problem)
    if expected.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("portal.failed", exc_info=problem)
    title = errors.TITLES.get(expected.status, errors.TITLES[500])
    rid = getattr(request.state, "request_id", "")
    found: dict[str, Message] = getattr(expected, "errors", {})
    if request.scope["path"].startswith("/api/"):
        return _document(request, expected, title, found)
    if isinstance(expected, errors.SignInRequired) and request.method == "GET":
        to = pages.url(
            "accounts.sign_in", query={"next": f"/{request.state.language}{pages.here_of(request)}"}
        )
        return RedirectResponse(to, 303)
    typed, pressed = _typed(request), _is_press(request)
    ended = _has_ended(request, expected) and bool(typed or pressed)
    comes_in = ended or _brings_words(request, typed)
    detail = expected.detail
    if ended:
        title, detail = (PRESSED, PRESSED_DETAIL) if pressed else (SESSION_ENDED, SESSION_ENDED_DETAIL)
    page = ErrorPage(
        expected.status,
        title,
        detail,
        rid,
        expected.status in {401, 403, 409, 413, 422, 503},
        tuple(found.values()),
        typed,
        _again(request, expected, pressed or not typed),
        _page_before(request),
        bool(getattr(getattr(request.state, "sent", None), "files", None)),
        _other_parts(request),
        pressed,
        _had_account(request),
    )
    specific = "errors/ended.html" if comes_in else f"errors/{expected.status}.html"
    template = specific if (pages.TEMPLATES / specific).exists() else "errors/error.html"
    return pages.render(request, template, page, status=expected.status, headers=expected.headers)


def _had_account(request: Request) -> bool:
    """Whether this browser was signed in with an account, as far as it still shows."""
    of_staff = request.scope["path"].startswith("/desk")
    return BEARER_COOKIE not in request.cookies and (of_staff or SESSION_COOKIE in request.cookies)


def _has_ended(request: Request, problem: errors.AppError) -> bool:
    """Whether somebody sent a form after her session was over."""
    if _is_way_in(request):
        return False
    return isinstance(problem, errors.SignInRequired) or (
        isinstance(problem, Forged) and not is_foreign(request) and form_secret(request) == _browser(request)
    )


def _browser(request: Request) -> str:
    return request.cookies.get(FORM_COOKIE, "")


def _is_press(request: Request) -> bool:
    """Whether a form of ours came with its button alone: no word, no choice, no file."""
    sent: Sent | None = getattr(request.state, "sent", None)
    if sent is None or is_foreign(request) or sent.files or sent.others:
        return False
    own = request.query_params.get("part", "")
    prefix = f"{own}." if own else ""
    return not any(
        any(values) and f"{prefix}{name}" not in sent.unseen for name, values in sent.fields.items()
    )


def _again(request: Request, problem: errors.AppError, pressed: bool) -> str:
    """Where a refused form may be sent once more, with its query.

    For a button alone only where the same may succeed now: an old proof is renewed, and we may be well again.
    """
    if request.method != "POST" or _is_way_in(request):
        return ""
    if pressed and not isinstance(problem, Forged) and problem.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return ""
    if getattr(request.state, "sent", None) is None or is_foreign(request):
        return ""
    path = f"/{request.state.language}{quote(request.scope['path'], safe='/~:@')}"
    return path + (f"?{request.url.query}" if request.url.query else "")


def _document(
    request: Request, expected: errors.AppError, title: Message, found: dict[str, Message]
) -> Response:
    body: dict[str, Any] = {
        "type": f"urn:polyphony:{expected.code}",
        "title": str(title),
        "status": expected.status,
        "detail": str(expected.detail),
        "instance": request.scope["path"],
    }
    if found:
        body["errors"] = {name: str(sentence) for name, sentence in found.items()}
    if isinstance(expected, errors.StaleEdit) and expected.current is not None:
        body["current_version"] = expected.current.version
    body |= expected.extra
    headers = expected.headers
    if expected.status == HTTPStatus.UNAUTHORIZED:
        headers["www-authenticate"] = "Bearer"
    return JSONResponse(body, expected.status, headers, media_type="application/problem+json")


async def _outcome_before(request: Request) -> Response | None:
    """The answer this very request got before, if it came twice; reads the form, whoever refused it."""
    if request.method in READING:
        return None
    try:
        if not request.scope["path"].startswith("/api/"):
            await read_form(request)
        return await idempotency.find_for(request)
    except (HTTPException, ClientDisconnect, SQLAlchemyError, OSError):
        return None  # the failure that brought us here is the one to tell


def install(app: FastAPI) -> None:
    """Send every expected failure through `answer`; the edge sends the unexpected ones there."""

    async def handle(request: Request, problem: Exception) -> Response:
        return await _outcome_before(request) or answer(request, problem)

    for kind in (
        errors.AppError,
        RequestValidationError,
        HTTPException,
        StaleDataError,
        IntegrityError,
        DataError,
        OperationalError,
        InterfaceError,
        PoolTimeout,
    ):
        app.add_exception_handler(kind, handle)
