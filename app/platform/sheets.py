"""What the form macros of one page tell each other while the page is made."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from markupsafe import Markup, escape

from app.platform.forms import Fields, digest_of, is_for_the_page, written


@dataclass(frozen=True, slots=True)
class ShownForm:
    """A form as the macros read it: what was typed, and the errors as sentences.

    `general` names the fields whose sentence does not say what it is about, as "Fill this in." does not.
    """

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    general: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DefaultButton:
    """What the Enter key presses in a field of the first form of a page."""

    label: str
    name: str | None = None
    value: str | None = None
    action: str | None = None


_LATER = re.compile(r"<!--label:([^>]*)-->")


def _beginning(label: str, named: Callable[[str], str]) -> str:
    return str(escape(named(label))) if label else ""


@dataclass(slots=True)
class Sheet:
    """The forms of a page: which part is being written, what it holds, and what was typed before.

    `typed` are the fields that came back with this page, parts with their prefixes. What the macros did
    not find a place for is in `homeless`, so that the page can show it all the same.
    """

    typed: Fields = field(default_factory=dict)
    typed_unseen: frozenset[str] = frozenset()  # of these, what nobody saw
    first_form: str = ""  # the id of the form that the language bar sends
    has_page_form: bool = False
    default: DefaultButton | None = None  # of that form; stands before the bar, whose buttons send it too
    look: str = ""  # where that form shows this page again, on a page that only a form can show
    in_page_form: bool = False
    sent_part: str = ""  # the part whose button was pressed, on a page that answers it
    refused: tuple[str, Fields] | None = None  # the address and the fields of a form that comes back
    is_clash: bool = False  # somebody else saved first: the page shows what stands beside what was typed
    part: str = ""
    action: str = ""
    shown: set[str] = field(default_factory=set)
    _unseen: set[str] = field(default_factory=set)
    _begun: set[str] = field(default_factory=set)
    _noted: list[tuple[str, str]] = field(default_factory=list)
    _labels: dict[str, str] = field(default_factory=dict)  # of the fields that are wrong, by name
    _count: int = 0

    def open_page(self, form_id: str, label: str) -> None:
        """One form around everything on the page; its parts are sent together, by Enter none of them."""
        self.has_page_form = self.in_page_form = True
        self.first_form = form_id
        self.default = DefaultButton(label)

    def close_page(self) -> None:
        """What follows on the page, as the buttons in its masthead, is a form of its own again."""
        self.in_page_form = False

    def look_at(self, action: str) -> None:
        """A page that no address opens, such as what a file would do: its form, sent to `action`, shows it again."""
        self.look = action

    def look_in(self, language: str) -> str:
        """Where the form of such a page is sent to be shown in another language; empty where an address opens it."""
        return f"/{language}/{self.look.split('/', 2)[2]}" if self.look else ""

    def begin(self, part: str, action: str, form_id: str) -> str:
        """The next form, or the next part of the page's form; returns its id."""
        self._count += 1
        self.part, self.action, self._noted, self._unseen = part, action, [], set()
        self._begun.add(part)
        made = form_id or f"form-{self._count}"
        if not self.first_form:
            self.first_form = made
        return made

    def note_error(self, form: ShownForm | None, name: str, label: str) -> None:
        """Learn what a field that is wrong is called on this page."""
        if form is not None and name in form.errors:
            self._labels.setdefault(name, label)

    def label_later(self, name: str) -> Markup:
        """A place for the label of a field further down: the summary of what is wrong stands above it."""
        return Markup("<!--label:{}-->").format(name)

    def with_labels(self, html: str, named: Callable[[str], str]) -> str:
        """The page with those places filled; `named` makes the beginning of a sentence from a label."""
        if not self._labels:
            return _LATER.sub("", html)
        return _LATER.sub(lambda found: _beginning(self._labels.get(unescape(found[1]), ""), named), html)

    def note_button(self, label: str, name: str | None, value: str | None, action: str | None) -> None:
        """The first button of the first form is what Enter presses there."""
        if self.first_form and self.default is None:
            self.default = DefaultButton(label, name, value, action)

    def passed_on(self) -> list[tuple[str, list[str]]]:
        """Fields of parts that this page does not show, to go on with its form.

        A page of one form carries them unseen to the page they belong to; on the page of parts itself they
        stand among the words without a field as well, for there is no other place to see them.
        """
        away = [
            (name, values)
            for name, values in self.typed.items()
            if "." in name and name not in self.shown and name.partition(".")[0] not in self._begun
        ]
        parts = dict.fromkeys(name.partition(".")[0] for name, _values in away)
        self._begun |= set(parts)
        if not self.has_page_form:
            self.shown |= {name for name, _values in away}
        return [*away, *((f"{part}.was", [self._told_unseen(f"{part}.")]) for part in parts)]

    def _told_unseen(self, prefix: str) -> str:
        """What `was` says of a part that was changed: no digest fits, and these fields nobody saw."""
        return "".join(
            f";{n.removeprefix(prefix)}" for n in sorted(self.typed_unseen) if n.startswith(prefix)
        )

    def next_part(self) -> str:
        """A name for a part that is only a button."""
        self._count += 1
        return f"b{self._count}"

    def unseen(self, fields: Mapping[str, Any]) -> str:
        """The same as `end` for a button that brings hidden fields only."""
        filled = [(name, "" if value is None else str(value)) for name, value in fields.items()]
        return ";".join([digest_of(filled), *sorted(fields)])

    def end(self) -> str:
        """What comes back with this form: the digest of how it was filled in, and which fields nobody sees."""
        told = ";".join([digest_of(self._noted), *sorted(self._unseen)])
        self.part = self.action = ""
        return told

    def name(self, name: str) -> str:
        """The name a field has on the page."""
        return f"{self.part}.{name}" if self.part else name

    def note(self, name: str, value: Any) -> None:
        """Remember what the portal itself fills a field with."""
        self.shown.add(self.name(name))
        self._noted.append((name, "" if value is None else str(value)))

    def note_unseen(self, name: str, value: Any = None) -> None:
        """The same for what nobody sees: a hidden field with its value, or the name of a button."""
        self._unseen.add(name)
        if value is not None:
            self.note(name, value)

    def stands(self, form: ShownForm | None, typed: Any, stored: Any) -> bool:
        """Whether a field of the form that clashed holds something else than what stands now."""
        if not self.is_clash or form is None or not form.errors:
            return False
        return str("" if stored is None else stored) != str(typed)

    def hidden(self, name: str, value: Any) -> Any:
        """What a hidden field holds: what it held when the form was sent, where the form comes back refused.

        The version that somebody started from stays the one she started from: a fresh one would let her
        next press overwrite what she was never shown. After a clash she was shown what stands.
        """
        self.note_unseen(name, value)
        if self.is_clash and self.part == self.sent_part:
            return value
        came = self.form(None)
        if came is not None and name in came.values:
            return came.values[name]
        if self.refused is not None and self.part == self.sent_part:
            action, fields = self.refused
            if action == self.action.partition("?")[0] and name in fields:
                return fields[name][-1]
        return value

    def note_choices(self, name: str, values: Any, options: Any) -> None:
        """The same for boxes that are ticked or not: only what is ticked will be sent."""
        self.shown.add(self.name(name))
        chosen = {str(value) for value in ([values] if isinstance(values, str) else values or ())}
        self._noted += [(name, str(option)) for option in options if str(option) in chosen]

    def form(self, given: ShownForm | None) -> ShownForm | None:
        """What was typed into this form: as given by the page, else as it came back from elsewhere.

        A page gives what one of its parts brought; the others keep what stood in them. What a mere button
        was refused for is told at the fields of every part.
        """
        is_of_another = bool(self.in_page_form and self.sent_part and self.part != self.sent_part)
        if given is not None and not is_of_another:
            return given
        prefix = f"{self.part}." if self.part else ""
        found = {n[len(prefix) :]: v for n, v in self.typed.items() if n.startswith(prefix)}
        errors = given.errors if given is not None and not given.values else {}
        return ShownForm(_as_fields(found), errors) if found or errors else None

    def rows(self, name: str, at_least: int, at_most: int = 40) -> int:
        """How many rows a list needs so that every typed one has its place."""
        prefix = self.name(name) + "-"
        numbers = [n[len(prefix) :].partition("-")[0] for n in self.typed if n.startswith(prefix)]
        typed = [int(number) + 1 for number in numbers if number.isascii() and number.isdigit()]
        return min(max(at_least, *typed, 0), max(at_least, at_most))

    def holds(self, part: str) -> bool:
        """Whether something came back for a part, so that it must not stay folded or unshown."""
        return any(name.startswith(f"{part}.") for name in self.typed)

    @property
    def brings(self) -> bool:
        """Whether a form that was refused when a session had ended comes along."""
        return any(name.startswith("kept.") for name in self.typed)

    @property
    def homeless(self) -> Mapping[str, str]:
        """What was typed or chosen and has no field on this page, of any length and in any script."""
        found = {
            name: "\n".join(written(name, values))
            for name, values in self.typed.items()
            if name not in self.shown | self.typed_unseen and not is_for_the_page(name)
        }
        return {name: text for name, text in found.items() if text}


def _as_fields(fields: Fields) -> dict[str, Any]:
    """Single texts where one value came, lists where several did."""
    return {name: values[0] if len(values) == 1 else values for name, values in fields.items()}
