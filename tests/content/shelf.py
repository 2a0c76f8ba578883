"""The questionnaires' files as they lie in the library, read without any code of the portal."""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

LIBRARY = Path(__file__).parents[2] / "app" / "questionnaires" / "library"
MODULES = ("firearms", "untoc", "cross-cutting", "short")
EDITIONS = ("civil_society", "state")
LANGUAGES = ("ar", "zh", "en", "fr", "ru", "es")


class Item(NamedTuple):
    """One question of a module with its English texts by kind."""

    module: str
    edition: str
    entry: dict[str, Any]
    texts: dict[str, str]

    @property
    def code(self) -> str:
        """The code that names the question everywhere."""
        return str(self.entry["code"])

    @property
    def is_position(self) -> bool:
        """Whether it asks about law and practice."""
        return self.edition == "civil_society" and "kind" not in self.entry


@cache
def read(name: str) -> dict[str, Any]:
    """A file of the library; empty if the language has none yet."""
    path = LIBRARY / name
    return tomllib.loads(path.read_text("utf-8")) if path.exists() else {}


def structure(module: str) -> dict[str, Any]:
    """The sections, questions and choices of a module."""
    return read(f"modules/{module}/structure.toml")


def texts(module: str, language: str = "en") -> dict[str, Any]:
    """The texts of a module in one language."""
    return read(f"modules/{module}/texts.{language}.toml")


def items(*modules: str, edition: str = "") -> Iterator[Item]:
    """The questions of some modules, or of all; of one edition, or of both."""
    for module in modules or MODULES:
        for name in EDITIONS:
            if edition in {"", name}:
                of_edition = texts(module).get(name, {})
                for entry in structure(module).get(name, []):
                    yield Item(module, name, entry, of_edition.get(entry["code"], {}))
