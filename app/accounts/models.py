"""Tables of people, sessions and tokens."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import Field, SQLModel

from app.platform import clock, ids
from app.platform.db import JSON_TYPE, enum_type
from app.platform.traces import UNORDERED


class Account(SQLModel, table=True):
    """A person who signs in; the e-mail address is kept in lower case."""

    id: UUID = Field(default_factory=ids.new_id, primary_key=True)
    email: str = Field(max_length=254, unique=True)
    name: str = Field(max_length=200)
    language: str = Field(default="en", max_length=2)
    password_hash: str | None = Field(default=None, max_length=200)
    email_confirmed: bool = False
    is_active: bool = True
    created_at: datetime = Field(default_factory=clock.now)


class SignedInSession(SQLModel, table=True):
    """An open session of an account."""

    __tablename__ = "signed_in_session"
    __table_args__ = UNORDERED

    token_hash: str = Field(max_length=64, primary_key=True)
    account_id: UUID | None = Field(default=None, foreign_key="account.id", index=True, ondelete="CASCADE")
    expires_at: datetime


class BearerSession(SQLModel, table=True):
    """An open session of somebody who came with a code: it opens one thing and belongs to nobody.

    A table of its own, and a day instead of an instant: no row stands between two rows of accounts, and
    no statement touches both (docs/decisions/0004).
    """

    __tablename__ = "bearer_session"
    __table_args__ = UNORDERED

    token_hash: str = Field(max_length=64, primary_key=True)
    bearer_of: UUID = Field(index=True)
    expires_on: date


class ApiToken(SQLModel, table=True):
    """A bearer secret for the JSON interface."""

    __tablename__ = "api_token"
    __table_args__ = UNORDERED

    token_hash: str = Field(max_length=64, primary_key=True)
    account_id: UUID | None = Field(default=None, foreign_key="account.id", index=True, ondelete="CASCADE")
    bearer_of: UUID | None = None
    name: str = Field(default="", max_length=100)
    expires_at: datetime


class Purpose(StrEnum):
    """What a one-time token is good for."""

    CONFIRM_EMAIL = "confirm_email"
    INVITATION = "invitation"
    RESET_PASSWORD = "reset_password"  # noqa: S105  (a purpose, no password)


class OneTimeToken(SQLModel, table=True):
    """A link sent by e-mail: bound to one purpose and one address, used once, soon ended.

    The row is made when the link is asked for; its secret is made when the mail is sent, so that it
    is never stored, not even in a job. Until then, and after its use, `token_hash` opens nothing.
    """

    __tablename__ = "one_time_token"

    id: UUID = Field(default_factory=ids.random_id, primary_key=True)
    token_hash: str | None = Field(default=None, max_length=64, unique=True)
    purpose: Purpose = Field(sa_type=enum_type(Purpose))
    email: str = Field(max_length=254, index=True)
    language: str = Field(default="en", max_length=2)
    account_id: UUID | None = Field(default=None, foreign_key="account.id", index=True, ondelete="CASCADE")
    organisation_id: UUID | None = Field(default=None, index=True)
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_TYPE)
    expires_at: datetime
    used: bool = False


class RateLimitWindow(SQLModel, table=True):
    """How often something was tried lately that nobody may try without end.

    `key` is a fingerprint of what was tried and for which address, whether the address is known or
    not: so the limit tells nobody which addresses have an account.
    """

    __tablename__ = "tries"

    key: str = Field(max_length=64, primary_key=True)
    number: int
    ends_at: datetime = Field(index=True)
