"""Content controls of Word: each place to answer has a tag, and nothing but those places can be changed.

A control is locked (nobody deletes it by mistake) and shows a placeholder, which Word marks as such:
a reader of the filled-in document knows an untouched control from an answer.
"""

from collections.abc import Sequence
from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from docx.text.paragraph import Paragraph
from lxml import etree

from app.platform.word import TAGS, Writer, shown

W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
LONGEST_NAME = 64
LONGEST_CHOICE = 255
# Styles by their identifiers: python-docx looks a name up among all of them, for each paragraph anew.
ANSWER, CHOICE, PLACEHOLDER = "Answer", "Choice", "PlaceholderText"
PALE, INK = RGBColor(0x59, 0x59, 0x59), RGBColor(0x0A, 0x42, 0x42)
DEEPEST = 4
BORDER, FILL = "6B7A86", "F5F7F8"
EMPTY_BOX, FULL_BOX = "\u2610", "\u2612"
BOX_FONT = "MS Gothic"


def element(name: str, **attributes: str) -> Any:
    """An element of Word with attributes of Word."""
    made = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


class Controls:
    """Puts content controls into a document that a Writer writes."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.number = 1000
        self._make_styles()

    def _make_styles(self) -> None:
        styles = self.writer.document.styles
        for style in styles.element.findall(qn("w:style")):
            if style.get(qn("w:type")) == "table" and style.get(qn("w:default")) is None:
                styles.element.remove(style)  # there are no tables
        for level in range(1, DEEPEST + 1):
            styles[f"Heading {level}"].font.color.rgb = INK  # the template's blue is too pale to read
        answer = styles.add_style(ANSWER, WD_STYLE_TYPE.PARAGRAPH)
        answer.base_style = styles["Normal"]
        answer.paragraph_format.space_before, answer.paragraph_format.space_after = Pt(4), Pt(10)
        properties = answer.element.get_or_add_pPr()
        borders = element("pBdr")
        for side in ("top", "left", "bottom", "right"):
            borders.append(element(side, val="single", sz="4", space="4", color=BORDER))
        properties.insert(0, borders)
        borders.addnext(element("shd", val="clear", color="auto", fill=FILL))
        choice = styles.add_style(CHOICE, WD_STYLE_TYPE.PARAGRAPH)
        choice.base_style = styles["Normal"]
        choice.paragraph_format.space_after = Pt(3)
        if self.writer.rtl:
            # Whatever is written in an answer, its box runs as the document does.
            for style in (answer, choice):
                style.element.pPr.find(qn("w:spacing")).addprevious(element("bidi"))
        styles.add_style("Placeholder Text", WD_STYLE_TYPE.CHARACTER, builtin=True).font.color.rgb = PALE

    def words(self, tag: str, name: str, placeholder: str, *, lines: bool) -> None:
        """A text of one line or of several."""
        kind = element("text", multiLine="1") if lines else element("text")
        self._paragraph(tag, name, placeholder, kind)

    def one_of(self, tag: str, name: str, placeholder: str, options: Sequence[tuple[str, str]]) -> None:
        """A list to choose one value of; two equal labels are told apart by their values."""
        kind = element("dropDownList")
        labels = [label for _value, label in options]
        for value, label in options:
            told = label if labels.count(label) == 1 else f"{label} ({value})"
            kind.append(element("listItem", displayText=shown(told)[:LONGEST_CHOICE], value=value))
        self._paragraph(tag, name, placeholder, kind)

    def day(self, tag: str, name: str, placeholder: str) -> None:
        """A day, which Word keeps as year, month and day whatever the calendar on the screen."""
        kind = element("date")
        kind.append(element("dateFormat", val="yyyy-MM-dd"))
        kind.append(element("lid", val=TAGS[self.writer.language]))
        kind.append(element("storeMappedDataAs", val="date"))
        kind.append(element("calendar", val="gregorian"))
        self._paragraph(tag, name, placeholder, kind)

    def box(self, tag: str, label: str, language: str) -> None:
        """A box to tick before its label."""
        paragraph = self.writer.text(f" {label}", language=language)
        _xml(paragraph).style = CHOICE
        kind = etree.Element(f"{{{W14}}}checkbox", nsmap={"w14": W14})
        etree.SubElement(kind, f"{{{W14}}}checked").set(f"{{{W14}}}val", "0")
        for name, sign in (("checkedState", FULL_BOX), ("uncheckedState", EMPTY_BOX)):
            state = etree.SubElement(kind, f"{{{W14}}}{name}")
            state.set(f"{{{W14}}}val", f"{ord(sign):04X}")
            state.set(f"{{{W14}}}font", BOX_FONT)
        run = element("r")
        properties = element("rPr")
        properties.append(
            element("rFonts", ascii=BOX_FONT, hAnsi=BOX_FONT, eastAsia=BOX_FONT, hint="eastAsia")
        )
        run.append(properties)
        text = element("t")
        text.text = EMPTY_BOX
        run.append(text)
        control = self._control(tag, label, kind, [run])
        first = _xml(paragraph).find(qn("w:r"))
        first.addprevious(control)

    def fixed(self, paragraph: Paragraph, tag: str, name: str, text: str) -> None:
        """Something at the end of a paragraph that a program finds again and nobody changes."""
        run = element("r")
        content = element("t")
        content.text = text
        run.append(content)
        control = self._control(tag, name, element("text"), [run], lock="sdtContentLocked")
        _xml(paragraph).append(control)

    def protect(self) -> None:
        """Let nothing be changed but what the controls hold."""
        settings = self.writer.document.settings.element
        protection = element("documentProtection", edit="forms", enforcement="1")
        settings.find(qn("w:defaultTabStop")).addprevious(protection)

    def _paragraph(self, tag: str, name: str, placeholder: str, kind: Any) -> None:
        """A paragraph that holds nothing but a control with its placeholder.

        The control stands inside the paragraph: around it, LibreOffice would print the first value of a
        list before whatever comes next.
        """
        paragraph = _xml(self.writer.text(placeholder, language=self.writer.language))
        paragraph.style = ANSWER
        runs = list(paragraph.r_lst)
        for run in runs:
            run.style = PLACEHOLDER
        paragraph.append(self._control(tag, name, kind, runs, is_placeholder=True))

    def _control(
        self,
        tag: str,
        name: str,
        kind: Any,
        content: Sequence[Any],
        *,
        lock: str = "sdtLocked",
        is_placeholder: bool = False,
    ) -> Any:
        self.number += 1
        properties = element("sdtPr")
        if self.writer.rtl:
            # What is typed here runs as the document does.
            typed = element("rPr")
            typed.append(element("rtl"))
            typed.append(element("lang", bidi=TAGS[self.writer.language]))
            properties.append(typed)
        properties.append(element("alias", val=shown(name)[:LONGEST_NAME]))
        properties.append(element("tag", val=tag))
        properties.append(element("id", val=str(self.number)))
        properties.append(element("lock", val=lock))
        if is_placeholder:
            properties.append(element("showingPlcHdr"))
        properties.append(kind)
        control = element("sdt")
        control.append(properties)
        inside = element("sdtContent")
        inside.extend(content)
        control.append(inside)
        return control


def _xml(thing: Any) -> Any:
    """The element behind a part of a document: controls have no other way in."""
    return thing._element  # noqa: SLF001
