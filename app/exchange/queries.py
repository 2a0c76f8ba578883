"""What the pages of exchange show."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from graphlib import CycleError

from sqlmodel.ext.asyncio.session import AsyncSession

from app.blank.form import HOW, Blank, make_blank
from app.conditions.language import NotSupported
from app.platform.errors import Conflict
from app.platform.i18n import CODES, Message, _
from app.platform.security import Actor, Permission
from app.questionnaires import policy
from app.questionnaires import queries as questionnaires
from app.questionnaires.definition import Definition, QuestionDefinition, Readiness, units_of
from app.questionnaires.models import QuestionnaireVersion, VersionState
from app.questionnaires.queries import ExistingVersion
from app.xliff.changes import TextsReport
from app.xlsform.columns import PRINT
from app.xlsform.refusals import FormRead

UNSOUND = _("Some conditions of this draft cannot be followed. The check list of the draft says which.")


@dataclass(frozen=True, slots=True)
class LanguageState:
    """How far one language is: how many texts there are, and how many in each state."""

    code: str
    missing: int
    draft: int
    reviewed: int
    outdated: int


@dataclass(frozen=True, slots=True)
class TextsPage:
    """The languages of a version, and after a file was sent what it did."""

    version: QuestionnaireVersion
    languages: Sequence[LanguageState]
    may_edit: Permission
    report: TextsReport | None = None
    carried: str = ""


@dataclass(frozen=True, slots=True)
class BlankPage:
    """A blank questionnaire and what is said before and after it."""

    version: QuestionnaireVersion
    blank: Blank
    how: Sequence[Message]


@dataclass(frozen=True, slots=True)
class Look:
    """What taking a form in would do: what it would meet, and what would be other than it is."""

    read: FormRead
    definition: Definition
    standing: ExistingVersion | None
    free_slug: str
    filename: str = ""
    carried: str = ""

    @property
    def replaced(self) -> ExistingVersion | None:
        """The draft whose words would be lost, if there is one that says something else."""
        standing = self.standing
        return standing if standing and standing.is_draft and not standing.says(self.definition) else None

    @property
    def is_of_draft(self) -> bool:
        """Whether the workbook was written from the draft as it is now: nothing is replaced unseen."""
        checksum = self.standing.definition.checksum if self.standing else ""
        return bool(checksum) and self.read.made_of == checksum[:PRINT]

    @property
    def asks(self) -> bool:
        """Whether somebody has to look first: something is left out, or a name is taken already."""
        foreign = self.standing is not None and not self.read.made_of
        meets = bool(self.replaced) or (foreign and not (self.standing and self.standing.is_draft))
        return bool(self.read.notices) or (meets and not self.is_of_draft)

    @property
    def over(self) -> str:
        """What the form would be taken in over, as somebody saw it."""
        return self.standing.definition.checksum if self.standing else ""

    @property
    def questions(self) -> tuple[list[str], list[str], list[str]]:
        """The codes of the questions that would be new, other than now, and gone."""
        before = {q.code: q for q in self.standing.definition.questions} if self.standing else {}
        after = {q.code: q for q in self.definition.questions}
        changed = [code for code in after if code in before and not _same(before[code], after[code])]
        return [code for code in after if code not in before], changed, [c for c in before if c not in after]

    @property
    def texts(self) -> tuple[int, int]:
        """How many texts in all languages there are now, and would be."""
        before = _count_texts(self.standing.definition) if self.standing else 0
        return before, _count_texts(self.definition)


def _same(before: QuestionDefinition, after: QuestionDefinition) -> bool:
    links = {"maps_to", "covers"}
    return before.model_dump(exclude=links) == after.model_dump(exclude=links)


def _count_texts(definition: Definition) -> int:
    return sum(bool(unit.text(code)) for unit in units_of(definition) for code in CODES)


async def look_at_form(session: AsyncSession, read: FormRead, definition: Definition) -> Look:
    """What a form would meet; a name that was made of its file's name is made a free one."""
    free = await questionnaires.free_slug(session, definition.slug)
    standing = await questionnaires.find_standing(session, definition.slug, definition.edition)
    if not read.is_named and not (standing and standing.is_draft and standing.says(definition)):
        definition.slug, standing = free, None
    return Look(read, definition, standing, free)


async def blank_page(
    session: AsyncSession, actor: Actor, slug: str, edition: str, number: int, language: str
) -> BlankPage:
    """A version to be filled in on paper; raises NotFound, and Conflict for a draft that is not yet sound."""
    version = await questionnaires.get_numbered(session, actor, slug, edition, number)
    is_draft = version.state is VersionState.DRAFT
    try:
        if is_draft:
            compiled = await questionnaires.compile_now(session, version)
        else:
            compiled = await questionnaires.get_compiled(session, version.id)
    except (NotSupported, CycleError) as problem:
        raise Conflict(UNSOUND) from problem
    blank = make_blank(compiled, language, version.state_since, is_draft=is_draft)
    return BlankPage(version, blank, HOW[version.edition])


async def texts_page(
    session: AsyncSession,
    actor: Actor,
    slug: str,
    edition: str,
    number: int,
    report: TextsReport | None = None,
) -> TextsPage:
    """Where translators' files are fetched and handed in; raises NotFound."""
    version = await questionnaires.get_numbered(session, actor, slug, edition, number)
    definition = await questionnaires.read_definition(session, version)
    others = [code for code in CODES if code != definition.source_language]
    languages = [_state_of(definition, code) for code in others]
    return TextsPage(version, languages, policy.can_edit(actor, version), report)


def _state_of(definition: Definition, code: str) -> LanguageState:
    found = Counter(unit.readiness(code) for unit in units_of(definition) if unit.source)
    return LanguageState(
        code,
        missing=found[Readiness.MISSING],
        draft=found[Readiness.DRAFT],
        reviewed=found[Readiness.REVIEWED],
        outdated=found[Readiness.OUTDATED],
    )
