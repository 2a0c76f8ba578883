"""The names of the instruments under review, and how a provision is cited."""

from app.platform.i18n import Message, _

INSTRUMENT_NAMES: dict[str, Message] = {
    "UNTOC": _("Convention against Transnational Organized Crime"),
    "TIP": _("Trafficking in Persons Protocol"),
    "SOM": _("Smuggling of Migrants Protocol"),
    "FP": _("Firearms Protocol"),
}


def article_line(instrument: Message, article: str, paragraph: str) -> Message:
    """Where a question comes from, as a reader would cite it; article X stands for none in particular."""
    if article == "X":
        return _("%(instrument)s, all articles", instrument=instrument)
    if paragraph:
        return _(
            "%(instrument)s, article %(article)s, paragraph %(paragraph)s",
            instrument=instrument,
            article=article,
            paragraph=paragraph,
        )
    return _("%(instrument)s, article %(article)s", instrument=instrument, article=article)
