"""Which questions matter to a contribution, and what one answer changes about that."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.contributions import kinds
from app.contributions.models import Answer
from app.platform import clock
from app.platform.errors import Invalid
from app.platform.i18n import SOURCE, Message, _
from app.questionnaires.compiled import CompiledLanguage, CompiledQuestion, CompiledVersion
from app.questionnaires.models import Kind
from app.questionnaires.relevance import TEXTS, Given

BROKEN = _("This answer does not fit what the question asks for. Please check it.")


class RelevanceChange(NamedTuple):
    """What an answer does to other questions: the codes that are relevant from now on, and no longer."""

    became_relevant: tuple[str, ...] = ()
    became_irrelevant: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownRelevanceChange:
    """A change of relevance as a page shows it: with the questions themselves."""

    became_relevant: Sequence[CompiledQuestion] = ()
    became_irrelevant: Sequence[CompiledQuestion] = ()


async def given_to(
    session: AsyncSession, contribution_id: UUID, question_ids: Collection[UUID]
) -> dict[UUID, Given]:
    """What was answered to these questions, as conditions read it; no statement where there are none."""
    if not question_ids:
        return {}
    query = select(  # type: ignore[call-overload]
        Answer.question_id, Answer.law, Answer.practice, Answer.narrative, Answer.value
    ).where(Answer.contribution_id == contribution_id, col(Answer.question_id).in_(question_ids))
    return {row[0]: Given(*row[1:]) for row in await session.exec(query)}


def needed_for(version: CompiledVersion, question_id: UUID) -> frozenset[UUID]:
    """The questions whose answers must be known to judge an answer to this one."""
    rules = version.rules
    own = [each[question_id] for each in (rules.constraint, rules.required) if question_id in each]
    names = {name for expression in own for name in expression.names}
    codes = {code for name in names for code in (name, name.rpartition("-")[0])}
    return rules.read | {version.ids[code] for code in codes if code in version.ids}


def needed_to_save(version: CompiledVersion, question: CompiledQuestion) -> frozenset[UUID]:
    """The questions whose answers must be known to save an answer to this one.

    Empty where no condition reads this question, it has no constraint, and the next question has no condition.
    """
    rules = version.rules
    after = version.ids[question.next] if question.next else None
    if question.id in rules.readers or question.id in rules.constraint or after in rules.relevant:
        return needed_for(version, question.id)
    return frozenset()


def check_constraint(
    version: CompiledVersion, question: CompiledQuestion, given: Mapping[UUID, Given]
) -> None:
    """Refuse an answer that breaks the question's constraint, in its author's words; raises Invalid."""
    rules, today = version.rules, clock.today()
    if question.id not in rules.constraint:
        return
    irrelevant = rules.irrelevant(given, today) - {question.id}
    if rules.breaks(question.id, {key: one for key, one in given.items() if key not in irrelevant}, today):
        field = "narrative" if question.kind in TEXTS or question.kind is Kind.POSITION else "value"
        words = question.texts.get("constraint_message")
        raise Invalid({field: Message("%(words)s", {"words": str(words)}) if words else BROKEN})


def change_by(
    version: CompiledVersion, before: Mapping[UUID, Given], after: Mapping[UUID, Given]
) -> tuple[RelevanceChange, frozenset[UUID]]:
    """What going from one set of answers to another changes, and what does not matter afterwards."""
    rules, today = version.rules, clock.today()
    irrelevant_after = rules.irrelevant(after, today)
    irrelevant_before = rules.irrelevant(before, today)
    codes = version.codes.items()
    became_relevant = tuple(code for key, code in codes if key in irrelevant_before - irrelevant_after)
    return RelevanceChange(
        became_relevant, tuple(code for key, code in codes if key in irrelevant_after - irrelevant_before)
    ), irrelevant_after


def changes_in(
    compiled: CompiledLanguage, codes: Collection[str], irrelevant: frozenset[UUID]
) -> ShownRelevanceChange:
    """Questions that changed, told apart by whether they matter now."""
    named = [compiled.by_code[code] for code in codes if code in compiled.by_code]
    return ShownRelevanceChange(
        [q for q in named if q.id not in irrelevant], [q for q in named if q.id in irrelevant]
    )


def asked(compiled: CompiledLanguage, irrelevant: frozenset[UUID]) -> Iterator[CompiledQuestion]:
    """The questions that count: those that matter and take an answer."""
    return (q for q in compiled.questions if q.kind is not Kind.NOTE and q.id not in irrelevant)


def next_after(version: CompiledVersion, question_id: UUID, irrelevant: frozenset[UUID]) -> str | None:
    """The code of the next question that matters."""
    compiled = version[SOURCE]
    rest = compiled.questions[compiled.by_id[question_id].number :]
    return next((question.code for question in rest if question.id not in irrelevant), None)


def missing(
    version: CompiledVersion, answers: Mapping[UUID, Answer], irrelevant: frozenset[UUID]
) -> list[UUID]:
    """The questions that must be answered before anything is handed in, and are not."""
    rules = version.rules
    if not rules.required:
        return []
    today = clock.today()
    given = {key: kinds.given_by(answer) for key, answer in answers.items() if key not in irrelevant}

    def is_open(key: UUID) -> bool:
        return key not in answers or not kinds.is_done(answers[key], rules.kinds[key])

    return [
        question.id
        for question in asked(version[SOURCE], irrelevant)
        if question.id in rules.required
        and is_open(question.id)
        and rules.asks_for(question.id, given, today)
    ]
