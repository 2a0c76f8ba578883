"""What can go wrong, said in the reader's language."""

from collections.abc import Mapping
from typing import Any

from app.platform.i18n import Message, _


class AppError(Exception):
    """An expected failure with a status and a sentence for the reader."""

    status = 500
    code = "error"
    default: Message = _("Something went wrong on our side.")
    retry_after: int | None = None  # seconds until it makes sense to try once more

    def __init__(
        self, detail: Message | None = None, headers: Mapping[str, str] | None = None, **extra: Any
    ) -> None:
        self.detail = detail or self.default
        self.given = dict(headers or {})
        self.extra = extra
        super().__init__(self.code)

    @property
    def headers(self) -> dict[str, str]:
        """What the answer says to programs: when to come back, what is allowed."""
        again = {"retry-after": str(self.retry_after)} if self.retry_after is not None else {}
        return {**again, **self.given}


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
    default = _("You do not have permission.")


class Conflict(AppError):
    """The thing changed, or is not in a state that allows this."""

    status = 409
    code = "conflict"
    default = _("This changed in the meantime. Load the page again and repeat your change.")


# What a page says that shows what was typed again, with a button that saves it over what stands.
REPLACES = _("Somebody saved another version while you were writing. Saving again replaces it by yours.")


class StaleEdit(Conflict):
    """Somebody saved another version first; `current` holds the thing as it stands."""

    code = "stale-edit"
    default = _("Somebody saved another version while you were writing.")

    def __init__(self, current: Any = None, detail: Message | None = None) -> None:
        super().__init__(detail)
        self.current = current


class MoveNotAllowed(Conflict):
    """A state does not lead to the state that was asked for."""

    code = "move-not-allowed"
    default = _("This step is not possible now.")


class TooLarge(AppError):
    """More was sent than the portal takes at once."""

    status = 413
    code = "too-large"
    default = _("What you sent is too large, and nothing of it was saved. Send less at a time.")


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
    retry_after = 300


class Unavailable(AppError):
    """The portal cannot do this now; the detail says what is known of the reason."""

    status = 503
    code = "unavailable"
    default = _(
        "The portal cannot do this at this moment. What you saved before is unchanged. Try again soon."
    )
    retry_after = 30


class Busy(Unavailable):
    """Others hold what this request needs, for longer than it may wait."""

    code = "busy"
    default = _("Too many people are saving at this moment. Nothing was lost: go back and send it again.")
    retry_after = 5


class StorageFull(Unavailable):
    """The disk takes no more: only the operator can help."""

    code = "storage-full"
    default = _(
        "The portal’s storage is full, so nothing can be saved now. What you saved before is unchanged. "
        "Keep a copy of your text, and tell those who run the portal."
    )
    retry_after = 600


class Unreachable(Unavailable):
    """The database does not answer."""

    code = "database-unreachable"
    default = _(
        "The portal cannot reach its database at this moment. What you saved before is unchanged. "
        "Keep this page open and send it again in a few minutes."
    )
    retry_after = 60


TITLES = {
    400: _("We could not read this request"),
    401: _("Please sign in"),
    403: _("This is not open to you"),
    404: _("Page not found"),
    405: _("This page does not take that kind of request"),
    408: _("This took too long to arrive"),
    409: _("Something changed in the meantime"),
    413: _("Too large"),
    422: _("Please check what you sent"),
    429: _("Too many tries"),
    500: _("Something went wrong on our side"),
    503: _("The portal cannot do this right now"),
}
