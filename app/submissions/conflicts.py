"""Two people at one paragraph or one answer: both texts, and what both started from."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from app.platform.errors import NotFound
from app.platform.security import Actor
from app.questionnaires.compiled import CompiledQuestion
from app.submissions import merging
from app.submissions.desk import Desk, DeskAnswer, Unasked, desk_page
from app.submissions.models import ParagraphVersion
from app.submissions.queries import NationalAnswerContext, ShownDecision, ShownParagraph
from app.submissions.schemas import DecisionInput


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two texts of one paragraph, and what both started from."""

    frame: NationalAnswerContext
    question: CompiledQuestion
    number: int
    shown: ShownParagraph
    ancestor: ParagraphVersion | None
    mine: str
    mine_parts: Sequence[tuple[str, str]]
    theirs_parts: Sequence[tuple[str, str]]

    @property
    def slug(self) -> str:
        """The consultation's slug, for the navigation."""
        return self.frame.consultation.slug


async def conflict_page(
    session: AsyncSession,
    actor: Actor,
    slug: str,
    code: str,
    language: str,
    paragraph_id: UUID,
    edit: tuple[int, str],
) -> Conflict:
    """Both texts and their common ancestor; `edit` is the version started from and the text typed."""
    desk = await desk_page(session, actor, slug, code, language)
    shown = next((p for p in desk.paragraphs if p.paragraph.id == paragraph_id), None)
    if shown is None:
        raise NotFound
    started_from, mine = edit
    ancestor = await session.get(ParagraphVersion, (paragraph_id, started_from))
    common = ancestor.text if ancestor else ""
    return Conflict(
        frame=desk.frame,
        question=desk.question,
        number=shown.number,
        shown=shown,
        ancestor=ancestor,
        mine=mine,
        mine_parts=merging.difference(common, mine),
        theirs_parts=merging.difference(common, shown.paragraph.text),
    )


@dataclass(frozen=True, slots=True)
class DecisionConflict:
    """Two decisions about one answer, and the one both people started from."""

    slug: str
    question: CompiledQuestion
    answer: DeskAnswer
    paragraphs: Sequence[ShownParagraph]
    mine: DecisionInput
    started_from: ShownDecision | None

    @property
    def theirs(self) -> ShownDecision:
        """The decision that stands."""
        if self.answer.decision is None:
            raise NotFound
        return self.answer.decision

    @property
    def mine_parts(self) -> Sequence[tuple[str, str]]:
        """My reason beside the one before both."""
        return merging.difference(self._common, self.mine.reason)

    @property
    def theirs_parts(self) -> Sequence[tuple[str, str]]:
        """The reason that stands beside the one before both."""
        return merging.difference(self._common, self.theirs.reason)

    @property
    def _common(self) -> str:
        return self.started_from.reason if self.started_from else ""

    def paragraph_number(self, paragraph_id: UUID | None) -> int | None:
        """The number of the paragraph that took the answer up, on the page both came from."""
        return next((p.number for p in self.paragraphs if p.paragraph.id == paragraph_id), None)


def decision_conflict(page: Desk | Unasked, answer_id: UUID, mine: DecisionInput) -> DecisionConflict:
    """Both decisions, from the page on which one of them was typed; raises NotFound."""
    answer = next((a for a in page.answers if a.read.answer_id == answer_id), None)
    if answer is None or answer.decision is None:
        raise NotFound
    chain = (*answer.decision.earlier, answer.decision)
    return DecisionConflict(
        slug=page.slug,
        question=page.question,
        answer=answer,
        paragraphs=page.paragraphs if isinstance(page, Desk) else (),
        mine=mine,
        started_from=next((d for d in chain if d.decision.number == mine.version), None),
    )
