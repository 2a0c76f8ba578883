"""Templates keep to what the pages promise: no inline code, no lost languages, both directions."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import ClassVar

import pytest
from jinja2 import nodes

from app.platform import pages
from app.platform.i18n import CODES

ROOT = pages.ROOT
TEMPLATES = sorted(pages.TEMPLATES.rglob("*.html"))
# Names that are the same in every language, and what is written in all six at once.
SAME_EVERYWHERE = {"Polyphony", "UTC", "English", "Word", "JSON", "CSV", "PDF"}
IN_ALL_SIX = {"errors/plain_six.html"}
SHOWN_ATTRIBUTES = {"aria-label", "alt", "title", "placeholder", "content", "label", "summary"}
UNSEEN_BLOCKS = {"page_class", "main_class"}
ATTRIBUTE = re.compile(r"""[\w-]+="[^"]*(?:"|$)""")  # what a macro gives to a tag of its caller
MARK = "§"  # stands where a template prints a value

FORBIDDEN = {
    "an inline style": re.compile(r"\sstyle\s*="),
    "an inline event handler": re.compile(r"<[^>]*\son[a-z]+\s*="),
    "an unescaped value": re.compile(r"\|\s*safe\b|autoescape\s+false|Markup\("),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)"),
    "something from elsewhere": re.compile(r"""\b(?:src|action|srcset)=["']?(?:https?:)?//"""),
}
PHYSICAL = re.compile(
    r"""(?:^|[\s;{])(?:
        (?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right|top|bottom)[\w-]*\s*:
      | border-(?:top|bottom)-(?:left|right)-radius\s*:
      | (?:left|right|top|bottom)\s*:
      | (?:text-align|float|clear)\s*:\s*(?:left|right)\b
    )""",
    re.VERBOSE,
)


def name_of(path: Path) -> str:
    return path.relative_to(pages.TEMPLATES).as_posix()


def printed(tree: nodes.Template) -> str:
    """What a template prints, with a mark for every value: its own words are all that is left."""
    for block in tree.find_all(nodes.Block):
        if block.name in UNSEEN_BLOCKS:
            block.body = []
    parts = [node for output in tree.find_all(nodes.Output) for node in output.nodes]
    return "".join(part.data if isinstance(part, nodes.TemplateData) else MARK for part in parts)


class Words(HTMLParser):
    """Gathers the words a reader would see."""

    UNSEEN: ClassVar = {"script", "style", "path"}

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[str] = []
        self.inside: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag if tag in self.UNSEEN else None
        for name, value in attrs:
            if name in SHOWN_ATTRIBUTES and value and tag not in {"meta", "link"}:
                self.seen.append(value)
            if name == "value" and ("type", "submit") in attrs and value:
                self.seen.append(value)

    def handle_endtag(self, _tag: str) -> None:
        self.inside = None

    def handle_data(self, data: str) -> None:
        if self.inside is None:
            self.seen.append(data)


def literal_words(text: str) -> list[str]:
    parser = Words()
    parser.feed(text)
    parser.close()
    words = [word for seen in parser.seen for word in ATTRIBUTE.sub("", seen).replace(MARK, " ").split()]
    return [word for word in words if any(c.isalpha() for c in word) and word not in SAME_EVERYWHERE]


def sentences_in_code(tree: nodes.Template) -> Iterator[str]:
    """Texts given to macros and filters that nobody translates."""
    translated = {
        id(const)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name)
        and call.node.name in {"_", "gettext", "ngettext", "pgettext", "npgettext"}
        for const in call.find_all(nodes.Const)
    }
    for const in tree.find_all(nodes.Const):
        value = const.value
        is_sentence = isinstance(value, str) and re.match(r"\s*[A-Z][a-z]+(?: |$|\.)", value)
        if is_sentence and id(const) not in translated and value not in SAME_EVERYWHERE:
            yield value


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_a_template_holds_nothing_inline_and_nothing_foreign(path: Path) -> None:
    source = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)
    assert [what for what, pattern in FORBIDDEN.items() if pattern.search(source)] == []


@pytest.mark.parametrize("path", [p for p in TEMPLATES if name_of(p) not in IN_ALL_SIX], ids=name_of)
def test_every_visible_word_is_translated(path: Path) -> None:
    tree = pages.environment("en").parse(path.read_text("utf-8"))
    assert literal_words(printed(tree)) == []
    assert list(sentences_in_code(tree)) == []


def test_the_checker_sees_what_it_should() -> None:
    tree = pages.environment("en").parse(
        '<p class="a" title="Hint"{% if x %} lang="en"{% endif %}>Hello {{ name }}'
        "{% trans %}fine{% endtrans %}{{ _('Good') }}{{ button('Save it') }}</p>"
    )
    assert literal_words(printed(tree)) == ["Hint", "Hello"]
    assert list(sentences_in_code(tree)) == ["Save it"]


def test_no_style_sheet_knows_no_left_and_no_right() -> None:
    wrong = [
        f"{path.name}:{number}: {line.strip()}"
        for path in sorted(pages.STATIC.glob("*.css"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if PHYSICAL.search(line)
    ]
    assert not wrong, "\n".join(wrong)


def test_every_template_is_used_and_every_template_used_exists() -> None:
    sources = [p.read_text("utf-8") for p in [*(ROOT / "app").rglob("*.py"), *TEMPLATES]]
    named = {name for source in sources for name in re.findall(r"""["']([\w./-]+\.html)["']""", source)}
    existing = {name_of(path) for path in TEMPLATES}
    by_status = {name for name in existing if name.startswith("errors/")}
    assert sorted(named - existing) == []
    assert sorted(existing - named - by_status) == []


def test_a_template_compiles_to_the_same_code_in_every_language() -> None:
    # The portal compiles it once for all of them: a filter on a constant would be worked out in the first language.
    for path in TEMPLATES:
        source = path.read_text(encoding="utf-8")
        codes = {str(pages.environment(code).compile(source, name_of(path), raw=True)) for code in CODES}
        assert len(codes) == 1, name_of(path)
    folded = {str(pages.environment(code).compile('{{ "fr"|language_name }}', raw=True)) for code in CODES}
    assert len(folded) > 1, "the comparison would not see a filter on a constant"
