"""The questionnaires that ship with the portal, as files: structure.toml and one text file a language."""

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.platform.i18n import CODES

LIBRARY = Path(__file__).parent / "library"


@dataclass(frozen=True, slots=True)
class ShippedPair:
    """A pair of editions as the files have it; texts are by kind, then by language."""

    slug: str
    checksum: str
    sections: list[dict[str, Any]]
    editions: dict[str, dict[str, dict[str, str]]]
    questions: dict[str, list[dict[str, Any]]]


def shipped_slugs() -> list[str]:
    """The names of the pairs in the library."""
    return sorted(path.parent.name for path in LIBRARY.glob("*/structure.toml"))


def read_pair(slug: str, library: Path = LIBRARY) -> ShippedPair:
    """Read a pair from its files; every text that a language lacks is simply not there."""
    folder = library / slug
    digest = hashlib.sha256()
    structure_file = folder / "structure.toml"
    digest.update(structure_file.read_bytes())
    structure = tomllib.loads(structure_file.read_text("utf-8"))
    texts: dict[str, dict[str, Any]] = {}
    for code in CODES:
        path = folder / f"texts.{code}.toml"
        if path.exists():
            digest.update(path.read_bytes())
            texts[code] = tomllib.loads(path.read_text("utf-8"))

    def gather(*keys: str) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for code, tree in texts.items():
            place: Any = tree
            for key in keys:
                place = place.get(key, {})
            for kind, text in place.items():
                found.setdefault(kind, {})[code] = text
        return found

    return ShippedPair(
        slug=structure["slug"],
        checksum=digest.hexdigest(),
        sections=[
            {**section, "title": gather("sections", section["code"]).get("title", {})}
            for section in structure["sections"]
        ],
        editions={edition: gather("editions", edition) for edition in ("civil_society", "state")},
        questions={
            edition: [
                {**question, "texts": gather(edition, question["code"])} for question in structure[edition]
            ]
            for edition in ("civil_society", "state")
        },
    )
