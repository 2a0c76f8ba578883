"""A browser without scripts, and its tabs."""

from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin, urlsplit

import httpx2

from tests.pages.forms import FormOnPage, Press
from tests.walks.paper import Paper

MOST_REDIRECTS = 6
FORM = {"content-type": "application/x-www-form-urlencoded"}


@dataclass
class Sending:
    """One request as a browser keeps it, to send it once more."""

    method: str
    address: str
    body: bytes = b""


class Browser:
    """Cookies, and whose they are."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client

    @property
    def cookies(self) -> dict[str, str]:
        """What the browser keeps."""
        return dict(self.client.cookies)

    def put_cookies(self, cookies: dict[str, str]) -> None:
        """Have exactly these."""
        self.client.cookies.clear()
        for name, value in cookies.items():
            self.client.cookies.set(name, value, domain="testserver.local", path="/")

    def lose(self, *names: str) -> None:
        """Forget some of them."""
        self.put_cookies({name: value for name, value in self.cookies.items() if name not in names})

    async def send(self, sending: Sending) -> httpx2.Response:
        """One request."""
        if sending.method == "GET":
            return await self.client.get(sending.address)
        return await self.client.post(sending.address, content=sending.body, headers=FORM)


@dataclass
class Tab:
    """One page in a browser, with what is typed on it and not sent."""

    browser: Browser
    number: int
    address: str = ""
    status: int = 0
    page: Paper = field(default_factory=lambda: Paper(""))
    shown_by: Sending = field(default_factory=lambda: Sending("GET", ""))
    is_touched: bool = False
    choices: dict[str, str] = field(default_factory=dict)  # made here and not saved
    before: list[str] = field(default_factory=list)

    async def go(self, address: str) -> None:
        """Open a page."""
        if self.shown_by.method == "GET" and self.address:
            self.before.append(self.address)
        await self._show(Sending("GET", address))

    async def press(self, form: FormOnPage, press: Press, *, drop: bool = False) -> bool:
        """Send a form; with `drop` the first reply never arrives. Returns whether it led on to a page."""
        data = form.sent(press, fill=False)
        lines = {name: [v.replace("\n", "\r\n") for v in values] for name, values in data.items()}
        address = urljoin(self.address, press.action)
        sending = Sending("POST", address, urlencode(lines, doseq=True).encode())
        if drop:
            cookies = self.browser.cookies
            await self.browser.send(sending)
            self.browser.put_cookies(cookies)
        return await self._show(sending)

    async def reload(self) -> bool:
        """The same request once more."""
        return await self._show(self.shown_by)

    async def _show(self, sending: Sending) -> bool:
        reply = await self.browser.send(sending)
        led_on = False
        for _redirect in range(MOST_REDIRECTS):
            if not reply.has_redirect_location:
                break
            led_on = True
            sending = Sending("GET", urljoin(sending.address, reply.headers["location"]))
            reply = await self.browser.send(sending)
        else:
            raise AssertionError(f"{sending.address} leads in a circle")
        self.address, self.status, self.shown_by = sending.address, reply.status_code, sending
        self.page, self.is_touched = Paper(reply.text), False
        return led_on

    @property
    def path(self) -> str:
        """Where this tab is, without its language."""
        return "/" + urlsplit(self.address).path.lstrip("/").partition("/")[2]
