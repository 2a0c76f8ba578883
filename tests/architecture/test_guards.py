"""Nobody gets in by an oversight: every write asks its policy, every route knows who asks."""

import ast
from collections.abc import Iterator
from functools import cache

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from app import wiring
from app.organisations import deps
from app.platform import forms
from app.platform.db import READING
from tests.architecture.acts import TOOLS, Function, Place, Portal, named, sources

ACTORS = {deps.any_actor, deps.current_actor, deps.recorded_actor}

# Functions that write without a policy being asked, each with its reason.
STATED: dict[str, str] = {
    "accounts.service.check_sign_in": "judges who somebody is; there is no actor yet",
    "accounts.service.start_session": "follows check_sign_in, a used link or the provider",
    "accounts.service.open_bearer_session": "the code was judged before: it is what makes an actor",
    "accounts.service.open_bearer_token": "the same",
    "accounts.service.close_session": "whoever holds a session may end it",
    "accounts.service.close_sessions_of": "part of leaving and of a new password: one's own sessions only",
    "accounts.service.arm_link": "the job that sends the mail",
    "accounts.service.close_other_sessions": "part of renewing one's own receipt code",
    "accounts.jobs.forget_ended_sessions": "a job: what is over opens nothing",
    "organisations.api.sign_in": "shortens the token that was just made for whoever signed in",
    "authoring.service.publish": "finds the version by its address; what publishes it asks, once",
    "notifications.service.notify": "tells of what another service was allowed to do",
    "notifications.service.notify_account": "the same",
    "notifications.service.notify_by_link": "the same",
    "submissions.decisions.mark_released": "follows a approval, a reopening or a hand-over that asked",
    "seed.loader._finish": "lets the time of an invented consultation run out",
}
# Functions that are told who acts and leave the question to those that call them, who are looked at.
PARTS: dict[str, str] = {
    "audit.service.record": "writes down what another service was allowed to do",
    "contributions.submitting.hand_in": "part of submitting, one's own or on behalf",
}
# Functions that ask a policy about something else than an actor who is known.
BEFORE_ANYBODY: dict[str, str] = {
    "contributions.entry.enter": "the code is judged; it makes the actor",
}
WEB = frozenset({"fastapi", "starlette", "jinja2", "httpx2", "authlib", "uvicorn", "multipart"})
# Modules that take no requests and know the web, each with its reason.
KNOWS_WEB: dict[str, str] = {
    "app.__main__": "starts the server",
    "app.main": "makes the application",
    "app.wiring": "names every router",
    "app.accounts.provider": "asks the identity provider over the network, outside of any transaction",
    "app.notifications.jobs": "writes mails from templates",
}
# What speaks with browsers and with domains: the unit of work, and the sentences that refuse what was typed.
FOR_BOTH = {"app.platform.db", "app.platform.forms"}
# Routes whose name and package differ: what they are named, where they stand, and why.
NAMED_OTHERWISE: dict[tuple[str, str], str] = {
    ("accounts", "organisations"): "pages of accounts that know who asks, which accounts cannot",
    ("demo", "demonstration"): "the address that the demonstration shows",
}
# Pages that are the same for everybody and need not know who reads them.
WITHOUT_READER: dict[str, str] = {
    "accounts.sign_in": "the way in: whoever comes is nobody yet",
    "accounts.sign_out": "ends whatever session the browser has",
    "accounts.reset": "for those who cannot sign in",
    "accounts.look_at_mail": "the same for known and unknown addresses",
    "accounts.provider": "reaches over the network, so no transaction may be open",
    "accounts.provider_back": "the same",
}


def html_routes() -> list[APIRoute]:
    routers = [*wiring.ROUTERS, *wiring.DEMONSTRATION_ROUTERS]
    return [route for router in routers for route in router.routes if isinstance(route, APIRoute)]


def calls(dependant: Dependant) -> Iterator[object]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from calls(inner)


@cache
def portal() -> Portal:
    """The portal as it stands."""
    return Portal(stated=STATED, parts=PARTS)


def of_web(portal: Portal, module: str) -> bool:
    """Whether a module imports the web framework."""
    return any(name.partition(".")[0] in WEB for name in portal.imports(module))


def know_web(portal: Portal) -> list[str]:
    """The modules that know the web, or what speaks with browsers for the portal, and should not."""
    of_platform = {m for m in portal.sources if m.startswith(TOOLS) and of_web(portal, m)} - FOR_BOTH
    return [
        module
        for module in portal.sources
        if not module.startswith(TOOLS) and not portal.takes_requests(module) and module not in KNOWS_WEB
        if of_web(portal, module) or {within(name, of_platform) for name in portal.imports(module)} - {""}
    ]


def within(name: str, modules: set[str]) -> str:
    """The module among these that something is imported from, or that it is."""
    return next((each for each in (name, name.rpartition(".")[0]) if each in modules), "")


def test_every_function_that_writes_asks_a_policy() -> None:
    wrong = portal().unguarded()
    assert not wrong, "\n".join(wrong)


def test_whoever_changes_something_is_named_first() -> None:
    wrong = [
        named(place)
        for place, act in portal().acts.items()
        if not act.is_private and place in portal().asking & portal().changing
        if act.parameters[:2] != ["session", "actor"] and named(place) not in BEFORE_ANYBODY
        if not portal().takes_requests(act.module)
    ]
    assert not wrong, "\n".join(wrong)


def test_only_what_takes_requests_knows_the_web() -> None:
    assert know_web(portal()) == []


def test_the_exceptions_are_still_needed() -> None:
    """Each of them, taken out of its list, is found."""
    for name in STATED:
        others = {*STATED} - {name}
        assert Portal(stated=others, parts=PARTS).unguarded(), f"{name} needs no exception any more"
    for name in PARTS:
        others = {*PARTS} - {name}
        assert Portal(stated=STATED, parts=others).unguarded(), f"{name} needs no exception any more"
    asking = {named(place) for place in portal().asking}
    assert [name for name in BEFORE_ANYBODY if name not in asking] == []
    assert [module for module in KNOWS_WEB if module not in portal().sources] == []
    pages = {route.name for route in html_routes()}
    assert [name for name in WITHOUT_READER if name not in pages] == []


def with_source(module: str, source: str) -> Portal:
    """The portal with another text of one module."""
    return Portal({module: source}, STATED, PARTS)


def questions() -> Iterator[tuple[Place, ast.Expr]]:
    """Each statement of the domains that asks a policy, with the function it stands in."""
    for module, tree in portal().trees.items():
        for function in tree.body if not portal().takes_requests(module) else ():
            if isinstance(function, Function):
                for node in ast.walk(function):
                    if isinstance(node, ast.Expr) and ast.unparse(node).startswith("require("):
                        yield (module, function.name), node


def without(module: str, statement: ast.Expr) -> Portal:
    """The portal without one statement."""
    lines = sources()[module].splitlines()
    lines[statement.lineno - 1 : statement.end_lineno] = [" " * statement.col_offset + "pass"]
    return with_source(module, "\n".join(lines) + "\n")


@pytest.mark.long
def test_a_question_that_is_taken_out_is_missed_wherever_it_stood() -> None:
    """The guard itself, tried on every question there is: only what reads may lose its own here."""
    places = {place for place, _statement in questions()}
    assert {module.rpartition(".")[2] for module, _name in places} > {"service", "decisions", "carrying"}
    missed = [
        named(place)
        for place, statement in questions()
        if place in portal().changing and not without(place[0], statement).unguarded()
    ]
    assert missed == []


@pytest.mark.parametrize(
    ("module", "before", "after"),
    [
        (
            "app.submissions.decisions",
            "    require(policy.can_decide(actor, consultation, submission, held))\n",
            "",
        ),
        ("app.contributions.service", "require(policy.can_submit(", "print(policy.can_submit("),
        ("app.contributions.kinds", "", "async def sneak(session, actor):\n    session.add(actor)\n"),
        ("app.contributions.kinds", "", "async def sneak(session, row):\n    row.state = None\n"),
        (
            "app.publication.hiding",
            "",
            "from sqlalchemy import text\nasync def sneak(s):\n    await s.exec(text('update account set name = 1'))\n",
        ),
        (
            "app.contributions.parts",
            "\nMOST_ROWS = ",
            "\nfrom app.contributions import submitting\nasync def sneak(*a):\n    submitting.hand_in(*a)\nMOST_ROWS = ",
        ),
    ],
)
def test_the_guard_sees(module: str, before: str, after: str) -> None:
    source = sources()[module]
    assert before in source
    wrong = source.replace(before, after, 1) if before else f"{source}\n{after}"
    assert with_source(module, wrong).unguarded()


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("app.contributions.carrying", "from fastapi import Request"),
        ("app.contributions.carrying", "from app.platform.pages import render"),
        ("app.contributions.kinds", "def late():\n    import starlette.responses"),
        ("app.submissions.merging", "from app.platform import problems"),
    ],
)
def test_the_guard_sees_the_web_where_it_does_not_belong(module: str, line: str) -> None:
    assert know_web(with_source(module, f"{sources()[module]}\n{line}\n")) == [module]


def test_every_page_knows_who_asks() -> None:
    wrong = [
        route.name
        for route in html_routes()
        if not ACTORS & set(calls(route.dependant)) and route.name not in WITHOUT_READER
    ]
    assert not wrong, "\n".join(wrong)


# These look at the proof themselves: what they refuse must not end on a page that says so.
CHECKED_WITHIN = {
    "contributions.leave": "an old proof leads to the calendar all the same, and ends no session",
    "contributions.keep": "a browser that forgot the code is told that nothing had begun",
}


def test_every_form_is_checked_against_forgery() -> None:
    checked = forms.form(forms.Nothing).__qualname__
    wrong = [
        route.name
        for route in html_routes()
        if not (route.methods or set()) <= READING
        and route.name not in CHECKED_WITHIN
        and checked not in {getattr(call, "__qualname__", "") for call in calls(route.dependant)}
    ]
    assert not wrong, "\n".join(wrong)


def test_every_interface_route_needs_somebody() -> None:
    wrong = [
        route.path
        for router in wiring.API_ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and not ACTORS & set(calls(route.dependant))
    ]
    assert not wrong, "\n".join(wrong)


def test_a_route_is_named_after_its_package() -> None:
    """The name of a route says where its code stands; the two names that do not are stated."""
    names = {
        (route.name.partition(".")[0], route.endpoint.__module__.split(".")[1]) for route in html_routes()
    }
    assert all(route.name.partition(".")[2] for route in html_routes())
    assert {(named, package) for named, package in names if named != package} == set(NAMED_OTHERWISE)
