"""Files and functions stay small enough to be read at once."""

import ast
from collections.abc import Iterator
from pathlib import Path

APP = Path(__file__).resolve().parents[2] / "app"
FILE_LIMIT = 400
FUNCTION_LIMIT = 40
LATER = ("TO" + "DO", "FIX" + "ME", "X" + "XX")


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in APP.rglob("*.py")}
    assert {path.relative_to(APP): n for path, n in lengths.items() if n > FILE_LIMIT} == {}


def test_no_function_is_longer_than_forty_lines() -> None:
    too_long = {}
    for path in APP.rglob("*.py"):
        for function in functions(ast.parse(path.read_text("utf-8"))):
            length = (function.end_lineno or function.lineno) - function.lineno + 1
            if length > FUNCTION_LIMIT:
                too_long[f"{path.relative_to(APP)}:{function.name}"] = length
    assert too_long == {}


def test_nothing_is_left_for_later() -> None:
    places = [*APP.rglob("*.py"), *APP.rglob("*.js"), *(APP.parent / "templates").rglob("*.html")]
    assert [str(path) for path in places if any(word in path.read_text("utf-8") for word in LATER)] == []


def test_only_the_unit_of_work_commits() -> None:
    may = {APP / "platform" / "db.py", APP / "platform" / "queue.py", APP / "__main__.py"}
    found = [path for path in APP.rglob("*.py") if "commit(" in path.read_text("utf-8")]
    assert [str(path.relative_to(APP)) for path in found if path not in may] == []


def states_set(tree: ast.Module) -> Iterator[int]:
    """The lines that assign to something's state; Starlette's bags of that name are never assigned."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            targets = [target for target in node.targets if isinstance(target, ast.Attribute)]
            yield from (target.lineno for target in targets if target.attr == "state")


def test_only_the_checked_setter_moves_a_state() -> None:
    setting = [
        f"{path.relative_to(APP)}:{line}"
        for path in APP.rglob("*.py")
        for line in states_set(ast.parse(path.read_text("utf-8")))
        if path != APP / "platform" / "states.py"
    ]
    assert setting == []
