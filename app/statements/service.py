"""Taking in statements gathered elsewhere: looked at first, then written in one transaction."""

from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit import service as audit
from app.consultations.models import Consultation
from app.contributions import service as contributions
from app.contributions.models import Answer, Contribution, Mode
from app.organisations import names
from app.organisations import service as organisations
from app.platform import clock
from app.platform.errors import Invalid
from app.platform.i18n import _
from app.platform.security import Actor, require
from app.questionnaires import queries as questionnaires
from app.questionnaires.models import Kind
from app.statements import formats, plan, policy, queries
from app.statements.models import Statement
from app.statements.plan import Draft, Fate, Place, Placed, Plan, Preview, Speaker, Twin, Why


async def preview_statements(session: AsyncSession, actor: Actor, slug: str, data: bytes) -> Preview:
    """What taking in this file would do; nothing is written."""
    consultation = await queries.get_consultation(session, actor, slug)
    require(policy.can_take_in(actor, consultation, clock.arrival()))
    return await _look_at(session, consultation, data)


async def import_statements(session: AsyncSession, actor: Actor, slug: str, data: bytes) -> Preview:
    """Take in a file and hand in what comes of it; a row that was taken in before changes nothing."""
    consultation = await queries.get_consultation(session, actor, slug)
    require(policy.can_take_in(actor, consultation, clock.arrival()))
    await _one_at_a_time(session, consultation)
    seen = await _look_at(session, consultation, data, lock=True)
    if not seen.has_news:
        return seen
    answers = await _write(session, actor, seen)
    session.add_all(
        _kept(seen, actor, each, answers) for each in seen.plan.placed if each.fate in {Fate.NEW, Fate.KEPT}
    )
    audit.record(
        session,
        actor,
        "statements.imported",
        consultation,
        scope_id=consultation.country_review_id,
        taken_in=len(seen.plan.of(Fate.NEW)),
        kept=len(seen.plan.of(Fate.KEPT)),
    )
    await session.flush()
    return seen


async def assign_row(
    session: AsyncSession, actor: Actor, slug: str, row_id: UUID, code: str, twin: Twin = Twin.ASK
) -> None:
    """Put a statement that waits into the answer to a question chosen by a person.

    One that says nearly what is there goes beside it, or in its place where it mends it, as she chose.
    """
    consultation = await queries.get_consultation(session, actor, slug)
    require(policy.can_take_in(actor, consultation, clock.arrival()))
    await _one_at_a_time(session, consultation)
    kept = await queries.get_kept(session, consultation, row_id)
    version = await questionnaires.get_compiled(session, consultation.civil_society_version_id)
    if code not in version.ids or version.rules.kinds[version.ids[code]] is Kind.NOTE:
        raise Invalid({"code": _("Choose one of the questions on this page.")})
    waiting = queries.as_waiting(kept)
    row = waiting.row
    if waiting.why is not Why.NEARLY:
        twin = Twin.BESIDE
    standing = await queries.standing_of(session, consultation, [row], lock=True)
    made = Plan()
    placed = plan.place(made, row, standing, version.ids[code], None, twin)
    if placed.why is not None:
        raise Invalid({"code": plan.WHY_NAMES[placed.why]})
    made.placed.append(placed)
    seen = Preview(consultation, formats.Table(), made, standing, version)
    answers = await _write(session, actor, seen)
    kept.answer_id = answers[standing.speaker_of(row), version.ids[code]]
    kept.row = row.cells
    session.add(kept)
    scope = consultation.country_review_id
    audit.record(session, actor, "statements.assigned", kept, scope_id=scope, question=code)


async def dismiss_row(session: AsyncSession, actor: Actor, slug: str, row_id: UUID, reason: str) -> None:
    """Say with a reason that a statement goes to no question; it is kept and waits no longer."""
    consultation = await queries.get_consultation(session, actor, slug)
    require(policy.can_dismiss(actor, consultation))
    kept = await queries.get_kept(session, consultation, row_id)
    kept.dismissed_reason, kept.dismissed_by_name = reason, actor.name
    kept.dismissed_at = clock.now()
    session.add(kept)
    audit.record(session, actor, "statements.dismissed", kept, scope_id=consultation.country_review_id)


async def _one_at_a_time(session: AsyncSession, consultation: Consultation) -> None:
    """Two imports into one consultation wait for each other; saving answers goes on meanwhile."""
    query = select(Consultation.id).where(Consultation.id == consultation.id)
    await session.exec(query.with_for_update(key_share=True))


async def _look_at(
    session: AsyncSession, consultation: Consultation, data: bytes, *, lock: bool = False
) -> Preview:
    version = await questionnaires.get_compiled(session, consultation.civil_society_version_id)
    table = formats.parse(data, version.reference.instruments)
    standing = await queries.standing_of(session, consultation, table.rows, lock=lock)
    table.findings += [formats.another_spelling(*each) for each in plan.spellings(table.rows, standing)]
    return Preview(consultation, table, plan.build(table.rows, standing, version), standing, version)


async def _write(session: AsyncSession, actor: Actor, seen: Preview) -> dict[Place, UUID]:
    """Organisations, contributions and answers as planned, handed in; returns the answers by place."""
    collector = await queries.collector_of(session, actor, seen.consultation)
    places = dict(seen.standing.organisations) | await _new_organisations(session, actor, seen, collector)
    opened: dict[Speaker, Contribution] = {}
    for speaker, row in seen.plan.speakers.items():
        opened[speaker] = seen.standing.contribution_of(speaker) or await contributions.new_contribution(
            session,
            seen.consultation,
            Mode.CONFIDENTIAL if row.is_unattributed else Mode.NAMED,
            places.get(speaker),
            entered_by_id=collector,
            language=row.language,
        )
    answers = {
        (speaker, question_id): _answer(session, seen, opened[speaker], question_id, draft)
        for (speaker, question_id), draft in seen.plan.drafts.items()
    }
    await session.flush()
    for contribution in opened.values():
        await contributions.submit_for(session, actor, contribution, seen.consultation)
    return answers


async def _new_organisations(
    session: AsyncSession, actor: Actor, seen: Preview, collector: UUID
) -> dict[Speaker, UUID]:
    made: dict[Speaker, UUID] = {}
    for speaker, row in seen.plan.speakers.items():
        if not row.is_unattributed and speaker not in seen.standing.organisations:
            organisation = await organisations.register_organisation(
                session, actor, names.tidy(row.organisation), row.kind, row.language, speaker[1], collector
            )
            made[speaker] = organisation.id
    return made


def _answer(
    session: AsyncSession, seen: Preview, contribution: Contribution, question_id: UUID, draft: Draft
) -> UUID:
    """Write a draft into the answer that stands, or into a new one that may not be published."""
    answer = seen.standing.answers.get((contribution.id, question_id))
    if answer is None:
        answer = Answer(
            contribution_id=contribution.id, consultation_id=seen.consultation.id, question_id=question_id
        )
    else:
        answer.version += 1
    answer.narrative, answer.language, answer.evidence = draft.narrative, draft.language, draft.evidence
    answer.skipped = False
    session.add(answer)
    return answer.id


def _kept(seen: Preview, actor: Actor, placed: Placed, answers: dict[Place, UUID]) -> Statement:
    """The memory of a row: what it said, and where it went or why it waits."""
    row, why, answer_id = placed.row, {}, None
    if placed.fate is Fate.NEW and placed.question_id is not None:
        answer_id = answers[seen.standing.speaker_of(row), placed.question_id]
    elif placed.why is not None:
        why = {"why": placed.why.value}
        if placed.why is Why.NEARLY and placed.question_id is not None:
            why["question"] = seen.version.codes[placed.question_id]
    return Statement(
        consultation_id=seen.consultation.id,
        fingerprint=row.fingerprint,
        row={**row.cells, **why},
        answer_id=answer_id,
        taken_in_by_id=actor.account_id,
    )


async def take_out_withdrawn(session: AsyncSession, actor: Actor, contribution_id: UUID) -> None:
    """Forget the rows that a withdrawn contribution was entered from; their prints stay, so that they count once."""
    require(policy.can_take_out(actor))
    answers = select(Answer.id).where(Answer.contribution_id == contribution_id)
    await session.exec(update(Statement).where(col(Statement.answer_id).in_(answers)).values(row={}))
