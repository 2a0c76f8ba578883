"""The forms of a page as a browser without scripts would send them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from tests.pages.parsing import parsed

VOID = "input"
TEXTS = {
    "email": "new.person@example.org",
    "password": "a long enough passphrase 7",
    "url": "https://example.org/report",
    "date": "2026-12-01",
    "datetime-local": "2027-01-20T12:00",
    "decimal": "3",
    "numeric": "3",
}
WORDS = "Words of a test."


@dataclass
class Control:
    """Something that is sent with a form."""

    name: str
    value: str
    kind: str
    is_on: bool = True
    options: list[str] = field(default_factory=list)


@dataclass
class Press:
    """One way to send a form: the button, and where it goes."""

    action: str
    name: str = ""
    value: str = ""


@dataclass
class FormOnPage:
    """A form with its controls and the buttons that send it."""

    id: str
    method: str
    action: str
    controls: list[Control] = field(default_factory=list)
    presses: list[Press] = field(default_factory=list)

    def sent(self, press: Press, *, fill: bool) -> dict[str, list[str]]:
        """What a browser sends when this button is pressed; with `fill`, empty fields get something first."""
        data: dict[str, list[str]] = {}
        part = dict(pair.partition("=")[::2] for pair in urlsplit(press.action).query.split("&")).get("part")
        chosen: set[str] = set()
        for control in self.controls:
            own = not part or control.name.startswith(f"{part}.")
            made = _filled(control, chosen) if fill and own else control
            if made.is_on:
                chosen.add(made.name)
                data.setdefault(made.name, []).append(made.value)
        if press.name:
            data.setdefault(press.name, []).append(press.value)
        return data


def _filled(control: Control, chosen: set[str]) -> Control:
    if control.kind in {"radio", "checkbox"}:
        return replace(control, is_on=control.is_on or control.name not in chosen)
    if control.kind == "select":
        return replace(control, value=control.value or next((o for o in control.options if o), ""))
    if control.kind == "hidden" or control.value:
        return control
    return replace(control, value=TEXTS.get(control.kind, WORDS))


class Forms:
    """All forms of a page."""

    def __init__(self, page: str) -> None:
        self.forms: list[FormOnPage] = []
        self._open: FormOnPage | None = None
        self._area: Control | None = None
        self._select: Control | None = None
        self._elsewhere: list[tuple[str, Press]] = []
        parsed(page, self)
        by_id = {form.id: form for form in self.forms if form.id}
        for owner, press in self._elsewhere:
            by_id[owner].presses.append(replace(press, action=press.action or by_id[owner].action))

    def start(self, tag: str, found: Mapping[str, str]) -> None:
        """Keep what belongs to a form."""
        match tag:
            case "form":
                self._open = FormOnPage(found.get("id", ""), found.get("method", "get"), found["action"])
                self.forms.append(self._open)
            case "button" if "form" in found:
                press = Press(found.get("formaction", ""), found.get("name", ""), found.get("value", ""))
                self._elsewhere.append((found["form"], press))
            case "button" if self._open is not None and found.get("type", "submit") == "submit":
                action = found.get("formaction", self._open.action)
                self._open.presses.append(Press(action, found.get("name", ""), found.get("value", "")))
            case "input" if self._open is not None and "name" in found:
                self._keep_input(self._open, found)
            case "textarea" if self._open is not None and "name" in found:
                self._area = Control(found["name"], "", "text")
                self._open.controls.append(self._area)
            case "select" if self._open is not None and "name" in found:
                self._select = Control(found["name"], "", "select")
                self._open.controls.append(self._select)
            case "option" if self._select is not None:
                if "selected" in found or not self._select.options:
                    self._select.value = found.get("value", "")
                self._select.options.append(found.get("value", ""))

    @staticmethod
    def _keep_input(form: FormOnPage, found: Mapping[str, str]) -> None:
        kind = found.get("type", "text")
        if kind in {"file", "submit"}:
            return
        if kind in {"radio", "checkbox"}:
            form.controls.append(Control(found["name"], found.get("value", "on"), kind, "checked" in found))
        else:
            kind = found.get("inputmode", kind) if kind == "text" else kind
            form.controls.append(Control(found["name"], found.get("value", ""), kind))

    def data(self, data: str) -> None:
        """The words of a textarea; its first newline does not count."""
        if self._area is not None:
            self._area.value += data

    def end(self, tag: str) -> None:
        """Something ends."""
        if tag == "form":
            self._open = None
        elif tag == "textarea" and self._area is not None:
            self._area.value = self._area.value.removeprefix("\n")
            self._area = None
        elif tag == "select":
            self._select = None
