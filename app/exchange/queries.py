"""What the pages of exchange show."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from app.exchange.texts import TextsReport
from app.platform.i18n import CODES
from app.platform.security import Actor, Decision
from app.questionnaires import policy
from app.questionnaires import queries as questionnaires
from app.questionnaires.definition import Definition, Readiness, units_of
from app.questionnaires.models import QuestionnaireVersion


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
