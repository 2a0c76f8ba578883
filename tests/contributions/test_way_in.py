"""From the first page to the first saved answer: how many pages one sees, and how much one has to fill in."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx2
from sqlmodel import select

from app.accounts import service as accounts
from app.accounts.models import OneTimeToken, Purpose
from app.platform.db import Database
from tests.factories import Make
from tests.pages.forms import FormOnPage, Forms, Press


@dataclass
class Way:
    """Somebody on her way: every page that is shown counts, and every field that is filled in or chosen."""

    client: httpx2.AsyncClient
    pages: list[str] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    page: httpx2.Response | None = None

    async def see(self, address: str) -> str:
        """Open a page, through whatever leads on."""
        self.page = await self.client.get(address, follow_redirects=True)
        assert self.page.status_code == httpx2.codes.OK, address
        self.pages.append(self.page.url.path)
        return self.page.text

    async def follow(self, ending: str) -> str:
        """Press a link of the page by how its address ends."""
        assert self.page is not None
        links = [link.replace("&amp;", "&") for link in re.findall(r'href="([^"]+)"', self.page.text)]
        return await self.see(next(link for link in links if urlsplit(link).path.endswith(ending)))

    async def send(self, ending: str, **values: str) -> str:
        """Fill in a form of the page and send it; what the page filled in counts for nothing."""
        assert self.page is not None
        form, press = self._form(ending)
        data = form.sent(press, fill=False)
        data.update({name: [value] for name, value in values.items()})
        self.inputs += values
        sent = await self.client.post(press.action, data=data)
        assert sent.has_redirect_location, sent.text
        return await self.see(sent.headers["location"])

    def _form(self, ending: str) -> tuple[FormOnPage, Press]:
        assert self.page is not None
        for form in Forms(self.page.text).forms:
            for press in form.presses:
                if urlsplit(press.action).path.endswith(ending):
                    return form, press
        raise AssertionError(f"{self.pages[-1]} has no form that leads to {ending}")

    def __str__(self) -> str:
        return f"{len(self.pages)} pages {self.pages}, {len(self.inputs)} inputs {self.inputs}"


async def answer(way: Way) -> None:
    """The first question of the list, in two choices and a sentence."""
    assert way.page is not None
    question = re.findall(r'href="([^"]+/questions/[^"?]+)"', way.page.text)[0]
    await way.see(question)
    await way.send(urlsplit(question).path, law="yes", practice="works", narrative="We saw it.")
    assert "Saved." in way.page.text


async def test_with_a_code_it_takes_six_pages_and_seven_inputs_at_most(
    client: httpx2.AsyncClient, make: Make
) -> None:
    consultation = await make.consultation()
    code = await make.invitation(consultation)
    way = Way(client)
    await way.see("/en/")
    await way.follow("/start")
    await way.send("/start", code=code)
    await way.send("/start/keep")
    await answer(way)
    assert len(way.pages) <= 6, str(way)
    assert len(way.inputs) <= 7, str(way)


async def test_under_a_name_it_takes_nine_pages_and_fourteen_inputs_at_most_and_fewer_from_the_consultation(
    client: httpx2.AsyncClient, db: Database, make: Make
) -> None:
    consultation = await make.consultation()
    way = Way(client)
    await way.see("/en/")
    await way.follow(f"/c/{consultation.slug}/start")
    await way.follow("/sign-up")
    await way.send(
        "/sign-up",
        organisation="League of the Valley",
        email="mira@valley.example",
        password="four random words here",
    )
    async with db.write() as session:
        link = (
            await session.exec(select(OneTimeToken).where(OneTimeToken.purpose == Purpose.CONFIRM_EMAIL))
        ).one()
        armed = await accounts.arm_link(session, link.id)
    assert armed is not None
    await way.see(f"/en/confirm/{armed[1]}")
    await way.send(f"/confirm/{armed[1]}")
    assert way.pages[-1] == f"/en/c/{consultation.slug}/start", "she is back where she was"
    await way.send(f"/c/{consultation.slug}/start", mode="named")
    await answer(way)
    assert len(way.pages) <= 9, str(way)
    assert len(way.inputs) <= 14, str(way)
