"""A request that comes twice has one outcome (the Idempotency-Key header, draft-ietf-httpapi-idempotency-key).

The proof of a form is its key; programs send a key of their own. What came of the request is kept in the
same transaction as what it did, sealed with the key itself: whoever reads the table learns nothing.
Nothing is looked up while all goes well. Only when the same key was stored before, or when a request is
refused, the earlier outcome is read and given again.
"""

import hashlib
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from fastapi import Request
from sqlalchemy import delete
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from app.platform import clock, ids
from app.platform.db import Database, insert_into
from app.platform.errors import Invalid
from app.platform.i18n import _
from app.platform.sealing import key_of, seal, unseal
from app.platform.traces import UNORDERED

HEADER = "idempotency-key"
KEPT = timedelta(days=2)
LONGEST_KEY = 200
# Whoever gave an invitation code away knows the content of the request that used it: only the key is secret.
SHORTEST_KEY, FEWEST_SIGNS = 16, 6
TOO_EASY = _(
    "This Idempotency-Key is too easy to guess. Make a new random one for every request, for example a UUID."
)
# What describes the body, the connection or this one answer is made anew.
NOT_REPEATED = frozenset({"content-length", "x-request-id", "date"})


class IdempotencyKey(SQLModel, table=True):
    """One request that succeeded: a digest of its key and content, and its sealed outcome."""

    __tablename__ = "idempotency_key"
    __table_args__ = UNORDERED

    key_hash: str = Field(max_length=64, primary_key=True)
    outcome: str
    kept_until: date = Field(index=True)


def key_in(request: Request) -> str | None:
    """What makes this request the same as another: who asks, its key, its address and its content.

    None where the request brings no key. The same key with other content is another request: a person
    may go back and send a changed form. It is digested with the portal's secret: who has the tables alone
    cannot try keys on them.
    """
    if request.scope["path"].startswith("/api/"):
        key = request.headers.get(HEADER, "")[:LONGEST_KEY]
        who, content = request.headers.get("authorization", ""), _digest(getattr(request, "_body", b""))
    else:
        sent = getattr(request.state, "sent", None)
        key = sent.proof if sent is not None and sent.is_ours else ""
        who, content = "", sent.digest if sent is not None else ""
    if not key:
        return None
    address = f"{request.scope['path']}?{request.scope['query_string'].decode('latin-1')}"
    secret = request.app.state.settings.secret.get_secret_value()
    return ids.signed(secret, "outcome", who, key, request.method, address, content)


def check_key(request: Request) -> None:
    """Refuse a program's key that others could guess: it opens again what came of the request; raises Invalid."""
    key = request.headers.get(HEADER)
    if key is None or not request.scope["path"].startswith("/api/"):
        return
    if len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_SIGNS:
        raise Invalid(detail=TOO_EASY)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _sealing_key(key: str) -> bytes:
    return key_of(key, "outcome")


async def keep(session: AsyncSession, key: str, response: Response) -> bool:
    """Keep the outcome of a request in its own transaction; False if the same request succeeded before."""
    outcome = {
        "status": response.status_code,
        "headers": [
            [name.decode("latin-1"), value.decode("latin-1")]
            for name, value in response.raw_headers
            if name.decode("latin-1") not in NOT_REPEATED
        ],
        "body": bytes(response.body).decode("utf-8"),
    }
    row = {
        "key_hash": _digest(key.encode()),
        "outcome": seal(_sealing_key(key), outcome),
        "kept_until": clock.today() + KEPT,
    }
    insert = insert_into(session, IdempotencyKey).values(row).on_conflict_do_nothing()
    return (await session.exec(insert.returning(IdempotencyKey.key_hash))).first() is not None  # type: ignore[arg-type]


async def find(session: AsyncSession, key: str) -> Response | None:
    """The answer that the same request got before."""
    row = await session.get(IdempotencyKey, _digest(key.encode()))
    outcome: Mapping[str, Any] | None = unseal(_sealing_key(key), row.outcome) if row else None
    if outcome is None:
        return None
    again = Response(outcome["body"], outcome["status"])
    again.raw_headers = [
        (name.encode("latin-1"), value.encode("latin-1")) for name, value in outcome["headers"]
    ]
    again.headers["content-length"] = str(len(again.body))
    return again


async def find_for(request: Request) -> Response | None:
    """The answer the same request got before, for a request that is about to be refused."""
    key = key_in(request)
    if key is None or request.method in {"GET", "HEAD"}:
        return None
    db: Database = request.app.state.db
    async with db.read() as session:
        return await find(session, key)


async def forget(db: Database, _context: Any) -> None:
    """Delete the outcomes whose time is over; a job of the schedule."""
    async with db.write() as session:
        await session.exec(delete(IdempotencyKey).where(IdempotencyKey.kept_until < clock.today()))  # type: ignore[arg-type]
