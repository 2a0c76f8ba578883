"""What comes in about accounts, and what goes out as JSON."""

import re
import unicodedata
from datetime import datetime
from typing import Annotated, Literal

import idna
from pydantic import AfterValidator, BaseModel, Field

from app.accounts import passwords
from app.platform.forms import Input, OneLine, Problem, is_own_path
from app.platform.i18n import _

ADDRESS = re.compile(r"""[^\s@<>"(),:;\[\]\\]+@[^\s@<>"(),:;\[\]\\]+\.[^\s@<>"(),:;\[\]\\.]+""")
NOT_AN_ADDRESS = _("Write an e-mail address such as name@example.org.")
NOT_YET = _(
    "Before the @ only the letters a to z, digits and common signs can be used here. Give another address."
)
LONGEST = 254


def _address(value: str) -> str:
    """One address in the form it is kept in: lower case, its domain in ASCII by IDNA 2008.

    Letters beyond ASCII before the @ are refused in words: not every mail server on the way takes them.
    """
    name, _at, domain = (
        unicodedata.normalize("NFKC", value).replace("\u3002", ".").strip().lower().rpartition("@")
    )
    if not ADDRESS.fullmatch(f"{name}@{domain}"):
        raise Problem(NOT_AN_ADDRESS)
    if not name.isascii():
        raise Problem(NOT_YET)
    try:
        plain = f"{name}@{idna.encode(domain, uts46=True, std3_rules=True).decode()}"
    except (idna.IDNAError, UnicodeError) as problem:
        raise Problem(NOT_AN_ADDRESS) from problem
    if len(plain) > LONGEST:
        raise Problem(NOT_AN_ADDRESS)
    return plain


def _new_password(value: str) -> str:
    problem = passwords.problem_with(value)
    if problem is not None:
        raise Problem(problem)
    return value


def _own_page(value: str) -> str:
    """A path of this portal; anything else leads nowhere rather than elsewhere."""
    return value if is_own_path(value) and " " not in value else ""


EmailAddress = Annotated[OneLine, Field(max_length=LONGEST), AfterValidator(_address)]
NewPassword = Annotated[str, AfterValidator(_new_password)]
OwnPage = Annotated[str, Field(max_length=2000), AfterValidator(_own_page)]


class SignInInput(Input):
    """Who somebody says she is; `next` is the page she wanted to open."""

    email: EmailAddress
    password: str = Field(min_length=1, max_length=1000)
    next: OwnPage = ""


class ResetInput(Input):
    """The address of the account whose password is forgotten; `next` is the page she wanted to open."""

    email: EmailAddress
    next: OwnPage = ""


class NewPasswordInput(Input):
    """The password that replaces the forgotten one."""

    password: NewPassword


class TokenInput(Input):
    """A new secret for a program of one's own."""

    name: Annotated[OneLine, Field(min_length=1, max_length=100)]
    days: Literal[30, 90, 365] = 90


class TokenForm(Input):
    """A new secret as a page asks for it, where numbers are text."""

    name: Annotated[OneLine, Field(min_length=1, max_length=100)]
    days: Literal["30", "90", "365"] = "90"


class TokenReference(Input):
    """Which of one's own tokens is meant."""

    token: Annotated[OneLine, Field(min_length=64, max_length=64)]


class TokenRequest(SignInInput):
    """A token for a program that has an address and a password only."""

    name: Annotated[OneLine, Field(min_length=1, max_length=100)] = "API"
    days: Literal[1, 30, 90, 365] = 1


class TokenOut(BaseModel):
    """A token as its owner sees it; the secret is shown once, when it is made."""

    id: str
    name: str
    expires_at: datetime
    secret: str | None = None
