"""From the tree of an expression to a function of the answers.

Every part becomes one Python function of the scope; parts share nothing and move nothing, so an
argument can be evaluated in any order and any number of times. What can be known before there are
answers is checked here: the number of values, the pattern of a regex, and a question used as a truth.
"""

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass

from app.platform.i18n import Message, _, n_

from .functions import ANY, FUNCTIONS
from .grammar import XPathToken
from .patterns import BadPattern, compile_pattern
from .scanning import NotSupported
from .values import EPOCH, LONGEST, NAN, Day, Scope, Value, equal, to_number, to_text, to_truth

Run = Callable[[Scope], Value]
TREE_DEEPEST = 64
NODE = "node"  # the kind of a value that is an answer itself

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Part:
    """A compiled part of an expression and the kinds of value it can have."""

    run: Run
    kinds: frozenset[str]
    constant: str | None = None


def divided(left: float, right: float) -> float:
    """Division without an error: by nought it is infinite, or NaN for nought itself."""
    if right:
        return left / right
    return NAN if not left or math.isnan(left) else math.copysign(math.inf, left * math.copysign(1, right))


def remainder(left: float, right: float) -> float:
    """What is left of a division, with the sign of what was divided."""
    return NAN if not right or math.isinf(left) else math.fmod(left, right)


CALCULATIONS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "div": divided,
    "mod": remainder,
}


def compile_tree(tree: XPathToken) -> Run:
    """The whole expression, which must come out as something that can be called true or false."""
    part = compile_part(tree, 0)
    check_truth(part)
    return part.run


def compile_part(token: XPathToken, depth: int) -> Part:
    """One part of the tree; a chain such as `a or b or c` counts as one level, however long."""
    if depth > TREE_DEEPEST:
        raise NotSupported(_("The expression is nested too deeply or has too many parts."))
    token = unwrapped(token)
    symbol = str(token.symbol)
    if symbol in FUNCTIONS:
        return compile_call(symbol, [compile_part(item, depth + 1) for item in token])
    if symbol in LEAVES:
        return LEAVES[symbol](token)
    if symbol == "-" and len(token) == 1:
        return negated(compile_part(token[0], depth + 1))
    if len(token) != 2:  # noqa: PLR2004  (every other operator stands between two parts)
        raise not_understood(token)
    if symbol in {"and", "or"}:
        return compile_choice(symbol, token, depth)
    if symbol in CALCULATIONS:
        return compile_calculation(token, depth)
    left, right = (compile_part(item, depth + 1) for item in token)
    if symbol in {"=", "!="}:
        return compile_equality(left, right, wanted=symbol == "=")
    if symbol in COMPARISONS:
        return compile_order(COMPARISONS[symbol], left, right)
    raise not_understood(token)


def unwrapped(token: XPathToken) -> XPathToken:
    """A part without the brackets around it."""
    while token.symbol == "(" and len(token) == 1:
        token = token[0]
    return token


def not_understood(token: XPathToken) -> NotSupported:
    """What to say where the grammar allows more than conditions do."""
    return NotSupported(_("The expression is not understood near “%(rest)s”.", rest=str(token.symbol)))


def chain_of(token: XPathToken, symbols: frozenset[str]) -> tuple[XPathToken, list[tuple[str, XPathToken]]]:
    """A chain of operators of equal rank: its first part, then each operator with its part."""
    rest: list[tuple[str, XPathToken]] = []
    while token.symbol in symbols and len(token) == 2:  # noqa: PLR2004  (an operator, not a sign)
        rest.append((str(token.symbol), token[1]))
        token = token[0]
    return token, rest[::-1]


def compile_choice(symbol: str, token: XPathToken, depth: int) -> Part:
    """`and` and `or`, which stop at the part that settles them."""
    first, rest = chain_of(token, frozenset({symbol}))
    parts = [compile_part(item, depth + 1) for item in (first, *(item for _symbol, item in rest))]
    for part in parts:
        check_truth(part)
    runs, settles = tuple(part.run for part in parts), symbol == "or"

    def run(scope: Scope) -> bool:
        for each in runs:
            if to_truth(each(scope)) is settles:
                return settles
        return not settles

    return Part(run, frozenset({"truth"}))


def compile_calculation(token: XPathToken, depth: int) -> Part:
    """Sums and products."""
    symbols = frozenset({"+", "-"} if token.symbol in {"+", "-"} else {"*", "div", "mod"})
    start, rest = chain_of(token, symbols)
    first = compile_part(start, depth + 1).run
    steps = tuple((CALCULATIONS[symbol], compile_part(item, depth + 1).run) for symbol, item in rest)

    def run(scope: Scope) -> float:
        total = float(to_number(first(scope)))
        for calculate, each in steps:
            total = calculate(total, to_number(each(scope)))
        return total

    return Part(run, frozenset({"number"}))


def compile_equality(left: Part, right: Part, wanted: bool) -> Part:
    """`=` and `!=`."""
    for one, other in ((left, right), (right, left)):
        if "truth" in one.kinds:
            check_truth(other)
    run_left, run_right = left.run, right.run
    return Part(lambda scope: equal(run_left(scope), run_right(scope)) is wanted, frozenset({"truth"}))


def compile_order(compare: Callable[[float, float], bool], left: Part, right: Part) -> Part:
    """`<` and its like compare numbers and days; what is neither is neither less nor more."""
    run_left, run_right = left.run, right.run
    return Part(
        lambda scope: compare(to_number(run_left(scope)), to_number(run_right(scope))), frozenset({"truth"})
    )


def negated(part: Part) -> Part:
    """A number with the other sign."""
    run = part.run
    return Part(lambda scope: -to_number(run(scope)), frozenset({"number"}))


def check_truth(part: Part) -> None:
    """Refuse an answer used as a truth: ODK's clients disagree whether an empty one is true."""
    if NODE in part.kinds:
        raise NotSupported(
            _("An answer by itself is neither true nor false: compare it, for example ${name} != ''.")
        )


def compile_call(name: str, arguments: list[Part]) -> Part:
    """A function with its arguments."""
    function = FUNCTIONS[name]
    if not function.least <= len(arguments) <= function.most:
        raise NotSupported(wrong_count(name, function.least, function.most))
    if name in SPECIAL:
        return SPECIAL[name](arguments)
    if name in {"not", "boolean"}:
        check_truth(arguments[0])
    if name == "count-non-empty" and arguments[0].kinds != {NODE}:
        raise NotSupported(_("The function count-non-empty() takes a question, written ${name}."))
    if name == "weighted-checklist" and len(arguments) % 2:
        raise NotSupported(_("The function weighted-checklist() takes each value together with its weight."))
    call, runs = function.run, tuple(argument.run for argument in arguments)
    kinds = frozenset({function.kind})
    if len(runs) == 1:
        (only,) = runs
        return Part(lambda scope: call(only(scope)), kinds)
    return Part(lambda scope: call(*[run(scope) for run in runs]), kinds)


def wrong_count(name: str, least: int, most: int) -> Message:
    """How many values a function takes."""
    if most == ANY:
        return n_(
            "The function %(name)s() takes at least %(num)s value.",
            "The function %(name)s() takes at least %(num)s values.",
            least,
            name=name,
        )
    if least != most:
        return _(
            "The function %(name)s() takes from %(least)s to %(most)s values.",
            name=name,
            least=least,
            most=most,
        )
    return n_(
        "The function %(name)s() takes %(num)s value.",
        "The function %(name)s() takes %(num)s values.",
        least,
        name=name,
    )


def call_if(arguments: list[Part]) -> Part:
    """Only the branch that is chosen is looked at."""
    condition, then, otherwise = arguments
    check_truth(condition)
    test, yes, no = condition.run, then.run, otherwise.run
    return Part(
        lambda scope: yes(scope) if to_truth(test(scope)) else no(scope), then.kinds | otherwise.kinds
    )


def call_today(arguments: list[Part]) -> Part:
    """The day the evaluation is for."""
    epoch = EPOCH.date().toordinal()
    return Part(lambda scope: Day(scope.today.toordinal() - epoch), frozenset({"number"}))


def call_regex(arguments: list[Part]) -> Part:
    """A search by a pattern that is known beforehand."""
    pattern = arguments[1].constant
    if pattern is None:
        raise NotSupported(_("The pattern of regex() must be written in quotation marks."))
    try:
        found = compile_pattern(pattern)
    except BadPattern as problem:
        raise NotSupported(problem.reason) from problem
    text = arguments[0].run
    return Part(lambda scope: found.found_in(to_text(text(scope))), frozenset({"truth"}))


def leaf_text(token: XPathToken) -> Part:
    """A text in quotation marks."""
    text = str(token.value)
    return Part(lambda _scope: text, frozenset({"text"}), text)


def leaf_number(token: XPathToken) -> Part:
    """A number in digits."""
    number = float(str(token.value))
    return Part(lambda _scope: number, frozenset({"number"}))


def leaf_node(token: XPathToken) -> Part:
    """The answer to a question; nothing when there is none."""
    name = str(token[0].value)
    return Part(lambda scope: scope.values.get(name, "")[:LONGEST], frozenset({NODE}))


def leaf_own(token: XPathToken) -> Part:
    """The answer to the question the expression belongs to."""
    if len(token):
        raise not_understood(token)
    return Part(lambda scope: scope.own[:LONGEST], frozenset({NODE}))


LEAVES: dict[str, Callable[[XPathToken], Part]] = {
    "(string)": leaf_text,
    "(integer)": leaf_number,
    "(decimal)": leaf_number,
    "(float)": leaf_number,
    "$": leaf_node,
    ".": leaf_own,
}
SPECIAL: dict[str, Callable[[list[Part]], Part]] = {
    "if": call_if,
    "today": call_today,
    "regex": call_regex,
}
