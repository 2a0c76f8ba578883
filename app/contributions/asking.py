"""The page of one question: what is asked, what was answered, and what the answer changes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.models import Account
from app.contributions import clashing, kinds, policy, queries, relevance_changes
from app.contributions.clashing import Choice, Content, SourceChoice
from app.contributions.models import Answer
from app.contributions.queries import Frame
from app.contributions.relevance_changes import ShownRelevanceChange
from app.contributions.schemas import AnswerInput
from app.platform import clock
from app.platform.errors import Invalid
from app.platform.security import Actor, Permission
from app.questionnaires import queries as questionnaires
from app.questionnaires.compiled import CompiledQuestion, CompiledVersion, Words
from app.questionnaires.models import Kind
from app.questionnaires.relevance import TEXTS, Given


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """One question with the answer being written.

    `number` and `total` count the questions that matter and take an answer; `decides` says that other
    questions may begin or cease to matter with this answer.
    """

    frame: Frame
    question: CompiledQuestion
    section: Words
    answer: Answer
    may_save: Permission
    number: int
    total: int
    next: str | None
    matters: bool
    is_required: bool
    decides: bool
    changes: ShownRelevanceChange
    may_revise: Permission
    evidence_rows: int = 1

    @property
    def is_note(self) -> bool:
        """Whether there is nothing to answer."""
        return self.question.kind is Kind.NOTE

    @property
    def is_text(self) -> bool:
        """Whether words alone are the answer."""
        return self.question.kind in TEXTS

    @property
    def longest(self) -> int:
        """How long the words may be."""
        return kinds.longest_of(self.question)

    def typed(self, language: str) -> str:
        """The stored value as it stands in a field."""
        return kinds.as_typed(self.question.kind, self.answer.value, language)

    def said(self, value: str, language: str) -> str:
        """A value in words."""
        return kinds.shown(self.question, value, language)

    @property
    def base(self) -> str:
        """What the form begins from, for the form to carry."""
        return clashing.written(content_of(self.answer))


async def answer_page(
    session: AsyncSession,
    actor: Actor,
    contribution_id: UUID,
    code: str,
    language: str,
    changed: Collection[str] = (),
) -> AnswerPage:
    """The page of one question, with what the answer before it changed; raises NotFound."""
    frame, question_id, answer = await queries.get_with_answer(session, actor, contribution_id, code)
    version = await questionnaires.get_compiled(session, frame.consultation.civil_society_version_id)
    today = clock.today()
    given = await relevance_changes.given_to(
        session, contribution_id, relevance_changes.needed_for(version, question_id)
    )
    away = version.rules.irrelevant(given, today)
    counted = [each.id for each in relevance_changes.asked(version[language], away)]
    question = version[language].by_id[question_id]
    return AnswerPage(
        frame=frame,
        question=question,
        section=next(part.title for part in version[language].sections if part.code == question.section),
        answer=answer or blank_answer(frame, question_id, language),
        may_save=policy.can_answer(actor, frame.contribution, frame.consultation, clock.arrival()),
        number=counted.index(question_id) + 1 if question_id in counted else 0,
        total=len(counted),
        next=relevance_changes.next_after(version, question_id, away),
        matters=question_id not in away,
        is_required=version.rules.asks_for(question_id, given, today),
        decides=question_id in version.rules.readers,
        changes=relevance_changes.changes_in(version[language], changed, away),
        may_revise=policy.can_revise(actor, frame.contribution, frame.consultation, clock.arrival()),
        evidence_rows=(len(answer.evidence) if answer else 0) + 1,
    )


def blank_answer(frame: Frame, question_id: UUID, language: str) -> Answer:
    """An answer nobody has begun; its version 0 says that there is none yet."""
    return Answer(
        contribution_id=frame.contribution.id,
        consultation_id=frame.consultation.id,
        question_id=question_id,
        language=language,
        version=0,
    )


def content_of(answer: Answer | AnswerInput) -> Content:
    """What a stored or a typed answer says."""
    return clashing.content_of(answer.model_dump())


@dataclass(frozen=True, slots=True)
class ClashPage:
    """Two versions of one answer: the stored one, and the one that came after it from an older page.

    `saved_by` is a colleague's name, None where the same person saved, or nobody may learn who did.
    `picked` is what was chosen already, where the page is loaded again.
    """

    frame: Frame
    question: CompiledQuestion
    mine: Content
    theirs: Content
    choices: Sequence[Choice]
    sources: Sequence[SourceChoice]
    version: int
    saved_by: str | None
    saved_at: datetime | None
    before: str
    then: str
    picked: Mapping[str, str]
    number: int
    total: int

    @property
    def fields(self) -> dict[str, str]:
        """My version as fields, to come back with what is chosen."""
        return clashing.as_fields(self.mine)

    @property
    def base(self) -> str:
        """The stored version: what is chosen begins from it."""
        return clashing.written(self.theirs)

    @property
    def equal(self) -> list[str]:
        """The names of the fields in which both versions say the same."""
        same = [name for name in clashing.FIELDS if self.mine[name] and self.mine[name] == self.theirs[name]]
        shared = any(source in self.theirs.sources for source in self.mine.sources)
        return [*same, "evidence"] if shared else same

    def said(self, value: str, language: str) -> str:
        """A value in words."""
        return kinds.shown(self.question, value, language)


async def clash_page(
    session: AsyncSession,
    actor: Actor,
    contribution_id: UUID,
    code: str,
    language: str,
    data: AnswerInput,
    base: str,
    picked: Mapping[str, str] | None = None,
) -> ClashPage:
    """The typed answer beside the one that is stored, with the version before both if the form knew it."""
    page = await answer_page(session, actor, contribution_id, code, language)
    stored = page.answer
    value = kinds.checked(page.question, data.law, data.practice, data.narrative, data.typed_value, language)
    mine = clashing.content_of({**data.model_dump(), "value": value})
    theirs, before = content_of(stored), clashing.read(base)
    other = None
    if stored.saved_by_id not in (None, actor.account_id):
        other = await session.get(Account, stored.saved_by_id)
    return ClashPage(
        frame=page.frame,
        question=page.question,
        mine=mine,
        theirs=theirs,
        choices=clashing.choices_between(before, mine, theirs),
        sources=clashing.sources_between(before, mine, theirs),
        version=stored.version,
        saved_by=other.name if other else None,
        saved_at=stored.saved_at,
        before=base if before is not None else "",
        then=getattr(data, "then", "next"),
        picked=picked or {},
        number=page.number,
        total=page.total,
    )


@dataclass(frozen=True, slots=True)
class EffectPage:
    """What an answer would change if it were saved as it is typed."""

    frame: Frame
    changes: ShownRelevanceChange


async def effect_page(
    session: AsyncSession,
    actor: Actor,
    contribution_id: UUID,
    code: str,
    data: AnswerInput | None,
    language: str,
) -> EffectPage:
    """What would change; nothing does while the answer cannot be saved. Saves nothing; raises NotFound."""
    frame, question_id, _stored = await queries.get_with_answer(session, actor, contribution_id, code)
    version = await questionnaires.get_compiled(session, frame.consultation.civil_society_version_id)
    if data is None or question_id not in version.rules.readers:
        return EffectPage(frame, ShownRelevanceChange())
    before = await relevance_changes.given_to(session, contribution_id, version.rules.read)
    try:
        given = _given_by(version, question_id, data, language)
    except Invalid:
        return EffectPage(frame, ShownRelevanceChange())
    change, away = relevance_changes.change_by(version, before, {**before, question_id: given})
    return EffectPage(
        frame,
        relevance_changes.changes_in(
            version[language], change.became_relevant + change.became_irrelevant, away
        ),
    )


def _given_by(version: CompiledVersion, question_id: UUID, data: AnswerInput, language: str) -> Given:
    question = version[language].by_id[question_id]
    value = kinds.checked(question, data.law, data.practice, data.narrative, data.typed_value, language)
    return Given(data.law, data.practice, data.narrative, value)
