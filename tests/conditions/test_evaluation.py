"""Expressions at work: nothing a person types makes one fail, and nothing makes one slow."""

import re
import time
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.conditions.evaluation import evaluate, is_true, to_text
from app.conditions.functions import FUNCTIONS
from app.conditions.language import NotSupported, parse
from app.conditions.patterns import BadPattern, compile_pattern
from app.conditions.values import LONGEST, number_text

TODAY = date(2026, 6, 15)

texts = some.one_of(
    some.text(max_size=30),
    some.floats().map(str),
    some.integers().map(str),
    some.dates().map(str),
    some.datetimes().map(lambda moment: moment.isoformat()),
    some.sampled_from(
        (
            *("", " ", "-", ".", "1e999", "-1e999", "9" * 400, "Infinity", "nan", "\ud800", "١٢"),
            *("0000-00-00", "2026-02-30", "9999-12-31", "0001-01-01T00:00:00+14:00"),
            *("2026-06-15T25:00", "2026-06-15T10:00+14:30"),
        )
    ),
)
literals = some.sampled_from(
    [
        "''",
        "'x'",
        "'2026-06-15'",
        "0",
        "1",
        "99999999999",
        ".5",
        "-1",
        "true()",
        "today()",
        "'%Y-%d %'",
        "pi()",
    ]
)
leaves = some.one_of(
    literals, some.sampled_from(["string(${a})", "string(${b})", "number(${a})", "string(.)"])
)


def grown(inner: some.SearchStrategy[str]) -> some.SearchStrategy[str]:
    """Larger expressions around smaller ones."""
    operators = ["+", "-", "*", "div", "mod", "=", "!=", "<", "<=", ">", ">=", "and", "or"]
    operations = some.builds("({} {} {})".format, inner, some.sampled_from(operators), inner)
    names = some.sampled_from(sorted(set(FUNCTIONS) - {"regex", "count-non-empty", "weighted-checklist"}))
    return operations | names.flatmap(lambda name: call_of(name, inner))


def call_of(name: str, inner: some.SearchStrategy[str]) -> some.SearchStrategy[str]:
    """A call with as many values as the function takes."""
    least, most = FUNCTIONS[name].least, min(FUNCTIONS[name].most, 4)
    return some.lists(inner, min_size=least, max_size=most).map(lambda items: f"{name}({', '.join(items)})")


expressions = some.recursive(leaves, grown, max_leaves=12)


@given(expressions, texts, texts, texts)
def test_no_answer_makes_an_expression_fail(source: str, a: str, b: str, own: str) -> None:
    expression = parse(source)
    values = {"a": a, "b": b}
    result = evaluate(expression, values, TODAY, own)
    assert type(result) in {str, float, bool}
    assert isinstance(to_text(result), str)
    assert isinstance(is_true(expression, values, TODAY, own), bool)
    assert to_text(evaluate(expression, values, TODAY, own)) == to_text(result)


@given(some.text(max_size=200) | some.text(alphabet="${}().'\"ab1 +-*/=<>,[]|@:and", max_size=60))
def test_any_text_is_read_or_refused(source: str) -> None:
    with suppress(NotSupported):
        assert isinstance(is_true(parse(source), {}, TODAY), bool)


@given(texts, texts)
def test_comparing_is_the_same_from_both_sides(a: str, b: str) -> None:
    values = {"a": a, "b": b}
    for there, back in (("<", ">"), ("<=", ">="), ("=", "="), ("!=", "!=")):
        left, right = parse(f"${{a}} {there} ${{b}}"), parse(f"${{b}} {back} ${{a}}")
        assert is_true(left, values, TODAY) is is_true(right, values, TODAY)
    same, other = parse("${a} = ${b}"), parse("${a} != ${b}")
    assert is_true(same, values, TODAY) is not is_true(other, values, TODAY)


@given(some.dates(), some.dates())
def test_dates_compare_as_days(one: date, other: date) -> None:
    values = {"a": one.isoformat(), "b": other.isoformat()}
    assert is_true(parse("${a} < ${b}"), values, TODAY) is (one < other)
    assert is_true(parse("date(${a}) = date(${b})"), values, TODAY) is (one == other)
    assert evaluate(parse("number(${a}) - number(${b})"), values, TODAY) == (one - other).days
    assert evaluate(parse("date(number(${a}))"), values, TODAY) == one.isoformat()
    assert is_true(parse(". <= today()"), {}, one, other.isoformat()) is (other <= one)


@given(some.floats(allow_nan=False, allow_infinity=False))
def test_a_number_written_out_is_the_same_number(number: float) -> None:
    assert float(number_text(number)) == number


@given(some.lists(some.from_regex(r"[a-z_0-9]{1,6}", fullmatch=True), min_size=1), some.integers(0, 20))
def test_choices_are_found_by_name_and_place(chosen: list[str], place: int) -> None:
    values = {"m": "  ".join(chosen)}
    assert all(is_true(parse(f"selected(${{m}}, '{choice}')"), values, TODAY) for choice in chosen)
    assert not is_true(parse("selected(${m}, 'unheard_of')"), values, TODAY)
    assert evaluate(parse("count-selected(${m})"), values, TODAY) == len(chosen)
    expected = chosen[place] if place < len(chosen) else ""
    assert evaluate(parse(f"selected-at(${{m}}, {place})"), values, TODAY) == expected


PATTERNS = [
    *(
        r"^\d{3}$",
        r"a|b",
        r"^[A-Z]{2}-\d+$",
        r"^(a+)+$",
        r"(ab|c)*d",
        r"^$",
        r"^.*$",
        r"x?",
        r"[^a-c]",
        r"\.$",
    ),
    *(r"^a{2,4}b{1,}c{0,2}$", r"^(a|b|)c$", r"a.c", r"^[\w.-]+@[\w-]+\.\w{2,}$", r"^(ab){2}$", r"\S\s\S"),
    *(
        r"^a|b$",
        r"(a|bc){2,3}?d",
        r"(a?b?)*c",
        r"[a\-z]",
        r"[-a]",
        r"^(?:a|b)+?$",
        r"^\D\W$",
        r"^a$|^b",
        r"(|a){3}",
    ),
]


@given(some.sampled_from(PATTERNS), some.text(alphabet="abcdAZ19-.@ x\n", max_size=8))
def test_a_pattern_finds_what_pythons_finds(pattern: str, text: str) -> None:
    # Python's $ also stands before a last line break; ODK's and ours do not.
    theirs = re.search(pattern.replace("$", r"\Z"), text, re.ASCII) is not None
    assert compile_pattern(pattern).found_in(text) is theirs


@given(some.text(alphabet=r"ab1(){}[]|*+?^$\.-,:=d9", max_size=25))
def test_any_pattern_is_read_or_refused(pattern: str) -> None:
    with suppress(BadPattern):
        assert compile_pattern(pattern).found_in("aab1ab") in {True, False}


@pytest.mark.parametrize(
    "source",
    [
        "regex(${a}, '^(a+)+$')",
        "regex(${a}, '(.*.*.*.*.*.*.*)x$')",
        "regex(${a}, '((a|a)*)*b')",
        "string-length(" + "concat(" * 8 + ",".join(["${a}"] * 60) + ")" * 8 + ") > 1",
        " or ".join(["contains(concat(${a}, 'b'), concat(${a}, 'c'))"] * 25),
        "count-selected(translate(${a}, 'a', ' ')) > 1",
        "number(${a}) > 1",
        "${a} < ${a}",
    ],
    ids=lambda source: source[:25],
)
def test_no_answer_makes_an_expression_slow(source: str) -> None:
    expression = parse(source)
    values = {"a": "a" * 1_000_000 + "!"}
    begin = time.perf_counter()
    is_true(expression, values, TODAY)
    assert time.perf_counter() - begin < 0.5


def test_more_than_the_longest_value_is_not_looked_at() -> None:
    assert evaluate(parse("string-length(${a})"), {"a": "x" * 99_999}, TODAY) == LONGEST


def test_what_is_not_chosen_is_not_looked_at() -> None:
    class Read(dict[str, str]):
        def get(self, key: str, default: str = "") -> str:  # type: ignore[override]
            assert key == "a"
            return default

    for source in ("if(${a} = '', 1, ${b})", "${a} = '' or ${b} = 1", "${a} = 'x' and ${b} = 1"):
        evaluate(parse(f"string({source})"), Read(), TODAY)


def test_evaluating_is_fast() -> None:
    expression = parse(
        "${a} = 'yes' and (selected(${m}, 'y') or today() - ${d} > 30) and string-length(.) < 9"
    )
    values = {"a": "yes", "m": "x z", "d": "2026-06-01"}
    begin = time.perf_counter()
    for _turn in range(200):
        is_true(expression, values, TODAY)
    assert (time.perf_counter() - begin) / 200 < 0.002  # 0.01 ms on a quiet machine
