"""Confidential contributors as they come by their browsers: through the forms, following where these lead."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from uuid import UUID

import httpx2
from fastapi import FastAPI

from app.accounts.models import Account
from app.consultations.models import Consultation
from app.contributions.models import ContributionState
from app.organisations.models import Role
from app.platform import ids
from tests.factories import Make

RECEIPT = re.compile(r"<code>([0-9A-Z]{1,4})</code>")
HOME = re.compile(r"/en/contributions/([0-9a-f-]{36})$")
KEPT = re.compile(r"kept", re.IGNORECASE)
MOST_STEPS = 8
KINDS = ("submits", "withdraws", "deletes", "was_named", "submits")


@dataclass
class Form:
    """A form of a page: where it goes, what it carries, what it says."""

    action: str
    carried: dict[str, str] = field(default_factory=dict)
    words: str = ""


class Forms(HTMLParser):
    """The forms of a page, and the links in its main part."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._open = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", "")))
            self._open = True
        elif tag == "input" and self._open and given.get("type") == "hidden":
            self.forms[-1].carried[given["name"]] = given.get("value", "")
        elif tag == "a":
            self.links.append(given.get("href", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False

    def handle_data(self, data: str) -> None:
        if self._open:
            self.forms[-1].words += data


@dataclass
class Told:
    """What one contributor knows, and nobody who reads the files may learn or join."""

    kind: str
    person: Account
    organisation: UUID
    code: str = ""
    receipt: str = ""
    contribution_id: UUID | None = None
    words: str = ""


class Browser:
    """One person's browser, in which she is signed in already."""

    def __init__(self, app: FastAPI) -> None:
        transport = httpx2.ASGITransport(app=app)
        self.client = httpx2.AsyncClient(
            transport=transport, base_url="http://testserver", headers={"accept-language": "en"}
        )
        self.shown = ""

    async def get(self, path: str) -> httpx2.Response:
        """Open a page, and go where it leads."""
        page = await self.client.get(path, follow_redirects=True)
        assert page.status_code == httpx2.codes.OK, f"{path}: {page.status_code}"
        self.shown += "".join(RECEIPT.findall(page.text))
        return page

    async def send(self, page: httpx2.Response, action: str, **typed: str) -> httpx2.Response:
        """Send the form of a page whose address ends so, with all it carries, and go where it leads."""
        form = next(form for form in Forms(page.text).forms if form.action.endswith(action))
        answer = await self.client.post(form.action or page.url.path, data={**form.carried, **typed})
        if answer.is_redirect:
            return await self.get(answer.headers["location"])
        assert answer.status_code == httpx2.codes.OK, f"{action}: {answer.status_code} {answer.text}"
        self.shown += "".join(RECEIPT.findall(answer.text))
        return answer

    async def go_on(self, page: httpx2.Response) -> UUID:
        """Past the page with the receipt code, whatever button it has, to the contribution."""
        for _step in range(MOST_STEPS):
            here = HOME.search(page.url.path)
            if here:
                return UUID(here.group(1))
            seen = Forms(page.text)
            kept = next((form for form in seen.forms if KEPT.search(form.words)), None)
            if kept is not None:
                page = await self.send(page, kept.action)
            else:
                page = await self.get(next(link for link in seen.links if HOME.search(link)))
        raise AssertionError("the contribution was not reached")


async def take_part(app: FastAPI, make: Make, consultation: Consultation, number: int, question: str) -> Told:
    """One contributor, signed in as somebody of an organisation, comes and goes; returns what she knows."""
    league = await make.organisation()
    told = Told(KINDS[number % len(KINDS)], await make.account(Role.SIGNATORY, at=league), league.id)
    told.words = f"The heron {number} said {ids.new_token()} over the marsh"
    browser = Browser(app)
    await make.signed_in(browser.client, told.person)
    if told.kind == "was_named":
        draft = await make.contribution(
            consultation,
            organisation=league,
            answers={question: told.words},
            state=ContributionState.DRAFTING,
        )
        page = await browser.get(f"/en/contributions/{draft.id}/confidential")
        told.contribution_id = await browser.go_on(await browser.send(page, "/confidential"))
    else:
        told.code = await make.invitation(consultation)
        page = await browser.send(await browser.get("/en/start"), "/start", code=told.code)
        told.contribution_id = await browser.go_on(page)
    told.receipt = browser.shown
    here = f"/en/contributions/{told.contribution_id}"
    if told.kind != "was_named":
        page = await browser.get(f"{here}/questions/{question}")
        await browser.send(page, f"/questions/{question}", narrative=told.words, then="list")
    if told.kind != "deletes":
        await browser.send(await browser.get(f"{here}/check"), "/submit")
    if told.kind in {"withdraws", "deletes"}:
        await browser.send(await browser.get(f"{here}/withdraw"), "/withdraw")
    await browser.client.aclose()
    return told
