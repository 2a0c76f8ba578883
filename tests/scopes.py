"""How much of the suite runs: `make test` the quick part, `make check` what a change needs, `make check-all` everything.

Nothing is switched off inside a test: a scope leaves out whole tests, and says how many.
"""

import time
from enum import StrEnum

import pytest

from app.platform.i18n import CODES

# The source language, and the one that runs the other way and has six plural forms.
USUAL_LANGUAGES = ("en", "ar")


class Scope(StrEnum):
    """A part of the suite; each holds the one before it."""

    QUICK = "quick"  # SQLite, no browser, nothing marked `long`
    USUAL = (
        "usual"  # PostgreSQL where the two differ, a browser, English and Arabic; nothing marked `thorough`
    )
    ALL = "all"  # both databases, six languages


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--scope`; without it everything runs."""
    parser.addoption("--scope", type=Scope, choices=list(Scope), default=Scope.ALL, help=Scope.__doc__ or "")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is beyond the scope; what takes long begins first, so that it does not end last."""
    scope: Scope = config.getoption("--scope")
    kept = [item for item in items if _is_in(item, scope)]
    config.hook.pytest_deselected(items=[item for item in items if not _is_in(item, scope)])
    items[:] = sorted(kept, key=_is_short)


def _is_short(item: pytest.Item) -> bool:
    return not any(item.get_closest_marker(name) for name in ("long", "thorough"))


def _is_in(item: pytest.Item, scope: Scope) -> bool:
    if scope is Scope.ALL:
        return True
    given = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    language = given.get("language")
    if language in CODES and language not in USUAL_LANGUAGES:
        return False
    marks = {mark.name for mark in item.iter_markers()}
    if "thorough" in marks or (given.get("backend") == "postgres" and "databases_differ" not in marks):
        return False
    return scope is Scope.USUAL or (given.get("backend") != "postgres" and not marks & {"browser", "long"})


def languages_of(config: pytest.Config) -> tuple[str, ...]:
    """The languages in which a test that looks at a page in several of them has to look."""
    return tuple(CODES) if config.getoption("--scope") is Scope.ALL else USUAL_LANGUAGES


class Clock:
    """Prints how much a test costs on average: a suite that grows slow is seen."""

    def __init__(self) -> None:
        self.began = time.monotonic()

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """One line behind the summary."""
        ran = sum(len(terminalreporter.stats.get(kind, [])) for kind in ("passed", "failed"))
        seconds = time.monotonic() - self.began
        if ran:
            terminalreporter.write_line(
                f"{ran} tests in {seconds:.0f} s: {1000 * seconds / ran:.0f} ms a test"
            )


def pytest_configure(config: pytest.Config) -> None:
    """The clock runs in the process that reports."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Clock())
