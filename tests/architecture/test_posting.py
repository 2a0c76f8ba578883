"""Every page that takes a form undoes a refusal and shows itself again through one helper (app/platform/posting.py)."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.acts import sources

REFUSALS = frozenset({"Invalid", "StaleEdit", "Conflict", "Forbidden", "MoveNotAllowed", "AppError"})
# Modules with routes that settle a refusal by themselves, and why.
ALLOWED = {
    "app.accounts.routes": "signing in counts the tries that fail, and so must not be rolled back",
    "app.contributions.api": "tells programs which version stands, in the answer itself",
}


def has_routes(tree: ast.Module) -> bool:
    """Whether a module makes a router."""
    return any(
        isinstance(node, ast.Assign) and any(getattr(to, "id", "") == "router" for to in node.targets)
        for node in tree.body
    )


def settled_by_hand(tree: ast.Module) -> Iterator[int]:
    """The lines where a refusal is caught, or where the data of a form are looked for and not asked for."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and node.type is not None:
            caught = {
                each.attr if isinstance(each, ast.Attribute) else getattr(each, "id", "")
                for each in ast.walk(node.type)
            }
            if caught & REFUSALS:
                yield node.lineno
        elif isinstance(node, ast.Compare) and isinstance(node.left, ast.Attribute):
            against = [
                each for each in node.comparators if isinstance(each, ast.Constant) and each.value is None
            ]
            if node.left.attr == "data" and getattr(node.left.value, "id", "") == "form" and against:
                yield node.lineno


def handmade(module: str, source: str) -> list[str]:
    """Where a module with routes settles a refusal by itself."""
    tree = ast.parse(source)
    return [f"{module}:{line}" for line in settled_by_hand(tree)] if has_routes(tree) else []


def test_a_refusal_is_settled_in_one_place() -> None:
    found = {module: handmade(module, source) for module, source in sources().items()}
    wrong = [place for module, places in found.items() if module not in ALLOWED for place in places]
    assert not wrong, "use app.platform.posting.submit:\n" + "\n".join(wrong)


def test_whatever_is_allowed_is_still_needed() -> None:
    settled = {module for module, source in sources().items() if handmade(module, source)}
    assert not set(ALLOWED) - settled


@pytest.mark.parametrize(
    "lines",
    [
        "try:\n        pass\n    except Invalid:\n        pass",
        "try:\n        pass\n    except (KeyError, errors.StaleEdit) as problem:\n        pass",
        "if form.data is None:\n        pass",
        "data = form.data if form.data is not None else None",
    ],
)
def test_the_guard_sees(lines: str) -> None:
    assert handmade("sample", f"router = APIRouter()\nasync def handler(form):\n    {lines}\n")
    assert not handmade("sample", f"async def no_handler(form):\n    {lines}\n")
