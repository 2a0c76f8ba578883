"""People who read pages without a browser."""

import httpx2
from fastapi import FastAPI

from tests.browsing import post
from tests.places import BEARER, NOBODY, RECEIVED
from tests.seeded import Seeded


class Readers:
    """A client for everybody who is needed; who was there before stays signed in."""

    def __init__(self, app: FastAPI, seeded: Seeded) -> None:
        self.app = app
        self.seeded = seeded
        self.known: dict[str, httpx2.AsyncClient] = {}

    def new(self) -> httpx2.AsyncClient:
        """Somebody nobody has seen before."""
        transport = httpx2.ASGITransport(app=self.app, raise_app_exceptions=False)
        headers = {"accept-language": "en", "accept-encoding": "identity"}
        return httpx2.AsyncClient(transport=transport, base_url="http://testserver", headers=headers)

    async def called(self, name: str) -> httpx2.AsyncClient:
        """A reader by role or key; signed in by one press of the demonstration, or by a receipt code."""
        if name not in self.known:
            client = self.known[name] = self.new()
            if name in {BEARER, RECEIVED}:
                code = self.seeded.links["receipt"] if name == BEARER else self.seeded.receipt_code()
                answer = await post(client, "/en/start", {"code": code}, page="/en/start")
                assert answer.status_code == httpx2.codes.SEE_OTHER, answer.text
            elif name != NOBODY:
                role, _at, state = name.partition("@")
                keys = {person["key"] for person in self.seeded.demo["people"]}
                key = name if name in keys else self.seeded.key_of(role, state or "QE")
                answer = await post(client, "/en/demo/sign-in", {"key": key}, page="/en/demo")
                assert answer.status_code == httpx2.codes.SEE_OTHER, answer.text
        return self.known[name]

    async def close(self) -> None:
        """Everybody goes home."""
        for client in self.known.values():
            await client.aclose()
