"""What comes in: the rows of a draft as their forms send them, and what a published version looks like."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, field_validator

from app.platform.forms import Input, OneLine, Problem
from app.platform.i18n import _
from app.reference.document import (
    ROW_OF,
    AnyRow,
    Kind,
    LanguageCode,
    Obligation,
    ReferenceData,
)
from app.reference.models import Mark

CODE = re.compile(r"[A-Z][A-Z0-9]{1,15}")
NUMBER = re.compile(r"[0-9]{1,3}[a-z]{0,3}")
ROMAN = re.compile(r"[IVX]{1,8}")
SOURCE_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,31}")
ADDRESS = re.compile(r"https?://\S+")
MOST_ARTICLES = 100


def _code(value: str) -> str:
    if not CODE.fullmatch(value):
        raise Problem(_("Use 2 to 16 capital letters and digits, for example UNTOC."))
    return value


def _number(value: str) -> str:
    if not NUMBER.fullmatch(value):
        raise Problem(_("Write the number of an article, for example 5 or 5bis."))
    return value


def _roman(value: str) -> str:
    if not ROMAN.fullmatch(value):
        raise Problem(_("Write a Roman number, for example IV."))
    return value


def _source_key(value: str) -> str:
    if not SOURCE_KEY.fullmatch(value):
        raise Problem(_("Use 1 to 32 letters, digits and dashes."))
    return value


def _address(value: str) -> str:
    if value and not ADDRESS.fullmatch(value):
        raise Problem(_("Write an address that begins with https://."))
    return value


Name = Annotated[OneLine, Field(max_length=200)]
Names = dict[LanguageCode, Name]
Code = Annotated[OneLine, AfterValidator(_code)]
Number = Annotated[OneLine, AfterValidator(_number)]
Roman = Annotated[OneLine, AfterValidator(_roman)]
Version = Annotated[int, Field(ge=0, le=2_000_000_000)]


class DraftChange(Input):
    """Any change of a draft: which state of it the writer had before her."""

    version: Version | None = None


class RowInput(DraftChange):
    """A row as its form sends it."""

    def row(self, kind: Kind) -> AnyRow:
        """The row of the document."""
        return ROW_OF[kind].model_validate(self.fields())

    def fields(self) -> dict[str, Any]:
        """The fields of the row, without what only the form needs."""
        return self.model_dump(exclude={"version"})


class SourcedInput(RowInput):
    """A row with its sources and its mark."""

    sources: list[str] = Field(default_factory=list, max_length=10)
    mark: Mark

    @field_validator("sources")
    @classmethod
    def has_a_source(cls, value: list[str]) -> list[str]:
        """Every row says where it comes from; "none" is a source as well."""
        if not value:
            raise Problem(_("Choose at least one source."))
        return list(dict.fromkeys(value))


class InstrumentInput(SourcedInput):
    """A treaty."""

    code: Code
    position: int = Field(default=99, ge=0, le=1000)
    names: Names = Field(default_factory=dict)
    short: Names = Field(default_factory=dict)


class ParagraphInput(Input):
    """A provision of an article."""

    paragraph: Annotated[OneLine, Field(min_length=1, max_length=32)]
    obligation: Obligation = "mandatory"
    topic: Names = Field(default_factory=dict)
    remove: bool = False


class ArticleInput(SourcedInput):
    """An article with its provisions."""

    instrument: Code
    number: Number
    names: Names = Field(default_factory=dict)
    paragraphs: list[ParagraphInput] = Field(default_factory=list, max_length=60)

    def fields(self) -> dict[str, Any]:
        """Without the paragraphs that were ticked to go."""
        kept = [row.model_dump(exclude={"remove"}) for row in self.paragraphs if not row.remove]
        return {**super().fields(), "paragraphs": kept}


class ClusterInput(SourcedInput):
    """A cluster's theme."""

    number: Roman
    names: Names = Field(default_factory=dict)


class PartInput(SourcedInput):
    """The articles of one instrument in a cluster, typed on one line."""

    cluster: Roman
    instrument: Code
    articles: Annotated[OneLine, Field(max_length=600)] = ""
    and_related: bool = False

    @field_validator("articles")
    @classmethod
    def are_numbers(cls, value: str) -> str:
        """Numbers with commas or spaces between them."""
        numbers = split_numbers(value)
        for number in numbers:
            _number(number)
        if len(numbers) > MOST_ARTICLES:
            raise Problem(_("There are too many articles."))
        return value

    def fields(self) -> dict[str, Any]:
        """The articles as a list."""
        return {**super().fields(), "articles": split_numbers(self.articles)}


class PhaseInput(SourcedInput):
    """Which cluster a phase takes up."""

    number: int = Field(ge=1, le=20)
    cluster: Literal[""] | Roman = ""
    remark: dict[LanguageCode, Annotated[OneLine, Field(max_length=500)]] = Field(default_factory=dict)


class SourceInput(RowInput):
    """Where rows come from."""

    code: Annotated[OneLine, AfterValidator(_source_key)]
    title: dict[LanguageCode, Annotated[OneLine, Field(max_length=300)]] = Field(default_factory=dict)
    address: Annotated[OneLine, Field(max_length=500), AfterValidator(_address)] = ""


INPUT_OF: Mapping[Kind, type[RowInput]] = {
    Kind.INSTRUMENTS: InstrumentInput,
    Kind.ARTICLES: ArticleInput,
    Kind.CLUSTERS: ClusterInput,
    Kind.PARTS: PartInput,
    Kind.PHASES: PhaseInput,
    Kind.SOURCES: SourceInput,
}


class PublishInput(DraftChange):
    """Why the data change."""

    note: str = Field(min_length=1, max_length=1000)


class DocumentInput(DraftChange):
    """A whole document, to stand in a draft."""

    data: ReferenceData


class ReferenceOut(BaseModel):
    """A version with all its rows."""

    number: int
    state: str
    since: datetime | None
    note: str
    version: int
    data: ReferenceData


def split_numbers(text: str) -> list[str]:
    """The article numbers on a line, each once."""
    return list(dict.fromkeys(part for part in re.split(r"[\s,;،、，]+", text) if part))
