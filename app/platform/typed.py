"""Words that were typed and not yet saved, kept while their page is loaded again.

A change of language, signing in again, or saving one of several forms of a page leads to the page anew:
what stood in its fields is kept for that, for a day at most, and sealed with a secret that only the
browser has. Nobody who reads the table can read them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Request
from sqlalchemy import delete
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from app.platform import clock, ids
from app.platform.db import Database
from app.platform.forms import Fields
from app.platform.sealing import key_of, seal, unseal
from app.platform.traces import UNORDERED

PARAMETER = "typed"
KEPT = timedelta(days=1)


class TypedWords(SQLModel, table=True):
    """The fields of one page as they were typed, sealed for the browser that typed them."""

    __tablename__ = "typed_words"
    __table_args__ = UNORDERED

    id: str = Field(max_length=32, primary_key=True)
    sealed: str
    kept_until: date = Field(index=True)


@dataclass(frozen=True, slots=True)
class Kept:
    """Fields that wait for their page."""

    path: str
    fields: Fields
    unseen: frozenset[str] = frozenset()  # the names of those that nobody sees on a page


def page_of(address: str) -> str:
    """The path of an address without its language and its query."""
    path = urlsplit(address).path
    return "/" + path.partition("/")[2].partition("/")[2] if path[3:4] == "/" else path


def _key(browser: str, name: str) -> bytes:
    return key_of(browser, "typed", name)


def keep(
    session: AsyncSession, browser: str, address: str, fields: Fields, unseen: Iterable[str] = ()
) -> str:
    """Keep fields for the page at an address; returns the address that shows them there."""
    name = ids.random_id().hex
    sealed = seal(_key(browser, name), {"path": page_of(address), "fields": fields, "unseen": sorted(unseen)})
    session.add(TypedWords(id=name, sealed=sealed, kept_until=clock.today() + KEPT))
    parts = urlsplit(address)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] != PARAMETER]
    return parts._replace(query=urlencode([*query, (PARAMETER, name)])).geturl()


async def load(request: Request, browser: str) -> Kept | None:
    """What was kept for the page of this request, if this browser typed it."""
    name = request.query_params.get(PARAMETER, "")
    if not name or not browser:
        return None
    db: Database = request.app.state.db
    async with db.read() as session:
        row = await session.get(TypedWords, name[:32])
    found = unseal(_key(browser, name), row.sealed) if row is not None else None
    if not found or found["path"] != request.scope["path"]:
        return None
    return Kept(found["path"], found["fields"], frozenset(found.get("unseen", ())))


async def forget(db: Database, _context: object) -> None:
    """Delete the words whose time is over; a job of the schedule."""
    async with db.write() as session:
        await session.exec(delete(TypedWords).where(TypedWords.kept_until < clock.today()))  # type: ignore[arg-type]
