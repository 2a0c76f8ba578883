"""The whole system on one page: tables, routers, who reacts to what, jobs, navigation."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import SQLModel

import app.accounts.models
import app.audit.models
import app.consultations.models
import app.contributions.models
import app.exports.models
import app.organisations.models
import app.platform.daily
import app.platform.idempotency
import app.platform.queue
import app.platform.readiness
import app.platform.typed
import app.publication.models
import app.questionnaires.models
import app.reading.models
import app.reference.models
import app.reviews.models
import app.statements.models
import app.submissions.models
import app.translations.models
import app.work.models  # noqa: F401
from app.accounts import jobs as account_jobs
from app.accounts import routes as accounts
from app.audit import jobs as audit_jobs
from app.authoring import parts as authoring_parts
from app.authoring import routes as authoring
from app.authoring.wording import GROUP_NAMES, PART_NAMES, PREVIEW_NAMES, READINESS_NAMES
from app.consultations import api as consultations_api
from app.consultations import jobs as consultation_jobs
from app.consultations import routes as consultations
from app.consultations.models import STATE_NAMES as CONSULTATION_STATES
from app.consultations.models import STEP_NAMES
from app.contributions import api as contributions_api
from app.contributions import deps as contribution_deps
from app.contributions import entry_routes
from app.contributions import handlers as contribution_handlers
from app.contributions import jobs as contribution_jobs
from app.contributions import parts as contributions_parts
from app.contributions import routes as contributions
from app.contributions.models import PUBLICATION_NAMES
from app.contributions.models import STATE_NAMES as CONTRIBUTION_STATES
from app.demonstration import routes as demonstration
from app.exchange import api as exchange_api
from app.exchange import routes as exchange
from app.exports import api as exports_api
from app.exports import handlers as export_handlers
from app.exports import routes as exports
from app.notifications import handlers as notification_handlers
from app.notifications import jobs as notification_jobs
from app.operation import api as operation_api
from app.operation import routes as operation
from app.organisations import api as organisations_api
from app.organisations import routes as organisations
from app.organisations.models import KIND_NAMES, ROLE_NAMES
from app.platform import idempotency, traces, typed
from app.platform.events import Handler
from app.platform.i18n import Message, _
from app.platform.pages import ServiceNav
from app.platform.queue import JobFunction
from app.platform.routing import Moved
from app.publication import api as publication_api
from app.publication import handlers as publication_handlers
from app.publication import routes as publication
from app.questionnaires.models import EDITION_NAMES, OBLIGATION_NAMES
from app.questionnaires.models import KIND_NAMES as QUESTION_KINDS
from app.questionnaires.models import ORIGIN_NAMES as VERSION_ORIGINS
from app.questionnaires.models import STATE_NAMES as VERSION_STATES
from app.questionnaires.positions import LAW_NAMES, POSITION_NAMES, PRACTICE_NAMES
from app.reading import api as reading_api
from app.reading import routes as reading
from app.reference import api as reference_api
from app.reference import routes as reference
from app.reference.document import KIND_NAMES as REFERENCE_KINDS
from app.reference.models import MARK_NAMES
from app.reviews import api as reviews_api
from app.reviews import handlers as review_handlers
from app.reviews import routes as reviews
from app.site import routes as site
from app.statements import api as statements_api
from app.statements import handlers as statements_handlers
from app.statements import routes as statements
from app.submissions import api as submissions_api
from app.submissions import former
from app.submissions import handlers as submission_handlers
from app.submissions import routes as submissions
from app.submissions.models import DECISION_NAMES, SUBMISSION_STATE_NAMES
from app.submissions.models import STATE_NAMES as NATIONAL_ANSWER_STATES
from app.translations.models import ORIGIN_NAMES
from app.work import deps as work_deps
from app.work import jobs as work_jobs
from app.work import routes as work
from app.work.models import EVERY_NAMES

metadata = SQLModel.metadata

ROUTERS: Sequence[APIRouter] = (
    work.router,
    consultations.router,  # before the other pages of a desk: /desk/new is not a consultation
    reviews.router,
    entry_routes.router,
    contributions.router,
    contributions_parts.router,
    exports.router,
    statements.router,
    reading.router,
    submissions.router,
    publication.router,
    exchange.router,
    authoring_parts.router,
    authoring.router,
    reference.router,
    operation.router,
    organisations.router,
    accounts.router,
    site.router,
)
API_ROUTERS: Sequence[APIRouter] = (
    organisations_api.router,
    reviews_api.router,
    consultations_api.router,
    contributions_api.router,
    exchange_api.router,
    exports_api.router,
    statements_api.router,
    operation_api.router,
    publication_api.router,
    reading_api.router,
    reference_api.router,
    submissions_api.router,
)
# Parts of addresses of pages until October 2026, and what they are since (docs/glossary.md).
MOVED = Moved(
    "/desk/",
    {
        "set-up": "settings",
        "intake": "statements",
        "passages": "paragraphs",
        "dispositions": "decisions",
        "propose": "send",
        "clear": "approve",
    },
)
DEMONSTRATION_ROUTERS: Sequence[APIRouter] = (demonstration.router,)
HANDLERS: Sequence[Mapping[type, Sequence[Handler]]] = (
    review_handlers.HANDLERS,
    submission_handlers.HANDLERS,
    export_handlers.HANDLERS,
    statements_handlers.HANDLERS,
    contribution_handlers.HANDLERS,
    publication_handlers.HANDLERS,
    notification_handlers.HANDLERS,
)
JOBS: Mapping[str, JobFunction] = {
    **audit_jobs.JOBS,
    **consultation_jobs.JOBS,
    **contribution_jobs.JOBS,
    **notification_jobs.JOBS,
    **work_jobs.JOBS,
    "accounts.forget_ended_sessions": account_jobs.forget_ended_sessions,
    "idempotency.forget": idempotency.forget,
    "typed.forget": typed.forget,
    **traces.JOBS,
}
SERVICE_NAV: Sequence[ServiceNav] = (
    work.service_nav,
    authoring.service_nav,
    contributions.service_nav,
    operation.service_nav,
    organisations.service_nav,
    reference.service_nav,
)
SCHEDULE: Mapping[str, timedelta] = {
    "consultations.close_due": timedelta(hours=1),
    "accounts.forget_ended_sessions": timedelta(hours=6),
    "idempotency.forget": timedelta(hours=6),
    "typed.forget": timedelta(hours=6),
    "contributions.erase_withdrawn": timedelta(days=1),
    "work.send_digests": timedelta(hours=1),
    "consultations.delete_codes": timedelta(hours=1),
    "contributions.pass_on": timedelta(minutes=1),  # once a day; in the demonstration each time
    "audit.enter_waiting": timedelta(hours=1),
    "traces.fold_log": timedelta(minutes=1),
    "traces.forget_order": timedelta(hours=1),
}
# Done before every page is made: what its frame shows of rooms above its own.
BEFORE_PAGE: Sequence[Callable[[Request], Awaitable[None]]] = (
    contribution_deps.find_begun,
    work_deps.find_steps,
)
# What was typed or chosen comes back in words on pages that know nothing of the form it stood in.
FIELD_NAMES: Mapping[str, Message] = {
    "law": _("In law"),
    "practice": _("In practice"),
    "value": _("Your answer"),
    "narrative": _("In your words"),
    "language": _("Language of this answer"),
    "evidence-title": _("Evidence: title"),
    "evidence-url": _("Evidence: web address"),
    "evidence-publisher": _("Evidence: who published it"),
    "evidence-year": _("Evidence: year"),
    "evidence-official": _("Evidence: an official source"),
    "recommendation-action": _("Recommendation: what should change"),
    "recommendation-addressee": _("Recommendation: who should do it"),
    "recommendation-priority": _("Recommendation: how urgent"),
    "publication": _("Publication"),
    "reason": _("Reason"),
    "text": _("Text"),
    "decision": _("Decision"),
    "position": _("Position"),
    "assistance": _("Assistance needed"),
    "citations-title": _("Law and provision"),
    "citations-url": _("Web address"),
    "words": _("Ticked words"),
    "titles": _("Title"),
    "summaries": _("Summary"),
    "rules": _("Rules of participation"),
    "opens_at": _("Opening"),
    "closes_at": _("Closing"),
    "name": _("Name"),
    "email": _("E-mail address"),
    "organisation": _("Organization"),
    "body": _("Translation"),
    "role": _("Role"),
    "every": _("My work by e-mail"),
}
CHOICE_NAMES: Mapping[str, Message] = {
    str(value): name
    for names in (DECISION_NAMES, PUBLICATION_NAMES, PRACTICE_NAMES, POSITION_NAMES, LAW_NAMES)
    for value, name in names.items()
}
VOCABULARY: Mapping[str, Mapping[Any, Message]] = {
    "field_names": FIELD_NAMES,
    "choice_names": CHOICE_NAMES,
    "law_names": LAW_NAMES,
    "practice_names": PRACTICE_NAMES,
    "publication_names": PUBLICATION_NAMES,
    "contribution_states": CONTRIBUTION_STATES,
    "consultation_states": CONSULTATION_STATES,
    "step_names": STEP_NAMES,
    "kind_names": KIND_NAMES,
    "role_names": ROLE_NAMES,
    "mark_names": MARK_NAMES,
    "reference_kinds": REFERENCE_KINDS,
    "origin_names": ORIGIN_NAMES,
    "question_kinds": QUESTION_KINDS,
    "obligation_names": OBLIGATION_NAMES,
    "edition_names": EDITION_NAMES,
    "version_states": VERSION_STATES,
    "version_origins": VERSION_ORIGINS,
    "readiness_names": READINESS_NAMES,
    "part_names": PART_NAMES,
    "group_names": GROUP_NAMES,
    "preview_names": PREVIEW_NAMES,
    "decision_names": DECISION_NAMES,
    "recorded_decisions": former.NAMES,
    "position_names": POSITION_NAMES,
    "national_answer_states": NATIONAL_ANSWER_STATES,
    "submission_states": SUBMISSION_STATE_NAMES,
    "every_names": EVERY_NAMES,
}
