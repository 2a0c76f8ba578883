"""Six languages, complete: nothing missing, nothing doubtful, nothing left over."""

import pytest
from babel.messages.catalog import Catalog

from app.platform import catalogues, i18n


@pytest.fixture(scope="module")
def template() -> Catalog:
    return catalogues.extract()


@pytest.mark.parametrize("code", catalogues.TRANSLATED)
def test_a_catalogue_is_complete(code: str, template: Catalog) -> None:
    problems = list(catalogues._problems(code, template))
    assert not problems, f"{len(problems)} problems:\n" + "\n".join(problems[:50])


def test_messages_are_found_in_code_and_in_templates(template: Catalog) -> None:
    places = {place for message in template for place, _line in message.locations}
    assert "app/platform/errors.py" in places
    assert "templates/layouts/base.html" in places
    assert template.get("Page not found") is not None


def test_source_sentences_are_plain_english(template: Catalog) -> None:
    """A message that begins or ends with a space was cut out of a sentence: it cannot be translated."""
    texts = [t for m in template if m.id for t in ((m.id,) if isinstance(m.id, str) else m.id)]
    assert [text for text in texts if text != text.strip()] == []


@pytest.mark.parametrize("code", i18n.CODES)
def test_every_language_is_shipped(code: str) -> None:
    assert code == i18n.SOURCE or catalogues.path_of(code).exists()
