"""The questionnaires that ship with the portal, as files: modules, the pairs made of them, a glossary."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from app.platform.i18n import CODES, SOURCE
from app.questionnaires.definition import (
    Choice,
    Definition,
    Mark,
    Progress,
    QuestionDefinition,
    Section,
    Term,
    Worded,
    fingerprint,
)
from app.questionnaires.models import Edition

LIBRARY = Path(__file__).parent / "library"


@dataclass(frozen=True, slots=True)
class ShippedPair:
    """A civil-society edition with the State edition it is mapped to, which another pair may bring."""

    slug: str
    civil_society: Definition
    state: Definition | None
    state_slug: str
    covers_slug: str


@cache
def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8")) if path.exists() else {}


def _in_languages(folder: Path, name: str) -> dict[str, dict[str, Any]]:
    return {code: _read(folder / f"{name}.{code}.toml") for code in CODES}


def shipped_slugs(library: Path = LIBRARY) -> list[str]:
    """The names of the pairs in the library, each after the one it is mapped to."""
    return [pair["slug"] for pair in _read(library / "pairs.toml")["pairs"]]


def read_pair(slug: str, library: Path = LIBRARY) -> ShippedPair:
    """Put a pair together from its modules; every text that a language lacks is simply not there."""
    entry = next(pair for pair in _read(library / "pairs.toml")["pairs"] if pair["slug"] == slug)
    modules = [_Module(library / "modules" / name) for name in entry["modules"]]
    titles = _in_languages(library, "pairs")
    own_state = entry.get("state", slug) == slug
    made = {
        edition: _definition(slug, edition, modules, titles, _glossary(library))
        for edition in (Edition.CIVIL_SOCIETY, Edition.STATE)
        if edition is Edition.CIVIL_SOCIETY or own_state
    }
    civil_society, state = made[Edition.CIVIL_SOCIETY], made.get(Edition.STATE)
    if state is not None:
        # A module may map to questions of a module that this pair leaves out.
        asked = {question.code for question in state.questions}
        for question in civil_society.questions:
            question.maps_to = [code for code in question.maps_to if code in asked]
    return ShippedPair(slug, civil_society, state, entry.get("state", slug), entry.get("covers", ""))


class _Module:
    """One folder of the library."""

    def __init__(self, folder: Path) -> None:
        self.structure = _read(folder / "structure.toml")
        self.texts = _in_languages(folder, "texts")

    def sections(self) -> Iterable[Section]:
        for entry in self.structure.get("sections", []):
            yield Section(**entry, **_texts(self.texts, "sections", entry["code"]))

    def questions(self, edition: Edition) -> Iterable[QuestionDefinition]:
        for entry in self.structure.get(edition.value, []):
            yield QuestionDefinition(**entry, **_texts(self.texts, edition.value, entry["code"]))

    def choice_lists(self) -> dict[str, list[Choice]]:
        found: dict[str, list[Choice]] = {}
        for entry in self.structure.get("choices", []):
            labels = {
                code: tree.get("choices", {}).get(entry["name"], {}) for code, tree in self.texts.items()
            }
            found[entry["name"]] = [
                Choice(
                    value=value,
                    **_marked({"label": {c: t[value] for c, t in labels.items() if value in t}}),
                )
                for value in entry["values"]
            ]
        return found


def _definition(
    slug: str, edition: Edition, modules: list[_Module], titles: dict[str, Any], glossary: list[Term]
) -> Definition:
    questions = [question for module in modules for question in module.questions(edition)]
    used = {question.section for question in questions}
    sections = [section for module in modules for section in module.sections()]
    parents = {section.code: section.parent for section in sections}
    for code in list(used):
        while code := parents.get(code, ""):
            used.add(code)
    lists = {name: choices for module in modules for name, choices in module.choice_lists().items()}
    wanted = {question.choices for question in questions}
    terms = {key for question in questions for key in question.terms}
    return Definition(
        slug=slug,
        edition=edition,
        source_language=SOURCE,
        sections=[section for section in sections if section.code in used],
        choice_lists={name: choices for name, choices in lists.items() if name in wanted},
        glossary=[term for term in glossary if term.key in terms],
        questions=questions,
        **_texts(titles, slug, edition.value),
    )


def _glossary(library: Path) -> list[Term]:
    trees = _in_languages(library, "glossary")
    return [Term(key=key, **_texts(trees, key)) for key in _read(library / f"glossary.{SOURCE}.toml")]


def _texts(trees: dict[str, dict[str, Any]], *keys: str) -> dict[str, Any]:
    """The texts at one place of all language files, by kind and then by language, with their marks."""
    found: dict[str, dict[str, str]] = {}
    for code, tree in trees.items():
        place: Any = tree
        for key in keys:
            place = place.get(key, {})
        for kind, text in place.items():
            found.setdefault(kind, {})[code] = text
    return _marked(found)


def _marked(texts: dict[str, dict[str, str]]) -> dict[str, Any]:
    """What ships was translated by us and not read by anybody else: drafts of the text beside them."""
    made = Worded(texts=texts)
    for kind, by_language in texts.items():
        source = fingerprint(by_language.get(SOURCE, ""))
        made.states[kind] = {
            code: Mark(state=Progress.DRAFT, source=source) for code in by_language if code != SOURCE
        }
    return {"texts": made.texts, "states": made.states}
