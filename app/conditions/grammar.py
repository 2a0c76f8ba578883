"""XPath 1.0's grammar: elementpath's parser, with the functions of forms as its only functions.

The text that comes here has been looked through (scanning.py): it is short, flat enough, and made
of known words. The parser builds a tree and evaluates nothing: values are ours (compiling.py),
because what ODK means by `=`, `<` and a date is not what the W3C's functions mean.
"""

from elementpath import ElementPathError
from elementpath.tdop import Parser
from elementpath.xpath1 import XPath1Parser
from elementpath.xpath_tokens import XPathToken

from .functions import FUNCTIONS

__all__ = ["ElementPathError", "XPathToken", "grow"]


class Grammar(XPath1Parser):
    """XPath 1.0 without a static evaluation, whose values and errors would be the wrong ones."""

    def parse(self, source: str) -> XPathToken:
        """The tree of an expression."""
        return Parser.parse(self, source)


for name in FUNCTIONS:
    # Registering a name again would change elementpath's own class for it.
    Grammar.symbol_table.pop(name, None)
    Grammar.function(name, nargs=(0, None))
Grammar.build()


def grow(source: str) -> XPathToken:
    """The tree of an expression; ElementPathError where the words are out of order."""
    return Grammar().parse(source)
