"""Making and sending a mail: read, render in the recipient's language, send."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.accounts import queries as account_queries
from app.accounts import service as accounts
from app.platform import email, i18n, pages
from app.platform.db import Database
from app.platform.errors import NotFound
from app.platform.queue import JobFunction
from app.platform.settings import Settings

# What others wrote keeps its own direction in a line of the other one: U+2068 … U+2069.
ISOLATED = "\u2068{}\u2069"


@lru_cache
def environment(language: str) -> Environment:
    """The templates of mails: plain text, nothing escaped, nothing undefined."""
    env = Environment(
        loader=FileSystemLoader(pages.TEMPLATES),
        autoescape=False,  # noqa: S701  (plain text: there is nothing to escape)
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_translations(i18n.catalogue_of(language), newstyle=True)  # type: ignore[attr-defined]
    return env


def links_of(settings: Settings, language: str) -> Callable[..., str]:
    """Makes absolute links: their beginning comes from the settings, never from a request."""

    def link(name: str, **params: Any) -> str:
        return settings.public_url.rstrip("/") + pages.url(name, language, **params)

    return link


def render(settings: Settings, template: str, language: str, values: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and text of a mail."""
    env = environment(language)
    shown = {name: ISOLATED.format(v) if isinstance(v, str) else v for name, v in values.items()}
    # The secret of a link is part of an address and must stay exactly as it is.
    shown |= {"link": links_of(settings, language)} | {k: v for k, v in values.items() if k == "token"}
    subject = env.get_template(f"email/{template}.subject.txt").render(shown)
    text = env.get_template(f"email/{template}.txt").render(shown)
    # A block tag takes its line end with it, so templates leave more room than a letter needs.
    return " ".join(subject.split()), re.sub(r"\n{3,}", "\n\n", text.strip()) + "\n"


async def send_email(
    db: Database,
    settings: Settings,
    *,
    template: str,
    to: str = "",
    language: str = i18n.SOURCE,
    values: dict[str, Any] | None = None,
    account_id: str | None = None,
    link_id: str | None = None,
) -> None:
    """Send one mail to an address, an account or for a one-time link; nothing if that is gone.

    Done twice, it sends twice, and a link works only in the newer mail.
    """
    values = dict(values or {})
    if link_id is not None:
        async with db.write() as session:
            armed = await accounts.arm_link(session, UUID(link_id))
        if armed is None:
            return
        link, values["token"] = armed
        to, language = link.email, link.language
    elif account_id is not None:
        async with db.read() as session:
            try:
                account = await account_queries.get_account(session, UUID(account_id))
            except NotFound:
                return
        to, language = account.email, account.language
    subject, text = render(settings, template, language, values)
    await email.send(settings, to, subject, text, language)


JOBS: Mapping[str, JobFunction] = {"send_email": send_email}
