"""The outside of a workbook: what its ZIP file holds is measured before any library opens it.

Every part is unpacked in small steps and counted, and every XML part is read once by expat, without
building anything. What passes is packed anew, so that the library reads exactly what was looked at.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.parsers import expat

from app.platform.i18n import Message, _
from app.xlsform.refusals import Refusal, Refused

LARGEST = 5_000_000
UNPACKED = 16_000_000
PARTS = 400
RATIO, RATIO_FROM = 200, 1_000_000
STEP = 65_536
ELEMENTS, DEPTH = 400_000, 40  # in all parts together
ROWS, COLUMNS, AREA, CHARACTERS = 10_000, 400, 1_000_000, 6_000_000
LONGEST = 32_767
FORMULAS = 2_000
CONSTANTS = frozenset({"TRUE()", "FALSE()"})
DIGITS = 8
SHEETS = 100
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
NAME = re.compile(r"[^\x00-\x1f\\:*?\"<>|]{1,200}\Z")
PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})\Z")
KEPT = (".xml", ".rels")

SAVE_AGAIN = _("Open the form in a spreadsheet program and save it as an Excel workbook (.xlsx).")
SMALLER = _("Take out sheets, pictures and empty rows that the form does not need.")


def refused(problem: Message, remedy: Message = SAVE_AGAIN, sheet: str = "") -> Refused:
    """The whole file is refused."""
    return Refused(Refusal(sheet, 0, "", problem, remedy))


NOT_A_WORKBOOK = _("This file is not an Excel workbook (.xlsx).")
OLD = _("This is an old Excel file (.xls), or one with a password.")
OLD_REMEDY = _("Remove the password and save the file as an Excel workbook (.xlsx).")
BROKEN = _("The workbook is damaged: %(part)s cannot be read.")
TOO_LARGE = _("The workbook is too large when it is unpacked.")
MACROS = _("The workbook holds macros.")
MACROS_REMEDY = _("Save it as a workbook without macros (.xlsx).")
LINKS = _("The workbook draws on other files.")
LINKS_REMEDY = _("Break the links to other files and embedded objects, and save it again.")
ENTITIES = _("The workbook declares a document type of its own (DOCTYPE).")
TOO_MANY = _(
    "The sheet is too large: at most %(rows)s rows and %(columns)s columns.", rows=ROWS, columns=COLUMNS
)
TOO_LONG = _("A cell holds more than %(most)s characters.", most=LONGEST)
LONG_REMEDY = _("Divide the text.")


@dataclass(slots=True)
class Workbook:
    """A workbook that may be opened: its parts packed anew, and its sheets with their formulas."""

    data: bytes = b""
    sheets: dict[str, list[tuple[int, int]]] = field(default_factory=dict)


def look_through(data: bytes) -> Workbook:
    """Measure a file; raises Refused with a sentence for its author."""
    if len(data) > LARGEST:
        raise refused(_("The file is larger than 5 MB."), SMALLER)
    if data.startswith(OLE):
        raise refused(OLD, OLD_REMEDY)
    if not data.startswith(b"PK\x03\x04"):
        raise refused(NOT_A_WORKBOOK)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, OverflowError) as problem:
        raise refused(_with_part("ZIP")) from problem
    with archive:
        parts = archive.infolist()
        _check_list(parts)
        return _Scan(archive).whole(parts)


def _with_part(part: str) -> Message:
    return Message(BROKEN.text, {"part": part[:60]})


def _check_list(parts: list[zipfile.ZipInfo]) -> None:
    """What the table of contents says, before anything is unpacked."""
    names = [part.filename for part in parts]
    if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
        raise refused(TOO_LARGE, SMALLER)
    lower = [name.lower() for name in names]
    if len(set(lower)) != len(lower):
        raise refused(_with_part(next(name for name in names if lower.count(name.lower()) > 1)))
    for part, name in zip(parts, lower, strict=True):
        _check_part(part, name)
    if "xl/workbook.xml" not in lower:
        raise refused(NOT_A_WORKBOOK)


def _check_part(part: zipfile.ZipInfo, name: str) -> None:
    """One entry of the table of contents; `name` is in small letters."""
    if part.flag_bits & 1:
        raise refused(OLD, OLD_REMEDY)
    if not NAME.match(name) or name.startswith("/") or ".." in name.split("/"):
        raise refused(_with_part("ZIP"))
    if part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise refused(_with_part(part.filename))
    if part.file_size > RATIO_FROM and part.file_size > RATIO * max(part.compress_size, 1):
        raise refused(TOO_LARGE, SMALLER)
    if "vbaproject" in name or "macrosheet" in name:
        raise refused(MACROS, MACROS_REMEDY)
    if "externallink" in name or "/embeddings/" in name or name.endswith((".zip", ".xlsx", ".xls")):
        raise refused(LINKS, LINKS_REMEDY)


class _Scan:
    """Reads every part once."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.left = UNPACKED
        self.elements = 0
        self.strings: list[int] = []
        self.characters = 0
        self.found = Workbook()
        self.names: dict[str, list[str]] = {}
        self.targets: dict[str, str] = {}
        self.formulas: dict[str, list[tuple[int, int]]] = {}

    def whole(self, parts: list[zipfile.ZipInfo]) -> Workbook:
        """All parts, the shared strings first because the cells count by them."""
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as clean:
            for part in sorted(parts, key=lambda each: "sharedstrings" not in each.filename.lower()):
                content = self.unpacked(part)
                if part.filename.lower().endswith(KEPT):
                    self.read(part.filename, content)
                    clean.writestr(part.filename, content)
        self.found.data = target.getvalue()
        for name, keys in self.names.items():
            places = {self.targets.get(key, "") for key in keys}
            # A sheet may be any part, so it has to be one whose cells were looked at.
            if len(places) != 1 or not places <= self.formulas.keys():
                raise refused(_with_part(name))
            self.found.sheets[name] = self.formulas[places.pop()]
        return self.found

    def unpacked(self, part: zipfile.ZipInfo) -> bytes:
        """A part, never more of it than it declares and the file may have in all."""
        limit, chunks = min(part.file_size, self.left), []
        try:
            with self.archive.open(part) as stream:
                while chunk := stream.read(STEP):
                    limit -= len(chunk)
                    self.left -= len(chunk)
                    if limit < 0 or self.left < 0:
                        raise refused(TOO_LARGE, SMALLER)
                    chunks.append(chunk)
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            EOFError,
            RuntimeError,
            NotImplementedError,
        ) as problem:
            raise refused(_with_part(part.filename)) from problem
        return b"".join(chunks)

    def read(self, name: str, content: bytes) -> None:
        """One XML part."""
        lower = name.lower()
        watch: _Watch
        if lower == "xl/workbook.xml":
            watch = _Names(self.names)
        elif lower == "xl/_rels/workbook.xml.rels":
            watch = _Targets(self.targets)
        elif lower == "xl/sharedstrings.xml":
            watch = _Strings(self.strings)
        elif lower.endswith(".xml"):
            watch = _Cells(self.strings, self.formulas.setdefault(lower, []), self.count)
        else:
            watch = _Watch()
        self.elements = watch.run(name, content, self.elements)

    def count(self, characters: int) -> None:
        """Text that cells hold in all, counted once for each cell that shows it."""
        self.characters += characters
        if self.characters > CHARACTERS:
            raise refused(TOO_LARGE, SMALLER)


class _Watch:
    """Looks at the elements of a part, and stops where there are too many or a type is declared."""

    begins: frozenset[str] = frozenset()
    ends: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self.elements = self.depth = 0

    def run(self, name: str, content: bytes, elements: int) -> int:
        """Read the part, and go on counting its elements where the part before ended."""
        self.elements = elements
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self.opened
        parser.EndElementHandler = self.closed
        parser.CharacterDataHandler = self.text
        parser.StartDoctypeDeclHandler = self.declared
        try:
            parser.Parse(content, True)
        except (expat.ExpatError, ValueError, LookupError) as problem:
            raise refused(_with_part(name)) from problem
        return self.elements

    def opened(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self.elements += 1
        self.depth += 1
        if self.elements > ELEMENTS or self.depth > DEPTH:
            raise refused(TOO_LARGE, SMALLER)
        if ":" in tag:
            tag = tag.rpartition(":")[2]
        if tag in self.begins:
            self.begin(tag, attributes)

    def closed(self, tag: str) -> None:
        """An element ends."""
        self.depth -= 1
        if ":" in tag:
            tag = tag.rpartition(":")[2]
        if tag in self.ends:
            self.end(tag)

    def declared(self, *_parts: object) -> None:
        """A document type: no workbook has one."""
        raise refused(ENTITIES)

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        """What an element means here."""

    def end(self, tag: str) -> None:
        """What the end of an element means here."""

    def text(self, text: str) -> None:
        """Text between elements."""


class _Names(_Watch):
    """The names of the sheets, each with the keys of its part."""

    begins = frozenset({"sheet"})

    def __init__(self, names: dict[str, list[str]]) -> None:
        super().__init__()
        self.names = names

    def begin(self, _tag: str, attributes: dict[str, str]) -> None:
        name = attributes.get("name", "")
        if len(self.names) >= SHEETS or name in self.names:
            raise refused(_with_part("workbook.xml"))
        self.names[name] = [value for key, value in attributes.items() if key.endswith(":id")]


class _Targets(_Watch):
    """In which part a sheet is."""

    begins = frozenset({"Relationship"})

    def __init__(self, targets: dict[str, str]) -> None:
        super().__init__()
        self.targets = targets

    def begin(self, _tag: str, attributes: dict[str, str]) -> None:
        key, target = attributes.get("Id", ""), attributes.get("Target", "").lower()
        if key in self.targets:
            raise refused(_with_part("workbook.xml.rels"))
        self.targets[key] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"


class _Strings(_Watch):
    """How long each shared string is."""

    begins = ends = frozenset({"si"})

    def __init__(self, strings: list[int]) -> None:
        super().__init__()
        self.strings = strings
        self.length = 0

    def begin(self, _tag: str, _attributes: dict[str, str]) -> None:
        self.length = 0

    def text(self, text: str) -> None:
        self.length += len(text)
        if self.length > 2 * LONGEST:
            raise refused(TOO_LONG, LONG_REMEDY)

    def end(self, _tag: str) -> None:
        self.strings.append(self.length)


class _Cells(_Watch):
    """Where cells with something in them are, how much text they show, and which are formulas.

    Nearly all elements of a workbook are cells: these two methods do at once what the others divide.
    """

    def __init__(
        self, strings: list[int], formulas: list[tuple[int, int]], count: Callable[[int], None]
    ) -> None:
        super().__init__()
        self.strings, self.formulas, self.count = strings, formulas, count
        self.row = self.column = self.tallest = self.widest = 0
        self.shared = self.reading = False
        self.value = ""

    def opened(self, tag: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        self.depth += 1
        if self.elements > ELEMENTS or self.depth > DEPTH:
            raise refused(TOO_LARGE, SMALLER)
        if ":" in tag:
            tag = tag.rpartition(":")[2]
        if tag == "c":
            place = PLACE.match(attributes.get("r", ""))
            if place is None:
                self.column += 1
            else:
                self.column, self.row = _number(place[1]), int(place[2])
            self.shared = attributes.get("t") == "s"
        elif tag in {"v", "is", "f"}:
            self.reading, self.value = True, ""
            if tag != "f":
                self.reached(self.row, self.column)
        elif tag == "row":
            self.row, self.column = _small(attributes.get("r", ""), self.row + 1), 0

    def reached(self, row: int, column: int) -> None:
        """A cell with something in it: the table reaches as far as its farthest row and column."""
        if row > self.tallest or column > self.widest:
            self.tallest, self.widest = max(self.tallest, row), max(self.widest, column)
            if self.tallest > ROWS or self.widest > COLUMNS or self.tallest * self.widest > AREA:
                raise refused(TOO_MANY, SMALLER)

    def text(self, text: str) -> None:
        if self.reading:
            self.value += text

    def closed(self, tag: str) -> None:
        self.depth -= 1
        if not self.reading:
            return
        if ":" in tag:
            tag = tag.rpartition(":")[2]
        if tag == "v":
            self.reading = False
            self.count(self.shown(self.value) if self.shared else len(self.value))
        elif tag == "is":
            self.reading = False
            self.count(len(self.value))
        elif tag == "f":
            self.reading = False
            # Some programs write a plain yes or no as a formula.
            if self.value.strip() not in CONSTANTS and len(self.formulas) < FORMULAS:
                self.formulas.append((self.row, self.column))

    def shown(self, index: str) -> int:
        """How long the shared string is that a cell shows."""
        number = _small(index.strip(), len(self.strings))
        if number >= len(self.strings):
            raise refused(_with_part("sharedStrings"))
        return self.strings[number]


def _small(digits: str, otherwise: int) -> int:
    """A number of few digits; anything else is what it is otherwise."""
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= DIGITS else otherwise


def _number(letters: str) -> int:
    """The number of a column from its letters."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
