"""Sealed values: what a browser or a table keeps for us, and nobody without the key can read or change."""

import base64
import hashlib
import hmac
import json
import secrets
import zlib
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12  # bytes, NIST SP 800-38D 8.2


def key_of(secret: str, purpose: str, *bound_to: str) -> bytes:
    """A key of 256 bits for one purpose; whatever it is bound to must be the same again to open the seal."""
    return hmac.new(secret.encode(), "\x1f".join((purpose, *bound_to)).encode(), hashlib.sha256).digest()


def seal(key: bytes, value: Any) -> str:
    """A JSON value, encrypted and authenticated (AES-256-GCM), as text for an address or a cookie."""
    nonce = secrets.token_bytes(NONCE)
    plain = zlib.compress(json.dumps(value, separators=(",", ":")).encode("utf-8", "surrogatepass"))
    return base64.urlsafe_b64encode(nonce + AESGCM(key).encrypt(nonce, plain, None)).decode()


def unseal(key: bytes, sealed: str) -> Any | None:
    """The value that was sealed with this key; None for anything else, whatever is wrong with it."""
    try:
        raw = base64.urlsafe_b64decode(sealed.encode("ascii"))
        plain = AESGCM(key).decrypt(raw[:NONCE], raw[NONCE:], None)
        return json.loads(zlib.decompress(plain).decode("utf-8", "surrogatepass"))
    except (ValueError, InvalidTag, zlib.error):
        return None
