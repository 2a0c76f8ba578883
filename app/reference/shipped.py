"""The reference data that ships with the portal, as files: data.toml and the names of each language."""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.platform.i18n import CODES
from app.reference.compiled import NO_VERSION, Reference, compile_reference
from app.reference.document import ReferenceData

LIBRARY = Path(__file__).parent / "library"
Tree = Mapping[str, Any]


def read_reference(library: Path = LIBRARY) -> ReferenceData:
    """Read the document from its files; a name that a language lacks is simply not there."""
    data = tomllib.loads((library / "data.toml").read_text("utf-8"))
    names = {
        code: tomllib.loads(path.read_text("utf-8"))
        for code in CODES
        if (path := library / f"names.{code}.toml").exists()
    }

    def texts(*keys: str) -> dict[str, str]:
        return {code: text for code, tree in names.items() if (text := _at(tree, keys))}

    found = {
        "instruments": [
            {
                **row,
                "position": place,
                "names": texts("instruments", row["code"]),
                "short": texts("short", row["code"]),
            }
            for place, row in enumerate(data["instruments"], 1)
        ],
        "articles": list(_articles(data, texts)),
        "clusters": [{**row, "names": texts("clusters", row["number"])} for row in data["clusters"]],
        "parts": data["parts"],
        "phases": [{**row, "remark": texts("phases", str(row["number"]))} for row in data["phases"]],
        "sources": [{**row, "title": texts("sources", row["code"])} for row in data["sources"]],
    }
    return ReferenceData.model_validate(found).in_order()


def _articles(data: Tree, texts: Callable[..., dict[str, str]]) -> Iterator[Tree]:
    """The articles stand in groups that share their sources; their paragraphs stand apart."""
    for group in data["articles"]:
        instrument = group["instrument"]
        known = data["paragraphs"].get(instrument, {})
        for number in group["numbers"]:
            yield {
                **{key: value for key, value in group.items() if key != "numbers"},
                "number": number,
                "names": texts("articles", instrument, number),
                "paragraphs": [
                    {**row, "topic": texts("paragraphs", instrument, number, row["paragraph"])}
                    for row in known.get(number, ())
                ],
            }


def _at(tree: Tree, keys: tuple[str, ...]) -> str:
    place: Any = tree
    for key in keys:
        place = place.get(key, {})
    return place if isinstance(place, str) else ""


@lru_cache
def shipped_reference() -> Reference:
    """What a portal knows that nobody has loaded anything into yet."""
    return compile_reference(NO_VERSION, 0, read_reference())
