"""Reading a page in one pass, by a parser in C: a thousand pages are read in every run."""

from collections.abc import Mapping
from typing import Protocol

from lxml import etree


class Reader(Protocol):
    """Whoever wants to know of each element and each piece of text, in the order of the page."""

    def start(self, tag: str, found: Mapping[str, str]) -> None:
        """An element begins; an attribute without a value has an empty one."""

    def end(self, tag: str) -> None:
        """An element ends."""

    def data(self, data: str) -> None:
        """Some text."""


class _Target:
    def __init__(self, reader: Reader) -> None:
        self.start, self.end, self.data = reader.start, reader.end, reader.data

    def close(self) -> None:
        """The page is over."""


def parsed(page: str, reader: Reader) -> None:
    """Tell the reader of everything on a page."""
    etree.fromstring(page.encode(), etree.HTMLParser(target=_Target(reader), encoding="utf-8"))
