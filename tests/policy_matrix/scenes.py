"""Who asks, and about what: every role and every state a policy can be asked about."""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from app.consultations.models import Consultation, ConsultationState, Override, Step
from app.contributions.models import Contribution, ContributionState, Mode
from app.organisations.models import Organisation, OrganisationKind, Role
from app.platform.i18n import _
from app.platform.security import NOBODY, Actor
from app.questionnaires.models import Edition, QuestionnaireVersion, VersionState
from app.reviews.models import CountryReview
from app.submissions.models import NationalAnswer, NationalAnswerState, Submission, SubmissionState

OPENS = datetime(2026, 3, 1, tzinfo=UTC)
CLOSES = OPENS + timedelta(days=30)


def _id(number: int) -> UUID:
    return UUID(int=number, version=4)


OFFICE, OTHER_OFFICE, LEAGUE, OTHER_LEAGUE, SECRETARIAT = (_id(number) for number in range(1, 6))
MINE, ANOTHER = _id(11), _id(12)
FOCAL_POINT, EXPERT = _id(21), _id(22)
OFFICE_ROLES = (
    Role.EXPERT,
    Role.FOCAL_POINT,
    Role.GOVERNMENT_READER,
    Role.TRANSLATOR,
    Role.FACILITATOR,
    Role.AUDITOR,
)


def _person(number: int, *roles: Role, at: UUID) -> Actor:
    return Actor(_id(number), "Somebody", frozenset((role.value, at) for role in roles))


# The columns, each with what it stands for.
ACTORS: Mapping[str, tuple[str, Actor]] = {
    "nobody": ("somebody who has not signed in", NOBODY),
    "bearer": ("the bearer of the code of the confidential contribution", Actor(bearer_of=MINE)),
    "other-b": ("the bearer of the code of another contribution", Actor(bearer_of=ANOTHER)),
    "draft": (
        "a drafter of the organization that contributes",
        _person(31, Role.DRAFTER, at=LEAGUE),
    ),
    "sign": (
        "a signatory of the organization that contributes",
        _person(32, Role.SIGNATORY, at=LEAGUE),
    ),
    "other-s": ("a signatory of another organization", _person(33, Role.SIGNATORY, at=OTHER_LEAGUE)),
    "facil": ("a facilitator of the State's office", _person(34, Role.FACILITATOR, at=OFFICE)),
    "expert": ("an expert of the office", _person(22, Role.EXPERT, at=OFFICE)),
    "focal": ("the focal point of the country review", _person(21, Role.FOCAL_POINT, at=OFFICE)),
    "ex-foc": (
        "a focal point of the office who is not this review's (any more)",
        _person(35, Role.FOCAL_POINT, at=OFFICE),
    ),
    "reader": ("a government reader of the office", _person(36, Role.GOVERNMENT_READER, at=OFFICE)),
    "transl": ("a translator of the office", _person(37, Role.TRANSLATOR, at=OFFICE)),
    "audit": ("an auditor of the office", _person(38, Role.AUDITOR, at=OFFICE)),
    "neighb": (
        "somebody with every role in the office of another State",
        _person(39, *OFFICE_ROLES, at=OTHER_OFFICE),
    ),
    "secret": ("the secretariat", _person(40, Role.SECRETARIAT, at=SECRETARIAT)),
    "portal": ("the portal itself, in a scheduled job", Actor.system("job")),
}


def _consultation(state: ConsultationState) -> Consultation:
    texts: dict[str, str] = {}
    return Consultation(
        slug="valmora",
        country_review_id=_id(51),
        office_id=OFFICE,
        civil_society_version_id=_id(52),
        state_version_id=_id(53),
        titles=texts,
        summaries=texts,
        rules=texts,
        languages=[],
        submission_language="en",
        opens_at=OPENS,
        closes_at=CLOSES,
        state=state,
    )


def _contribution(mode: Mode, state: ContributionState, versions: int, entered: bool = False) -> Contribution:
    return Contribution(
        id=MINE,
        consultation_id=_id(54),
        office_id=OFFICE,
        organisation_id=LEAGUE if mode is Mode.NAMED else None,
        mode=mode,
        label="K7",
        state=state,
        submitted_versions=versions,
        entered_by_id=OFFICE if entered else None,
    )


LIVES = {
    "being written": (ContributionState.DRAFTING, 0),
    "submitted": (ContributionState.SUBMITTED, 1),
    "revised": (ContributionState.DRAFTING, 1),
    "withdrawn": (ContributionState.WITHDRAWN, 1),
}
KINDS = {
    "named": (Mode.NAMED, False),
    "confidential": (Mode.CONFIDENTIAL, False),
    "entered by a facilitator": (Mode.NAMED, True),
}


def _organisation(place: UUID, kind: OrganisationKind) -> Organisation:
    return Organisation(id=place, name="A body", kind=kind)


def _submission(state: SubmissionState) -> Submission:
    return Submission(consultation_id=_id(54), office_id=OFFICE, language="en", state=state)


def _national(state: NationalAnswerState) -> NationalAnswer:
    sent_by = None if state is NationalAnswerState.DRAFTING else EXPERT
    return NationalAnswer(submission_id=_id(55), question_id=_id(56), state=state, sent_by_id=sent_by)


def _version(state: VersionState) -> QuestionnaireVersion:
    return QuestionnaireVersion(
        slug="firearms", edition=Edition.STATE, number=1, texts={}, sections=[], checksum="", state=state
    )


def _override(asked_by: UUID, confirmed: bool = False) -> Override:
    at = CLOSES if confirmed else None
    return Override(
        consultation_id=_id(54),
        step=Step.CONCLUDE,
        reason="Why.",
        covers={},
        asked_by_id=asked_by,
        confirmed_at=at,
    )


REVIEW = CountryReview(
    state_code="VA",
    office_id=OFFICE,
    instruments=["FP"],
    cluster="I",
    started_on=date(2026, 1, 5),
    working_languages=["en"],
    focal_point_id=FOCAL_POINT,
)
MOMENTS = {
    "in preparation": (ConsultationState.DRAFT, OPENS),
    "before the opening": (ConsultationState.OPEN, OPENS - timedelta(microseconds=1)),
    "while open": (ConsultationState.OPEN, CLOSES - timedelta(microseconds=1)),
    "from the closing instant": (ConsultationState.OPEN, CLOSES),
    "closed": (ConsultationState.CLOSED, OPENS),
    "concluded": (ConsultationState.CONCLUDED, OPENS),
    "archived": (ConsultationState.ARCHIVED, OPENS),
}
MISSING = _("Something is missing.")

# What may differ from case to case, in the order of the table.
CHOICES: Mapping[str, Mapping[str, Any]] = {
    "state": {state.value: state for state in ConsultationState},
    "moment": MOMENTS,
    "kind": KINDS,
    "life": LIVES,
    "organisation": {
        "an NGO": _organisation(LEAGUE, OrganisationKind.NGO),
        "the office": _organisation(OFFICE, OrganisationKind.GOVERNMENT_OFFICE),
        "the secretariat": _organisation(SECRETARIAT, OrganisationKind.SECRETARIAT),
    },
    "role": {role.value: role for role in Role},
    "held": {
        "nobody is there yet": frozenset(),
        "it has its people": frozenset({Role.FOCAL_POINT, Role.SIGNATORY, Role.FACILITATOR}),
    },
    "to_secretariat": {"to somebody of the secretariat": True, "to somebody else": False},
    "own": {"one's own role": True, "somebody else's role": False},
    "is_last": {"the last signatory": True, "one of several": False},
    "national": {state.value: _national(state) for state in NationalAnswerState},
    "editors": {
        "drafted by the expert": frozenset({EXPERT}),
        "drafted in part by the focal point": frozenset({EXPERT, FOCAL_POINT}),
    },
    "obstacles": {"nothing is missing": (), "something is missing": (MISSING,)},
    "override": {
        "asked by the expert": _override(EXPERT),
        "asked by the focal point": _override(FOCAL_POINT),
        "confirmed": _override(EXPERT, confirmed=True),
    },
    "step": {step.value: step for step in Step},
    "approved": {"no approved question rests on it": (), "a approved question rests on it": ("S-FP-08-2",)},
    "version": {f"version {state.value}": _version(state) for state in VersionState},
    "submission": {
        "no submission": None,
        **{f"submission {state.value}": _submission(state) for state in SubmissionState},
    },
}
FIXED: Mapping[str, Any] = {"review": REVIEW, "office_id": OFFICE}


def dimensions(parameters: Collection[str]) -> list[str]:
    """What may differ for a policy with these parameters; a new parameter has to be taught here."""
    found = {name for name in parameters if name not in {"actor", *FIXED}}
    if {"consultation", "at"} <= found:
        found = found - {"consultation", "at"} | {"moment"}
    if "consultation" in found:
        found = found - {"consultation"} | {"state"}
    if "contribution" in found:
        found = found - {"contribution"} | {"kind", "life"}
    unknown = found - set(CHOICES)
    assert not unknown, f"scenes.py does not say what {sorted(unknown)} may be"
    return [name for name in CHOICES if name in found]


def arguments(parameters: Collection[str], case: Mapping[str, str]) -> dict[str, Any]:
    """The arguments of a policy in one case, which says in a word what each dimension is."""
    chosen = {name: CHOICES[name][word] for name, word in case.items()}
    given = {name: FIXED.get(name, chosen.get(name)) for name in parameters if name != "actor"}
    if "moment" in chosen:
        state, given["at"] = chosen["moment"]
        given["consultation"] = _consultation(state)
    elif "consultation" in given:
        given["consultation"] = _consultation(chosen["state"])
    if "contribution" in given:
        (mode, entered), (state, versions) = chosen["kind"], chosen["life"]
        given["contribution"] = _contribution(mode, state, versions, entered)
    return given
