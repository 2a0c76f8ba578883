"""The documentation speaks of things that exist."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.platform.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
OURS = ("app/", "docs/", "locales/", "migrations/", "templates/", "tests/", ".ci/")
PLACEHOLDER = re.compile(r"[<>*{}…]|NNNN|\.\.\.")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def paths_in(text: str) -> list[str]:
    quoted = re.findall(r"`([^`\s]+)`", text)
    return [path for path in quoted if path.startswith(OURS) and not PLACEHOLDER.search(path)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_path_named_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    missing = [path for path in paths_in(text) if not (ROOT / path.split("::")[0].split(":")[0]).exists()]
    missing += [link for link in LINK.findall(text) if not (page.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_is_described_for_operators(field: str) -> None:
    assert f"PORTAL_{field.upper()}" in (ROOT / "docs" / "operate.md").read_text("utf-8")


def test_the_two_commands_are_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "make run" in readme
    assert "make check" in readme


def test_the_glossary_says_of_each_package_what_its_docstring_says() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text("utf-8").partition("## The packages\n")[2]
    told = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", glossary, re.MULTILINE))
    packages = {
        path.parent.name: ast.parse(path.read_text("utf-8")) for path in (ROOT / "app").glob("*/__init__.py")
    }
    first = {
        name: " ".join((ast.get_docstring(tree) or "").split("\n\n")[0].split())
        for name, tree in packages.items()
    }
    assert told == first


def hunks(page: str) -> Iterator[tuple[str, str]]:
    """The file and the lines before the change, for each part of the differences that a page shows."""
    for block in re.findall(r"^```diff\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        for part in re.split(r"^diff --git .*\n", block, flags=re.MULTILINE)[1:]:
            name = re.search(r"^--- a/(\S+)", part, re.MULTILINE)
            assert name
            for hunk in re.split(r"^@@ .*\n", part, flags=re.MULTILINE)[1:]:
                yield name[1], "".join(line[1:] for line in hunk.splitlines(keepends=True) if line[0] in " -")


def test_the_worked_difference_fits_the_code_as_it_stands() -> None:
    found = list(hunks((ROOT / "docs" / "first-change.md").read_text("utf-8")))
    assert len(found) > 1
    for path, before in found:
        assert before in (ROOT / path).read_text("utf-8"), path
