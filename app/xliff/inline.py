"""What a translator must not change inside a text: placeholders and tags, as inline elements of XLIFF."""

import re
from collections import Counter
from collections.abc import Mapping

from lxml import etree

NAMESPACE = "urn:oasis:names:tc:xliff:document:2.0"
# Characters that XML cannot hold stand as <cp hex="…"/>.
UNWRITABLE = r"\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"
NOT_XML = re.compile(f"[{UNWRITABLE}]")
# Answers in labels, values in sentences, and tags.
PROTECTED = re.compile(
    rf"\$\{{[^{{}}\s{UNWRITABLE}]{{1,100}}\}}|%\([A-Za-z_]\w{{0,60}}\)[a-z]|\{{[A-Za-z_]\w{{0,60}}\}}"
    rf"|</?[A-Za-z][^<>{UNWRITABLE}]{{0,200}}>"
)
PIECES = re.compile(f"({PROTECTED.pattern}|{NOT_XML.pattern})")
HIGHEST = 0x10FFFF


def q(name: str) -> str:
    """The name of an element of XLIFF 2."""
    return f"{{{NAMESPACE}}}{name}"


def protected(text: str) -> Counter[str]:
    """The placeholders and tags of a text, each with how often it stands there."""
    return Counter(PROTECTED.findall(text))


def write(element: etree._Element, text: str, known: dict[str, str]) -> None:
    """Put a text into an element, protected parts as <ph/>; `known` keeps which part has which number."""
    element.text = ""
    last: etree._Element | None = None
    left = {part: number for number, part in known.items()}
    used: Counter[str] = Counter()
    for piece in PIECES.split(text):
        if not piece:
            continue
        if NOT_XML.fullmatch(piece):
            last = etree.SubElement(element, q("cp"), hex=f"{ord(piece):04X}")
        elif PROTECTED.fullmatch(piece):
            number = left.setdefault(piece, str(len(left) + 1))
            known[number] = piece
            used[piece] += 1
            # An id is used once in an element; what it stands for is in the data of the unit.
            own = number if used[piece] == 1 else f"{number}.{used[piece]}"
            last = etree.SubElement(element, q("ph"), id=own, dataRef=f"d{number}", disp=piece, equiv=piece)
        elif last is None:
            element.text += piece
        else:
            last.tail = (last.tail or "") + piece


def read(element: etree._Element, data: Mapping[str, str]) -> str:
    """The text of an element; `data` says what numbered inline elements stand for."""
    parts = [element.text or ""]
    for child in element:
        parts += [_inline(child, data), child.tail or ""]
    return "".join(parts).replace("\r\n", "\n").replace("\r", "\n")


def _inline(child: etree._Element, data: Mapping[str, str]) -> str:
    name = etree.QName(child).localname if isinstance(child.tag, str) else ""
    if name in {"ph", "sc", "ec"}:
        return _stands_for(child, data, "dataRef", "equiv")
    if name == "pc":
        start = _stands_for(child, data, "dataRefStart", "equivStart")
        return start + read(child, data) + _stands_for(child, data, "dataRefEnd", "equivEnd")
    if name == "mrk":
        return read(child, data)
    if name in {"sm", "em"}:
        return ""
    if name == "cp":
        return _character(child.get("hex", ""))
    return f"<{name}>"


def _stands_for(child: etree._Element, data: Mapping[str, str], reference: str, equivalent: str) -> str:
    """The text behind an inline element; one that nobody explains reads as a tag that no source has."""
    known = data.get(child.get(reference, ""))
    # Tools copy an element under its number even where they drop the data.
    by_number = data.get("d" + child.get("id", "").partition(".")[0]) if reference == "dataRef" else None
    return known or child.get(equivalent) or by_number or f"<{etree.QName(child).localname}>"


def _character(code: str) -> str:
    try:
        number = int(code, 16)
    except ValueError:
        return "<cp>"
    return chr(number) if 0 < number <= HIGHEST else "<cp>"
