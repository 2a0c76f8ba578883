"""Workbooks that nobody wrote in good faith, each made in memory, with the sentence they must be met with."""

import io
import struct
import zipfile
from collections.abc import Callable

from tests.exchange.forms import form, workbook

HEADER = ["type", "name", "label"]
PLAIN = [HEADER, ["text", "a", "A"]]
DOCTYPE = '<?xml version="1.0"?><!DOCTYPE x [{}]>'
LOL = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
STRINGS = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</sst>'


def rebuilt(data: bytes, changes: dict[str, bytes | None], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The workbook with parts replaced, added, or taken out."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", compression) as new:
        for name in [*old.namelist(), *(name for name in changes if name not in old.namelist())]:
            content = changes[name] if name in changes else old.read(name)
            if content is not None:
                new.writestr(name, content)
    return target.getvalue()


def with_part(name: str, content: str | bytes) -> bytes:
    return rebuilt(form(PLAIN), {name: content.encode() if isinstance(content, str) else content})


def with_rows(rows: str) -> bytes:
    return with_part("xl/worksheets/sheet1.xml", SHEET.format(rows))


def zip_bomb() -> bytes:
    return with_part("xl/media/image1.png", bytes(120_000_000))


def quiet_bomb() -> bytes:
    """A part whose declared size is a lie: the table of contents says 100 bytes."""
    data = bytearray(with_part("xl/media/image1.png", bytes(30_000_000)))
    for signature, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = 0
        while (start := data.find(signature, start)) >= 0:
            if data[start + place : start + place + 4] == struct.pack("<I", 30_000_000):
                data[start + place : start + place + 4] = struct.pack("<I", 100)
            start += 4
    return bytes(data)


def nested_zip() -> bytes:
    return with_part("xl/embeddings/inner.zip", form(PLAIN))


def many_parts() -> bytes:
    return rebuilt(form(PLAIN), {f"xl/media/{number}.png": b"x" for number in range(5_000)})


def slipping() -> bytes:
    return with_part("../../outside.xml", "<a/>")


def twice_named() -> bytes:
    target = io.BytesIO(form(PLAIN))
    with zipfile.ZipFile(target, "a") as book:
        book.writestr("XL/workbook.xml", "<a/>")
    return target.getvalue()


def external_entity() -> bytes:
    text = DOCTYPE.format('<!ENTITY e SYSTEM "file:///etc/passwd">')
    return with_part("xl/sharedStrings.xml", text + STRINGS.format("<si><t>&e;</t></si>"))


def billion_laughs() -> bytes:
    text = DOCTYPE.format('<!ENTITY l0 "lol">' + LOL)
    return with_part("xl/workbook.xml", text + "<workbook>&l9;</workbook>")


def entities_in_strings() -> bytes:
    text = DOCTYPE.format('<!ENTITY l0 "lol">' + LOL)
    return with_part("xl/sharedStrings.xml", text + STRINGS.format("<si><t>&l9;</t></si>"))


def hundred_thousand_rows() -> bytes:
    cell = '<c t="inlineStr"><is><t>{}</t></is></c>'
    head = "".join(cell.format(name) for name in HEADER)
    rows = (f"<row>{cell.format('text')}{cell.format(f'q{n}')}</row>" for n in range(100_000))
    return with_rows(f"<row>{head}</row>{''.join(rows)}")


def million_empty_cells() -> bytes:
    rows = SHEET.format("".join(f"<row>{'<c/>' * 16_000}</row>" for _number in range(60)))
    return rebuilt(form(PLAIN), {"xl/worksheets/sheet1.xml": rows.encode()}, zipfile.ZIP_STORED)


def far_cell() -> bytes:
    """Two cells at opposite corners: a careless reader makes room for everything in between."""
    cell = '<c r="{}" t="inlineStr"><is><t>x</t></is></c>'
    return with_rows(
        f'<row r="1">{cell.format("A1")}</row><row r="1048576">{cell.format("XFD1048576")}</row>'
    )


def far_empty_cell() -> bytes:
    cell = '<c r="A1" t="inlineStr"><is><t>type</t></is></c>'
    return with_rows(f'<row r="1">{cell}</row><row r="1048576"><c r="XFD1048576" s="1"/></row>')


def far_dimension() -> bytes:
    cell = '<row r="1"><c r="A1" t="inlineStr"><is><t>type</t></is></c></row>'
    text = SHEET.format(cell).replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')
    return with_part("xl/worksheets/sheet1.xml", text)


def moved_sheet(target: str, part: str) -> bytes:
    """The far cells again, in a part where nobody expects a sheet."""
    cell = '<c r="{}" t="inlineStr"><is><t>x</t></is></c>'
    far = SHEET.format(f'<row r="1">{cell.format("A1")}{cell.format("XFD1048576")}</row>')
    data = form(PLAIN)
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        links = book.read("xl/_rels/workbook.xml.rels").replace(b"worksheets/sheet1.xml", target.encode())
    return rebuilt(data, {"xl/_rels/workbook.xml.rels": links, part: far.encode()})


def wide_and_long() -> bytes:
    cell = '<c r="{}" t="inlineStr"><is><t>x</t></is></c>'
    return with_rows(f'<row r="1">{cell.format("OJ1")}</row><row r="9999">{cell.format("A9999")}</row>')


def long_shared_string() -> bytes:
    strings = STRINGS.format(f"<si><t>{'x' * 4_000_000}</t></si>")
    return rebuilt(form(PLAIN), {"xl/sharedStrings.xml": strings.encode()}, zipfile.ZIP_STORED)


def one_string_everywhere() -> bytes:
    """A long text that a hundred thousand cells show: short in the file, long in memory."""
    strings = STRINGS.format(f"<si><t>{'x' * 30_000}</t></si>")
    rows = "".join("<row>" + '<c t="s"><v>0</v></c>' * 20 + "</row>" for _number in range(5_000))
    parts = {
        "xl/sharedStrings.xml": strings.encode(),
        "xl/worksheets/sheet1.xml": SHEET.format(rows).encode(),
    }
    return rebuilt(form(PLAIN), parts, zipfile.ZIP_STORED)


def as_large_as_may_be() -> bytes:
    """No attack: all the text and nearly all the cells that a workbook may have."""
    notes = [f"note {n}" for n in range(10)]
    rows = [[None, None, None, *(f"{n} {k} " + "ж" * 40 for k in range(10))] for n in range(9_000)]
    return form([[*HEADER, *notes], ["text", "a", "A"], *rows])


def wrong_string() -> bytes:
    return with_rows('<row r="1"><c r="A1" t="s"><v>99999999999999999999</v></c></row>')


def deep_xml() -> bytes:
    return with_part("xl/workbook.xml", "<a>" * 50_000 + "</a>" * 50_000)


def two_hundred_languages() -> bytes:
    languages = [f"label::Language {n} (q{chr(97 + n // 26)}{chr(97 + n % 26)})" for n in range(200)]
    return form([["type", "name", *languages], ["text", "a", *["A"] * 200]])


def many_columns() -> bytes:
    return form([[*HEADER, *(f"note {n}" for n in range(5_000))], ["text", "a", "A"]])


def macros() -> bytes:
    return with_part("xl/vbaProject.bin", OLE + b"Attribute VB_Name")


def external_links() -> bytes:
    return with_part("xl/externalLinks/externalLink1.xml", "<externalLink/>")


def formulas() -> bytes:
    return form([HEADER, ["text", "a", '=WEBSERVICE("http://192.0.2.1/")']])


def many_formulas() -> bytes:
    return form([HEADER, *(["text", f"q{n}", "=1+1"] for n in range(3_000))])


def broken_zip() -> bytes:
    return form(PLAIN)[:-400]


def broken_part() -> bytes:
    data = bytearray(form(PLAIN))
    start = data.find(b"xl/worksheets/sheet1.xml") + 40
    data[start : start + 60] = bytes(60)
    return bytes(data)


def broken_xml() -> bytes:
    return with_part("xl/worksheets/sheet1.xml", "<worksheet><sheetData><row>")


def no_sheets() -> bytes:
    return with_part("xl/workbook.xml", "<workbook/>")


def wrong_names() -> bytes:
    return workbook({"Umfrage": PLAIN, "surveys": PLAIN})


def duplicate_names() -> bytes:
    return form(
        [HEADER, ["text", "a", "A"], ["text", "a", "B"], ["begin_group", "a", "C"], ["end_group", None, None]]
    )


def circle() -> bytes:
    rows = [["text", f"q{n}", "A", f"${{q{(n + 1) % 500}}} != ''"] for n in range(500)]
    return form([[*HEADER, "relevant"], *rows])


def own_condition() -> bytes:
    return form([[*HEADER, "relevant"], ["text", "a", "A", "${a} = 'x'"]])


def long_expression() -> bytes:
    # Longer than a cell may be: the part is written by hand.
    text = "${a} = 1 or " * 4_500 + "true()"
    cells = "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in ("text", "a", "A", text))
    head = "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in [*HEADER, "relevant"])
    return with_rows(f"<row>{head}</row><row>{cells}</row>")


def long_expression_in_a_cell() -> bytes:
    return form(
        [
            [*HEADER, "relevant"],
            ["text", "a", "A", None],
            ["text", "b", "B", "${a} = 1 or " * 2_700 + "true()"],
        ]
    )


def deep_expression() -> bytes:
    return form([[*HEADER, "relevant"], ["text", "a", "A", "not(" * 5_000 + "true()" + ")" * 5_000]])


def deep_brackets() -> bytes:
    return form([[*HEADER, "constraint"], ["text", "a", "A", "(" * 15_000 + "1" + ")" * 15_000]])


def slow_pattern() -> bytes:
    return form(
        [
            [*HEADER, "constraint"],
            ["text", "a", "A", "regex(., '^(a+)+$') and regex(., '" + "(.?){1,99}" * 20 + "')"],
        ]
    )


def many_expressions() -> bytes:
    rows = [
        ["text", f"q{n}", "A", " and ".join(f"${{q{k}}} != '{n}'" for k in range(20))] for n in range(1_500)
    ]
    return form([[*HEADER, "relevant"], *rows])


def deep_groups() -> bytes:
    opened = [["begin_group", f"g{n}", "A"] for n in range(2_000)]
    return form([HEADER, *opened, ["text", "a", "A"], *[["end_group", None, None]] * 2_000])


def unclosed_groups() -> bytes:
    return form([HEADER, *([["end_group", None, None]] * 3_000)])


def nul_text() -> bytes:
    return with_rows(
        '<row><c t="inlineStr"><is><t>type</t></is></c><c t="inlineStr"><is><t>name</t></is></c></row>'
        '<row><c t="inlineStr"><is><t>text</t></is></c><c t="inlineStr"><is><t>a_x0000_b</t></is></c></row>'
    )


def odd_names() -> bytes:
    rows = [
        ["text", name, "A"]
        for name in ("a b", "1a", "a/b", "'; DROP TABLE question", "é" * 40, "a" * 500, "${a}", "a:b")
    ]
    return form([HEADER, *rows])


def giant_type() -> bytes:
    return form([HEADER, ["select_one " + "x" * 30_000, "a", "A"], ["begin group " * 2_000, "b", "B"]])


def many_choices() -> bytes:
    return form([HEADER, ["select_one l", "a", "A"]], [["l", f"v{n % 10}", "V"] for n in range(9_000)])


def references_in_labels() -> bytes:
    return form([HEADER, *(["note", f"q{n}", "${" * 15_000] for n in range(100))])


def spaces() -> bytes:
    return form([HEADER, ["text", "a", " " * 32_000], ["begin" + " " * 30_000 + "group", "b", "B"]])


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "zip bomb": (zip_bomb, "too large when it is unpacked"),
    "zip bomb that lies": (quiet_bomb, "too large when it is unpacked|damaged"),
    "nested zip": (nested_zip, "too large when it is unpacked|draws on other files"),
    "many parts": (many_parts, "too large when it is unpacked"),
    "a part outside": (slipping, "damaged"),
    "a part twice": (twice_named, "damaged"),
    "external entity": (external_entity, "document type"),
    "billion laughs": (billion_laughs, "document type"),
    "billion laughs in strings": (entities_in_strings, "document type"),
    "100,000 rows": (hundred_thousand_rows, "too large"),
    "a million empty cells": (million_empty_cells, "too large"),
    "a cell far away": (far_cell, "too large: at most"),
    "an empty cell far away": (far_empty_cell, "column is missing"),
    "a large dimension": (far_dimension, "column is missing"),
    "a sheet elsewhere": (lambda: moved_sheet("odd/place.xml", "xl/odd/place.xml"), "too large: at most"),
    "a sheet in the strings": (
        lambda: moved_sheet("sharedStrings.xml", "xl/sharedStrings.xml"),
        "damaged",
    ),
    "a sheet by a detour": (
        lambda: moved_sheet("../xl/worksheets/s.xml", "xl/worksheets/s.xml"),
        "damaged|too large: at most",
    ),
    "a sheet without an ending": (lambda: moved_sheet("odd.bin", "xl/odd.bin"), "damaged"),
    "wide and long": (wide_and_long, "too large: at most"),
    "a shared string of 10 MB": (long_shared_string, "more than 32767 characters"),
    "one string everywhere": (one_string_everywhere, "too large when it is unpacked"),
    "a string that is not there": (wrong_string, "damaged"),
    "deep XML": (deep_xml, "too large when it is unpacked"),
    "200 languages": (two_hundred_languages, "not one of the six languages"),
    "5,000 columns": (many_columns, "too large: at most"),
    "macros": (macros, "holds macros"),
    "links to other files": (external_links, "draws on other files"),
    "a formula": (formulas, "holds a formula"),
    "many formulas": (many_formulas, "holds a formula"),
    "broken zip": (broken_zip, "damaged"),
    "broken part": (broken_part, "damaged"),
    "broken XML": (broken_xml, "damaged"),
    "no sheets": (no_sheets, "no sheet with the name|damaged"),
    "wrong sheet names": (wrong_names, "no sheet with the name"),
    "duplicate names": (duplicate_names, "used twice"),
    "a circle of conditions": (circle, "wait for each other"),
    "a condition on itself": (own_condition, "wait for each other"),
    "an expression of 50 kB": (long_expression, "more than 32767 characters|too long"),
    "an expression of 32 kB": (long_expression_in_a_cell, "."),
    "a deep expression": (deep_expression, "."),
    "deep brackets": (deep_brackets, "."),
    "a slow pattern": (slow_pattern, "pattern"),
    "2,000 groups in one another": (deep_groups, "too deeply"),
    "ends of groups": (unclosed_groups, "No group is open"),
    "a NUL": (nul_text, "cannot be stored"),
    "odd names": (odd_names, "code begins with a letter"),
    "giant types": (giant_type, "."),
    "many equal choices": (many_choices, "this name twice"),
    "references in labels": (references_in_labels, "shows an answer"),
    "spaces": (spaces, "."),
    "nothing": (lambda: b"", "not an Excel workbook"),
    "a text": (lambda: b"type,name\ntext,a\n", "not an Excel workbook"),
    "an old or locked workbook": (lambda: OLE + bytes(10_000), "with a password"),
    "6 MB of noise": (lambda: b"PK\x03\x04" + bytes(range(256)) * 24_000, "larger than 5 MB"),
    "only the end of a zip": (lambda: b"PK\x05\x06" + bytes(18), "not an Excel workbook"),
}
