"""Every page of the portal and somebody who can open it. A page that is missing here fails a test."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import quote

from fastapi.routing import APIRoute

from app import wiring
from tests.seeded import CONCLUDED, OPEN, Seeded, first_code

NOBODY, BEARER, RECEIVED = "nobody", "bearer", "received"
SIGNATORY, EXPERT, FOCAL_POINT, TRANSLATOR = "signatory", "expert", "focal_point", "translator"
FACILITATOR, SECRETARIAT = "facilitator", "secretariat"
CONCLUDING = "focal_point@QV"

NOT_PAGES = {
    "organisations.start": "goes on to the page where a person's work begins",
    "accounts.provider": "leaves for the identity provider, where there is one",
    "accounts.provider_back": "comes back from the identity provider",
    "demo.json": "is for programs",
    "contributions.carry_over": "needs two versions; tests/browser/test_carrying.py looks at it",
    "contributions.keep": "needs a code that was typed; tests/contributions/test_entering.py looks at it",
    "contributions.become_confidential": "needs a draft; tests/contributions/test_nothing_identifies.py looks at it",
    "exports.draft": "is a Word document",
    "exports.answers_file": "is a table; tests/exports/test_answers.py reads it",
    "exports.download": "is a file",
    "exchange.form": "is a workbook",
    "exchange.xliff": "is a file",
    "exchange.blank": "is a Word document",
}

VERSION = {"slug": "firearms", "edition": "civil-society", "number": "1"}
NEW_VERSION = {**VERSION, "number": "2"}


@dataclass(frozen=True)
class Place:
    """A page: its route, who opens it, and what fills its address (words of `facts`)."""

    route: str
    visitor: str
    fills: Mapping[str, str] = field(default_factory=dict)
    query: str = ""

    def path(self, facts: Mapping[str, str]) -> str:
        """Its path without a language."""
        filled = {name: quote(facts.get(word, word), safe="") for name, word in self.fills.items()}
        query = self.query.format(**facts)
        return paths()[self.route].format(**filled) + (f"?{query}" if query else "")

    def __str__(self) -> str:
        return f"{self.route}-{self.visitor}" + ("-" + self.query.partition("=")[0] if self.query else "")


PLACES = (
    Place("consultations.home", NOBODY),
    Place("consultations.page", NOBODY, {"slug": OPEN}),
    Place("consultations.page", NOBODY, {"slug": CONCLUDED}),
    Place("consultations.questions", NOBODY, {"slug": OPEN}),
    Place("publication.outcome", NOBODY, {"slug": CONCLUDED}),
    Place("publication.outcome", NOBODY, {"slug": CONCLUDED}, "q={approved}"),
    Place("site.safety", NOBODY),
    Place("site.away", NOBODY),
    Place("site.help", NOBODY),
    Place("site.help_staff", EXPERT),
    Place("site.accessibility", NOBODY),
    Place("site.privacy", NOBODY),
    Place("site.about", NOBODY),
    Place("site.programs", NOBODY),
    Place("demo.index", NOBODY),
    Place("demo.mail", NOBODY),
    Place("accounts.sign_in", NOBODY),
    Place("accounts.sign_up", NOBODY),
    Place("accounts.reset", NOBODY),
    Place("accounts.look_at_mail", NOBODY),
    Place("accounts.confirm", NOBODY, {"token": "confirm_email"}),
    Place("accounts.reset_set", NOBODY, {"token": "reset_password"}),
    Place("organisations.accept", NOBODY, {"token": "invitation"}),
    Place("contributions.start", NOBODY),
    Place("contributions.begin", NOBODY, {"slug": OPEN}),
    Place("contributions.begin", SIGNATORY, {"slug": OPEN}),
    Place("contributions.tasks", BEARER, {"contribution_id": "writing"}),
    Place("contributions.answer", BEARER, {"contribution_id": "writing", "code": "first_question"}),
    Place("contributions.clear", BEARER, {"contribution_id": "writing", "code": "first_question"}),
    Place("contributions.answer", RECEIVED, {"contribution_id": "received", "code": "first_question"}),
    Place("contributions.check", BEARER, {"contribution_id": "writing"}),
    Place("contributions.withdraw", BEARER, {"contribution_id": "writing"}),
    Place("contributions.leaving", BEARER),
    Place("contributions.new_code", BEARER),
    Place("contributions.tasks", RECEIVED, {"contribution_id": "received"}),
    Place("contributions.receipt", RECEIVED, {"contribution_id": "received"}),
    Place("contributions.check", SIGNATORY, {"contribution_id": "named"}),
    Place("contributions.mine", SIGNATORY),
    Place("submissions.reasons", SIGNATORY, {"contribution_id": "named"}),
    Place("organisations.own", SIGNATORY),
    Place("organisations.people", SIGNATORY, {"organisation_id": "organisation"}),
    Place("accounts.tokens", SIGNATORY),
    Place("work.page", FOCAL_POINT),
    Place("consultations.new", FOCAL_POINT),
    Place("consultations.settings", FOCAL_POINT, {"slug": OPEN}),
    Place("consultations.settings", CONCLUDING, {"slug": CONCLUDED}),
    Place("consultations.codes", FOCAL_POINT, {"slug": OPEN}),
    Place("consultations.people", FOCAL_POINT, {"slug": OPEN}),
    Place("consultations.log", FOCAL_POINT, {"slug": OPEN}),
    Place("consultations.closing", FOCAL_POINT, {"slug": OPEN}),
    Place("consultations.step", FOCAL_POINT, {"slug": OPEN, "step": "conclude"}),
    Place("consultations.step", CONCLUDING, {"slug": CONCLUDED, "step": "publish"}),
    Place("consultations.handing_over", FOCAL_POINT, {"slug": OPEN}, "account_id={expert_of_office}"),
    Place("reading.overview", EXPERT, {"slug": OPEN}),
    Place("reading.questions", EXPERT, {"slug": OPEN}),
    Place("reading.question", EXPERT, {"slug": OPEN, "code": "asked"}),
    Place("reading.contribution", EXPERT, {"slug": OPEN, "contribution_id": "named"}),
    Place("reading.texts", TRANSLATOR, {"slug": OPEN}),
    Place("reading.translate", TRANSLATOR, {"slug": OPEN, "text_id": "text"}),
    Place("submissions.overview", EXPERT, {"slug": OPEN}),
    Place("submissions.desk", EXPERT, {"slug": OPEN, "code": "drafted"}),
    Place("submissions.desk", EXPERT, {"slug": OPEN, "code": "drafted"}, "edit={paragraph}"),
    Place("submissions.desk", FOCAL_POINT, {"slug": OPEN, "code": "approved"}),
    Place("submissions.unasked", EXPERT, {"slug": OPEN, "code": "unasked"}),
    Place("submissions.history", EXPERT, {"slug": OPEN, "code": "drafted", "paragraph_id": "paragraph"}),
    Place("exports.answers", EXPERT, {"slug": OPEN}),
    Place("exports.page", FOCAL_POINT, {"slug": OPEN}),
    Place("exports.page", CONCLUDING, {"slug": CONCLUDED}),
    Place("exports.changes", CONCLUDING, {"slug": CONCLUDED, "number": "1"}),
    Place("authoring.list", NOBODY),
    Place("authoring.list", SECRETARIAT),
    Place("authoring.version", NOBODY, VERSION),
    Place("authoring.version", SECRETARIAT, NEW_VERSION),
    Place("authoring.preview", NOBODY, {**VERSION, "lang": "ar"}),
    Place("authoring.preview", SECRETARIAT, {**NEW_VERSION, "lang": "en"}, "question=FP-03-a"),
    Place("authoring.history", NOBODY, VERSION),
    Place("authoring.history", SECRETARIAT, NEW_VERSION),
    Place("authoring.changes", SECRETARIAT, {**NEW_VERSION, "other": "1"}),
    Place("authoring.question", SECRETARIAT, {**NEW_VERSION, "code": "FP-03-a"}),
    Place("authoring.translate", SECRETARIAT, {**NEW_VERSION, "code": "FP-03-a", "lang": "ar"}),
    Place("authoring.texts", SECRETARIAT, {**NEW_VERSION, "lang": "fr"}, "group=c"),
    Place("authoring.sections", SECRETARIAT, NEW_VERSION),
    Place("authoring.section", SECRETARIAT, {**NEW_VERSION, "code": "FP-03"}),
    Place("authoring.lists", SECRETARIAT, NEW_VERSION),
    Place("authoring.choices", SECRETARIAT, {**NEW_VERSION, "list_name": "yes_no"}),
    Place("authoring.glossary", SECRETARIAT, NEW_VERSION),
    Place("authoring.term", SECRETARIAT, {**NEW_VERSION, "key": "alarm-pistol"}),
    Place("authoring.checks", SECRETARIAT, NEW_VERSION),
    Place("authoring.drift", SECRETARIAT, NEW_VERSION),
    Place("authoring.drop", SECRETARIAT, NEW_VERSION),
    Place("authoring.remove", SECRETARIAT, NEW_VERSION, "what=q:FP-03-a"),
    Place("exchange.import", SECRETARIAT),
    Place("exchange.texts", SECRETARIAT, VERSION),
    Place("exchange.print", NOBODY, VERSION),
    Place("publication.publish", FOCAL_POINT, {"slug": OPEN}),
    Place("statements.page", FACILITATOR, {"slug": OPEN}),
    Place("statements.kept", FACILITATOR, {"slug": OPEN}),
    Place("reference.page", NOBODY),
    Place("reference.versions", SECRETARIAT),
    Place("reference.version", NOBODY, {"number": "1"}),
    Place("reference.draft", SECRETARIAT),
    Place("reference.new_row", SECRETARIAT, {"kind": "phases"}),
    Place("reference.row", SECRETARIAT, {"kind": "articles", "key": "UNTOC-5"}),
    Place("reference.row", SECRETARIAT, {"kind": "parts", "key": "III-FP"}),
    Place("operation.page", SECRETARIAT),
    Place("reviews.list", SECRETARIAT),
    Place("reviews.page", FOCAL_POINT, {"review_id": "review"}),
    Place("reviews.page", SECRETARIAT, {"review_id": "review"}),
)
CONTRIBUTOR_ROUTES = (
    "consultations.",
    "contributions.",
    "submissions.reasons",
    "site.",
    "accounts.",
    "publication.outcome",
)
CONTRIBUTOR_PLACES = tuple(
    place
    for place in PLACES
    if place.route.startswith(CONTRIBUTOR_ROUTES)
    and place.route != "site.programs"  # read by whoever writes programs
    and place.visitor in {NOBODY, BEARER, RECEIVED, SIGNATORY}
)

ASKED = """
    FROM question q JOIN question_mapping m ON m.civil_society_question_id = q.id
    JOIN national_answer n ON n.question_id = m.state_question_id
    JOIN question s ON s.id = n.question_id
    JOIN submission h ON h.id = n.submission_id
    JOIN consultation c ON c.id = h.consultation_id AND c.slug = ?
    JOIN answer a ON a.question_id = q.id AND a.current_version_id IS NOT NULL
"""
PARAGRAPH = "JOIN paragraph p ON p.national_answer_id = n.id JOIN source f ON f.paragraph_id = p.id"
FIRST = "ORDER BY s.position, p.position"
OWN = "FROM contribution b JOIN consultation c ON c.id = b.consultation_id AND c.slug = ?"


@lru_cache
def facts(seeded: Seeded) -> dict[str, str]:
    """What fills the addresses: identifiers and codes of the seeded demonstration."""
    label = next(c["label"] for c in seeded.demo["confidential"] if c["consultation"] == OPEN)
    writer = next(p for p in seeded.demo["people"] if p["key"] == seeded.key_of(SIGNATORY))
    organisation = seeded.one("SELECT id FROM organisation WHERE name = ?", writer["organisation"])
    return {
        **seeded.links,
        "first_question": first_code(seeded),
        "received": seeded.one(f"SELECT b.id {OWN} AND b.label = ?", OPEN, label),
        "named": seeded.one(
            f"SELECT b.id {OWN} WHERE b.organisation_id = ?", OPEN, organisation.replace("-", "")
        ),
        "organisation": organisation,
        "expert_of_office": seeded.one(
            "SELECT m.account_id FROM membership m JOIN consultation c ON c.office_id = m.organisation_id "
            "AND c.slug = ? WHERE m.role = 'expert'",
            OPEN,
        ),
        "review": seeded.one("SELECT country_review_id FROM consultation WHERE slug = ?", OPEN),
        "asked": seeded.one(f"SELECT q.code {ASKED} GROUP BY q.code ORDER BY count(*) DESC", OPEN),
        "drafted": seeded.one(f"SELECT s.code {ASKED} {PARAGRAPH} WHERE n.state = 'drafting' {FIRST}", OPEN),
        "paragraph": seeded.one(f"SELECT p.id {ASKED} {PARAGRAPH} WHERE n.state = 'drafting' {FIRST}", OPEN),
        "approved": seeded.one(f"SELECT s.code {ASKED} {PARAGRAPH} WHERE n.state = 'approved' {FIRST}", OPEN),
        "unasked": seeded.one(
            "SELECT q.code FROM question q JOIN questionnaire_version v ON v.id = q.version_id "
            "WHERE v.edition = 'civil_society' AND q.id NOT IN "
            "(SELECT civil_society_question_id FROM question_mapping)"
        ),
        "text": seeded.one(
            "SELECT v.text_id FROM answer_version v JOIN answer a ON a.current_version_id = v.id "
            "JOIN contribution b ON b.id = a.contribution_id JOIN consultation c ON c.id = b.consultation_id "
            "WHERE c.slug = ?",
            OPEN,
        ),
    }


@lru_cache
def paths() -> dict[str, str]:
    """The path of every page, by the name of its route."""
    return {route.name: route.path_format for route in _routes()}


def _routes() -> Iterator[APIRoute]:
    for router in (*wiring.ROUTERS, *wiring.DEMONSTRATION_ROUTERS):
        for route in router.routes:
            if isinstance(route, APIRoute) and "GET" in route.methods:
                yield route
