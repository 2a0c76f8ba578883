"""The reference data as one document: what its rows hold, and when they fit together."""

import hashlib
import json
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.platform.i18n import LanguageCode, Message, _
from app.reference.models import Mark

Obligation = Literal["mandatory", "subject", "consider", "optional"]
Name = Annotated[str, Field(max_length=200)]
Texts = dict[LanguageCode, Name]
Code = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,15}$")]
Number = Annotated[str, Field(pattern=r"^[0-9]{1,3}[a-z]{0,3}$")]
Roman = Annotated[str, Field(pattern=r"^[IVX]{1,8}$")]
SourceKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,31}$")]
Phase = Annotated[int, Field(ge=1, le=20)]
MOST_ROWS = 1000

OBLIGATION_NAMES: dict[str, Message] = {
    "mandatory": _("States must"),
    "subject": _("States must, as far as their legal order allows"),
    "consider": _("States must consider it"),
    "optional": _("States may"),
}


class Kind(StrEnum):
    """The lists of the document."""

    INSTRUMENTS = "instruments"
    ARTICLES = "articles"
    CLUSTERS = "clusters"
    PARTS = "parts"
    PHASES = "phases"
    SOURCES = "sources"


KIND_NAMES: dict[Kind, Message] = {
    Kind.INSTRUMENTS: _("Instruments"),
    Kind.ARTICLES: _("Articles"),
    Kind.CLUSTERS: _("Clusters"),
    Kind.PARTS: _("Articles of a cluster"),
    Kind.PHASES: _("Phases"),
    Kind.SOURCES: _("Sources"),
}


class Row(BaseModel):
    """What every row has in common: it never changes, and it can be found again."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    @property
    @abstractmethod
    def key(self) -> str:
        """What tells this row from the others of its list."""


class Sourced(Row):
    """A row with where it comes from and how sure that is."""

    sources: list[SourceKey] = Field(min_length=1, max_length=10)
    mark: Mark


class NamedRow(Sourced):
    """A row with a name in each language; a missing language is a gap, not an error."""

    names: Texts

    @property
    def texts(self) -> dict[str, str]:
        """The name by language."""
        return {str(code): text for code, text in self.names.items()}


class InstrumentRow(NamedRow):
    """A treaty: its name for sentences, and a shorter one for narrow places."""

    code: Code
    position: int = Field(ge=0, le=1000)
    short: Texts = Field(default_factory=dict)

    @property
    def key(self) -> str:
        """Its code."""
        return self.code


class ParagraphRow(BaseModel):
    """A provision inside an article, with how binding it is."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    paragraph: str = Field(min_length=1, max_length=32)
    obligation: Obligation
    topic: Texts = Field(default_factory=dict)


class ArticleRow(NamedRow):
    """An article with a short name in words of our own."""

    instrument: Code
    number: Number
    paragraphs: list[ParagraphRow] = Field(default_factory=list, max_length=60)

    @property
    def key(self) -> str:
        """Instrument and number."""
        return f"{self.instrument}-{self.number}"


class ClusterRow(NamedRow):
    """A cluster's theme."""

    number: Roman

    @property
    def key(self) -> str:
        """Its number."""
        return self.number


class PartRow(Sourced):
    """The articles of one instrument that belong to a cluster; `and_related` says there may be more."""

    cluster: Roman
    instrument: Code
    articles: list[Number] = Field(max_length=100)
    and_related: bool = False

    @property
    def key(self) -> str:
        """Cluster and instrument."""
        return f"{self.cluster}-{self.instrument}"


class PhaseRow(Sourced):
    """Which cluster a phase of the reviews takes up; no cluster means that nobody can say yet."""

    number: Phase
    cluster: Roman | Literal[""] = ""
    remark: dict[LanguageCode, Annotated[str, Field(max_length=500)]] = Field(default_factory=dict)

    @property
    def key(self) -> str:
        """Its number."""
        return str(self.number)


class SourceRow(Row):
    """Where a row comes from."""

    code: SourceKey
    title: dict[LanguageCode, Annotated[str, Field(max_length=300)]]
    address: str = Field(default="", max_length=500, pattern=r"^(https?://\S+)?$")

    @property
    def key(self) -> str:
        """Its code."""
        return self.code


AnyRow = InstrumentRow | ArticleRow | ClusterRow | PartRow | PhaseRow | SourceRow
ROW_OF: Mapping[Kind, type[AnyRow]] = {
    Kind.INSTRUMENTS: InstrumentRow,
    Kind.ARTICLES: ArticleRow,
    Kind.CLUSTERS: ClusterRow,
    Kind.PARTS: PartRow,
    Kind.PHASES: PhaseRow,
    Kind.SOURCES: SourceRow,
}


class ReferenceData(BaseModel):
    """The whole document of one version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    instruments: list[InstrumentRow] = Field(default_factory=list, max_length=MOST_ROWS)
    articles: list[ArticleRow] = Field(default_factory=list, max_length=MOST_ROWS)
    clusters: list[ClusterRow] = Field(default_factory=list, max_length=MOST_ROWS)
    parts: list[PartRow] = Field(default_factory=list, max_length=MOST_ROWS)
    phases: list[PhaseRow] = Field(default_factory=list, max_length=MOST_ROWS)
    sources: list[SourceRow] = Field(default_factory=list, max_length=MOST_ROWS)

    def rows(self, kind: Kind) -> Sequence[AnyRow]:
        """The rows of one list."""
        rows: Sequence[AnyRow] = getattr(self, kind.value)
        return rows

    def find(self, kind: Kind, key: str) -> AnyRow | None:
        """One row by its key, if it is there."""
        return next((row for row in self.rows(kind) if row.key == key), None)

    def sourced(self) -> Iterator[Sourced]:
        """Every row that carries a mark."""
        for kind in Kind:
            yield from (row for row in self.rows(kind) if isinstance(row, Sourced))

    def counted(self) -> dict[Mark, int]:
        """How many rows carry each mark."""
        counts = Counter(row.mark for row in self.sourced())
        return {mark: counts[mark] for mark in Mark}

    def with_row(self, kind: Kind, row: AnyRow, instead_of: str | None = None) -> "ReferenceData":
        """The document with a row put in, in place of another one where told."""
        kept = [each for each in self.rows(kind) if each.key != instead_of]
        return self._with(kind, [*kept, row])

    def without_row(self, kind: Kind, key: str) -> "ReferenceData":
        """The document without a row."""
        return self._with(kind, [each for each in self.rows(kind) if each.key != key])

    def _with(self, kind: Kind, rows: list[AnyRow]) -> "ReferenceData":
        return self.model_copy(update={kind.value: rows}).in_order()

    def in_order(self) -> "ReferenceData":
        """The same document with every list in the order in which it is read."""
        place = {row.code: (row.position, row.code) for row in self.instruments}
        last = (MOST_ROWS + 1, "")
        return self.model_copy(
            update={
                "instruments": sorted(self.instruments, key=lambda row: (row.position, row.code)),
                "articles": sorted(
                    self.articles, key=lambda row: (place.get(row.instrument, last), natural(row.number))
                ),
                "clusters": sorted(self.clusters, key=lambda row: roman(row.number)),
                "parts": sorted(
                    self.parts, key=lambda row: (roman(row.cluster), place.get(row.instrument, last))
                ),
                "phases": sorted(self.phases, key=lambda row: row.number),
                "sources": sorted(self.sources, key=lambda row: natural(row.code)),
            }
        )

    def checksum(self) -> str:
        """A fingerprint of the content, whatever order it came in."""
        text = json.dumps(self.in_order().model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def natural(text: str) -> tuple[str, int, str]:
    """An order in which article 9 comes before article 10."""
    letters = text.rstrip("0123456789abcdefghijklmnopqrstuvwxyz")
    digits = "".join(character for character in text[len(letters) :] if character.isdigit())
    return letters, int(digits or 0), text


def roman(text: str) -> int:
    """The value of a Roman number, for sorting."""
    values = [{"I": 1, "V": 5, "X": 10}[letter] for letter in text]
    following = [*values[1:], 0]
    return sum(-own if own < after else own for own, after in zip(values, following, strict=True))


def problems(data: ReferenceData) -> list[Message]:
    """Why the rows do not fit together; nothing when they do."""
    return [*_doubles(data), *_dangling(data), *_nameless(data)]


def _doubles(data: ReferenceData) -> Iterator[Message]:
    for kind in Kind:
        for key, count in Counter(row.key for row in data.rows(kind)).items():
            if count > 1:
                yield _("%(list)s: %(key)s is there twice.", list=KIND_NAMES[kind], key=key)


def _dangling(data: ReferenceData) -> Iterator[Message]:
    instruments = {row.code for row in data.instruments}
    articles = {row.key for row in data.articles}
    clusters = {row.number for row in data.clusters}
    sources = {row.code for row in data.sources}
    for article in data.articles:
        yield from _unknown("instrument", [article.instrument], instruments, article.key)
    for part in data.parts:
        yield from _unknown("instrument", [part.instrument], instruments, part.key)
        yield from _unknown("cluster", [part.cluster], clusters, part.key)
        cited = [f"{part.instrument}-{number}" for number in part.articles]
        yield from _unknown("article", cited, articles, part.key)
    for phase in data.phases:
        yield from _unknown("cluster", [phase.cluster] if phase.cluster else [], clusters, phase.key)
    for row in data.sourced():
        yield from _unknown("source", row.sources, sources, row.key)


UNKNOWN: Mapping[str, str] = {
    "instrument": _("Row %(key)s names an instrument that is not in the list: %(name)s.").text,
    "article": _("Row %(key)s names an article that is not in the list: %(name)s.").text,
    "cluster": _("Row %(key)s names a cluster that is not in the list: %(name)s.").text,
    "source": _("Row %(key)s names a source that is not in the list: %(name)s.").text,
}


def _unknown(what: str, cited: Iterable[str], known: set[str], key: str) -> Iterator[Message]:
    for name in cited:
        if name not in known:
            yield Message(UNKNOWN[what], {"key": key, "name": name})


def _nameless(data: ReferenceData) -> Iterator[Message]:
    """A row without any name could not be cited; a missing language is only a gap."""
    named: list[NamedRow] = [*data.instruments, *data.articles, *data.clusters]
    for row in named:
        if not any(text.strip() for text in row.names.values()):
            yield _("Row %(key)s has no name in any language.", key=row.key)
