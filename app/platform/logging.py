"""Logging: one JSON line an event, never words of an answer, an address or a device."""

import json
import logging
import sys
import traceback
from contextvars import ContextVar
from types import TracebackType
from typing import Any, TextIO

from sqlalchemy.exc import SQLAlchemyError

request_id: ContextVar[str] = ContextVar("request_id", default="")
KNOWN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "color_message"}
# Others may say what they like only when something is wrong: at their finer levels drivers write down
# every parameter and parsers every field.
TALKATIVE = ("portal", "uvicorn", "alembic")
DATABASE = "sqlalchemy.exc"
MOST_PLACES = 40


class JsonLines(logging.Formatter):
    """A record as one line of JSON with the request it belongs to."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        # Further lines of a message hold whatever the event loop or a driver had in its hands.
        line: dict[str, Any] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S"),
            "level": record.levelname.lower(),
            "event": record.getMessage().partition("\n")[0],
            "request": request_id.get(),
        }
        line |= {key: value for key, value in record.__dict__.items() if key not in KNOWN}
        if record.exc_info and record.exc_info[1] is not None:
            line["trace"] = trace_of(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def trace_of(problem: BaseException) -> str:
    """What failed and where, with every cause, and without a word of any message.

    Databases quote the row that they refuse, parsers what they could not read, and so do those who pass
    such errors on. A kind, the state the database names and the lines of our own code tell enough.
    """
    told: list[str] = []
    seen: set[int] = set()
    following: BaseException | None = problem
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        places = traceback.extract_tb(following.__traceback__, limit=-MOST_PLACES)
        lines = [f"{place.filename}:{place.lineno} in {place.name}" for place in places]
        told.append("\n".join([*lines, _kind(following)]))
        hidden = None if following.__suppress_context__ else following.__context__
        following = following.__cause__ or hidden
    return "\ncaused the following:\n".join(reversed(told))


def _kind(problem: BaseException) -> str:
    name = f"{type(problem).__module__}.{type(problem).__qualname__}"
    state = getattr(problem, "sqlstate", None) or getattr(problem, "sqlite_errorname", None)
    if state:
        return f"{name} [{state}]"
    if isinstance(problem, BaseExceptionGroup):
        return f"{name}: " + ", ".join(_kind(each) for each in problem.exceptions)
    statement = getattr(problem, "statement", None)  # with placeholders, never with values
    if type(problem).__module__ == DATABASE and isinstance(statement, str):
        return f"{name}: {statement}"
    return name


def is_wanted(record: logging.LogRecord) -> bool:
    """Whether a record may be written: ours, and of others what is wrong."""
    return record.levelno >= logging.WARNING or record.name.split(".")[0] in TALKATIVE


def handler_for(stream: TextIO) -> logging.Handler:
    """What writes to a stream in our way; all that is logged goes through one of these."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    handler.addFilter(is_wanted)
    return handler


def end(kind: type[BaseException], problem: BaseException, trace: TracebackType | None) -> None:
    """What a command leaves behind that ends by an error: of a database no message either."""
    if isinstance(problem, SQLAlchemyError):
        logging.getLogger("portal").critical("portal.ended", exc_info=problem)
    else:
        sys.__excepthook__(kind, problem, trace)


def set_up(level: str) -> None:
    """Send everything to standard error as JSON lines."""
    logging.basicConfig(level=level, handlers=[handler_for(sys.stderr)], force=True)
    sys.excepthook = end
