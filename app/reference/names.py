"""Names that are data: shown in the reader's language wherever a message could stand."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.platform.i18n import current, text_in


@dataclass(frozen=True, slots=True)
class Named:
    """A name by language; it can be used like a Message."""

    texts: Mapping[str, str]

    def in_language(self, code: str) -> str:
        """The name in that language, else in English, else in any."""
        return text_in(dict(self.texts), code)[0]

    def __str__(self) -> str:
        return self.in_language(current.get())

    def __hash__(self) -> int:
        return hash(tuple(sorted(self.texts.items())))

    def __html__(self) -> str:
        """Jinja asks objects for this; a name is text and must be escaped."""
        from markupsafe import escape  # noqa: PLC0415  (kept out of the services' import graph)

        return str(escape(str(self)))
