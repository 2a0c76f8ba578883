"""One form that puts every case to ODK's engine, made by pyxform as authors' forms are.

The nodes of case 7 are called c7_…, so that all cases fit into one form. Run as a program, this
asks the engine and writes what it says into cases.json.
"""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from pyxform.xls2xform import convert

HERE = Path(__file__).parent
CASES = HERE / "cases.json"
TODAY = "2026-06-15"

Case = dict[str, Any]


def load_cases() -> list[Case]:
    """The cases with what ODK's engine said of them."""
    cases: list[Case] = json.loads(CASES.read_text("utf-8"))
    return cases


def missing() -> str:
    """What is missing to ask the engine; nothing when all is there."""
    if shutil.which("node") is None:
        return "Node is missing: the recorded opinions of ODK's engine were not checked against it"
    for package in ("@getodk/xforms-engine", "jsdom"):
        if not (modules() / package).is_dir():
            return (
                f"Node package {package} is missing: "
                "npm install --prefix tests/conditions/oracle, or set PORTAL_TESTS_NODE_MODULES"
            )
    return ""


def modules() -> Path:
    """Where the Node packages are."""
    return Path(os.environ.get("PORTAL_TESTS_NODE_MODULES") or HERE / "node_modules")


def ask(cases: list[Case]) -> dict[str, str]:
    """What ODK's engine says of every case, by its number."""
    request = {
        "today": TODAY,
        "form": form_of(cases),
        "cases": [asked(number, case) for number, case in enumerate(cases)],
    }
    answer = subprocess.run(
        ["node", HERE / "ask.mjs", modules()],  # noqa: S607  (Node is wherever the tester has it)
        input=json.dumps(request),
        capture_output=True,
        check=True,
        text=True,
        timeout=120,
    )
    opinions: dict[str, str] = json.loads(answer.stdout)
    return opinions


def form_of(cases: list[Case]) -> str:
    """The form in ODK's XML."""
    rows = [row for number, case in enumerate(cases) for row in rows_of(number, case)]
    columns = [dict.fromkeys(("type", "name", "label", "calculation", "relevant", "constraint"))]
    return convert({"survey": rows, "survey_header": columns}, form_name="data").xform


def rows_of(number: int, case: Case) -> list[dict[str, str]]:
    """The questions of one case, and the node whose fate is its result."""
    rows = [
        {"type": "text", "name": f"c{number}_{name}", "label": name}
        for name in sorted({*case["values"], *re.findall(r"\$\{([^}]+)\}", case["expression"])})
    ]
    expression = re.sub(r"\$\{([^}]+)\}", rf"${{c{number}_\1}}", case["expression"])
    column = case.get("as", "calculation")
    kind = "calculate" if column == "calculation" else "text"
    return [*rows, {"type": kind, "name": f"c{number}_result", "label": "result", column: expression}]


def asked(number: int, case: Case) -> dict[str, Any]:
    """One case as the Node program reads it."""
    values = {f"c{number}_{name}": value for name, value in case["values"].items()}
    if "own" in case:
        values[f"c{number}_result"] = case["own"]
    return {"id": str(number), "values": values, "read": f"c{number}_result", "as": case.get("as", "")}


def record() -> None:
    """Write the engine's opinions down."""
    cases = load_cases()
    opinions = ask(cases)
    lines = [
        json.dumps({**case, "expected": opinions[str(number)]}, ensure_ascii=False)
        for number, case in enumerate(cases)
    ]
    CASES.write_text("[\n  " + ",\n  ".join(lines) + "\n]\n", "utf-8")


if __name__ == "__main__":
    record()
