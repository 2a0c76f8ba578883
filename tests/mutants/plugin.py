"""A plugin of pytest: the portal without one of its questions, which the environment names."""

import ast
import os
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import cast

MUTANT = "PORTAL_TESTS_MUTANT"  # app.package.module:line
ROOT = Path(__file__).resolve().parents[2]


def questions(tree: ast.Module) -> list[ast.Expr]:
    """The statements of a module that ask a policy."""
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and ast.unparse(node).startswith("require(")
    ]


class _Left(ast.NodeTransformer):
    """Leaves out what stands in a line."""

    def __init__(self, line: int) -> None:
        self.line = line

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        """A question becomes nothing."""
        is_it = node.lineno == self.line and node in questions(ast.Module([node], []))
        return ast.copy_location(ast.Pass(), node) if is_it else node


def without(tree: ast.Module, line: int) -> ast.Module:
    """The module, changed: no question is asked in that line."""
    return cast("ast.Module", _Left(line).visit(tree))


class _Mutant(MetaPathFinder, Loader):
    """Finds one module and runs its text without the question."""

    def __init__(self, place: str) -> None:
        self.module, _colon, line = place.partition(":")
        self.line = int(line)
        self.path = ROOT / Path(*self.module.split(".")).with_suffix(".py")

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """This module and no other."""
        return spec_from_file_location(fullname, self.path, loader=self) if fullname == self.module else None

    def exec_module(self, module: ModuleType) -> None:
        """Run what is left."""
        left = without(ast.parse(self.path.read_text("utf-8")), self.line)
        exec(compile(left, str(self.path), "exec"), module.__dict__)  # noqa: S102  (our own source)


if os.environ.get(MUTANT):
    sys.meta_path.insert(0, _Mutant(os.environ[MUTANT]))
