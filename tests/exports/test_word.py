import io
import re
import zipfile
from datetime import UTC, datetime

import docx
import pytest
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from app.platform import i18n
from app.platform.i18n import CODES
from app.platform.word import Writer, is_right_to_left, shown, stretches

MADE = datetime(2026, 3, 9, 12, 0, tzinfo=UTC)
SCRIPTS = st.one_of(
    st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=80),
    st.text(alphabet="ابتثجحخدذرزسشصضطظعغفقكلمنهويءآأإةى ًٌٍَُِّْ،؛؟ \u200f\u200e", max_size=80),
    st.text(alphabet="枪支弹药零部件标记非法制造贩运。，、《》 ", max_size=80),
    st.text(alphabet="абвгдеёжзийклмнопрстуфхцчшщъыьэюя «»— ", max_size=80),
    st.text(alphabet="àâçéèêëîïôùûüÿœæñáíóú¿¡'’ abc \u00a0\u202f", max_size=80),
    st.text(alphabet="=+-@{}<>&\"'\\ HYPERLINK MERGEFIELD \x00\x07\x0b\t\n\r", max_size=80),
)


def written(language: str, *texts: str) -> bytes:
    writer = Writer(language, "Title", MADE)
    for text in texts:
        writer.text(text)
    return writer.save()


def part(content: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode()


# Making a file takes a tenth of a second, whatever is in it: few files, many texts in each.
@settings(max_examples=20, deadline=None)
@given(st.lists(SCRIPTS, min_size=5, max_size=40), st.sampled_from(CODES))
def test_any_text_comes_out_of_the_file_as_it_went_in(texts: list[str], language: str) -> None:
    opened = docx.Document(io.BytesIO(written(language, *texts)))
    assert [paragraph.text for paragraph in opened.paragraphs] == [shown(text) for text in texts]


@given(SCRIPTS)
def test_only_what_nobody_could_see_is_replaced(text: str) -> None:
    clean = text.replace("\r\n", "\n").replace("\r", "\n")
    assert all(not a.isprintable() for a, b in zip(clean, shown(text), strict=True) if a != b)


@settings(max_examples=20, deadline=None)
@given(SCRIPTS, SCRIPTS)
def test_any_link_and_any_difference_can_be_written(title: str, url: str) -> None:
    writer = Writer("ar", "Title", MADE)
    writer.link(title, f"https://example.org/{url}")
    writer.link(title, url)
    writer.compared([("same", title), ("added", url), ("removed", title)])
    writer.labelled(title, url)
    writer.table([(title, url)])
    docx.Document(io.BytesIO(writer.save()))


def test_the_same_content_gives_the_same_bytes() -> None:
    assert written("fr", "Même texte") == written("fr", "Même texte")


def test_a_character_no_file_can_hold_stays_visible() -> None:
    assert shown("a\x00b\x1f\ufffe") == "a␀b␟\ufffd"


def test_user_text_never_becomes_a_field() -> None:
    content = part(
        written("en", '{ PAGE } =1+1 <w:instrText>HYPERLINK "x"</w:instrText>'), "word/document.xml"
    )
    assert "<w:instrText" not in content
    assert "fldChar" not in content


@pytest.mark.parametrize(
    ("url", "is_link"),
    [
        ("https://sherloc.unodc.org/cld/v3/?a=1&b=2", True),
        ("http://example.org/é ü", True),
        ("javascript:alert(1)", False),
        ("https://[", False),
        ("https://", False),
        ("file:///etc/passwd", False),
    ],
)
def test_only_an_address_of_the_web_becomes_a_link(url: str, is_link: bool) -> None:
    writer = Writer("en", "Title", MADE)
    writer.link("The law", url)
    content = writer.save()
    relations = part(content, "word/_rels/document.xml.rels")
    assert ('TargetMode="External"' in relations) is is_link
    if is_link:
        assert docx.Document(io.BytesIO(content)).paragraphs[-1].hyperlinks[0].text == "The law"
        assert re.search(r'Target="http[^" ]*"', relations)
    else:
        assert url in docx.Document(io.BytesIO(content)).paragraphs[-1].text


def test_arabic_runs_from_the_right_and_its_tables_are_mirrored() -> None:
    writer = Writer("ar", "عنوان", MADE)
    writer.text("نص عربي")
    writer.text("Latin words")
    writer.table([("الدولة", "إستاريا")])
    content = writer.save()
    opened = docx.Document(io.BytesIO(content))
    arabic, latin = opened.paragraphs[-2:]
    assert arabic._element.pPr.find(qn("w:bidi")) is not None
    assert arabic.runs[0].font.rtl
    assert latin._element.pPr is None or latin._element.pPr.find(qn("w:bidi")) is None
    assert opened.tables[0]._element.tblPr.find(qn("w:bidiVisual")) is not None
    assert 'w:bidi="ar-SA"' in part(content, "word/styles.xml")


@pytest.mark.parametrize("language", CODES)
def test_what_is_bold_or_small_is_so_in_every_script(language: str) -> None:
    """Word keeps a second switch for scripts that run from the right, and a second size."""
    writer = Writer(language, "عنوان", MADE)
    writer.labelled("في القانون", "نعم")
    writer.note("ملاحظة 12")
    writer.text("لماذا نسأل", bold=True)
    writer.table([("الدولة", "إستاريا")])
    writer.on_every_page("مسودة")
    content = writer.save()
    for name in ("word/document.xml", "word/header1.xml"):
        text = part(content, name)
        assert text.count("<w:b/><w:bCs/>") == text.count("<w:b/>") > 0
        assert text.count('<w:sz w:val="18"/><w:szCs w:val="18"/>') == text.count("<w:sz ")
    assert '<w:sz w:val="18"/><w:szCs w:val="18"/>' in part(content, "word/document.xml")


@pytest.mark.parametrize(
    ("colon", "line"), [("%(label)s\u00a0:", "Nom\u00a0: Oui"), ("%(label)s：", "Nom：Oui")]
)
def test_the_colon_after_a_label_is_that_of_the_language(
    monkeypatch: pytest.MonkeyPatch, colon: str, line: str
) -> None:
    monkeypatch.setattr(i18n.catalogue_of("fr"), "_catalog", {"%(label)s:": colon})
    writer = Writer("fr", "Titre", MADE)
    assert writer.labelled("Nom", "Oui").text == line


def test_letters_of_an_arabic_title_are_not_spaced() -> None:
    styles = docx.Document(io.BytesIO(written("ar", "x"))).styles
    assert styles["Title"].element.find(qn("w:rPr")).find(qn("w:spacing")) is None


@pytest.mark.parametrize(
    ("language", "mark"),
    [("zh", 'w:eastAsia="zh-CN"'), ("fr", 'w:val="fr-FR"'), ("ru", 'w:val="ru-RU"'), ("es", 'w:val="es-ES"')],
)
def test_a_document_says_its_language(language: str, mark: str) -> None:
    content = written(language, "x")
    assert mark in re.findall(r"<w:lang [^>]*>", part(content, "word/styles.xml"))[0]
    assert docx.Document(io.BytesIO(content)).core_properties.language


def test_pages_are_numbered_and_a_draft_says_so_on_each() -> None:
    writer = Writer("en", "Title", MADE)
    writer.on_every_page("DRAFT")
    writer.page_numbers()
    content = writer.save()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith("1.xml")}
    assert any("<w:instrText>PAGE</w:instrText>" in text for text in parts.values())
    assert docx.Document(io.BytesIO(content)).sections[0].header.paragraphs[0].text == "DRAFT"


def test_letters_decide_the_direction_and_where_they_differ_the_surroundings_do() -> None:
    assert is_right_to_left("«نص» 12")
    assert not is_right_to_left("12 text", otherwise=True)
    assert is_right_to_left("NGO نص", otherwise=True)
    assert not is_right_to_left("NGO نص")
    assert is_right_to_left("12", otherwise=True)


def test_a_text_is_cut_where_its_direction_changes() -> None:
    assert stretches("المادة 3 (FP-03) من", base=True) == [
        ("المادة 3 (", True),
        ("FP-03", False),
        (") من", True),
    ]
    assert stretches("by جمعية تارمو, as", base=False) == [
        ("by ", False),
        ("جمعية تارمو", True),
        (", as", False),
    ]


@given(SCRIPTS, st.booleans())
def test_the_stretches_of_a_text_are_the_text(text: str, base: bool) -> None:
    assert "".join(words for words, _rtl in stretches(text, base)) == text
