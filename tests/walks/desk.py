"""Two experts at one writing page, and two people at the settings of one consultation: whatever forms their pages have."""

import json
from urllib.parse import urlsplit

from tests.pages.forms import Control, FormOnPage, Press
from tests.walks.browser import Tab
from tests.walks.paper import last
from tests.walks.walker import MOST_TABS, LostError, Person, Step, Walker
from tests.walks.world import World

# What is typed there and kept for good. Everything else a page of the desk has is only pressed.
FIELDS = frozenset({"text", "reason", "assistance", "contact"})
LONG = ("titles-", "summaries-", "rules-", "citations-")
# Where the text before is not kept once it is replaced; a paragraph and a decision have their history.
REPLACED = ("titles-", "summaries-", "rules-", "citations-", "assistance", "contact")
# Buttons that take words out, or shut the desk: they are no part of this walk.
NEVER = ("/delete", "/send", "/approve", "/open", "/sign-out", "/conclude", "/close", "/move", "/remove")
MOST_TRIES = 30
TABLES = (
    "SELECT text FROM paragraph_version UNION ALL SELECT text FROM paragraph UNION ALL SELECT body FROM text"
    " UNION ALL SELECT assistance FROM national_answer UNION ALL SELECT citations FROM national_answer"
    " UNION ALL SELECT titles FROM consultation UNION ALL SELECT summaries FROM consultation"
    " UNION ALL SELECT rules FROM consultation UNION ALL SELECT contact FROM consultation"
)


class Expert(Walker):
    """A walk over pages on which several things are written side by side."""

    def __init__(self, world: World, seed: int, emails: list[str], places: list[str]) -> None:
        super().__init__(world, seed)
        self.people = [Person(world.browser(), email) for email in emails]
        self.places = places

    def stored(self) -> str:
        """Everything that is kept in the tables of the desk, what was there before included."""
        values = [str(value) for row in self.world.sql(TABLES) for value in row]
        return "\n".join(
            json.dumps(json.loads(v), ensure_ascii=False) if v.startswith(("[", "{")) else v for v in values
        )

    def place(self) -> str:
        """A page at random, in a language at random."""
        language = self.random.choice(("en", "en", "ar", "zh", "fr", "ru", "es"))
        return f"/{language}{self.random.choice(self.places)}"

    def has_sent(self, tab: Tab, address: str) -> None:  # noqa: ARG002
        """A form was taken; what was typed in it is looked for after every step."""
        tab.choices.clear()

    def fields(self, tab: Tab) -> list[tuple[FormOnPage, Control]]:
        """Where words are written on this page."""
        found = []
        for form, control in tab.page.controls():
            name = last(control.name)
            if control.kind == "text" and (name in FIELDS or name.startswith(LONG)) and "-url" not in name:
                found.append((form, control))
        return found

    async def step(self) -> None:
        """Do something that can be done."""
        tab = self.random.choice(self.tabs)
        do = self.random.choices(*zip(*self.ways(tab), strict=True))[0]
        await do(tab)
        self.tally.steps += 1
        self.check()

    def ways(self, tab: Tab) -> list[tuple[Step, float]]:
        """What somebody may do on this page, and how often."""
        if tab.page.way_in():
            return [(self.sign_in, 8), (self.switch_language, 2), (self.reload, 1)]
        return [
            (self.type, 8),
            (self.save, 6),
            (self.switch_language, 2),
            (self.reload, 1),
            (self.back, 1),
            (self.close, 0.7),
            (self.another_tab, 1.5 if len(self.tabs) < MOST_TABS else 0),
            (self.lose_session, 0.7),
            (self.go_on, 2),
        ]

    async def type(self, tab: Tab) -> None:
        """Type a new word into any field of the page."""
        fields = self.fields(tab)
        if fields:
            _form, control = self.random.choice(fields)
            word = self.words.new(control.name)
            self.note(tab, f"type {word} into {control.name}")
            self.put(tab, control, f"{control.value} {word}".strip())

    async def save(self, tab: Tab) -> None:
        """Press any button that keeps something, whatever else stands on the page."""
        ways = self.buttons(tab)
        if ways:
            await self.press(tab, *self.random.choice(ways))

    def buttons(self, tab: Tab) -> list[tuple[FormOnPage, Press]]:
        """The buttons that may be pressed: not those of the language bar, and none that takes words out."""
        return [
            (form, press)
            for form in tab.page.forms
            if form.method == "post"
            for press in form.presses
            if not urlsplit(press.action).path.endswith(("/typed", *NEVER))
            or (tab.status >= 400 and press == form.presses[0] and form in [f for f, _c in self.fields(tab)])
        ]

    async def press(self, tab: Tab, form: FormOnPage, press: Press) -> None:
        """Fill in what the pressed form needs, and press."""
        part = urlsplit(press.action).query.rpartition("part=")[2]
        for control in form.controls:
            if control.kind == "select" and control.name.endswith("decision") and not control.value:
                is_own = not part or control.name.startswith(f"{part}.")
                control.value = self.random.choice(control.options[1:]) if is_own else ""
        if tab.status == 409:
            self.overrule(tab, form)
        await self.send(tab, form, press, f"press {press.action}")

    def overrule(self, tab: Tab, form: FormOnPage) -> None:
        """What the other side saved stands on this page beside the fields: sending it again replaces that."""
        mine = "\n".join(control.value for control in form.controls)
        theirs = self.words.within(tab.page.words) - self.words.within(mine)
        self.words.give_up(w for w in theirs if last(self.words.known[w]).startswith(REPLACED))

    async def another_tab(self, tab: Tab) -> None:
        """Open one more tab, as this person or as the other."""
        await self.open(self.random.choice([self.person_at(tab), *self.people]), self.place())

    async def go_on(self, tab: Tab) -> None:
        """Follow a link of the page that leads to a form, or go to another page."""
        if self.at_stake(tab):
            return
        links = [link for link in tab.page.links if "?edit=" in link]
        to = self.random.choice([*links, *links, self.place()])
        self.note(tab, f"follow {to}")
        await tab.go(to)
        self.saw(tab)

    async def walk(self, steps: int) -> None:
        """Walk, and then bring home whatever is still on a page; raises LostError."""
        await self.open(self.people[0], self.place())
        for _step in range(steps):
            await self.step()
        for tab in list(self.tabs):
            await self.bring_home(tab)
        gone = [word for word in self.words.known if word not in self.stored()]
        if gone:
            raise LostError(f"seed {self.seed}: never saved {gone}\n" + "\n".join(self.told))

    async def bring_home(self, tab: Tab) -> None:
        """Save what stands on a page, part by part, however often it takes."""
        for _try in range(MOST_TRIES):
            open_words = self.words.within(self.standing(tab)) - self.words.within(self.stored())
            if not open_words:
                return
            if tab.page.way_in():
                await self.sign_in(tab)
            else:
                await self.save_one(tab, open_words)
            self.check()
        steps = "\n".join(self.told)
        raise LostError(
            f"seed {self.seed}: tab {tab.number} cannot be saved\n{steps}\n{tab.page.standing()[-2_000:]}"
        )

    async def save_one(self, tab: Tab, open_words: set[str]) -> None:
        """Press the button of a part that holds a word which is not saved."""
        for form, control in self.fields(tab):
            if any(word in control.value for word in open_words):
                part = control.name.rpartition(".")[0]
                ways = [w for w in self.buttons(tab) if w[0] is form]
                own = [w for w in ways if not part or w[1].action.endswith(f"part={part}")] or ways
                if own:
                    await self.press(tab, *own[0])
                    return
        for form, press in self.buttons(tab):
            # Words of another part go along unseen, and stand in their place again afterwards.
            if any(word in control.value for control in form.controls for word in open_words):
                await self.press(tab, form, press)
                return
        await self.reload(tab)
