"""Languages: plural forms, dates, negotiation, fallback."""

import ast
import gettext
from datetime import UTC, date, datetime

import pytest
from babel import Locale
from markupsafe import escape

from app.platform import catalogues, i18n
from app.platform.i18n import Message, _, n_

NUMBERS = (0, 1, 2, 3, 4, 5, 10, 11, 12, 20, 21, 22, 25, 100, 101, 102, 111)


@pytest.mark.parametrize("code", ["ar", "ru", "zh"])
@pytest.mark.parametrize("number", NUMBERS)
def test_plural_rules_are_those_of_cldr(code: str, number: int) -> None:
    forms = {
        "ar": ("zero", "one", "two", "few", "many", "other"),
        "ru": ("one", "few", "many"),
        "zh": ("other",),
    }
    choose = gettext.c2py(catalogues.PLURALS[code][1])  # type: ignore[attr-defined]
    assert forms[code][choose(number)] == Locale.parse(code).plural_form(number)


@pytest.mark.parametrize(("code", "first"), [("fr", {0, 1}), ("es", {1})])
@pytest.mark.parametrize("number", NUMBERS)
def test_french_counts_nought_as_one_and_spanish_does_not(code: str, first: set[int], number: int) -> None:
    choose = gettext.c2py(catalogues.PLURALS[code][1])  # type: ignore[attr-defined]
    assert choose(number) == (0 if number in first else 1)


@pytest.mark.parametrize("code", catalogues.TRANSLATED)
def test_the_catalogue_in_use_follows_the_rule(code: str) -> None:
    choose = gettext.c2py(catalogues.PLURALS[code][1])  # type: ignore[attr-defined]
    in_use = i18n.catalogue_of(code)
    assert isinstance(in_use, gettext.GNUTranslations), "there is no catalogue"
    for number in NUMBERS:
        assert in_use.plural(number) == choose(number)  # type: ignore[attr-defined]


def test_arabic_dates_carry_both_names_of_the_month() -> None:
    assert i18n.day(date(2026, 3, 9), "ar") == "9 آذار/مارس 2026"
    assert i18n.day(date(2026, 12, 31), "ar") == "31 كانون الأول/ديسمبر 2026"


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("en", "9 March 2026"),
        ("fr", "9 mars 2026"),
        ("es", "9 de marzo de 2026"),
        ("ru", "9 марта 2026\u202fг."),
        ("zh", "2026年3月9日"),
    ],
)
def test_days_are_written_as_the_language_does(code: str, shown: str) -> None:
    assert i18n.day(date(2026, 3, 9), code) == shown


@pytest.mark.parametrize("code", i18n.CODES)
def test_an_instant_says_its_zone(code: str) -> None:
    shown = i18n.instant(datetime(2026, 3, 9, 23, 59, tzinfo=UTC), code)
    assert shown.endswith("23:59 UTC")
    assert ", " not in shown or code not in {"ar", "zh"}, "a comma of another script"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("fr-CA,fr;q=0.9,en;q=0.8", "fr"),
        ("zh-Hant-TW", "zh"),
        ("de,es-MX;q=0.5", "es"),
        ("en;q=0.1, ru;q=0.9", "ru"),
        ("de, it", "en"),
        ("ar;q=0, fr;q=0.2", "fr"),
        ("fr;q=much, es", "es"),
        ("*", "en"),
        ("," * 2000, "en"),
    ],
)
def test_a_reader_gets_the_language_she_prefers(header: str, language: str) -> None:
    assert i18n.negotiate(header) == language


def test_a_text_falls_back_and_says_in_which_language_it_is() -> None:
    assert i18n.text_in({"fr": "Bonjour", "en": "Hello"}, "fr") == ("Bonjour", "fr")
    assert i18n.text_in({"fr": "Bonjour", "en": "Hello"}, "ru") == ("Hello", "en")
    assert i18n.text_in({"es": "Hola"}, "ru") == ("Hola", "es")
    assert i18n.text_in({}, "ru") == ("", "ru")


def test_a_message_is_translated_when_it_is_shown() -> None:
    message = _("Hello, %(name)s.", name=_("world"))
    assert str(message) == "Hello, world."
    assert str(n_("%(num)s answer", "%(num)s answers", 1)) == "1 answer"
    assert str(n_("%(num)s answer", "%(num)s answers", 5)) == "5 answers"


def test_a_message_is_text_and_never_markup() -> None:
    assert escape(_("Hello, %(name)s.", name="<b>you</b>")) == "Hello, &lt;b&gt;you&lt;/b&gt;."


def test_a_percent_sign_without_placeholders_is_left_alone() -> None:
    assert str(Message("100 % sure")) == "100 % sure"


def test_every_language_has_its_direction_and_tag() -> None:
    assert [language.code for language in i18n.LANGUAGES] == ["ar", "zh", "en", "fr", "ru", "es"]
    assert {language.code for language in i18n.LANGUAGES if language.dir == "rtl"} == {"ar"}
    assert i18n.BY_CODE["zh"].tag == "zh-Hans"


def test_no_message_is_built_from_pieces() -> None:
    """An f-string or a sum inside `_()` never finds its translation."""
    wrong = []
    for path in (catalogues.ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            if is_call and node.func.id in {"_", "n_", "p_"} and not isinstance(node.args[0], ast.Constant):  # type: ignore[attr-defined]
                wrong.append(f"{path.name}:{node.lineno}")  # type: ignore[attr-defined]
    assert wrong == []
