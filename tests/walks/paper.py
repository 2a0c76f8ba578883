"""A page as a browser without scripts holds it: what can be typed into, pressed, followed and read."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl, urlsplit

from tests.pages.forms import Control, FormOnPage, Forms, Press

# What a page sends along for the portal's own use: words that stand only there stand nowhere.
OWN_USE = frozenset({"csrf", "at", "was", "base"})
# Fields that take a code, an address, a number or a day, and no words.
NO_WORDS = frozenset({"code", "email", "value", "recommendation-priority"})
UNREAD = frozenset({"script", "style", "head"})
PROBLEM = re.compile(r'<li><a href="#([^"]+)">')


def last(name: str) -> str:
    """The name of a field without the part it stands in."""
    return name.rpartition(".")[2]


class Paper(Forms):
    """The forms of a page, its links and its visible words."""

    def __init__(self, page: str) -> None:
        self.links: list[str] = []
        self._words: list[str] = []
        self._unread = 0
        self.problems = PROBLEM.findall(page)
        super().__init__(page)
        self.words = " ".join(self._words)

    def start(self, tag: str, found: Mapping[str, str]) -> None:
        """Keep what can be followed as well."""
        self._unread += tag in UNREAD
        if tag == "a":
            self.links.append(found.get("href", ""))
        if tag == "input" and self._open is None and found.get("type", "text") == "text":
            self._words.append(found.get("value", ""))  # nothing sends it, and yet it can be read
        super().start(tag, found)

    def data(self, data: str) -> None:
        """Read what stands outside of fields."""
        super().data(data)
        if self._area is None and not self._unread:
            self._words.append(data)

    def end(self, tag: str) -> None:
        """Something ends."""
        self._unread -= tag in UNREAD
        super().end(tag)

    @staticmethod
    def _keep_input(form: FormOnPage, found: Mapping[str, str]) -> None:
        own = dict(found)
        if own.get("type", "text") != "hidden":
            # A line of text holds no line end, whatever the page says (HTML, value sanitization).
            own["value"] = own.get("value", "on" if own.get("type") in {"radio", "checkbox"} else "")
            own["value"] = own["value"].replace("\r", "").replace("\n", "")
        Forms._keep_input(form, own)

    def controls(self) -> Iterator[tuple[FormOnPage, Control]]:
        """Everything that would be sent, and to whom it belongs."""
        for form in self.forms:
            for control in form.controls:
                yield form, control

    def standing(self) -> str:
        """All words that somebody finds on this page, or that go along when she sends it."""
        held = [c.value for _form, c in self.controls() if c.is_on and last(c.name) not in OWN_USE]
        return "\n".join([self.words, *held])

    def holds(self, field: str, value: str) -> bool:
        """Whether a choice stands in a field of this name; several values count as one with spaces between."""
        for form in self.forms:
            found = [c.value for c in form.controls if c.is_on and last(c.name) == field and c.value]
            if " ".join(found) == value:
                return True
        return False

    def writing(self) -> FormOnPage | None:
        """The form in which words are written on this page, if there is one."""
        return next((form for form in self.forms if any(is_text(c) for c in form.controls)), None)

    def way_in(self) -> FormOnPage | None:
        """The form with which somebody signs in here."""
        names = {"password", "code"}
        seen = ((form, c) for form, c in self.controls() if c.kind != "hidden")
        return next((form for form, control in seen if control.name in names), None)

    def kept(self) -> list[str]:
        """The names under which words wait for the page that this one leads to."""
        places = [c.value for _form, c in self.controls() if c.name in {"next", "at"}]
        return [name for place in places for name in kept_in(place)]


def kept_in(address: str) -> list[str]:
    """The names of waiting words in an address, and in the address it leads to."""
    pairs = parse_qsl(urlsplit(address).query)
    return [value for name, value in pairs if name == "typed"] + [
        found for name, value in pairs if name == "next" for found in kept_in(value)
    ]


def is_text(control: Control) -> bool:
    """Whether words can be typed into it."""
    return control.kind in {"text", "url"} and last(control.name) not in NO_WORDS


def sends(form: FormOnPage, path: str) -> list[Press]:
    """The buttons of a form that lead to a path with this ending."""
    return [press for press in form.presses if urlsplit(press.action).path.endswith(path)]
