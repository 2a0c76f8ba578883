"""Cookies with `__Host-` before their names wherever the portal is reached through TLS.

A cookie of that name comes from this host alone, over TLS, for every path: neither a sister domain nor
an open line can plant one (RFC 6265bis, 4.1.3.2). The edge adds the prefix and takes it away, so nothing
else has to know of it.
"""

FORM_COOKIE = "form"
SESSION_COOKIE = "session"
BEARER_COOKIE = "bearer"  # of those who came with a code: no account's session is touched for them

PREFIX = "__Host-"


def inward(header: bytes) -> bytes:
    """A Cookie header as the portal reads it: ours by their plain names, all others left out."""
    pairs = (pair.strip() for pair in header.decode("latin-1").split(";"))
    return "; ".join(pair.removeprefix(PREFIX) for pair in pairs if pair.startswith(PREFIX)).encode("latin-1")


def outward(header: bytes) -> bytes:
    """A Set-Cookie header as the browser gets it; a cookie that is deleted needs `Secure` as well."""
    text = header.decode("latin-1")
    attributes = {part.strip().lower() for part in text.split(";")[1:]}
    return (PREFIX + text + ("" if "secure" in attributes else "; Secure")).encode("latin-1")
