"""Signs that nobody sees, and signs that look different and mean the same."""

import unicodedata

# Written for the eye of a program: letters of no width and fillers that Unicode does not count as format.
FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
SELECTORS = range(0xFE00, 0xFE10)
# Two signs of no width that shape the letters of Persian, Urdu and the scripts of India.
JOINERS = frozenset("\u200c\u200d")
APOSTROPHES = "’‘ʼʻʽˈ`´′‛＇"
QUOTES = "“”„‟«»″〝〞＂"
STRETCH = "\u0640"  # makes an Arabic word longer and says nothing
SAME = {ord(each): "'" for each in APOSTROPHES} | {ord(each): '"' for each in QUOTES} | {ord(STRETCH): None}
SAME |= {ord("−"): "-", ord("⁃"): "-"}


def is_invisible(sign: str) -> bool:
    """Whether a sign leaves no mark on a page and is no space."""
    return unicodedata.category(sign) == "Cf" or sign in FILLERS or ord(sign) in SELECTORS


def visible(text: str) -> str:
    """A line as it is seen: without invisible signs, every run of spaces one plain space."""
    if text.isascii():
        return " ".join(text.split())
    return " ".join("".join(each for each in text if each in JOINERS or not is_invisible(each)).split())


def plain(text: str) -> str:
    """A line in the plainest signs: full-width letters and digits as the usual ones, nothing invisible."""
    if text.isascii():
        return " ".join(text.split())
    normal = unicodedata.normalize("NFKC", text)
    return " ".join("".join(each for each in normal if not is_invisible(each)).split())


def plain_spaced(text: str) -> str:
    """A part of a line in the plainest signs, with the spaces at its ends."""
    inner = plain(text)
    if not inner:
        return " " if text else ""
    return (" " if text[0].isspace() else "") + inner + (" " if text[-1].isspace() else "")


def digits(text: str) -> str:
    """A line in plain signs, the digits of every script as 0 to 9 and every dash as a hyphen."""
    return "".join(_as_digit(each) for each in plain(text))


def _as_digit(sign: str) -> str:
    if sign.isascii():
        return sign
    value = unicodedata.decimal(sign, None)
    if value is not None:
        return str(value)
    return "-" if unicodedata.category(sign) == "Pd" or sign == "−" else sign


def folded(text: str) -> str:
    """What stays of a name when two that read alike are to be one: for comparing, never for showing."""
    alike = plain(text.translate(SAME)).translate(SAME)
    alike = "".join("-" if unicodedata.category(each) == "Pd" else each for each in alike)
    return plain(unicodedata.normalize("NFKC", alike.casefold()))
