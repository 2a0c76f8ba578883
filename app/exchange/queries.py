"""What the pages of exchange show."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from graphlib import CycleError

from sqlmodel.ext.asyncio.session import AsyncSession

from app.conditions.language import NotSupported
from app.exchange.blank import HOW, Blank, make_blank
from app.exchange.texts import TextsReport
from app.platform.errors import Conflict
from app.platform.i18n import CODES, Message, _
from app.platform.security import Actor, Decision
from app.questionnaires import policy
from app.questionnaires import queries as questionnaires
from app.questionnaires.definition import Definition, Readiness, units_of
from app.questionnaires.models import QuestionnaireVersion, VersionState

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
    may_edit: Decision
    report: TextsReport | None = None


@dataclass(frozen=True, slots=True)
class BlankPage:
    """A blank questionnaire and what is said before and after it."""

    version: QuestionnaireVersion
    blank: Blank
    how: Sequence[Message]


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
