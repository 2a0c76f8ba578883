"""Somebody who answers questions: named with a colleague, or with a receipt code on two devices."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

from app.contributions.clashing import OWN, RECOMMENDED
from tests.pages.forms import Control, FormOnPage, Press
from tests.walks.browser import Tab
from tests.walks.paper import last
from tests.walks.walker import MOST_TABS, LostError, Person, Step, Walker
from tests.walks.world import Draft, World

QUESTION = re.compile(r"/questions/([\w-]+)$")
ROW = re.compile(r"evidence-(\d+)")
LINES = frozenset({"narrative", "recommendation-action", "joined-narrative", "joined-action"})
CHOSEN = frozenset({"law", "practice", "value", "language", "publication", "recommendation-priority"})
FILLER = "too long "
MOST_TRIES = 30


class Contributor(Walker):
    """A walk over the pages of one contribution."""

    def __init__(self, world: World, seed: int, draft: Draft) -> None:
        super().__init__(world, seed)
        self.draft = draft
        self.people = [Person(world.browser(), draft.email, draft.receipt)]
        self.people.append(Person(world.browser(), draft.colleague, draft.receipt))

    def stored(self) -> str:
        """All words that are saved."""
        answers = self.world.stored(self.draft.contribution.id).values()
        return "\n".join(value for answer in answers for value in answer.values())

    def place(self) -> str:
        """A question at random; few, so that two meet at one."""
        code = self.random.choice(self.world.codes[:3] * 2 + self.world.codes)
        language = self.random.choice(("en", "en", "ar", "zh", "fr", "ru", "es"))
        return f"/{language}{self.draft.home}/questions/{code}"

    # One step.

    async def step(self) -> None:
        """Do something that can be done."""
        tab = self.random.choice(self.tabs)
        do = self.random.choices(*zip(*self.ways(tab), strict=True))[0]
        await do(tab)
        self.tally.steps += 1
        self.check()

    def ways(self, tab: Tab) -> list[tuple[Step, float]]:
        """What she may do on this page, and how often she does."""
        if tab.page.way_in():
            return [(self.sign_in, 8), (self.type, 2), (self.switch_language, 2), (self.reload, 1)]
        beside: list[tuple[Step, float]] = [
            (self.switch_language, 2),
            (self.reload, 1),
            (self.back, 1),
            (self.close, 0.7),
            (self.another_tab, 1.5 if len(self.tabs) < MOST_TABS else 0),
            (self.lose_session, 0.7),
            (self.go_on, 1),
            (self.leave, 0.3),
            (self.submit, 0.3),
            (self.empty, 0.2),
        ]
        if self.answering(tab) is None:
            return [*beside, (self.resend, 6) if self.refused(tab) else (self.go_on, 6)]
        return [*beside, (self.type, 8), (self.choose, 3), (self.save, 6)]

    def answering(self, tab: Tab) -> tuple[FormOnPage, list[Press]] | None:
        """The form that saves an answer, with its buttons."""
        for form in tab.page.forms:
            presses = [press for press in form.presses if QUESTION.search(urlsplit(press.action).path)]
            if presses:
                return form, presses
        return None

    def code(self, tab: Tab) -> str:
        """The question somebody is at."""
        found = QUESTION.search(urlsplit(tab.address).path)
        return found.group(1) if found else ""

    async def type(self, tab: Tab) -> None:
        """Type a new word into a field."""
        controls = self.texts(tab.page)
        if not controls:
            return
        control = self.random.choice(controls)
        field, word = last(control.name), self.words.new(self.code(tab))
        lines = field in LINES and "\n" in control.value + ("\n" if tab.status == 200 else "")
        between = self.random.choice((" ", "\n")) if lines else " "
        if field.endswith("-url"):
            between = "/" if control.value else self.random.choice(("https://example.org/",) * 5 + ("",))
            text = control.value + between + word
        else:
            text = (control.value + between + word).strip()
        if field == "narrative" and self.random.random() < 0.05:
            text += " " + FILLER * self.random.choice((1_200, 10_000))
        self.note(tab, f"type {word} into {control.name}" + (" and too much" if FILLER in text else ""))
        self.put(tab, control, text)

    async def choose(self, tab: Tab) -> None:
        """Choose something, or write a number or a day."""
        for_answer = self.answering(tab)
        assert for_answer is not None
        form = for_answer[0]
        kinds = {"radio", "checkbox", "select"} | (
            {"text", "date", "decimal"} if self.is_written(tab) else set()
        )
        groups = sorted({c.name for c in form.controls if c.kind in kinds and last(c.name) in CHOSEN})
        if not groups:
            return
        name = self.random.choice(groups)
        stands = self.world.stored(self.draft.contribution.id).get(self.code(tab), {})
        chosen = self.pick(tab, [c for c in form.controls if c.name == name])
        self.note(tab, f"choose {chosen or 'nothing'} in {name}")
        tab.is_touched = True
        tab.choices.pop(last(name), None)
        self.tally.choices += 1
        # What says nothing new need not go along: the page is filled in with it, or with its own language.
        is_new = chosen != stands.get(last(name), "no" if last(name) == "publication" else "")
        if chosen and is_new and not (last(name) == "language" and not stands):
            tab.choices[last(name)] = chosen

    def is_written(self, tab: Tab) -> bool:
        """Whether the value of this question is written and not chosen."""
        return self.code(tab) in {"Q-num", "Q-day"}

    def pick(self, tab: Tab, controls: list[Control]) -> str:
        """Choose among the controls of one name; returns the value they have together."""
        first = controls[0]
        if first.kind == "radio":
            picked = self.random.choice(controls)
            for control in controls:
                control.is_on = control is picked
        elif first.kind == "checkbox":
            picked = self.random.choice(controls)
            picked.is_on = not picked.is_on
        elif first.kind == "select":
            first.value = self.random.choice(first.options)
        else:
            first.value = self.fitting(tab)
        return " ".join(c.value for c in controls if c.is_on and c.value)

    def fitting(self, tab: Tab) -> str:
        """A value that the question takes, most of the time."""
        if "day" in self.code(tab):
            return self.random.choice(("2024-02-29", "2025-07-01"))
        return self.random.choice(("7", "12", "90", "500"))

    async def save(self, tab: Tab) -> None:
        """Press one of the buttons that save; first mend what the page says is wrong, and settle a conflict."""
        self.mend(tab)
        found = self.answering(tab)
        assert found is not None
        form, presses = found
        if any(c.name.startswith("keep-") and c.kind == "radio" for c in form.controls):
            self.settle(tab, form)
        press = self.random.choice(presses)
        if await self.send(tab, form, press, f"save with {press.value or 'the button'}"):
            self.has_sent(tab, press.action)

    def refused(self, tab: Tab) -> FormOnPage | None:
        """The form that a page of a failure gives back, to be sent once more."""
        held = [f for f in tab.page.forms if f.method == "post" and any(c.name == "was" for c in f.controls)]
        return next(iter(held), None) if tab.status >= 400 else None

    async def resend(self, tab: Tab) -> None:
        """Send once more what was refused on its way to another language."""
        self.mend(tab)
        form = self.refused(tab)
        assert form is not None
        await self.send(tab, form, form.presses[0], f"send again to {form.presses[0].action}")

    def has_sent(self, tab: Tab, address: str) -> None:
        """An answer was saved: then every choice made on its page is in the database."""
        code = QUESTION.search(urlsplit(address).path)
        if code is None:
            return
        answer = self.world.stored(self.draft.contribution.id).get(code.group(1), {})
        wrong = {
            n: v for n, v in tab.choices.items() if sorted(answer.get(n, "").split()) != sorted(v.split())
        }
        if wrong:
            steps = "\n".join(self.told)
            raise LostError(f"seed {self.seed}: said to be saved, but not {wrong}: {answer}\n{steps}")
        tab.choices.clear()

    def settle(self, tab: Tab, form: FormOnPage) -> None:
        """Choose on the page of two versions. What the other side has and she does not choose is given up."""
        sent = {c.name: c.value for c in form.controls if c.kind == "hidden"}
        theirs: dict[str, Any] = json.loads(sent["base"])[0]
        for name in (*OWN, *RECOMMENDED):
            own = f"recommendation-{name}" if name in RECOMMENDED else name
            ways = [c for c in form.controls if c.name == f"keep-{name}" and c.kind == "radio"]
            if not ways:
                continue
            keep = self.pick(tab, ways)
            here, there = (self.words.within(text) for text in (sent[own], theirs[name]))
            if keep == "mine":
                self.words.give_up(there - here)
            elif keep == "theirs":
                self.words.give_up(here - there)
                tab.choices.pop(own, None)
            joined = [c.value for c in form.controls if c.name == f"joined-{name}"]
            if joined and keep != "joined":
                kept = here if keep == "mine" else there
                self.words.give_up(self.words.within(joined[0]) - kept)
            self.told.append(f"  keeps {keep} in {name}")
        for control in form.controls:
            if control.name == "sources":
                control.is_on = True
        tab.is_touched = True

    def mend(self, tab: Tab) -> None:
        """Correct the fields that the page complains about."""
        for _form, control in tab.page.controls():
            field = last(control.name)
            if control.kind != "hidden" and FILLER in control.value:
                self.put(tab, control, control.value.replace(FILLER, "").strip())
            elif field in tab.page.problems and control.kind != "hidden":
                self.correct(tab, control, field)
        rows = [problem for problem in tab.page.problems if ROW.fullmatch(problem)]
        for _form, control in tab.page.controls():
            if last(control.name) in {f"{row}-title" for row in rows} and not control.value:
                self.put(tab, control, self.words.new(self.code(tab)))

    def correct(self, tab: Tab, control: Control, field: str) -> None:
        """Mend one field."""
        if field.endswith("-url") and not control.value.startswith("https://"):
            self.put(tab, control, "https://example.org/" + control.value)
        elif field.endswith("-year"):
            self.put(tab, control, "2024")
        elif field in {"narrative", "recommendation-addressee"} or ROW.match(field):
            self.put(tab, control, control.value.split()[-1])
        elif field == "value" and control.kind not in {"radio", "checkbox"}:
            control.value = "2024-02-29" if "day" in self.code(tab) else "7"
            tab.choices["value"] = control.value

    # Beside the page.

    async def another_tab(self, tab: Tab) -> None:
        """Open one more tab, in this browser or in the other."""
        person = self.random.choice([self.person_at(tab), *self.people])
        await self.open(person, self.place())

    async def go_on(self, tab: Tab) -> None:
        """Follow a link to a question, or go to one."""
        if self.at_stake(tab):
            return
        links = [link for link in tab.page.links if QUESTION.search(urlsplit(link).path)]
        to = self.random.choice([*links, self.place()])
        self.note(tab, f"follow {to}")
        await tab.go(to)
        self.saw(tab)

    async def leave(self, tab: Tab) -> None:
        """Sign out, or leave: in every other tab of this browser the session is over."""
        for form in tab.page.forms:
            for press in form.presses:
                waits = any(t.page.way_in() for t in self.tabs if t.browser is tab.browser)
                if press.action.endswith(("/sign-out", "/leave")) and not self.at_stake(tab) and not waits:
                    await self.send(tab, form, press, "sign out")
                    return

    async def submit(self, tab: Tab) -> None:
        """Hand in, in a tab of its own."""
        own = await self.open(self.person_at(tab), f"/en{self.draft.home}/check")
        for form in own.page.forms:
            for press in form.presses:
                if press.action.endswith("/submit"):
                    await self.send(own, form, press, "submit")
                    return

    async def empty(self, tab: Tab) -> None:
        """Empty an answer on purpose."""
        if self.at_stake(tab) or not self.code(tab):
            return
        code = self.code(tab)
        await tab.go(f"/en{self.draft.home}/questions/{code}/clear")
        for form in tab.page.forms:
            for press in form.presses:
                if press.action.endswith("/clear"):
                    before = self.world.stored(self.draft.contribution.id).get(code, {})
                    self.words.give_up(self.words.within("\n".join(before.values())))
                    await self.send(tab, form, press, "empty the answer")
                    return

    # The whole walk.

    async def walk(self, steps: int) -> None:
        """Walk, and then bring home whatever is still on a page; raises LostError."""
        await self.open(self.people[0], self.place())
        self.check()
        for _step in range(steps):
            await self.step()
        for tab in list(self.tabs):
            await self.bring_home(tab)
        self.tally.words = self.words.count
        gone = [word for word in self.words.known if word not in self.stored()]
        if gone:
            raise LostError(f"seed {self.seed}: never saved {gone}\n" + "\n".join(self.told))

    async def bring_home(self, tab: Tab) -> None:
        """Save what stands on a page, however often it takes."""
        for _try in range(MOST_TRIES):
            if (
                not self.words.within(self.standing(tab)) - self.words.within(self.stored())
                and not tab.choices
            ):
                return
            if tab.page.way_in():
                await self.sign_in(tab)
            elif self.answering(tab) is not None:
                await self.save(tab)
            elif self.refused(tab):
                await self.resend(tab)
            else:
                await self.reload(tab)
            self.check()
        steps = "\n".join(self.told)
        raise LostError(
            f"seed {self.seed}: tab {tab.number} cannot be saved\n{steps}\n{tab.page.standing()[-2_000:]}"
        )
