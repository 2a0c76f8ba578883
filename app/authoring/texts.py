"""Translating a questionnaire: units of text beside their source, and mappings that need another look."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.authoring import editing
from app.authoring.queries import LanguageRow, VersionContext, get_frame, language_rows
from app.authoring.schemas import TextsFilter, Where
from app.authoring.wording import difference
from app.platform.errors import NotFound
from app.platform.i18n import CODES
from app.platform.security import Actor
from app.questionnaires import queries as questionnaires
from app.questionnaires.definition import (
    MEANING_TEXTS,
    Mark,
    QuestionDefinition,
    Readiness,
    Unit,
    fingerprint,
)
from app.questionnaires.drift import Drift
from app.questionnaires.models import Question, QuestionMapping, QuestionnaireVersion

PAGE = 20
Parts = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Row:
    """One text to translate. `changed` is what became of its source text since it was translated."""

    place: int
    key: str
    kind: str
    group: str
    code: str
    source: str
    text: str
    readiness: Readiness
    started: str
    source_print: str
    changed: Parts | None

    @property
    def lines(self) -> int:
        """How high the field is."""
        return max(2, min(9, len(self.source) // 60 + 1))


@dataclass(frozen=True, slots=True)
class TextsPage:
    """Texts of a version in one language, page by page, or those of one question."""

    frame: VersionContext
    language: str
    rows: Sequence[Row]
    filter: TextsFilter
    total: int
    pages: int
    languages: Sequence[LanguageRow]
    question: QuestionDefinition | None = None
    previous: str | None = None
    next: str | None = None

    @property
    def is_source(self) -> bool:
        """Whether these are the texts that translations are made from."""
        return self.language == self.frame.source


async def texts_page(
    session: AsyncSession,
    actor: Actor,
    where: Where,
    language: str,
    wanted: TextsFilter,
    keys: Sequence[str] | None = None,
) -> TextsPage:
    """Some twenty texts of a draft in one language, or those with the keys given; raises NotFound."""
    frame = await _frame(session, actor, where, language)
    units = [
        unit
        for unit in editing.all_units(frame.definition)
        if unit.key.startswith(f"{wanted.group}:" if wanted.group else "")
        and (wanted.state is None or unit.readiness(language) is wanted.state)
    ]
    pages = max(1, -(-len(units) // PAGE))
    page = min(wanted.page, pages)
    shown: list[Unit | None] = list(units[(page - 1) * PAGE : page * PAGE])
    if keys is not None:
        known = {unit.key: unit for unit in editing.all_units(frame.definition)}
        shown = [known.get(key) for key in keys]
    return TextsPage(
        frame=frame,
        language=language,
        rows=await _rows(session, frame.version, shown, language),
        filter=wanted.model_copy(update={"page": page}),
        total=len(units),
        pages=pages,
        languages=language_rows(frame.definition),
    )


async def question_texts_page(
    session: AsyncSession,
    actor: Actor,
    where: Where,
    code: str,
    language: str,
    keys: Sequence[str] | None = None,
) -> TextsPage:
    """The texts of one question in one language, in the places of the keys given; raises NotFound."""
    frame = await _frame(session, actor, where, language)
    question = editing.find_question(frame.definition, code)
    prefix = f"q:{code}:"
    units: list[Unit | None] = [u for u in editing.all_units(frame.definition) if u.key.startswith(prefix)]
    if keys is not None:
        known = {unit.key: unit for unit in units if unit is not None}
        units = [known.get(key) for key in keys]
    codes = [each.code for each in frame.definition.questions]
    index = codes.index(code)
    return TextsPage(
        frame=frame,
        language=language,
        rows=await _rows(session, frame.version, units, language),
        filter=TextsFilter(),
        total=len(units),
        pages=1,
        languages=language_rows(frame.definition, prefix),
        question=question,
        previous=codes[index - 1] if index else None,
        next=codes[index + 1] if index + 1 < len(codes) else None,
    )


async def _frame(session: AsyncSession, actor: Actor, where: Where, language: str) -> VersionContext:
    if language not in CODES:
        raise NotFound
    return await get_frame(session, actor, where, writing=True)


async def _rows(
    session: AsyncSession, version: QuestionnaireVersion, shown: Sequence[Unit | None], language: str
) -> list[Row]:
    """The rows in the places that they have in the form; what is no longer there is left out."""
    units = [unit for unit in shown if unit is not None]
    outdated = {unit.key: _source_of(unit, language) for unit in units if _is_outdated(unit, language)}
    known = await _earlier_texts(session, version, units, set(outdated.values())) if outdated else {}
    rows = []
    for place, unit in enumerate(shown):
        if unit is None:
            continue
        group, _colon, rest = unit.key.partition(":")
        before = known.get(outdated.get(unit.key, ""))
        rows.append(
            Row(
                place=place,
                key=unit.key,
                kind=unit.kind,
                group=group,
                code=rest.removesuffix(unit.kind).removesuffix(":"),
                source=unit.source,
                text=unit.text(language),
                readiness=unit.readiness(language),
                started=editing.unit_hash(unit, language),
                source_print=fingerprint(unit.source),
                changed=None if before is None else difference(before, unit.source, unit.source_language),
            )
        )
    return rows


def _is_outdated(unit: Unit, language: str) -> bool:
    return unit.readiness(language) is Readiness.OUTDATED


def _source_of(unit: Unit, language: str) -> str:
    """The print of the source text that a translation was made from."""
    mark = unit.carrier.states.get(unit.kind, {}).get(language)
    return mark.source if isinstance(mark, Mark) else ""


async def _earlier_texts(
    session: AsyncSession, version: QuestionnaireVersion, units: Iterable[Unit], prints: set[str]
) -> dict[str, str]:
    """The source texts behind these prints, as far as another version of the edition had them."""
    language = version.source_language
    versions = [
        other
        for other in await questionnaires.list_versions(session)
        if (other.slug, other.edition) == (version.slug, version.edition) and other.id != version.id
    ]
    codes = {unit.key.split(":")[1] for unit in units if unit.key.startswith("q:")}
    found: list[Mapping[str, Mapping[str, str]]] = []
    if codes:
        query = select(Question.texts).where(
            col(Question.version_id).in_([other.id for other in versions]), col(Question.code).in_(codes)
        )
        found += list(await session.exec(query))
    for other in versions:
        lists = [choice["texts"] for choices in other.choice_lists.values() for choice in choices]
        terms = [term["texts"] for term in other.glossary]
        found += [other.texts, *(section["texts"] for section in other.sections), *lists, *terms]
    texts = {
        by_language[language] for each in found for by_language in each.values() if by_language.get(language)
    }
    return {fingerprint(text): text for text in texts if fingerprint(text) in prints}


@dataclass(frozen=True, slots=True)
class Side:
    """One question of a doubtful mapping: its texts as they were when it was settled, and as they are."""

    question: Question
    has_changed: bool
    language: str
    texts: Sequence[tuple[str, Parts]]
    is_known: bool


@dataclass(frozen=True, slots=True)
class DriftPage:
    """The mappings of a draft that a change made doubtful."""

    frame: VersionContext
    drifts: Sequence[tuple[Drift, Side, Side]]


async def drift_page(session: AsyncSession, actor: Actor, where: Where) -> DriftPage:
    """Each doubtful mapping with what both questions asked and ask."""
    frame = await get_frame(session, actor, where, writing=True)
    drifts = await questionnaires.unsettled(session, frame.version)
    pairs = {
        (pair.civil_society_question_id, pair.state_question_id): pair
        for pair, _civil, _state in await questionnaires.mappings_of(session, frame.version.id)
    }
    versions = {version.id: version for version in await questionnaires.list_versions(session)}
    earlier = await _earlier_questions(session, [q for d in drifts for q in (d.civil_society, d.state)])
    sides = []
    for drift in drifts:
        pair: QuestionMapping = pairs[drift.civil_society.id, drift.state.id]
        mine = _side(drift.civil_society, pair.civil_society_meaning, versions, earlier)
        theirs = _side(drift.state, pair.state_meaning, versions, earlier)
        sides.append((drift, mine, theirs))
    return DriftPage(frame, sides)


async def _earlier_questions(session: AsyncSession, questions: Sequence[Question]) -> list[Question]:
    if not questions:
        return []
    query = select(Question).where(col(Question.code).in_({question.code for question in questions}))
    return list(await session.exec(query))


def _side(
    question: Question,
    settled: str,
    versions: Mapping[UUID, QuestionnaireVersion],
    earlier: Sequence[Question],
) -> Side:
    version = versions[question.version_id]
    before = next(
        (
            other
            for other in earlier
            if other.code == question.code
            and other.meaning == settled
            and versions[other.version_id].edition is version.edition
        ),
        None,
    )
    language = version.source_language
    texts = []
    for kind in MEANING_TEXTS:
        now = question.texts.get(kind, {}).get(language, "")
        was = before.texts.get(kind, {}).get(language, "") if before else now
        if now or was:
            texts.append((kind, difference(was, now, language)))
    return Side(question, question.meaning != settled, language, texts, before is not None)
