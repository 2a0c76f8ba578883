"""What can go wrong, said in the reader's language."""

from typing import Any

from app.platform.i18n import Message, _


class AppError(Exception):
    """An expected failure with a status and a sentence for the reader."""

    status = 500
    code = "error"
    default: Message = _("Something went wrong on our side.")

    def __init__(self, detail: Message | None = None, **extra: Any) -> None:
        self.detail = detail or self.default
        self.extra = extra
        super().__init__(self.code)


class NotFound(AppError):
    """The thing does not exist, or not for this reader: both answer alike."""

    status = 404
    code = "not-found"
    default = _("There is no such page, or it is not open to you.")


class SignInRequired(AppError):
    """The page needs somebody who is signed in."""

    status = 401
    code = "sign-in-required"
    default = _("Please sign in first.")


class Forbidden(AppError):
    """The reader is known and may not do this; the detail says why."""

    status = 403
    code = "forbidden"
    default = _("You may not do this.")


class Conflict(AppError):
    """The thing changed, or is not in a state that allows this."""

    status = 409
    code = "conflict"
    default = _("This changed in the meantime. Load the page again and repeat your change.")


class StaleEdit(Conflict):
    """Somebody saved another version first; `current` holds the thing as it stands."""

    code = "stale-edit"
    default = _("Somebody saved another version while you were writing.")

    def __init__(self, current: Any = None) -> None:
        super().__init__()
        self.current = current


class MoveNotAllowed(Conflict):
    """A state does not lead to the state that was asked for."""

    code = "move-not-allowed"
    default = _("This step is not possible now.")


class TooLarge(AppError):
    """More was sent than the portal takes at once."""

    status = 413
    code = "too-large"
    default = _("What you sent is too large, and nothing of it was saved. Go back and send less at a time.")


class Invalid(AppError):
    """What was sent does not make sense; `errors` maps fields to sentences."""

    status = 422
    code = "invalid"
    default = _("Some of what you sent needs another look.")

    def __init__(self, errors: dict[str, Message] | None = None, detail: Message | None = None) -> None:
        super().__init__(detail)
        self.errors = errors or {}


class TooMany(AppError):
    """Too many tries in a short time."""

    status = 429
    code = "too-many"
    default = _("Too many tries. Wait a few minutes and try again.")


TITLES = {
    400: _("We could not read this request"),
    401: _("Please sign in"),
    403: _("This is not open to you"),
    404: _("Page not found"),
    405: _("This page does not take that kind of request"),
    409: _("Something changed in the meantime"),
    413: _("Too large"),
    422: _("Please check what you sent"),
    429: _("Too many tries"),
    500: _("Something went wrong on our side"),
    503: _("The portal is busy"),
}
