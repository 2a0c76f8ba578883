"""Hostile workbooks are met with a clear sentence, soon, and in little memory."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.exchange.forms import form
from tests.exchange.hostile import HOSTILE, as_large_as_may_be, many_expressions

pytestmark = pytest.mark.thorough
SECONDS, MEGABYTES = 2.0, 200
ROOT = Path(__file__).resolve().parents[2]
# A process of its own reads them one after the other, with its modules loaded as in a portal that runs.
# The clock is the processor's, so that other tests do not count; the peak of memory begins anew for each
# where the system allows it, and is the largest so far where it does not.
MEASURED = """
import json, pathlib, re, sys, time
from pyxform import xls2xform
from app.xlsform.reader import read_form

status, clear = pathlib.Path("/proc/self/status"), pathlib.Path("/proc/self/clear_refs")
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    data = path.read_bytes()
    try:
        clear.write_text("5")
    except OSError:
        pass
    begin = time.process_time()
    read = read_form(data, "form.xlsx")
    seconds = time.process_time() - begin
    peak = re.search(r"VmHWM:\\s+(\\d+)", status.read_text()) if status.exists() else None
    told = [[r.sheet, r.row, r.column, str(r.problem), str(r.remedy)] for r in read.refusals]
    print(json.dumps([seconds, int(peak[1]) / 1024 if peak else 0, told, read.definition is not None]), flush=True)
"""
FAIR: dict[str, Callable[[], bytes]] = {
    "a plain form": lambda: form([["type", "name", "label"], ["text", "a", "A"]]),
    "as large as may be": as_large_as_may_be,
    "many conditions": many_expressions,
}


class Measured(NamedTuple):
    """What reading one workbook took and told."""

    seconds: float
    megabytes: float
    told: list[list[str]]
    taken: bool


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Measured]:
    makers = {name: make for name, (make, _sentence) in HOSTILE.items()} | FAIR
    folder = tmp_path_factory.mktemp("hostile")
    for number, make in enumerate(makers.values()):
        (folder / f"{number:03}.xlsx").write_bytes(make())
    run = subprocess.run(
        [sys.executable, "-c", MEASURED, str(folder)], capture_output=True, check=False, cwd=ROOT, timeout=300
    )
    lines = run.stdout.decode().splitlines()
    names = list(makers)
    assert run.returncode == 0, f"{names[len(lines)]}: {run.stderr.decode()[-2_000:]}"
    return {name: Measured(*json.loads(line)) for name, line in zip(names, lines, strict=True)}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_workbook_is_refused_with_a_sentence(name: str, measured: dict[str, Measured]) -> None:
    seconds, megabytes, told, taken = measured[name]
    sentence = HOSTILE[name][1]
    assert not taken
    assert any(re.search(sentence, problem) for _sheet, _row, _column, problem, _remedy in told), told[:5]
    assert all(problem and remedy for _sheet, _row, _column, problem, remedy in told)
    assert seconds < SECONDS
    assert megabytes < MEGABYTES


@pytest.mark.parametrize("name", FAIR)
def test_a_large_form_is_no_attack_and_stays_in_bounds(name: str, measured: dict[str, Measured]) -> None:
    assert measured[name].seconds < 2 * SECONDS
    assert measured[name].megabytes < MEGABYTES


def test_all_the_room_there_is_may_be_used(measured: dict[str, Measured]) -> None:
    assert (measured["as large as may be"].taken, measured["as large as may be"].told) == (True, [])


def test_a_plain_form_needs_little(measured: dict[str, Measured]) -> None:
    seconds, _megabytes, told, taken = measured["a plain form"]
    assert (taken, told) == (True, [])
    assert seconds < SECONDS / 4
