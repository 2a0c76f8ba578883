"""Carrying answers over from an earlier consultation on an earlier version of the same questionnaire.

Only between named contributions of one organisation to one office. To find an earlier confidential
contribution, the portal would have to know who wrote it, and it does not.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.consultations.models import Consultation
from app.contributions import kinds, policy, queries, relevance_changes
from app.contributions.models import Answer, Contribution, ContributionState, Mode, Publication
from app.contributions.queries import Frame
from app.platform import clock
from app.platform.errors import Invalid, NotFound
from app.platform.i18n import SOURCE
from app.platform.security import Actor, Permission, require
from app.questionnaires import queries as questionnaires
from app.questionnaires.compiled import CompiledQuestion, CompiledVersion
from app.questionnaires.models import Kind, QuestionnaireVersion
from app.questionnaires.relevance import Given

COPIED = ("law", "practice", "value", "narrative", "language", "evidence", "recommendation")


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier contribution of the same organisation with the version it answered."""

    contribution_id: UUID
    consultation: Consultation
    version_id: UUID


@dataclass(frozen=True, slots=True)
class Offer:
    """An answer from before with the question it answered, and that question as it is asked now."""

    answer: Answer
    before: CompiledQuestion
    now: CompiledQuestion | None
    is_same: bool

    def said(self, language: str) -> str:
        """The value that was answered, in the words of its question."""
        return kinds.shown(self.before, self.answer.value, language)


@dataclass(frozen=True, slots=True)
class CarryOverPage:
    """What can be taken over: questions that stayed, questions that changed, questions that are gone."""

    frame: Frame
    earlier: Consultation
    same: Sequence[Offer]
    changed: Sequence[Offer]
    gone: Sequence[Offer]
    may_carry: Permission


async def find_earlier(
    session: AsyncSession, actor: Actor, frame: Frame, version: CompiledVersion
) -> Earlier | None:
    """The newest earlier contribution there is; first versions and confidential writers cost no statement."""
    contribution = frame.contribution
    if version.number == 1 or contribution.mode is not Mode.NAMED:
        return None
    query = (
        select(Contribution.id, Consultation, QuestionnaireVersion.id)
        .join(Consultation, Consultation.id == Contribution.consultation_id)  # type: ignore[arg-type]
        .join(
            QuestionnaireVersion,
            QuestionnaireVersion.id == Consultation.civil_society_version_id,  # type: ignore[arg-type]
        )
        .where(
            queries.visible(actor),
            Contribution.mode == Mode.NAMED,
            Contribution.organisation_id == contribution.organisation_id,
            Contribution.office_id == contribution.office_id,
            Contribution.id != contribution.id,
            Contribution.state != ContributionState.WITHDRAWN,
            QuestionnaireVersion.slug == version.slug,
            QuestionnaireVersion.edition == version.edition,
            QuestionnaireVersion.number < version.number,
            select(Answer.id).where(Answer.contribution_id == Contribution.id).exists(),
        )
        .order_by(col(QuestionnaireVersion.number).desc(), col(Consultation.closes_at).desc())
    )
    row = (await session.exec(query)).first()
    return Earlier(*row) if row else None


async def carry_over_page(
    session: AsyncSession, actor: Actor, contribution_id: UUID, language: str
) -> CarryOverPage:
    """What an earlier contribution has for this one; raises NotFound where there is none."""
    frame = await queries.get_frame(session, actor, contribution_id)
    earlier, offers, _version = await _offers(session, actor, frame, language)
    return CarryOverPage(
        frame=frame,
        earlier=earlier.consultation,
        same=[offer for offer in offers if offer.is_same],
        changed=[offer for offer in offers if offer.now is not None and not offer.is_same],
        gone=[offer for offer in offers if offer.now is None],
        may_carry=policy.can_answer(actor, frame.contribution, frame.consultation, clock.arrival()),
    )


async def _offers(
    session: AsyncSession, actor: Actor, frame: Frame, language: str
) -> tuple[Earlier, list[Offer], CompiledVersion]:
    """Every answer of the earlier contribution whose question has no answer here yet."""
    version = await questionnaires.get_compiled(session, frame.consultation.civil_society_version_id)
    earlier = await find_earlier(session, actor, frame, version)
    if earlier is None:
        raise NotFound
    before = await questionnaires.get_compiled(session, earlier.version_id)
    given = await queries.answers_of(session, earlier.contribution_id)
    standing = await queries.answers_of(session, frame.contribution.id)
    taken = {key for key, answer in standing.items() if not answer.is_empty}
    offers: list[Offer] = []
    for question in before[language].questions:
        answer, now = given.get(question.id), version[language].by_code.get(question.code)
        if answer is None or answer.is_empty or (now is not None and now.id in taken):
            continue
        if now is not None and now.kind is Kind.NOTE:
            now = None
        is_same = now is not None and before.meanings[question.code] == version.meanings[question.code]
        offers.append(Offer(answer, question, now, is_same))
    return earlier, offers, version


async def carry_over(
    session: AsyncSession, actor: Actor, contribution_id: UUID, codes: Collection[str]
) -> int:
    """Take answers over whose question stayed the same, as a draft that nobody may publish; returns how many.

    What was answered here already stays, and so does what the questionnaire would refuse now.
    """
    frame, offers, version = await _for_change(session, actor, contribution_id)
    chosen = [offer for offer in offers if offer.is_same and offer.before.code in codes]
    answers = await queries.answers_of(session, contribution_id)
    given = {key: kinds.given_by(answer) for key, answer in answers.items()}
    # All of them together: a constraint may read another answer that is taken over as well.
    given |= {offer.now.id: kinds.given_by(offer.answer) for offer in chosen if offer.now is not None}
    taken = [offer for offer in chosen if _fits(version, offer, given)]
    for offer in taken:
        _copy(session, frame, answers, offer)
    await session.flush()
    return len(taken)


async def carry_over_one(session: AsyncSession, actor: Actor, contribution_id: UUID, code: str) -> None:
    """Take the answer to a question that changed over, as far as it fits, so that it can be edited."""
    frame, offers, _version = await _for_change(session, actor, contribution_id)
    offer = next((o for o in offers if o.before.code == code and o.now is not None), None)
    if offer is None:
        raise NotFound
    _copy(session, frame, await queries.answers_of(session, contribution_id), offer)
    await session.flush()


async def _for_change(
    session: AsyncSession, actor: Actor, contribution_id: UUID
) -> tuple[Frame, list[Offer], CompiledVersion]:
    """The offers, while nobody else saves an answer of this contribution."""
    frame = await queries.get_frame(session, actor, contribution_id, lock=True)
    require(policy.can_answer(actor, frame.contribution, frame.consultation, clock.arrival()))
    _earlier, offers, version = await _offers(session, actor, frame, SOURCE)
    return frame, offers, version


def _fits(version: CompiledVersion, offer: Offer, given: Mapping[UUID, Given]) -> bool:
    answer, now = offer.answer, offer.now
    if now is None:
        return False
    try:
        kinds.checked(now, answer.law, answer.practice, answer.narrative, answer.value, SOURCE)
        relevance_changes.check_constraint(version, now, given)
    except Invalid:
        return False
    return True


def _copy(session: AsyncSession, frame: Frame, answers: Mapping[UUID, Answer], offer: Offer) -> None:
    """Write the answer into the row that stands empty, or into a new one."""
    if offer.now is None:
        return
    answer = answers.get(offer.now.id)
    if answer is None:
        answer = Answer(
            contribution_id=frame.contribution.id,
            consultation_id=frame.consultation.id,
            question_id=offer.now.id,
        )
    else:
        answer.version += 1
    for name, value in _content(offer.answer, offer.now).items():
        setattr(answer, name, value)
    answer.publication, answer.skipped = Publication.NO, False
    session.add(answer)


def _content(answer: Answer, question: CompiledQuestion) -> dict[str, Any]:
    """The parts of an answer that the question asks for; a value it would refuse is left behind."""
    content = {name: getattr(answer, name) for name in COPIED}
    if question.kind is not Kind.POSITION:
        content["law"] = content["practice"] = None
    try:
        content["value"] = kinds.checked(question, None, None, "", answer.value, SOURCE)
    except Invalid:
        content["value"] = ""
    return content
