"""Expressions as authors write them: what is read, what is refused and why, and how fast."""

import time

import pytest

from app.conditions.functions import FUNCTIONS
from app.conditions.language import NotSupported, parse


def refusal(source: str) -> str:
    """Why an expression is refused."""
    with pytest.raises(NotSupported) as caught:
        parse(source)
    return str(caught.value.reason)


def test_an_expression_says_which_answers_it_reads() -> None:
    expression = parse("${Q1-law} = 'no' and selected(${ Q2 }, ${Q1-law}) and '.' = 'x'")
    assert expression.names == {"Q1-law", "Q2"}
    assert not expression.uses_self
    assert parse(". > 1.5").uses_self


def test_an_expression_is_read_once() -> None:
    assert parse("${a} = 1") is parse("${a} = 1")
    assert {parse("${a} = 1")} == {parse("${a} = 1")}


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("", "is empty"),
        ("  \n", "is empty"),
        ("pulldata('a', 'b', 'c', 'd')", "pulldata() is not supported: it reads data from outside"),
        ("jr:choice-name(${a}, '${a}')", "jr:choice-name() is not supported"),
        ("once(1)", "differ from one moment to the next"),
        ("now()", "write today()"),
        ("position(..)", "position() is not supported: it is about repeated groups"),
        ("frobnicate(1)", "The function frobnicate() is not supported."),
        ("matches(${a}, 'x')", "The function matches() is not supported."),
        ("doc('file')", "The function doc() is not supported."),
        ("not()", "not() takes 1 value."),
        ("if(1, 2)", "if() takes 3 values."),
        ("selected(${a}, 'x', 'y')", "selected() takes 2 values."),
        ("round(1, 2, 3)", "round() takes from 1 to 2 values."),
        ("join()", "join() takes at least 1 value."),
        ("weighted-checklist(1, 2, 1)", "together with its weight"),
        ("count-non-empty('x')", "takes a question, written ${name}"),
        ("/data/a = 1", "Paths"),
        ("../a = 1", "Paths"),
        ("..", "Paths"),
        ("a/b", "a question is written ${a}"),
        ("child::a", "Paths"),
        ("@a = 1", "Paths"),
        ("${a}[1]", "square brackets"),
        ("${a} | ${b}", "“|” is not understood"),
        ("yes", "a question is written ${yes}, a value 'yes'"),
        ("$a = 1", "a question is written ${name}"),
        ("${a = 1", "a question is written ${name}"),
        ("${a b} = 1", "a question is written ${name}"),
        ("${a} = “yes”", "straight quotation marks"),
        ("${a} = 'yes", "no closing quotation mark"),
        ("concat('${a}', 'x')", "inside quotation marks"),
        ("'it''s' = ${a}", "wrong order"),
        ("1 and", "wrong order"),
        ("(1", "wrong order"),
        ("1)", "wrong order"),
        ("1 2", "wrong order"),
        ("${a} ${b}", "wrong order"),
        ("concat(1 2)", "wrong order"),
        ("concat(,)", "wrong order"),
        ("()", "wrong order"),
        ("1 = 1 = 1", "wrong order"),
        ("+1", "near “+”"),
        ("*", "near “*”"),
        ("div", "is not understood near"),
        ("1e5 = 1", "“e5” is not understood"),
        ("1 # 2", "“#” is not understood"),
        ("１ = 1", "“１” is not understood"),
        ("${a} ＝ 1", "“＝” is not understood"),
        ("${a}\u00a0= 1", "“U+00A0” is not understood"),
        ("${a}\u200f = 1", "“U+200F” is not understood"),
        ("${a}", "neither true nor false"),
        (".", "neither true nor false"),
        ("not(${a})", "neither true nor false"),
        ("${a} or ${b} = 1", "neither true nor false"),
        ("${a} = true()", "neither true nor false"),
        ("if(${a}, 1, 2)", "neither true nor false"),
        ("boolean(if(1 = 1, ${a}, 'x'))", "neither true nor false"),
        ("regex(${a}, ${b})", "must be written in quotation marks"),
        ("regex(${a}, '(?=x)')", "not understood near “(?=x)”"),
        (r"regex(${a}, '(x)\1')", "not understood"),
        ("regex(${a}, '[')", "not understood"),
        ("regex(${a}, 'x**')", "not understood"),
        ("regex(${a}, '[z-a]')", "not understood"),
        ("regex(${a}, '" + "x" * 301 + "')", "too long"),
        ("regex(${a}, '((a{99}){99}){99}')", "counts too far"),
        ("regex(${a}, '((((a{0}){999}){999}){999})')", "counts too far"),
    ],
)
def test_what_is_not_supported_is_refused_with_a_reason(source: str, part: str) -> None:
    assert part in refusal(source)


@pytest.mark.parametrize(
    "source",
    [
        "1" * 50_000,
        "(" * 50_000,
        "not(" * 12_500,
        "(" * 1_900,
        "-" * 1_999 + "1",
        "not(" * 40 + "1" + ")" * 40,
        "if(1 = 1, " * 33 + "1" + ", 2)" * 33,
        "1" + " or 1" * 390,
        "${" + "a" * 1_990 + "}",
        "'" * 1_999,
        "." * 1_999,
        "a" * 1_999,
        " " * 1_999,
        "regex(${a}, '" + "(" * 290 + "')",
        "regex(${a}, '(a{99}){99}')",
    ],
    ids=lambda source: source[:12],
)
def test_what_is_too_large_is_refused_at_once(source: str) -> None:
    begin = time.perf_counter()
    assert len(refusal(source)) < 200
    assert time.perf_counter() - begin < 0.25


def test_brackets_as_deep_as_allowed_are_read_without_running_out_of_stack() -> None:
    inner = "1"
    for _level in range(10):
        inner = f"1 or 1 and 1 < 1 + 1 * -({inner})"
    assert parse(inner).names == frozenset()
    for _level in range(32 - 10):
        inner = f"1 or 1 and 1 < 1 + 1 * -({inner})"
    assert "nested too deeply" in refusal(inner)
    assert parse("(" * 32 + "1" + ")" * 32).names == frozenset()
    assert "nested too deeply" in refusal("(" * 33 + "1" + ")" * 33)


def test_a_long_chain_is_not_a_deep_one() -> None:
    assert len(parse(" or ".join(f"${{q{n}}} = 'x'" for n in range(100))).names) == 100


def test_every_function_is_known_to_the_grammar() -> None:
    for name, function in FUNCTIONS.items():
        if name in {"count-non-empty", "regex"}:
            continue
        arguments = ", ".join(["1"] * function.least)
        assert parse(f"{name}({arguments}) = 1").names == frozenset(), name


def test_a_refusal_is_translatable() -> None:
    with pytest.raises(NotSupported) as caught:
        parse("pulldata(1)")
    assert caught.value.reason.text.startswith("The function %(name)s()")
    assert str(caught.value) == str(caught.value.reason)


def test_reading_is_fast() -> None:
    source = "string-length(${a-b}) > 3 and (${c.d} = 'yes' or . <= 12 div 2) and selected(${m}, 'y')"
    begin = time.perf_counter()
    for _turn in range(50):
        parse.__wrapped__(source)
    assert (time.perf_counter() - begin) / 50 < 0.01  # 0.3 ms on a quiet machine
