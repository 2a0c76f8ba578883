"""A portal with one of everything that somebody may act on, and the same people as in the table of policies."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlmodel import select

from app.accounts.models import OneTimeToken, Purpose
from app.authoring import service as authoring
from app.authoring.schemas import Where
from app.consultations.models import Consultation, ConsultationState, Override, Step
from app.contributions.models import Answer, AnswerVersion, Contribution, ContributionState, Mode
from app.organisations.models import OrganisationKind, Role
from app.platform import clock, ids
from app.platform.security import ALLOW, NOBODY, Actor, deny
from app.questionnaires import queries as questionnaires
from app.questionnaires.models import QuestionnaireVersion
from app.questionnaires.positions import Position
from app.reference import service as reference
from app.reviews.models import CountryReview
from app.submissions.models import NationalAnswer, NationalAnswerState, Paragraph, Submission
from tests.factories import SYSTEM, Make
from tests.policy_matrix.scenes import MISSING, OFFICE_ROLES

ASKED = "FP-08-1b"
DRAFTED, FOR_APPROVAL, APPROVED = "S-FP-03-1", "S-FP-04-1", "S-FP-05-1"
STATES = {
    DRAFTED: NationalAnswerState.DRAFTING,
    FOR_APPROVAL: NationalAnswerState.FOR_APPROVAL,
    APPROVED: NationalAnswerState.APPROVED,
}
NOWHERE = ids.new_id()


@dataclass
class World:
    """What stands on the portal, and who asks."""

    actors: Mapping[str, Actor]
    review: CountryReview
    open: Consultation
    draft: Consultation
    closed: Consultation
    league: UUID
    office: UUID
    named: Contribution
    submitted: Contribution
    confidential: Contribution
    entered: Contribution
    answer_id: UUID
    text_id: UUID
    invitation: UUID
    member: UUID
    version: QuestionnaireVersion
    mine: UUID
    theirs: UUID
    paragraph: UUID

    @property
    def where(self) -> Where:
        """The draft of a questionnaire in an address."""
        return Where(self.version.slug, self.version.edition_path, self.version.number)


def _people(focal: UUID, mine: UUID, another: UUID, places: Mapping[str, UUID]) -> dict[str, Actor]:
    def person(at: str, *roles: Role, who: UUID | None = None) -> Actor:
        return Actor(who or ids.new_id(), "Somebody", frozenset((role.value, places[at]) for role in roles))

    return {
        "nobody": NOBODY,
        "bearer": Actor(bearer_of=mine),
        "other-b": Actor(bearer_of=another),
        "draft": person("league", Role.DRAFTER),
        "sign": person("league", Role.SIGNATORY),
        "other-s": person("other league", Role.SIGNATORY),
        "facil": person("office", Role.FACILITATOR),
        "expert": person("office", Role.EXPERT),
        "focal": person("office", Role.FOCAL_POINT, who=focal),
        "ex-foc": person("office", Role.FOCAL_POINT),
        "reader": person("office", Role.GOVERNMENT_READER),
        "transl": person("office", Role.TRANSLATOR),
        "audit": person("office", Role.AUDITOR),
        "neighb": person("other office", *OFFICE_ROLES),
        "secret": person("secretariat", Role.SECRETARIAT),
        "portal": Actor.system("job"),
    }


async def build(make: Make) -> World:
    """Make everything once; nothing in the table is ever written."""
    office = await make.office()
    league = await make.organisation("A league")
    review = await make.review()
    consultation = await make.consultation(review)
    focal = await make.staff(consultation, Role.FOCAL_POINT)
    drafter = await make.account(Role.DRAFTER, at=league)
    submitted = await make.contribution(consultation, organisation=league, answers={ASKED: "We saw it."})
    # The same organisation begins once in each consultation.
    other = await make.consultation(review)
    named = await make.contribution(
        other, organisation=league, answers={ASKED: "We write."}, state=ContributionState.DRAFTING
    )
    mine, another = [
        await make.contribution(
            consultation, Mode.CONFIDENTIAL, answers={ASKED: "I saw it."}, state=ContributionState.DRAFTING
        )
        for _number in range(2)
    ]
    entered = await make.contribution(
        consultation, answers={ASKED: "They said."}, entered_by_id=office.id, state=ContributionState.DRAFTING
    )
    places = {
        "league": league.id,
        "other league": (await make.organisation()).id,
        "office": office.id,
        "other office": (await make.office("ES")).id,
        "secretariat": (await make.organisation("S", OrganisationKind.SECRETARIAT)).id,
    }
    answer = await _answer(make, submitted)
    version, asked, state_question = await _draft(make, consultation)
    async with make.db.write() as session:
        await reference.load_reference(session, SYSTEM)
        await reference.start_draft(session, SYSTEM)
    async with make.db.read() as session:
        review = await session.get_one(CountryReview, review.id)
    return World(
        actors=_people(focal.id, mine.id, another.id, places),
        review=review,
        open=consultation,
        draft=await make.consultation(review, state=ConsultationState.DRAFT),
        closed=await _overridden(make, review, focal.id),
        league=league.id,
        office=office.id,
        named=named,
        submitted=submitted,
        confidential=mine,
        entered=entered,
        answer_id=answer.answer_id,
        text_id=answer.text_id,
        invitation=await _invitation(make, league.id),
        member=drafter.id,
        version=version,
        mine=asked,
        theirs=state_question,
        paragraph=await _submission(make, consultation),
    )


async def _overridden(make: Make, review: CountryReview, asked_by: UUID) -> Consultation:
    """A closed consultation whose focal point asked to conclude it all the same."""
    closed = await make.consultation(review, state=ConsultationState.CLOSED)
    await make._add(
        Override(
            consultation_id=closed.id, step=Step.CONCLUDE, reason="Why.", covers={}, asked_by_id=asked_by
        )
    )
    return closed


async def _answer(make: Make, contribution: Contribution) -> AnswerVersion:
    """The answer that was handed in."""
    async with make.db.read() as session:
        query = select(AnswerVersion).join(Answer).where(Answer.contribution_id == contribution.id)
        return (await session.exec(query)).one()


async def _draft(make: Make, consultation: Consultation) -> tuple[QuestionnaireVersion, UUID, UUID]:
    """A draft of the civil-society edition, a question of it, and a State question."""
    async with make.db.write() as session:
        published = await questionnaires.get_version(session, consultation.civil_society_version_id)
        where = Where(published.slug, published.edition_path, published.number)
        draft = await authoring.start_version(session, SYSTEM, where)
        own = {q.code: q.id for q in await questionnaires.questions_of(session, draft.id)}
        others = await questionnaires.questions_of(session, consultation.state_version_id)
        return draft, own[ASKED], others[0].id


async def _submission(make: Make, consultation: Consultation) -> UUID:
    """A submission with an answer being drafted and ready, one that is sent for approval and one that is approved."""
    async with make.db.read() as session:
        rows = await questionnaires.questions_of(session, consultation.state_version_id)
    questions = {question.code: question.id for question in rows}
    submission = Submission(consultation_id=consultation.id, office_id=consultation.office_id, language="en")
    paragraphs = {}
    await make._add(submission)
    for code, state in STATES.items():
        national = NationalAnswer(
            submission_id=submission.id, question_id=questions[code], position=Position.YES, state=state
        )
        paragraphs[code] = Paragraph(national_answer_id=national.id, position=0, text="We mark them.")
        await make._add(national, paragraphs[code])
    return paragraphs[DRAFTED].id


async def _invitation(make: Make, organisation_id: UUID) -> UUID:
    """An invitation nobody has accepted."""
    link = OneTimeToken(
        purpose=Purpose.INVITATION,
        email="new@example.org",
        organisation_id=organisation_id,
        payload={"role": Role.DRAFTER.value, "by": ""},
        expires_at=clock.now() + timedelta(days=1),
    )
    await make._add(link)
    return link.id


Arguments = Callable[[World], tuple[Any, ...]]


def _slug(world: World) -> tuple[Any, ...]:
    return (world.open.slug,)


def _in(code: str, *more: Any) -> Arguments:
    return lambda world: (world.open.slug, code, *more)


def _where(*more: Any) -> Arguments:
    return lambda world: (world.where, *more)


def _edition(world: World) -> tuple[Any, ...]:
    return (world.version.id,)


def _row(*more: Any) -> Arguments:
    # The version that a form started from is looked at after the question.
    return lambda _world: more


# Every function of the domains that asks a policy, with what it needs to come as far as that.
# What is written after a comma tells several cases apart.
ACTS: Mapping[str, Arguments] = {
    "accounts.service.register_account": _row("a@example.org", "Somebody", "en"),
    "accounts.service.ask_reset": _row("a@example.org"),
    "accounts.service.set_password": _row("token", "hash"),
    "accounts.service.sign_out_everywhere": _row(),
    "accounts.service.create_token": _row(None),
    "accounts.service.revoke_token": _row("hash"),
    "audit.service.enter_waiting_acts": _row(),
    "authoring.queries.get_frame": _where(),
    "authoring.service.start_version": _where(),
    "authoring.service.drop": _where(),
    "authoring.service.add_question": _where(None),
    "authoring.service.save_question": _where(ASKED, None),
    "authoring.service.move_question": _where(ASKED, None),
    "authoring.service.save_texts": _where("en", None),
    "authoring.service.add_section": _where(None),
    "authoring.service.save_section": _where("A", None),
    "authoring.service.move_section": _where(None),
    "authoring.service.add_list": _where(None),
    "authoring.service.save_choices": _where("list", None),
    "authoring.service.add_term": _where(None),
    "authoring.service.save_term": _where("key", None),
    "authoring.service.move_term": _where(None),
    "authoring.service.remove_part": _where("q:X"),
    "authoring.service.map_question": _where(ASKED, NOWHERE),
    "authoring.service.decide_drift": _where(None),
    "work.desk.work_page": _row(),
    "work.service.choose_digest": _row(None),
    "work.service.send_digests": _row(),
    "seed.load.bulk.write": _row(None, None, range(0)),
    "consultations.desk.new_page": _row(),
    "consultations.desk.codes_page": _slug,
    "consultations.desk.log_page": _slug,
    "consultations.desk.closing_page": _slug,
    "consultations.desk.step_page": lambda world: (world.closed.slug, Step.CONCLUDE),
    "consultations.desk.hand_over_page": lambda world: (world.open.slug, NOWHERE),
    "consultations.service.prepare_consultation": _row(None),
    "consultations.service.create_consultation": lambda world: (world.review.id, None),
    "consultations.service.edit_consultation, in preparation": lambda world: (world.draft.slug, None),
    "consultations.service.edit_consultation, open": lambda world: (world.open.slug, None),
    "consultations.service.open_consultation": lambda world: (world.draft.slug,),
    "consultations.service.close_consultation": _slug,
    "consultations.service.extend_consultation": lambda world: (world.open.slug, None),
    "consultations.service.conclude_consultation": _slug,
    "consultations.service.ask_override": lambda world: (world.closed.slug, Step.CONCLUDE, None),
    "consultations.service.confirm_override": lambda world: (world.closed.slug, Step.CONCLUDE, 1),
    "consultations.service.close_due_consultations": _row(clock.now()),
    "consultations.service.issue_codes": lambda world: (world.open.slug, None),
    "consultations.service.delete_codes": _row(),
    "contributions.carrying.carry_over": lambda world: (world.named.id, ()),
    "contributions.carrying.carry_over_one": lambda world: (world.named.id, ASKED),
    "contributions.service.start_contribution": lambda world: (world.open, world.league),
    "contributions.service.save_answer, with a name": lambda world: (world.named.id, ASKED, None),
    "contributions.service.save_answer, confidential": lambda world: (world.confidential.id, ASKED, None),
    "contributions.service.save_answer, submitted": lambda world: (world.submitted.id, ASKED, None),
    "contributions.service.submit_contribution, with a name": lambda world: (world.named.id,),
    "contributions.service.submit_contribution, confidential": lambda world: (world.confidential.id,),
    "contributions.service.submit_for": lambda world: (world.entered, world.open),
    "contributions.service.revise_contribution": lambda world: (world.submitted.id,),
    "contributions.service.resume_contribution, submitted": lambda world: (world.submitted.id,),
    "contributions.service.resume_contribution, being written": lambda world: (world.named.id,),
    "contributions.service.pass_on_confidential": _row(),
    "contributions.service.erase_withdrawn": _row(),
    "contributions.service.withdraw_contribution, with a name": lambda world: (world.submitted.id,),
    "contributions.service.withdraw_contribution, confidential": lambda world: (world.confidential.id,),
    "contributions.service.become_confidential": lambda world: (world.named.id, "A receipt code"),
    "contributions.queries.get_frame_with_name": lambda world: (world.named.id,),
    "contributions.entry.renew_receipt": lambda _world: ("A receipt code", "The session that asks"),
    "exchange.service.look_at_texts": lambda world: (world.version.id, b""),
    "exchange.service.import_texts": lambda world: (world.version.id, b"", ""),
    "exports.queries.get_consultation": _slug,
    "exports.service.hand_over": _slug,
    "exports.answers.answers_page": _slug,
    "exports.service.take_answers": lambda world: (world.open.slug, "csv"),
    "exports.service.take_out_withdrawn": _row(None),
    "statements.queries.get_consultation": _slug,
    "statements.service.preview_statements": lambda world: (world.open.slug, b""),
    "statements.service.import_statements": lambda world: (world.open.slug, b""),
    "statements.service.dismiss_row": lambda world: (world.open.slug, NOWHERE, "Why."),
    "statements.service.take_out_withdrawn": _row(NOWHERE),
    "statements.service.assign_row": lambda world: (world.open.slug, NOWHERE, ASKED),
    "operation.queries.operation_page": _row(),
    "operation.service.retry_mails": _row(),
    "operation.service.retry_jobs": _row(),
    "operation.service.drop_job": _row(NOWHERE),
    "organisations.service.register_organisation": _row("A body", OrganisationKind.NGO),
    "organisations.service.give_role": lambda world: (world.league, world.member, Role.SIGNATORY),
    "organisations.service.mark_namesakes": _row(None),
    "organisations.service.sign_up": _row(None, "en"),
    "organisations.service.send_again": _row("a@example.org"),
    "organisations.service.confirm_sign_up": _row("token"),
    "organisations.service.invite_member": lambda world: (world.league, "a@example.org", Role.DRAFTER, "en"),
    "organisations.service.invite_member, to the office": lambda world: (
        world.office,
        "a@example.org",
        Role.EXPERT,
        "en",
    ),
    "organisations.service.withdraw_invitation": lambda world: (world.league, world.invitation),
    "organisations.service.accept_invitation": _row("token"),
    "organisations.service.remove_member": lambda world: (world.league, world.member, Role.DRAFTER),
    "organisations.service.reset_password": _row("token", "password"),
    "publication.queries.preview_page": lambda world: (world.open.slug, "en"),
    "publication.service.publish_outcome": _slug,
    "publication.service.take_out_withdrawn": _row(NOWHERE, NOWHERE),
    "questionnaires.service.load_pair": _row(None),
    "questionnaires.service.start_draft": _edition,
    "questionnaires.service.import_definition": _row(None),
    "questionnaires.service.replace_content": lambda world: (world.version, None),
    "questionnaires.service.publish_version": _edition,
    "questionnaires.service.drop_draft": _edition,
    "questionnaires.service.settle_mapping": lambda world: (world.mine, world.theirs),
    "questionnaires.service.remove_mapping": lambda world: (world.mine, world.theirs),
    "reading.service.read_question": _in(ASKED, None, "en"),
    "reading.service.read_contribution": lambda world: (world.open.slug, world.submitted.id, "en"),
    "reading.service.read_text": lambda world: (world.open.slug, world.text_id, "en"),
    "reading.service.verify_name": lambda world: (world.open.slug, world.submitted.id),
    "reading.service.mark_answers": lambda world: (world.open.slug, ()),
    "reading.service.write_translation": lambda world: (world.open.slug, world.text_id, None),
    "reference.service.load_reference": _row(None),
    "reference.service.start_draft": _row(),
    "reference.service.add_row": _row(None, None),
    "reference.service.edit_row": _row(None, "key", None),
    "reference.service.remove_row": _row(None, "key", None),
    "reference.service.replace_draft": _row(None),
    "reference.service.discard_draft": _row(),
    "reference.service.publish": _row(None),
    "reviews.service.appoint_newcomer": lambda world: (world.office, NOWHERE),
    "reviews.service.create_state": _row(None),
    "reviews.service.create_review": _row(SimpleNamespace(state_code="VA")),
    "reviews.service.set_focal_point": lambda world: (world.review.id, NOWHERE),
    "reviews.service.hand_over_focal_point": lambda world: (world.review.id, NOWHERE),
    "reviews.service.record_questionnaire_answered": lambda world: (world.review.id, clock.today()),
    "submissions.erasing.take_out_withdrawn": _row(None),
    "submissions.desk.unasked_page": _in("X-3", "en"),
    "submissions.desk.overview_page": lambda world: (world.open.slug, "en"),
    "submissions.decisions.decide_answer": lambda world: (world.open.slug, world.answer_id, None),
    "submissions.service.merge_excerpts": _in(DRAFTED, None),
    "submissions.service.add_paragraph": _in(DRAFTED, None),
    "submissions.service.add_paragraph, approved": _in(APPROVED, None),
    "submissions.service.edit_paragraph": lambda world: (world.open.slug, DRAFTED, world.paragraph, None),
    "submissions.service.move_paragraph": lambda world: (world.open.slug, DRAFTED, world.paragraph, 1),
    "submissions.service.delete_paragraph": lambda world: (world.open.slug, DRAFTED, world.paragraph),
    "submissions.service.restore_paragraph": lambda world: (world.open.slug, DRAFTED, world.paragraph),
    "submissions.service.remove_source": _in(DRAFTED, NOWHERE),
    "submissions.service.set_answer": _in(DRAFTED, None),
    "submissions.service.send_answer": _in(DRAFTED),
    "submissions.service.take_back_answer": _in(FOR_APPROVAL),
    "submissions.service.approve_answer": _in(FOR_APPROVAL),
    "submissions.service.reopen_answer": _in(APPROVED, "A court ruled."),
    "translations.service.add_translation, allowed": _row(ALLOW, NOWHERE, "en", ""),
    "translations.service.add_translation, refused": _row(deny(MISSING), NOWHERE, "en", ""),
}
# What is named after the arguments by position.
NAMED: Mapping[str, dict[str, Any]] = {
    "authoring.queries.get_frame": {"writing": True},
    "reading.service.mark_answers": {"is_read": True},
    "authoring.service.map_question": {"settle": True},
}
