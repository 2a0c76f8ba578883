"""Nobody gets in by an oversight: every write asks its policy, every route knows who asks."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from app import wiring
from app.organisations import deps
from app.platform import forms
from app.platform.db import READING

APP = Path(__file__).resolve().parents[2] / "app"
ACTORS = {deps.any_actor, deps.current_actor, deps.recorded_actor}

# Public functions of services that ask no policy, each with its reason.
UNGUARDED: dict[str, str] = {
    "exports.draft": "reads only, through a query that knows who may enter the desk",
}
# Services whose functions are called before anybody is known, or on behalf of nobody in particular.
WITHOUT_ACTOR: dict[str, str] = {
    "audit.record": "writes down what another service was allowed to do",
    "contributions.new_contribution": "part of services that asked their policy, or judged a code",
    "submissions.mapped_questions": "reads a published questionnaire, which hides nothing",
    "accounts.open_session": "who may have it was judged before: signing in is what makes an actor",
    "accounts.open_bearer_session": "the code was judged before",
    "accounts.open_bearer_token": "the code was judged before",
    "accounts.close_session": "whoever holds a session may end it",
    "accounts.close_sessions_of": "part of leaving and of a new password",
    "accounts.check_sign_in": "judges who somebody is; there is no actor yet",
    "accounts.start_session": "follows check_sign_in, a used link or the provider",
    "accounts.may_send": "counts mails to an address, for services that asked their policy",
    "accounts.add_link": "part of services that asked their policy",
    "accounts.arm_link": "the job that sends the mail",
    "accounts.use_link": "whoever holds the secret of a link may use it",
    "notifications.notify": "tells of what another service was allowed to do",
    "notifications.notify_account": "the same",
    "notifications.notify_by_link": "the same",
    "notifications.notify_signatories": "the same",
    "notifications.notify_reasons_ready": "the same",
    "notifications.notify_closed_early": "the same",
    "notifications.notify_decisions_changed": "the same",
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


def services() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path in sorted(APP.glob("*/service.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
                yield f"{path.parent.name}.{node.name}", node


def html_routes() -> list[APIRoute]:
    routers = [*wiring.ROUTERS, *wiring.DEMONSTRATION_ROUTERS]
    return [route for router in routers for route in router.routes if isinstance(route, APIRoute)]


def calls(dependant: Dependant) -> Iterator[object]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from calls(inner)


def names_called(function: ast.AST) -> set[str]:
    called = [node.func for node in ast.walk(function) if isinstance(node, ast.Call)]
    return {f.id if isinstance(f, ast.Name) else getattr(f, "attr", "") for f in called}


def parts_that_ask() -> dict[str, set[str]]:
    """By domain, the private functions of its service that ask a policy for the public ones."""
    return {
        path.parent.name: {
            node.name
            for node in ast.parse(path.read_text("utf-8")).body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and node.name.startswith("_")
            and "require" in names_called(node)
        }
        for path in APP.glob("*/service.py")
    }


def test_every_service_takes_the_session_and_the_actor_first() -> None:
    wrong = [
        name
        for name, node in services()
        if [a.arg for a in node.args.args][:2] != ["session", "actor"] and name not in WITHOUT_ACTOR
    ]
    assert not wrong, "\n".join(wrong)


def test_every_service_asks_its_policy() -> None:
    excused = {*UNGUARDED, *WITHOUT_ACTOR}
    asking = {domain: {"require", *names} for domain, names in parts_that_ask().items()}
    wrong = [
        name
        for name, node in services()
        if name not in excused and not asking[name.partition(".")[0]] & names_called(node)
    ]
    assert not wrong, "\n".join(wrong)


def test_the_exceptions_still_exist() -> None:
    known = {name for name, _node in services()}
    assert [name for name in [*UNGUARDED, *WITHOUT_ACTOR] if name not in known] == []
    pages = {route.name for route in html_routes()}
    assert [name for name in WITHOUT_READER if name not in pages] == []


def test_every_page_knows_who_asks() -> None:
    wrong = [
        route.name
        for route in html_routes()
        if not ACTORS & set(calls(route.dependant)) and route.name not in WITHOUT_READER
    ]
    assert not wrong, "\n".join(wrong)


def test_every_form_is_checked_against_forgery() -> None:
    checked = forms.form(forms.Nothing).__qualname__
    wrong = [
        route.name
        for route in html_routes()
        if not (route.methods or set()) <= READING
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


@pytest.mark.parametrize("route", html_routes(), ids=lambda route: route.name)
def test_a_route_is_named_after_its_domain(route: APIRoute) -> None:
    domain, _dot, page = route.name.partition(".")
    assert page
    assert domain in {"demo", *(path.name for path in APP.iterdir() if path.is_dir())}
