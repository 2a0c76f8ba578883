"""Passwords: which are refused, and how the others are kept.

Argon2id with the parameters of the OWASP cheat sheet. The work is done in two threads of its own: at
most two at once, whatever arrives, and never while a transaction waits.
"""

import asyncio
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.platform import ids
from app.platform.i18n import Message, _

SHORTEST, LONGEST = 12, 200
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
THREADS = ThreadPoolExecutor(2, "password")
# What is verified for an address nobody has: the same work, and no password fits.
NOBODYS = HASHER.hash(ids.new_token())

# Without digits and signs, in lower case: a common word stays common with "123!" behind it.
WORDS = """
password passwordpassword passw0rd motdepasse motdepassemotdepasse contrasena contraseña contrasenia
qwerty qwertyuiop qwertyuiopas qwertyuiopasd qwertyuiopasdfgh qwertyqwerty azerty azertyuiop
azertyuiopqs azertyazerty asdfghjkl asdfghjklzx asdfghjklasdf zxcvbnm zxcvbnmasdfg йцукен йцукенгшщзхъ
пароль парольпароль letmein letmeinplease iloveyou iloveyouforever trustno welcome welcomewelcome
administrator adminadmin administrateur administrador sunshine princess football baseball superman
changeme changemechangeme secretsecret abcdefgh abcdefghijkl abcdefghijklm abcabcabcabc correcthorsebatterystaple
polyphony polyphonypolyphony unodc untoc كلمةالسر كلمةالمرور 密码密码密码
"""
COMMON = frozenset(WORDS.split())
ROW = "01234567890123456789098765432109876543210"
FEWEST_LETTERS = 4


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


def _marks(text: str) -> str:
    return "".join(c for c in normal(text).casefold() if c.isalnum())


def problem_with(typed: str, *names: str) -> Message | None:
    """Why this password is refused, if it is; `names` are words everybody knows, such as its owner's."""
    length = len(normal(typed))
    if length < SHORTEST:
        return _("Choose at least %(least)s characters.", least=SHORTEST)
    if length > LONGEST:
        return _("Choose at most %(most)s characters.", most=LONGEST)
    letters, marks = _letters(typed), _marks(typed)
    if letters in COMMON or len(set(marks or typed)) < FEWEST_LETTERS or (marks and marks in ROW):
        return _(
            "This password is among the first that are guessed. Choose another; four random words are good."
        )
    known = {_letters(part) for name in names for part in (name, name.partition("@")[0])}
    if letters and letters in known:
        return _(
            "This password is the name or address everybody knows. Choose another; four random words are good."
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
