"""The story of one State, as its file tells it."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
STORIES = ("estaria", "valmora")
ZONES = {"QE": "Africa/Nairobi", "QV": "Europe/Paris"}
OFFICES = {"QE": "Ministry of the Interior of Estaria", "QV": "Ministère de l’Intérieur de Valmora"}


@dataclass(frozen=True)
class Story:
    """One State: its people, who contributes what, and how far the review is."""

    name: str
    tree: dict[str, Any] = field(repr=False)

    def __getitem__(self, key: str) -> Any:
        return self.tree.get(key, [])

    @property
    def code(self) -> str:
        """The State's code."""
        return str(self.tree["state"]["code"])

    @property
    def slug(self) -> str:
        """The consultation's slug."""
        return str(self.tree["consultation"]["slug"])

    @property
    def is_finished(self) -> bool:
        """Whether every question is approved, so that the submission can be made final."""
        return all(line["state"] == "approved" for line in self["progress"])


def read_stories() -> list[Story]:
    """All stories that ship with the portal."""
    return [Story(name, tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))) for name in STORIES]
