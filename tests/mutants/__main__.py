"""Leave out each question to a policy in turn, and run the tests that should notice; prints who survives.

On SQLite alone, one at a time, the likeliest tests first. With names of packages, only those;
`--without-table` leaves the table of acts out, which notices by itself whatever a domain asks no more.
The guards of tests/architecture are not run: they read the source, and here behaviour counts.
"""

import ast
import os
import subprocess
import sys
import time
from collections.abc import Iterator

from tests.mutants.plugin import MUTANT, ROOT, questions

TABLE = "tests/policy_matrix/test_acts.py"
LONGEST = 240  # seconds for one mutant and one stage
# Where else a package's questions are put to somebody.
NEIGHBOURS = {
    "authoring": ("exchange",),
    "contributions": ("intake",),
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


def stages(package: str, *, with_table: bool) -> Iterator[list[str]]:
    """The tests to run, one stage after another until one notices."""
    if with_table:
        yield [TABLE]
    yield [
        f"tests/{each}"
        for each in (package, *NEIGHBOURS.get(package, ()))
        if (ROOT / "tests" / each).is_dir()
    ]


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


def main(arguments: list[str]) -> int:
    """Try them all; the exit status says whether one survived."""
    packages = {each for each in arguments if not each.startswith("-")}
    with_table = "--without-table" not in arguments
    survivors = []
    for place, text in mutants():
        package = place.split(".")[1]
        if packages and package not in packages:
            continue
        started = time.monotonic()
        if any(is_noticed(place, tests) for tests in stages(package, with_table=with_table)):
            say(f"noticed  {place}  {time.monotonic() - started:.0f} s")
        else:
            survivors.append(place)
            say(f"SURVIVES {place}  {text}")
    say(f"{len(survivors)} survive")
    return min(len(survivors), 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
