"""A published version as one immutable thing in memory: names and citations cost no query."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from app.platform.i18n import SOURCE, Message, _
from app.reference.document import ReferenceData
from app.reference.names import Named

NO_VERSION = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Reference:
    """The reference data of one version, ready to be asked; number 0 is what ships with the portal."""

    id: UUID
    number: int
    data: ReferenceData
    instruments: Mapping[str, Named]
    articles: Mapping[tuple[str, str], Named]
    clusters: Mapping[str, Named]

    def instrument_name(self, code: str) -> Named:
        """The name of an instrument; its bare code where nobody knows it."""
        return self.instruments.get(code) or Named({SOURCE: code})

    def article_name(self, instrument: str, article: str) -> Named | None:
        """The short name of an article, if it is in the list."""
        return self.articles.get((instrument, article))

    def article_line(self, instrument: str, article: str, paragraph: str) -> Message:
        """Where a question comes from, as a reader would cite it; article X stands for none in particular."""
        if not instrument:
            return _("All instruments")
        name = self.instrument_name(instrument)
        if article in {"", "X"}:
            return _("%(instrument)s, all articles", instrument=name)
        if paragraph:
            return _(
                "%(instrument)s, article %(article)s, paragraph %(paragraph)s",
                instrument=name,
                article=article,
                paragraph=paragraph,
            )
        return _("%(instrument)s, article %(article)s", instrument=name, article=article)


def compile_reference(version_id: UUID, number: int, data: ReferenceData) -> Reference:
    """Build the structure."""
    return Reference(
        id=version_id,
        number=number,
        data=data,
        instruments={row.code: Named(row.texts) for row in data.instruments},
        articles={(row.instrument, row.number): Named(row.texts) for row in data.articles},
        clusters={row.number: Named(row.texts) for row in data.clusters},
    )
