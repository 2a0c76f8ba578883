"""Passwords: which are refused, and how the others are kept.

Argon2id with the parameters of the OWASP cheat sheet. The work is done in two threads of its own: at
most two at once, whatever arrives, and never while a transaction waits.
"""

import asyncio
import re
import unicodedata
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from app.platform import ids
from app.platform.i18n import Message, _

SHORTEST, LONGEST = 12, 200
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
THREADS = ThreadPoolExecutor(2, "password")
# What is verified for an address nobody has: the same work, and no password fits.
NOBODYS = HASHER.hash(ids.new_token())

# What zxcvbn's lists of what people choose do not hold: words of other languages, keyboards, and of this portal.
WORDS = [
    "motdepasse",
    "contraseña",
    "contrasena",
    "contrasenia",
    "administrateur",
    "administrador",
    "bienvenue",
    "bienvenido",
    "azertyuiop",
    "azertyuiopqs",
    "qsdfghjklm",
    "йцукен",
    "йцукенгшщзхъ",
    "фывапролджэ",
    "пароль",
    "كلمةالسر",
    "كلمةالمرور",
    "密码",
    "密碼",
    "polyphony",
    "unodc",
    "untoc",
    "firearms",
    "consultation",
]
STRONG = 4  # of zxcvbn's five steps: more than ten thousand million guesses
LOOKED_AT = 24  # characters; what follows can only make it stronger, and looking at more takes long
ONE_WORD = re.compile(r"[\W\d_]*([^\W\d_]+)[\W\d_]*")
LONG_WORD = 12


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether a password fits, and its hash in today's parameters where the kept one is older."""

    matches: bool
    fresh_hash: str | None = None


def normal(typed: str) -> str:
    """The same password from any keyboard: composed and decomposed letters become one."""
    return unicodedata.normalize("NFKC", typed)


def _letters(text: str) -> str:
    return "".join(c for c in normal(text).casefold() if c.isalpha())


def _is_one_word(text: str) -> bool:
    """Whether it is a single short word among numbers and signs, as `Summer2026!` is in any language."""
    found = ONE_WORD.fullmatch(text)
    if found is None:
        return False
    # One sign of a wide script says as much as two letters.
    return sum(2 if unicodedata.east_asian_width(c) == "W" else 1 for c in found.group(1)) < LONG_WORD


def _is_guessed_soon(text: str, names: Iterable[str]) -> bool:
    """Whether a program that knows what people choose finds it early (docs/dependencies.md)."""
    around = [word for name in names for word in (name, *re.split(r"[\W_]+", name)) if word]
    return bool(zxcvbn(text[:LOOKED_AT], user_inputs=[*WORDS, *around])["score"] < STRONG)


def problem_with(typed: str, *names: str) -> Message | None:
    """Why this password is refused, if it is; `names` are words everybody knows, such as its owner's."""
    length = len(normal(typed))
    if length < SHORTEST:
        return _("Choose at least %(least)s characters.", least=SHORTEST)
    if length > LONGEST:
        return _("Choose at most %(most)s characters.", most=LONGEST)
    letters = _letters(typed)
    known = {_letters(part) for name in names for part in (name, name.partition("@")[0])}
    if letters and letters in known:
        return _(
            "This password is the name or address everybody knows. Choose another; four random words are good."
        )
    if _is_guessed_soon(normal(typed), names):
        return _(
            "This password is among the first that are guessed. Choose another; four random words are good."
        )
    if _is_one_word(normal(typed)):
        return _(
            "This is one word with numbers or signs, and is guessed soon. Choose another; four random words are good."
        )
    return None


async def hashed(typed: str) -> str:
    """What is kept of a password; to be made before the first statement of a transaction."""
    return await asyncio.get_running_loop().run_in_executor(THREADS, HASHER.hash, normal(typed))


async def check(kept: str | None, typed: str) -> Checked:
    """Whether the password fits what is kept, with the same work where nothing is."""
    return await asyncio.get_running_loop().run_in_executor(THREADS, _check, kept, normal(typed))


def _check(kept: str | None, typed: str) -> Checked:
    try:
        HASHER.verify(kept or NOBODYS, typed)
    except (VerificationError, InvalidHashError):
        return Checked(False)
    fresh = HASHER.hash(typed) if kept and HASHER.check_needs_rehash(kept) else None
    return Checked(kept is not None, fresh)
