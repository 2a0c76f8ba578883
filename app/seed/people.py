"""The people of a story: accounts, organisations, roles, tokens for the interface."""

from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts import passwords
from app.accounts import service as accounts
from app.accounts.schemas import TokenInput
from app.organisations import queries as organisations
from app.organisations import service as membership
from app.organisations.models import OrganisationKind, Role
from app.platform.security import Actor
from app.seed.story import Story

PASSWORD = "a demonstration is not secret"  # noqa: S105  (nothing behind it is real; the page shows it)
SYSTEM = Actor.system("seed")


class Cast:
    """Who is who in a story, and what the demonstration page says of them."""

    def __init__(self, session: AsyncSession, story: Story, password_hash: str, secret: str) -> None:
        self.session = session
        self.secret = secret
        self.story = story
        self.password_hash = password_hash
        self.ids: dict[str, UUID] = {}
        self.places: dict[str, UUID] = {}
        self.known: dict[str, Actor] = {}
        self.shown: list[dict[str, Any]] = []

    async def add(self, entry: dict[str, Any], organisation: tuple[UUID, str], *roles: Role) -> None:
        """One person with her roles in an organisation."""
        key: str = entry["key"]
        name: str = entry["person"] if "person" in entry else entry["name"]
        language = entry.get("language", "en")
        account = await accounts.register_account(
            self.session, SYSTEM, entry["email"], name, language, self.password_hash
        )
        for role in roles:
            await membership.give_role(self.session, SYSTEM, organisation[0], account.id, role)
        self.ids[key], self.places[key] = account.id, organisation[0]
        self.known[key] = Actor(
            account_id=account.id,
            name=name,
            roles=frozenset((role.value, organisation[0]) for role in roles),
        )
        _token, secret = await accounts.create_token(
            self.session, self.known[key], TokenInput(name="demonstration", days=365)
        )
        self.shown.append(
            {
                "key": key,
                "name": name,
                "email": entry["email"],
                "role": roles[-1].value,
                "state": self.story.code,
                "organisation": organisation[1],
                "token": secret,
                "account_id": str(account.id),
            }
        )

    async def staff(self, office_id: UUID) -> None:
        """Everybody who works in or for the State's office."""
        office = await organisations.get_organisation(self.session, office_id)
        for entry in self.story["people"]:
            await self.add(entry, (office_id, office.name), Role(entry["role"]))
        for entry in self.story["facilitators"]:
            await membership.register_organisation(
                self.session, SYSTEM, entry["organisation"], OrganisationKind.FACILITATOR
            )
            await self.add(entry, (office_id, entry["organisation"]), Role.FACILITATOR)

    async def contributors(self) -> None:
        """The organisations of civil society, each with one person who drafts and signs."""
        for entry in self.story["organisations"]:
            made = await membership.register_organisation(
                self.session,
                SYSTEM,
                entry["name"],
                OrganisationKind(entry["kind"]),
                entry["language"],
                self.story.code,
            )
            await self.add(entry, (made.id, made.name), Role.DRAFTER, Role.SIGNATORY)

    def first(self, role: str) -> Actor:
        """The first person of the story with this role."""
        key = next(entry["key"] for entry in self.story["people"] if entry["role"] == role)
        return self.known[key]


async def hashed_password() -> str:
    """The demonstration's one password, hashed once."""
    return await passwords.hashed(PASSWORD)
