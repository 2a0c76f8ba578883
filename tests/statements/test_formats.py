import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.statements import formats
from app.statements.rows import COLUMNS
from tests.statements.tables import DIALOGUE, GOOD, HEADER, INSTRUMENTS, line, table


def parse(data: bytes) -> formats.Table:
    return formats.parse(data, INSTRUMENTS)


def complaints(data: bytes) -> list[tuple[int, str | None]]:
    return [(finding.line, finding.column) for finding in parse(data).problems]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_table_is_read_with_any_line_end_and_with_or_without_a_byte_order_mark(
    end: str, mark: bytes
) -> None:
    read = parse(mark + table(line(), line(statement="Другое")[:], end=end))
    assert [row.line for row in read.rows] == [2, 3]
    assert read.rows[0].cells == GOOD
    assert read.findings == []


def test_the_statements_of_the_dialogues_are_read_whole_unattributed_ones_too() -> None:
    read = parse(DIALOGUE.read_bytes())
    assert (len(read.rows), read.findings) == (39, [])
    assert sum(row.is_unattributed for row in read.rows) == 14


@pytest.mark.parametrize("separator", [";", "\t"])
def test_another_separator_is_noticed_and_said(separator: str) -> None:
    read = parse(table(line(separator), header=HEADER.replace(",", separator)))
    assert len(read.rows) == 1
    assert [finding.line for finding in read.notes] == [1]
    assert not read.problems


def test_the_empty_columns_that_excel_adds_say_nothing() -> None:
    read = parse(
        table(line(";") + ";;;", line(";") + ";", line(";"), header=HEADER.replace(",", ";") + ";;;")
    )
    assert (len(read.rows), read.problems) == (3, [])


def test_a_cell_under_no_heading_is_not_dropped_without_a_word() -> None:
    assert complaints(table(line() + ",,more", line(), header=HEADER + ",,,")) == [(2, None)]


@pytest.mark.parametrize("named", ["sep=;", '"sep=;"', "SEP=;;;;;;;;;", "\ufeffsep=;"])
def test_the_line_in_which_excel_names_the_separator_is_understood(named: str) -> None:
    read = parse(table(HEADER.replace(",", ";"), line(";"), header=named))
    assert ([row.line for row in read.rows], read.problems) == ([3], [])


@pytest.mark.parametrize(
    "header",
    [
        HEADER.replace("organisation", "organization"),
        HEADER.upper().replace("_", " "),
        HEADER.replace("source", "\ufeff\ufeffsource"),
        HEADER.replace("topic", "\u200btopic\u00a0"),
        HEADER.replace("source", "ｓｏｕｒｃｅ"),
    ],
)
def test_a_heading_is_known_however_it_is_typed(header: str) -> None:
    read = parse(table(line(), header=header))
    assert (read.rows[0].cells, read.problems) == (GOOD, [])


@pytest.mark.parametrize(
    "text", ["Les armes sont marqu\ufffdes.", "?????? ???????????", "Les armes marquÃ©es."]
)
def test_letters_that_seem_to_be_lost_are_told(text: str) -> None:
    read = parse(table(line(), line(statement=text)))
    assert len(read.rows) == 2
    assert [(note.line, note.column) for note in read.notes] == [(3, "statement")]


@pytest.mark.parametrize(
    "text", ["Is it so??? Yes.", "SÃO PAULO", "Niño, Île, Ñandú", "مرحبا", "这样吗？？？"]
)
def test_letters_that_are_there_are_not_told(text: str) -> None:
    assert parse(table(line(statement=text))).findings == []


def test_codes_from_other_keyboards_are_read() -> None:
    [row] = parse(table(line(article="８", based_in="ＱＥ", instrument="ｆｐ", language="\u200een"))).rows
    assert (row.article, row.based_in, row.instrument, row.language) == ("8", "QE", "FP", "en")
    assert parse(table(line(article="١٠"))).rows[0].article == "10"


def test_a_quoted_cell_may_hold_lines_and_quotation_marks() -> None:
    said = 'One line,\nanother; "quoted"'
    read = parse(table(line(statement=said), line(statement="after")))
    assert [(row.line, row.statement) for row in read.rows] == [(2, said), (4, "after")]


@pytest.mark.parametrize("start", "=+-@")
def test_what_looks_like_a_formula_stays_the_text_it_is(start: str) -> None:
    said = f"{start}HYPERLINK(1)"
    assert parse(table(line(statement=said))).rows[0].statement == said


@pytest.mark.parametrize(
    ("columns", "column"),
    [
        ([*COLUMNS[:-1]], "statement"),
        ([*COLUMNS, "speaker"], "speaker"),
        ([*COLUMNS, "topic"], "topic"),
        ([*COLUMNS[:-1], "statment"], "statment"),
    ],
)
def test_a_wrong_heading_names_the_column_and_nothing_is_read(columns: list[str], column: str) -> None:
    read = parse(table(line(), header=",".join(columns)))
    assert read.rows == []
    assert column in [finding.column for finding in read.problems]
    assert all(finding.line == 1 and finding.remedy for finding in read.problems)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("language", "de"),
        ("organisation_type", "government_office"),
        ("instrument", "ATT"),
        ("based_in", "Mexico"),
        ("statement", "  "),
        ("organisation", ""),
        ("statement", "a" * 10_001),
        ("organisation", "a" * 201),
        ("topic", "bell \x07"),
        ("statement", "nothing \x00 here"),
    ],
)
def test_a_wrong_cell_is_named_and_only_its_row_is_lost(column: str, text: str) -> None:
    data = table(line(), line(**{column: text}), line(statement="after"))
    assert complaints(data) == [(3, column)]
    assert [row.line for row in parse(data).rows] == [2, 4]


def test_a_byte_that_is_not_text_is_named_with_its_row_and_place() -> None:
    data = table(line(), line(statement="caf\u00e9")).replace("é".encode(), b"\xe9")
    read = parse(data)
    assert [row.line for row in read.rows] == [2]
    assert [(finding.line, finding.column) for finding in read.problems] == [(3, "statement")]
    assert "0xE9" in str(read.problems[0].problem)


def test_a_file_in_another_encoding_is_told_once_and_not_row_by_row() -> None:
    rows = [line(statement=f"caf\u00e9 {n}") for n in range(30)]
    read = parse(table(*rows).replace("é".encode(), b"\xe9"))
    assert [finding.line for finding in read.problems] == [2, 3]
    assert "29 more rows are not UTF-8" in str(read.problems[1].problem)
    assert (read.rows, len(read.lost_lines)) == ([], 30)


@pytest.mark.parametrize("broken", ["a,b", line() + ",more"])
def test_a_row_with_too_few_or_too_many_columns_is_reported(broken: str) -> None:
    assert complaints(table(broken, line())) == [(2, None)]


def test_a_quotation_mark_that_is_never_closed_is_found_where_it_opens() -> None:
    read = parse(table(line(), '"open,and,never,closed', line().replace('"', "")))
    assert [row.line for row in read.rows] == [2]
    assert [finding.line for finding in read.problems] == [3]


def test_empty_rows_say_nothing() -> None:
    read = parse(table("", ",,,,,,,,", line()))
    assert [row.line for row in read.rows] == [4]
    assert read.findings == []


@pytest.mark.parametrize("data", [b"", b"\n\n", "a,b".encode("utf-16"), b"x" * (formats.MAX_BYTES + 1)])
def test_what_is_no_table_is_refused_with_a_remedy(data: bytes) -> None:
    read = parse(data)
    assert read.rows == []
    assert str(read.problems[0].remedy)


def test_rows_after_the_five_thousandth_are_not_read() -> None:
    plain = line().replace('"', "")
    read = parse(table(*[plain] * (formats.MAX_ROWS + 2)))
    assert len(read.rows) == formats.MAX_ROWS
    assert [finding.line for finding in read.problems] == [formats.MAX_ROWS + 2]


def test_spaces_and_letter_case_do_not_make_another_row() -> None:
    tidy, loose = parse(
        table(line(), line(language=" EN ", organisation="River  Watch", organisation_type="NGO"))
    ).rows
    assert tidy.fingerprint == loose.fingerprint
    assert tidy.speaker == parse(table(line(organisation="RIVER WATCH"))).rows[0].speaker


@given(st.binary(max_size=600))
def test_no_bytes_make_it_fail(data: bytes) -> None:
    parse(data)


@given(st.lists(st.text(alphabet=st.sampled_from('a,";\t\n\r=é\x00\ufeff\u200f'), max_size=40), max_size=12))
def test_no_table_of_odd_signs_makes_it_fail(lines: list[str]) -> None:
    read = parse(table(*lines))
    assert all(
        finding.line >= 1 and str(finding.problem) and str(finding.remedy) for finding in read.findings
    )


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=200))
def test_any_statement_comes_out_as_it_went_in(said: str) -> None:
    read = parse(table(line(statement=said)))
    if read.rows:
        assert (
            read.rows[0].statement == parse(table(line(statement=read.rows[0].statement))).rows[0].statement
        )
