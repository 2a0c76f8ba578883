"""Word documents in any script: directions, languages, links, and the same bytes for the same content."""

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from app.platform.i18n import BY_CODE, beginning

# The language tags Word knows; the default for each script stays in place beside the document's own.
TAGS = {"ar": "ar-SA", "zh": "zh-CN", "en": "en-GB", "fr": "fr-FR", "ru": "ru-RU", "es": "es-ES"}
FONTS = {"ascii": "Calibri", "hAnsi": "Calibri", "eastAsia": "SimSun", "cs": "Arial"}
NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
RIGHT_TO_LEFT = frozenset({"R", "AL"})
LINK = RGBColor(0x13, 0x4F, 0x9C)
ADDED = RGBColor(0x1B, 0x6E, 0x3C)
REMOVED = RGBColor(0xB3, 0x26, 0x1E)
# The schema fixes the order of properties: these come after the direction.
PARAGRAPH_AFTER_BIDI = (
    "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl", "w:rPr",
)  # fmt: skip
TABLE_AFTER_BIDI = ("w:tblStyleRowBandSize", "w:tblStyleColBandSize", "w:tblW", "w:jc", "w:tblInd", "w:tblBorders",
                    "w:tblLayout", "w:tblCellMar", "w:tblLook")  # fmt: skip
SECTION_AFTER_BIDI = ("w:rtlGutter", "w:docGrid")
EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)


def shown(text: str) -> str:
    """The text with one kind of line end, and a visible sign for what XML cannot hold."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return NOT_XML.sub(lambda found: _sign(found.group()), lines)


def _sign(character: str) -> str:
    return chr(0x2400 + ord(character)) if character < " " else "\ufffd"


def is_right_to_left(text: str, otherwise: bool = False) -> bool:
    """Which way a text runs: as its letters do, and if they go both ways, as its surroundings do."""
    ways = {way for way in map(_way, text) if way is not None}
    return ways == {True} or (otherwise and ways != {False})


def _way(character: str) -> bool | None:
    """Whether a letter runs from the right; other signs take the way of their neighbours."""
    kind = unicodedata.bidirectional(character)
    return None if kind != "L" and kind not in RIGHT_TO_LEFT else kind in RIGHT_TO_LEFT


def stretches(text: str, base: bool) -> list[tuple[str, bool]]:
    """The text cut where its direction changes; signs between two directions follow the paragraph's."""
    ways = [_way(character) for character in text]
    before, last = [base] * len(ways), base
    for place, way in enumerate(ways):
        before[place] = last = last if way is None else way
        if way is None and unicodedata.bidirectional(text[place]) == "EN":
            ways[place] = last  # a number belongs to the word before it
    found: list[tuple[str, bool]] = []
    after = base
    for place in reversed(range(len(ways))):
        way = ways[place]
        after = after if way is None else way
        here = after if before[place] == after else base
        if found and found[-1][1] == here:
            found[-1] = (text[place] + found[-1][0], here)
        else:
            found.append((text[place], here))
    return found[::-1]


class Writer:
    """A document being written in one language; every text given to it stays text."""

    def __init__(self, language: str, title: str, made_at: datetime) -> None:
        self.language = language
        self.rtl = BY_CODE[language].dir == "rtl"
        self.made_at = made_at
        self.document: Document = docx.Document()
        self._set_language()
        page = self.document.sections[0]
        page.page_width, page.page_height = Mm(210), Mm(297)
        if self.rtl:
            section = _xml(self.document).body.sectPr
            section.insert_element_before(OxmlElement("w:bidi"), *SECTION_AFTER_BIDI)
            self._close_letters()
        properties = self.document.core_properties
        properties.title = shown(title)[:250]
        properties.author = properties.last_modified_by = "Polyphony"
        properties.comments = ""
        properties.language = TAGS[language]
        properties.created = properties.modified = made_at.astimezone(UTC).replace(tzinfo=None)
        properties.revision = 1

    def _set_language(self) -> None:
        defaults = self.document.styles.element.find(qn("w:docDefaults"))
        properties = defaults.find(qn("w:rPrDefault")).find(qn("w:rPr"))
        language = properties.find(qn("w:lang"))
        tag = TAGS[self.language]
        language.set(qn("w:val"), "en-GB" if self.rtl or self.language == "zh" else tag)
        language.set(qn("w:eastAsia"), tag if self.language == "zh" else TAGS["zh"])
        language.set(qn("w:bidi"), tag if self.rtl else TAGS["ar"])
        fonts = properties.find(qn("w:rFonts"))
        fonts.attrib.clear()
        for script, font in FONTS.items():
            fonts.set(qn(f"w:{script}"), font)

    def _close_letters(self) -> None:
        """Take the space between letters out of the title: Arabic letters join."""
        for name in ("Title", "Title Char"):
            properties = self.document.styles[name].element.find(qn("w:rPr"))
            properties.remove(properties.find(qn("w:spacing")))

    def heading(self, text: str, level: int) -> Paragraph:
        """A heading; level 0 is the title."""
        return self._own(self.document.add_heading(level=level), text)

    def text(
        self, text: str, style: str | None = None, language: str | None = None, *, bold: bool = False
    ) -> Paragraph:
        """A paragraph in the document's language, or in another one that is named."""
        rtl = is_right_to_left(text, BY_CODE[language].dir == "rtl" if language else self.rtl)
        paragraph = self._directed(self.document.add_paragraph(style=style), rtl)
        runs = self._runs(paragraph, text, rtl, language)
        if bold:
            embolden(runs)
        return paragraph

    def note(self, text: str) -> Paragraph:
        """A small line."""
        paragraph = self._own(self.document.add_paragraph(), text)
        resize(paragraph.runs, Pt(9))
        return paragraph

    def labelled(self, label: str, value: str) -> Paragraph:
        """A bold word and what it stands for, in one line."""
        paragraph = self._directed(self.document.add_paragraph(), self.rtl)
        embolden(self._runs(paragraph, beginning(label, self.language), self.rtl))
        self._runs(paragraph, value, self.rtl)
        return paragraph

    def link(self, title: str, url: str) -> Paragraph:
        """A line of a list that leads somewhere; an address nobody can follow stays text."""
        words = title or url
        rtl = is_right_to_left(words, self.rtl)
        paragraph = self._directed(self.document.add_paragraph(style="List Bullet"), rtl)
        target = _target(url)
        if target is None:
            self._runs(paragraph, words if words == url or not url else f"{words} ({url})", rtl)
            return paragraph
        relation = self.document.part.relate_to(target, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        anchor = OxmlElement("w:hyperlink")
        anchor.set(qn("r:id"), relation)
        for run in self._runs(paragraph, words, rtl):
            run.font.underline = True
            run.font.color.rgb = LINK
            anchor.append(_xml(run))
        _xml(paragraph).append(anchor)
        return paragraph

    def compared(self, parts: Sequence[tuple[str, str]], style: str | None = None) -> Paragraph:
        """Words that stayed, words that were inserted (underlined) and words that were struck."""
        rtl = is_right_to_left("".join(text for _kind, text in parts), self.rtl)
        paragraph = self._directed(self.document.add_paragraph(style=style), rtl)
        for kind, text in parts:
            for run in self._runs(paragraph, text, rtl):
                if kind == "added":
                    run.font.underline, run.font.color.rgb = True, ADDED
                elif kind == "removed":
                    run.font.strike, run.font.color.rgb = True, REMOVED
        return paragraph

    def table(self, rows: Iterable[tuple[str, str]]) -> None:
        """Two columns, which change sides where the script runs from the right."""
        table = self.document.add_table(rows=0, cols=2, style="Table Grid")
        if self.rtl:
            _xml(table).tblPr.insert_element_before(OxmlElement("w:bidiVisual"), *TABLE_AFTER_BIDI)
        for label, value in rows:
            cells = table.add_row().cells
            self._own(cells[0].paragraphs[0], label)
            self._own(cells[1].paragraphs[0], value)
            embolden(cells[0].paragraphs[0].runs)

    def page_numbers(self) -> None:
        """The number of each page at its foot; the only field in the document."""
        paragraph = self.document.sections[0].footer.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        for kind, code in (("begin", ""), ("", "PAGE"), ("end", "")):
            run = _xml(paragraph.add_run())
            part = OxmlElement("w:fldChar" if kind else "w:instrText")
            if kind:
                part.set(qn("w:fldCharType"), kind)
            else:
                part.text = code
            run.append(part)

    def on_every_page(self, text: str) -> None:
        """A line at the head of each page."""
        paragraph = self._own(self.document.sections[0].header.paragraphs[0], text)
        embolden(paragraph.runs)
        for run in paragraph.runs:
            run.font.color.rgb = REMOVED

    def page_break(self) -> None:
        """Go on with a new page."""
        self.document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)

    def _own(self, paragraph: Paragraph, text: str) -> Paragraph:
        """Words of the portal: they run as the document does, whatever they begin with."""
        self._runs(self._directed(paragraph, self.rtl), text, self.rtl)
        return paragraph

    @staticmethod
    def _directed(paragraph: Paragraph, rtl: bool) -> Paragraph:
        if rtl:
            properties = _xml(paragraph).get_or_add_pPr()
            properties.insert_element_before(OxmlElement("w:bidi"), *PARAGRAPH_AFTER_BIDI)
        return paragraph

    def _runs(self, paragraph: Paragraph, text: str, base: bool, language: str | None = None) -> list[Run]:
        """The text as one run for each stretch of one direction."""
        made = []
        for words, rtl in stretches(shown(text), base):
            run = paragraph.add_run(words)
            if rtl:
                run.font.rtl = run.font.complex_script = True
            if language is not None and language != self.language:
                _xml(run).get_or_add_rPr().append(_language(language))
            made.append(run)
        return made

    def save(self) -> bytes:
        """The finished file; the same content gives the same bytes."""
        raw = io.BytesIO()
        self.document.save(raw)
        return _steady(raw.getvalue(), max(self.made_at.astimezone(UTC), EARLIEST))


def embolden(runs: Iterable[Run]) -> None:
    """Make runs bold in every script: Word keeps a second switch for those that run from the right."""
    for run in runs:
        run.font.bold = run.font.cs_bold = True


def resize(runs: Iterable[Run], size: Length) -> None:
    """Set runs in one size in every script, for the same reason."""
    for run in runs:
        run.font.size = size
        plain = _xml(run).rPr.find(qn("w:sz"))
        complex_scripts = OxmlElement("w:szCs")
        complex_scripts.set(qn("w:val"), plain.get(qn("w:val")))
        plain.addnext(complex_scripts)


def _xml(thing: Any) -> Any:
    """The element behind a part of a document: directions and links have no other way in."""
    return thing._element  # noqa: SLF001


def _language(code: str) -> Any:
    element = OxmlElement("w:lang")
    name = {"ar": "w:bidi", "zh": "w:eastAsia"}.get(code, "w:val")
    element.set(qn(name), TAGS[code])
    return element


def _target(url: str) -> str | None:
    """The address of a link in signs a relationship may hold; nothing but the web can be linked."""
    try:
        parts = urlsplit(shown(url))
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return None
    return quote(parts.geturl(), safe="%/:=&?~#+!$,;'@()*[]")


def _steady(raw: bytes, made_at: datetime) -> bytes:
    """The same archive with one date on every part of it."""
    steady = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as before, zipfile.ZipFile(steady, "w") as after:
        for item in before.infolist():
            entry = zipfile.ZipInfo(item.filename, made_at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            after.writestr(entry, before.read(item.filename))
    return steady.getvalue()
