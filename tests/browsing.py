"""What a browser does that an HTTP client does not: sending a page's form back with its proof."""

import re
from typing import Any

import httpx2
from starlette.requests import Request

from app.platform import ids
from app.platform.cookies import BEARER_COOKIE, FORM_COOKIE, SESSION_COOKIE
from app.platform.csrf import csrf_token

PROOF = re.compile(r'name="csrf" value="([^"]+)"')


def proof_in(page: str) -> str:
    """The proof that the forms of a page carry."""
    found = PROOF.search(page)
    assert found, "the page has no form with a proof"
    return found.group(1)


def _own_proof(client: httpx2.AsyncClient) -> str:
    """A proof as the next page would carry it, for forms whose page does not matter to the test."""
    cookies = client.cookies
    secret = cookies.get(BEARER_COOKIE) or cookies.get(SESSION_COOKIE) or cookies.get(FORM_COOKIE)
    if not secret:
        secret = ids.new_token()
        client.cookies.set(FORM_COOKIE, secret, domain="testserver.local", path="/")
    transport = client._transport
    assert isinstance(transport, httpx2.ASGITransport)
    return csrf_token(Request({"type": "http", "app": transport.app, "headers": []}), secret)


async def post(
    client: httpx2.AsyncClient,
    path: str,
    data: dict[str, Any] | None = None,
    page: str | None = None,
    **more: Any,
) -> httpx2.Response:
    """Send a form; with `page`, that page is opened first and its proof is sent along."""
    if page is not None:
        shown = await client.get(page)
        assert shown.status_code == httpx2.codes.OK, f"{page} answered {shown.status_code}"
        proof = proof_in(shown.text)
    else:
        proof = _own_proof(client)
    return await client.post(path, data={"csrf": proof, **(data or {})}, **more)
