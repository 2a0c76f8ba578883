"""Every failure becomes one clear page, or one problem document for the interface (RFC 9457)."""

import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from app.platform import errors, pages
from app.platform.forms import sentences
from app.platform.i18n import Message, _

log = logging.getLogger("portal")
BUSY = _("Too many people are saving at this moment. Nothing was lost: go back and send it again.")


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """What an error page says."""

    status: int
    title: Message
    detail: Message
    request_id: str
    text_is_safe: bool
    problems: tuple[Message, ...] = ()
    typed: tuple[str, ...] = ()


SECRETS = frozenset({"password", "code", "token"})
WORDS = 12  # anything shorter is a choice or a number, not something somebody would have to write again


def _typed(request: Request) -> tuple[str, ...]:
    """The longer texts that came with the request, so that the error page can give them back."""
    values: dict[str, Any] = getattr(request.state, "typed", {})
    return tuple(
        text
        for name, text in values.items()
        if isinstance(text, str) and len(text) >= WORDS and name not in SECRETS and " " in text.strip()
    )


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
        expected = errors.AppError(errors.TITLES.get(problem.status_code))
        expected.status = problem.status_code
        return expected
    if isinstance(problem, StaleDataError | IntegrityError):
        return errors.Conflict()
    if isinstance(problem, DataError):
        return errors.Invalid()
    if isinstance(problem, OperationalError | PoolTimeout):
        busy = errors.AppError(BUSY)
        busy.status = 503
        return busy
    return errors.AppError()


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
        to = pages.url("accounts.sign_in", query={"next": getattr(request.state, "outer_path", "/")})
        return RedirectResponse(to, 303)
    page = ErrorPage(
        expected.status,
        title,
        expected.detail,
        rid,
        expected.status in {401, 403, 409, 413, 422, 503},
        tuple(found.values()),
        _typed(request),
    )
    specific = f"errors/{expected.status}.html"
    template = specific if (pages.TEMPLATES / specific).exists() else "errors/error.html"
    return pages.render(request, template, page, status=expected.status)


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
    headers = {"www-authenticate": "Bearer"} if expected.status == HTTPStatus.UNAUTHORIZED else None
    return JSONResponse(body, expected.status, headers, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Send every expected failure through `answer`; the edge sends the unexpected ones there."""

    async def handle(request: Request, problem: Exception) -> Response:
        return answer(request, problem)

    for kind in (
        errors.AppError,
        RequestValidationError,
        HTTPException,
        StaleDataError,
        IntegrityError,
        DataError,
        OperationalError,
        PoolTimeout,
    ):
        app.add_exception_handler(kind, handle)
