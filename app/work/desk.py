"""The page My work: what waits, by date, with a link that leads to exactly what was counted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.consultations import policy as consultation_policy
from app.consultations import queries as consultations
from app.consultations.queries import Listed
from app.consultations.timing import Phase
from app.organisations.models import READERS, Role
from app.platform import clock
from app.platform.i18n import Message, _, n_
from app.platform.security import Actor, Permission, require
from app.questionnaires import queries as questionnaires
from app.reviews import policy as review_policy
from app.reviews import queries as reviews
from app.reviews.deadlines import Step, StepStatus
from app.reviews.queries import ReviewFrame
from app.work import policy, queries
from app.work.models import Digest, Every
from app.work.queries import FACILITATES, LEADS, TRANSLATES, WRITES, Counts

AT_WORK = frozenset({Phase.OPEN, Phase.CLOSED})


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that waits: how many, what, the page where they stand, and what happens if nobody comes."""

    number: int
    what: Message
    why: Message
    of: Listed | ReviewFrame
    page: str
    fills: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Due:
    """What is due on a day; without a day it waits now."""

    day: date | None
    name: Message
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Stage:
    """How far the work on one consultation is."""

    listed: Listed
    counts: Counts
    questions: int


@dataclass(frozen=True, slots=True)
class WorkPage:
    """Everything somebody works on, and what waits there."""

    agenda: Sequence[Due]
    stages: Sequence[Stage]
    reviews: Sequence[ReviewFrame]
    others: Sequence[Listed]
    may_prepare: Permission
    may_create_state: Permission
    every: Every

    @property
    def waiting(self) -> int:
        """How many things wait."""
        return sum(entry.number for due in self.agenda for entry in due.entries)

    @property
    def next_step(self) -> tuple[ReviewFrame, date, Message] | None:
        """The next day of a review that lies ahead."""
        ahead = [
            (frame, step.due_on, step.name)
            for frame in self.reviews
            for step in frame.clock
            if step.due_on is not None and step.standing is StepStatus.AHEAD
        ]
        return min(ahead, key=lambda each: each[1], default=None)


async def work_page(session: AsyncSession, actor: Actor) -> WorkPage:
    """What waits for somebody who works here, in a number of statements that no consultation adds to."""
    require(policy.can_open(actor))
    frames = await reviews.list_reviews(session, actor)
    listed = await consultations.list_of_reviews(session, [f.review.id for f in frames], clock.arrival())
    at_work = [item for item in listed if item.phase in AT_WORK]
    counted = await queries.counts(session, actor, [item.consultation.id for item in at_work])
    stages = []
    for item in at_work:
        pair = await questionnaires.get_pair(
            session, item.consultation.civil_society_version_id, item.consultation.state_version_id
        )
        own = counted.get(item.consultation.id, Counts())
        stages.append(Stage(item, own, len(pair.state["en"].questions)))
    digest = await session.get(Digest, actor.account_id) if actor.account_id else None
    by_id = {frame.review.id: frame for frame in frames}
    return WorkPage(
        agenda=_by_day(actor, by_id, stages, listed),
        stages=[stage for stage in stages if actor.holds_any(READERS, stage.listed.consultation.office_id)],
        reviews=frames,
        others=[item for item in listed if item.phase not in AT_WORK],
        may_prepare=consultation_policy.can_prepare(actor),
        may_create_state=review_policy.can_create_state(actor),
        every=digest.every if digest else Every.NEVER,
    )


NOW = _("Now")
CLOSES = _("The consultation closes")
OPENS = _("The consultation opens")
ANSWER_DUE = _("The answer of the State is due")


@dataclass(slots=True)
class _Agenda:
    """Gathers entries by day."""

    days: dict[date | None, tuple[Message, list[Entry]]] = field(default_factory=dict)

    def add(self, entry: Entry, day: date | None = None, name: Message = NOW) -> None:
        """Put what waits on a day, without one to what waits now; what waits for nobody is left out."""
        if entry.number:
            if day is not None and day <= clock.today():
                day, name = None, NOW
            self.days.setdefault(day, (name, []))[1].append(entry)


def _by_day(
    actor: Actor, frames: dict[UUID, ReviewFrame], stages: Iterable[Stage], listed: Iterable[Listed]
) -> list[Due]:
    agenda = _Agenda()
    for frame in frames.values():
        if review_policy.can_create_state(actor) or actor.holds(Role.FOCAL_POINT, frame.review.office_id):
            agenda.add(_overdue(frame))
    for item in listed:
        if item.phase is Phase.DRAFT and actor.holds_any(LEADS, item.consultation.office_id):
            agenda.add(_to_open(item), item.consultation.opens_at.date(), OPENS)
    for stage in stages:
        due = _answer_due(frames[stage.listed.consultation.country_review_id])
        for roles, build in BUILDERS:
            if actor.holds_any(roles, stage.listed.consultation.office_id):
                build(agenda, stage, due)
    days = sorted(agenda.days.items(), key=lambda each: each[0] or date.min)
    return [Due(day, name, entries) for day, (name, entries) in days]


def _answer_due(frame: ReviewFrame) -> date | None:
    return next((step.due_on for step in frame.clock if step.step is Step.QUESTIONNAIRE), None)


def _overdue(frame: ReviewFrame) -> Entry:
    late = [step for step in frame.clock if step.standing is StepStatus.OVERDUE]
    what = n_("step of a review is overdue", "steps of a review are overdue", len(late))
    why = late[0].name if late else NOW
    return Entry(len(late), what, why, frame, "reviews.page", {"review_id": str(frame.review.id)})


def _to_open(item: Listed) -> Entry:
    return Entry(
        1,
        n_("consultation to open", "consultations to open", 1),
        _("Complete the texts and the dates, then open it. Until then nobody can answer."),
        item,
        "consultations.settings",
        {"slug": item.consultation.slug},
    )


def _entry(stage: Stage, number: int, what: Message, why: Message, page: str, **query: str) -> Entry:
    return Entry(number, what, why, stage.listed, page, {"slug": stage.listed.consultation.slug}, query)


def _approve(agenda: _Agenda, stage: Stage, due: date | None) -> None:
    """What the focal point does alone."""
    own, is_closed = stage.counts, stage.listed.phase is Phase.CLOSED
    what = n_(
        "national answer sent to you for approval", "national answers sent to you for approval", own.waiting
    )
    why = _("Until you approve it, it cannot go into the final file.")
    agenda.add(_entry(stage, own.waiting, what, why, "submissions.overview", show="waiting"))
    all_approved = stage.questions > 0 and own.approved == stage.questions and not own.undecided
    to_make = int(all_approved and not own.is_final and is_closed)
    what = n_("final file to make", "final files to make", to_make)
    why = _("Everything is approved. The final file goes to the review.")
    agenda.add(_entry(stage, to_make, what, why, "exports.page"), due, ANSWER_DUE)
    to_conclude = int(own.is_final and is_closed)
    what = n_("consultation to publish and conclude", "consultations to publish and conclude", to_conclude)
    why = _("Contributors wait for what became of their answers.")
    agenda.add(_entry(stage, to_conclude, what, why, "publication.publish"))


def _write(agenda: _Agenda, stage: Stage, due: date | None) -> None:
    """What experts and the focal point write and decide."""
    own, page = stage.counts, "submissions.overview"
    what = n_("paragraph built on revised words", "paragraphs built on revised words", own.revised)
    why = _("The author changed the answer after you used it.")
    agenda.add(_entry(stage, own.revised, what, why, page, show="revised"))
    what = n_("answer without a decision", "answers without a decision", own.undecided)
    why = _("No question can be approved while one of its answers has no decision.")
    agenda.add(_entry(stage, own.undecided, what, why, page, show="undecided"), due, ANSWER_DUE)
    unwritten = stage.questions - own.begun
    what = n_("question without a national answer", "questions without a national answer", unwritten)
    why = _("The final file needs an answer to each.")
    agenda.add(_entry(stage, unwritten, what, why, page, show="unwritten"), due, ANSWER_DUE)


def _read(agenda: _Agenda, stage: Stage, due: date | None) -> None:
    """What this reader has not read."""
    unread = stage.counts.unread
    what = n_("answer unread", "answers unread", unread)
    why = _("Every reader has a separate count.")
    agenda.add(_entry(stage, unread, what, why, "reading.questions", unread="yes"), due, ANSWER_DUE)


def _place(agenda: _Agenda, stage: Stage, _due: date | None) -> None:
    """What a facilitator places or sets aside."""
    number = stage.counts.statements
    what = n_("statement to place", "statements to place", number)
    why = _("After the closing a statement can no longer be placed, only set aside with a reason.")
    closing = stage.listed.consultation.closes_at.date()
    agenda.add(_entry(stage, number, what, why, "statements.kept"), closing, CLOSES)


def _translate(agenda: _Agenda, stage: Stage, due: date | None) -> None:
    """What a translator translates."""
    number, language = stage.counts.untranslated, stage.listed.consultation.submission_language
    what = n_("text to translate", "texts to translate", number)
    why = _("Experts who do not read the original wait for it.")
    agenda.add(_entry(stage, number, what, why, "reading.texts", missing=language), due, ANSWER_DUE)


BUILDERS = (
    (LEADS, _approve),
    (WRITES, _write),
    (READERS, _read),
    (FACILITATES, _place),
    (TRANSLATES, _translate),
)
