"""Checking a password outside the unit of work."""

from uuid import UUID

from fastapi import Request

from app.accounts import passwords, queries
from app.platform.db import Database


async def check_credentials(request: Request, email: str, password: str) -> tuple[UUID | None, passwords.Checked]:
    """Whose password this would be, and whether it fits.

    A session of its own reads and is given back first: the costly part must not hold the lock of a
    writing request. An address nobody has costs the same.
    """
    db: Database = request.app.state.db
    async with db.read() as session:
        known = await queries.find_credentials(session, email)
    checked = await passwords.check(known.password_hash if known else None, password)
    return (known.account_id if known else None), checked
