"""The six languages of the interface: messages, catalogues, dates."""

import gettext
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

LOCALES = Path(__file__).resolve().parents[2] / "locales"


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the portal, in the order the United Nations lists them."""

    code: str
    tag: str
    native: str
    dir: str = "ltr"


LANGUAGES = (
    Language("ar", "ar", "العربية", "rtl"),
    Language("zh", "zh-Hans", "中文"),
    Language("en", "en", "English"),
    Language("fr", "fr", "Français"),
    Language("ru", "ru", "Русский"),
    Language("es", "es", "Español"),
)
CODES = tuple(language.code for language in LANGUAGES)
BY_CODE = {language.code: language for language in LANGUAGES}
SOURCE = "en"
# The code of a language where something comes in: pydantic refuses another at its field. The languages are written
# once, above; a checker of types, which cannot read them, sees text.
if TYPE_CHECKING:
    LanguageCode: TypeAlias = str
else:
    LanguageCode = Literal[CODES]

# The months as United Nations Arabic writes them: both families of names.
ARABIC_MONTHS = (
    "كانون الثاني/يناير", "شباط/فبراير", "آذار/مارس", "نيسان/أبريل", "أيار/مايو", "حزيران/يونيه",
    "تموز/يوليه", "آب/أغسطس", "أيلول/سبتمبر", "تشرين الأول/أكتوبر", "تشرين الثاني/نوفمبر",
    "كانون الأول/ديسمبر",
)  # fmt: skip

COMMAS = {"ar": "، ", "zh": "、"}

current: ContextVar[str] = ContextVar("language", default=SOURCE)


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence that is translated when it is shown, not when it is made."""

    text: str
    params: dict[str, Any] = field(default_factory=dict, hash=False)
    plural: str | None = None
    number: int = 0
    context: str | None = None

    def in_language(self, code: str) -> str:
        """The sentence in that language, its placeholders filled."""
        catalogue = catalogue_of(code)
        if self.plural is not None:
            sentence = catalogue.ngettext(self.text, self.plural, self.number)
        elif self.context is not None:
            sentence = catalogue.pgettext(self.context, self.text)
        else:
            sentence = catalogue.gettext(self.text)
        if not self.params:
            return sentence
        # Names that are data know their languages too, without being messages.
        params = {k: v.in_language(code) if hasattr(v, "in_language") else v for k, v in self.params.items()}
        return sentence % params

    def __str__(self) -> str:
        return self.in_language(current.get())

    def __html__(self) -> str:
        """Jinja asks objects for this; the sentence is text and must be escaped."""
        from markupsafe import escape  # noqa: PLC0415  (kept out of the services' import graph)

        return str(escape(str(self)))


def _(text: str, **params: Any) -> Message:
    """A translatable sentence."""
    return Message(text, params)


def n_(singular: str, plural: str, number: int, **params: Any) -> Message:
    """A translatable sentence whose form depends on a number, available as `num`."""
    return Message(singular, {"num": number, **params}, plural, number)


def p_(context: str, text: str) -> Message:
    """A short translatable word that needs a context to be understood."""
    return Message(text, context=context)


@lru_cache
def catalogue_of(code: str) -> gettext.NullTranslations:
    """The catalogue of a language, read from its text form: nothing has to be built first."""
    path = LOCALES / code / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return gettext.NullTranslations()
    with path.open("rb") as source:
        catalogue = read_po(source, locale=code)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@lru_cache(maxsize=1024)
def day(value: date, code: str) -> str:
    """A day with its month in words, as the language writes it."""
    if code == "ar":
        return f"{value.day} {ARABIC_MONTHS[value.month - 1]} {value.year}"
    return format_date(value, "long", locale="en_GB" if code == SOURCE else code)


@lru_cache(maxsize=1024)
def instant(value: datetime, code: str) -> str:
    """A day and a time, always in UTC and saying so."""
    utc = value.astimezone(UTC)
    # U+200E keeps the clock time and its zone in order inside right-to-left text.
    between = {"ar": "، ", "zh": " "}.get(code, ", ")
    return f"{day(utc.date(), code)}{between}\u200e{utc:%H:%M} UTC"


def short_time(value: datetime) -> str:
    """The time of day in UTC."""
    return format_datetime(value.astimezone(UTC), "HH:mm", locale="en")


def number(value: float, code: str) -> str:
    """A number with the separators of the language and the digits 0 to 9."""
    return format_decimal(value, locale=code)


@lru_cache
def language_name(code: str, shown_in: str) -> str:
    """The name of a language in another language."""
    name: str = Locale(shown_in).languages.get(code, code)
    return name[:1].upper() + name[1:] if shown_in in {"en", "fr", "es", "ru"} else name


def listed(values: Iterable[object], code: str) -> str:
    """Several names in one line, with the comma of the language between them."""
    return COMMAS.get(code, ", ").join(map(str, values))


def text_in(texts: dict[str, str], code: str) -> tuple[str, str]:
    """A content text with the language it is really in: the one asked for, else English, else any."""
    for candidate in (code, SOURCE, *CODES):
        if texts.get(candidate):
            return texts[candidate], candidate
    return "", code


def negotiate(accepted: str) -> str:
    """The language of the portal that an Accept-Language header prefers (RFC 9110, 12.5.4)."""
    wishes: list[tuple[float, int, str]] = []
    for place, part in enumerate(accepted[:500].split(",")):
        name, _sep, quality = part.strip().partition(";q=")
        try:
            wishes.append((-float(quality or 1), place, name.strip().lower().split("-")[0]))
        except ValueError:
            continue
    return next((name for quality, _place, name in sorted(wishes) if name in BY_CODE and quality < 0), SOURCE)


def beginning(label: str, code: str) -> str:
    """A label as the beginning of a line, with the colon and the space of the language."""
    before = _("%(label)s:", label=label).in_language(code)
    return before if before.endswith("：") else f"{before} "
