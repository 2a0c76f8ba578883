"""What stands in the fields of a page, as a browser would send it back."""

from html.parser import HTMLParser


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self._area = self._select = ""
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "input" and (given.get("type") not in {"radio", "checkbox"} or "checked" in given):
            self.found[name] = given.get("value", "")
        elif tag == "textarea":
            self._area, self._text = name, []
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.found[self._select] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            # The first line end after the tag belongs to the markup (HTML, "the textarea element").
            self.found[self._area] = "".join(self._text).removeprefix("\n")
            self._area = ""
        elif tag == "select":
            self._select = ""


def fields_of(page: str) -> dict[str, str]:
    """The values of all fields of a page by name; what is not chosen is not there."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.found
