"""Reading the outcome that stands, and its pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consultations import queries as consultations
from app.consultations.events import Figures
from app.consultations.models import Consultation
from app.platform.errors import NotFound
from app.platform.security import ALLOW, Actor, Permission, require
from app.publication import gathering, policy
from app.publication.front import Front, front_of
from app.publication.models import Outcome
from app.publication.snapshot import Content
from app.questionnaires import queries as questionnaires
from app.questionnaires.compiled import CompiledQuestion
from app.reviews import queries as reviews
from app.submissions import queries as submissions

KEPT = 32
_published: dict[UUID, "Published"] = {}


@dataclass(frozen=True, slots=True)
class Published:
    """An outcome as it was published, with its figures."""

    number: int
    published_at: datetime
    content: Content
    front: Front


async def find_newest(session: AsyncSession, consultation_id: UUID) -> Published | None:
    """The outcome that stands; its content is read once a process."""
    query = (
        select(Outcome.id, Outcome.number, Outcome.published_at)
        .where(Outcome.consultation_id == consultation_id)
        .order_by(col(Outcome.number).desc())
    )
    row = (await session.exec(query.limit(1))).first()
    return None if row is None else await _read(session, *row)


async def _read(session: AsyncSession, outcome_id: UUID, number: int, published_at: datetime) -> Published:
    found = _published.get(outcome_id)
    if found is None:
        content = dict((await session.exec(select(Outcome.content).where(Outcome.id == outcome_id))).one())
        found = Published(number, published_at, content, front_of(content))
        while len(_published) >= KEPT:
            _published.pop(next(iter(_published)))
        _published[outcome_id] = found
    return found


async def figures_of(session: AsyncSession, consultation_ids: Sequence[UUID]) -> dict[UUID, Figures]:
    """What the newest outcomes of these consultations show at a glance, by consultation; those that have one."""
    newer = aliased(Outcome)
    query = select(Outcome.consultation_id, Outcome.id, Outcome.number, Outcome.published_at).where(
        col(Outcome.consultation_id).in_(consultation_ids),
        ~select(newer.id)
        .where(newer.consultation_id == Outcome.consultation_id, newer.number > Outcome.number)
        .exists(),
    )
    figures = {}
    for consultation_id, outcome_id, number, published_at in (await session.exec(query)).all():
        outcome = await _read(session, outcome_id, number, published_at)
        answers, front = outcome.content["answers"], outcome.front
        is_told = isinstance(answers, int) and outcome.content["decided"]
        figures[consultation_id] = Figures(answers if is_told else None, front.asked, front.resting)
    return figures


async def is_outcome_current(session: AsyncSession, consultation_id: UUID) -> bool:
    """Whether an outcome was published since the submission was last made final or reopened."""
    newest = await find_newest(session, consultation_id)
    submission = await submissions.find_submission(session, consultation_id)
    return newest is not None and (submission is None or newest.published_at >= submission.state_since)


def forget(outcome_id: UUID) -> None:
    """Let go of the content of an outcome that was changed in its table."""
    _published.pop(outcome_id, None)


@dataclass(frozen=True, slots=True)
class Section:
    """A question of the outcome: its words, and what is public about it."""

    question: CompiledQuestion
    content: Content

    @property
    def is_asked(self) -> bool:
        """Whether the State itself is asked this."""
        return bool(self.content["edition"] == "state")


@dataclass(frozen=True, slots=True)
class OutcomePage:
    """The outcome, as the public reads it or as it would; `chosen` is one question in full."""

    consultation: Consultation
    number: int
    published_at: datetime | None
    content: Content | None
    sections: Sequence[Section]
    chosen: Section | None
    front: Front | None = None
    may_publish: Permission = ALLOW

    @property
    def shown(self) -> Sequence[Section]:
        """The sections on this page."""
        return [self.chosen] if self.chosen else self.sections


async def outcome_page(
    session: AsyncSession, actor: Actor, slug: str, language: str, code: str | None = None
) -> OutcomePage:
    """The outcome that stands, or a page that says there is none yet; raises NotFound."""
    consultation = await consultations.get_consultation(session, actor, slug)
    newest = await find_newest(session, consultation.id)
    if newest is None:
        return OutcomePage(consultation, 0, None, None, (), None)
    sections = await _sections(session, consultation, newest.content, language)
    chosen = _chosen(sections, code)
    return OutcomePage(
        consultation, newest.number, newest.published_at, newest.content, sections, chosen, newest.front
    )


async def preview_page(
    session: AsyncSession, actor: Actor, slug: str, language: str, code: str | None = None
) -> OutcomePage:
    """Exactly what the public would see if the outcome were published now."""
    consultation = await consultations.get_desk_consultation(session, actor, slug)
    require(policy.can_preview(actor, consultation))
    review = await reviews.get_review(session, actor, consultation.country_review_id)
    submission = await submissions.find_submission(session, consultation.id)
    newest = await find_newest(session, consultation.id)
    content = await gathering.content_of(session, consultation)
    sections = await _sections(session, consultation, content, language)
    return OutcomePage(
        consultation=consultation,
        number=newest.number if newest else 0,
        published_at=newest.published_at if newest else None,
        content=content,
        sections=sections,
        chosen=_chosen(sections, code),
        front=front_of(content),
        may_publish=policy.can_publish(actor, review, submission),
    )


async def _sections(
    session: AsyncSession, consultation: Consultation, content: Content, language: str
) -> list[Section]:
    state = await questionnaires.get_compiled(session, consultation.state_version_id)
    asked = await questionnaires.get_compiled(session, consultation.civil_society_version_id)
    words = {"state": state[language].by_code, "civil_society": asked[language].by_code}
    return [Section(words[one["edition"]][one["code"]], one) for one in content["questions"]]


def _chosen(sections: Sequence[Section], code: str | None) -> Section | None:
    if code is None:
        return None
    found = next((section for section in sections if section.question.code == code), None)
    if found is None:
        raise NotFound
    return found
