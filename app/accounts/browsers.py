"""Browsers in which somebody signed in before: a stranger's wrong tries do not lock them (decision 13).

The cookie opens nothing and names nobody: it holds up to three seals, each over an address that only its
owner can type. It says nothing of the browser, and no address of a device is kept anywhere.
"""

from datetime import timedelta

from app.platform import clock, ids
from app.platform.settings import Settings

COOKIE = "known"
LIFE = timedelta(days=180)
SEALS = 3  # as many people as may share a browser without forgetting one another
PARTS = 3  # of a seal: a random number, the day on which it ends, the proof


def seal(settings: Settings, email: str, cookie: str = "") -> str:
    """The cookie after somebody with this address signed in; others who use the browser stay known."""
    others = [each for each in cookie.split("~") if each and _number(settings, email, each) is None]
    number, end = ids.new_token(), str((clock.today() + LIFE).toordinal())
    fresh = f"{number}.{end}.{_proof(settings, email, number, end)}"
    return "~".join([fresh, *others[: SEALS - 1]])


def find(settings: Settings, email: str, cookie: str) -> str | None:
    """The number under which this browser is known for the address, if it is."""
    numbers = (_number(settings, email, each) for each in cookie.split("~")[:SEALS])
    return next((number for number in numbers if number is not None), None)


def _number(settings: Settings, email: str, one: str) -> str | None:
    parts = one.split(".")
    if len(parts) != PARTS:
        return None
    number, end, proof = parts
    if not ids.same(proof, _proof(settings, email, number, end)):
        return None
    return number if int(end) >= clock.today().toordinal() else None


def _proof(settings: Settings, email: str, number: str, end: str) -> str:
    return ids.signed(settings.secret.get_secret_value(), "known-browser", number, end, email)
