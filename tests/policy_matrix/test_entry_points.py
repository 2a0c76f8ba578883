"""Routes that ask a policy themselves, because they would show or read something before a service does."""

import ast
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from app.consultations.models import ConsultationState
from app.organisations.models import Role
from tests.architecture.acts import Portal
from tests.browsing import post
from tests.factories import Make
from tests.mutants.plugin import questions

QUESTIONNAIRE = "/en/questionnaires/firearms/civil-society/1"
OUT_OF_BOUNDS = {"slug": "No slug", "edition": "state", "texts": {}, "sections": [], "questions": []}


@dataclass(frozen=True)
class Refused:
    """Somebody of the office whom a route refuses, and what she sends; a stranger, once it is closed."""

    route: str  # the module and the function that answers
    role: Role | None
    path: str
    data: dict[str, Any] | None = None
    files: dict[str, Any] = field(default_factory=dict)


REFUSED = (
    Refused("contributions.entry_routes.choose", None, "/en/c/{slug}/start", {"mode": "named"}),
    Refused("contributions.entry_routes.new_code", Role.EXPERT, "/en/leave/code"),
    Refused("contributions.entry_routes.keep_new_code", Role.EXPERT, "/en/leave/code", {}),
    Refused("reading.routes.overview", Role.AUDITOR, "/en/desk/{slug}"),
    Refused("reading.routes.questions", Role.AUDITOR, "/en/desk/{slug}/questions"),
    Refused("reading.routes.list_texts", Role.GOVERNMENT_READER, "/en/desk/{slug}/texts"),
    Refused("reviews.routes.all_reviews", Role.DRAFTER, "/en/reviews"),
    Refused("reviews.routes.create", Role.DRAFTER, "/en/reviews", {}),
    Refused("reviews.routes.create_state", Role.EXPERT, "/en/states", {}),
    Refused("exchange.routes.import_page", Role.EXPERT, "/en/questionnaires/import"),
    Refused("exchange.routes.take_form", Role.EXPERT, "/en/questionnaires/import", {}),
    Refused(
        "exchange.routes.take_form",
        Role.EXPERT,
        "/en/questionnaires/import",
        {},
        {"file": ("arms.xlsx", b"no workbook", "text/plain")},
    ),
    Refused("exchange.routes.take_texts", Role.EXPERT, f"{QUESTIONNAIRE}/texts", {}),
    Refused("exchange.api.take_in", Role.EXPERT, "/api/v1/questionnaires", OUT_OF_BOUNDS),
)


@pytest.mark.one_database
@pytest.mark.parametrize("refused", REFUSED, ids=lambda each: each.route)
async def test_what_a_route_shows_or_reads_before_its_service_is_asked_about(
    client: httpx2.AsyncClient, make: Make, refused: Refused
) -> None:
    state = ConsultationState.OPEN if refused.role else ConsultationState.CLOSED
    consultation = await make.consultation(state=state)
    path = refused.path.format(slug=consultation.slug)
    who = await make.staff(consultation, refused.role) if refused.role else None
    if path.startswith("/api/"):
        answer = await client.post(path, json=refused.data, headers=await make.token(who))
    else:
        if who:
            await make.signed_in(client, who)
        more = {"files": refused.files} if refused.files else {}
        answer = await (
            client.get(path) if refused.data is None else post(client, path, refused.data, **more)
        )
    assert answer.status_code == 403


def test_no_route_that_asks_is_missing_here() -> None:
    portal = Portal()
    asking = {
        f"{module.removeprefix('app.')}.{function.name}"
        for module, tree in portal.trees.items()
        if module.startswith("app.") and portal.takes_requests(module)
        for function in tree.body
        if isinstance(function, ast.AsyncFunctionDef) and questions(ast.Module([function], []))
    }
    assert asking == {refused.route for refused in REFUSED}
