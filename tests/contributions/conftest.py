"""An open consultation with an organisation that has begun to answer it."""

import re
from dataclasses import dataclass

import httpx2
import pytest

from app.accounts.models import Account
from app.consultations.models import Consultation
from app.contributions.models import Contribution, ContributionState
from app.organisations.models import Organisation, Role
from app.platform import clock
from app.questionnaires import queries
from tests import browsing
from tests.factories import Make

RECEIPT = re.compile(r"<code>([0-9A-Z]{1,4})</code>")


@dataclass
class Scene:
    """A consultation, an organisation with its two people, and its draft without an answer."""

    consultation: Consultation
    league: Organisation
    signatory: Account
    drafter: Account
    draft: Contribution
    codes: list[str]

    @property
    def start(self) -> str:
        return f"/en/c/{self.consultation.slug}/start"

    @property
    def home(self) -> str:
        return f"/en/contributions/{self.draft.id}"

    def question(self, number: int = 0) -> str:
        return f"{self.home}/questions/{self.codes[number]}"


@pytest.fixture
async def scene(make: Make) -> Scene:
    consultation = await make.consultation()
    league = await make.organisation("Orsa Valley Legal Aid")
    return Scene(
        consultation,
        league,
        await make.account(Role.SIGNATORY, at=league),
        await make.account(Role.DRAFTER, at=league),
        await make.contribution(
            consultation, organisation=league, answers={}, state=ContributionState.DRAFTING
        ),
        await asked(make, consultation),
    )


async def asked(make: Make, consultation: Consultation) -> list[str]:
    """The codes of the questions that matter to somebody who has answered nothing yet."""
    async with make.db.read() as session:
        version = await queries.get_compiled(session, consultation.civil_society_version_id)
    away = version.rules.irrelevant({}, clock.today())
    return [code for code, key in version.ids.items() if key not in away]


def receipt_in(page: str) -> str:
    """The receipt code a page shows."""
    return "".join(RECEIPT.findall(page))


async def enter(client: httpx2.AsyncClient, code: str, path: str = "/en/start") -> httpx2.Response:
    """Type a code, in a browser nobody used before."""
    client.cookies.clear()
    data = {"code": code} if path == "/en/start" else {"mode": "confidential", "code": code}
    return await browsing.post(client, path, data, page=path)


async def keep(client: httpx2.AsyncClient, page: str = "/en/start/keep") -> httpx2.Response:
    """Say on the page of a receipt code that it is kept."""
    return await browsing.post(client, page, page=page)


async def entered(client: httpx2.AsyncClient, make: Make, consultation: Consultation) -> tuple[str, str]:
    """The page of a new confidential contribution, as a path, and its receipt code."""
    typed = await enter(client, await make.invitation(consultation))
    assert typed.headers["location"] == "/en/start/keep", typed.text
    receipt = receipt_in((await client.get("/en/start/keep")).text)
    begun = await keep(client)
    assert begun.status_code == 303, begun.text
    return begun.headers["location"], receipt
