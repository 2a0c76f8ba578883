import re
from pathlib import Path

from app.audit.sentences import ACTIONS

APP = Path(__file__).resolve().parents[2] / "app"
DIRECTLY = re.compile(r'audit\.record\(\s*session,\s*\w+,\s*"([a-z_.]+)"')


def test_every_recorded_act_has_a_sentence() -> None:
    recorded = {act for path in APP.rglob("*.py") for act in DIRECTLY.findall(path.read_text("utf-8"))}
    assert recorded
    assert recorded - ACTIONS.keys() == set()
