"""Invisible signs that turn the direction of writing, made visible where people's words are shown.

What is stored stays as it was typed: only what a page shows is settled, block by block.
"""

import re

from markupsafe import Markup, escape

from app.platform.i18n import Message, _

TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
END, END_OF_ISOLATE = "\u202c", "\u2069"
OVERRIDES = "\u202d\u202e"  # they can make words read as others: none has any effect here
CLOSED_BY = {
    **dict.fromkeys("\u202a\u202b", END),
    **dict.fromkeys(OVERRIDES, END),
    **dict.fromkeys("\u2066\u2067\u2068", END_OF_ISOLATE),
}
NAME: Message = _("Invisible sign that turns the direction of writing")


def visible(text: object, language: str) -> Markup:
    """One block of somebody's words as a page shows it.

    Each sign stands there with its number. A turn has its effect until it is closed, at the latest at
    the end of the block; a sign that closes nothing, and an order to write letters backwards, have none.
    """
    words = str(text or "")
    if not TURNING.search(words):
        return escape(words)
    name = NAME.in_language(language)
    shown, open_signs, last = [], list[str](), 0
    for found in TURNING.finditer(words):
        sign = found.group()
        mark = Markup('<bdi class="code" dir="ltr" title="{}">U+{:04X}</bdi>').format(name, ord(sign))
        shown += [escape(words[last : found.start()]), Markup().join(_effect(sign, open_signs, mark))]
        last = found.end()
    shown.append(escape(words[last:]))
    closing = "".join(CLOSED_BY[sign] for sign in reversed(open_signs) if sign not in OVERRIDES)
    return Markup().join([*shown, closing])


def _effect(sign: str, open_signs: list[str], mark: Markup) -> tuple[str, ...]:
    """The mark and what of the sign itself is kept; what is open is kept up to date."""
    if sign in CLOSED_BY:
        open_signs.append(sign)
        return (mark,) if sign in OVERRIDES else (mark, sign)
    ended = [CLOSED_BY[each] for each in open_signs]
    if sign not in ended or (sign == END and ended[-1] != END):
        return (mark,)  # it closes nothing, or only what an isolate keeps from it
    place = len(ended) - 1 - ended[::-1].index(sign)
    gone, open_signs[place:] = open_signs[place:], []
    kept = [CLOSED_BY[each] for each in reversed(gone) if each not in OVERRIDES]
    return (*kept, mark)
