"""What the form macros of one page tell each other while the page is made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.platform.forms import Fields, digest_of


@dataclass(frozen=True, slots=True)
class ShownForm:
    """A form as the macros read it: what was typed, and the errors as sentences."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Sheet:
    """The forms of a page: which part is being written, what it holds, and what was typed before.

    `typed` are the fields that came back with this page, parts with their prefixes. What the macros did
    not find a place for is in `homeless`, so that the page can show it all the same.
    """

    typed: Fields = field(default_factory=dict)
    typed_unseen: frozenset[str] = frozenset()  # of these, what nobody saw
    first_form: str = ""  # the id of the form that the language bar sends
    in_page_form: bool = False
    sent_part: str = ""  # the part whose button was pressed, on a page that answers it
    part: str = ""
    action: str = ""
    shown: set[str] = field(default_factory=set)
    _unseen: set[str] = field(default_factory=set)
    _noted: list[tuple[str, str]] = field(default_factory=list)
    _count: int = 0

    def open_page(self, form_id: str) -> None:
        """One form around everything on the page; its parts are sent together."""
        self.in_page_form = True
        self.first_form = form_id

    def begin(self, part: str, action: str, form_id: str) -> str:
        """The next form, or the next part of the page's form; returns its id."""
        self._count += 1
        self.part, self.action, self._noted, self._unseen = part, action, [], set()
        made = form_id or f"form-{self._count}"
        if not part and not self.first_form:
            self.first_form = made
        return made

    def passed_on(self) -> list[tuple[str, list[str]]]:
        """Fields of parts that this page does not show, to go on with its first form; none on a page of parts."""
        if self.in_page_form:
            return []
        found = [
            (name, values) for name, values in self.typed.items() if "." in name and name not in self.shown
        ]
        self.shown |= {name for name, _values in found}
        parts = dict.fromkeys(name.partition(".")[0] for name, _values in found)
        return [*found, *((f"{part}.was", [self._told_unseen(f"{part}.")]) for part in parts)]

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

    @property
    def brings(self) -> bool:
        """Whether a form that was refused when a session had ended comes along."""
        return any(name.startswith("kept.") for name in self.typed)

    @property
    def homeless(self) -> Mapping[str, str]:
        """What was typed or chosen and has no field on this page, of any length and in any script."""
        return {
            name: "\n".join(values)
            for name, values in self.typed.items()
            if name not in self.shown and name not in self.typed_unseen and any(map(str.strip, values))
        }


def _as_fields(fields: Fields) -> dict[str, Any]:
    """Single texts where one value came, lists where several did."""
    return {name: values[0] if len(values) == 1 else values for name, values in fields.items()}
