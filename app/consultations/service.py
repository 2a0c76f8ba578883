"""Writing consultations and invitation codes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit import service as audit
from app.consultations import obstacles, policy, queries
from app.consultations.events import (
    ConsultationClosed,
    ConsultationClosedEarly,
    ConsultationConcluded,
    ConsultationExtended,
    ConsultationOpened,
)
from app.consultations.models import (
    MOVES,
    Consultation,
    ConsultationState,
    InvitationCode,
    Override,
    SpentCode,
    Step,
)
from app.consultations.schemas import (
    Closing,
    CodesInput,
    ConsultationEdit,
    ConsultationInput,
    Extension,
    NewForm,
    OverrideInput,
)
from app.platform import clock, events, ids
from app.platform.db import check_version
from app.platform.errors import Conflict, Invalid, MoveNotAllowed, NotFound
from app.platform.i18n import BY_CODE, Message, _
from app.platform.security import Actor, require
from app.platform.states import may_move, move
from app.questionnaires import queries as questionnaires
from app.questionnaires.models import QuestionnaireVersion
from app.reviews import queries as reviews
from app.reviews import service as review_service
from app.reviews.models import CountryReview
from app.reviews.schemas import ReviewInput

TEXTS = {
    "titles": _("Title in %(language)s: fill this in."),
    "summaries": _("Summary in %(language)s: fill this in."),
}
NEEDED = {
    "state_code": _("State: choose one."),
    "instruments": _("Instruments under review: choose one or more."),
    "cluster": _("Cluster: choose one."),
    "started_on": _("Start of the review: fill this in."),
    "working_languages": _("Working languages of the review: choose one or more."),
}
NOT_AFTER = _("The closing must be after the opening.")
NOT_FUTURE = _("The closing must be in the future.")


async def prepare_consultation(session: AsyncSession, actor: Actor, data: NewForm) -> Consultation:
    """Create a consultation, and before it the country review where the office has none open."""
    require(policy.can_prepare(actor))
    if data.review_id is not None:
        return await create_consultation(session, actor, data.review_id, data)
    review_data = _review_of(data)
    # Everything is checked before the first write, so that a refused form leaves nothing behind.
    await _pair(session, data.civil_society_version_id)
    _raise_if(await _problems(session, data, review_data.working_languages, data.slug))
    review = await review_service.create_review(session, actor, review_data)
    return await create_consultation(session, actor, review.id, data)


def _review_of(data: NewForm) -> ReviewInput:
    _raise_if({name: message for name, message in NEEDED.items() if not getattr(data, name)})
    return ReviewInput.model_validate(data.model_dump(include={*NEEDED, "phase"}))


async def create_consultation(
    session: AsyncSession, actor: Actor, review_id: UUID, data: ConsultationInput
) -> Consultation:
    """Prepare a consultation of a review on a published pair of questionnaires, pinned at its version."""
    review = await reviews.get_review(session, actor, review_id)
    require(policy.can_lead(actor, review))
    civil_society, of_state = await _pair(session, data.civil_society_version_id)
    _raise_if(await _problems(session, data, review.working_languages, data.slug))
    made = Consultation(
        slug=data.slug,
        country_review_id=review.id,
        office_id=review.office_id,
        civil_society_version_id=civil_society.id,
        state_version_id=of_state.id,
        **_fields(data),
    )
    session.add(made)
    await session.flush()
    audit.record(session, actor, "consultation.created", made, scope_id=review.id, slug=made.slug)
    return made


async def edit_consultation(
    session: AsyncSession, actor: Actor, slug: str, data: ConsultationEdit
) -> Consultation:
    """Change texts, languages and dates while the consultation is prepared."""
    consultation, review = await _for_change(session, actor, slug)
    require(policy.can_edit(actor, consultation, review))
    check_version(consultation, data.version)
    _raise_if(await _problems(session, data, review.working_languages))
    for name, value in _fields(data).items():
        setattr(consultation, name, value)
    session.add(consultation)
    audit.record(session, actor, "consultation.edited", consultation, scope_id=review.id)
    await session.flush()
    return consultation


async def open_consultation(session: AsyncSession, actor: Actor, slug: str) -> Consultation:
    """Make a prepared consultation public; answers are taken from its opening instant on."""
    consultation, review = await _for_change(session, actor, slug)
    require(policy.can_lead(actor, review))
    if consultation.state is not ConsultationState.DRAFT:
        raise Conflict(_("This consultation was opened before."))
    _raise_if(_missing_texts(consultation) | _wrong_dates(consultation.opens_at, consultation.closes_at))
    if consultation.closes_at <= clock.now():
        raise Invalid({"closes_at": NOT_FUTURE})
    move(consultation, MOVES, ConsultationState.OPEN)
    session.add(consultation)
    audit.record(session, actor, "consultation.opened", consultation, scope_id=review.id)
    await session.flush()
    await events.publish(session, ConsultationOpened(consultation.id))
    return consultation


async def close_consultation(
    session: AsyncSession, actor: Actor, slug: str, data: Closing | None = None
) -> Consultation:
    """Take no more answers; before the promised time only with a reason, which the public reads."""
    consultation, review = await _for_change(session, actor, slug)
    require(policy.can_lead(actor, review))
    if clock.now() >= consultation.closes_at or consultation.state is not ConsultationState.OPEN:
        await _close(session, actor, consultation)
        return consultation
    reason = data.reason.strip() if data else ""
    _raise_if({} if reason else {"reason": _("Say why it closes early. Contributors read it.")})
    consultation.promised_closes_at = max(
        consultation.closes_at, consultation.promised_closes_at or consultation.closes_at
    )
    consultation.closed_early_reason = reason
    await _close(session, actor, consultation, reason=reason)
    await events.publish(session, ConsultationClosedEarly(consultation.id))
    return consultation


async def _close(session: AsyncSession, actor: Actor, consultation: Consultation, **details: str) -> None:
    move(consultation, MOVES, ConsultationState.CLOSED)
    consultation.closes_at = min(consultation.closes_at, clock.now())
    session.add(consultation)
    audit.record(
        session,
        actor,
        "consultation.closed",
        consultation,
        scope_id=consultation.country_review_id,
        closes_at=consultation.closes_at.isoformat(),
        **details,
    )
    await session.flush()
    await events.publish(session, ConsultationClosed(consultation.id))


async def extend_consultation(
    session: AsyncSession, actor: Actor, slug: str, data: Extension
) -> Consultation:
    """Move the closing to a later instant, with a reason; a closed consultation opens again."""
    consultation, review = await _for_change(session, actor, slug)
    require(policy.can_lead(actor, review))
    if consultation.state not in {ConsultationState.OPEN, ConsultationState.CLOSED}:
        raise Conflict(_("Only an open or a closed consultation can be extended."))
    if data.closes_at <= max(clock.now(), consultation.closes_at):
        raise Invalid(
            {"closes_at": _("The new closing must be in the future and later than the present one.")}
        )
    if consultation.state is ConsultationState.CLOSED:
        move(consultation, MOVES, ConsultationState.OPEN)
    before, consultation.closes_at = consultation.closes_at, data.closes_at
    if consultation.promised_closes_at and consultation.promised_closes_at <= data.closes_at:
        consultation.promised_closes_at, consultation.closed_early_reason = None, ""
    session.add(consultation)
    audit.record(
        session,
        actor,
        "consultation.extended",
        consultation,
        scope_id=review.id,
        reason=data.reason,
        before=before.isoformat(),
        closes_at=data.closes_at.isoformat(),
    )
    await session.flush()
    await events.publish(session, ConsultationExtended(consultation.id))
    return consultation


async def conclude_consultation(session: AsyncSession, actor: Actor, slug: str) -> Consultation:
    """Say that the work is done; refused while anything stands against it (raises Unfinished)."""
    consultation, review = await _for_change(session, actor, slug)
    require(policy.can_lead(actor, review))
    if not may_move(consultation, MOVES, ConsultationState.CONCLUDED):
        raise MoveNotAllowed
    await obstacles.check_step(session, consultation, Step.CONCLUDE)
    move(consultation, MOVES, ConsultationState.CONCLUDED)
    session.add(consultation)
    audit.record(session, actor, "consultation.concluded", consultation, scope_id=review.id)
    await session.flush()
    await events.publish(session, ConsultationConcluded(consultation.id))
    return consultation


async def ask_override(
    session: AsyncSession, actor: Actor, slug: str, step: Step, data: OverrideInput
) -> Override:
    """Ask for a step although something stands against it; a second person has to confirm.

    Asking anew takes the place of what was asked before, confirmed or not.
    """
    consultation, review = await _for_change(session, actor, slug)
    require(policy.can_ask_override(actor, consultation, step))
    found = await obstacles.against(session, consultation, step)
    if not found:
        raise Conflict(_("Nothing stands against this step, so no override is needed."))
    override = await obstacles.find_override(session, consultation.id, step)
    if override is None:
        override = Override(consultation_id=consultation.id, step=step, reason="", covers={})
    override.reason = data.reason
    override.covers = {each.key: each.number for each in found}
    override.asked_by_id, override.asked_by_name = actor.account_id, actor.name
    override.asked_at = clock.now()
    override.confirmed_by_id, override.confirmed_by_name, override.confirmed_at = None, "", None
    session.add(override)
    await session.flush()
    action, reason = "consultation.override_asked", override.reason
    audit.record(session, actor, action, override, scope_id=review.id, step=step.value, reason=reason)
    return override


async def confirm_override(
    session: AsyncSession, actor: Actor, slug: str, step: Step, version: int
) -> Override:
    """Stand behind an override as the second person; raises StaleEdit if another one was asked for since."""
    consultation, review = await _for_change(session, actor, slug)
    override = await obstacles.find_override(session, consultation.id, step)
    if override is None:
        raise NotFound
    require(policy.can_confirm_override(actor, consultation, review, override))
    check_version(override, version)
    override.confirmed_by_id, override.confirmed_by_name = actor.account_id, actor.name
    override.confirmed_at = clock.now()
    session.add(override)
    await session.flush()
    action, reason = "consultation.override_confirmed", override.reason
    audit.record(session, actor, action, override, scope_id=review.id, step=step.value, reason=reason)
    return override


async def close_due_consultations(session: AsyncSession, actor: Actor, until: datetime) -> int:
    """Close every open consultation whose closing instant was before this one; returns how many."""
    require(policy.can_close_due(actor))
    query = select(Consultation).where(
        Consultation.state == ConsultationState.OPEN,
        col(Consultation.closes_at) <= until,
        policy.visible(actor),
    )
    due = (await session.exec(query.with_for_update(skip_locked=True))).all()
    for consultation in due:
        await _close(session, actor, consultation)
    return len(due)


async def issue_codes(
    session: AsyncSession, actor: Actor, slug: str, data: CodesInput, seed: str | None = None
) -> list[str]:
    """Make invitation codes; they exist in clear only in what this returns, and in who knows the seed."""
    consultation, review = await _for_change(session, actor, slug)
    require(policy.can_issue_codes(actor, consultation, review))
    codes = ids.codes_from(seed or ids.new_token(), data.count)
    session.add_all(
        InvitationCode(code_hash=ids.fingerprint(code), consultation_id=consultation.id) for code in codes
    )
    audit.record(
        session, actor, "consultation.codes_issued", consultation, scope_id=review.id, count=data.count
    )
    await session.flush()
    return codes


async def delete_codes(session: AsyncSession, actor: Actor) -> None:
    """Delete every code of the consultations that never open again.

    All of a consultation go together, for what goes by itself tells when its holder came.
    """
    require(policy.can_close_due(actor))
    done = select(Consultation.id).where(col(Consultation.state).in_(policy.OVER), policy.visible(actor))
    await session.exec(delete(SpentCode).where(col(SpentCode.consultation_id).in_(done)))
    await session.exec(delete(InvitationCode).where(col(InvitationCode.consultation_id).in_(done)))


async def _for_change(session: AsyncSession, actor: Actor, slug: str) -> tuple[Consultation, CountryReview]:
    consultation = await queries.get_desk_consultation(session, actor, slug, lock=True)
    return consultation, await reviews.get_review(session, actor, consultation.country_review_id)


async def _pair(
    session: AsyncSession, civil_society_version_id: UUID
) -> tuple[QuestionnaireVersion, QuestionnaireVersion]:
    for pair in await questionnaires.list_pairs(session):
        if pair[0].id == civil_society_version_id:
            return pair
    raise Invalid({"civil_society_version_id": _("Choose one of the published questionnaires.")})


def _fields(data: ConsultationEdit) -> dict[str, Any]:
    kept = data.model_dump(
        include={
            "titles",
            "summaries",
            "rules",
            "languages",
            "submission_language",
            "contact",
            "takes_persons",
            "opens_at",
            "closes_at",
        }
    )
    return kept | {"languages": list(dict.fromkeys(data.languages))}


async def _problems(
    session: AsyncSession, data: ConsultationEdit, working_languages: Sequence[str], slug: str | None = None
) -> dict[str, Message]:
    found = _wrong_dates(data.opens_at, data.closes_at)
    if data.submission_language not in working_languages:
        found["submission_language"] = _("Choose a working language of the review.")
    if slug is not None and await queries.is_taken(session, slug):
        found["slug"] = _("This address is taken. Choose another one.")
    return found


def _wrong_dates(opens_at: datetime, closes_at: datetime) -> dict[str, Message]:
    return {} if opens_at < closes_at else {"closes_at": NOT_AFTER}


def _missing_texts(consultation: Consultation) -> dict[str, Message]:
    """A title and a summary are needed in every chosen language; each error names its field."""
    texts = {"titles": consultation.titles, "summaries": consultation.summaries}
    return {
        f"{kind}-{code}": Message(TEXTS[kind].text, {"language": BY_CODE[code].native})
        for code in consultation.languages
        for kind, by_language in texts.items()
        if not by_language.get(code, "").strip()
    }


def _raise_if(found: dict[str, Message]) -> None:
    if found:
        raise Invalid(found)
