"""Walk: `python -m tests.walks [--walks 1000] [--desk 200] [--seed 1]`; `make walks`."""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from tests.walks.walker import Tally
from tests.walks.walks import contributor, expert, walks


def say(line: str) -> None:
    """One line of the report."""
    print(line, flush=True)  # noqa: T201  (the report is the purpose)


def tell(name: str, tally: Tally, seconds: float) -> None:
    """What came of a kind of walks."""
    say(
        f"{name}: {tally.walks} walks, {tally.steps} steps, {tally.words} words typed, "
        f"{tally.choices} choices made, {len(tally.lost)} walks with something lost, {seconds:.0f} s"
    )
    say("  steps: " + ", ".join(f"{step} {number}" for step, number in sorted(tally.by_step.items())))
    say("  answers: " + ", ".join(f"{status}: {number}" for status, number in sorted(tally.answers.items())))
    for lost in tally.lost:
        say(lost)


async def main(contributors: int, experts: int, first: int, stop: int) -> int:
    """All of them; returns 1 where something was lost."""
    lost = False
    for name, make, number in (("contributors", contributor, contributors), ("desk", expert, experts)):
        with tempfile.TemporaryDirectory() as folder:
            begun = time.monotonic()
            tally = await walks(Path(folder), make, range(first, first + number), stop)
            tell(name, tally, time.monotonic() - begun)
            lost = lost or bool(tally.lost)
    return 1 if lost else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.walks")
    parser.add_argument("--walks", type=int, default=1000)
    parser.add_argument("--desk", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stop", type=int, default=5, help="stop after so many walks that lost something")
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.walks, given.desk, given.seed, given.stop)))
