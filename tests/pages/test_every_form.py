"""Every form of every page, sent as a browser sends it: a refusal writes nothing, and the same again is one act.

The forms are read off the pages, so a new one is tried without anybody adding it here; a POST route that
no page leads to has to be named with the reason.
"""

import asyncio
import hashlib
import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx2
import pytest
import pytest_asyncio
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import SecretStr
from starlette.routing import Match

from app import wiring
from app.main import create_app
from app.platform import pages, queue
from app.platform.settings import Settings
from tests import databases
from tests.pages.forms import FormOnPage, Forms, Press
from tests.pages.readers import Readers
from tests.places import PLACES, Place, facts
from tests.seeded import Seeded, seed_once

pytestmark = pytest.mark.thorough

in_one_loop = pytest.mark.asyncio(loop_scope="session")

# What the portal keeps about requests and sessions, not about its subject.
BESIDE = frozenset({"idempotency_key", "typed_words", "bearer_session", "signed_in_session", "tries"})
# Counting tries is the one refusal that writes; these answer with a page because nothing was changed.
COUNTS_TRIES = frozenset({"accounts.sign_in"})
# POST routes that no page of tests/places.py leads to, and who tries them.
ELSEWHERE: dict[str, str] = {
    "contributions.keep": "needs a code that was typed: tests/contributions/test_entering.py",
    "contributions.become_confidential": "needs a draft: tests/contributions/test_nothing_identifies.py",
    "contributions.carry_over_now": "needs two versions: tests/contributions/test_carrying.py",
    "contributions.carry_over_one": "needs two versions: tests/contributions/test_carrying.py",
    "contributions.effect": "is asked by a script, and writes nothing: tests/contributions/test_mattering.py",
    "reading.verify_name": "needs a namesake: tests/reading/test_reading_answers.py",
    "accounts.token_kept": "needs a new token: tests/organisations/test_account_pages.py",
    "consultations.codes_kept": "needs new codes: tests/consultations/test_pages.py",
    "authoring.publish": "needs a draft without faults: tests/authoring/test_routes.py",
    "consultations.conclude": "needs a closed consultation: tests/consultations/test_steps.py",
    "consultations.ask_override": "needs something missing at the end: tests/consultations/test_steps.py",
    "consultations.confirm_override": "needs one who asked: tests/consultations/test_steps.py",
    "consultations.open": "needs a draft: tests/consultations/test_pages.py",
    "consultations.save_settings": "needs a draft: tests/consultations/test_pages.py",
    "exchange.take_texts": "takes a file: tests/exchange/test_xliff.py",
    "statements.dismiss": "needs a statement that waits: tests/consultations/test_steps.py",
    "statements.assign": "needs a statement that waits: tests/statements/test_statements.py",
    "publication.publish_now": "needs a closed consultation: tests/publication/test_publication.py",
    "reference.start_draft": "needs no draft: tests/reference/test_routes.py",
    "submissions.approve": "needs an answer sent for approval: tests/submissions/test_approving.py",
    "submissions.restore_paragraph": "needs a paragraph taken out: tests/submissions/test_paragraphs.py",
    "submissions.send": "needs an answer without obstacles: tests/submissions/test_approving.py",
    "submissions.take_back": "needs an answer sent for approval: tests/submissions/test_approving.py",
}


# Routes that refuse what a test can fill in without knowing more, with what tries them instead.
REFUSED_HERE: dict[str, str] = {
    "accounts.sign_in": "needs a right password: tests/accounts/test_sign_in.py",
    "authoring.add_list": "needs a name of its own: tests/authoring/test_routes.py",
    "authoring.add_question": "needs a code of its own: tests/authoring/test_routes.py",
    "authoring.add_section": "needs a code of its own: tests/authoring/test_routes.py",
    "authoring.add_term": "needs a key of its own: tests/authoring/test_service.py",
    "consultations.create": "needs dates in their order: tests/consultations/test_pages.py",
    "consultations.extend": "needs a later closing: tests/consultations/test_pages.py",
    "exchange.take_form": "takes a file: tests/exchange/test_xlsform_pages.py",
    "statements.take_in": "takes a file: tests/statements/test_statements.py",
    "reference.add_row": "needs a key and a number that fit: tests/reference/test_routes.py",
    "reference.remove_row": "needs a row nothing rests on: tests/reference/test_routes.py",
    "reviews.create_state": "needs a code of two letters: tests/reviews/test_reviews.py",
    "reviews.record_answer": "needs a day in the past: tests/reviews/test_reviews.py",
}
# Pages that hold several forms, or a form beside buttons that lead back to the page.
SEVERAL_FORMS = {
    "accounts.tokens",
    "authoring.glossary",
    "authoring.question",
    "authoring.sections",
    "authoring.version",
    "organisations.people",
    "reference.row",
    "reviews.list",
    "reviews.page",
}
Way = tuple[Place, FormOnPage, Press]


class Portal:
    """A portal whose database can be put back to how it was."""

    def __init__(self, app: FastAPI, seeded: Seeded, readers: Readers) -> None:
        self.app, self.seeded, self.readers = app, seeded, readers
        self.kept = seeded.folder / "kept.sqlite3"

    async def keep(self) -> None:
        await self.app.state.db.close()
        databases.checkpoint(self.seeded.database)
        shutil.copy(self.seeded.database, self.kept)

    async def put_back(self) -> None:
        await self.app.state.db.close()
        databases.put_back(self.kept, self.seeded.database)

    def rows(self, *, all_of_them: bool = False) -> str:
        """A digest of every row of the tables that matter."""
        digest = hashlib.sha256()
        with sqlite3.connect(self.seeded.database) as own:
            tables = [name for (name,) in own.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in sorted(set(tables) - (set() if all_of_them else BESIDE)):
                rows = sorted(map(repr, own.execute(f'SELECT * FROM "{table}"')))  # noqa: S608  (our own tables)
                digest.update("\n".join([table, *rows]).encode("utf-8", "surrogatepass"))
        own.close()
        return digest.hexdigest()


@pytest.fixture(scope="module")
def own_copy(tmp_path_factory: pytest.TempPathFactory) -> Seeded:
    """The demonstration once more, to be changed."""
    return seed_once(tmp_path_factory).copy(tmp_path_factory.mktemp("forms") / "seeded")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def portal(own_copy: Seeded) -> AsyncIterator[Portal]:
    """A portal of its own: these tests change everything."""

    async def wait(*given: Any) -> None:
        await next(each for each in given if isinstance(each, asyncio.Event)).wait()

    patch = pytest.MonkeyPatch()
    patch.setattr(queue, "work", wait)
    seeded = own_copy
    app = create_app(
        Settings(
            database_url=f"sqlite+aiosqlite:///{seeded.database}",
            secret=SecretStr("a secret for tests only"),
            public_url="http://testserver",
            mail_folder=seeded.mails,
            demonstration=True,
        )
    )
    readers = Readers(app, seeded)
    async with app.router.lifespan_context(app):
        pages.learn_routes([*wiring.ROUTERS, *wiring.DEMONSTRATION_ROUTERS])
        made = Portal(app, seeded, readers)
        for place in PLACES:
            await readers.called(place.visitor)
        await made.keep()
        yield made
        await readers.close()
    patch.undo()


def post_routes() -> Iterator[APIRoute]:
    for router in (*wiring.ROUTERS, *wiring.DEMONSTRATION_ROUTERS):
        for route in router.routes:
            if isinstance(route, APIRoute) and "POST" in (route.methods or ()):
                yield route


def route_of(action: str) -> str:
    path = "/" + urlsplit(action).path.lstrip("/").partition("/")[2]
    scope = {"type": "http", "method": "POST", "path": path, "root_path": ""}
    return next((route.name for route in post_routes() if route.matches(scope)[0] is Match.FULL), "")


async def found(portal: Portal) -> dict[str, list[Way]]:
    """By route, the forms that lead to it: each button with another name once."""
    known: dict[str, list[Way]] = {}
    seen: set[tuple[str, str, str, str]] = set()
    for place in PLACES:
        client = await portal.readers.called(place.visitor)
        page = await client.get(f"/en{place.path(facts(portal.seeded))}")
        for form in Forms(page.text).forms:
            for press in form.presses:
                name = route_of(press.action)
                key = (name, press.name, press.value, place.visitor if name == "site.typed" else "")
                if form.method == "post" and name and key not in seen:
                    seen.add(key)
                    known.setdefault(name, []).append((place, form, press))
    return known


def put_cookies(client: httpx2.AsyncClient, cookies: dict[str, str]) -> None:
    client.cookies.clear()
    for name, value in cookies.items():
        client.cookies.set(name, value, domain="testserver.local", path="/")


async def send(
    client: httpx2.AsyncClient, cookies: dict[str, str], action: str, data: dict[str, list[str]]
) -> httpx2.Response:
    put_cookies(client, cookies)
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return await client.post(action, content=urlencode(data, doseq=True).encode(), headers=headers)


def without_typed(location: str) -> str:
    parts = urlsplit(location)
    return parts._replace(query=urlencode([p for p in parse_qsl(parts.query) if p[0] != "typed"])).geturl()


@dataclass
class Outcome:
    """What was found on the way."""

    wrong: list[str] = field(default_factory=list)
    succeeded: set[str] = field(default_factory=set)


async def try_out(portal: Portal, name: str, way: Way, outcome: Outcome, *, fill: bool) -> None:
    """Send a form, and where that changed something, the very same once more."""
    place, form, press = way
    client = await portal.readers.called(place.visitor)
    cookies, data = dict(client.cookies), form.sent(press, fill=fill)
    before = portal.rows(all_of_them=True)
    first = await send(client, cookies, press.action, data)
    where = f"{name} on {place}, {'filled' if fill else 'as it stands'}: {first.status_code}"
    if first.status_code >= httpx2.codes.INTERNAL_SERVER_ERROR:
        outcome.wrong.append(f"{where}, which is a failure of ours")
    elif first.status_code == httpx2.codes.SEE_OTHER:
        outcome.succeeded.add(name)
        after = portal.rows()
        again = await send(client, cookies, press.action, data)
        to, once_more = (without_typed(reply.headers.get("location", "")) for reply in (first, again))
        if once_more != to:
            outcome.wrong.append(f"{where}, again {again.status_code} to {once_more!r}, not {to}")
        if portal.rows() != after:
            outcome.wrong.append(f"{where}, and sent again it acted twice")
        await portal.put_back()
    elif name not in COUNTS_TRIES and portal.rows(all_of_them=True) != before:
        outcome.wrong.append(f"{where}, and yet it wrote")
    put_cookies(client, cookies)


@in_one_loop
async def test_every_form_is_one_act_or_none(portal: Portal) -> None:
    forms = await found(portal)
    never = {route.name for route in post_routes()} - set(forms) - set(ELSEWHERE)
    assert not never, f"no page leads to {sorted(never)}"
    outcome = Outcome()
    for name, ways in forms.items():
        for way in ways:
            for fill in (False, True):
                await try_out(portal, name, way, outcome, fill=fill)
    assert not outcome.wrong, "\n".join(outcome.wrong)
    refused = set(forms) - outcome.succeeded
    assert refused == set(REFUSED_HERE), f"not {sorted(refused ^ set(REFUSED_HERE))}"


def others(form: FormOnPage, own: str) -> dict[str, str]:
    """Something new for every field of the other parts of a page's form: words, or another choice."""
    found: dict[str, str] = {}
    for control in form.controls:
        if "." not in control.name or control.name.startswith(f"{own}."):
            continue
        if control.kind == "select":
            other = next((each for each in control.options if each and each != control.value), "")
            found |= {control.name: other} if other else {}
        elif control.kind not in {"hidden", "radio", "checkbox", "password"}:
            found[control.name] = f"Words for {control.name}"
    return found


def refusable(form: FormOnPage, own: str) -> dict[str, str]:
    """What no service takes, for the part that is sent."""
    found = [control for control in form.controls if control.name.startswith(f"{own}.")]
    return {c.name: "nonsense" if c.kind in {"select", "radio"} else "" for c in found if c.kind != "hidden"}


def missing(page: str, words: dict[str, str]) -> list[str]:
    """The fields of a page that do not hold what they should; a choice may be gone by what was sent."""
    there = {control.name: control for form in Forms(page).forms for control in form.controls}
    gone = [name for name, text in words.items() if name not in there or there[name].value != text]
    return [n for n in gone if n not in there or not there[n].options or words[n] in there[n].options]


async def keeps_words(portal: Portal, way: Way, *, refused: bool) -> tuple[bool, str]:
    """Send one part of a page and look for the words of the others; whether that page came again, and what is wrong."""
    place, form, press = way
    own = dict(parse_qsl(urlsplit(press.action).query))["part"]
    words = others(form, own)
    client = await portal.readers.called(place.visitor)
    cookies = dict(client.cookies)
    changed = words | (refusable(form, own) if refused else {})
    data = form.sent(press, fill=not refused) | {name: [text] for name, text in changed.items()}
    reply = await send(client, cookies, press.action, data)
    came_again = reply.status_code != httpx2.codes.SEE_OTHER
    if not came_again:
        to = reply.headers["location"]
        came_again = urlsplit(to).path == f"/en{urlsplit(place.path(facts(portal.seeded))).path}"
        reply = await client.get(to)
        await portal.put_back()
    put_cookies(client, cookies)
    gone = missing(reply.text, words) if came_again and words and 'id="page-form"' in reply.text else []
    return came_again and bool(words), f"{place}, {own} sent: {gone}" if gone else ""


@in_one_loop
async def test_what_stands_in_other_forms_of_a_page_stays(portal: Portal) -> None:
    """Whether one of them is saved or refused."""
    wrong: list[str] = []
    tried: dict[bool, set[str]] = {True: set(), False: set()}
    for name, ways in (await found(portal)).items():
        for way in ways:
            place, form, _press = way
            if form.id != "page-form" or name == "site.typed":
                continue
            for refused in (False, True):
                counts, gone = await keeps_words(portal, way, refused=refused)
                wrong += [gone] if gone else []
                tried[refused] |= {place.route} if counts else set()
    assert not wrong, "\n".join(wrong)
    assert tried[False] >= SEVERAL_FORMS
    assert tried[True] >= SEVERAL_FORMS
