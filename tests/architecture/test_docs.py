"""The documentation speaks of things that exist."""

import re
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
