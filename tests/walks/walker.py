"""What walkers have in common: tabs, words, a seed, and the question whether a word was lost."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random

from app.platform.i18n import CODES
from tests.pages.forms import Control, FormOnPage, Press
from tests.walks.browser import Browser, Tab
from tests.walks.paper import Paper, is_text, kept_in, sends
from tests.walks.words import Words
from tests.walks.world import FAILURES, PASSWORD, World

Step = Callable[[Tab], Awaitable[None]]
MOST_TABS = 4
LANGUAGE = re.compile(r"/(\w\w)/typed$")


class LostError(AssertionError):
    """A word, or a choice, stands nowhere any more."""


@dataclass
class Person:
    """A browser, and how whoever sits there comes in."""

    browser: Browser
    email: str = ""
    receipt: str = ""
    wrong: int = 0  # passwords she got wrong

    @property
    def cookie(self) -> str:
        """The cookie of her session."""
        return "bearer" if self.receipt else "session"


@dataclass
class Tally:
    """What came of walks."""

    walks: int = 0
    steps: int = 0
    words: int = 0
    choices: int = 0
    by_step: dict[str, int] = field(default_factory=dict)
    answers: dict[int, int] = field(default_factory=dict)  # how often each status was met
    lost: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Count both together."""
        self.walks += other.walks
        self.steps += other.steps
        self.words += other.words
        self.choices += other.choices
        self.lost += other.lost
        for name, number in other.by_step.items():
            self.by_step[name] = self.by_step.get(name, 0) + number
        for status, number in other.answers.items():
            self.answers[status] = self.answers.get(status, 0) + number


class Walker:
    """Somebody who does at random what people do, and knows every word she typed."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.seed = world, seed
        self.random = Random(seed)  # noqa: S311  (the same walk again from the same seed)
        self.words = Words(self.random, seed)
        self.people: list[Person] = []
        self.tabs: list[Tab] = []
        self.told: list[str] = []
        self.tally = Tally(walks=1)
        self.numbers = 0

    # What a kind of walker says of itself.

    def stored(self) -> str:
        """All words that are saved."""
        raise NotImplementedError

    async def walk(self, steps: int) -> None:
        """The whole walk; raises LostError."""
        raise NotImplementedError

    def has_sent(self, tab: Tab, address: str) -> None:
        """A form that was sent to this address was taken."""
        raise NotImplementedError

    # Looking.

    def note(self, tab: Tab, what: str) -> None:
        """Tell a step, for whoever has to find out why a word was lost."""
        self.tally.by_step[what.partition(" ")[0]] = self.tally.by_step.get(what.partition(" ")[0], 0) + 1
        self.told.append(f"tab {tab.number}: {what}")

    def saw(self, tab: Tab) -> None:
        """Tell what a step led to."""
        self.tally.answers[tab.status] = self.tally.answers.get(tab.status, 0) + 1
        self.told[-1] += f" -> {tab.status} {tab.address}"

    def standing(self, tab: Tab) -> str:
        """All words on a page, and those that wait for the page it leads to."""
        return f"{tab.page.standing()}\n{self.waiting(tab)}"

    def waiting(self, tab: Tab) -> str:
        """What comes back after signing in, or with loading the page of this address once more."""
        names = tab.page.kept() if tab.page.way_in() else []
        if tab.page.way_in() or (tab.shown_by.method == "GET" and tab.status >= 400):
            names += kept_in(tab.address)
        return self.world.waiting(tab.browser, names) if names else ""

    def at_stake(self, tab: Tab) -> bool:
        """Whether something would be gone with this page."""
        elsewhere = "\n".join([self.stored(), *(self.standing(t) for t in self.tabs if t is not tab)])
        return bool(tab.choices) or bool(self.words.within(self.standing(tab)) - self.words.within(elsewhere))

    def check(self) -> None:
        """Every word is saved or stands on a page; raises LostError."""
        everywhere = "\n".join([self.stored(), *map(self.standing, self.tabs)])
        gone = [word for word in self.words.known if word not in everywhere]
        gone += [
            f"{field}={value}"
            for tab in self.tabs
            for field, value in tab.choices.items()
            if not tab.page.holds(field, value) and value not in self.waiting(tab)
        ]
        if gone:
            steps = "\n".join(self.told)
            raise LostError(f"seed {self.seed}: lost {gone}\n{steps}")

    # Doing.

    def person_at(self, tab: Tab) -> Person:
        """Who sits in front of a tab."""
        return next(person for person in self.people if person.browser is tab.browser)

    async def open(self, person: Person, address: str) -> Tab:
        """A new tab."""
        self.numbers += 1
        tab = Tab(person.browser, self.numbers)
        self.tabs.append(tab)
        self.note(tab, f"open {address}")
        await tab.go(address)
        self.saw(tab)
        return tab

    def put(self, tab: Tab, control: Control, value: str) -> None:
        """Have this in a field; what was there and is not now, she took out."""
        self.words.give_up(self.words.within(control.value) - self.words.within(value))
        control.value, tab.is_touched = value, True

    def texts(self, page: Paper) -> list[Control]:
        """The fields for words on a page."""
        forms = [form for form in page.forms if form.method == "post"]
        return [c for form in forms for c in form.controls if is_text(c)]

    async def send(self, tab: Tab, form: FormOnPage, press: Press, what: str) -> bool:
        """Press a button; now and then the portal fails, or the reply is lost."""
        fate = self.random.random()
        faults = self.world.faults
        if fate < 0.12:
            faults.place = self.random.choice(("begin", "commit", "service", "read"))
            faults.what = self.random.choice(list(FAILURES))
            what += f" while {faults.place} fails with {faults.what}"
        drop = 0.12 <= fate < 0.2
        self.note(tab, what + (" and the reply is lost" if drop else ""))
        led_on = await tab.press(form, press, drop=drop)
        faults.place = ""
        self.saw(tab)
        return led_on

    async def switch_language(self, tab: Tab) -> None:
        """Press a language of the bar, or follow it where nothing is typed."""
        ways = [(form, press) for form in tab.page.forms for press in sends(form, "/typed")]
        ways = [(form, press) for form, press in ways if LANGUAGE.search(press.action)]
        if ways:
            form, press = self.random.choice(ways)
            await self.send(tab, form, press, f"language {press.action}")
        elif not self.at_stake(tab):
            language = self.random.choice(CODES)
            self.note(tab, f"follow the language {language}")
            await tab.go(f"/{language}{tab.path}")
            self.saw(tab)

    async def reload(self, tab: Tab) -> None:
        """Load the page again; what was typed since it came would be gone, so not then."""
        if tab.is_touched:
            return
        self.note(tab, f"reload {tab.shown_by.method}")
        sending = tab.shown_by
        led_on = await tab.reload()
        self.saw(tab)
        if led_on and sending.method == "POST":
            self.has_sent(tab, sending.address)

    async def back(self, tab: Tab) -> None:
        """Go back, where nothing is left behind."""
        if tab.before and not self.at_stake(tab):
            self.note(tab, "back")
            *before, address = tab.before
            await tab.go(address)
            tab.before = before
            self.saw(tab)

    async def close(self, tab: Tab) -> None:
        """Close a tab, where nothing is left behind."""
        if len(self.tabs) > 1 and not self.at_stake(tab):
            self.note(tab, "close")
            self.tabs.remove(tab)

    async def lose_session(self, tab: Tab) -> None:
        """The session ends: the browser lost its cookie, or the portal its row."""
        person = self.person_at(tab)
        if self.random.random() < 0.5:
            self.note(tab, "end the session: the cookie is gone")
            person.browser.lose(person.cookie)
        else:
            self.note(tab, "end the session: the portal knows it no more")
            self.world.end_sessions(of_bearers=bool(person.receipt))

    async def sign_in(self, tab: Tab) -> None:
        """Come back in with what this person has."""
        person, form = self.person_at(tab), tab.page.way_in()
        assert form is not None
        secret = "code" if person.receipt else "password"
        control = next((c for c in form.controls if c.name == secret), None)
        if control is None:
            link = next(link for link in tab.page.links if link.split("?")[0].endswith("/start"))
            self.note(tab, f"follow {link}")
            await tab.go(link)
            self.saw(tab)
            return
        errs = person.wrong < 2 and self.random.random() < 0.1
        person.wrong += errs
        control.value = "not the right one" if errs else person.receipt or PASSWORD
        if not person.receipt:
            next(c for c in form.controls if c.name == "email").value = person.email
        press = next(p for p in sends(form, "/start" if person.receipt else "/sign-in"))
        await self.send(tab, form, press, "sign in" + (" with a mistake" if errs else ""))
