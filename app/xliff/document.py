"""XLIFF 2.0: the texts of one version in one language, for translators with tools of their own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree
from translate.storage.xliff2 import Xliff2File, Xliff2Unit

from app.platform.i18n import BY_CODE, CODES, Message, _
from app.questionnaires.definition import Definition, Progress, Readiness, Unit, units_of
from app.questionnaires.names import TEXT_NAMES
from app.xliff import inline, safe_xml
from app.xliff.inline import q

MEDIA = "application/xliff+xml"
LONGEST = 10_000
# The part of a state that XLIFF leaves to its tools: the source changed since this was translated.
OUTDATED = "polyphony:outdated"
STATES = {
    Readiness.MISSING: "initial",
    Readiness.DRAFT: "translated",
    Readiness.REVIEWED: "reviewed",
    Readiness.OUTDATED: "translated",
}
REVIEWED = frozenset({"reviewed", "final"})
ORDER = ("initial", "translated", "reviewed", "final")
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
NOT_XLIFF = _("This is not an XLIFF file.")
NOT_TWO = _("This is an XLIFF %(version)s file. Save it as XLIFF 2.0 and send it again.")
NO_UNITS = _("The file holds no texts.")
WRONG_SOURCE = _("The file translates from %(found)s, but this questionnaire is written in %(wanted)s.")
WRONG_TARGET = _("The file does not name a language of the portal that it translates into.")
WRONG_ORIGINAL = _("The file belongs to another questionnaire: %(original)s.")


@dataclass(frozen=True, slots=True)
class FileUnit:
    """One text as a file has it; without a target it was not translated."""

    id: str
    source: str
    target: str
    progress: Progress
    says_outdated: bool


@dataclass(frozen=True, slots=True)
class TextsFile:
    """What a file holds: its target language and its units."""

    language: str
    units: tuple[FileUnit, ...]


def original_of(definition: Definition) -> str:
    """How a file names the questionnaire it belongs to."""
    return f"{definition.slug}/{definition.edition.value.replace('_', '-')}"


def token_of(key: str) -> str:
    """The key of a unit as an identifier of XML, which may have no slash."""
    return key.replace("/", ":")


def place_of(key: str) -> tuple[str, Message]:
    """What a unit belongs to, and which of its texts it is."""
    carrier, _colon, kind = key.rpartition(":")
    _group, _colon, name = carrier.partition(":")
    return name, TEXT_NAMES.get(kind) or Message("%(kind)s", {"kind": kind})


def write_texts(definition: Definition, language: str, number: int) -> bytes:
    """A file with every text of the source language and its translation into one language."""
    store = Xliff2File(
        sourcelanguage=BY_CODE[definition.source_language].tag, targetlanguage=BY_CODE[language].tag
    )
    file = store.body
    file.set("id", f"version-{number}")
    file.set("original", original_of(definition))
    file.set("canResegment", "no")
    for unit in units_of(definition):
        if unit.source:
            made = _unit(unit, language)
            made.tail = "\n"
            file.append(made)
    tree: bytes = etree.tostring(store.document, encoding="utf-8", xml_declaration=True)
    return tree


def _unit(unit: Unit, language: str) -> etree._Element:
    """One unit. The toolkit would put notes and spaces where the standard has no place for them."""
    made = Xliff2Unit("")
    made.setid(token_of(unit.key))
    element = made.getunitelement()
    element.set("name", unit.key)
    element.set(XML_SPACE, "preserve")
    made.xmlelement.attrib.pop(XML_SPACE, None)
    known: dict[str, str] = {}
    inline.write(made.xmlelement.find(q("source")), unit.source, known)
    readiness, text = unit.readiness(language), unit.text(language)
    made.xmlelement.set("state", STATES[readiness])
    if text:
        inline.write(etree.SubElement(made.xmlelement, q("target")), text, known)
    if readiness is Readiness.OUTDATED:
        made.xmlelement.set("subState", OUTDATED)
    head = [_notes(unit, readiness), *_data(known)]
    for place, part in enumerate(head):
        element.insert(place, part)
    return element


def _notes(unit: Unit, readiness: Readiness) -> etree._Element:
    """Where the text stands, how long it may be, and what happened to its source."""
    say = unit.source_language
    name, kind = place_of(unit.key)
    notes = etree.Element(q("notes"))
    place = ": ".join(filter(None, (name, kind.in_language(say))))
    told = {"place": place, "maximum": _("At most %(max)s characters.", max=LONGEST).in_language(say)}
    if readiness is Readiness.OUTDATED:
        told["state"] = _("The source text changed since this was translated.").in_language(say)
    for category, text in told.items():
        note = etree.SubElement(notes, q("note"), category=category)
        note.text = text
    return notes


def _data(known: Mapping[str, str]) -> Iterator[etree._Element]:
    """What the numbered inline elements of a unit stand for."""
    if known:
        original = etree.Element(q("originalData"))
        for number, text in known.items():
            data = etree.SubElement(original, q("data"), id=f"d{number}")
            data.text = text
        yield original


def read_texts(data: bytes, definition: Definition) -> TextsFile:
    """What a file for this questionnaire holds; raises Invalid where the whole file cannot be used."""
    root = safe_xml.parse(data)
    _check_kind(root)
    # Some tools write fr_FR for fr-FR.
    source, language = (
        root.get(name, "").replace("_", "-").split("-")[0].strip().lower() for name in ("srcLang", "trgLang")
    )
    if source != definition.source_language:
        raise safe_xml.refused(
            Message(WRONG_SOURCE.text, {"found": source or "–", "wanted": definition.source_language})
        )
    if language not in CODES or language == source:
        raise safe_xml.refused(WRONG_TARGET)
    for file in root.iterchildren(q("file")):
        if file.get("original") != original_of(definition):
            raise safe_xml.refused(
                Message(WRONG_ORIGINAL.text, {"original": file.get("original", "–")[:100]})
            )
    store = Xliff2File(etree.tostring(root))
    elements = dict.fromkeys(unit.getunitelement() for unit in store.units)
    if not elements:
        raise safe_xml.refused(NO_UNITS)
    return TextsFile(language, tuple(_read_unit(element) for element in elements))


def _check_kind(root: etree._Element) -> None:
    name = etree.QName(root)
    version = root.get("version", "")[:10]
    if name.localname != "xliff":
        raise safe_xml.refused(NOT_XLIFF)
    if name.namespace != inline.NAMESPACE or not version.startswith("2."):
        raise safe_xml.refused(Message(NOT_TWO.text, {"version": version or "?"}))


def _read_unit(element: etree._Element) -> FileUnit:
    """One unit; a tool may have cut it into segments, of which the least finished one counts."""
    data = {
        each.get("id", ""): inline.read(each, {})
        for each in element.iterfind(f"{q('originalData')}/{q('data')}")
    }
    parts = [part for part in element if part.tag in {q("segment"), q("ignorable")}]
    segments = [part for part in parts if part.tag == q("segment")]
    states = [part.get("state", "initial") for part in segments]
    least = min(states, key=lambda state: ORDER.index(state) if state in ORDER else 0)
    return FileUnit(
        id=element.get("id", ""),
        source="".join(_text_of(part, "source", data) for part in parts),
        target=_target(parts, data),
        progress=Progress.REVIEWED if least in REVIEWED else Progress.DRAFT,
        says_outdated=any(part.get("subState") == OUTDATED for part in segments),
    )


def _target(parts: list[etree._Element], data: Mapping[str, str]) -> str:
    """The target in its own order of segments; empty while one of them is not translated."""
    found: list[tuple[int, str]] = []
    for place, part in enumerate(parts, 1):
        target = part.find(q("target"))
        source = _text_of(part, "source", data)
        text = source if target is None else _set_right(part, _text_of(part, "target", data), source)
        if part.tag == q("segment") and (target is None or not text.strip() or _is_copy(part, source, text)):
            return ""
        order = target.get("order", "") if target is not None else ""
        found.append((int(order) if order.isdecimal() and order.isascii() else place, text))
    return "".join(text for _order, text in sorted(found, key=lambda each: each[0]))


def _is_copy(segment: etree._Element, source: str, text: str) -> bool:
    """Whether a tool put the source where the translation goes, and nobody has translated it yet."""
    untouched = segment.get("state", "initial") == "initial"
    return untouched and source.split() == text.split() and any(sign.isalpha() for sign in source)


def _set_right(part: etree._Element, text: str, source: str) -> str:
    """A target without the line breaks and spaces that a tool indented it by, with the whole segment."""
    if "\n" not in (part.text or "") or "\n" in source or not text.startswith("\n"):
        return text
    start, end = (len(source) - len(source.lstrip()), len(source) - len(source.rstrip()))
    words = " ".join(line.strip() for line in text.strip().splitlines() if line.strip())
    return source[:start] + words + source[len(source) - end :]


def _text_of(part: etree._Element, name: str, data: Mapping[str, str]) -> str:
    element = part.find(q(name))
    return "" if element is None else inline.read(element, data)
