"""Leave out each question to a policy in turn, and run the tests that should notice; prints who survives.

On SQLite alone, one at a time: the tests of the package and of its neighbours, then the tables of acts. With
names of packages or modules, such as `reading` or `reading.routes`, only those. The guards of
tests/architecture are not run: they read the source, and here behaviour counts.
"""

import ast
import os
import subprocess
import sys
import time
from collections.abc import Iterator

from tests.mutants.plugin import MUTANT, ROOT, questions

TABLES = ["tests/policy_matrix/test_acts.py", "tests/policy_matrix/test_entry_points.py"]
LONGEST = 240  # seconds for one mutant and one stage
# Where else a package's questions are put to somebody.
NEIGHBOURS = {
    "authoring": ("exchange",),
    "contributions": ("statements",),
    "exchange": ("authoring",),
    "questionnaires": ("authoring", "exchange"),
    "translations": ("reading",),
}
NOTICED = 1  # what pytest answers when a test failed


def mutants() -> Iterator[tuple[str, str]]:
    """Each question as module and line, with its text."""
    for path in sorted((ROOT / "app").glob("*/*.py")):
        for node in questions(ast.parse(path.read_text("utf-8"))):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield f"{module}:{node.lineno}", ast.unparse(node)


def stages(package: str) -> Iterator[list[str]]:
    """The tests to run, one stage after another until one notices."""
    places = [f"tests/{each}" for each in (package, *NEIGHBOURS.get(package, ()))]
    yield [place for place in places if (ROOT / place).is_dir()]
    yield TABLES


def is_noticed(place: str, tests: list[str]) -> bool:
    """Whether a test fails on the portal without this question."""
    environment = {**os.environ, MUTANT: place, "PORTAL_TESTS_WITHOUT_POSTGRES": "1"}
    options = [
        "-p",
        "tests.mutants.plugin",
        "-p",
        "no:xdist",
        "-p",
        "no:cacheprovider",
        "-x",
        "-q",
        "-m",
        "not browser",
    ]
    command = [sys.executable, "-m", "pytest", *options, *tests]
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, check=False, timeout=LONGEST
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == NOTICED


def say(line: str) -> None:
    """A line at once, for whoever waits."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(wanted: list[str]) -> int:
    """Try them all; the exit status says whether one survived."""
    survivors = 0
    for place, text in mutants():
        module = place.removeprefix("app.").partition(":")[0]
        if wanted and not {module, module.partition(".")[0]} & set(wanted):
            continue
        started = time.monotonic()
        by = next((tests for tests in stages(module.partition(".")[0]) if is_noticed(place, tests)), None)
        survivors += by is None
        noticed = f"noticed by {' '.join(by)}" if by else "SURVIVES"
        say(f"{place}  {noticed}, {time.monotonic() - started:.0f} s: {text}")
    say(f"{survivors} survive")
    return min(survivors, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
