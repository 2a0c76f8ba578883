"""Reading what the seed left for the demonstration: persons, codes, mails."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consultations.models import Consultation, ConsultationState
from app.organisations.models import Role
from app.platform.errors import NotFound
from app.platform.i18n import _
from app.platform.settings import Settings
from app.reviews.models import State

NEWEST = 50
NOT_SEEDED = _("The demonstration has no persons yet. Run the seed, then load this page again.")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody one can be; `key` names her in forms and tests."""

    key: str
    name: str
    email: str
    role: str
    state: str
    organisation: str
    token: str
    account_id: str


@dataclass(frozen=True, slots=True)
class Confidential:
    """A confidential contribution and the code that opens it."""

    label: str
    receipt_code: str
    consultation: str
    state: str


@dataclass(frozen=True, slots=True)
class Code:
    """An invitation code nobody used yet."""

    consultation: str
    code: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail the portal wrote into its folder."""

    to: str
    subject: str
    sent_at: datetime
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class DemoPage:
    """Everything one can try, persons by State."""

    groups: Mapping[str, Sequence[Person]]
    states: Mapping[str, Mapping[str, str]]
    confidential: Sequence[Confidential]
    codes: Sequence[Code]
    mails: int
    concluded: str | None

    @property
    def persons(self) -> int:
        """How many persons one can be."""
        return sum(map(len, self.groups.values()))

    def of_role(self, role: str) -> Person | None:
        """The first person of a role, in the order of the seed."""
        return next((each for people in self.groups.values() for each in people if each.role == role), None)


@dataclass(frozen=True, slots=True)
class MailPage:
    """The mails of the demonstration, the newest first."""

    mails: Sequence[Mail]
    public_url: str


def file_of(settings: Settings) -> Path:
    """Where the seed writes whom and what it made."""
    return settings.mail_folder.parent / "demo.json"


def get_content(settings: Settings) -> dict[str, Any]:
    """What the seed wrote; raises NotFound with what to do."""
    try:
        content: dict[str, Any] = json.loads(file_of(settings).read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise NotFound(NOT_SEEDED) from problem
    return content


def _taken(kind: type[Any], rows: Any) -> list[Any]:
    names = kind.__dataclass_fields__
    return [kind(**{name: str(row.get(name) or "") for name in names}) for row in rows or ()]


async def demo_page(session: AsyncSession, settings: Settings) -> DemoPage:
    """Everything one can try; raises NotFound before the seed has run."""
    content = get_content(settings)
    groups: dict[str, list[Person]] = {}
    for person in _taken(Person, content.get("people")):
        # The secretariat works for every State.
        place = "" if person.role == Role.SECRETARIAT else person.state
        groups.setdefault(place, []).append(person)
    states = await session.exec(select(State.code, State.names))
    concluded = select(Consultation.slug).where(Consultation.state == ConsultationState.CONCLUDED).limit(1)
    return DemoPage(
        groups,
        dict(states.all()),
        _taken(Confidential, content.get("confidential")),
        _taken(Code, content.get("invitation_codes")),
        sum(1 for _each in settings.mail_folder.glob("*.eml")),
        (await session.exec(concluded)).first(),
    )


def get_person(settings: Settings, key: str) -> Person:
    """One of the persons; raises NotFound."""
    for person in _taken(Person, get_content(settings).get("people")):
        if person.key == key:
            return person  # type: ignore[no-any-return]
    raise NotFound


def mail_page(settings: Settings) -> MailPage:
    """The newest mails; their names are identifiers in the order of time."""
    files = sorted(settings.mail_folder.glob("*.eml"), reverse=True)[:NEWEST]
    return MailPage([_mail(each) for each in files], settings.public_url)


def _mail(path: Path) -> Mail:
    message = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    body = message.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    sent_at = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
    return Mail(str(message["To"]), str(message["Subject"]), sent_at, text.strip().splitlines())
