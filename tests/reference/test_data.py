"""What ships with the portal is complete, sourced, and as sure as it says."""

import tomllib
from pathlib import Path

import pytest

from app.platform.i18n import CODES
from app.reference.compiled import compile_reference
from app.reference.document import (
    ArticleRow,
    Kind,
    ReferenceData,
    Sourced,
    natural,
    problems,
    roman,
)
from app.reference.models import Mark
from app.reference.shipped import read_reference, shipped_reference

pytestmark = pytest.mark.one_database
MODULES = Path(__file__).resolve().parents[2] / "app" / "questionnaires" / "library" / "modules"
# The table of clusters with what is known of each cell: numbers, and how sure they are.
CLUSTERS = {
    "I-UNTOC": ("2 5 6 8 9 10 15 23", "verified"),
    "I-TIP": ("3 5", "verified"),
    "I-SOM": ("3 5 6", "verified"),
    "I-FP": ("3 5 8", "usage"),
    "II-UNTOC": ("24 25 29 30 31", "usage"),
    "II-TIP": ("6 7 8 9 …", "usage"),
    "II-SOM": ("8 9 14 15 16 …", "usage"),
    "II-FP": ("7 9 10 11 14 …", "usage"),
    "III-UNTOC": ("7 11 19 20 22 26 27 28", "usage"),
    "III-TIP": ("10 11 12 13", "unverified"),
    "III-SOM": ("11 12 13", "unverified"),
    "III-FP": ("6 12 15", "unverified"),
    "IV-UNTOC": ("12 13 14 16 17 18 21", "usage"),
    "IV-TIP": ("8 …", "unverified"),
    "IV-SOM": ("7 10 17 18", "unverified"),
    "IV-FP": ("6 12 13", "unverified"),
}


@pytest.fixture(scope="module")
def data() -> ReferenceData:
    return read_reference()


def test_the_rows_fit_together(data: ReferenceData) -> None:
    assert problems(data) == []
    assert data == data.in_order()


def test_the_clusters_are_those_of_the_research(data: ReferenceData) -> None:
    found = {
        row.key: (" ".join(row.articles) + (" …" if row.and_related else ""), row.mark.value)
        for row in data.parts
    }
    assert found == CLUSTERS


def test_every_row_has_a_mark_and_a_source(data: ReferenceData) -> None:
    rows = list(data.sourced())
    assert [row for row in rows if not row.sources or row.mark not in Mark] == []
    known = {source.code for source in data.sources}
    assert {code for row in rows for code in row.sources} <= known
    unsure = [row for row in rows if row.sources == ["none"]]
    assert all(row.mark is Mark.UNVERIFIED for row in unsure)


def test_the_order_of_phases_is_left_open_where_sources_disagree(data: ReferenceData) -> None:
    assert {row.number: row.cluster for row in data.phases} == {1: "I", 2: "", 3: "", 4: ""}
    assert [row.mark for row in data.phases if not row.cluster] == [Mark.UNVERIFIED] * 3


@pytest.mark.parametrize(("instrument", "last"), [("UNTOC", 41), ("TIP", 20), ("SOM", 25), ("FP", 21)])
def test_every_article_is_there(data: ReferenceData, instrument: str, last: int) -> None:
    numbers = [row.number for row in data.articles if row.instrument == instrument]
    assert numbers == [str(number) for number in range(1, last + 1)]


def test_every_name_is_there_in_six_languages(data: ReferenceData) -> None:
    texts = {
        **{f"instrument {row.key}": row.names for row in data.instruments},
        **{f"short {row.key}": row.short for row in data.instruments},
        **{f"article {row.key}": row.names for row in data.articles},
        **{f"{row.key} {p.paragraph}": p.topic for row in data.articles for p in row.paragraphs},
        **{f"cluster {row.key}": row.names for row in data.clusters},
        **{f"phase {row.key}": row.remark for row in data.phases},
        **{f"source {row.key}": row.title for row in data.sources},
    }
    assert [place for place, by_language in texts.items() if set(by_language) != set(CODES)] == []
    titles = [text for text in texts.values() if len(set(text.values())) == 1]
    assert titles == [], "a name that is the same in every language was not translated"


def test_short_names_are_short(data: ReferenceData) -> None:
    long = [
        f"{row.key} {code}" for row in data.articles for code, text in row.names.items() if len(text) > 75
    ]
    assert long == []


def test_what_the_questionnaires_cite_is_there(data: ReferenceData) -> None:
    cited = [
        (question.get("instrument", ""), question.get("article", ""), question["code"])
        for path in sorted(MODULES.glob("*/structure.toml"))
        for edition in ("civil_society", "state")
        for question in tomllib.loads(path.read_text("utf-8")).get(edition, ())
    ]
    assert cited
    known = {(row.instrument, row.number) for row in data.articles}
    instruments = {row.code for row in data.instruments}
    for instrument, article, code in cited:
        assert instrument in {"", *instruments}, code
        assert article in {"", "X"} or (instrument, article) in known, code


def test_a_citation_reads_like_one() -> None:
    reference = shipped_reference()
    assert str(reference.article_line("FP", "5", "1 (a)")) == "Firearms Protocol, article 5, paragraph 1 (a)"
    assert str(reference.article_line("FP", "5", "")) == "Firearms Protocol, article 5"
    assert str(reference.article_line("FP", "X", "")) == "Firearms Protocol, all articles"
    assert str(reference.article_line("", "", "")) == "All instruments"
    assert "armes à feu" in reference.article_line("FP", "5", "").in_language("fr")
    assert str(reference.instrument_name("NEW")) == "NEW"


def test_a_name_is_escaped_and_falls_back_to_english() -> None:
    row = ArticleRow(instrument="FP", number="1", names={"en": "<b>"}, sources=["none"], mark=Mark.UNVERIFIED)
    name = compile_reference(shipped_reference().id, 1, ReferenceData(articles=[row])).article_name("FP", "1")
    assert name is not None
    assert name.in_language("ar") == "<b>"
    assert name.__html__() == "&lt;b&gt;"


def test_rows_that_do_not_fit_are_named(data: ReferenceData) -> None:
    assert "FP" in str(problems(data.without_row(Kind.INSTRUMENTS, "FP"))[0])
    assert "FP-8" in str(problems(data.without_row(Kind.ARTICLES, "FP-8"))[0])
    assert "none" in str(problems(data.without_row(Kind.SOURCES, "none"))[0])
    twice = data.model_copy(update={"clusters": [*data.clusters, data.clusters[0]]})
    assert "twice" in str(problems(twice)[0])


def test_the_order_of_rows_does_not_change_the_fingerprint(data: ReferenceData) -> None:
    turned = data.model_copy(update={"articles": data.articles[::-1], "parts": data.parts[::-1]})
    assert turned.checksum() == data.checksum()
    assert data.without_row(Kind.ARTICLES, "FP-1").checksum() != data.checksum()


def test_numbers_sort_as_people_count() -> None:
    assert sorted(["10", "9", "9bis", "2"], key=natural) == ["2", "9", "9bis", "10"]
    assert [roman(number) for number in ("I", "II", "IV", "IX", "XIV")] == [1, 2, 4, 9, 14]


def test_marks_are_counted(data: ReferenceData) -> None:
    counted = data.counted()
    assert sum(counted.values()) == len([row for row in data.sourced() if isinstance(row, Sourced)])
    assert counted[Mark.UNVERIFIED] == 9
