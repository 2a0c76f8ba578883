"""The catalogues of messages: gathered from code and templates, kept up to date, checked.

English is the source and has no catalogue. The others are plain text files that are read as they are,
so nothing has to be compiled.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.extract import extract as extract_from
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from app.platform.i18n import CODES, LOCALES, SOURCE

ROOT = LOCALES.parent
TRANSLATED = tuple(code for code in CODES if code != SOURCE)
KEYWORDS: Any = {
    "_": None,
    "gettext": None,
    "n_": (1, 2),
    "ngettext": (1, 2),
    "p_": ((1, "c"), 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
TEMPLATE_OPTIONS: Any = {
    "trimmed": "true",
    "trim_blocks": "true",
    "lstrip_blocks": "true",
    "silent": "false",
    "extensions": "jinja2.ext.do",
}
HEADER = """\
# The messages of Polyphony; kept in order by `python -m app translations update`.
msgid ""
msgstr ""
"Language: {code}\\n"
"Plural-Forms: nplurals={count}; plural={rule};\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%%")
NUMBERS = frozenset({"num", "n"})
# The rules of CLDR. Babel's own rule for Arabic swaps two forms, so none is taken from it.
PLURALS = {
    "ar": (6, "(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5)"),
    "zh": (1, "0"),
    "fr": (2, "(n > 1)"),
    "ru": (
        3,
        "(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2)",
    ),
    "es": (2, "(n != 1)"),
}


def path_of(code: str) -> Path:
    """Where the catalogue of a language stands."""
    return LOCALES / code / "LC_MESSAGES" / "messages.po"


def extract() -> Catalog:
    """Every message of the code and the templates, with the places it stands in."""
    found = Catalog(project="Polyphony", charset="utf-8")
    for path in sorted((ROOT / "app").rglob("*.py")):
        _take(found, path, extract_python, {})
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in {".html", ".txt"}:
            _take(found, path, babel_extract, TEMPLATE_OPTIONS)
    return found


def _take(found: Catalog, path: Path, method: Any, options: Any) -> None:
    with path.open("rb") as source:
        for _line, message, _comments, context in extract_from(method, source, KEYWORDS, options=options):
            # No line numbers: a catalogue should change when words change, not when lines move.
            place = (path.relative_to(ROOT).as_posix(), 0)
            found.add(message, None, [place], context=context)


def update(languages: Iterable[str] = TRANSLATED) -> None:
    """Write the catalogues anew: translations are kept, new messages are empty, old ones go."""
    template = extract()
    for code in languages:
        catalogue = read(code)
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        count, rule = PLURALS[code]
        path = path_of(code)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as target:
            # Babel's own header holds dates and places for names: it would change with every run.
            target.write(HEADER.format(code=code, count=count, rule=rule).encode())
            write_po(target, catalogue, width=0, omit_header=True, include_lineno=False, sort_by_file=True)


def read(code: str) -> Catalog:
    """The catalogue of a language as it stands; empty if there is none yet."""
    path = path_of(code)
    if not path.exists():
        return Catalog(locale=code, project="Polyphony", charset="utf-8", fuzzy=False)
    with path.open("rb") as source:
        return read_po(source, locale=code)


def check() -> list[str]:
    """What is wrong with the catalogues, one sentence each; nothing if all is well."""
    template = extract()
    return [problem for code in TRANSLATED for problem in _problems(code, template)]


def _problems(code: str, template: Catalog) -> Iterator[str]:
    if not path_of(code).exists():
        yield f"{code}: there is no catalogue"
        return
    catalogue = read(code)
    count, rule = PLURALS[code]
    if (catalogue.num_plurals, catalogue.plural_expr) != (count, rule):
        yield f"{code}: Plural-Forms is not nplurals={count}; plural={rule};"
    for gone in catalogue.obsolete.values():
        yield f"{code}: obsolete: {gone.id!r}"
    for entry in catalogue:
        if entry.id and template.get(_key(entry), entry.context) is None:
            yield f"{code}: nobody says this any more: {entry.id!r}"
    for entry in template:
        if entry.id:
            standing = catalogue.get(_key(entry), entry.context)
            yield from (f"{code}: {problem}: {entry.id!r}" for problem in _faults(entry, standing, count))


def _forms(text: Any) -> list[str]:
    """One form for a plain message, several for one that depends on a number."""
    return [text] if isinstance(text, str) else list(text or ())


def _key(entry: Entry) -> str:
    return _forms(entry.id)[0]


def _faults(entry: Entry, standing: Entry | None, count: int) -> Iterator[str]:
    if standing is None:
        yield "missing"
        return
    if standing.fuzzy:
        yield "fuzzy"
    plural = len(_forms(entry.id)) > 1
    if plural != (len(_forms(standing.id)) > 1):
        yield "plural in one place and not in the other"
        return
    forms = _forms(standing.string)
    if len(forms) != (count if plural else 1) or not all(forms):
        yield "not translated"
        return
    wanted = _placeholders(_forms(entry.id)[-1])
    for form in forms:
        own = _placeholders(form)
        # A language may write one, two or none as a word and leave the number out.
        if own != wanted and not (plural and own == wanted - NUMBERS):
            yield f"placeholders {sorted(own)} instead of {sorted(wanted)}"


def _placeholders(text: str) -> frozenset[str]:
    return frozenset(match.group(1) or "%" for match in PLACEHOLDER.finditer(text))
