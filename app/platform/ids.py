"""Identifiers and secret codes."""

import hashlib
import hmac
import secrets
from uuid import UUID, uuid4

from uuid_utils.compat import uuid7

from app.platform import signs

# Crockford's alphabet without the letters that are read as digits.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
# Letters of other keyboards that look the same: whoever compares her code letter by letter sees no difference.
LOOK_ALIKE = str.maketrans("АВЕКМНРСТУХЅЈΑΒΕΖΗΚΜΝΡΤΥΧ", "ABEKMHPCTYXSJABEZHKMNPTYX")
CODE_LENGTH = 28  # 28 characters of 30 are 137 bits, more than the 128 a receipt code needs


def new_id() -> UUID:
    """A time-ordered identifier; never for anything a confidential contributor owns."""
    return UUID(int=uuid7().int)


def random_id() -> UUID:
    """An identifier that says nothing about when or in which order it was made."""
    return uuid4()


def new_code() -> str:
    """A code of 137 random bits, to be shown once and kept only as its fingerprint."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def codes_from(seed: str, number: int) -> list[str]:
    """Codes as `new_code` makes them, the same again from the same secret seed of 256 bits."""
    return [_code_from(seed, place) for place in range(number)]


def _code_from(seed: str, place: int) -> str:
    value = int.from_bytes(hashlib.sha512(f"{seed}\x1f{place}".encode()).digest())
    letters = []
    for _letter in range(CODE_LENGTH):
        value, digit = divmod(value, len(ALPHABET))
        letters.append(ALPHABET[digit])
    return "".join(letters)


def plain_code(typed: str) -> str:
    """The code somebody meant: spaces, dashes and letter case do not matter, nor her keyboard."""
    meant = signs.digits(typed).upper().translate(LOOK_ALIKE)
    return "".join(c for c in meant if c.isalnum())[:200]


def new_token() -> str:
    """An opaque bearer secret of 256 bits."""
    return secrets.token_urlsafe(32)


def fingerprint(secret: str) -> str:
    """What is stored of a code or token: enough to recognize it, useless to recover it."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def signed(secret: str, *parts: str) -> str:
    """A keyed digest over the parts."""
    content = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


def same(a: str, b: str) -> bool:
    """Compare two digests, or whatever came in the place of one, without telling where they differ."""
    return hmac.compare_digest(a.encode("utf-8", "surrogatepass"), b.encode("utf-8", "surrogatepass"))
