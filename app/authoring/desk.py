"""The working pages of the secretariat: the editor of a question, sections, lists, what is to mend."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.authoring import editing
from app.authoring.editing import Placed
from app.authoring.findings import Mend, mends_of
from app.authoring.queries import LanguageRow, VersionContext, get_frame, language_rows, mends, reference_of
from app.authoring.schemas import Where
from app.platform.i18n import SOURCE, Message
from app.platform.security import Actor
from app.questionnaires import queries as questionnaires
from app.questionnaires import readability
from app.questionnaires.checks import ADVISED, NEEDED
from app.questionnaires.definition import Choice, Definition, QuestionDefinition, Section, Term
from app.questionnaires.drift import Drift, drift_of
from app.questionnaires.models import (
    Edition,
    Kind,
    Question,
    QuestionMapping,
    QuestionnaireVersion,
    VersionState,
)


@dataclass(frozen=True, slots=True)
class Mapped:
    """A question of the other edition that this one is mapped to, and whether it still fits."""

    question: Question
    version: QuestionnaireVersion
    doubt: Drift | None


@dataclass(frozen=True, slots=True)
class QuestionPage:
    """The editor of one question."""

    frame: VersionContext
    question: QuestionDefinition
    started: str
    section: Placed
    places: Sequence[Placed]
    place: int
    previous: str | None
    next: str | None
    line: Message
    kinds: Sequence[str]
    grade: float | None
    instruments: Mapping[str, Message]
    languages: Sequence[LanguageRow]
    mends: Sequence[Mend]
    mapped: Sequence[Mapped]
    mappable: Sequence[tuple[Question, QuestionnaireVersion]]


async def question_page(session: AsyncSession, actor: Actor, where: Where, code: str) -> QuestionPage:
    """One question of a draft, with all that belongs to it; raises NotFound."""
    frame = await get_frame(session, actor, where, writing=True)
    definition = frame.definition
    question = editing.find_question(definition, code)
    codes = [each.code for each in definition.questions]
    index = codes.index(code)
    places = editing.outline(definition)
    section = next(place for place in places if place.section.code == question.section)
    names = await reference_of(session, frame.version)
    mapped, mappable = await _mapping(session, frame.version, code)
    return QuestionPage(
        frame=frame,
        question=question,
        started=editing.content_hash(question, frame.source),
        section=section,
        places=places,
        place=[each.code for each in section.questions].index(code) + 1,
        previous=codes[index - 1] if index else None,
        next=codes[index + 1] if index + 1 < len(codes) else None,
        line=names.article_line(question.instrument, question.article, question.paragraph),
        kinds=kinds_for(definition, question),
        grade=_grade(question, frame.source),
        instruments={code: names.instrument_name(code) for code in names.instruments},  # type: ignore[misc]
        languages=language_rows(definition, f"q:{code}:"),
        mends=mends_of(definition, frame.where, (), f"q:{code}"),
        mapped=mapped,
        mappable=mappable,
    )


def _grade(question: QuestionDefinition, source: str) -> float | None:
    """The reading level of English source texts; other languages are not measured."""
    texts = [by_language[source] for by_language in question.texts.values() if by_language.get(source)]
    return round(readability.grade(texts), 1) if source == SOURCE and texts else None


def kinds_for(definition: Definition, question: QuestionDefinition) -> list[str]:
    """The kinds of text that a question is written with, and those it has."""
    needed = NEEDED[definition.edition, question.kind is Kind.POSITION]
    wanted = dict.fromkeys((*needed, *ADVISED[definition.edition]))
    if definition.edition is Edition.CIVIL_SOCIETY and question.kind is not Kind.NOTE:
        wanted["account"] = None
    if question.constraint:
        wanted["constraint_message"] = None
    order = [*wanted, *(kind for kind, texts in question.texts.items() if any(texts.values()))]
    return list(dict.fromkeys(order))


async def _mapping(
    session: AsyncSession, version: QuestionnaireVersion, code: str
) -> tuple[list[Mapped], list[tuple[Question, QuestionnaireVersion]]]:
    """What a question is mapped to, and what it could be mapped to: living versions of the other edition."""
    touched = await questionnaires.mappings_of(session, version.id)
    others = {other.id: other for other in await _counterparts(session, version, touched)}
    mapped: list[Mapped] = []
    for pair, civil, state in touched:
        own, other = (civil, state) if version.edition is Edition.CIVIL_SOCIETY else (state, civil)
        if own.code == code and other.version_id in others:
            mapped.append(Mapped(other, others[other.version_id], drift_of(pair, civil, state)))
    known = {each.question.id for each in mapped}
    rows = await session.exec(
        select(Question).where(col(Question.version_id).in_(others)).order_by(col(Question.position))
    )
    free = [(row, others[row.version_id]) for row in rows if row.id not in known]
    order = list(others)
    return mapped, sorted(free, key=lambda each: order.index(each[1].id))


async def _counterparts(
    session: AsyncSession,
    version: QuestionnaireVersion,
    touched: Sequence[tuple[QuestionMapping, Question, Question]],
) -> list[QuestionnaireVersion]:
    ids = {q.version_id for _pair, civil, state in touched for q in (civil, state)} - {version.id}
    living = await questionnaires.list_versions(session, VersionState.DRAFT, VersionState.PUBLISHED)
    others = [v for v in living if v.edition is not version.edition]
    return [v for v in others if v.id in ids or v.slug == version.slug]


@dataclass(frozen=True, slots=True)
class ChecksPage:
    """Everything to mend before publishing, what blocks first."""

    frame: VersionContext
    mends: Sequence[Mend]

    @property
    def blocking(self) -> int:
        """How many things stand in the way."""
        return sum(mend.count for mend in self.mends if mend.blocks)


async def checks_page(session: AsyncSession, actor: Actor, where: Where) -> ChecksPage:
    """The check list of a draft."""
    frame = await get_frame(session, actor, where, writing=True)
    return ChecksPage(frame, await mends(session, frame))


@dataclass(frozen=True, slots=True)
class SectionsPage:
    """The sections of a draft in their order."""

    frame: VersionContext
    places: Sequence[Placed]


async def sections_page(session: AsyncSession, actor: Actor, where: Where) -> SectionsPage:
    """All sections, to be ordered and added to."""
    frame = await get_frame(session, actor, where, writing=True)
    return SectionsPage(frame, editing.outline(frame.definition))


@dataclass(frozen=True, slots=True)
class SectionPage:
    """One section of a draft."""

    frame: VersionContext
    section: Section
    places: Sequence[Placed]
    languages: Sequence[LanguageRow]
    started: str


async def section_page(session: AsyncSession, actor: Actor, where: Where, code: str) -> SectionPage:
    """One section; raises NotFound."""
    frame = await get_frame(session, actor, where, writing=True)
    section = editing.find_section(frame.definition, code)
    languages = language_rows(frame.definition, f"s:{code}:")
    started = editing.content_hash(section, frame.source)
    return SectionPage(frame, section, editing.outline(frame.definition), languages, started)


@dataclass(frozen=True, slots=True)
class ListsPage:
    """The lists of choices and the glossary of a draft, with the questions that use each."""

    frame: VersionContext
    list_users: Mapping[str, Sequence[str]]
    term_users: Mapping[str, Sequence[str]]


async def lists_page(session: AsyncSession, actor: Actor, where: Where) -> ListsPage:
    """What the questions of a draft draw on."""
    frame = await get_frame(session, actor, where, writing=True)
    questions = frame.definition.questions
    return ListsPage(
        frame,
        {name: [q.code for q in questions if q.choices == name] for name in frame.definition.choice_lists},
        {t.key: [q.code for q in questions if t.key in q.terms] for t in frame.definition.glossary},
    )


@dataclass(frozen=True, slots=True)
class ChoicesPage:
    """One list of choices of a draft."""

    frame: VersionContext
    name: str
    choices: Sequence[Choice]
    users: Sequence[str]
    started: str


async def choices_page(session: AsyncSession, actor: Actor, where: Where, name: str) -> ChoicesPage:
    """One list; raises NotFound."""
    frame = await get_frame(session, actor, where, writing=True)
    choices = editing.find_choices(frame.definition, name)
    users = [q.code for q in frame.definition.questions if q.choices == name]
    return ChoicesPage(frame, name, choices, users, editing.content_hash(choices, frame.source))


@dataclass(frozen=True, slots=True)
class TermPage:
    """One term of the glossary of a draft."""

    frame: VersionContext
    term: Term
    users: Sequence[str]
    started: str


async def term_page(session: AsyncSession, actor: Actor, where: Where, key: str) -> TermPage:
    """One term; raises NotFound."""
    frame = await get_frame(session, actor, where, writing=True)
    term = editing.find_term(frame.definition, key)
    users = [q.code for q in frame.definition.questions if key in q.terms]
    return TermPage(frame, term, users, editing.content_hash(term, frame.source))


@dataclass(frozen=True, slots=True)
class RemovePage:
    """A part that shall go: what stands in the way, and who looks at it."""

    frame: VersionContext
    what: str
    obstacle: Message | None
    readers: Sequence[str]
    mappings: int

    @property
    def group(self) -> str:
        """What kind of part it is."""
        return self.what.partition(":")[0]

    @property
    def code(self) -> str:
        """Its code, name, value or key."""
        return self.what.partition(":")[2]


async def remove_page(session: AsyncSession, actor: Actor, where: Where, what: str) -> RemovePage:
    """What removing a part means; raises NotFound."""
    frame = await get_frame(session, actor, where, writing=True)
    obstacle = editing.obstacle(frame.definition, what)
    group, _colon, code = what.partition(":")
    readers: list[str] = []
    mappings = 0
    if group == "q":
        readers = editing.readers_of(frame.definition, editing.find_question(frame.definition, code))
        touched = await questionnaires.mappings_of(session, frame.version.id)
        own = [(c, s) for _pair, c, s in touched if frame.version.id in {c.version_id, s.version_id}]
        mappings = sum(code == (c if c.version_id == frame.version.id else s).code for c, s in own)
    if group == "g":
        readers = [q.code for q in frame.definition.questions if code in q.terms]
    return RemovePage(frame, what, obstacle, readers, mappings)
