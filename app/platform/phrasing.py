"""Chinese headings break between words: browsers know the words of no language written without spaces."""

import re
from collections.abc import Iterator
from functools import lru_cache

from icu4py.breakers import WordBreaker

_HEADING = re.compile(r"(<h[1-3]\b[^>]*>)(.*?)(</h[1-3]>)", re.DOTALL)
_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUN = re.compile(rf"<[^>]*>|[{_HAN}]{{3,}}")


def with_words_kept(html: str) -> str:
    """The page with `<wbr>` between the Chinese words of its headings of level 1 to 3.

    The style sheet forbids breaks elsewhere in them (`word-break: keep-all`). Words are those of ICU's dictionary;
    tags and their attributes stay as they are. A page without Chinese headings comes back unchanged.
    """
    return _HEADING.sub(lambda found: found[1] + _RUN.sub(_split, found[2]) + found[3], html)


def _split(found: re.Match[str]) -> str:
    return found[0] if found[0].startswith("<") else _words(found[0])


@lru_cache(maxsize=4096)
def _words(run: str) -> str:
    return "<wbr>".join(_phrases(list(WordBreaker(run, "zh"))))


def _phrases(words: list[str]) -> Iterator[str]:
    """Words that may stand at the end of a line.

    A single sign joins what follows: a name the dictionary does not know comes as single signs.
    """
    held = ""
    for number, word in enumerate(words):
        held += word
        is_last_but_one = number == len(words) - 2 and len(words[-1]) == 1
        if len(word) > 1 and not is_last_but_one:
            yield held
            held = ""
    if held:
        yield held
