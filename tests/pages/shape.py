"""What a page is made of, as a parser sees it: enough to check labels, headings, forms and links."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.pages.parsing import parsed

ALONE = frozenset({"hidden", "submit", "button", "image"})
POINTING = ("aria-labelledby", "aria-describedby", "aria-controls", "aria-owns")


@dataclass
class Form:
    """A form and the names of its fields."""

    method: str
    action: str
    names: set[str] = field(default_factory=set)


class Shape:
    """One page, read once."""

    def __init__(self, page: str) -> None:
        self.root: dict[str, str] = {}
        self.headings: list[int] = []
        self.ids: Counter[str] = Counter()
        self.labels: list[str] = []
        self.fields: list[dict[str, str]] = []
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.pointers: set[str] = set()
        self.inline: list[str] = []
        self.title = ""
        self.idle: list[str] = []
        self.defaults: dict[str, dict[str, str]] = {}
        self.with_buttons: set[str] = set()
        self._in_title = False
        self._in_form = ""
        parsed(page, self)

    def start(self, tag: str, found: Mapping[str, str]) -> None:
        """Keep what matters of an element."""
        self._in_title = tag == "title" and not self.title
        if "id" in found:
            self.ids[found["id"]] += 1
        for name in POINTING:
            self.pointers.update(found.get(name, "").split())
        self.inline += [name for name in found if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in found):
            self.inline.append(tag)
        match tag:
            case "html":
                self.root = dict(found)
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
                self.headings.append(int(tag[1]))
            case "label":
                self.labels.append(found.get("for", ""))
            case "a" if "href" in found:
                self.links.append(found["href"])
            case "form":
                self._in_form = found.get("id", "without a name")
                self.forms.append(Form(found.get("method", "get"), found.get("action", "")))
            case "input" | "select" | "textarea" | "button":
                self._keep_field(tag, found)

    def _keep_field(self, tag: str, found: Mapping[str, str]) -> None:
        self._keep_button(tag, found)
        if self.forms and "name" in found:
            self.forms[-1].names.add(found["name"])
        if tag != "button" and found.get("type") not in ALONE:
            self.fields.append(dict(found))

    def _keep_button(self, tag: str, found: Mapping[str, str]) -> None:
        """What Enter presses in which form, and what can be pressed in vain."""
        if tag == "button" and "form" in found:
            self.defaults.setdefault(found["form"], dict(found))
        elif tag == "button":
            self.with_buttons.add(self._in_form)
        to_copy = "readonly" in found or found.get("type") == "button"
        if not self._in_form and "form" not in found and not to_copy:
            self.idle.append(found.get("formaction") or found.get("name", tag))

    def data(self, data: str) -> None:
        """The words of the title."""
        if self._in_title:
            self.title += data

    def end(self, tag: str) -> None:
        """The title ends, or a form."""
        if tag == "title":
            self._in_title = False
        if tag == "form":
            self._in_form = ""

    def problems(self) -> list[str]:
        """Everything that is wrong with the page, in words."""
        known = set(self.ids)
        named = {label for label in self.labels if label}
        found = [f"the id {name} stands {times} times" for name, times in self.ids.items() if times > 1]
        found += [f"a label is for {name}, which is not there" for name in sorted(named - known)]
        found += [f"something points to {name}, which is not there" for name in sorted(self.pointers - known)]
        found += [
            f"the field {each.get('name')} has no label"
            for each in self.fields
            if each.get("id", "") not in named and "aria-label" not in each and "aria-labelledby" not in each
        ]
        found += [
            f"the form to {form.action} has no proof"
            for form in self.forms
            if form.method == "post" and "csrf" not in form.names
        ]
        found += [
            f"a link goes to {link}, which is not there" for link in self.links if self._leads_nowhere(link)
        ]
        found += [f"{name} stands in no form" for name in self.idle]
        found += [
            f"Enter in the form {owner} changes the language"
            for owner, button in self.defaults.items()
            if "lang" in button and owner in self.with_buttons
        ]
        found += [f"{name} stands in the page" for name in self.inline]
        if self.headings.count(1) != 1:
            found.append(f"{self.headings.count(1)} headings of the first rank")
        if any(second > first + 1 for first, second in zip(self.headings, self.headings[1:], strict=False)):
            found.append(f"the ranks of the headings leave one out: {self.headings}")
        if not self.title.removesuffix("– Polyphony").strip():
            found.append("no title")
        return found

    def _leads_nowhere(self, link: str) -> bool:
        return link.startswith("#") and len(link) > 1 and link[1:] not in self.ids
