"""What keeps a consultation from being called done: answers without a decision, questions not approved."""

from collections.abc import Iterator
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.consultations.events import Obstacle
from app.consultations.models import Consultation, Step
from app.platform.i18n import _, n_
from app.questionnaires import queries as questionnaires
from app.questionnaires.compiled import CompiledPair
from app.submissions import queries
from app.submissions.models import NationalAnswer, NationalAnswerState, Submission, SubmissionState


async def count_undecided(session: AsyncSession, consultation_id: UUID) -> int:
    """How many standing answers have no decision with a reason."""
    counts = await queries.answer_counts(session, consultation_id)
    return sum(missing for _total, missing in counts.values())


async def against(session: AsyncSession, consultation: Consultation, step: Step) -> list[Obstacle]:
    """Everything of the submission that stands against publishing or concluding, in the order of work.

    A submission that is made final has no open question: reopening one takes it back to drafting.
    """
    pair = await questionnaires.get_pair(
        session, consultation.civil_society_version_id, consultation.state_version_id
    )
    counts = await queries.answer_counts(session, consultation.id)
    nationals = await queries.national_answers(session, consultation.id)
    submission = await queries.find_submission(session, consultation.id)
    found = list(_undecided(pair, {question: missing for question, (_total, missing) in counts.items()}))
    if step is Step.CONCLUDE or submission is None or submission.state is not SubmissionState.FINAL:
        found += _unapproved(pair, {question: national for question, (national, _count) in nationals.items()})
    return [*found, *_no_final_file(submission)]


def _undecided(pair: CompiledPair, missing: dict[UUID, int]) -> Iterator[Obstacle]:
    for code, question_id in pair.civil_society.ids.items():
        number = missing.get(question_id, 0)
        if not number:
            continue
        message = n_(
            "%(code)s: %(num)s answer has no decision yet.",
            "%(code)s: %(num)s answers have no decision yet.",
            number,
            code=code,
        )
        mapped = pair.to_state.get(question_id, ())
        page = "submissions.desk" if mapped else "submissions.unasked"
        shown = pair.state.codes[mapped[0]] if mapped else code
        yield Obstacle(f"undecided-{code}", number, message, page, shown)


def _unapproved(pair: CompiledPair, nationals: dict[UUID, NationalAnswer]) -> Iterator[Obstacle]:
    for code, question_id in pair.state.ids.items():
        national = nationals.get(question_id)
        if national is None:
            message = _("%(code)s: there is no national answer yet.", code=code)
        elif national.state is not NationalAnswerState.APPROVED:
            message = _("%(code)s: the national answer is not approved yet.", code=code)
        else:
            continue
        yield Obstacle(f"unapproved-{code}", 1, message, "submissions.desk", code)


def _no_final_file(submission: Submission | None) -> Iterator[Obstacle]:
    if submission is None or submission.state is not SubmissionState.FINAL:
        message = _("The final file is not made.")
        yield Obstacle("no-final-file", 1, message, "exports.page")
